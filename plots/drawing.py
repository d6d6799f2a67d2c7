"""What all figures share. Readable in grey: series differ in line style and marker, not in colour alone."""

from dataclasses import dataclass
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

STYLES = ["-", "--", "-.", ":"]
MARKERS = "osD^vPX*"
HATCHES = ["", "//", "..", "xx", "\\\\", "oo", "++", "--"]

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


@dataclass
class Drawing:
    figure: Figure
    columns: tuple[str, ...]  # of the numbers that were drawn
    rows: list[tuple[Any, ...]]


def grey(share: Any) -> Any:
    """Colours whose lightness grows with the share, 0 to 1: one number, or an array of them."""
    return plt.get_cmap("cividis")(share)


def style(i: int) -> dict[str, Any]:
    """Of the i-th series."""
    return {"linestyle": STYLES[i % 4], "marker": MARKERS[i % 8], "color": grey(0.02 + 0.9 * ((i * 3) % 7) / 6)}
