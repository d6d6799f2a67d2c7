"""Text to token ids on one thread, this project against Hugging Face's `tokenizers` (Rust), on the same files.

    .venv-oracle/bin/python benchmarks/compare/tokenizing.py --store STORE --work FOLDER --tokenizer FOLDER

FOLDER holds tokenizer.json (Qwen2, ModernBERT, ...), vocab.json and merges.txt (GPT-2), or CLIP's
bpe_simple_vocab_16e6.txt.gz.
"""

import json
import os
import pathlib
import sys

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
from rounds import ROOT, Ours, alternate, parse_arguments, report, timed
from store import Store

sys.path.insert(0, str(ROOT / "tests/oracle"))
import tokenizer_fixtures

GOAL = 1.0


def load(folder):
    if (folder / "tokenizer.json").exists():
        return tokenizer_fixtures.from_json(folder)
    return (tokenizer_fixtures.gpt2 if (folder / "merges.txt").exists() else tokenizer_fixtures.clip)(folder)


def main():
    arguments = parse_arguments(__doc__.splitlines()[0], tokenizer="", texts=20000)
    folder = pathlib.Path(arguments.tokenizer)
    store = Store(arguments.store)
    chosen = np.random.default_rng(1).choice(store.train(), min(arguments.texts, len(store.train())), replace=False)
    texts = [store.text(i) for i in chosen]
    (arguments.work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    size = sum(len(t.encode("utf-8")) for t in texts)
    theirs = load(folder)

    def theirs_round():
        # The batch call without offsets is the library's fastest; texts one by one cost it a call each.
        seconds, encoded = timed(lambda: theirs.encode_batch_fast(texts, add_special_tokens=False))
        return {"seconds": seconds, "ids": [i for e in encoded for i in e.ids]}

    side = Ours(arguments.build, "tokenize", folder, arguments.work / "texts.json", arguments.work / "ids.npy")
    ours, others = alternate(side.round, theirs_round, arguments.rounds)
    side.close()
    same = np.array_equal(np.load(arguments.work / "ids.npy"), np.array(others[-1]["ids"], dtype=np.int32))
    rates = {
        f"{name}_megabytes_per_second": size / 1e6 / float(np.median([r["seconds"] for r in rounds]))
        for name, rounds in (("ours", ours), ("theirs", others))
    }
    return report(
        arguments,
        f"tokenizing with {folder.name}, {len(texts)} texts of {size / len(texts):.0f} bytes",
        "s",
        [r["seconds"] for r in ours],
        [r["seconds"] for r in others],
        GOAL,
        [("texts' ids that differ (0: all are the same)", 0.0 if same else 1.0, 0.0)],
        bytes=size,
        **rates,
    )


if __name__ == "__main__":
    sys.exit(main())
