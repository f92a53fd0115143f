"""Prints what OpenCV's resize gives by default (INTER_LINEAR) for small seeded 8-bit images, as JSON with a SHA-256 a case.

    pip install opencv-python-headless
    python3 scripts/reference/opencv-resize.py > test/image/opencv-resize.json

The pixels come from a generator that the test repeats (a linear congruential one), so no image needs to be kept.
"""
import hashlib, json
import cv2
import numpy as np

def noise(n, seed):
    out, state = bytearray(n), seed
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state >> 24
    return bytes(out)

def binary(n, seed):
    return bytes(255 if v >= 128 else 0 for v in noise(n, seed))

CASES = [
    # width, height, to width, to height, pixels
    (320, 320, 480, 360, "binary"),
    (256, 256, 640, 427, "noise"),
    (1024, 1024, 700, 475, "noise"),
    (1024, 1024, 987, 1481, "binary"),
    (512, 384, 256, 192, "noise"),  # exactly half: the mean of four
    (512, 384, 256, 191, "noise"),
    (513, 385, 256, 192, "noise"),
    (512, 384, 128, 96, "noise"),
    (384, 512, 1152, 1536, "noise"),
    (7, 5, 1, 1, "noise"),
    (2, 2, 1, 1, "noise"),
    (1, 1, 9, 4, "noise"),
    (1, 40, 13, 77, "noise"),
    (50, 30, 50, 77, "noise"),
    (50, 30, 77, 30, "noise"),
    (50, 30, 100, 15, "noise"),
]

rows = []
for seed, (w, h, tw, th, kind) in enumerate(CASES, start=1):
    data = (noise if kind == "noise" else binary)(w * h, seed)
    image = np.frombuffer(data, np.uint8).reshape(h, w)
    out = cv2.resize(image, (tw, th)).tobytes()
    rows.append({"seed": seed, "width": w, "height": h, "toWidth": tw, "toHeight": th, "pixels": kind,
                 "sha256": hashlib.sha256(out).hexdigest(), "head": list(out[:12])})
print(json.dumps({"opencv": cv2.__version__, "cases": rows}, indent=1))
