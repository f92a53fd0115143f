"""Prints what scikit-image, OpenCV and PySODMetrics give for small drawn masks, as JSON.

    pip install scikit-image==0.25.2 opencv-python-headless==4.11.0.86 pysodmetrics==1.6.2 "numpy<2"
    python3 scripts/reference/image-structures.py image > test/image/image-structures.json
    python3 scripts/reference/image-structures.py hce   > test/metrics/hce-reference.json

OpenCV must be older than 4.13, which changed approxPolyDP (docs/metrics-structure.md). The masks are drawn in whole
numbers by the rules of test/fixtures/scenes.ts, so no image needs to be kept. Long results are given as SHA-256 of
their values as 32-bit little-endian integers.
"""
import hashlib, json, sys
import cv2, numpy as np, skimage
from skimage.measure import label
from skimage.morphology import disk, skeletonize

def noise(n, seed):
    out, state = np.empty(n, np.int64), seed
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state >> 24
    return out

def scene(kind, w, h, seed):
    return {"noise": speckle, "blobs": blobs, "shapes": shapes}[kind](w, h, seed)

def speckle(w, h, seed):
    return (noise(w * h, seed).reshape(h, w) < 40 + seed * 37 % 180).astype(np.uint8)

def blobs(w, h, seed):
    values, r = noise(w * h, seed).reshape(h, w), 1 + seed % 4
    out = np.zeros((h, w), np.uint8)
    for y in range(h):
        for x in range(w):
            window = values[max(0, y - r):y + r + 1, max(0, x - r):x + r + 1]
            out[y, x] = 2 * window.sum() >= 255 * window.size
    return out

def shapes(w, h, seed):
    out, dice = np.zeros((h, w), np.uint8), noise(300, seed)
    ys, xs = np.mgrid[:h, :w]
    for i in range(4 + seed % 9):
        kind, cx, cy, size, thick, slant = (int(v) for v in dice[6 * i:6 * i + 6])
        dx, dy = xs - cx * w // 256, ys - cy * h // 256
        radius, d2 = 1 + size * min(w, h) // 768, dx * dx + dy * dy
        if kind % 4 == 0:
            out[d2 <= radius * radius] = 1
        elif kind % 4 == 1:
            out[(d2 <= radius * radius) & (d2 >= (radius - 1 - thick % 4) ** 2)] = 1
        elif kind % 4 == 2:
            out[(abs(dx - (slant % 5 - 2) * dy) <= thick % 5) & (abs(dy) <= 2 * radius)] = 1
        else:
            out[4 * d2 <= radius * radius] = 0
    return out

CASES = [(kind, w, h, seed) for kind in ("noise", "blobs", "shapes")
         for seed, (w, h) in enumerate([(1, 1), (1, 40), (50, 1), (31, 20), (32, 33), (33, 32), (64, 48), (97, 131), (160, 90)], 1)]

def sha(values):
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<i4").tobytes()).hexdigest()

def corners(contour, epsilon, closed):
    return cv2.approxPolyDP(np.ascontiguousarray(contour), epsilon, closed)[:, 0].ravel()

def flat(parts):
    parts = [np.ravel(p) for p in parts]
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)

def image_case(kind, w, h, seed):
    mask = scene(kind, w, h, seed)
    labels = label(mask)
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    polygons = {f"{'closed' if closed else 'open'} {epsilon}": [corners(c, epsilon, closed) for c in contours]
                for closed in (True, False) for epsilon in (0, 1, 2)}
    return {
        "kind": kind, "width": w, "height": h, "seed": seed,
        "foreground": int(mask.sum()),
        "mask": sha(mask),
        "skeleton": sha(skeletonize(mask > 0)),
        "eroded": sha(cv2.erode(mask, disk(1), iterations=3)),
        "dilated": sha(cv2.dilate(mask, disk(1), iterations=3)),
        "components": int(labels.max()),
        "labels": sha(labels),
        "contours": len(contours),
        "contourPoints": sha(flat(np.concatenate([[len(c)], c.ravel()]) for c in contours)),
        "contourParents": [int(p) for p in hierarchy[0, :, 3]][:200] if len(contours) else [],
        "length": round(sum(cv2.arcLength(c, True) for c in contours), 6),
        "polygons": {name: {"corners": sum(len(p) // 2 for p in ps), "points": sha(flat(ps))} for name, ps in polygons.items()},
    }

def neighbourhoods():
    """The skeletons of all 65,536 masks of 4 x 4, bit i of the number being pixel i."""
    digest = hashlib.sha256()
    for code in range(65536):
        mask = np.array([code >> i & 1 for i in range(16)], bool).reshape(4, 4)
        digest.update(skeletonize(mask).astype(np.uint8).tobytes())
    return digest.hexdigest()

def prediction_of(truth, w, h, seed):
    """The truth with the shapes of another scene flipped, at soft values that leave something to stretch."""
    flipped = truth ^ (scene("shapes", w, h, seed + 100) & scene("blobs", w, h, seed + 200))
    dither = noise(w * h, seed + 300).reshape(h, w)
    return np.where(flipped > 0, 150 + dither % 90, 10 + dither % 70).astype(np.uint8)

def hce_case(kind, w, h, seed):
    from py_sod_metrics import HumanCorrectionEffortMeasure
    truth = scene(kind, w, h, seed)
    measure = HumanCorrectionEffortMeasure()
    measure.step(prediction_of(truth, w, h, seed), truth * np.uint8(255))
    return {"kind": kind, "width": w, "height": h, "seed": seed, "hce": int(measure.get_results()["hce"])}

versions = {"opencv": cv2.__version__, "scikit-image": skimage.__version__}
if sys.argv[1] == "image":
    report = {**versions, "allOfFourByFour": neighbourhoods(), "cases": [image_case(*c) for c in CASES]}
else:
    report = {**versions, "pysodmetrics": "1.6.2",
              "cases": [hce_case(kind, w, h, seed) for kind in ("noise", "blobs", "shapes") for seed in range(1, 9)
                        for w, h in ((61, 47), (128, 96))]}
print(json.dumps(report, indent=1))
