"""rembg itself as a program (docs/programs.md): rembg_program.py SESSION [MODEL.onnx]; without a file rembg fetches its own.

OMP_NUM_THREADS, where it is set, is the number of threads, as everywhere in rembg.
"""

import json
import sys
from importlib.metadata import version

answers, sys.stdout = sys.stdout, sys.stderr


def say(**line):
    print(json.dumps(line), file=answers, flush=True)


say(maskbench=1, version=f"rembg {version('rembg')}", loading=True)

from PIL import Image  # noqa: E402
from rembg import new_session, remove  # noqa: E402
from rembg.sessions import sessions  # noqa: E402

name, files = sys.argv[1], sys.argv[2:]
if files:  # the network of our choice
    found = classmethod(lambda cls, *args, **kwargs: files[0])
    sessions[name].download_models = found
session = new_session(name)
say(ready=True)
for line in sys.stdin:
    job = json.loads(line)
    try:
        with Image.open(job["image"]) as image:
            remove(image, session=session, only_mask=True).save(job["matte"])
        say(id=job["id"], ok=True)
    except Exception as error:
        say(id=job["id"], ok=False, message=f"{type(error).__name__}: {error}")
