"""Small Blender helpers every scene uses: empty stage, materials, camera, light, renders."""
import math
import os
import sys
import bpy
from mathutils import Vector


def argument(index, default=None):
    """The index-th word after `--` on Blender's command line."""
    words = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else []
    return words[index] if index < len(words) else default


def stage(width, height, samples=64, exposure=0.0, contrast="Medium Contrast", seed=1):
    """An empty scene set up for a Cycles render with a transparent film."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scale = float(os.environ.get("SCALE", "1"))  # SCALE=0.4 makes a quick look
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = max(8, int(samples * float(os.environ.get("QUALITY", "1"))))
    scene.cycles.seed = seed
    scene.cycles.use_denoising = False  # Debian builds Blender without a denoiser
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.03
    scene.cycles.max_bounces = 3
    scene.cycles.diffuse_bounces = 2
    scene.cycles.transparent_max_bounces = 8
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    scene.cycles.sample_clamp_indirect = 4
    scene.cycles.caustics_reflective = False
    scene.cycles.caustics_refractive = False
    scene.render.resolution_x = int(width * scale)
    scene.render.resolution_y = int(height * scale)
    scene.render.film_transparent = True
    scene.view_settings.view_transform, scene.view_settings.look = "Filmic", contrast
    scene.view_settings.exposure = exposure
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    return scene


def material(name, color, rough=0.5, metal=0.0, bump=None, vary=0.0, vary_scale=8.0, **extra):
    """A Principled material; `bump` is (scale, strength), `vary` darkens it in patches."""
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*color, 1)
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Metallic"].default_value = metal
    for key, value in extra.items():
        shader.inputs[key.replace("_", " ")].default_value = value
    coords = nodes.new("ShaderNodeTexCoord")
    if vary:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = vary_scale
        noise.inputs["Detail"].default_value = 6
        links.new(coords.outputs["Object"], noise.inputs["Vector"])
        ramp = nodes.new("ShaderNodeValToRGB")
        ramp.color_ramp.elements[0].position = 0.3
        ramp.color_ramp.elements[1].position = 0.7
        ramp.color_ramp.elements[0].color = (*[c * (1 - vary) for c in color], 1)
        ramp.color_ramp.elements[1].color = (*[min(1, c * (1 + vary)) for c in color], 1)
        links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
        links.new(ramp.outputs["Color"], shader.inputs["Base Color"])
    if bump:
        noise = nodes.new("ShaderNodeTexNoise")
        noise.inputs["Scale"].default_value = bump[0]
        noise.inputs["Detail"].default_value = 4
        links.new(coords.outputs["Object"], noise.inputs["Vector"])
        node = nodes.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = bump[1]
        node.inputs["Distance"].default_value = 0.01
        links.new(noise.outputs["Fac"], node.inputs["Height"])
        links.new(node.outputs["Normal"], shader.inputs["Normal"])
    return mat


def mesh_object(name, verts, faces, mat=None, smooth=True, subdiv=0):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(v) for v in verts], [], [tuple(f) for f in faces])
    mesh.update()
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(obj)
    if mat:
        mesh.materials.append(mat)
    if smooth:
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    if subdiv:
        mod = obj.modifiers.new("subdivision", "SUBSURF")
        mod.levels = mod.render_levels = subdiv
    return obj


def tube(name, points, radius, mat, closed=False, smooth_path=False, resolution=4, radii=None):
    """A round bar along the points (metres)."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = radius
    curve.bevel_resolution = resolution
    curve.use_fill_caps = True
    spline = curve.splines.new("NURBS" if smooth_path else "POLY")
    spline.points.add(len(points) - 1)
    for i, (slot, p) in enumerate(zip(spline.points, points)):
        slot.co = (*p, 1)
        slot.radius = radii[i] if radii else 1.0
    spline.use_cyclic_u = closed
    if smooth_path:
        spline.use_endpoint_u = not closed
        spline.order_u = 4
        spline.resolution_u = 6
    curve.materials.append(mat)
    obj = bpy.data.objects.new(name, curve)
    bpy.context.collection.objects.link(obj)
    return obj


def box(name, center, size, mat, bevel=0.0, turn=(0, 0, 0)):
    bpy.ops.mesh.primitive_cube_add(size=1, location=center, rotation=[math.radians(a) for a in turn])
    return finish_primitive(name, size, mat, bevel)


