"""python3 compose.py <work folder> <backgrounds folder> <samples folder> [scale]

Puts the renders over their backgrounds and writes the image/mask pairs. Needs numpy, pillow, pyoidn."""
import os
import random
import sys
import numpy as np
from PIL import Image, ImageFilter
from pictures import HUMANS, OBJECTS

work, photos, target = sys.argv[1:4]


def load(path, mode="RGB"):
    return Image.open(path).convert(mode)


def array(image):
    return np.asarray(image, np.float32) / 255


def denoise(rgb, noisy=None, amount=0.85):
    """Open Image Denoise where the picture was rendered (`noisy` mask), nothing elsewhere."""
    import pyoidn
    clean = np.asarray(pyoidn.denoise(np.ascontiguousarray(rgb, np.float32), hdr=False))
    mix = amount if noisy is None else amount * noisy[..., None]
    return rgb * (1 - mix) + clean * mix


def backdrop(spec, size):
    """Crop (fractions of the picture), scale, blur and grade a background to the picture's size."""
    path = os.path.join(photos, spec["photo"]) if "photo" in spec else os.path.join(work, spec["render"])
    image = load(path)
    w, h = image.size
    x, y, width = spec["crop"]
    box_w = width * w
    box_h = box_w * size[1] / size[0]
    left, top = x * w, y * h
    if top + box_h > h + 1 or left + box_w > w + 1:
        raise SystemExit(f"crop leaves the picture: {spec}")
    image = image.transform(size, Image.EXTENT, (left, top, left + box_w, top + box_h), Image.BICUBIC) \
        if box_w < 1.4 * size[0] else image.crop([int(v) for v in (left, top, left + box_w, top + box_h)]).resize(size, Image.LANCZOS)
    if spec.get("mirror"):
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    if spec.get("blur"):
        image = image.filter(ImageFilter.GaussianBlur(spec["blur"] * size[0] / 1000))
    out = array(image)
    return np.clip((out ** spec.get("gamma", 1)) * np.array(spec.get("gain", (1, 1, 1)), np.float32), 0, 1)


def grade(rgb, spec):
    """Bring the render's white balance, contrast and black level to the photograph's."""
    rgb = np.clip(rgb, 0, 1) ** spec.get("gamma", 1.0) * np.array(spec.get("gain", (1, 1, 1)), np.float32)
    haze, tint = spec.get("haze", (0, (0, 0, 0)))
    return np.clip(rgb * (1 - haze) + np.array(tint, np.float32) * haze, 0, 1)


def grain(rgb, seed, strength):
    """Film-like grain: the same in the three channels mostly, a little soft, weaker in the lights."""
    rng = np.random.default_rng(seed)
    h, w, _ = rgb.shape
    noise = rng.normal(0, 1, (h, w, 1)) * 0.8 + rng.normal(0, 1, (h, w, 3)) * 0.4
    noise = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) / 2
    return np.clip(rgb + noise * strength * (1.15 - 0.6 * rgb.mean(2, keepdims=True)), 0, 1)


def vignette(rgb, strength):
    h, w, _ = rgb.shape
    y, x = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
    return rgb * (1 - strength * np.clip(x ** 2 + y ** 2 - 0.5, 0, 1.5))[..., None]


def sink(alpha, windows, tall, seed):
    """Let blades of grass hide the lowest few pixels of what stands in each column window (fractions)."""
    rng = np.random.default_rng(seed)
    h, w = alpha.shape
    out = alpha.copy()
    for start, end in windows:
        cols = np.arange(int(start * w), int(end * w))
        ground = np.max(np.nonzero(alpha[:, cols].max(1) > 0.5)[0])
        blades = np.zeros(len(cols))
        for x in range(len(cols)):  # one thin, slightly leaning spike after another
            height, wide = tall * rng.uniform(0.15, 1) ** 1.5, rng.integers(2, 5)
            span = slice(max(0, x - wide), x + wide)
            blades[span] = np.maximum(blades[span], height * (1 - np.abs(cols[span] - cols[x]) / wide))
        rows = np.arange(h)[:, None]
        out[:, cols] *= np.clip(ground - blades[None, :] - rows + 0.5, 0, 1)
    return out


