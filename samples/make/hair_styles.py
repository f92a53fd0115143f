"""Hair styles: each returns a list of strands for a head given in world metres."""
import numpy as np
from hair import STEPS, children, grow, push_out, roots


class Head:
    """What a style needs to know: surface, scalp, centre and the body to keep out of."""
    def __init__(self, points, faces, scalp, centre, forward, up, body_tree, seed):
        self.points, self.faces, self.scalp = points, faces, scalp
        self.centre, self.forward, self.up = centre, forward, up
        self.side = np.cross(forward, up)
        self.bvh, self.rng = body_tree, np.random.default_rng(seed)

    def roots(self, count, mask=None):
        return roots(self.points, self.faces, self.scalp if mask is None else mask, count, self.rng)


def short(head, length=0.035, count=26000, comb=(0.6, -0.2, 0.3), frizz=0.003):
    """Cropped hair combed along comb = (forward, up, side)."""
    p, n = head.roots(500)
    way = comb[0] * head.forward + comb[1] * head.up + comb[2] * head.side
    guides = []
    for q, m in zip(p, n):
        high = np.clip(((q - head.centre) @ head.up) / 0.1, 0, 1)
        own = length * (0.45 + 0.75 * high)
        guides.append(grow(q, m, own, head.bvh, lambda s, t: way + 0.25 * m, 0.78, 0.004, head.rng))
    q, _ = head.roots(count)
    return children(q, guides, head.rng, clump=0.45, frizz=frizz, shorten=0.4, stray=0.06)


def long_straight(head, length=0.42, count=34000, wave=(0, 0), frizz=0.012, parting=0.01, volume=0.016):
    """Hair parted in the middle, combed sideways and down over the shoulders."""
    p, n = head.roots(700)
    guides = []
    for q, m in zip(p, n):
        x = (q - head.centre) @ head.side - parting
        away = np.sign(x) * head.side

        def heading(s, t, away=away):
            out = max(0.0, 1 - 3.2 * t)
            return out * (away * 0.75 - 0.25 * head.forward) - head.up * (0.5 + 1.6 * t) - 0.10 * head.forward * (1 - t)
        guides.append(grow(q, m, length * head.rng.uniform(0.88, 1.0), head.bvh, heading, 0.35,
                           volume * head.rng.uniform(0.5, 1.1), head.rng))
    q, _ = head.roots(count)
    return children(q, guides, head.rng, clump=0.55, frizz=frizz, curl=wave, shorten=0.15, stray=0.05)


def afro(head, length=0.085, count=42000, curl=(0.0035, 0.014), frizz=0.008):
    p, n = head.roots(600)
    guides = []
    for q, m in zip(p, n):
        out = (q - head.centre) / np.linalg.norm(q - head.centre)
        way = 0.75 * out + 0.35 * m + 0.12 * head.up
        guides.append(grow(q, m, length * head.rng.uniform(0.85, 1.05), None, lambda s, t: way, 0.5, 0, head.rng))
    q, _ = head.roots(count)
    return children(q, guides, head.rng, clump=0.25, frizz=frizz, curl=curl, shorten=0.3, stray=0.1)


def bun(head, at=(-0.085, 0.085, 0), size=0.042, count=20000, frizz=0.002):
    """Hair drawn back over the scalp to a knot, the knot itself, and loose short hairs."""
    knot = head.centre + at[0] * head.forward + at[1] * head.up + at[2] * head.side
    p, n = head.roots(600)
    guides = []
    for q, m in zip(p, n):
        line = [q]
        for k in range(1, STEPS):
            t = k / (STEPS - 1)
            s = q * (1 - t) + knot * t
            line.append(push_out(s, head.bvh, 0.003 + 0.006 * np.sin(np.pi * t)))
        guides.append(np.array(line))
    q, _ = head.roots(count)
    strands = children(q, guides, head.rng, clump=0.3, frizz=frizz, shorten=0.04, stray=0.05)
    a = np.linspace(0, 1, 40)[:, None]
    for _ in range(5000):  # the knot: loops on a squashed ball
        axis = head.rng.normal(0, 0.5, 3) + (knot - head.centre) / np.linalg.norm(knot - head.centre) * 1.6
        axis /= np.linalg.norm(axis)
        e1 = np.cross(axis, head.rng.normal(0, 1, 3))
        e1 /= np.linalg.norm(e1)
        e2 = np.cross(axis, e1)
        lift = head.rng.uniform(-0.9, 0.9)
        ring = size * np.sqrt(1 - lift ** 2 * 0.8) * head.rng.uniform(0.9, 1.03)
        turn = a * head.rng.uniform(2.5, 5.5) + head.rng.uniform(0, 6.28)
        loop = knot + axis * lift * size * 0.8 + ring * (np.cos(turn) * e1 + np.sin(turn) * e2)
        strands.append(loop + head.rng.normal(0, 0.0006, loop.shape))
    return strands + flyaways(head, 350, 0.05)


def flyaways(head, count, length):
    p, n = head.roots(count)
    out = []
    for q, m in zip(p, n):
        way = m * 0.4 + head.rng.normal(0, 0.5, 3) - head.up * 0.25
        out.append(grow(q, m, length * head.rng.uniform(0.3, 1), head.bvh, lambda s, t: way, 0.8, 0.004, head.rng))
    return out


def beard(head, mask, length=0.03, count=12000, curl=(0.001, 0.01)):
    p, n = head.roots(300, mask)
    guides = []
    for q, m in zip(p, n):
        low = np.clip((head.centre - q) @ head.up / 0.11, 0.25, 1)
        way = -0.75 * head.up + 0.35 * head.forward + 0.2 * m
        guides.append(grow(q, m, length * low, head.bvh, lambda s, t: way, 0.6, 0.003, head.rng))
    q, _ = head.roots(count, mask)
    return children(q, guides, head.rng, clump=0.3, frizz=0.003, curl=curl, shorten=0.4, stray=0.05)


def brows(head, points, rest, thick=1.0):
    """Two eyebrows: short hairs leaning outwards along an arched band above each eye (rest pose, dm)."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    around = ((np.abs(y - 7.45) < 0.22) & (x < 0.75) & (z > 0.7)).astype(float)
    p, n, r = roots(points, head.faces, around, int(9000 * thick), head.rng, carry=rest)
    middle = np.interp(np.abs(r[:, 0]), [0.12, 0.34, 0.54], [7.415, 7.475, 7.42])
    half = np.interp(np.abs(r[:, 0]), [0.10, 0.14, 0.34, 0.54, 0.56], [0.0, 0.040, 0.034, 0.010, 0.0]) * thick
    keep = np.abs(r[:, 1] - middle) < half * head.rng.uniform(0.4, 1.0, len(r))
    out = []
    for q, m, at in zip(p[keep], n[keep], r[keep]):
        rise = 0.5 - 0.9 * min(1, abs(at[0]) / 0.5)
        way = np.sign(at[0]) * np.array([0.9, 0, 0]) + head.up * rise + head.rng.normal(0, 0.10, 3)
        out.append(grow(q, m, 0.0055 * head.rng.uniform(0.6, 1.1), None, lambda s, t: way, 0.25, 0, head.rng))
    return out
