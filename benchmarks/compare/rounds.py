"""What the comparisons share: our side as a process, rounds that alternate between the sides, and the ratio.

Import this before numpy, torch or scikit-learn: it says how many threads they may use, and that idle ones sleep
instead of turning in place, which would slow down the side whose round it is.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

THREADS = len(os.sched_getaffinity(0))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = str(THREADS)
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parse_arguments(description, **defaults):
    """--store, --work, --rounds, --json, and one option for each of `defaults`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--store", type=pathlib.Path, required=True, help="prepared store (rnb prepare)")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for what the sides exchange")
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds of each side, after one to warm up")
    parser.add_argument("--json", type=pathlib.Path, help="append the result to this file, one JSON object a line")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="build folder")
    for name, value in defaults.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    return arguments


class Ours:
    """benchmarks/compare/compare_main.cpp as a process: all is loaded when this returns."""

    def __init__(self, build, *arguments):
        command = [str(build / "benchmarks/rnb_compare"), str(THREADS), *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threads = self._answer()["threads"]
        if threads != THREADS:
            raise SystemExit(f"rnb_compare runs on {threads} threads; expected {THREADS}")

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"rnb_compare ended with {self.process.wait()}")
        return json.loads(line)

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work):
    """(seconds, what work() returned)."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def alternate(ours, theirs, rounds):
    """Both sides `rounds` times after one unmeasured round; who goes first alternates. Lists of what they return."""
    kept = [], []
    for r in range(rounds + 1):
        sides = [(kept[0], ours), (kept[1], theirs)]
        for results, side in sides if r % 2 == 0 else reversed(sides):
            answer = side()
            if r > 0:
                results.append(answer)
    return kept


def report(arguments, name, unit, ours, theirs, goal, checks, **more):
    """One line with the ratio of the medians; `checks` is a list of (text, found, allowed). Returns the exit status."""
    ratios = [b / a for a, b in zip(ours, theirs)]
    result = {
        "name": name,
        "unit": unit,
        "goal": goal,
        "ours_min": min(ours),
        "ours_median": statistics.median(ours),
        "theirs_min": min(theirs),
        "theirs_median": statistics.median(theirs),
        "ratio": statistics.median(theirs) / statistics.median(ours),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "rounds": len(ours),
        "threads": THREADS,
        "checks": [{"text": text, "found": found, "allowed": allowed} for text, found, allowed in checks],
        **more,
    }
    print(
        f"{name}: {result['ratio']:.2f}x (rounds {min(ratios):.2f} to {max(ratios):.2f}); ours "
        f"{result['ours_median']:.4g} {unit}, theirs {result['theirs_median']:.4g} {unit}"
    )
    wrong = [c for c in checks if not c[1] <= c[2]]
    for text, found, allowed in checks:
        print(f"  {text}: {found:.3g}, allowed {allowed:g}{'' if found <= allowed else '  DIFFERS'}")
    if arguments.json:
        with open(arguments.json, "a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")
    if wrong:
        print(f"{name}: the sides did not compute the same thing", file=sys.stderr)
    return 1 if wrong else 0
