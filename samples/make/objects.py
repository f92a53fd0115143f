"""The other subjects: chair, guitar, lamp, plant, lattice mast. Each returns its objects."""
import math
import numpy as np
import bpy
from common import box, cylinder, material, mesh_object, tube


def chair(color=(0.28, 0.13, 0.05)):
    """A spindle-back chair: turned legs, stretchers, a saddle seat, nine thin spindles and a bow."""
    wood = material("wood", color, rough=0.42, vary=0.25, vary_scale=6, bump=(60, 0.15), Clearcoat=0.2)
    parts = []
    a = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    outline = [(0.23 * math.copysign(abs(math.cos(t)) ** 0.7, math.cos(t)), 0.21 * math.copysign(abs(math.sin(t)) ** 0.7, math.sin(t))) for t in a]
    n = len(outline)
    verts = [(x, y, 0.455 + 0.015 * (abs(x) / 0.23) ** 2) for x, y in outline] + [(x * 0.93, y * 0.93, 0.42) for x, y in outline]
    faces = [tuple(range(n)), tuple(range(2 * n - 1, n - 1, -1))] + [(i, n + i, n + (i + 1) % n, (i + 1) % n) for i in range(n)]
    parts.append(mesh_object("seat", verts, faces, wood, smooth=False))
    turned = [0.7, 1.15, 1.3, 0.75, 1.0, 1.2, 0.9, 0.8, 0.6]
    feet = {}
    for sx in (-1, 1):
        for sy in (-1, 1):
            top, foot = np.array([sx * 0.14, sy * 0.13, 0.43]), np.array([sx * 0.215, sy * 0.205, 0.0])
            feet[sx, sy] = (top, foot)
            line = [tuple(top + (foot - top) * t) for t in np.linspace(0, 1, 9)]
            parts.append(tube("leg", line, 0.017, wood, radii=turned))
    at = lambda key, t: tuple(feet[key][0] + (feet[key][1] - feet[key][0]) * t)
    middle = []
    for sx in (-1, 1):
        p, q = at((sx, -1), 0.58), at((sx, 1), 0.58)
        parts.append(tube("stretcher", [p, q], 0.010, wood))
        middle.append(tuple((np.array(p) + np.array(q)) / 2))
    parts.append(tube("stretcher", middle, 0.010, wood))
    bow = [(0.19 * math.cos(t), 0.16 + 0.14 * math.sin(t) * 0.8, 0.45 + 0.52 * math.sin(t) ** 0.8) for t in np.linspace(0.0, math.pi, 40)]
    parts.append(tube("bow", bow, 0.012, wood))
    for k in range(9):
        x = -0.145 + 0.29 * k / 8
        t = math.acos(max(-1, min(1, x * 1.15 / 0.19)))
        end = (0.19 * math.cos(t), 0.16 + 0.112 * math.sin(t), 0.45 + 0.52 * math.sin(t) ** 0.8)
        parts.append(tube("spindle", [(x, 0.16, 0.455), tuple(np.array([x * 1.06, 0.20, 0.64])), end], 0.0062, wood, radii=[1, 1.3, 0.8]))
    return parts


