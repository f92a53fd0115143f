"""Runs rembg over images with model files of our choice, for scripts/parity/run.mjs.

Reads a job as JSON from standard input:
  {"sessions": [{"name": "u2net", "files": ["model.onnx"], "options": {...}, "images": [{"path": ..., "out": ...}]}]}
writes each mask as PNG (several masks stacked, as rembg stacks them) and prints one line of JSON an image, then the
versions. rembg itself decides how a picture is opened, turned, fed and read; only the downloads are left out.

With the argument "serve" (bench/rembg.mjs) the first line of standard input is a job with one session and no images;
it answers {"loadMs": ...}, and then every line {"images": [...]} with {"predictMs": [...], "inferenceMs": [...],
"wallMs": ...}: the whole of rembg's work on an image, and what ONNX Runtime takes of it.
"""

import json
import os
import sys
import time

# Before rembg is imported: it asks for the number of threads when a session is made.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import onnxruntime
import PIL
import numpy
from PIL import Image
from rembg import remove
from rembg.sessions import sessions


def with_files(session_class, files):
    """The session class, but for where its model files lie."""
    found = files[0] if len(files) == 1 else tuple(files)
    return type(
        f"Local{session_class.__name__}",
        (session_class,),
        {"download_models": classmethod(lambda cls, *args, **kwargs: found)},
    )


def open_session(name, files):
    options = onnxruntime.SessionOptions()
    threads = int(os.environ["OMP_NUM_THREADS"])
    options.inter_op_num_threads = threads
    options.intra_op_num_threads = threads
    extra = {"model_path": files[0]} if name.endswith("_custom") else {}
    start = time.perf_counter()
    session = with_files(sessions[name], files)(name, options, **extra)
    return session, (time.perf_counter() - start) * 1000


def predict(session, path, options):
    with Image.open(path) as image:
        image.load()
        start = time.perf_counter()
        mask = remove(image, session=session, only_mask=True, **options)
        return mask, (time.perf_counter() - start) * 1000


class Timed:
    """An ONNX Runtime session that adds up how long its runs take."""

    def __init__(self, session):
        self.session = session
        self.ms = 0.0

    def run(self, *args, **kwargs):
        start = time.perf_counter()
        try:
            return self.session.run(*args, **kwargs)
        finally:
            self.ms += (time.perf_counter() - start) * 1000

    def __getattr__(self, name):
        return getattr(self.session, name)


def main():
    job = json.load(sys.stdin)
    for wanted in job["sessions"]:
        session, load_ms = open_session(wanted["name"], wanted["files"])
        for image in wanted["images"]:
            line = {"session": wanted["name"], "path": image["path"], "loadMs": load_ms}
            try:
                mask, line["predictMs"] = predict(session, image["path"], wanted.get("options", {}))
                if "out" in image:
                    mask.save(image["out"])
            except Exception as error:  # one picture that rembg refuses is a finding, not the end
                line["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(line), flush=True)
    print(
        json.dumps(
            {
                "versions": {
                    "python": sys.version.split()[0],
                    "rembg": version_of("rembg"),
                    "onnxruntime": onnxruntime.__version__,
                    "pillow": PIL.__version__,
                    "numpy": numpy.__version__,
                    "scipy": version_of("scipy"),
                    "opencv": version_of("opencv-python-headless"),
                }
            }
        )
    )


def serve():
    wanted = json.loads(sys.stdin.readline())["sessions"][0]
    session, load_ms = open_session(wanted["name"], wanted["files"])
    session.inner_session = Timed(session.inner_session)
    print(json.dumps({"loadMs": load_ms}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        times = []
        inference = []
        for image in json.loads(line)["images"]:
            session.inner_session.ms = 0.0
            mask, ms = predict(session, image["path"], wanted.get("options", {}))
            times.append(ms)
            inference.append(session.inner_session.ms)
            if "out" in image:
                mask.save(image["out"])
        wall_ms = (time.perf_counter() - start) * 1000
        print(json.dumps({"predictMs": times, "inferenceMs": inference, "wallMs": wall_ms}), flush=True)


def version_of(package):
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


serve() if sys.argv[1:] == ["serve"] else main()
