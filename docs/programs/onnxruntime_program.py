"""ONNX Runtime for Python as a program (docs/programs.md): any network of Maskbench with one map or classes as its output, with
what its Node binding cannot set.

  onnxruntime_program.py [--threads N] [--providers JSON] [--session JSON] [--bind DEVICE]

  --providers '[["TensorrtExecutionProvider", {"trt_engine_cache_enable": true, "trt_fp16_enable": true}],
                ["CUDAExecutionProvider", {"use_tf32": "0"}]]'
  --session   '{"session.intra_op.allow_spinning": "0"}'   entries of the session's configuration
  --bind      cuda:0     input and output stay in buffers on the card until the output is read

The spec names the network (`network:`); Maskbench says where it lies and how it is fed by MASKBENCH_NETWORK.
"""

import argparse
import json
import os
import sys
import time
from importlib.metadata import version

answers, sys.stdout = sys.stdout, sys.stderr


def say(**line):
    print(json.dumps(line), file=answers, flush=True)


say(maskbench=1, version=f"onnxruntime {version('onnxruntime')}, pillow {version('pillow')}", loading=True)

import numpy as np  # noqa: E402
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime as ort  # noqa: E402
from PIL import Image, ImageOps  # noqa: E402

FILTERS = {"lanczos": Image.LANCZOS, "bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR}


def filter_of(name):
    """Pillow's own; a filter of libvips is another one."""
    library, _, kernel = name.partition("-")
    if not library.startswith("pillow"):
        raise ValueError(f"there is no filter {name} here")
    return FILTERS[kernel]


def place(width, height, spec):
    """Where the picture lies in what is fed: size, then left, top, width and height of the picture in it."""
    box_w, box_h, fit = spec["width"], spec["height"], spec["fit"]
    if fit == "stretch":
        return box_w, box_h, (0, 0, box_w, box_h)
    if not spec["enlarge"] and width <= box_w and height <= box_h:
        inner = (width, height)
    elif width * box_h >= height * box_w:
        inner = (box_w, max(1, box_w * height // width))
    else:
        inner = (max(1, box_h * width // height), box_h)
    if fit == "inside":
        w, h = (max(1, side // spec["multipleOf"]) * spec["multipleOf"] for side in inner)
        return w, h, (0, 0, w, h)
    centred = spec["anchor"] == "centre"
    left, top = ((box_w - inner[0]) >> 1, (box_h - inner[1]) >> 1) if centred else (0, 0)
    return box_w, box_h, (left, top, *inner)


def to_tensor(image, spec):
    width, height, (left, top, w, h) = placed = place(image.width, image.height, spec)
    inner = np.asarray(image.resize((w, h), filter_of(spec["resample"])))
    divisor = max(int(inner.max()), 1e-6) if spec["divideBy"] == "image-max" else spec["divideBy"]
    pixels = np.full((height, width, 3), spec["pad"], np.uint8)
    pixels[top : top + h, left : left + w] = inner
    if spec["channels"] == "bgr":
        pixels = pixels[..., ::-1]
    values = (pixels.astype(np.float64) / divisor - np.array(spec["mean"])) / np.array(spec["std"])
    if spec["type"] == "uint8":
        values = np.clip(np.floor(values + 0.5), 0, 255)
    values = values.astype(spec["type"])
    return np.ascontiguousarray(values.transpose(2, 0, 1) if spec["layout"] == "nchw" else values)[None], placed


def to_planes(output, layout, placed):
    output = output.astype(np.float32)
    if output.ndim == 4:
        planes = output[0].transpose(2, 0, 1) if layout == "nhwc" else output[0]
    else:
        planes = output.reshape(1, *output.shape[-2:])
    width, height, (left, top, w, h) = placed
    map_h, map_w = planes.shape[1:]

    def scaled(value, to, of):
        return int(np.floor(value * to / of + 0.5))

    x, y = min(scaled(left, map_w, width), map_w - 1), min(scaled(top, map_h, height), map_h - 1)
    right, bottom = scaled(left + w, map_w, width), scaled(top + h, map_h, height)
    return planes[:, y : y + max(1, bottom - y), x : x + max(1, right - x)]


def resized(levels, size, spec):
    return Image.fromarray(levels, "L").resize(size, filter_of(spec["resample"]))


def read_matte(planes, size, spec):
    if "divideBy" in spec:
        planes = planes / np.float32(spec["divideBy"])
    channels = np.atleast_1d(spec["channel"])
    if spec["activation"] == "softmax":
        powers = np.exp(planes.astype(np.float64) - planes.max(axis=0))
        values = (powers[channels].sum(axis=0) / powers.sum(axis=0)).astype(np.float32)
    else:
        chosen = planes[channels]
        values = (1 / (1 + np.exp(-chosen)) if spec["activation"] == "sigmoid" else chosen).sum(axis=0)
    if not np.isfinite(values).all():
        raise ValueError("the output has values that are NaN or infinite")
    if spec["rescale"] == "min-max":
        low, high = values.min(), values.max()
        values = np.zeros_like(values) if low == high else (values - low) / (high - low)
    return resized(np.clip(values * np.float32(255), 0, 255).astype(np.uint8), size, spec)


def read_classes(planes, size, spec):
    classes = spec["classes"]
    names = classes["names"]
    foreground = [names.index(name) for name in classes.get("foreground", names[1:])]
    indices = (planes.argmax(axis=0) if len(planes) > 1 else np.clip(np.round(planes[0]), 0, 255)).astype(np.uint8)

    def mask(wanted):
        if classes["enlarge"] == "indices":
            return np.isin(np.asarray(resized(indices, size, spec)), wanted).astype(np.uint8) * 255
        return np.asarray(resized(np.isin(indices, wanted).astype(np.uint8) * 255, size, spec))

    if classes["matte"] == "union":
        return Image.fromarray(mask(foreground))
    if classes["matte"] == "stacked":
        raise ValueError("stacked masks are not of the picture's size")
    return Image.fromarray(mask([names.index(classes["matte"])]))


def open_session(path, options):
    settings = ort.SessionOptions()
    if options.threads:
        settings.intra_op_num_threads = options.threads
    for key, value in json.loads(options.session).items():
        settings.add_session_config_entry(key, value)
    providers = [tuple(one) if isinstance(one, list) else one for one in json.loads(options.providers)]
    session = ort.InferenceSession(path, settings, providers=providers)
    first = providers[0][0] if isinstance(providers[0], tuple) else providers[0]
    if session.get_providers()[0] != first:  # ONNX Runtime falls back without a word
        raise SystemExit(f"{first} is not available, only {', '.join(session.get_providers())}")
    return session


def infer(session, tensor, name, bind):
    [fed] = session.get_inputs()
    if bind is None:
        return session.run([name], {fed.name: tensor})[0]
    device, _, index = bind.partition(":")
    binding = session.io_binding()
    binding.bind_ortvalue_input(fed.name, ort.OrtValue.ortvalue_from_numpy(tensor, device, int(index or 0)))
    binding.bind_output(name, device, int(index or 0))
    session.run_with_iobinding(binding)
    return binding.copy_outputs_to_cpu()[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--providers", default='["CPUExecutionProvider"]')
    parser.add_argument("--session", default="{}")
    parser.add_argument("--bind")
    options = parser.parse_args()
    with open(os.environ["MASKBENCH_NETWORK"], encoding="utf8") as file:
        network = json.load(file)
    spec = network["spec"]
    if spec["feeding"] == "sam":
        raise SystemExit("a network that is asked by prompts is not run by this program")
    read = read_matte if spec["feeding"] == "matte" else read_classes
    session = open_session(network["paths"]["model"], options)
    select = spec["output"]["select"]
    name = select if isinstance(select, str) else session.get_outputs()[select].name
    say(ready=True)
    for line in sys.stdin:
        job = json.loads(line)
        try:
            times = [time.perf_counter()]
            with Image.open(job["image"]) as file:
                image = ImageOps.exif_transpose(file).convert("RGB")
            times.append(time.perf_counter())
            tensor, placed = to_tensor(image, spec["input"])
            times.append(time.perf_counter())
            output = infer(session, tensor, name, options.bind)
            times.append(time.perf_counter())
            matte = read(to_planes(output, spec["output"]["layout"], placed), image.size, spec["output"])
            times.append(time.perf_counter())
            matte.save(job["matte"], compress_level=1)
            phases = zip(("decodeMs", "preprocessMs", "inferenceMs", "postprocessMs"), times, times[1:])
            say(id=job["id"], ok=True, phases={phase: (end - start) * 1000 for phase, start, end in phases})
        except Exception as error:
            say(id=job["id"], ok=False, message=f"{type(error).__name__}: {error}")


main()
