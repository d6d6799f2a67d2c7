"""Reads run.h5 files (docs/results-format.md) into plain Python objects."""

import json
from dataclasses import dataclass, field

import h5py
import numpy as np

PHASES = (
    "train",
    "signal",
    "update",
    "probe_kept",
    "probe_discarded",
    "proxy",
    "reference",
    "eval_mixing",
    "regroup",
    "eval_report",
    "data",
    "checkpoint",
    "log",
    "setup",
)
CHARGED = ("signal", "update", "probe_kept", "probe_discarded", "proxy", "reference", "eval_mixing")


def texts(dataset):
    return [t.decode() if isinstance(t, bytes) else t for t in dataset[()]]


@dataclass
class Run:
    file: str
    label: str
    dataset: str
    grouping: str
    seed: int
    status: str
    curves: dict = field(default_factory=dict)  # name -> {step, tokens, flops, seconds, value}
    mixture_step: np.ndarray = None
    mixture: np.ndarray = None  # [changes, m]
    domains: list = None
    evaluation_weights: np.ndarray = None
    seconds: dict = field(default_factory=dict)  # by phase
    flops: dict = field(default_factory=dict)
    original_domains: list = None
    original_loss: np.ndarray = None  # [m], test split, at the end
    silhouette: tuple = None  # (k, value)
    k_loss: np.ndarray = None  # [k, seeds], validation loss of the short runs that chose k
    steps: int = 0
    per: str = "token"  # what losses are means over; of a CLIP: pair

    @property
    def name(self):
        """Method and grouping, as legends show them."""
        return f"{self.label}, {short_grouping(self.grouping)}"


def short_grouping(name):
    return name.split("-k")[0].split("-")[0] if name.startswith(("regroup", "random")) else name


def read_all(files):
    """Every run of run.h5 files and of files of `rnb merge`; a run that is in two of them is read once."""
    runs = {}
    for file in files:
        with h5py.File(file, "r") as h5:
            for group in h5.values() if h5.attrs["encoding-type"] == "rnb-runs" else [h5]:
                if group.attrs["run_id"] not in runs:
                    runs[group.attrs["run_id"]] = read(file, group)
    return list(runs.values())


def read(file, h5):
    experiment = json.loads(h5["provenance"].attrs["experiment"])
    run = Run(
        str(file),
        h5.attrs["label"],
        h5.attrs["dataset"],
        h5.attrs["grouping"],
        int(experiment["seed"]),
        h5.attrs["status"],
        steps=int(experiment["steps"]),
    )
    for name, group in h5["curves"].items():
        run.curves[name] = {axis: group[axis][()] for axis in ("step", "tokens", "flops", "seconds", "value")}
    run.mixture_step = h5["mixture/step"][()]
    run.mixture = h5["mixture/proposed"][()]
    run.domains = texts(h5["mixture/domain_names"])
    run.evaluation_weights = h5["mixture/evaluation_weights"][()]
    if "phase" in h5["overhead"]:
        phases = texts(h5["overhead/phase"])
        run.seconds = dict(zip(phases, h5["overhead/seconds"][()]))
        run.flops = dict(zip(phases, h5["overhead/flops"][()]))
    if "scores" in h5["eval"] and any(name.startswith("image_to_text") for name in texts(h5["eval/scores/name"])):
        run.per = "pair"
    losses = h5["eval/test/original/loss"][()]
    run.original_domains = texts(h5["eval/test/original/domain_names"])
    run.original_loss = losses[-1] if len(losses) else None
    if "k" in h5["regroup"]:
        run.silhouette = (h5["regroup/k"][()], h5["regroup/silhouette"][()])
    if "loss" in h5["regroup"]:
        run.k_loss = h5["regroup/loss"][()]
    return run


def by_name(runs):
    """Runs of one method and grouping together, over seeds."""
    groups = {}
    for run in sorted(runs, key=lambda r: (r.grouping != "original", r.grouping, r.label, r.seed)):
        groups.setdefault(run.name, []).append(run)
    return groups
