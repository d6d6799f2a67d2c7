"""The figures of losses and mixtures, and the list of all figures of a report."""

from collections.abc import Callable
from typing import Any

import numpy as np
from bill import overhead
from drawing import Drawing, grey, style
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from runs import Run
from series import Series, has

MOST_CURVES = 10  # in one panel
MOST_DOMAINS = 9  # of a mixture's legend; the others are summed
AXES = {"step": "optimiser steps", "flops": "training FLOPs", "seconds": "training seconds"}


def per(series: list[Series]) -> str:
    return f"nats per {series[0].runs[0].per}"


def mean_curve(one: Series, curve: str) -> dict[str, Any] | None:
    """Mean and deviation over seeds, as far as all of them go."""
    curves = [run.curves[curve] for run in one.runs if has(run, curve)]
    if not curves:
        return None
    n = min(len(c["value"]) for c in curves)
    y = np.array([c["value"][:n] for c in curves])
    out: dict[str, Any] = {axis: np.mean([c[axis][:n] for c in curves], axis=0) for axis in AXES}
    out["mean"] = y.mean(0)
    out["deviation"] = y.std(0, ddof=1) if len(curves) > 1 else np.full(n, np.nan)
    out["seeds"] = len(curves)
    return out


def band(ax: Axes, axis: str, i: int, name: str, curve: dict[str, Any]) -> None:
    """The mean with a band of one standard deviation."""
    look = style(i)
    ax.plot(curve[axis], curve["mean"], label=f"{name} ({curve['seeds']} seeds)", markersize=4, **look)
    if curve["seeds"] > 1:
        low, high = curve["mean"] - curve["deviation"], curve["mean"] + curve["deviation"]
        ax.fill_between(curve[axis], low, high, alpha=0.15, color=look["color"], linewidth=0)


def loss_curves(series: list[Series]) -> Drawing:
    """One row of panels, or, where the curves would hide each other, one row per grouping."""
    lines = {"": series}
    if len(series) > MOST_CURVES:
        lines = {s.grouping: [t for t in series if t.grouping == s.grouping] for s in series}
    figure, axes = plt.subplots(
        len(lines), 3, figsize=(13, 4 * len(lines)), sharey=True, squeeze=False, gridspec_kw={"hspace": 0.75}
    )
    rows: list[tuple[Any, ...]] = []
    for line, (grouping, members) in zip(axes, lines.items()):
        for i, one in enumerate(members):
            curve = mean_curve(one, "valid_loss")
            if curve is None:
                continue
            for ax, axis in zip(line, AXES):
                band(ax, axis, i, one.name, curve)
            rows += zip([one.name] * len(curve["mean"]), *(curve[c] for c in (*AXES, "mean", "deviation")))
        for ax, title in zip(line, AXES.values()):
            ax.set_xlabel(title)
        line[0].set_ylabel(f"validation loss ({per(series)})")
        handles, labels = line[2].get_legend_handles_labels()
        line[1].legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=3, fontsize=7)
        line[1].set_title(f"{grouping} domains" if grouping else "")
    return Drawing(figure, ("series", *AXES, "mean", "deviation"), rows)


def final_losses(series: list[Series]) -> Drawing:
    weighted = all(has(run, "test_weighted_loss") for one in series for run in one.runs)  # the data has weights
    curve = "test_weighted_loss" if weighted else "test_loss"
    figure, ax = plt.subplots(figsize=(8, 0.45 * len(series) + 1.2))
    rows: list[tuple[Any, ...]] = []
    for i, one in enumerate(series):
        values = np.array(one.last(curve))
        if len(values) == 0:
            continue
        spread = values.std(ddof=1) if len(values) > 1 else 0
        ax.errorbar(values.mean(), i, xerr=spread, fmt="o", color="black", capsize=3)
        ax.plot(values, np.full(len(values), i), "|", color="0.45", markersize=9)
        rows += zip([one.name] * len(values), (r.seed for r in one.runs if has(r, curve)), values)
    ax.set_yticks(range(len(series)), [one.name for one in series])
    ax.invert_yaxis()
    kind = "weighted test loss" if weighted else "test loss"
    ax.set_xlabel(f"{kind} ({per(series)}): mean ± standard deviation, bars are seeds")
    return Drawing(figure, ("series", "seed", "loss"), rows)


