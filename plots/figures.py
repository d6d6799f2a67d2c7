"""The figures of a report. Readable in grey: series differ in line style and marker, not in colour alone."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from runs import CHARGED, PHASES, by_name, short_grouping

STYLES = ["-", "--", "-.", ":"]
MARKERS = "osD^vPX*"
MOST_CURVES = 10  # in one panel
AXES = {"step": "optimiser steps", "flops": "training FLOPs", "seconds": "training seconds"}
plt.rcParams.update(
    {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.dpi": 130,
        "axes.grid": True,
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "svg.fonttype": "none",
    }
)


def style(i):
    return {
        "linestyle": STYLES[i % 4],
        "marker": MARKERS[i % 8],
        "color": plt.get_cmap("cividis")(0.02 + 0.9 * ((i * 3) % 7) / 6),
    }


def band(ax, runs, curve, axis, i, label):
    """Mean over seeds with a band of one standard deviation."""
    series = [r.curves[curve] for r in runs if len(r.curves[curve]["value"])]
    n = min((len(s["value"]) for s in series), default=0)
    if n == 0:
        return
    y = np.array([s["value"][:n] for s in series])
    x = np.mean([s[axis][:n] for s in series], axis=0)
    ax.plot(x, y.mean(0), label=f"{label} ({len(series)} seeds)", markersize=4, **style(i))
    if len(series) > 1:
        ax.fill_between(
            x,
            y.mean(0) - y.std(0, ddof=1),
            y.mean(0) + y.std(0, ddof=1),
            alpha=0.15,
            color=style(i)["color"],
            linewidth=0,
        )


def loss_curves(runs):
    """One row of panels, or, where the curves would hide each other, one row a grouping."""
    rows = [("", runs)]
    if len(by_name(runs)) > MOST_CURVES:
        rows = [
            (g, [r for r in runs if short_grouping(r.grouping) == g])
            for g in dict.fromkeys(short_grouping(r.grouping) for r in runs)
        ]
    fig, axes = plt.subplots(
        len(rows), 3, figsize=(13, 4 * len(rows)), sharey=True, squeeze=False, gridspec_kw={"hspace": 0.75}
    )
    for line, (grouping, members) in zip(axes, rows):
        for ax, (axis, title) in zip(line, AXES.items()):
            for i, (name, group) in enumerate(by_name(members).items()):
                band(ax, group, "valid_loss", axis, i, name)
            ax.set_xlabel(title)
        line[0].set_ylabel(f"validation loss (nats per {runs[0].per})")
        line[1].legend(
            *line[2].get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=3, fontsize=7
        )
        line[1].set_title(f"{grouping} domains" if grouping else "")
    return fig


def final_losses(runs):
    groups = by_name(runs)
    weighted = all(
        len(r.curves.get("test_weighted_loss", {"value": ()})["value"]) for r in runs
    )  # the data has weights of its own
    curve = "test_weighted_loss" if weighted else "test_loss"
    fig, ax = plt.subplots(figsize=(8, 0.45 * len(groups) + 1.2))
    for i, group in enumerate(groups.values()):
        values = np.array([r.curves[curve]["value"][-1] for r in group if len(r.curves[curve]["value"])])
        if len(values) == 0:
            continue
        spread = values.std(ddof=1) if len(values) > 1 else 0
        ax.errorbar(values.mean(), i, xerr=spread, fmt="o", color="black", capsize=3)
        ax.plot(values, np.full(len(values), i), "|", color="0.45", markersize=9)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.invert_yaxis()
    kind = "weighted test loss" if weighted else "test loss"
    ax.set_xlabel(f"{kind} (nats per {runs[0].per}): mean ± standard deviation, bars are seeds")
    return fig


def mixtures(runs):
    """The mixture over time of each method that changes it: seed by seed would be many, the first one is drawn."""
    moving = [g[0] for g in by_name(runs).values() if len(g[0].mixture) > 1]
    if not moving:
        return None
    columns = min(3, len(moving))
    rows_of_axes = -(-len(moving) // columns)
    fig, axes = plt.subplots(rows_of_axes, columns, figsize=(4.6 * columns, 4.6 * rows_of_axes), squeeze=False)
    fig.subplots_adjust(hspace=0.55)
    for ax in axes.flat[len(moving) :]:
        ax.set_visible(False)
    for ax, run in zip(axes.flat, moving):
        order = np.argsort(-run.mixture.mean(0))
        shown, rest = order[:9], order[9:]
        rows = [run.mixture[:, i] for i in shown] + ([run.mixture[:, rest].sum(1)] if len(rest) else [])
        labels = [run.domains[i] for i in shown] + ([f"{len(rest)} others"] if len(rest) else [])
        x = np.append(run.mixture_step, run.steps)
        rows = np.array([np.append(r, r[-1]) for r in rows])
        greys = plt.get_cmap("cividis")(np.linspace(0.05, 0.95, len(rows)))
        ax.stackplot(x, rows, labels=labels, colors=greys, step="post", edgecolor="white", linewidth=0.4)
        ax.set(
            title=f"{run.name} (seed {run.seed})",
            xlabel="optimiser steps",
            ylabel="sampling share",
            ylim=(0, 1),
            xlim=(0, run.steps),
        )
        ax.legend(fontsize=6, loc="upper left", bbox_to_anchor=(0, -0.16), ncol=2)
    return fig


def overhead(runs):
    groups = by_name(runs)
    fig, axes = plt.subplots(1, 2, figsize=(11, 0.4 * len(groups) + 1.6), sharey=True)
    hatches = ["", "//", "..", "xx", "\\\\", "oo", "++", "--"]
    for ax, field, unit in ((axes[0], "seconds", "seconds"), (axes[1], "flops", "FLOPs")):
        for k, phase in enumerate(p for p in PHASES if p in CHARGED + ("regroup",)):
            left = np.zeros(len(groups))
            for earlier in [p for p in PHASES if p in CHARGED + ("regroup",)][:k]:
                left += [share(g, field, earlier) for g in groups.values()]
            width = np.array([share(g, field, phase) for g in groups.values()])
            if width.any():
                ax.barh(
                    range(len(groups)),
                    width,
                    left=left,
                    label=phase,
                    hatch=hatches[k % 8],
                    edgecolor="white",
                    color=plt.get_cmap("cividis")(k / 8),
                )
        ax.set_xlabel(f"% of training {unit}")
    axes[0].set_yticks(range(len(groups)), list(groups))
    axes[0].invert_yaxis()
    axes[0].legend(fontsize=7)
    return fig


def share(group, field, phase):
    return 100 * np.mean(
        [getattr(r, field).get(phase, 0) / max(getattr(r, field).get("train", 0), 1e-12) for r in group]
    )


def domain_losses(runs):
    groups = {n: [r for r in g if r.original_loss is not None] for n, g in by_name(runs).items()}
    groups = {n: g for n, g in groups.items() if g}
    if not groups:
        return None
    names = next(iter(groups.values()))[0].original_domains
    table = np.array([np.mean([r.original_loss for r in g], axis=0) for g in groups.values()])
    fig, ax = plt.subplots(figsize=(max(6, 0.28 * len(names) + 3), 0.4 * len(groups) + 2))
    image = ax.imshow(table, aspect="auto", cmap="cividis")
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.grid(False)
    fig.colorbar(image, label=f"test loss (nats per {runs[0].per})")
    return fig


def choice_of_k(runs):
    """Silhouette against k, and the short runs' loss where k was chosen by it (the paper's figure 2)."""
    swept = {r.grouping: r for r in runs if r.silhouette is not None and len(r.silhouette[0]) > 1}
    if not swept:
        return None
    by_loss = any(r.k_loss is not None for r in swept.values())
    fig, axes = plt.subplots(1, 1 + by_loss, figsize=(5 + 4.5 * by_loss, 3.4), squeeze=False)
    for i, (name, run) in enumerate(sorted(swept.items())):
        k, value = run.silhouette
        axes[0][0].plot(k, value, label=name, **style(i))
        if run.k_loss is None:
            continue
        mean = run.k_loss.mean(1)
        spread = run.k_loss.std(1, ddof=1) if run.k_loss.shape[1] > 1 else np.zeros(len(k))
        axes[0][1].errorbar(k, mean, yerr=spread, capsize=3, **style(i))
        axes[0][1].plot(k[np.nanargmin(mean)], np.nanmin(mean), "o", markersize=12, fillstyle="none", color="black")
    axes[0][0].set(xlabel="clusters k", ylabel="silhouette")
    if by_loss:
        axes[0][1].set(xlabel="clusters k", ylabel=f"validation loss (nats per {runs[0].per})", title="short runs")
    fig.legend(*axes[0][0].get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, -0.02), fontsize=7)
    return fig


FIGURES = {
    "final_losses": ("Test loss by method and grouping", final_losses),
    "loss_curves": ("Validation loss against steps, FLOPs and seconds", loss_curves),
    "mixtures": ("Sampling mixture over time", mixtures),
    "overhead": ("What the methods cost, by phase", overhead),
    "domain_losses": ("Test loss of each original domain", domain_losses),
    "choice_of_k": ("What chose the number of clusters", choice_of_k),
}
