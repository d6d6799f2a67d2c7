"""BERT encoders and sentence vectors, as transformers and sentence-transformers compute them.

    .venv-oracle/bin/python tests/oracle/bert_fixtures.py tiny FOLDER [SEED]
        a small random BertModel: config.json, model.safetensors, ids.npy, mask.npy, vectors.npy (mean-pooled, unit
        length) and static.npy (the same over the word embeddings alone)
    .venv-oracle/bin/python tests/oracle/bert_fixtures.py sentences ENCODER FOLDER COUNT [SEED]
        texts.txt (one a line) and vectors.npy, from sentence-transformers
"""

import pathlib
import random
import sys

import numpy as np
import torch

WORDS = ("a the small old grey quiet broken northern river tower lamp teacher engine garden letter winter kitchen map "
         "climbs repairs forgets paints measures answers sells under behind without before near and while because "
         "seventeen 42 3.5 café naïve Zürich GPU k-means e-mail don't (draft) \"quoted\" 東京 Привет").split()


def unit_mean(x, mask):
    m = mask.unsqueeze(-1).to(x.dtype)
    return torch.nn.functional.normalize((x * m).sum(1) / m.sum(1), dim=1)


def tiny(folder, seed):
    from transformers import BertConfig, BertModel
    torch.manual_seed(seed)
    config = BertConfig(vocab_size=53, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
                        max_position_embeddings=20, type_vocab_size=2, layer_norm_eps=1e-5)
    model = BertModel(config).eval()
    for p in model.parameters():  # biases and norms away from 0 and 1, so that each of them is seen
        p.data += 0.2 * torch.randn_like(p)
    model.save_pretrained(folder)
    ids = torch.randint(0, config.vocab_size, (5, 17))
    lengths = torch.tensor([17, 1, 9, 12, 4])
    mask = (torch.arange(17) < lengths.unsqueeze(1)).long()
    with torch.no_grad():
        vectors = unit_mean(model(ids, attention_mask=mask).last_hidden_state, mask)
        static = unit_mean(model.embeddings.word_embeddings(ids), mask)
    for name, array in dict(ids=ids, mask=mask, vectors=vectors, static=static).items():
        np.save(folder / f"{name}.npy", array.numpy())


def sentences(encoder, folder, count, seed):
    from sentence_transformers import SentenceTransformer
    rng = random.Random(seed)
    # The last is longer than 256 tokens, so that cutting is compared too.
    lengths = [rng.choice((1, 3, 8, 15, 40)) for _ in range(count - 1)] + [400]
    texts = [" ".join(rng.choice(WORDS) for _ in range(n)) + rng.choice((".", "?", "!", "")) for n in lengths]
    texts = [t[0].upper() + t[1:] for t in texts]
    (folder / "texts.txt").write_text("".join(t + "\n" for t in texts), encoding="utf-8")
    model = SentenceTransformer(encoder, device="cpu")
    np.save(folder / "vectors.npy", model.encode(texts, normalize_embeddings=True).astype(np.float32))


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    target = pathlib.Path(rest[0] if mode == "tiny" else rest[1])
    target.mkdir(parents=True, exist_ok=True)
    if mode == "tiny":
        tiny(target, int(rest[1]) if len(rest) > 1 else 23)
    else:
        sentences(rest[0], target, int(rest[2]), int(rest[3]) if len(rest) > 3 else 29)
