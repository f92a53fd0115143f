"""Hair strands made with numpy and drawn by Cycles as true hair curves.

A style is a rule for a few hundred guide strands; thousands of child strands follow the
guides near them with clumping and noise. Everything is in world metres."""
import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

STEPS = 14


def scalp_mask(rest):
    """Which vertices of the base mesh (rest pose, dm) carry head hair: 1 inside, 0 outside."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    line = np.interp(z, [-0.6, -0.2, 0.1, 0.3, 0.42, 0.62, 0.85, 1.1, 1.4],
                     [6.62, 6.66, 6.85, 7.25, 7.35, 7.55, 7.82, 7.97, 8.0])
    ear = (x > 0.70) & (y < 7.55) & (z > 0.0) & (z < 0.6)
    return ((y > line) & ~ear).astype(float)


def beard_mask(rest):
    """Chin, jaw, upper lip and under the chin, without the lips."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    top = np.interp(x, [0, 0.22, 0.4, 0.62, 0.8], [6.86, 6.83, 6.72, 7.0, 7.2])
    low = np.interp(z, [0.2, 0.7, 1.2], [6.55, 6.2, 6.0])
    lips = (x < 0.27) & (y > 6.56) & (y < 6.75) & (z > 1.2)
    return ((y < top) & (y > low) & (z > 0.42) & ~lips).astype(float)


def roots(points, faces, mask, count, rng, carry=None):
    """Random root points on the faces inside the mask, with their normals, and with `carry`
    (values per vertex) interpolated at each root."""
    chosen = [f for f in faces if min(mask[i] for i in f) > 0.5]
    tris = np.array([t for f in chosen for t in ([f[0], f[1], f[2]], [f[0], f[2], f[-1]])])
    a, b, c = points[tris[:, 0]], points[tris[:, 1]], points[tris[:, 2]]
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    pick = rng.choice(len(tris), count, p=area / area.sum())
    u, v = rng.random(count), rng.random(count)
    flip = u + v > 1
    u[flip], v[flip] = 1 - u[flip], 1 - v[flip]
    p = a[pick] + u[:, None] * (b - a)[pick] + v[:, None] * (c - a)[pick]
    n = cross[pick] / area[pick][:, None]
    if carry is None:
        return p, n
    ca, cb, cc = (carry[tris[pick, k]] for k in range(3))
    return p, n, ca + u[:, None] * (cb - ca) + v[:, None] * (cc - ca)


def tree(points, faces):
    return BVHTree.FromPolygons([Vector(p) for p in points], faces)


def push_out(p, bvh, gap):
    """Move a point so that it stays at least `gap` outside the surface."""
    near, normal, _, distance = bvh.find_nearest(Vector(p))
    if near is None:
        return p
    inside = (Vector(p) - near).dot(normal) < 0
    if inside or distance < gap:
        return np.array(near + normal * gap)
    return p


def grow(p, n, length, bvh, heading, stiffness, gap, rng):
    """One guide: starts along the normal, turns towards `heading(position, t)`, avoids the body."""
    step = length / (STEPS - 1)
    out, d, q = [p], n.copy(), p.copy()
    for k in range(1, STEPS):
        t = k / (STEPS - 1)
        d = d * stiffness + heading(q, t) * (1 - stiffness)
        d /= np.linalg.norm(d) + 1e-9
        q = q + d * step
        q = push_out(q, bvh, gap * min(1, 3 * t)) if bvh else q
        out.append(q)
    return np.array(out)


