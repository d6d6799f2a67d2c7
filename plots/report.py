"""run.h5 files -> figures (PNG, PDF) and one self-contained HTML page. Called by `rnb report --html`."""

import argparse
import base64
import csv
import html
import io
import os
import pathlib
import sys

import matplotlib.pyplot as plt

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import runs as run_files
from figures import FIGURES

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1150px; padding: 0 1rem; color: #1c1c1c; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
.table {{ overflow-x: auto; }} table {{ border-collapse: collapse; font-size: 13px; white-space: nowrap; }}
th, td {{ padding: .35rem .7rem; border-bottom: 1px solid #ddd; text-align: right; }}
th:nth-child(-n+3), td:nth-child(-n+3) {{ text-align: left; }}
th button {{ font: inherit; font-weight: 600; background: none; border: 0; padding: 0; cursor: pointer; }}
th[aria-sort=ascending] button::after {{ content: " \\25B2"; }}
th[aria-sort=descending] button::after {{ content: " \\25BC"; }}
img {{ max-width: 100%; }} .note {{ color: #555; font-size: 13px; }}
</style></head><body>
<h1>{title}</h1>
<p class="note">{summary}</p>
<h2>Comparison</h2>
<div class="table">{table}</div>
{notes}
{figures}
<script>
document.querySelectorAll("th button").forEach(button => button.addEventListener("click", () => {{
  const th = button.parentElement, table = th.closest("table"), body = table.tBodies[0];
  const column = th.cellIndex, up = th.getAttribute("aria-sort") !== "ascending";
  const value = row => {{ const t = row.cells[column].textContent, n = parseFloat(t); return isNaN(n) ? t : n; }};
  [...body.rows].sort((a, b) => {{
    const x = value(a), y = value(b);
    return (x > y ? 1 : x < y ? -1 : 0) * (up ? 1 : -1);
  }}).forEach(row => body.append(row));
  table.querySelectorAll("th").forEach(h => h.removeAttribute("aria-sort"));
  th.setAttribute("aria-sort", up ? "ascending" : "descending");
}}));
</script></body></html>
"""


def table_html(text):
    rows = [r for r in csv.reader(io.StringIO(text)) if r]
    head = "".join(f"<th><button>{html.escape(c)}</button></th>" for c in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r) + "</tr>" for r in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def draw(runs, folder):
    """Writes every figure that the runs allow; yields its title and its PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for dataset in sorted({r.dataset for r in runs}):
        mine = [r for r in runs if r.dataset == dataset]
        for name, (title, make) in FIGURES.items():
            figure = make(mine)
            if figure is None:
                continue
            stem = folder / f"{dataset}_{name}"
            for suffix in ("png", "pdf"):
                figure.savefig(f"{stem}.{suffix}", bbox_inches="tight")
            plt.close(figure)
            yield f"{title} ({dataset})", pathlib.Path(f"{stem}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", required=True, type=pathlib.Path, help="the HTML page; figures go to figures/ beside it"
    )
    parser.add_argument("--table", required=True, type=pathlib.Path, help="the comparison table as CSV")
    parser.add_argument("--notes", default="", help="lines under the table")
    parser.add_argument("runs", nargs="+")
    options = parser.parse_args()
    runs = run_files.read_all(options.runs)
    finished = [r for r in runs if r.status == "complete"]
    if not finished:
        sys.exit("report: none of the runs is finished")
    parts = []
    for title, png in draw(finished, options.out.parent / "figures"):
        data = base64.b64encode(png.read_bytes()).decode()
        parts.append(
            f'<h2>{html.escape(title)}</h2><img alt="{html.escape(title)}" src="data:image/png;base64,{data}">'
        )
    seeds = ", ".join(map(str, sorted({r.seed for r in finished})))
    page = PAGE.format(
        title="rnb report: " + ", ".join(sorted({r.dataset for r in finished})),
        summary=f"{len(finished)} finished runs of {len(runs)}; seeds {seeds}. Click a column to sort.",
        table=table_html(options.table.read_text()),
        notes="".join(f'<p class="note">{html.escape(n)}</p>' for n in options.notes.splitlines()),
        figures="\n".join(parts),
    )
    temporary = options.out.with_name(f".{options.out.name}.tmp-{os.getpid()}")
    temporary.write_text(page)
    temporary.replace(options.out)


if __name__ == "__main__":
    main()
