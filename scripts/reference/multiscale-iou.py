"""Prints how far PySODMetrics' multi-scale IoU lies from itself in double precision, by the size of the image: it counts edge
pixels in half precision. A sheet of discs as the truth, the same moved by a pixel as the prediction.

  pip install numpy scipy opencv-python-headless scikit-image scikit-learn
  pip install --no-deps pysodmetrics==1.6.2
  python3 scripts/reference/multiscale-iou.py
"""

import importlib.metadata

import numpy

# its name before NumPy 2
numpy.trapz = getattr(numpy, "trapezoid", None) or numpy.trapz
from py_sod_metrics import MSIoU  # noqa: E402


def discs(height, width, pitch, shift=0):
    rows, columns = numpy.mgrid[0:height, 0:width]
    inside = (rows % pitch - pitch / 2) ** 2 + ((columns + shift) % pitch - pitch / 2) ** 2 < (pitch / 3) ** 2
    return inside.astype(numpy.uint8) * 255


class Exact(MSIoU):
    """As it is, but for the type in which edge pixels are counted."""

    def get_edge(self, mask):
        return super().get_edge(mask).astype(numpy.float64)


def score(kind, prediction, truth):
    metric = kind(with_dynamic=False, with_adaptive=False, with_binary=True)
    metric.step(pred=prediction, gt=truth)
    return float(metric.get_results()["binary"])


print(f"numpy {numpy.__version__}, PySODMetrics {importlib.metadata.version('pysodmetrics')}")
for height, width in [(600, 400), (1200, 900), (3000, 4000)]:
    for pitch in [16, 64, 256]:
        truth, prediction = discs(height, width, pitch), discs(height, width, pitch, 1)
        half, exact = score(MSIoU, prediction, truth), score(Exact, prediction, truth)
        apart = 100 * abs(half / exact - 1)
        print(f"{width} x {height}, discs {pitch} apart: half {half:.6f}, double {exact:.6f}, {apart:.3f} % apart")
