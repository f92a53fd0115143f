"""Prints test/image/warp.json: hashes of warps by SciPy and by OpenCV.

Needs numpy, scipy and opencv-python-headless 4.12:
  python3 scripts/reference/warp.py > test/image/warp.json
"""

import hashlib
import json

import cv2
import numpy
import scipy
from scipy.ndimage import map_coordinates

SIZES = [(450, 300), (97, 150), (1481, 987), (33, 2), (1024, 684), (200, 684)]
FRAME = (1024, 684)


def picture(width, height):
    i = numpy.arange(width * height * 3, dtype=numpy.int64)
    return ((i * i * 7 + i * 13) % 251).astype(numpy.uint8).reshape(height, width, 3)


def logits(width, height):
    i = numpy.arange(width * height, dtype=numpy.int64)
    return ((((i * 37) % 1009) - 504) / 64).astype(numpy.float32).reshape(height, width)


def by_scipy(plane, scale, width, height):
    inverse = numpy.linalg.inv(numpy.diag([scale, scale, 1.0]))
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    at = [inverse[1, 1] * y, inverse[0, 0] * x]
    return map_coordinates(plane.astype(numpy.float64), at, order=1, mode="constant", cval=0).astype(plane.dtype)


def by_opencv(image, scale, width, height):
    return cv2.warpAffine(image, numpy.diag([scale, scale, 1.0])[:2], (width, height), flags=cv2.INTER_LINEAR)


def digest(array):
    return hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()


def main():
    cases = []
    for kind, warp in (("scipy-linear", by_scipy), ("opencv-linear", by_opencv)):
        for width, height in SIZES:
            scale = min(FRAME[0] / width, FRAME[1] / height)
            image = picture(width, height)
            if kind == "scipy-linear":
                frame = numpy.dstack([warp(image[:, :, c], scale, *FRAME) for c in range(3)])
            else:
                frame = warp(image, scale, *FRAME)
            back = numpy.linalg.inv(numpy.diag([scale, scale, 1.0]))[0, 0]
            mask = warp(logits(*FRAME), back, width, height) > 0
            cases.append(
                {
                    "kind": kind,
                    "width": width,
                    "height": height,
                    "toWidth": FRAME[0],
                    "toHeight": FRAME[1],
                    "frame": digest(frame),
                    "floats": digest(mask.astype(numpy.uint8) * 255),
                }
            )
    versions = {"numpy": numpy.__version__, "scipy": scipy.__version__, "opencv": cv2.__version__}
    print(json.dumps({"command": "python3 scripts/reference/warp.py", "versions": versions, "cases": cases}, indent=1))


main()
