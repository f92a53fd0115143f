"""Turns a posed Body into Blender objects: skin, eyes, lashes, clothes, boots."""
import os
import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector
from common import material, mesh_object
from human_body import normals, relax


def skin_material(folder, tone, lips, scalp_color=None, redness=0.10):
    """Skin: patches of tone, red lips from the mesh's own lip mask, fine bumps."""
    mat = material("skin", tone, rough=0.47, vary=0.10, vary_scale=14, bump=(420, 0.10),
                   Specular=0.35)
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    shader = nodes["Principled BSDF"]
    color = shader.inputs["Base Color"].links[0].from_socket

    def over(color, factor_socket, tint, blend="MIX"):
        mix = nodes.new("ShaderNodeMixRGB")
        mix.blend_type = blend
        mix.inputs["Color2"].default_value = (*tint, 1)
        links.new(factor_socket, mix.inputs["Fac"])
        links.new(color, mix.inputs["Color1"])
        return mix.outputs[0]

    def attribute(name):
        node = nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs["Fac"]

    color = over(color, attribute("flush"), (1, 0.62, 0.55), "MULTIPLY")
    image = nodes.new("ShaderNodeTexImage")
    image.image = bpy.data.images.load(os.path.join(folder, "textures/mpfb_lips.jpg"))
    image.image.colorspace_settings.name = "Non-Color"
    color = over(color, image.outputs["Color"], lips)
    if scalp_color:
        color = over(color, attribute("scalp"), scalp_color)
    links.new(color, shader.inputs["Base Color"])
    return mat


