"""The figure of what methods cost: overhead by phase in % of training, and the seconds of regrouping."""

from itertools import pairwise

import numpy as np
from drawing import HATCHES, Drawing, grey
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from series import Series

UNITS = {"seconds": "seconds", "flops": "FLOPs"}
ALL = "all"  # the phase of a row that is the sum: the table's overhead


def overhead(series: list[Series]) -> Drawing:
    phases = sorted({phase for one in series for phase in one.overhead_phases()})
    rows = [
        (one.name, len(one.runs), measure, phase or ALL, one.overhead(measure, phase))
        for measure in UNITS
        for one in series
        for phase in [*phases, None]
    ]
    regroup = [one.regroup_seconds() for one in series]
    regrouped = any(seconds > 0 for seconds in regroup)
    figure, axes = plt.subplots(
        1, 2 + regrouped, figsize=(11 + 3 * regrouped, 0.4 * len(series) + 1.6), sharey=True, squeeze=False
    )
    for ax, (measure, unit) in zip(axes[0], UNITS.items()):
        stack(ax, series, measure, phases)
        ax.set_xlabel(f"overhead, % of training {unit}")
    if regrouped:
        axes[0][2].barh(range(len(series)), regroup, color="0.5")
        axes[0][2].set_xlabel("regrouping, seconds (once per grouping)")
        rows += [(one.name, len(one.runs), "seconds", "regroup s", s) for one, s in zip(series, regroup)]
    axes[0][0].set_yticks(range(len(series)), [one.name for one in series])
    axes[0][0].invert_yaxis()
    pieces = {
        label: handle for ax in axes[0] for handle, label in zip(*ax.get_legend_handles_labels())
    }  # a phase may cost seconds and no FLOPs
    if pieces:
        axes[0][1].legend(pieces.values(), pieces.keys(), fontsize=7)
    return Drawing(figure, ("series", "runs", "measure", "phase", "value"), rows)


def stack(ax: Axes, series: list[Series], measure: str, phases: list[str]) -> None:
    """One bar per series, one piece per phase that cost anything."""
    width = np.nan_to_num([[one.overhead(measure, phase) for one in series] for phase in phases])
    left = np.vstack([np.zeros(len(series)), np.cumsum(width.reshape(len(phases), len(series)), axis=0)])
    for k, (phase, (start, end)) in enumerate(zip(phases, pairwise(left))):
        if (end > start).any():
            ax.barh(
                range(len(series)),
                end - start,
                left=start,
                label=phase,
                hatch=HATCHES[k % len(HATCHES)],
                edgecolor="white",
                color=grey(k / max(1, len(phases))),
            )