def cylinder(name, center, radius, depth, mat, turn=(0, 0, 0), bevel=0.0, sides=48, top=None):
    bpy.ops.mesh.primitive_cone_add(vertices=sides, radius1=radius, radius2=radius if top is None else top,
                                    depth=depth, location=center, rotation=[math.radians(a) for a in turn])
    obj = finish_primitive(name, (1, 1, 1), mat, bevel)
    smooth_by_angle(obj)
    return obj


def finish_primitive(name, size, mat, bevel):
    obj = bpy.context.object
    obj.name = name
    obj.scale = size
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    obj.data.materials.append(mat)
    if bevel:
        mod = obj.modifiers.new("bevel", "BEVEL")
        mod.width, mod.segments = bevel, 3
    return obj


def smooth_by_angle(obj, degrees=40):
    obj.data.polygons.foreach_set("use_smooth", [True] * len(obj.data.polygons))
    obj.data.use_auto_smooth = True
    obj.data.auto_smooth_angle = math.radians(degrees)


def camera(position, target, lens=50, fstop=None):
    data = bpy.data.cameras.new("camera")
    obj = bpy.data.objects.new("camera", data)
    bpy.context.collection.objects.link(obj)
    obj.location = position
    aim = Vector(target) - Vector(position)
    obj.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    data.lens = lens
    if fstop:
        data.dof.use_dof = True
        data.dof.aperture_fstop = fstop
        data.dof.focus_distance = aim.length
    bpy.context.scene.camera = obj
    return obj


def sun(direction, strength, color=(1, 1, 1), size=1.0):
    """Sunlight that travels along `direction`; `size` is its angle in degrees."""
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.color, data.angle = strength, color, math.radians(size)
    obj = bpy.data.objects.new("sun", data)
    obj.rotation_euler = Vector(direction).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(obj)
    return obj


def panel(position, target, size, power, color=(1, 1, 1)):
    """A soft rectangular lamp, such as a window."""
    data = bpy.data.lights.new("panel", "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", size[0], size[1]
    data.energy, data.color = power, color
    obj = bpy.data.objects.new("panel", data)
    obj.location = position
    obj.rotation_euler = (Vector(target) - Vector(position)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(obj)
    return obj


def sky(top, horizon, ground, strength=1.0):
    """World light: three colours blended from straight up to straight down."""
    world = bpy.context.scene.world
    nodes, links = world.node_tree.nodes, world.node_tree.links
    back = nodes["Background"]
    back.inputs["Strength"].default_value = strength
    coords = nodes.new("ShaderNodeTexCoord")
    split = nodes.new("ShaderNodeSeparateXYZ")
    half = nodes.new("ShaderNodeMapRange")
    half.inputs["From Min"].default_value = -1
    ramp = nodes.new("ShaderNodeValToRGB")
    stops = ramp.color_ramp.elements
    stops[0].position, stops[0].color = 0.42, (*ground, 1)
    stops[1].position, stops[1].color = 0.95, (*top, 1)
    middle = stops.new(0.53)
    middle.color = (*horizon, 1)
    links.new(coords.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], half.inputs["Value"])
    links.new(half.outputs[0], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], back.inputs["Color"])


def render(path):
    scene = bpy.context.scene
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "8"
    scene.render.image_settings.compression = 30
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)


def render_subject_and_shadow(folder, name, subject, ground=None):
    """For a photograph behind: <name>.rgba.png is the subject with its exact matte,
    <name>.shadow.png only the darkening it throws on the ground."""
    scene = bpy.context.scene
    if ground:
        ground.visible_camera = False
    render(os.path.join(folder, name + ".rgba.png"))
    if ground:
        ground.visible_camera = True
        ground.is_shadow_catcher = True
        for obj in subject:
            obj.visible_camera = False
        scene.cycles.samples = 12
        scene.render.resolution_percentage = 34
        render(os.path.join(folder, name + ".shadow.png"))


def render_room_and_matte(folder, name, room, photo_behind=False):
    """For a room that is rendered too: the whole picture, then the subject alone for its matte."""
    scene = bpy.context.scene
    scene.render.film_transparent = photo_behind
    render(os.path.join(folder, name + ".full.png"))
    for obj in room:
        obj.hide_render = True
    scene.render.film_transparent = True
    scene.cycles.samples = 16
    scene.cycles.max_bounces = 2
    scene.cycles.adaptive_threshold = 0.005
    render(os.path.join(folder, name + ".matte.png"))
