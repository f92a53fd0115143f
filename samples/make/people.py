"""The eight people: body, skin, hair, clothes, light and framing of each."""
import numpy as np
import common as c


# --- garments: (region, body) -> (helper faces to cut, skin to hide, options) ---------------
def top(neck=5.75, sleeve="long", hem=-0.3, gap=0.012, loosen=6, wrinkles=0.007):
    def cut(r, body):
        x, y, z = r["x"], r["y"], r["z"]
        reach = {"none": 1.62, "short": 2.9, "elbow": 3.6, "long": 99}[sleeve]
        side = x * 0.78 - (y - 4.9) * 0.62       # grows along the hanging arm
        line = neck - 0.22 * np.clip(z - 0.1, 0, 1) + 1.0 * np.clip(x - 0.8, 0, 1)
        inside = (y < line) & ((y > hem) | (r["arm"] > 0.5)) & ((r["arm"] < 0.35) | (side < reach))
        hides = inside & (y < line - 0.30) & ((y > hem + 0.25) | (r["arm"] > 0.5)) & ((r["arm"] < 0.35) | (side < reach - 0.22))
        if sleeve == "long":
            hides &= ~((r["forearm"] > 0.5) & (x > 4.05))
        return inside, hides, dict(gap=gap, loosen=loosen, wrinkles=wrinkles)
    return cut


def trousers(waist=0.55, gap=0.012):
    def cut(r, body):
        y, low = r["y"], -7.75
        inside = (y < waist) & (y > low) & (r["arm"] < 0.3)
        hides = (y < waist - 0.3) & (y > low + 0.25) & (r["arm"] < 0.3)
        widen = lambda rest: 0.018 * np.clip((-2 - rest[:, 1]) / 4, 0, 1)
        return inside, hides, dict(gap=gap, loosen=8, wrinkles=0.010, wrinkle_size=0.11, widen=widen)
    return cut


# --- lights --------------------------------------------------------------------------------
def sun(direction, strength, color=(1, 0.95, 0.88), size=2):
    return lambda centre: c.sun(direction, strength, color, size)


def sky(top, horizon, ground, strength=1.0):
    return lambda centre: c.sky(top, horizon, ground, strength)


def window(offset, size, power, color=(1, 1, 1)):
    return lambda centre: c.panel(tuple(centre + np.array(offset)), tuple(centre), size, power, color)


def portrait(distance=1.3, lens=75, aside=0.0, drop=0.06, high=0.02):
    return lambda centre, floor: ((centre[0] + aside, centre[1] - distance, centre[2] + high),
                                  (centre[0] + aside * 0.15, centre[1], centre[2] - drop), lens)


def full_length(distance=4.2, lens=68, aside=0.0, high=1.25):
    return lambda centre, floor: ((aside, -distance, floor + high), (aside * 0.6, 0, floor + 0.86), lens)


DAY = sky((0.45, 0.6, 1.0), (0.85, 0.9, 1.0), (0.14, 0.15, 0.07), 0.75)
SMILE = {"expression/units/caucasian/mouth-corner-puller": 0.55}
BLACK_HAIR, DARK_HAIR = (0.012, 0.010, 0.009), (0.028, 0.017, 0.011)

