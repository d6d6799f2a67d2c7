"""A deflated .npz of float16, as DataComp's metadata is, and one array of another type.

.venv-oracle/bin/python tests/oracle/npz_fixture.py tests/datasets/fixtures/half.npz
"""

import sys

import numpy as np

values = [[0, 1, -2.5, 65504], [1 / 3, 2**-24, 2**-14, -0.5]]
np.savez_compressed(sys.argv[1], half=np.array(values, np.float16), whole=np.arange(5))
