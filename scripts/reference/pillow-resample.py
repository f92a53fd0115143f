"""Prints what Pillow's resize gives for small seeded images, as JSON with one SHA-256 a case.

    python3 scripts/reference/pillow-resample.py > test/image/pillow-resample.json

The pixels come from a generator that the test repeats (a linear congruential one), so no image needs to be kept.
"""
import hashlib, json
import PIL
from PIL import Image

FILTERS = {"lanczos": Image.Resampling.LANCZOS, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}

def noise(n, seed):
    out, state = bytearray(n), seed
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state >> 24
    return bytes(out)

def binary(n, seed):
    return bytes(255 if v >= 128 else 0 for v in noise(n, seed))

CASES = [
    # channels, width, height, to width, to height, filter, pixels
    (3, 480, 360, 320, 320, "lanczos", "noise"),
    (3, 987, 741, 1024, 1024, "lanczos", "noise"),
    (3, 61, 47, 320, 320, "lanczos", "noise"),
    (3, 1500, 40, 320, 320, "lanczos", "noise"),
    (1, 320, 320, 480, 360, "lanczos", "binary"),
    (1, 320, 320, 987, 1481, "lanczos", "binary"),
    (1, 1024, 1024, 700, 475, "lanczos", "noise"),
    (1, 7, 5, 1, 1, "lanczos", "noise"),
    (1, 1, 1, 9, 4, "lanczos", "noise"),
    (1, 50, 30, 50, 77, "lanczos", "noise"),
    (1, 50, 30, 77, 30, "lanczos", "noise"),
    (3, 200, 100, 256, 256, "bilinear", "noise"),
    (1, 256, 256, 640, 427, "bilinear", "noise"),
    (3, 640, 427, 256, 256, "bicubic", "noise"),
    (1, 64, 64, 333, 90, "bicubic", "binary"),
]

rows = []
for seed, (channels, w, h, tw, th, name, kind) in enumerate(CASES, start=1):
    data = (noise if kind == "noise" else binary)(w * h * channels, seed)
    image = Image.frombytes("RGB" if channels == 3 else "L", (w, h), data)
    out = image.resize((tw, th), FILTERS[name]).tobytes()
    rows.append({"seed": seed, "channels": channels, "width": w, "height": h, "toWidth": tw, "toHeight": th,
                 "filter": name, "pixels": kind, "sha256": hashlib.sha256(out).hexdigest(), "head": list(out[:12])})
print(json.dumps({"pillow": PIL.__version__, "cases": rows}, indent=1))