def children(p, guides, rng, clump=0.5, spread=1.0, frizz=0.0, curl=(0, 0), shorten=0.25, stray=0.0):
    """Strands for roots p: three nearest guides mixed, pulled together, curled, frizzed."""
    from mathutils.kdtree import KDTree
    kd = KDTree(len(guides))
    for i, g in enumerate(guides):
        kd.insert(Vector(g[0]), i)
    kd.balance()
    t = np.linspace(0, 1, STEPS)[:, None]
    out = []
    for q in p:
        found = kd.find_n(Vector(q), 3)
        w = np.array([1 / (f[2] + 1e-4) for f in found])
        w /= w.sum()
        mixed = sum(wi * (guides[f[1]] - guides[f[1]][0]) for wi, f in zip(w, found))
        offset = q - guides[found[0][1]][0]
        loose = mixed + q
        held = guides[found[0][1]] + offset * (1 - clump * t) * spread
        s = loose * (1 - clump * t ** 0.7) + held * (clump * t ** 0.7)
        length = np.linalg.norm(np.diff(s, axis=0), axis=1).sum()
        cut = 1 - shorten * rng.random()
        s = np.stack([np.interp(np.linspace(0, cut, STEPS), t[:, 0], s[:, a]) for a in range(3)], 1)
        if curl[0]:
            phase = found[0][1] * 1.7 + rng.normal(0, 0.5)
            turns = length / curl[1] * 2 * np.pi * (0.85 + 0.3 * rng.random())
            axis = s[-1] - s[0]
            axis /= np.linalg.norm(axis) + 1e-9
            e1 = np.cross(axis, [0.3, 0.5, 0.8])
            e1 /= np.linalg.norm(e1) + 1e-9
            e2 = np.cross(axis, e1)
            fine = np.linspace(0, 1, len(s) * 3)
            s = np.stack([np.interp(fine, t[:, 0], s[:, a]) for a in range(3)], 1)
            ft = fine[:, None]
            s = s + curl[0] * np.minimum(1, 3 * ft) * (np.cos(turns * ft + phase) * e1 + np.sin(turns * ft + phase) * e2)
        wild = frizz * (4 if rng.random() < stray else 1)
        if wild:
            jitter = np.cumsum(rng.normal(0, 1, s.shape), 0) * wild / np.sqrt(len(s))
            jitter *= np.linspace(0, 1, len(s))[:, None]
            s = s + jitter
        out.append(s)
    return out


def strands_object(name, strands, radius, mat):
    """Poly-lines -> hair curves. Blender 3.4 has no Python call that fills a curves object,
    so a wire mesh is turned into curves by a small geometry-nodes tree on an empty one."""
    verts = np.concatenate(strands)
    edges, start, thin = [], 0, []
    for s in strands:
        edges += [(start + i, start + i + 1) for i in range(len(s) - 1)]
        thin.append(np.linspace(1, 0.25, len(s)) * radius)
        start += len(s)
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(verts.tolist(), edges, [])
    mesh.attributes.new("thin", "FLOAT", "POINT").data.foreach_set("value", np.concatenate(thin))
    wire = bpy.data.objects.new(name + " wire", mesh)
    bpy.context.collection.objects.link(wire)
    wire.hide_render = True
    obj = bpy.data.objects.new(name, bpy.data.hair_curves.new(name))
    bpy.context.collection.objects.link(obj)
    obj.data.materials.append(mat)
    group = bpy.data.node_groups.new(name, "GeometryNodeTree")
    group.inputs.new("NodeSocketGeometry", "Geometry")
    group.outputs.new("NodeSocketGeometry", "Geometry")
    source, to_curve, attribute, set_radius, set_mat, end = [group.nodes.new(n) for n in (
        "GeometryNodeObjectInfo", "GeometryNodeMeshToCurve", "GeometryNodeInputNamedAttribute",
        "GeometryNodeSetCurveRadius", "GeometryNodeSetMaterial", "NodeGroupOutput")]
    source.inputs["Object"].default_value = wire
    attribute.inputs["Name"].default_value = "thin"
    set_mat.inputs["Material"].default_value = mat
    group.links.new(source.outputs["Geometry"], to_curve.inputs["Mesh"])
    group.links.new(to_curve.outputs[0], set_radius.inputs[0])
    value = next(o for o in attribute.outputs if o.enabled and o.type == "VALUE" and o.name == "Attribute")
    group.links.new(value, set_radius.inputs["Radius"])
    group.links.new(set_radius.outputs[0], set_mat.inputs[0])
    group.links.new(set_mat.outputs[0], end.inputs[0])
    obj.modifiers.new("curves", "NODES").node_group = group
    return obj


def hair_material(name, color, shine=0.5, rough=0.32, vary=0.35):
    """Opaque, cheap hair: a diffuse body with a Kajiya-like highlight, each strand its own shade."""
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    nodes.clear()
    info, ramp, body, gloss, mix, out = [nodes.new(n) for n in (
        "ShaderNodeHairInfo", "ShaderNodeValToRGB", "ShaderNodeBsdfDiffuse", "ShaderNodeBsdfHair",
        "ShaderNodeMixShader", "ShaderNodeOutputMaterial")]
    ramp.color_ramp.elements[0].color = (*[c * (1 - vary) for c in color], 1)
    ramp.color_ramp.elements[1].color = (*[min(1, c * (1 + vary)) for c in color], 1)
    gloss.inputs["Color"].default_value = (*[min(1, c ** 0.6 * 0.9) for c in color], 1)
    gloss.inputs["RoughnessU"].default_value = rough
    gloss.inputs["RoughnessV"].default_value = 0.6
    mix.inputs["Fac"].default_value = shine
    links.new(info.outputs["Random"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], body.inputs["Color"])
    links.new(body.outputs[0], mix.inputs[1])
    links.new(gloss.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], out.inputs[0])
    return mat
