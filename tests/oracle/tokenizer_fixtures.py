"""Token ids by Hugging Face's `tokenizers`, for tests/datasets/tokenizers.

    .venv-oracle/bin/python tests/oracle/tokenizer_fixtures.py fixtures DATA [FOLDER]
    .venv-oracle/bin/python tests/oracle/tokenizer_fixtures.py ids KIND TOKENIZER_FOLDER TEXTS.json OUT_FOLDER

`fixtures` trains small vocabularies on the strings below and writes them with the ids of all strings, by the small
vocabularies and by the real ones in DATA (unpacked tokenizers.tar.xz: gpt2/, bert-uncased/); those with a
tokenizer.json have the ids in a file beside it, with and without control tokens. `ids` writes ids.npy and offsets.npy
for a list of texts; KIND is gpt2, wordpiece, json (tokenizer.json), clip (bpe_simple_vocab_16e6.txt.gz), or one of the
last two with "+specials": names of control tokens in the text become these tokens.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

STRINGS = [
    "",
    " ",
    "a",
    " a",
    "  a",
    "\n",
    "\t\ta\t",
    "The cat's hat isn't what they've said we'll or I'd re-read; I'm 's 'S 're're",
    "don't DON'T 'tis ''s '''ll 'x",
    "spaces   between    words      and at the end    ",
    "line\nline\r\nline\rline\n\n\nend\n",
    " \n \n  x \t y",
    "12345 6.78e-9 ½ ² Ⅷ ٣٤ 九 1st 2nd v1.2.3",
    "naïve café résumé ÅNGSTRÖM İstanbul ΣΊΣΥΦΟΣ ß ẞ ŉ ǅ",
    "e\u0301 a\u0308o\u0302 \u0301start n\u0303\u0303\u0303 q\u0323\u0307",
    "עברית עם נִקּוּד",
    "العربية مع الحَرَكَات والأرقام ١٢٣",
    "हिन्दी क्षत्रिय தமிழ் ไทยไม่มีช่องว่าง",
    "中文没有空格,日本語もカタカナ。한국어 띄어쓰기",
    "㐀𠀀𪜀𫝀𫠠𬺰豈丽",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇩🇪🇫🇷 ❤\ufe0f ☂ 1\ufe0f\u20e3",
    "zero\u200bwidth\u200cnon\u200djoin\ufeffbom \u00adsoft",
    "\u00a0nbsp\u00a0\u00a0two \u2003em\u2028ls\u2029ps\u3000ideo\u1680ogham\u0085nel \u180e mvs",
    "nul\0bell\x07esc\x1b[0m del\x7f vt\x0bff\x0c fs\x1c c1\x80\x9f",
    "a\u2581b \u2581\u2581 \uf8ff \u2585",
    "<|endoftext|> <s></s> <unk> <0x0A> [x]",
    "def f(x):\n    return {'a': x**2, \"b\": [1,2,3]}  # ok\n\n\nclass A:\n\tpass\n",
    "https://example.org/a_b?c=d&e=%20#f user@host",
    "\\u0041 \\n \\t \\\\ /* */ <!-- --> &amp; $x_1^2$ ~`^|",
    "—–‐‑… “quotes” ‘single’ «guillemets» ¿qué? ¡sí! § ¶ • ™ © ® ° ± × ÷ € £",
    "\ufffd replacement \ufffe\uffff nonchar \U0010ffff \ue000 private",
    "\u0378 unassigned \U0002ebf0\U00011390 newer \u1c8a \U000116d0",
    "Ω Ω K Å ﬁ ﬀ ㎏ ① Ａ １",
    "x" * 99,
    "x" * 100,
    "x" * 101,
    "ab" * 400,
    "é" * 120,
    "!" * 70,
    " " * 130,
    "1" * 65,
    "aaaa " * 30,
    "\r\n" * 20,
    "the quick brown fox jumps over the lazy dog and the quick brown fox jumps again over the other lazy dog",
    "unaffable unbelievably tokenisation of internationalization, antidisestablishmentarianism!",
]

CONTROL = [
    "<|im_start|>user\nhi there<|im_end|>\n<|im_start|>assistant\n<think>\nhm</think>",
    "a<|endoftext|>b <|endoftext|> c",
    "x [MASK] y [MASK][SEP]\t[MASK]  end[CLS]",
    "<|im_start|",
    "<<|im_start|>>",
    "no  two   three    four     five",
    "tokentoken token atoken",
    "token-token TOKEN token",
    "RST   rst \n RST\t\tRST",
    "<|startoftext|>a photo<|endoftext|>!",
    "!<|startoftext|>",
    '<tool_call>{"a": 1}</tool_call>',
    "A\u030a<|im_end|>\u030a",
    "e\u0301<think>e\u0301",
    "\u212b\u2126 \uac00\u11a8 \u1100\u1161\u11a8",
    "'S 'T 'RE 'vE 'M 'lL 'd '\u017f 'x",
    "IT'S it'\u017f 1234567 \u0661\u0662\u0663\u0664 a1b22c333",
    "x\r\n\r\n  y \n\n z\r",
    "a.\n\n\nb ?!\r\n",
    "\u00a0\u00a0a\u3000\u3000b",
    "\u0130stanbul \u0130I \u03a3\u03c2 \u1e9e",
    "q\u0323\u0307 q\u0307\u0323 \u0344 \u0958 \u2adc",
]
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def gpt2(folder):
    t = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    return t


def wordpiece(folder):
    t = Tokenizer(
        models.WordPiece.from_file(str(folder / "vocab.txt"), unk_token="[UNK]", max_input_chars_per_word=100)
    )
    t.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True
    )
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


def from_json(folder):
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def clip(folder):
    """OpenAI's file read by its own code's rules, put into transformers' CLIPTokenizer."""
    from transformers import CLIPTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    lines = gzip.decompress((folder / "bpe_simple_vocab_16e6.txt.gz").read_bytes()).decode("utf-8").split("\n")
    merges = [tuple(line.split()) for line in lines[1 : 49152 - 256 - 2 + 1]]
    vocab = list(bytes_to_unicode().values())
    vocab += [v + "</w>" for v in vocab] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={v: i for i, v in enumerate(vocab)}, merges=merges)._tokenizer


