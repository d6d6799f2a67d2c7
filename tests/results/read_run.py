"""Reads the hand-made run with h5py and checks it against docs/results-format.md. Exit status 1: it differs."""

import json
import sys

import h5py
import numpy as np


def check_tree(name, item):
    if isinstance(item, h5py.Group):
        assert item.attrs["encoding-type"].startswith("rnb-"), name
        assert item.attrs["encoding-version"] == "1", name
    else:
        assert isinstance(item.attrs["units"], str), name
        assert item.dtype.names is None, f"{name} is a compound type"


with h5py.File(sys.argv[1], "r") as run:
    check_tree("/", run)
    run.visititems(check_tree)
    assert run.attrs["encoding-type"] == "rnb-run"
    assert run.attrs["status"] == "complete"
    assert run.attrs["parameters"] == 12345
    assert json.loads(run["provenance"].attrs["experiment"])["steps"] == "20"
    assert run["provenance"].attrs["command_line"] == "rnb run --note 'größer, \"besser\"'"
    assert run["curves/test_loss/value"][-1] == 5.5
    assert run["curves/test_domain_mean_loss/value"][-1] == 5.75
    np.testing.assert_array_equal(run["mixture/proposed"], [[0.5, 0.5], [0.75, 0.25]])
    np.testing.assert_array_equal(run["mixture/realised_counts"], [[4, 4], [76, 76]])
    assert list(run["mixture/domain_names"].asstr()) == ["noun.food", "verb.motion"]
    assert json.loads(run["signals/data"].asstr()[0]) == {"losses": [0.5, 0.5]}
    seconds = dict(zip(run["overhead/phase"].asstr(), run["overhead/seconds"]))
    assert seconds == {"train": 10, "signal": 1, "update": 0.5, "regroup": 0, "eval_report": 2}
    kinds = dict(zip(run["overhead/phase"].asstr(), run["overhead/kind"].asstr()))
    assert kinds["train"] == "own_step" and kinds["signal"] == "overhead" and kinds["regroup"] == "regroup"
    assert json.loads(run.attrs["row"])["steps"] == "20"
    operators = set(
        zip(run["overhead/module_phase"].asstr(), run["overhead/module_name"].asstr(), run["overhead/module_flops"])
    )
    assert operators == {("train", "aten::mm", 4e9), ("train", "aten::bmm", 2e9), ("signal", "aten::mm", 3e8)}
    assert run["overhead"].attrs["wall_seconds"] == 14
    np.testing.assert_array_equal(run["eval/valid/active/loss"], [[np.nan, 5], [np.nan, 5]])
    assert list(run["eval/examples/id"].asstr()) == ["ex-1", "ex-ü", "ex-3"]
    np.testing.assert_array_equal(run["eval/examples/loss"], [10.5, np.nan, 0])
    assert run["eval/examples/tokens"].dtype == np.int64
    assert run["warnings"].attrs["examples_cut"] == 7
