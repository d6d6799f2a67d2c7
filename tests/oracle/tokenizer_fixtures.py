"""Token ids by Hugging Face's `tokenizers`, for tests/datasets/tokenizers.

    .venv-oracle/bin/python tests/oracle/tokenizer_fixtures.py fixtures DATA [FOLDER]
    .venv-oracle/bin/python tests/oracle/tokenizer_fixtures.py ids KIND TOKENIZER_FOLDER TEXTS.json OUT_FOLDER

`fixtures` trains two small vocabularies on the strings below and writes them with the ids of all strings, by the small
vocabularies and by the real ones in DATA (unpacked tokenizers.tar.xz: gpt2/, bert-uncased/). `ids` writes ids.npy and
offsets.npy for a list of texts; KIND is gpt2 or wordpiece.
"""

import json
import pathlib
import sys

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

STRINGS = [
    "", " ", "a", " a", "  a", "\n", "\t\ta\t", "The cat's hat isn't what they've said we'll or I'd re-read; I'm 's 'S 're're",
    "don't DON'T 'tis ''s '''ll 'x", "spaces   between    words      and at the end    ", "line\nline\r\nline\rline\n\n\nend\n",
    " \n \n  x \t y", "12345 6.78e-9 ½ ² Ⅷ ٣٤ 九 1st 2nd v1.2.3", "naïve café résumé ÅNGSTRÖM İstanbul ΣΊΣΥΦΟΣ ß ẞ ŉ ǅ",
    "e\u0301 a\u0308o\u0302 \u0301start n\u0303\u0303\u0303 q\u0323\u0307", "עברית עם נִקּוּד", "العربية مع الحَرَكَات والأرقام ١٢٣",
    "हिन्दी क्षत्रिय தமிழ் ไทยไม่มีช่องว่าง", "中文没有空格,日本語もカタカナ。한국어 띄어쓰기", "㐀𠀀𪜀𫝀𫠠𬺰豈丽",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇩🇪🇫🇷 ❤\ufe0f ☂ 1\ufe0f\u20e3", "zero\u200bwidth\u200cnon\u200djoin\ufeffbom \u00adsoft",
    "\u00a0nbsp\u00a0\u00a0two \u2003em\u2028ls\u2029ps\u3000ideo\u1680ogham\u0085nel \u180e mvs",
    "nul\0bell\x07esc\x1b[0m del\x7f vt\x0bff\x0c fs\x1c c1\x80\x9f", "a\u2581b \u2581\u2581 \uf8ff \u2585", "<|endoftext|> <s></s> <unk> <0x0A> [x]",
    "def f(x):\n    return {'a': x**2, \"b\": [1,2,3]}  # ok\n\n\nclass A:\n\tpass\n", "https://example.org/a_b?c=d&e=%20#f user@host",
    "\\u0041 \\n \\t \\\\ /* */ <!-- --> &amp; $x_1^2$ ~`^|", "—–‐‑… “quotes” ‘single’ «guillemets» ¿qué? ¡sí! § ¶ • ™ © ® ° ± × ÷ € £",
    "\ufffd replacement \ufffe\uffff nonchar \U0010ffff \ue000 private", "\u0378 unassigned \U0002ebf0\U00011390 newer \u1c8a \U000116d0",
    "Ω Ω K Å ﬁ ﬀ ㎏ ① Ａ １", "x" * 99, "x" * 100, "x" * 101, "ab" * 400, "é" * 120, "!" * 70, " " * 130, "1" * 65, "aaaa " * 30, "\r\n" * 20,
    "the quick brown fox jumps over the lazy dog and the quick brown fox jumps again over the other lazy dog",
    "unaffable unbelievably tokenisation of internationalization, antidisestablishmentarianism!",
]


def gpt2(folder):
    t = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    return t


def wordpiece(folder):
    t = Tokenizer(models.WordPiece.from_file(str(folder / "vocab.txt"), unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


def small(folder):
    (folder / "gpt2_small").mkdir(parents=True, exist_ok=True)
    (folder / "wordpiece_small").mkdir(parents=True, exist_ok=True)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.train_from_iterator(STRINGS, trainers.BpeTrainer(vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                                         special_tokens=["<|endoftext|>"], show_progress=False))
    bpe.model.save(str(folder / "gpt2_small"))
    words = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    words.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.train_from_iterator(STRINGS, trainers.WordPieceTrainer(vocab_size=700, limit_alphabet=150, show_progress=False,
                                                                 special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"]))
    words.model.save(str(folder / "wordpiece_small"))


def fixtures(data, folder):
    small(folder)
    rows = {
        "gpt2_small": gpt2(folder / "gpt2_small"), "wordpiece_small": wordpiece(folder / "wordpiece_small"),
        "gpt2": gpt2(data / "gpt2"), "bert_uncased": wordpiece(data / "bert-uncased"),
    }
    lines = [json.dumps({"text": s, **{name: t.encode(s, add_special_tokens=False).ids for name, t in rows.items()}})
             for s in STRINGS]
    (folder / "ids.jsonl").write_text("\n".join(lines) + "\n")


def ids(kind, tokenizer_folder, texts, out):
    t = {"gpt2": gpt2, "wordpiece": wordpiece}[kind](tokenizer_folder)
    encoded = [e.ids for e in t.encode_batch(json.loads(texts.read_text()), add_special_tokens=False)]
    np.save(out / "ids.npy", np.fromiter((i for e in encoded for i in e), dtype=np.int32))
    np.save(out / "offsets.npy", np.cumsum([0] + [len(e) for e in encoded]).astype(np.int64))


if __name__ == "__main__":
    if sys.argv[1] == "fixtures":
        here = pathlib.Path(__file__).resolve().parent.parent / "datasets" / "tokenizers" / "fixtures"
        fixtures(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else here)
    else:
        ids(sys.argv[2], *map(pathlib.Path, sys.argv[3:6]))