def mixture(ax: Axes, name: str, run: Run) -> list[tuple[Any, ...]]:
    order = np.argsort(-run.mixture.mean(0))
    shown, rest = order[:MOST_DOMAINS], order[MOST_DOMAINS:]
    shares = [run.mixture[:, i] for i in shown]
    labels = [run.domains[i] for i in shown]
    if len(rest):
        shares.append(run.mixture[:, rest].sum(1))
        labels.append(f"{len(rest)} others")
    x = np.append(run.mixture_step, run.steps)
    lasting = np.array([np.append(share, share[-1]) for share in shares])
    greys = grey(np.linspace(0.05, 0.95, len(shares)))
    ax.stackplot(x, lasting, labels=labels, colors=greys, step="post", edgecolor="white", linewidth=0.4)
    ax.set(title=f"{name} (seed {run.seed})", xlabel="optimiser steps", ylabel="sampling share")
    ax.set(ylim=(0, 1), xlim=(0, run.steps))
    ax.legend(fontsize=6, loc="upper left", bbox_to_anchor=(0, -0.16), ncol=2)
    return [
        (name, run.seed, step, label, share)
        for label, column in zip(labels, shares)
        for step, share in zip(run.mixture_step, column)
    ]


def mixtures(series: list[Series]) -> Drawing | None:
    """The mixture over time of each method that changes it, of its first seed: all would be many."""
    moving = [(one.name, one.runs[0]) for one in series if len(one.runs[0].mixture) > 1]
    if not moving:
        return None
    columns = min(3, len(moving))
    lines = -(-len(moving) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(4.6 * columns, 4.6 * lines), squeeze=False)
    figure.subplots_adjust(hspace=0.55)
    for ax in axes.flat[len(moving) :]:
        ax.set_visible(False)
    rows = [row for ax, (name, run) in zip(axes.flat, moving) for row in mixture(ax, name, run)]
    return Drawing(figure, ("series", "seed", "step", "domain", "share"), rows)


def domain_losses(series: list[Series]) -> Drawing | None:
    found = [(one.name, [r for r in one.runs if r.original_loss is not None]) for one in series]
    found = [(name, runs) for name, runs in found if runs]
    if not found:
        return None
    names = list(dict.fromkeys(domain for _, runs in found for domain in runs[0].original_domains))
    table = np.full((len(found), len(names)), np.nan)
    for line, (_, runs) in zip(table, found):
        losses = np.mean([r.original_loss for r in runs if r.original_loss is not None], axis=0)
        line[[names.index(domain) for domain in runs[0].original_domains]] = losses
    figure, ax = plt.subplots(figsize=(max(6, 0.28 * len(names) + 3), 0.4 * len(found) + 2))
    image = ax.imshow(table, aspect="auto", cmap="cividis")
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    ax.set_yticks(range(len(found)), [name for name, _ in found])
    ax.grid(False)
    figure.colorbar(image, label=f"test loss ({per(series)})")
    rows = [(name, d, loss) for (name, _), line in zip(found, table) for d, loss in zip(names, line)]
    return Drawing(figure, ("series", "domain", "loss"), rows)


def choice_of_k(series: list[Series]) -> Drawing | None:
    """Silhouette against k, and the short runs' loss where k was chosen by it (the paper's figure 2)."""
    runs = [run for one in series for run in one.runs]
    swept = {r.grouping: r.regrouping for r in runs if r.regrouping is not None and len(r.regrouping.k) > 1}
    if not swept:
        return None
    by_loss = any(grouping.loss is not None for grouping in swept.values())
    figure, axes = plt.subplots(1, 1 + by_loss, figsize=(5 + 4.5 * by_loss, 3.4), squeeze=False)
    rows: list[tuple[Any, ...]] = []
    for i, (name, g) in enumerate(sorted(swept.items())):
        axes[0][0].plot(g.k, g.silhouette, label=name, **style(i))
        loss = np.full(len(g.k), np.nan)
        if g.loss is not None:
            loss = g.loss.mean(1)
            spread = g.loss.std(1, ddof=1) if g.loss.shape[1] > 1 else np.zeros(len(g.k))
            axes[0][1].errorbar(g.k, loss, yerr=spread, capsize=3, **style(i))
            best = np.nanargmin(loss)
            axes[0][1].plot(g.k[best], loss[best], "o", markersize=12, fillstyle="none", color="black")
        rows += zip([name] * len(g.k), g.k, g.silhouette, loss)
    axes[0][0].set(xlabel="clusters k", ylabel="silhouette")
    if by_loss:
        axes[0][1].set(xlabel="clusters k", ylabel=f"validation loss ({per(series)})", title="short runs")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.02), fontsize=7)
    return Drawing(figure, ("grouping", "k", "silhouette", "loss"), rows)


FIGURES: dict[str, tuple[str, Callable[[list[Series]], Drawing | None]]] = {
    "final_losses": ("Test loss by method and grouping", final_losses),
    "loss_curves": ("Validation loss against steps, FLOPs and seconds", loss_curves),
    "mixtures": ("Sampling mixture over time", mixtures),
    "overhead": ("What the methods cost, by phase", overhead),
    "domain_losses": ("Test loss of each original domain", domain_losses),
    "choice_of_k": ("What chose the number of clusters", choice_of_k),
}
