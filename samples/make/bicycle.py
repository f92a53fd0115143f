"""A bicycle from tubes: two spoked wheels, diamond or step-through frame, chain, saddle, bars."""
import math
import numpy as np
import bpy
from common import box, cylinder, material, mesh_object, tube


def ring(centre, radius, n=96):
    a = np.linspace(0, 2 * math.pi, n, endpoint=False)
    return [(centre[0] + radius * math.cos(t), centre[1], centre[2] + radius * math.sin(t)) for t in a]


def wheel(centre, radius, mats, spokes=32, spoke=0.0011, tyre=0.016, hub=0.03):
    rubber, metal = mats["rubber"], mats["metal"]
    cx, cy, cz = centre
    parts = [tube("tyre", ring(centre, radius - tyre), tyre, rubber, closed=True, resolution=6),
             tube("rim", ring(centre, radius - 2.2 * tyre), 0.009, metal, closed=True, resolution=3),
             cylinder("hub", centre, 0.017, 2 * hub, metal, turn=(90, 0, 0)),
             cylinder("axle", centre, 0.007, 2 * hub + 0.06, metal, turn=(90, 0, 0))]
    for side in (-1, 1):
        parts.append(cylinder("flange", (cx, cy + side * hub, cz), 0.029, 0.004, metal, turn=(90, 0, 0)))
    for k in range(spokes):  # laced three-cross: each spoke leaves its flange at a slant
        side = 1 if k % 2 else -1
        a = 2 * math.pi * k / spokes
        lean = a + (1.15 if (k // 2) % 2 else -1.15)
        start = (cx + 0.026 * math.cos(lean), cy + side * hub, cz + 0.026 * math.sin(lean))
        end = (cx + (radius - 2.4 * tyre) * math.cos(a), cy, cz + (radius - 2.4 * tyre) * math.sin(a))
        parts.append(tube("spoke", [start, end], spoke, metal, resolution=1))
    return parts


def bicycle(color, step_through=False, basket=False, mudguards=False, seed=1):
    """Stands on z=0 along x, front wheel at +x. Returns its objects."""
    mats = {"rubber": material("rubber", (0.02, 0.02, 0.02), rough=0.75, vary=0.3),
            "metal": material("metal", (0.75, 0.76, 0.78), rough=0.22, metal=1.0),
            "paint": material("paint", color, rough=0.25, vary=0.08, Clearcoat=0.8, Clearcoat_Roughness=0.08),
            "leather": material("leather", (0.10, 0.045, 0.02), rough=0.5, bump=(180, 0.3)),
            "dark": material("dark", (0.03, 0.03, 0.035), rough=0.4, metal=0.6)}
    r = 0.345
    rear, front = (-0.51, 0, r), (0.53, 0, r)
    bottom, seat_top, head_low, head_top = (-0.08, 0, 0.285), (-0.235, 0, 0.80), (0.385, 0, 0.66), (0.345, 0, 0.83)
    parts = wheel(rear, r, mats) + wheel(front, r, mats)
    bar = lambda a, b, w=0.0145: parts.append(tube("frame", [a, b], w, mats["paint"]))
    bar(bottom, (-0.245, 0, 0.86))
    bar(bottom, head_low, 0.017)
    if step_through:
        parts.append(tube("frame", [(0.365, 0, 0.76), (0.20, 0, 0.58), (0.0, 0, 0.46), (-0.17, 0, 0.55)], 0.0145,
                          mats["paint"], smooth_path=True))
    else:
        bar(seat_top, (0.352, 0, 0.80))
    bar(head_low, head_top, 0.02)
    for side in (-1, 1):
        w = side * 0.055
        bar((bottom[0], side * 0.03, bottom[2]), (rear[0], w, rear[2]), 0.008)
        bar((seat_top[0], side * 0.015, seat_top[2] - 0.02), (rear[0], w, rear[2]), 0.007)
        parts.append(tube("fork", [(0.387, side * 0.03, 0.655), (0.425, w, 0.56), (0.49, w, 0.42), (front[0], w, front[2])],
                          0.010, mats["paint"], smooth_path=True))
    # drive: chainring, cranks, pedals, sprocket, chain
    y = -0.045
    parts.append(tube("chainring", ring((bottom[0], y, bottom[2]), 0.088, 48), 0.0035, mats["metal"], closed=True))
    for k in range(5):
        a = 2 * math.pi * k / 5 + 0.3
        parts.append(tube("arm", [(bottom[0], y, bottom[2]), (bottom[0] + 0.086 * math.cos(a), y, bottom[2] + 0.086 * math.sin(a))],
                          0.006, mats["metal"]))
    parts.append(tube("sprocket", ring((rear[0], y, rear[2]), 0.034, 32), 0.005, mats["dark"], closed=True))
    for up in (1, -1):
        parts.append(tube("chain", [(rear[0], y, rear[2] + up * 0.036), (bottom[0], y, bottom[2] + up * 0.09)], 0.0035, mats["dark"]))
    for side, angle in ((-1, -0.5), (1, math.pi - 0.5)):
        yy = side * 0.075
        tip = (bottom[0] + 0.165 * math.cos(angle), yy, bottom[2] + 0.165 * math.sin(angle))
        parts.append(tube("crank", [(bottom[0], yy, bottom[2]), tip], 0.009, mats["metal"]))
        parts.append(box("pedal", (tip[0], side * 0.125, tip[2]), (0.09, 0.085, 0.02), mats["dark"], bevel=0.005))
    parts.append(cylinder("bracket", bottom, 0.022, 0.16, mats["metal"], turn=(90, 0, 0)))
    # saddle, post, stem and bars
    parts.append(tube("post", [(-0.245, 0, 0.85), (-0.268, 0, 0.945)], 0.012, mats["metal"]))
    outline = [(0.14, 0.018), (0.06, 0.028), (-0.02, 0.05), (-0.09, 0.085), (-0.135, 0.08), (-0.15, 0.0)]
    loop = [(x, w) for x, w in outline] + [(x, -w) for x, w in outline[-2::-1]]
    verts = [(-0.27 + x, w, 0.965 + 0.012 * (x < -0.08)) for x, w in loop] + [(-0.27 + x * 0.95, w * 1.05, 0.93) for x, w in loop]
    n = len(loop)
    faces = [tuple(range(n)), tuple(range(2 * n - 1, n - 1, -1))] + [(i, n + i, n + (i + 1) % n, (i + 1) % n) for i in range(n)]
    parts.append(mesh_object("saddle", verts, faces, mats["leather"], subdiv=2))
    parts.append(tube("stem", [(0.345, 0, 0.83), (0.335, 0, 0.90), (0.40, 0, 0.935)], 0.012, mats["metal"]))
    back = 0.16 if step_through else 0.10
    parts.append(tube("bars", [(0.40 - back, -0.27, 0.985), (0.40 - back * 0.7, -0.25, 0.985), (0.42, -0.13, 0.95), (0.40, 0, 0.935),
                               (0.42, 0.13, 0.95), (0.40 - back * 0.7, 0.25, 0.985), (0.40 - back, 0.27, 0.985)], 0.011,
                      mats["metal"], smooth_path=True))
    for side in (-1, 1):
        parts.append(tube("grip", [(0.40 - back - 0.01, side * 0.272, 0.985), (0.40 - back * 0.35, side * 0.235, 0.978)], 0.0165, mats["leather"]))
        parts.append(tube("lever", [(0.44, side * 0.17, 0.95), (0.40 - back * 0.2, side * 0.235, 0.945)], 0.005, mats["metal"]))
        parts.append(tube("cable", [(0.44, side * 0.17, 0.95), (0.52, side * 0.10, 0.93), (0.48, 0, 0.84), (0.38, 0.012, 0.74)], 0.0022,
                          mats["dark"], smooth_path=True))
    if mudguards:
        for cx, a0, a1 in ((rear[0], 20, 215), (front[0], -10, 160)):
            arc = [(cx + 0.362 * math.cos(math.radians(a)), 0, r + 0.362 * math.sin(math.radians(a))) for a in np.linspace(a0, a1, 40)]
            guard = tube("mudguard", arc, 0.02, mats["paint"], resolution=3)
            guard.scale = (1, 1.3, 1)
            parts.append(guard)
        rack = [(-0.22, 0.80), (-0.75, 0.80)]
        for y in (-0.06, 0, 0.06):
            parts.append(tube("rack", [(x, y, z) for x, z in rack], 0.005, mats["metal"]))
        for side in (-1, 1):
            parts.append(tube("rack", [(-0.70, side * 0.06, 0.80), (rear[0], side * 0.06, rear[2])], 0.005, mats["metal"]))
    if basket:
        parts += wire_basket((0.56, 0, 0.80), mats["dark"])
    parts.append(tube("stand", [(-0.15, 0.04, 0.27), (-0.24, 0.17, 0.005)], 0.008, mats["metal"]))
    return parts


def wire_basket(centre, mat):
    cx, cy, cz = centre
    parts = []
    loop = lambda s, z: [(cx + s * 0.13, cy - s * 0.17, z), (cx + s * 0.13, cy + s * 0.17, z), (cx - s * 0.13, cy + s * 0.17, z), (cx - s * 0.13, cy - s * 0.17, z)]
    for k in range(6):
        t = k / 5
        parts.append(tube("wire", loop(0.8 + 0.2 * t, cz + 0.22 * t), 0.003 if k < 5 else 0.005, mat, closed=True))
    for a in range(4):
        for u in np.linspace(0, 1, 9)[:-1]:
            low, high = loop(0.8, cz), loop(1.0, cz + 0.22)
            p = [tuple(np.array(l[a]) * (1 - u) + np.array(l[(a + 1) % 4]) * u) for l in (low, high)]
            parts.append(tube("wire", p, 0.002, mat))
    for u in np.linspace(0.1, 0.9, 6):
        parts.append(tube("wire", [(cx - 0.104 + 0.208 * u, cy - 0.136, cz), (cx - 0.104 + 0.208 * u, cy + 0.136, cz)], 0.002, mat))
    return parts
