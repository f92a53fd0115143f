"""A program that Maskbench starts once (docs/programs.md), in Python: white where a picture is bright."""

import json
import sys
import time

from PIL import Image, ImageOps

answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer


def say(**line):
    print(json.dumps(line), file=answers, flush=True)


say(maskbench=1, version="bright 1.0", loading=True)
# A network would be loaded here.
say(ready=True)
for line in sys.stdin:
    job = json.loads(line)
    try:
        start = time.perf_counter()
        with Image.open(job["image"]) as file:
            image = ImageOps.exif_transpose(file).convert("L")
        decoded = time.perf_counter()
        matte = image.point(lambda value: 255 if value > 128 else 0)
        done = time.perf_counter()
        matte.save(job["matte"])
        phases = {"decodeMs": (decoded - start) * 1000, "inferenceMs": (done - decoded) * 1000}
        say(id=job["id"], ok=True, phases=phases)
    except Exception as error:  # one picture that fails is not the end
        say(id=job["id"], ok=False, message=f"{type(error).__name__}: {error}")
