"""What scripts/bench.sh measured, as Markdown tables.

    python3 benchmarks/table.py FOLDER

FOLDER holds micro-*.json (Google Benchmark), compare.jsonl (benchmarks/compare) and share-*.json (`rnb info --json`);
what is missing is left out.
"""

import collections
import json
import pathlib
import statistics
import sys

SHARE_GOAL = 2.0  # % of train


def rows(title, header, lines):
    if not lines:
        return
    print(f"\n{title}\n\n| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def verdict(met):
    return "met" if met else "missed"


def comparisons(file):
    for line in file.read_text(encoding="utf-8").splitlines():
        r = json.loads(line)
        same = all(c["found"] <= c["allowed"] for c in r["checks"])
        yield [
            r["name"],
            *(f"{r[s + '_min']:.4g} / {r[s + '_median']:.4g} {r['unit']}" for s in ("ours", "theirs")),
            f"{r['ratio']:.2f}x",
            f"{r['ratio_min']:.2f} to {r['ratio_max']:.2f}",
            str(r["rounds"]),
            "yes" if same else "NO",
            f"{r['goal']}x {verdict(r['ratio'] >= r['goal'])}",
        ]


def shares(folder):
    for file in sorted(folder.glob("share-*.json")):
        runs = json.loads(file.read_text(encoding="utf-8"))
        share = [100 * (r["seconds"]["signal"] + r["seconds"]["update"]) / r["seconds"]["train"] for r in runs]
        step = [1e3 * r["seconds"]["train"] / int(r["experiment"]["steps"]) for r in runs]
        key = runs[0]["experiment"]
        yield [
            file.stem.removeprefix("share-"),
            key["model"],
            f"{key['batch']} x {key['context']}",
            str(len(runs)),
            f"{statistics.median(step):.1f} ms",
            f"{min(share):.2f} / {statistics.median(share):.2f} / {max(share):.2f} %",
            f"{100 * statistics.median(r['overhead_flops'] for r in runs):.2f} %",
            f"{SHARE_GOAL:g} % {verdict(statistics.median(share) < SHARE_GOAL)}",
        ]


def micro(folder):
    for file in sorted(folder.glob("micro-*.json")):
        times = collections.defaultdict(list)
        rate = {}
        for b in json.loads(file.read_text(encoding="utf-8"))["benchmarks"]:
            if b.get("run_type") == "aggregate":
                continue
            name = b["run_name"].removesuffix("/real_time")
            times[name].append(b["real_time"])
            unit = b["time_unit"]
            rate[name] = (unit, b.get("bytes_per_second"))
        for name, values in times.items():
            unit, bytes_per_second = rate[name]
            yield [
                name,
                f"{min(values):.4g} / {statistics.median(values):.4g} {unit}",
                f"{bytes_per_second / 1e6:.1f} MB/s" if bytes_per_second else "",
            ]


def main():
    folder = pathlib.Path(sys.argv[1])
    compare = folder / "compare.jsonl"
    rows(
        "Against other libraries (min / median of the rounds)",
        ["what", "rnb", "the other", "ratio of medians", "ratio by round", "rounds", "same result", "goal"],
        list(comparisons(compare)) if compare.exists() else [],
    )
    rows(
        "R&B's signal + update as a share of train (min / median / max of the runs)",
        ["store", "model", "batch", "runs", "train a step", "seconds", "method's FLOPs", "goal"],
        list(shares(folder)),
    )
    rows("Parts (min / median of the repetitions)", ["benchmark", "time", "rate"], list(micro(folder)))


if __name__ == "__main__":
    main()
