"""The search for k that Regroup makes, this project against scikit-learn, on the same embeddings.

    .venv-oracle/bin/python benchmarks/compare/kmeans_sweep.py --store STORE --work FOLDER --points VECTORS.npy

For each k: k-means with 3 random starts of 25 iterations, then the exact mean silhouette over all points.
"""

import sys
import warnings

import numpy as np
from rounds import Ours, alternate, parse_arguments, report, timed
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score

GOAL = 3.0


def sweep(points, ks):
    """scikit-learn's side: stops early only where no label changed (tol=0), as Lloyd's algorithm does."""
    fits, scores = [], []
    for k in ks:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fits.append(KMeans(k, init="random", n_init=3, max_iter=25, tol=0, random_state=1).fit(points))
    seconds, _ = timed(lambda: scores.extend(silhouette_score(points, f.labels_) for f in fits))
    return {"inertia": [f.inertia_ for f in fits], "silhouette": scores, "silhouette_seconds": seconds}


def theirs_round(points, ks):
    seconds, answer = timed(lambda: sweep(points, ks))
    return {"seconds": seconds, "kmeans_seconds": seconds - answer["silhouette_seconds"], **answer}


def main():
    arguments = parse_arguments(__doc__.splitlines()[0], points="", k="5,10,15,20", limit=20000)
    ks = [int(k) for k in arguments.k.split(",")]
    points = np.ascontiguousarray(np.load(arguments.points)[: arguments.limit], dtype=np.float32)
    np.save(arguments.work / "points.npy", points)
    side = Ours(arguments.build, "kmeans", arguments.work / "points.npy", arguments.work / "labels.npy", *ks)
    ours, theirs = alternate(side.round, lambda: theirs_round(points, ks), arguments.rounds)
    side.close()
    mine, other = ours[-1], theirs[-1]
    inertia = max(abs(a / b - 1) for a, b in zip(mine["inertia"], other["inertia"]))
    labels = np.load(arguments.work / "labels.npy")
    same_labels = max(abs(silhouette_score(points, labels[i]) - mine["silhouette"][i]) for i in range(len(ks)))

    return report(
        arguments,
        f"k-means and silhouette, {len(points)} points, k = {arguments.k}",
        "s",
        [r["seconds"] for r in ours],
        [r["seconds"] for r in theirs],
        GOAL,
        [
            ("inertia, largest relative difference of all k", inertia, 0.01),
            ("silhouette of our labels, largest difference", same_labels, 1e-3),
        ],
        points=len(points),
        ours_kmeans_seconds=float(np.median([r["kmeans_seconds"] for r in ours])),
        theirs_kmeans_seconds=float(np.median([r["kmeans_seconds"] for r in theirs])),
    )


if __name__ == "__main__":
    sys.exit(main())