def guitar():
    """A flat-top guitar lying in its own plane: x along the neck, z towards the viewer."""
    top = material("spruce", (0.62, 0.33, 0.10), rough=0.28, vary=0.12, vary_scale=12, Clearcoat=0.9)
    side = material("rosewood", (0.09, 0.03, 0.015), rough=0.25, Clearcoat=0.9, vary=0.3)
    dark = material("ebony", (0.015, 0.012, 0.011), rough=0.35)
    steel = material("steel", (0.8, 0.75, 0.65), rough=0.2, metal=1.0)
    pale = material("ivory", (0.8, 0.75, 0.62), rough=0.4)
    half = [(0.0, 0.0), (0.012, 0.10), (0.05, 0.165), (0.12, 0.195), (0.20, 0.17), (0.27, 0.125), (0.32, 0.118), (0.37, 0.132),
            (0.42, 0.14), (0.46, 0.118), (0.482, 0.07), (0.487, 0.0)]
    t = np.linspace(0, len(half) - 1, 70)
    smooth = lambda v: np.convolve(np.pad(v, 3, mode="edge"), np.ones(7) / 7, "valid")
    xs, ys = smooth(np.interp(t, range(len(half)), [h[0] for h in half])), smooth(np.interp(t, range(len(half)), [h[1] for h in half]))
    ys[0] = ys[-1] = 0
    loop = list(zip(xs, ys)) + list(zip(xs[-2:0:-1], -ys[-2:0:-1]))
    n = len(loop)
    verts = [(x, y, 0.0) for x, y in loop] + [(x, y, -0.10) for x, y in loop]
    walls = [(i, n + i, n + (i + 1) % n, (i + 1) % n) for i in range(n)]
    parts = [mesh_object("body", verts, walls + [tuple(range(2 * n - 1, n - 1, -1))], side, smooth=False),
             mesh_object("top", verts[:n], [tuple(range(n))], top, smooth=False),
             tube("binding", [(x, y, 0.0) for x, y in loop], 0.004, pale, closed=True),
             cylinder("hole", (0.335, 0, 0.001), 0.048, 0.002, dark), cylinder("rosette", (0.335, 0, 0.0005), 0.062, 0.002, side),
             box("bridge", (0.135, 0, 0.006), (0.032, 0.17, 0.012), dark, bevel=0.004),
             box("saddle", (0.141, 0, 0.014), (0.004, 0.075, 0.008), pale),
             box("neck", (0.66, 0, -0.005), (0.46, 0.047, 0.026), side, bevel=0.009),
             box("board", (0.60, 0, 0.0115), (0.58, 0.052, 0.009), dark, bevel=0.002),
             box("head", (0.965, 0, -0.012), (0.17, 0.075, 0.018), side, bevel=0.006, turn=(0, 9, 0))]
    for k in range(18):
        x = 0.141 + 0.65 * 2 ** (-k / 12.0)
        parts.append(box("fret", (x, 0, 0.0165), (0.0025, 0.05, 0.002), steel))
    for k in range(6):
        y = -0.03 + 0.06 * k / 5
        post = (0.90 + 0.05 * (k if k < 3 else 5 - k), math.copysign(0.026, y), -0.004)
        parts.append(tube("string", [(0.141, y, 0.018), (0.887, y * 0.62, 0.020), post], 0.0006 + 0.00012 * (5 - k), steel, resolution=1))
        parts.append(cylinder("post", post, 0.004, 0.02, steel))
        parts.append(cylinder("peg", (post[0], math.copysign(0.056, y), -0.016), 0.009, 0.018, steel, turn=(90, 0, 0)))
        parts.append(tube("shaft", [(post[0], math.copysign(0.03, y), -0.016), (post[0], math.copysign(0.05, y), -0.016)], 0.003, steel))
    return parts


