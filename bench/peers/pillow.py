"""Times Pillow's Lanczos resize of raw pixels; prints JSON. Called by bench/resample.mjs.

    python3 pillow.py FILE MODE WIDTH HEIGHT TO_WIDTH TO_HEIGHT REPEATS
"""
import hashlib, json, sys, time
from PIL import Image

path, mode = sys.argv[1:3]
width, height, to_width, to_height, repeats = map(int, sys.argv[3:])
with open(path, "rb") as file:
    image = Image.frombytes(mode, (width, height), file.read())
times = []
for _ in range(repeats):
    start = time.perf_counter()
    out = image.resize((to_width, to_height), Image.Resampling.LANCZOS)
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"times": times, "sha256": hashlib.sha256(out.tobytes()).hexdigest()}))