PEOPLE = {
    "long_hair": dict(  # portrait, autumn meadow
        seed=11, size=(864, 1080), body=("female", "caucasian"), targets=SMILE,
        pose={"head": (2, 8, -4), "neck_01": (0, 5, 0)}, look=(-10, 0),
        skin=(0.66, 0.37, 0.25), lips=(0.45, 0.11, 0.10), scalp=(0.10, 0.05, 0.025), iris=(0.10, 0.16, 0.22),
        hair=[("long_straight", {"wave": (0.006, 0.16)}), ("flyaways", {"count": 160, "length": 0.06})],
        hair_color=dict(color=(0.12, 0.055, 0.024)), brow_color=dict(color=(0.06, 0.03, 0.016)),
        clothes=[dict(name="blouse", cut=top(neck=5.75), color=(0.05, 0.12, 0.22))],
        lights=[DAY, sun((0.6, 0.7, -0.75), 2.4)], camera=portrait(drop=0.08)),
    "afro": dict(  # half-length, mountains
        seed=23, size=(1000, 1000), body=("female", "african"), targets=SMILE,
        pose={"head": (-2, -16, 5), "spine_03": (0, -12, 0), "upperarm_r": (0, 0, 38)}, look=(12, 0),
        skin=(0.155, 0.062, 0.033), lips=(0.14, 0.045, 0.035), scalp=BLACK_HAIR, iris=(0.05, 0.022, 0.01),
        hair=[("afro", {})], hair_color=dict(color=BLACK_HAIR, shine=0.35),
        clothes=[dict(name="sweater", cut=top(neck=5.85, gap=0.018, wrinkles=0.012), color=(0.75, 0.42, 0.03), weave=500)],
        lights=[DAY, sun((-0.7, 0.55, -0.8), 3.4)], camera=portrait(distance=1.75, lens=78, drop=0.11, aside=0.03)),
    "beard": dict(  # half-length, in a room
        seed=31, size=(900, 1100), body=("male", {"caucasian": 0.5, "african": 0.25, "asian": 0.25}, "young", "maxweight"),
        targets={}, pose={"head": (3, 14, 0), "spine_03": (0, 14, 0)}, look=(-8, 2),
        skin=(0.36, 0.175, 0.095), lips=(0.28, 0.10, 0.08), scalp=(0.22, 0.115, 0.07), iris=(0.06, 0.03, 0.012),
        hair=[("beard", {"length": 0.05, "count": 15000})], hair_color=dict(color=DARK_HAIR),
        clothes=[dict(name="striped shirt", cut=top(neck=5.85, gap=0.015, wrinkles=0.009), color=(0.60, 0.62, 0.60),
                      stripes=(0.045, (0.06, 0.08, 0.13)))],
        lights=[sky((0.20, 0.19, 0.18), (0.26, 0.24, 0.22), (0.12, 0.10, 0.08), 0.8),
                window((-1.6, -1.0, 0.5), (1.3, 1.8), 65, (0.9, 0.96, 1.0)), window((1.2, 1.2, 0.5), (0.5, 1), 18, (1, 0.75, 0.5))],
        camera=portrait(distance=1.7, lens=70, drop=0.17, aside=-0.04)),
    "short_black": dict(  # half-length, forest stream
        seed=47, size=(1200, 900), body=("male", "asian", "young", "minweight"), targets=SMILE,
        pose={"head": (4, -10, 6), "neck_01": (2, -6, 0), "spine_03": (0, -10, 0)}, look=(8, 0),
        skin=(0.55, 0.31, 0.19), lips=(0.42, 0.16, 0.13), scalp=BLACK_HAIR, iris=(0.05, 0.025, 0.012),
        hair=[("short", {"length": 0.055, "comb": (0.75, -0.15, 0.35), "count": 18000})], hair_color=dict(color=BLACK_HAIR),
        clothes=[dict(name="tee", cut=top(neck=5.95, sleeve="short", gap=0.016, wrinkles=0.012), color=(0.62, 0.62, 0.58))],
        lights=[sky((0.75, 0.85, 0.7), (0.35, 0.42, 0.28), (0.10, 0.10, 0.07), 1.1), sun((0.35, 0.25, -1), 1.0, size=20)],
        camera=portrait(distance=1.9, lens=85, drop=0.10, aside=0.15)),
    "hijab": dict(  # portrait, mountain path
        seed=53, size=(864, 1080), body=("female", {"caucasian": 0.6, "african": 0.2, "asian": 0.2}), targets=SMILE,
        pose={"head": (0, 12, 3), "neck_01": (0, 4, 0)}, look=(-9, 1),
        skin=(0.48, 0.26, 0.155), lips=(0.36, 0.10, 0.09), iris=(0.06, 0.03, 0.012), hair=[],
        hair_color=dict(color=DARK_HAIR), scarf=(0.18, 0.32, 0.30),
        clothes=[dict(name="tunic", cut=top(neck=5.9, gap=0.016, wrinkles=0.010), color=(0.09, 0.05, 0.10))],
        lights=[DAY, sun((-0.5, 0.8, -0.8), 2.8)], camera=portrait(distance=1.4, lens=98, drop=0.035)),
    "runner": dict(  # whole figure, meadow path; the mask is stored as RGB
        seed=61, size=(900, 1260), body=("male", "african", "young", "averageweight", "maxmuscle"), targets={},
        pose={"head": (0, -14, 0), "upperarm_l": (-16, 0, -34), "upperarm_r": (18, 0, 34), "lowerarm_l": (-22, 0, 0),
              "lowerarm_r": (-24, 0, 0), "thigh_l": (16, 0, 2), "thigh_r": (-16, 0, -2), "calf_l": (10, 0, 0), "calf_r": (18, 0, 0)},
        skin=(0.11, 0.046, 0.026), lips=(0.16, 0.05, 0.045), scalp=BLACK_HAIR, iris=(0.04, 0.02, 0.01),
        hair=[("afro", {"length": 0.022, "count": 22000, "curl": (0.0015, 0.008), "frizz": 0.003})],
        hair_color=dict(color=BLACK_HAIR, shine=0.3), shoes=(0.10, 0.055, 0.03), strand=0.00025,
        clothes=[dict(name="hoodie", cut=top(neck=5.95, hem=-0.6, gap=0.022, wrinkles=0.014), color=(0.50, 0.05, 0.035)),
                 dict(name="trousers", cut=trousers(), color=(0.035, 0.045, 0.075))],
        ground=(0.15, 0.14, 0.08), lights=[DAY, sun((-0.7, 0.6, -0.9), 3.2)], camera=full_length(aside=0.1)),
    "white_bun": dict(  # portrait, room
        seed=71, size=(900, 1000), body=("female", "caucasian", "old"), targets=SMILE,
        pose={"head": (4, -24, 3), "neck_01": (0, -8, 0)}, look=(14, 0),
        skin=(0.62, 0.36, 0.26), lips=(0.42, 0.17, 0.15), scalp=(0.45, 0.40, 0.36), iris=(0.10, 0.15, 0.13),
        hair=[("bun", {"at": (-0.07, 0.10, 0.0)})], hair_color=dict(color=(0.62, 0.60, 0.57), vary=0.2),
        brow_color=dict(color=(0.30, 0.27, 0.24)),
        clothes=[dict(name="cardigan", cut=top(neck=5.8, gap=0.02, wrinkles=0.012), color=(0.20, 0.05, 0.09), weave=400)],
        lights=[sky((0.3, 0.28, 0.26), (0.32, 0.29, 0.26), (0.16, 0.13, 0.1), 0.8),
                window((1.5, -1.1, 0.4), (1.2, 1.7), 60, (1.0, 0.96, 0.9)), window((-1.3, 1.0, 0.6), (0.6, 1.2), 25, (0.8, 0.9, 1))],
        camera=portrait(distance=1.35, lens=86, drop=0.04)),
    "red_curls": dict(  # half-length against the evening sun
        seed=83, samples=8, strand=0.00016, size=(1000, 820), body=("female", {"caucasian": 0.9, "asian": 0.1}), targets=SMILE,
        pose={"head": (-2, -10, -5), "spine_03": (0, -8, 0)}, look=(6, 0),
        skin=(0.70, 0.40, 0.29), lips=(0.45, 0.14, 0.11), scalp=(0.20, 0.06, 0.02), iris=(0.10, 0.17, 0.08),
        hair=[("long_straight", {"length": 0.34, "wave": (0.012, 0.055), "volume": 0.03, "frizz": 0.016, "count": 13000}),
              ("flyaways", {"count": 200, "length": 0.06})],
        hair_color=dict(color=(0.30, 0.075, 0.018)), brow_color=dict(color=(0.14, 0.05, 0.02)),
        clothes=[dict(name="jacket", cut=top(neck=5.85, gap=0.02, wrinkles=0.012), color=(0.10, 0.12, 0.06))],
        lights=[sky((0.25, 0.35, 0.65), (0.8, 0.6, 0.4), (0.08, 0.07, 0.03), 0.55), sun((0.45, -0.9, -0.25), 5.5, (1, 0.72, 0.42), 3),
                window((-0.9, -1.4, 0.3), (1.4, 1.4), 14, (0.75, 0.85, 1.0))],
        camera=portrait(distance=1.5, lens=76, drop=0.07, aside=-0.10)),
}