def desk_lamp(color=(0.02, 0.14, 0.15)):
    """An arm lamp: heavy foot, two pairs of thin arms, four springs, a hollow shade."""
    paint = material("enamel", color, rough=0.22, Clearcoat=0.7)
    chrome = material("chrome", (0.85, 0.85, 0.86), rough=0.08, metal=1.0)
    white = material("shade inside", (0.85, 0.83, 0.78), rough=0.5)
    parts = [cylinder("foot", (0, 0, 0.018), 0.105, 0.036, paint, bevel=0.008), cylinder("pin", (0, 0, 0.07), 0.012, 0.09, chrome)]
    base, elbow, wrist = np.array([0, 0, 0.10]), np.array([-0.20, 0, 0.42]), np.array([0.19, 0, 0.60])
    for a, b in ((base, elbow), (elbow, wrist)):
        along = (b - a) / np.linalg.norm(b - a)
        across = np.array([along[2], 0, -along[0]])
        for s in (-0.014, 0.014):
            for y in (-0.012, 0.012):
                parts.append(tube("arm", [tuple(a + across * s + [0, y, 0]), tuple(b + across * s + [0, y, 0])], 0.0036, chrome))
        t = np.linspace(0.06, 0.5, 220)
        for y in (-0.022, 0.022):
            coil = [tuple(a + (b - a) * u + across * 0.006 * math.cos(u * 420) + np.array([0, y + 0.006 * math.sin(u * 420), 0])) for u in t]
            parts.append(tube("spring", coil, 0.0011, chrome, resolution=1))
    for joint in (base, elbow, wrist):
        parts.append(box("joint", tuple(joint), (0.05, 0.034, 0.045), paint, bevel=0.008))
    tilt = math.radians(28)
    turn = lambda x, z: (wrist[0] + 0.03 + x * math.cos(tilt) - z * math.sin(tilt), wrist[2] - 0.01 + x * math.sin(tilt) + z * math.cos(tilt))
    profile = [(0.022, 0.03), (0.030, 0.02), (0.034, -0.03), (0.05, -0.06), (0.075, -0.10), (0.092, -0.15)]
    rings, sides = [], 56
    for r, z in profile:
        for k in range(sides):
            a = 2 * math.pi * k / sides
            px, pz = turn(r * math.cos(a), z)
            rings.append((px, r * math.sin(a), pz))
    faces = [(i * sides + k, i * sides + (k + 1) % sides, (i + 1) * sides + (k + 1) % sides, (i + 1) * sides + k)
             for i in range(len(profile) - 1) for k in range(sides)]
    faces.append(tuple(range(sides)))
    shade = mesh_object("shade", rings, faces, white)
    shade.data.materials.append(paint)
    solid = shade.modifiers.new("solid", "SOLIDIFY")
    solid.thickness, solid.material_offset = 0.0025, 1
    parts.append(shade)
    bx, bz = turn(0, -0.09)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.03, location=(bx, 0, bz))
    bulb = bpy.context.object
    glow = material("bulb", (1, 0.9, 0.75), Emission=(1, 0.78, 0.5, 1), Emission_Strength=6.0)
    bulb.data.materials.append(glow)
    parts.append(bulb)
    parts.append(tube("flex", [tuple(wrist + [0.02, 0.02, 0.02]), (0.02, 0.05, 0.62), (-0.20, 0.045, 0.45), (-0.12, 0.045, 0.25), (0.0, 0.06, 0.10),
                               (0.02, 0.15, 0.005), (0.22, 0.20, 0.004), (0.33, 0.12, 0.004)], 0.003, material("flex", (0.6, 0.06, 0.04), rough=0.6), smooth_path=True))
    return parts


def leaf(base, heading, length, width, droop, mat, rng, up=(0, 0, 1)):
    """A blade: a strip with a fold down the middle that bends down along its length."""
    heading = np.array(heading) / np.linalg.norm(heading)
    side = np.cross(heading, up)
    side /= np.linalg.norm(side) + 1e-9
    verts, faces, steps, p, d = [], [], 9, np.array(base, float), heading.copy()
    for k in range(steps + 1):
        t = k / steps
        w = width * math.sin(math.pi * min(1, 0.06 + 0.94 * t)) ** 0.8 * (1 - 0.25 * t)
        fold = np.cross(side, d) * w * 0.35
        verts += [tuple(p - side * w + fold), tuple(p), tuple(p + side * w + fold)]
        if k:
            o = 3 * (k - 1)
            faces += [(o, o + 1, o + 4, o + 3), (o + 1, o + 2, o + 5, o + 4)]
        d = d + np.array([0, 0, -droop / steps]) + rng.normal(0, 0.015, 3)
        d /= np.linalg.norm(d)
        p = p + d * length / steps
    return mesh_object("leaf", verts, faces, mat)