def skin(body, keep, mat, scalp):
    used, faces, uvs = body.piece("body", keep)
    obj = mesh_object("skin", body.world()[used], faces, mat, subdiv=2)
    layer = obj.data.uv_layers.new(name="uv")
    layer.data.foreach_set("uv", np.array([c for f in uvs for c in f]).ravel())
    rest = body.rest[used]
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]

    def spot(cx, cy, cz, size):
        return np.exp(-((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / size ** 2)
    flush = 0.55 * spot(0.45, 6.95, 1.25, 0.22) + 0.6 * spot(0, 7.0, 1.6, 0.16) + 0.35 * spot(0.7, 7.2, 0.3, 0.2) \
        + 0.25 * spot(0.3, 7.15, 1.3, 0.12)
    obj.data.attributes.new("flush", "FLOAT", "POINT").data.foreach_set("value", np.clip(flush, 0, 1))
    obj.data.attributes.new("scalp", "FLOAT", "POINT").data.foreach_set("value", scalp[used] * 0.85)
    return obj


def eyes(body, iris, look=(0, 0)):
    """Two balls with an iris drawn by the angle from the line of sight, and a wet coat."""
    mat = material("eye", (0.8, 0.78, 0.76), rough=0.08, Specular=0.6, Clearcoat=1.0, Clearcoat_Roughness=0.02)
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    coords, split, ramp = (nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ"),
                           nodes.new("ShaderNodeValToRGB"))
    links.new(coords.outputs["Object"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    stops = ramp.color_ramp.elements
    stops[0].position, stops[0].color = 0.0, (0.75, 0.70, 0.66, 1)
    stops[1].position, stops[1].color = 0.985, (0.004, 0.004, 0.004, 1)
    for where, color in ((0.86, (0.75, 0.72, 0.70)), (0.885, [c * 0.25 for c in iris]), (0.93, iris),
                         (0.975, [c * 0.7 for c in iris])):
        stop = stops.new(where)
        stop.color = (*color, 1)
    out = []
    turn = body.head_matrix.to_3x3()
    for group in ("helper-l-eye", "helper-r-eye"):
        points = body.world()[sorted(body.members[group])]
        centre = (points.max(0) + points.min(0)) / 2
        radius = (points.max(0) - points.min(0)).max() / 2
        bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=32, radius=1, location=centre)
        obj = bpy.context.object
        gaze = turn @ Vector((np.sin(np.radians(look[0])), np.sin(np.radians(look[1])), 1))
        gaze = Vector((gaze.x, -gaze.z, gaze.y))
        obj.rotation_mode = "QUATERNION"
        obj.rotation_quaternion = gaze.to_track_quat("Z", "Y")
        obj.scale = [radius * 0.985] * 3
        obj.data.materials.append(mat)
        obj.data.polygons.foreach_set("use_smooth", [True] * len(obj.data.polygons))
        out.append(obj)
    return out


def lashes(body):
    mat = material("lashes", (0.02, 0.015, 0.01), rough=0.6, Alpha=0.55)
    out = []
    for group in ("helper-l-eyelashes-1", "helper-l-eyelashes-2", "helper-r-eyelashes-1", "helper-r-eyelashes-2"):
        used, faces, _ = body.piece(group, np.ones(len(body.rest), bool))
        out.append(mesh_object(group, body.world()[used], faces, mat))
    return out


def border_distance(faces, count, rings):
    """0 on the open edges of a mesh, growing to 1 over `rings` rows of faces."""
    edges = {}
    for f in faces:
        for a, b in zip(f, f[1:] + f[:1]):
            edges[(min(a, b), max(a, b))] = edges.get((min(a, b), max(a, b)), 0) + 1
    distance = np.full(count, float(rings))
    distance[[v for e, n in edges.items() if n == 1 for v in e]] = 0
    for _ in range(rings):
        for a, b in edges:
            distance[a], distance[b] = min(distance[a], distance[b] + 1), min(distance[b], distance[a] + 1)
    return distance / rings


def garment(body, name, keep, mat, gap=0.012, loosen=6, group="helper-tights", wrinkles=0.006,
            wrinkle_size=0.09, thickness=0.003, widen=None):
    """Cloth cut from the base mesh's body-hugging helper, blown up, relaxed and wrinkled."""
    used, faces, uvs = body.piece(group, keep)
    points = body.world()[used]
    points = relax(points, faces, loosen)
    snug = border_distance(faces, len(points), 4)     # close-fitting at collar, cuffs and hem
    points = points + normals(points, faces) * (0.004 + (gap - 0.004) * snug)[:, None]
    if widen is not None:
        points = points + normals(points, faces) * widen(body.rest[used])[:, None]
    obj = mesh_object(name, points, faces, mat, subdiv=2)
    layer = obj.data.uv_layers.new(name="uv")
    layer.data.foreach_set("uv", np.array([c for f in uvs for c in f]).ravel())
    texture = bpy.data.textures.new(name, "CLOUDS")
    texture.noise_scale, texture.noise_depth = wrinkle_size, 2
    fold = obj.modifiers.new("folds", "DISPLACE")
    fold.texture, fold.strength, fold.mid_level = texture, wrinkles, 0.3
    solid = obj.modifiers.new("solid", "SOLIDIFY")
    solid.thickness, solid.offset = thickness, 0.5
    return obj


def cloth_material(name, color, stripes=None, rough=0.85, weave=900):
    mat = material(name, color, rough=rough, vary=0.12, vary_scale=25, bump=(weave, 0.25), Sheen=0.4)
    if stripes:
        size, other = stripes
        nodes, links = mat.node_tree.nodes, mat.node_tree.links
        coords, split, wave, step, mix = [nodes.new(n) for n in (
            "ShaderNodeTexCoord", "ShaderNodeSeparateXYZ", "ShaderNodeMath", "ShaderNodeMath", "ShaderNodeMixRGB")]
        wave.operation, wave.inputs[1].default_value = "MODULO", size
        step.operation, step.inputs[1].default_value = "GREATER_THAN", size * 0.55
        links.new(coords.outputs["Object"], split.inputs[0])
        links.new(split.outputs["Z"], wave.inputs[0])
        links.new(wave.outputs[0], step.inputs[0])
        links.new(step.outputs[0], mix.inputs["Fac"])
        mix.inputs["Color1"].default_value = (*color, 1)
        mix.inputs["Color2"].default_value = (*other, 1)
        links.new(mix.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
    return mat


def regions(body):
    """Named regions of the rest pose that garments are cut from."""
    x, y, z = np.abs(body.rest[:, 0]), body.rest[:, 1], body.rest[:, 2]
    arm = body.bone_weight("upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r", "hand_l", "hand_r")
    fore = body.bone_weight("lowerarm_l", "lowerarm_r", "hand_l", "hand_r")
    return {"x": x, "y": y, "z": z, "arm": arm, "forearm": fore}


def shoes(body, color):
    """Ankle boots: the convex outline of each foot, evenly meshed and rounded."""
    y = body.rest[:, 1]
    upper = material("boot", color, rough=0.5, bump=(300, 0.2))
    out = []
    for sign in (1, -1):
        used, faces, _ = body.piece("body", (y < -7.2) & (body.rest[:, 0] * sign > 0))
        points = body.world()[used]
        points = points + normals(points, faces) * 0.010
        shape = bmesh.new()
        for p in points:
            shape.verts.new(p)
        hull = bmesh.ops.convex_hull(shape, input=shape.verts)
        bmesh.ops.delete(shape, geom=[g for g in hull["geom_interior"] if isinstance(g, bmesh.types.BMVert)], context="VERTS")
        mesh = bpy.data.meshes.new("boot")
        shape.to_mesh(mesh)
        obj = bpy.data.objects.new("boot", mesh)
        bpy.context.collection.objects.link(obj)
        even = obj.modifiers.new("even", "REMESH")
        even.mode, even.voxel_size, even.use_smooth_shade = "VOXEL", 0.006, True
        rounded = obj.modifiers.new("rounded", "SMOOTH")
        rounded.iterations = 8
        mesh.materials.append(upper)
        out.append(obj)
    return out


def headscarf(head, body, color, opening=(0.82, 0.78)):
    """A scarf: the outline of head, neck and shoulders seen from the head's centre, smoothed,
    with an oval left open for the face."""
    columns, rows = 96, 72
    turn = np.array([head.side, head.forward, head.up])
    radius = np.zeros((rows, columns))
    angles = np.zeros((rows, columns, 3))
    for i in range(rows):
        tilt = np.pi * 0.5 - (i + 0.5) / rows * np.pi * 0.86
        for j in range(columns):
            turn_angle = 2 * np.pi * j / columns
            d = np.array([np.cos(tilt) * np.sin(turn_angle), np.cos(tilt) * np.cos(turn_angle), np.sin(tilt)]) @ turn
            angles[i, j] = d
            far = head.centre + d * 0.8
            hit = head.bvh.ray_cast(Vector(far), Vector(-d), 0.8)
            radius[i, j] = min((Vector(head.centre) - hit[0]).length, 0.50) if hit[0] else 0.50
    wide = radius.copy()
    for _ in range(14):  # cloth spans hollows: smooth, but never go below the body
        near = (np.roll(wide, 1, 1) + np.roll(wide, -1, 1) + np.vstack([wide[:1], wide[:-1]]) + np.vstack([wide[1:], wide[-1:]])) / 4
        wide = np.maximum(0.3 * wide + 0.7 * near, radius)
    low = np.linspace(0, 1, rows)[:, None]
    wide += 0.012 + 0.022 * np.clip((low - 0.66) / 0.08, 0, 1) + 0.002 * np.sin(np.arange(rows)[:, None] * 0.8 + 3 * np.cos(2 * np.pi * np.arange(columns) / columns))
    verts = (head.centre + angles * wide[..., None]).reshape(-1, 3)
    local = angles @ turn.T
    sideways = np.arctan2(local[..., 0], local[..., 1])
    upward = np.arcsin(local[..., 2])
    face_hole = (sideways / opening[0]) ** 2 + ((upward + 0.17) / opening[1]) ** 2 < 1
    faces = []
    for i in range(rows - 1):
        for j in range(columns):
            k = (j + 1) % columns
            if not (face_hole[i, j] and face_hole[i + 1, k]):
                faces.append((i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j))
    faces = [f[::-1] for f in faces]
    obj = mesh_object("scarf", verts, faces, cloth_material("scarf", color, weave=700), subdiv=1)
    smooth = obj.modifiers.new("smooth", "SMOOTH")
    smooth.iterations = 14
    texture = bpy.data.textures.new("scarf", "CLOUDS")
    texture.noise_scale = 0.05
    fold = obj.modifiers.new("folds", "DISPLACE")
    fold.texture, fold.strength = texture, 0.010
    solid = obj.modifiers.new("solid", "SOLIDIFY")
    solid.thickness = 0.003
    return obj
