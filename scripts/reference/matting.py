"""Prints what scipy, scikit-image and OpenCV give for the steps of the matting metrics on small seeded images, as JSON.

    python3 scripts/reference/matting.py | npx prettier --parser json > test/metrics/matting.json

needs numpy, scipy, scikit-image and opencv-python.

The pixels come from a generator that the test repeats (a linear congruential one over square blocks), so no image
needs to be kept. Formulas: Rhemann et al. 2009 over the whole image, with P3M's parameters.
"""
import json
import cv2, numpy, scipy, skimage
import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.measure import label

def blocks(width, height, block, kind, seed):
    columns, rows = -(-width // block), -(-height // block)
    state, values = seed, []
    for _ in range(columns * rows):
        state = (state * 1664525 + 1013904223) % 2**32
        v = state >> 24
        values.append({"soft": v, "mask": 255 if v >= 100 else 0, "levels": v // 64 * 85}[kind])
    grid = np.array(values, np.uint8).reshape(rows, columns)
    return grid.repeat(block, 0).repeat(block, 1)[:height, :width]

def gradient(alpha):
    down = gaussian_filter(alpha, 1.4, order=[1, 0], output=np.float32)
    across = gaussian_filter(alpha, 1.4, order=[0, 1], output=np.float32)
    return np.sqrt(down**2 + across**2)

def connectedness(a, g):
    """The last threshold at which each pixel is in the largest component of what both mattes have."""
    steps = np.arange(0, 1.1, 0.1)
    last = np.full(a.shape, -1, np.float32)
    for k in range(1, len(steps)):
        labels = label((a >= steps[k]) & (g >= steps[k]), connectivity=1)
        if labels.max() == 0:
            continue
        core = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
        last[(last == -1) & ~core] = steps[k - 1]
    last[last == -1] = 1
    return last

def connectivity(a, g):
    last = connectedness(a, g)
    phi = [1 - (v - last) * ((v - last) >= 0.15) for v in (a, g)]
    return float(np.abs(phi[0] - phi[1]).sum()) / 1000

CASES = [
    # width, height, block, kind of the prediction, kind of the truth
    (1, 1, 1, "soft", "soft"),
    (3, 2, 1, "soft", "mask"),
    (5, 40, 2, "soft", "mask"),
    (40, 5, 3, "levels", "levels"),
    (33, 31, 1, "soft", "soft"),
    (33, 31, 1, "levels", "levels"),
    (64, 48, 8, "mask", "mask"),
    (97, 131, 5, "levels", "soft"),
    (131, 97, 30, "mask", "mask"),
    (150, 20, 4, "soft", "mask"),
]

rows = []
for seed, (width, height, block, prediction, truth) in enumerate(CASES, start=1):
    a, g = (blocks(width, height, block, kind, seed + 100 * i) / 255 for i, kind in enumerate((prediction, truth)))
    difference = np.square(gradient(a) - gradient(g))
    rows.append({"seed": seed, "width": width, "height": height, "block": block, "prediction": prediction, "truth": truth,
                 "gradient": float(difference.sum(dtype=np.float64)) / 10, "gradientInSingle": float(difference.sum()) / 10,
                 "connectivity": connectivity(a, g)})
kernels = {r: np.count_nonzero(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1)), axis=1).tolist()
           for r in (1, 2, 3, 5, 8, 16)}
versions = {"numpy": numpy.__version__, "scipy": scipy.__version__, "skimage": skimage.__version__, "opencv": cv2.__version__}
print(json.dumps({"versions": versions, "kernelRows": kernels, "cases": rows}))
