"""Prints test/models/numpy-exp.json: numpy's float32 exponential of some values, as the 32 bits of each.

  python3 scripts/reference/numpy-exp.py > test/models/numpy-exp.json
"""

import json

import numpy

values = numpy.concatenate(
    [numpy.linspace(-104, 89, 97), numpy.linspace(-8, 8, 129), [0, -0.0, 1e-7, -1e-30, 88.7228, -103.97]]
).astype(numpy.float32)
print(
    json.dumps(
        {
            "command": "python3 scripts/reference/numpy-exp.py",
            "numpy": numpy.__version__,
            "values": values.view(numpy.uint32).tolist(),
            "exponentials": numpy.exp(values).view(numpy.uint32).tolist(),
        }
    )
)