def byte_level(pieces, size, special, **options):
    t = Tokenizer(models.BPE(**options.pop("model", {})))
    t.normalizer = options.pop("normalizer", None)
    t.pre_tokenizer = pre_tokenizers.Sequence(pieces) if len(pieces) > 1 else pieces[0]
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        STRINGS + CONTROL,
        trainers.BpeTrainer(
            vocab_size=size,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=special,
            show_progress=False,
            **options,
        ),
    )
    return t


def split_by(pattern, behavior="isolated", invert=False):
    return [
        pre_tokenizers.Split(Regex(pattern), behavior, invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def qwen2_small():
    qwen = byte_level(
        split_by(QWEN2), 460, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC()
    )
    qwen.add_tokens([AddedToken(t, normalized=False) for t in ("<tool_call>", "</tool_call>", "<think>", "</think>")])
    return qwen


def modernbert_small():
    modern = byte_level(
        [pre_tokenizers.ByteLevel(add_prefix_space=False)],
        420,
        ["[UNK]", "[CLS]", "[SEP]", "[PAD]"],
        normalizer=normalizers.NFC(),
    )
    modern.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False)])
    modern.add_tokens([AddedToken(" " * n, normalized=True) for n in (4, 3, 2)])
    modern.add_tokens(
        [
            AddedToken("token", single_word=True, normalized=True),
            AddedToken("RST", rstrip=True, lstrip=True, normalized=False),
        ]
    )
    modern.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return modern


def clip_small():
    clip_like = byte_level(
        [
            pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ],
        760,
        ["<|startoftext|>", "<|endoftext|>"],
        normalizer=normalizers.Sequence(
            [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
        ),
        end_of_word_suffix="</w>",
        model=dict(end_of_word_suffix="</w>", unk_token="<|endoftext|>"),
    )
    vocab = json.loads(clip_like.to_str())
    for c in pre_tokenizers.ByteLevel.alphabet():  # the trainer only keeps the bytes that it has seen at a word's end
        vocab["model"]["vocab"].setdefault(c + "</w>", len(vocab["model"]["vocab"]))
    clip_like = Tokenizer.from_str(json.dumps(vocab))
    clip_like.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0))
    return clip_like


