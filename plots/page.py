"""One self-contained HTML page: a table that sorts, notes, and figures. Every text from a run file is escaped."""

import base64
import csv
import html
import io
import os
from pathlib import Path

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


def table_html(text: str) -> str:
    rows = [r for r in csv.reader(io.StringIO(text)) if r]
    head = "".join(f"<th><button>{html.escape(c)}</button></th>" for c in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r) + "</tr>" for r in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def figure_html(title: str, png: Path) -> str:
    data = base64.b64encode(png.read_bytes()).decode()
    safe = html.escape(title)
    return f'<h2>{safe}</h2><img alt="{safe}" src="data:image/png;base64,{data}">'


def page_html(title: str, summary: str, table: str, notes: list[str], figures: list[tuple[str, Path]]) -> str:
    """`table`: as CSV; `figures`: each with its title."""
    return PAGE.format(
        title=html.escape(title),
        summary=html.escape(summary),
        table=table_html(table),
        notes="".join(f'<p class="note">{html.escape(note)}</p>' for note in notes),
        figures="\n".join(figure_html(caption, png) for caption, png in figures),
    )


def write_whole(file: Path, text: str) -> None:
    """Nothing half-written ever has the file's name."""
    temporary = file.with_name(f".{file.name}.tmp-{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
