"""run.h5 files -> figures (PNG, PDF, and their numbers as CSV) and one HTML page. Called by `rnb report --html`."""

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
from drawing import Drawing
from figures import FIGURES
from page import page_html, write_whole
from runs import read_all
from series import Series, series_of


def file_stem(dataset: str) -> str:
    """The data set's name where it can name a file; else what is left of it, and a hash that tells it apart."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", dataset).strip("._")[:80]
    return safe if safe == dataset else f"{safe}-{hashlib.sha256(dataset.encode()).hexdigest()[:8]}"


def save(drawing: Drawing, stem: Path) -> Path:
    """Returns the PNG."""
    png = stem.with_name(stem.name + ".png")
    for suffix in ("png", "pdf"):
        drawing.figure.savefig(f"{stem}.{suffix}", bbox_inches="tight")
    plt.close(drawing.figure)
    with open(f"{stem}.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(drawing.columns)
        writer.writerows(drawing.rows)
    return png


def draw(series: dict[str, list[Series]], folder: Path) -> Iterator[tuple[str, Path]]:
    """Writes every figure that the runs allow; yields its title and its PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for dataset, mine in series.items():
        for name, (title, make) in FIGURES.items():
            drawing = make(mine)
            if drawing is not None:
                yield f"{title} ({dataset})", save(drawing, folder / f"{file_stem(dataset)}_{name}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=Path, help="the HTML page; figures go to figures/ beside it")
    parser.add_argument("--table", required=True, type=Path, help="the comparison table as CSV")
    parser.add_argument("--series", required=True, type=Path, help="JSON: which runs are one series, and its name")
    parser.add_argument("--notes", default="", help="lines under the table")
    parser.add_argument("runs", nargs="+")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    runs = read_all(options.runs)
    series = series_of(json.loads(options.series.read_text(encoding="utf-8")), runs)
    finished = [run for mine in series.values() for one in mine for run in one.runs]
    if not finished:
        sys.exit("report: none of the runs is finished")
    seeds = ", ".join(str(seed) for seed in sorted({run.seed for run in finished}))
    page = page_html(
        title="rnb report: " + ", ".join(sorted(series)),
        summary=f"{len(finished)} finished runs of {len(runs)}; seeds {seeds}. Click a column to sort.",
        table=options.table.read_text(encoding="utf-8"),
        notes=options.notes.splitlines(),
        figures=list(draw(series, options.out.parent / "figures")),
    )
    write_whole(options.out, page)


if __name__ == "__main__":
    main()
