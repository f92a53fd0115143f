"""Rendered places: a bare living room, a gym floor, a desk. Each returns the objects of the place."""
import math
import numpy as np
import bpy
from common import box, cylinder, material, panel, sky, sun, tube


def planks(name, tone, scale=1.0):
    """Floor boards: a brick pattern for the boards, stretched noise for the grain."""
    mat = material(name, tone, rough=0.38, Specular=0.4)
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    coords, brick, stretch, noise, mix = [nodes.new(n) for n in (
        "ShaderNodeTexCoord", "ShaderNodeTexBrick", "ShaderNodeMapping", "ShaderNodeTexNoise", "ShaderNodeMixRGB")]
    for key, value in {"Scale": 1.0 * scale, "Brick Width": 1.3, "Row Height": 0.13, "Mortar Size": 0.002, "Mortar Smooth": 0.1, "Bias": 0.0}.items():
        brick.inputs[key].default_value = value
    brick.inputs["Color1"].default_value = (*[c * 0.75 for c in tone], 1)
    brick.inputs["Color2"].default_value = (*[c * 1.2 for c in tone], 1)
    brick.inputs["Mortar"].default_value = (*[c * 0.15 for c in tone], 1)
    stretch.inputs["Scale"].default_value = (2, 45, 2)
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 2.0, 6
    mix.blend_type, mix.inputs["Fac"].default_value = "OVERLAY", 0.45
    links.new(coords.outputs["Object"], brick.inputs["Vector"])
    links.new(coords.outputs["Object"], stretch.inputs["Vector"])
    links.new(stretch.outputs[0], noise.inputs["Vector"])
    links.new(brick.outputs["Color"], mix.inputs["Color1"])
    links.new(noise.outputs["Color"], mix.inputs["Color2"])
    links.new(mix.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    return mat


def living_room(wall=(0.55, 0.53, 0.48), floor=(0.30, 0.16, 0.075), strong=1.0, back=1.1):
    """Back wall at y=back with a skirting board, a bright window from the left, a rug, a frame on the wall."""
    parts = [box("floor", (0, 0, -0.05), (9, 9, 0.1), planks("boards", floor)),
             box("wall", (0, back + 0.05, 1.5), (9, 0.1, 3.2), material("plaster", wall, rough=0.9, vary=0.05, vary_scale=1.2, bump=(220, 0.08))),
             box("skirting", (0, back - 0.01, 0.05), (9, 0.022, 0.10), material("white", (0.75, 0.75, 0.73), rough=0.4), bevel=0.004),
             box("right wall", (3.3, 0, 1.5), (0.1, 9, 3.2), material("plaster 2", [c * 0.9 for c in wall], rough=0.9))]
    parts.append(box("frame", (1.15, back - 0.02, 1.45), (0.62, 0.03, 0.46), material("frame", (0.06, 0.035, 0.02), rough=0.4), bevel=0.004))
    parts.append(box("print", (1.15, back - 0.037, 1.45), (0.54, 0.004, 0.38), material("print", (0.5, 0.42, 0.28), rough=0.7, vary=0.5, vary_scale=7)))
    parts.append(box("socket", (-1.1, back - 0.012, 0.32), (0.08, 0.012, 0.08), material("socket", (0.8, 0.8, 0.78), rough=0.3), bevel=0.003))
    glass = panel((-3.0, -0.9, 1.6), (0.2, 0.1, 0.4), (1.5, 1.7), 160 * strong, (0.93, 0.97, 1.0))
    sky((0.35, 0.36, 0.38), (0.30, 0.28, 0.26), (0.14, 0.10, 0.07), 0.55)
    # Low sun through the window bars draws a bright patch on floor and wall.
    for x in np.linspace(-0.7, 0.7, 4):
        parts.append(box("bar", (-3.6, -1.8 + x, 1.6), (0.05, 0.07, 2.4), material("bar", (0.5, 0.5, 0.5))))
    parts.append(box("sill", (-3.6, -3.4, 1.5), (0.05, 1.8, 3.5), material("bar", (0.5, 0.5, 0.5))))
    parts.append(box("sill", (-3.6, 0.9, 1.5), (0.05, 3.6, 3.5), material("bar", (0.5, 0.5, 0.5))))
    for obj in parts[-6:]:
        obj.visible_camera = False
    return parts + [glass]


def gym_floor():
    """Black rubber tiles with coloured specks, a kettlebell's foot and a steel bar out of focus."""
    rubber = material("rubber", (0.022, 0.022, 0.024), rough=0.75, bump=(500, 0.5))
    nodes, links = rubber.node_tree.nodes, rubber.node_tree.links
    coords = nodes.new("ShaderNodeTexCoord")
    color = None
    for seed, (scale, size, tint) in enumerate([(150, 0.16, (0.35, 0.36, 0.38)), (110, 0.13, (0.12, 0.20, 0.42)), (190, 0.15, (0.5, 0.5, 0.5))]):
        shift, cell, pick, mix = [nodes.new(n) for n in ("ShaderNodeMapping", "ShaderNodeTexVoronoi", "ShaderNodeMath", "ShaderNodeMixRGB")]
        shift.inputs["Location"].default_value = (seed * 3.7, seed * 1.9, 0.013 * seed)
        cell.inputs["Scale"].default_value = scale
        pick.operation, pick.inputs[1].default_value = "LESS_THAN", size
        links.new(coords.outputs["Object"], shift.inputs["Vector"])
        links.new(shift.outputs[0], cell.inputs["Vector"])
        links.new(cell.outputs["Distance"], pick.inputs[0])
        links.new(pick.outputs[0], mix.inputs["Fac"])
        mix.inputs["Color1"].default_value = (0.022, 0.022, 0.024, 1)
        mix.inputs["Color2"].default_value = (*tint, 1)
        if color:
            links.new(color, mix.inputs["Color1"])
        color = mix.outputs[0]
    links.new(color, nodes["Principled BSDF"].inputs["Base Color"])
    parts = []
    for i in range(-3, 4):
        for j in range(-2, 6):
            parts.append(box("tile", (i * 0.75 + 0.2, j * 0.75 + 0.1, -0.025), (0.747, 0.747, 0.05), rubber, bevel=0.003))
    iron = material("iron", (0.03, 0.03, 0.033), rough=0.5, metal=0.4, bump=(120, 0.2))
    steel = material("steel", (0.6, 0.6, 0.62), rough=0.3, metal=1.0)
    parts.append(cylinder("plate", (0.62, 1.18, 0.225), 0.225, 0.06, iron, turn=(90, 0, 25), bevel=0.01))
    parts.append(cylinder("plate", (0.68, 1.05, 0.225), 0.225, 0.05, iron, turn=(90, 0, 25), bevel=0.01))
    parts.append(tube("bar", [(0.55, 1.34, 0.225), (1.6, -0.9, 0.225)], 0.014, steel))
    for x, y in ((-0.72, 1.25), (-1.0, 1.1)):
        parts.append(cylinder("dumbbell", (x, y, 0.06), 0.06, 0.1, iron, turn=(90, 0, 70), sides=6, bevel=0.008))
    return parts


def desk(tone=(0.33, 0.19, 0.10)):
    """A wooden desk against a dim wall with books, a mug of pencils and a notebook."""
    rng = np.random.default_rng(4)
    parts = [box("top", (0, 0.05, -0.02), (2.6, 1.1, 0.04), planks("desk", tone, 0.8), bevel=0.006),
             box("wall", (0, 0.66, 0.8), (6, 0.1, 3.6), material("wall", (0.22, 0.27, 0.29), rough=0.95, vary=0.06, vary_scale=1.5, bump=(200, 0.1)))]
    x = 0.36
    for k in range(9):
        w, h, d = rng.uniform(0.018, 0.045), rng.uniform(0.19, 0.29), rng.uniform(0.14, 0.2)
        cover = material("cover", tuple(rng.uniform(0.02, 0.35, 3)), rough=0.55)
        parts.append(box("book", (x + w / 2, 0.48, h / 2), (w, d, h), cover, bevel=0.002))
        x += w + 0.002
    for k in range(3):
        cover = material("cover", tuple(rng.uniform(0.03, 0.4, 3)), rough=0.55)
        parts.append(box("book", (-0.62 + rng.normal(0, 0.01), 0.36, 0.016 + 0.032 * k), (0.27, 0.19, 0.03), cover, bevel=0.002, turn=(0, 0, float(rng.uniform(-14, 14)))))
    parts.append(box("paper", (0.05, -0.26, 0.001), (0.21, 0.29, 0.002), material("paper", (0.75, 0.73, 0.68), rough=0.8), turn=(0, 0, 12)))
    parts.append(cylinder("mug", (-0.52, 0.08, 0.048), 0.041, 0.096, material("mug", (0.6, 0.58, 0.52), rough=0.3), bevel=0.004))
    for k in range(5):
        a = rng.uniform(0, 6.28)
        foot, tip = (-0.52, 0.08, 0.07), (-0.52 + 0.05 * math.cos(a), 0.08 + 0.05 * math.sin(a), 0.19 + 0.02 * k)
        parts.append(tube("pencil", [foot, tip], 0.0036, material("pencil", tuple(rng.uniform(0.1, 0.6, 3)), rough=0.4)))
    return parts


def shelves(place, rows=4):
    """An open bookcase full of books."""
    rng = np.random.default_rng(12)
    x0, y0 = place
    wood = material("shelf", (0.16, 0.085, 0.04), rough=0.5)
    parts = [box("side", (x0 + s * 0.5, y0, 1.0), (0.03, 0.3, 2.0), wood) for s in (-1, 1)]
    for row in range(rows + 1):
        z = 0.1 + row * 0.47
        parts.append(box("board", (x0, y0, z), (1.0, 0.3, 0.03), wood))
        x = -0.47
        while row < rows and x < 0.42:
            w, h = rng.uniform(0.02, 0.06), rng.uniform(0.22, 0.38)
            tint = np.array([0.45, 0.3, 0.15]) * rng.uniform(0.1, 1.0) + rng.uniform(0, 0.15, 3)
            parts.append(box("book", (x0 + x + w / 2, y0 - 0.03, z + h / 2 + 0.015), (w, 0.2, h), material("cover", tuple(tint), rough=0.6)))
            x += w + (0.1 if rng.random() < 0.08 else 0.003)
    return parts