def llama3_small():
    llama = byte_level(
        split_by(QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")), 420, ["<|begin_of_text|>", "<|end_of_text|>"]
    )
    text = json.loads(llama.to_str())
    text["model"]["ignore_merges"] = True
    return Tokenizer.from_str(json.dumps(text))


def pcre_small():
    """Through PCRE2: another pattern; digits on their own; a normaliser that decomposes and replaces."""
    return byte_level(
        [pre_tokenizers.Digits(individual_digits=True)] + split_by(r"\s+|[A-Z][a-z]*|[^\sA-Z]+"),
        420,
        ["<|endoftext|>"],
        normalizer=normalizers.Sequence(
            [normalizers.NFKD(), normalizers.Replace("'", "’"), normalizers.Replace(Regex(r"[\t\x0b]+"), " ")]
        ),
    )


def small_json():
    """Small vocabularies in the forms of published ones, and some that use other components."""
    return {
        "qwen2_small": qwen2_small(),
        "modernbert_small": modernbert_small(),
        "clip_small": clip_small(),
        "llama3_small": llama3_small(),
        "pcre_small": pcre_small(),
        "spaced_small": byte_level([pre_tokenizers.ByteLevel(add_prefix_space=True)], 400, ["<s>", "</s>"]),
    }


def encode_all(t, texts, specials):
    t.encode_special_tokens = not specials  # True: they are encoded like any text
    return [e.ids for e in t.encode_batch(texts, add_special_tokens=False)]


def small(folder):
    (folder / "gpt2_small").mkdir(parents=True, exist_ok=True)
    (folder / "wordpiece_small").mkdir(parents=True, exist_ok=True)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.train_from_iterator(
        STRINGS,
        trainers.BpeTrainer(
            vocab_size=500,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=["<|endoftext|>"],
            show_progress=False,
        ),
    )
    bpe.model.save(str(folder / "gpt2_small"))
    words = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    words.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.train_from_iterator(
        STRINGS,
        trainers.WordPieceTrainer(
            vocab_size=700, limit_alphabet=150, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
        ),
    )
    words.model.save(str(folder / "wordpiece_small"))


def fixtures(data, folder):
    small(folder)
    rows = {
        "gpt2_small": gpt2(folder / "gpt2_small"),
        "wordpiece_small": wordpiece(folder / "wordpiece_small"),
        "gpt2": gpt2(data / "gpt2"),
        "bert_uncased": wordpiece(data / "bert-uncased"),
    }
    lines = [
        json.dumps({"text": s, **{name: t.encode(s, add_special_tokens=False).ids for name, t in rows.items()}})
        for s in STRINGS
    ]
    (folder / "ids.jsonl").write_text("\n".join(lines) + "\n")
    for name, t in small_json().items():
        (folder / name).mkdir(exist_ok=True)
        t.save(str(folder / name / "tokenizer.json"), pretty=False)
        texts = STRINGS + CONTROL
        rows = zip(texts, encode_all(t, texts, False), encode_all(t, texts, True))
        (folder / name / "ids.jsonl").write_text(
            "".join(json.dumps({"text": x, "ids": i, "with_specials": w}) + "\n" for x, i, w in rows)
        )


def ids(kind, tokenizer_folder, texts, out):
    kind, plus, _ = kind.partition("+")
    t = {"gpt2": gpt2, "wordpiece": wordpiece, "json": from_json, "clip": clip}[kind](tokenizer_folder)
    encoded = encode_all(t, json.loads(texts.read_text()), bool(plus))
    np.save(out / "ids.npy", np.fromiter((i for e in encoded for i in e), dtype=np.int32))
    np.save(out / "offsets.npy", np.cumsum([0] + [len(e) for e in encoded]).astype(np.int64))


if __name__ == "__main__":
    if sys.argv[1] == "fixtures":
        here = pathlib.Path(__file__).resolve().parent.parent / "datasets" / "tokenizers" / "fixtures"
        fixtures(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else here)
    else:
        ids(sys.argv[2], *map(pathlib.Path, sys.argv[3:6]))