def palm(seed=5, fronds=15):
    """A potted palm: arching stems, each with two rows of narrow leaflets."""
    rng = np.random.default_rng(seed)
    greens = [material("green", c, rough=0.42, vary=0.2, vary_scale=30, Specular=0.35) for c in
              ((0.05, 0.15, 0.03), (0.07, 0.19, 0.035), (0.035, 0.11, 0.025), (0.13, 0.19, 0.05))]
    stem, clay = material("stem", (0.12, 0.18, 0.05), rough=0.5), material("clay", (0.36, 0.13, 0.06), rough=0.8, vary=0.25, bump=(50, 0.3))
    soil = material("soil", (0.03, 0.02, 0.013), rough=1.0, bump=(120, 1.0))
    parts = [cylinder("pot", (0, 0, 0.13), 0.105, 0.26, clay, top=0.145), cylinder("rim", (0, 0, 0.25), 0.155, 0.05, clay, bevel=0.008, top=0.158),
             cylinder("soil", (0, 0, 0.272), 0.14, 0.01, soil)]
    for f in range(fronds):
        a = 2 * math.pi * (f * 0.381966) + rng.normal(0, 0.1)
        lean = rng.uniform(0.12, 0.75)
        length = rng.uniform(0.6, 0.92)
        d = np.array([math.cos(a) * lean, math.sin(a) * lean, 1.0])
        d /= np.linalg.norm(d)
        p, line, dirs = np.array([0.03 * math.cos(a), 0.03 * math.sin(a), 0.27]), [], []
        for k in range(26):
            line.append(tuple(p))
            dirs.append(d.copy())
            d = d + np.array([math.cos(a) * 0.03, math.sin(a) * 0.03, -0.055 * (0.4 + lean)])
            d /= np.linalg.norm(d)
            p = p + d * length / 25
        parts.append(tube("stem", line, 0.005, stem, radii=list(np.linspace(1, 0.25, 26))))
        mat = greens[int(rng.integers(4))]
        for k in range(7, 26):
            t = (k - 7) / 18
            side = np.cross(dirs[k], [0, 0, 1])
            side /= np.linalg.norm(side)
            for s in (-1, 1):
                heading = dirs[k] * (0.5 + 0.5 * t) + side * s * (0.9 - 0.4 * t) + rng.normal(0, 0.08, 3)
                parts.append(leaf(line[k], heading, (0.21 - 0.11 * t) * rng.uniform(0.85, 1.1), 0.0085, rng.uniform(0.3, 0.9), mat, rng))
    return parts


def lattice_mast(height=24.0, base=4.2):
    """A power-line mast of angle iron: four tapering legs, crossed braces, three pairs of arms, insulators."""
    steel = material("galvanised", (0.42, 0.43, 0.44), rough=0.55, metal=0.6, vary=0.2, vary_scale=0.6)
    glass = material("insulator", (0.10, 0.05, 0.03), rough=0.2)
    parts = []
    bar = lambda a, b, w: parts.append(tube("bar", [tuple(a), tuple(b)], w, steel, resolution=1))
    waist, top = 0.55 * height, height
    wide = lambda z: np.interp(z, [0, waist, 0.9 * top, top], [base, 1.5, 1.1, 0.12]) / 2
    corner = lambda z, k: np.array([wide(z) * (1, 1, -1, -1)[k], wide(z) * (1, -1, -1, 1)[k], z])
    levels = [0]
    while levels[-1] < top - 0.7:
        levels.append(min(top, levels[-1] + max(1.0, wide(levels[-1]) * 2 * 0.95)))
    for lo, hi in zip(levels, levels[1:]):
        for k in range(4):
            n = (k + 1) % 4
            bar(corner(lo, k), corner(hi, k), 0.075)
            bar(corner(lo, k), corner(hi, n), 0.035)
            bar(corner(lo, n), corner(hi, k), 0.035)
            bar(corner(hi, k), corner(hi, n), 0.032)
    for z, reach in ((0.66 * top, 3.6), (0.78 * top, 4.4), (0.90 * top, 3.2)):
        for s in (-1, 1):
            tip = np.array([s * reach, 0, z + 0.25])
            w = wide(z)
            low = [np.array([s * w, y, z]) for y in (-w, w)]
            high = [np.array([s * wide(z + 1.1), y, z + 1.1]) for y in (-w, w)]
            for a in low + high:
                bar(a, tip, 0.045)
            for t in (0.25, 0.5, 0.75):
                for lo, hi in zip(low, high):
                    bar(lo + (tip - lo) * t, hi + (tip - hi) * max(0, t - 0.2), 0.026)
                bar(low[0] + (tip - low[0]) * t, low[1] + (tip - low[1]) * t, 0.026)
            for k in range(9):
                parts.append(cylinder("disc", (tip[0], 0, tip[2] - 0.2 - 0.13 * k), 0.13, 0.06, glass, sides=16))
            bar(tip, tip - [0, 0, 1.4], 0.02)
    return parts
