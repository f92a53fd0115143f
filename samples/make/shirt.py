"""A T-shirt as two stitched sheets of cloth, dropped on the floor by the cloth simulation."""
import bpy
import numpy as np
from common import material, mesh_object



def inside(x, y):
    """The flat pattern, metres: body, two slanting sleeves, a round neck. y=0 is the hem."""
    ax = abs(x)
    body = ax < 0.26 and 0 <= y <= 0.70 - max(0, ax - 0.09) * 0.32
    sleeve = 0.22 < ax < 0.44 and (0.66 - (ax - 0.2) * 0.62) - 0.19 < y < 0.70 - (ax - 0.09) * 0.32 - max(0, ax - 0.26) * 0.25
    return body or sleeve


def shirt_mesh(step=0.016):
    cells = {}
    n = int(0.5 / step)
    for i in range(-n, n):
        for j in range(0, int(0.72 / step)):
            if inside((i + 0.5) * step, (j + 0.5) * step):
                cells[i, j] = True
    verts, index = [], {}

    def corner(i, j, layer):
        # the outer edge of both layers is one seam, except at hem, neck and sleeve ends
        edge = any((i + a, j + b) not in cells for a in (-1, 0) for b in (-1, 0))
        y, ax = j * step, abs(i * step)
        open_edge = y < step * 0.5 or (ax < 0.085 and y > 0.6) or (ax > 0.40)
        key = (i, j, 0 if edge and not open_edge else layer)
        if key not in index:
            index[key] = len(verts)
            verts.append((i * step, y, 0.0 if key[2] == 0 else 0.014))
        return index[key]

    faces, front = [], []
    for (i, j) in cells:
        x, y = (i + 0.5) * step, (j + 0.5) * step
        for layer in (0, 1):
            depth = 0.105 if layer else 0.03          # the neck is cut lower in front
            if (x / 0.09) ** 2 + ((y - 0.705) / depth) ** 2 < 1:
                continue
            quad = [corner(i, j, layer), corner(i + 1, j, layer), corner(i + 1, j + 1, layer), corner(i, j + 1, layer)]
            faces.append(quad if layer else quad[::-1])
            front.append(layer == 1)
    return np.array(verts), faces, front


def shirt(logo_path, color=(0.14, 0.145, 0.155), seed=3):
    """Crumples the pattern a little, lets it fall, and prints the logo on the front."""
    rng = np.random.default_rng(seed)
    verts, faces, front = shirt_mesh()
    flat = verts.copy()
    lift = 0.05 + 0.05 * np.sin(flat[:, 0] * 9 + 1) * np.cos(flat[:, 1] * 7) + 0.03 * np.sin(flat[:, 1] * 17 + flat[:, 0] * 12)
    verts[:, 2] += lift + rng.normal(0, 0.0015, len(verts))
    verts[:, 0] *= 0.93                               # a little too much cloth: it must fold
    verts[:, 1] *= 0.94
    cloth = material("jersey", color, rough=0.9, vary=0.06, vary_scale=40, bump=(1400, 0.25), Sheen=0.5)
    obj = mesh_object("shirt", verts, faces, cloth)
    layer = obj.data.uv_layers.new(name="uv")
    for polygon, is_front in zip(obj.data.polygons, front):
        for loop in polygon.loop_indices:
            x, y, _ = flat[obj.data.loops[loop].vertex_index]
            layer.data[loop].uv = ((x + 0.15) / 0.30, (y - 0.26) / 0.30) if is_front else (-1, -1)
    nodes, links = cloth.node_tree.nodes, cloth.node_tree.links
    image, mix = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeMixRGB")
    image.image = bpy.data.images.load(logo_path)
    image.extension = "CLIP"
    shader = nodes["Principled BSDF"]
    links.new(image.outputs["Alpha"], mix.inputs["Fac"])
    links.new(shader.inputs["Base Color"].links[0].from_socket, mix.inputs["Color1"])
    links.new(image.outputs["Color"], mix.inputs["Color2"])
    links.new(mix.outputs[0], shader.inputs["Base Color"])
    sim = obj.modifiers.new("cloth", "CLOTH")
    sim.settings.quality = 4
    sim.settings.mass = 0.15
    sim.settings.tension_stiffness = sim.settings.compression_stiffness = 12
    sim.settings.bending_stiffness = 0.4
    sim.settings.air_damping = 2
    sim.collision_settings.use_self_collision = True
    sim.collision_settings.distance_min = 0.003
    sim.collision_settings.self_distance_min = 0.003
    sim.collision_settings.collision_quality = 2
    for name, kind, options in (("solid", "SOLIDIFY", {"thickness": 0.0025}), ("subdivision", "SUBSURF", {"levels": 1, "render_levels": 2})):
        mod = obj.modifiers.new(name, kind)
        for key, value in options.items():
            setattr(mod, key, value)
    return obj


def settle(frames=45):
    scene = bpy.context.scene
    for frame in range(1, frames + 1):
        scene.frame_set(frame)
