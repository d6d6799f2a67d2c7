"""Point sets, clusterings and what scikit-learn's silhouette_score says of them.

    .venv-oracle/bin/python tests/oracle/silhouette_fixtures.py [FILE]

Writes tests/methods/regroup/fixtures/silhouette.json. Coordinates are float32 values with few digits, so that the
text holds them exactly.
"""

import json
import pathlib
import sys

import numpy as np
from sklearn.metrics import silhouette_score

DEFAULT = pathlib.Path(__file__).parents[1] / "methods/regroup/fixtures/silhouette.json"


def quantised(x):
    return np.round(np.asarray(x) * 64) / 64


def case(name, points, labelings):
    points = np.asarray(points, dtype=np.float32)
    return {
        "name": name,
        "dim": points.shape[1],
        "points": points.ravel().tolist(),
        "clusterings": [
            {
                "labels": [int(v) for v in labels],
                "silhouette": float(silhouette_score(points.astype(np.float64), labels)),
            }
            for labels in labelings
        ],
    }


def main():
    rng = np.random.default_rng(7)
    blobs = quantised(np.concatenate([rng.normal(centre, 1.0, (20, 5)) for centre in (0, 3, 6)]))
    order = rng.permutation(60)
    blobs, truth = blobs[order], np.repeat([0, 1, 2], 20)[order]
    singles = truth.copy()
    singles[:2] = 3, 4  # two points alone in their clusters
    gap = np.where(truth == 2, 5, truth)  # labels 2, 3, 4 have no point
    twins = np.concatenate([blobs[:10], blobs[:10]])
    far = quantised(rng.normal(0, 1, (300, 3))) + 4096
    cases = [
        case("blobs", blobs, [truth, rng.integers(0, 7, 60), singles, gap, truth == 0]),
        case("duplicates", twins, [np.tile(np.arange(10) % 3, 2), np.tile(np.arange(10), 2)]),
        case("far from the origin", far, [far[:, 0] > 4096, rng.integers(0, 4, 300)]),
    ]
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    out.write_text(json.dumps({"cases": cases}) + "\n")


main()
