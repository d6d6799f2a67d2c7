"""Reads run.h5 files (docs/results-format.md) into plain Python objects."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Curve = dict[str, Numbers]  # step, tokens, flops, seconds, value

AXES = ("step", "tokens", "flops", "seconds", "value")


@dataclass
class Bill:
    """What each phase cost, and what it counts as (/overhead/kind; a file without it leaves `kind` empty)."""

    seconds: dict[str, float] = field(default_factory=dict)
    flops: dict[str, float] = field(default_factory=dict)
    kind: dict[str, str] = field(default_factory=dict)


@dataclass
class Regrouping:
    k: Numbers
    silhouette: Numbers
    loss: Numbers | None = None  # [k, seeds], validation loss of the short runs that chose k


@dataclass
class Run:
    run_id: str
    dataset: str
    grouping: str
    status: str
    seed: int
    steps: int
    shared_machine: bool
    curves: dict[str, Curve]
    domains: list[str]
    mixture_step: Numbers
    mixture: Numbers  # [changes, domains]
    original_domains: list[str]
    original_loss: Numbers | None  # [original domains], test split, at the end
    bill: Bill
    regrouping: Regrouping | None
    per: str  # what losses are means over: token, or of a CLIP pair


def texts(dataset: h5py.Dataset) -> list[str]:
    return [t.decode() if isinstance(t, bytes) else t for t in dataset[()]]


def read_all(files: Iterable[str | Path]) -> list[Run]:
    """Every run of run.h5 files and of files of `rnb merge`; a run that is in two of them is read once."""
    runs: dict[str, Run] = {}
    for file in files:
        with h5py.File(file, "r") as h5:
            for group in h5.values() if h5.attrs["encoding-type"] == "rnb-runs" else [h5]:
                if group.attrs["run_id"] not in runs:
                    runs[group.attrs["run_id"]] = read(group)
    return list(runs.values())


def read(h5: h5py.Group) -> Run:
    experiment = json.loads(h5["provenance"].attrs["experiment"])
    losses = h5["eval/test/original/loss"][()]
    return Run(
        run_id=h5.attrs["run_id"],
        dataset=h5.attrs["dataset"],
        grouping=h5.attrs["grouping"],
        status=h5.attrs["status"],
        seed=int(experiment["seed"]),
        steps=int(experiment["steps"]),
        shared_machine=h5["provenance"].attrs.get("shared_machine") == "true",
        curves={name: {axis: group[axis][()] for axis in AXES} for name, group in h5["curves"].items()},
        domains=texts(h5["mixture/domain_names"]),
        mixture_step=h5["mixture/step"][()],
        mixture=h5["mixture/proposed"][()],
        original_domains=texts(h5["eval/test/original/domain_names"]),
        original_loss=losses[-1] if len(losses) else None,
        bill=read_bill(h5["overhead"]),
        regrouping=read_regrouping(h5["regroup"]),
        per="pair" if is_clip(h5["eval"]) else "token",
    )


def read_bill(overhead: h5py.Group) -> Bill:
    if "phase" not in overhead:
        return Bill()
    phases = texts(overhead["phase"])
    return Bill(
        seconds=dict(zip(phases, overhead["seconds"][()].tolist())),
        flops=dict(zip(phases, overhead["flops"][()].tolist())),
        kind=dict(zip(phases, texts(overhead["kind"]))) if "kind" in overhead else {},
    )


def read_regrouping(regroup: h5py.Group) -> Regrouping | None:
    if "k" not in regroup:
        return None
    loss = regroup["loss"][()] if "loss" in regroup else None
    return Regrouping(regroup["k"][()], regroup["silhouette"][()], loss)


def is_clip(evaluation: h5py.Group) -> bool:
    names: Sequence[str] = texts(evaluation["scores/name"]) if "scores" in evaluation else ()
    return any(name.startswith("image_to_text") for name in names)