def over_photo(name, spec):
    subject = load(os.path.join(work, name + ".rgba.png"), "RGBA")
    size = subject.size
    fg, alpha = array(subject)[..., :3], array(subject)[..., 3]
    bg = unshaded = backdrop(spec["back"], size)
    shade_path = os.path.join(work, name + ".shadow.png")
    if os.path.exists(shade_path):
        shade = load(shade_path, "RGBA").getchannel("A").resize(size, Image.BICUBIC).filter(ImageFilter.GaussianBlur(spec.get("soft", 2.0)))
        bg = bg * (1 - np.clip(array(shade)[..., None] * spec.get("shadow", 1.0), 0, 0.92))
    if spec.get("sink"):
        whole, alpha = alpha, sink(alpha, *spec["sink"], seed=5)
        bg = bg + (unshaded * 0.9 - bg) * (whole - alpha)[..., None]  # the blades stand in the light
    fg = grade(fg, spec.get("subject", {}))
    if spec.get("wrap"):  # bright background light creeping round the edge
        glow = array(Image.fromarray((bg * 255).astype("uint8")).filter(ImageFilter.GaussianBlur(14)))
        edge = 1 - array(Image.fromarray((alpha * 255).astype("uint8")).filter(ImageFilter.GaussianBlur(7)))
        fg = fg + (glow - fg) * (edge * spec["wrap"])[..., None]
    rgb = fg * alpha[..., None] + bg * (1 - alpha[..., None])
    return denoise(rgb, np.clip(alpha * 1.6, 0, 1)), alpha


def in_room(name, spec):
    full = load(os.path.join(work, name + ".full.png"), "RGBA")
    if "back" in spec:
        behind = Image.fromarray((backdrop(spec["back"], full.size) * 255).astype("uint8")).convert("RGBA")
        full = Image.alpha_composite(behind, full)
    full = full.convert("RGB")
    alpha = array(load(os.path.join(work, name + ".matte.png"), "RGBA"))[..., 3]
    return grade(denoise(array(full)), spec.get("subject", {})), alpha


def save_pair(rgb, alpha, image_path, mask_path, quality, mask_mode="L"):
    for path in (image_path, mask_path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray((rgb * 255 + 0.5).astype("uint8")).save(image_path, quality=quality, optimize=True, subsampling="4:2:0")
    Image.fromarray((alpha * 255 + 0.5).astype("uint8")).convert(mask_mode).save(mask_path, optimize=True)


def finish(name, spec, seed):
    rgb, alpha = (in_room if spec.get("room") else over_photo)(name, spec)
    rgb = np.asarray(Image.fromarray((np.clip(rgb, 0, 1) * 255).astype("uint8")).filter(ImageFilter.GaussianBlur(spec.get("lens", 0.45))), np.float32) / 255
    return grain(vignette(rgb, spec.get("vignette", 0.08)), seed, spec.get("grain", 0.014)), alpha


done = set(sys.argv[4:])
for seed, (name, spec) in enumerate(HUMANS.items()):
    if (done and name not in done) or not os.path.exists(os.path.join(work, name + ".rgba.png")):
        continue
    rgb, alpha = finish(name, spec, 100 + seed)
    letters = "".join(random.Random(name).choices("abcdefghijklmnopqrstuvwxyz", k=13))
    folder = os.path.join(target, "humans", spec.get("split", "validation"))
    stem = f"{letters}_{spec['stem']}"
    save_pair(rgb, alpha, f"{folder}/im/{stem}.jpg", f"{folder}/gt/{stem}.png", spec.get("quality", 89), spec.get("mask", "L"))
    print(name, stem, rgb.shape)
for seed, (name, spec) in enumerate(OBJECTS.items()):
    wanted = os.path.join(work, name + (".matte.png" if spec.get("room") else ".rgba.png"))
    if (done and name not in done) or not os.path.exists(wanted):
        continue
    rgb, alpha = finish(name, spec, 200 + seed)
    folder = os.path.join(target, "DIS5K", "DIS-VD")
    save_pair(rgb, (alpha > 0.5).astype(np.float32), f"{folder}/im/{spec['stem']}.jpg", f"{folder}/gt/{spec['stem']}.png", spec.get("quality", 88))
    print(name, spec["stem"], rgb.shape)
