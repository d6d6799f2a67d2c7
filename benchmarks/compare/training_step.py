"""One GPT-Neo training step, this project against transformers (eager), on the same weights and batches.

    .venv-oracle/bin/python benchmarks/compare/training_step.py --store STORE --work FOLDER

Padded batches hold one example per row with the loss on its completion, as `rnb run` trains; packed ones have no
padding and count every place. A step is forward, backward, clipping by norm and AdamW (the same fused kernel on
both sides). Every round starts from the same weights.
"""

import copy
import sys
import time

import numpy as np
import torch
from rounds import THREADS, Ours, alternate, parse_arguments, report
from store import Store
from transformers import GPTNeoConfig, GPTNeoForCausalLM

SIZES = {
    "nano": dict(num_layers=4, hidden_size=128, num_heads=4),
    "mini": dict(num_layers=6, hidden_size=256, num_heads=8),
}
GOAL = 1.2
IGNORED = -100


def padded(store, rng, batch, context):
    chosen = rng.choice(store.train(), batch, replace=False)
    rows = [store.tokens(i)[:context] for i in chosen]
    ids = np.zeros((batch, max(map(len, rows))), dtype=np.int64)
    labels = np.full_like(ids, IGNORED)
    for b, (i, row) in enumerate(zip(chosen, rows)):
        ids[b, : len(row)] = row
        start = min(store.loss_from[i], len(row))
        labels[b, start : len(row)] = row[start:]
    return ids, labels


def packed(store, rng, batch, context):
    rows = []
    for _ in range(batch):
        row = np.empty(0, dtype=np.int64)
        while len(row) < context:
            row = np.concatenate([row, store.tokens(rng.choice(store.train()))])
        rows.append(row[:context])
    return np.stack(rows), np.stack(rows)


def write_model(folder, size, vocab_size, context):
    torch.manual_seed(1)
    layers = SIZES[size]["num_layers"]
    config = GPTNeoConfig(
        **SIZES[size],
        vocab_size=vocab_size,
        max_position_embeddings=context,
        window_size=256,
        attention_types=[[["global", "local"], layers // 2]],
        attention_dropout=0.0,
        embed_dropout=0.0,
        resid_dropout=0.0,
        bos_token_id=0,
        eos_token_id=0,
    )
    GPTNeoForCausalLM(config).save_pretrained(folder)


def round_of(fresh, batches):
    model = copy.deepcopy(fresh)
    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.01},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
        ],
        lr=1e-3,
        fused=True,
    )
    seconds, losses = [], []
    for ids, labels in batches:
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = model(input_ids=ids, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimiser.step()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "losses": losses}


def compare(arguments, store, size, kind):
    folder = arguments.work / f"{size}-{kind}"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.npy"):
        old.unlink()
    write_model(folder / "model", size, store.vocab_size, arguments.context)
    rng = np.random.default_rng(1)
    make = {"padded": padded, "packed": packed}[kind]
    batches = [make(store, rng, arguments.batch, arguments.context) for _ in range(arguments.steps)]
    for i, (ids, labels) in enumerate(batches):
        np.save(folder / f"ids-{i}.npy", ids)
        np.save(folder / f"labels-{i}.npy", labels)
    fresh = GPTNeoForCausalLM.from_pretrained(folder / "model", attn_implementation="eager").train()
    tensors = [(torch.from_numpy(ids), torch.from_numpy(labels)) for ids, labels in batches]
    ours_side = Ours(arguments.build, "step", folder / "model", folder)
    ours, theirs = alternate(ours_side.round, lambda: round_of(fresh, tensors), arguments.rounds)
    ours_side.close()
    apart = max(
        abs(a - b) / abs(b) for mine, other in zip(ours, theirs) for a, b in zip(mine["losses"], other["losses"])
    )
    places = sum(int((labels[:, 1:] != IGNORED).sum()) for _, labels in batches) / len(batches)
    # The first step of a round makes the gradients and the optimiser's state.
    ms = [[1e3 * float(np.mean(r["seconds"][1:])) for r in side] for side in (ours, theirs)]
    return report(
        arguments,
        f"training step, {size}, {kind}",
        "ms",
        *ms,
        GOAL,
        [(f"loss over {arguments.steps} steps, largest relative difference", apart, 1e-4)],
        tokens=sum(ids.size for ids, _ in batches) / len(batches),
        counted_places=places,
        first_loss=theirs[0]["losses"][0],
        last_loss=theirs[0]["losses"][-1],
    )


if __name__ == "__main__":
    given = parse_arguments(
        __doc__.splitlines()[0], size="nano,mini", kind="padded,packed", batch=16, context=128, steps=20
    )
    torch.set_num_threads(THREADS)
    opened = Store(given.store)
    sys.exit(
        max(compare(given, opened, size, kind) for size in given.size.split(",") for kind in given.kind.split(","))
    )
