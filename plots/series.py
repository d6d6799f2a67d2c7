"""The series of the figures: what `rnb report` says is one row of its table (`--series`)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from runs import Run


@dataclass
class Series:
    name: str  # of no other series of its data set
    grouping: str  # as short as tells it from the others
    runs: list[Run]  # by seed
    kinds: dict[str, str]  # what phases count as, for runs that do not say it themselves

    def last(self, curve: str) -> list[float]:
        """The curve's value at the end, of the runs that have it."""
        return [float(r.curves[curve]["value"][-1]) for r in self.runs if has(r, curve)]

    def overhead_phases(self) -> set[str]:
        return {phase for run in self.runs for phase in self.costs(run, "flops", "overhead")}

    def costs(self, run: Run, measure: str, kind: str) -> dict[str, float]:
        """By phase, of the phases that count as `kind`; measure: seconds or flops."""
        said = self.kinds | run.bill.kind
        return {p: c for p, c in getattr(run.bill, measure).items() if said.get(p) == kind}

    def overhead(self, measure: str, phase: str | None = None) -> float:
        """What the method cost in % of the run's own steps, in all or in one phase: the mean over runs. Of seconds
        only those count that no other run shared the machine in. NaN: no run says it."""
        shares = []
        for run in self.runs:
            own = sum(self.costs(run, measure, "own_step").values())
            if own <= 0 or (measure == "seconds" and run.shared_machine):
                continue
            costs = self.costs(run, measure, "overhead")
            shares.append(100 * (sum(costs.values()) if phase is None else costs.get(phase, 0.0)) / own)
        return mean(shares)

    def regroup_seconds(self) -> float:
        return mean([sum(self.costs(run, "seconds", "regroup").values()) for run in self.runs])


def has(run: Run, curve: str) -> bool:
    return curve in run.curves and len(run.curves[curve]["value"]) > 0


def mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def series_of(said: dict[str, Any], runs: list[Run]) -> dict[str, list[Series]]:
    """By data set, in the order in which they are drawn."""
    by_id = {run.run_id: run for run in runs}
    out: dict[str, list[Series]] = {}
    for one in said["series"]:
        members = [by_id[run_id] for run_id in one["runs"]]
        out.setdefault(one["dataset"], []).append(Series(one["name"], one["grouping"], members, said["phases"]))
    return out
