"""Encoders and sentence vectors, as transformers and sentence-transformers compute them.

.venv-oracle/bin/python tests/oracle/bert_fixtures.py KIND FOLDER [SEED]
    a small random encoder: config.json, model.safetensors, ids.npy, mask.npy, vectors.npy (mean-pooled, unit
    length) and static.npy (the same over the word embeddings alone). KIND: tiny (BERT), alternating, every_second
    (ModernBERT)
.venv-oracle/bin/python tests/oracle/bert_fixtures.py prompted FOLDER [SEED]
    a small random ModernBERT in sentence-transformers' layout with a trained tokenizer.json and prompts;
    texts.txt, vectors.npy, and prompted.npy, where the prompt "clustering" stands before each text
.venv-oracle/bin/python tests/oracle/bert_fixtures.py sentences ENCODER FOLDER COUNT [SEED]
    texts.txt (one per line) and vectors.npy, from sentence-transformers
"""

import pathlib
import random
import sys

import numpy as np
import torch
from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel

WORDS = [
    "a",
    "the",
    "small",
    "old",
    "grey",
    "quiet",
    "broken",
    "northern",
    "river",
    "tower",
    "lamp",
    "teacher",
    "engine",
    "garden",
    "letter",
    "winter",
    "kitchen",
    "map",
    "climbs",
    "repairs",
    "forgets",
    "paints",
    "measures",
    "answers",
    "sells",
    "under",
    "behind",
    "without",
    "before",
    "near",
    "and",
    "while",
    "because",
    "seventeen",
    "42",
    "3.5",
    "café",
    "naïve",
    "Zürich",
    "GPU",
    "k-means",
    "e-mail",
    "don't",
    "(draft)",
    '"quoted"',
    "東京",
    "Привет",
]


def unit_mean(x, mask):
    m = mask.unsqueeze(-1).to(x.dtype)
    return torch.nn.functional.normalize((x * m).sum(1) / m.sum(1), dim=1)


def bert():
    return BertModel(
        BertConfig(
            vocab_size=53,
            hidden_size=24,
            num_hidden_layers=3,
            num_attention_heads=3,
            intermediate_size=40,
            max_position_embeddings=20,
            type_vocab_size=2,
            layer_norm_eps=1e-5,
        )
    )


def modernbert(**shape):
    return ModernBertModel(
        ModernBertConfig(
            **{**dict(pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2), **shape}
        )
    )


MODELS = {  # in both ModernBERTs the layers' number is no multiple of the alternation, and 17 tokens exceed the window
    "tiny": bert,
    "alternating": lambda: modernbert(
        vocab_size=53,
        hidden_size=24,
        num_hidden_layers=5,
        num_attention_heads=3,
        intermediate_size=20,
        max_position_embeddings=40,
        global_attn_every_n_layers=3,
        local_attention=6,
    ),
    "every_second": lambda: modernbert(
        vocab_size=61,
        hidden_size=20,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=33,
        max_position_embeddings=40,
        global_attn_every_n_layers=2,
        local_attention=5,
        norm_bias=True,
        attention_bias=True,
        mlp_bias=True,
        norm_eps=1e-3,
        global_rope_theta=5e4,
        local_rope_theta=700.0,
    ),
}


def word_embeddings(model):
    return model.get_input_embeddings()


def disturbed(model):
    for p in model.parameters():  # biases and norms away from 0 and 1, so that each of them is seen
        p.data += 0.2 * torch.randn_like(p)
    return model.eval()


def small(kind, folder, seed):
    torch.manual_seed(seed)
    model = disturbed(MODELS[kind]())
    model.save_pretrained(folder)
    ids = torch.randint(0, model.config.vocab_size, (5, 17))
    lengths = torch.tensor([17, 1, 9, 12, 4])
    mask = (torch.arange(17) < lengths.unsqueeze(1)).long()
    with torch.no_grad():
        vectors = unit_mean(model(ids, attention_mask=mask).last_hidden_state, mask)
        # Past padding_idx, whose row transformers keeps at zero only while training.
        static = unit_mean(word_embeddings(model)(ids), mask)
    for name, array in dict(ids=ids, mask=mask, vectors=vectors, static=static).items():
        np.save(folder / f"{name}.npy", array.numpy())


def made_texts(count, seed):
    rng = random.Random(seed)
    # The last is longer than 256 tokens, so that cutting is compared too.
    lengths = [rng.choice((1, 3, 8, 15, 40)) for _ in range(count - 1)] + [400]
    texts = [" ".join(rng.choice(WORDS) for _ in range(n)) + rng.choice((".", "?", "!", "")) for n in lengths]
    return [t[0].upper() + t[1:] for t in texts]


def write_texts(folder, texts):
    (folder / "texts.txt").write_text("".join(t + "\n" for t in texts), encoding="utf-8")


def modernbert_tokenizer(texts):
    """In the form of ModernBERT's own: NFC, byte-level BPE, [CLS] text [SEP], [MASK] with the space before it."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
    t.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=400,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=special,
            show_progress=False,
        ),
    )
    t.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False)])
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in (4, 3, 2)])
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", t.token_to_id("[CLS]")), ("[SEP]", t.token_to_id("[SEP]"))],
    )
    return t


def prompted(folder, seed):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import PreTrainedTokenizerFast

    texts = made_texts(12, seed)[:-1] + ["  two  spaces [MASK] and [SEP]   three", "", " ".join(WORDS * 4)]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=modernbert_tokenizer(WORDS),
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
        unk_token="[UNK]",
        model_max_length=64,
    )
    torch.manual_seed(seed)
    model = disturbed(
        modernbert(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=3,
            num_attention_heads=2,
            intermediate_size=20,
            max_position_embeddings=80,
            local_attention=8,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    plain = folder / "plain"
    model.save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    transformer = modules.Transformer(str(plain))
    encoder = SentenceTransformer(
        modules=[transformer, modules.Pooling(16, "mean"), modules.Normalize()],
        device="cpu",
        prompts={"clustering": "clustering: ", "search_query": "search_query: "},
    )
    encoder.save(str(folder))
    for file in plain.iterdir():
        file.unlink()
    plain.rmdir()
    write_texts(folder, texts)
    np.save(folder / "vectors.npy", encoder.encode(texts).astype(np.float32))
    np.save(folder / "prompted.npy", encoder.encode(texts, prompt_name="clustering").astype(np.float32))


def sentences(encoder, folder, count, seed):
    from sentence_transformers import SentenceTransformer

    texts = made_texts(count, seed)
    write_texts(folder, texts)
    model = SentenceTransformer(encoder, device="cpu")
    np.save(folder / "vectors.npy", model.encode(texts, normalize_embeddings=True).astype(np.float32))


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    target = pathlib.Path(rest[1] if mode == "sentences" else rest[0])
    target.mkdir(parents=True, exist_ok=True)
    if mode == "sentences":
        sentences(rest[0], target, int(rest[2]), int(rest[3]) if len(rest) > 3 else 29)
    elif mode == "prompted":
        prompted(target, int(rest[1]) if len(rest) > 1 else 31)
    else:
        small(mode, target, int(rest[1]) if len(rest) > 1 else 23)
