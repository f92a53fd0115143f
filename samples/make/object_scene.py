"""blender -b -P object_scene.py -- <work folder> <scene>: renders one of the eight object scenes."""
import math
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bpy
from mathutils import Euler, Matrix, Vector
import common as c
import objects
import rooms
import shirt as tee
from bicycle import bicycle

folder, name = c.argument(0), c.argument(1)


def move(parts, place=(0, 0, 0), turn=(0, 0, 0), scale=1.0):
    matrix = Matrix.Translation(place) @ Euler([math.radians(a) for a in turn]).to_matrix().to_4x4() @ Matrix.Scale(scale, 4)
    bpy.context.view_layer.update()
    for part in parts:
        part.matrix_world = matrix @ part.matrix_world
    return parts


def ground(color):
    bpy.ops.mesh.primitive_plane_add(size=400)
    bpy.context.object.data.materials.append(c.material("ground", color, rough=1.0))
    return bpy.context.object


def outdoors(parts, color):
    c.render_subject_and_shadow(folder, name, parts, ground(color))


def indoors(parts, room):
    c.render_room_and_matte(folder, name, room)


def bike_meadow():
    c.stage(2000, 1500, samples=18)
    parts = move(bicycle((0.45, 0.03, 0.02), mudguards=True), turn=(0, 0, 16))
    c.sky((0.7, 0.8, 1.0), (0.9, 0.92, 0.95), (0.10, 0.16, 0.03), 1.0)
    c.sun((0.4, 0.6, -1), 1.6, (1, 0.95, 0.88), size=12)
    c.camera((0.15, -3.6, 1.25), (0.05, 0, 0.50), 50)
    outdoors(parts, (0.08, 0.16, 0.03))


def bike_room():
    c.stage(1640, 1140, samples=15, exposure=0.35)
    parts = move(bicycle((0.03, 0.12, 0.16), step_through=True, basket=True), turn=(0, 0, -14))
    room = rooms.living_room()
    c.sun((0.78, 0.42, -0.52), 2.6, (1, 0.9, 0.75), size=1.2)
    c.camera((0.35, -3.3, 1.2), (0.05, 0, 0.56), 44)
    indoors(parts, room)


def shirt_gym():
    c.stage(1200, 900, samples=18, exposure=0.3)
    bpy.ops.mesh.primitive_plane_add(size=6)
    floor = bpy.context.object
    floor.modifiers.new("collision", "COLLISION")
    floor.collision.thickness_outer = 0.004
    floor.hide_render = True
    shirt = tee.shirt(os.path.join(folder, "logo.png"))
    tee.settle()
    room = rooms.gym_floor()
    bpy.context.view_layer.update()
    mesh = bpy.data.meshes.new_from_object(shirt.evaluated_get(bpy.context.evaluated_depsgraph_get()))
    shirt.hide_render = True
    still = bpy.data.objects.new("still shirt", mesh)
    bpy.context.collection.objects.link(still)
    move([still], (0.0, 0.12, 0), (0, 0, -17))
    c.sky((0.5, 0.52, 0.55), (0.3, 0.3, 0.3), (0.05, 0.05, 0.05), 0.35)
    room.append(c.panel((-1.6, 1.6, 2.4), (0, 0.4, 0), (0.4, 2.2), 55, (0.95, 0.98, 1.0)))
    room.append(c.panel((1.8, 0.2, 2.4), (0, 0.4, 0), (0.4, 2.2), 22, (1.0, 0.96, 0.9)))
    c.camera((0.10, -0.72, 1.28), (0.07, 0.43, 0.0), 56, fstop=5.6)
    indoors([still], room)


def chair_room():
    c.stage(900, 1180, samples=10, exposure=0.3)
    parts = move(objects.chair((0.26, 0.12, 0.045)), turn=(0, 0, 24))
    room = rooms.living_room(wall=(0.38, 0.30, 0.22), floor=(0.27, 0.14, 0.06), back=0.75)
    c.sun((0.75, 0.5, -0.6), 2.0, (1, 0.9, 0.75), size=1.5)
    c.camera((0.3, -2.3, 1.15), (0.02, 0.05, 0.48), 58)
    indoors(parts, room)


def guitar_room():
    c.stage(960, 1160, samples=10, exposure=0.35)
    # Stands on its lower end and leans against the wall, strings to the viewer.
    parts = move(objects.guitar(), (0.0, 0.47, 0.10), (0, -90, 0))
    bpy.context.view_layer.update()
    move(parts, turn=(0, 0, 90))
    bpy.context.view_layer.update()
    low = min((p.matrix_world @ Vector(v)).z for p in parts for v in p.bound_box)
    move(parts, (0, 0, 0.003 - low))
    bpy.context.view_layer.update()
    middle = sum(((p.matrix_world @ Vector(v)) for p in parts for v in p.bound_box), Vector()) / (8 * len(parts))
    move(parts, (-middle.x, -middle.y, 0))
    bpy.context.view_layer.update()
    move(parts, (0.12, 0.18, 0.0), (-13, 7, 0))
    room = rooms.living_room(wall=(0.50, 0.42, 0.30), floor=(0.34, 0.20, 0.10), back=0.55)
    c.sun((0.8, 0.5, -0.55), 2.2, (1, 0.9, 0.75), size=1.5)
    c.camera((-0.35, -2.2, 0.85), (0.10, 0.2, 0.52), 74)
    indoors(parts, room)


def lamp_desk():
    c.stage(1300, 975, samples=11, exposure=0.3)
    parts = move(objects.desk_lamp(), (-0.05, 0.12, 0), (0, 0, -24))
    room = rooms.desk()
    c.sky((0.3, 0.32, 0.36), (0.3, 0.28, 0.26), (0.1, 0.08, 0.06), 0.5)
    room.append(c.panel((-1.8, -0.8, 1.4), (0, 0.1, 0.2), (1.2, 1.2), 40, (0.9, 0.95, 1.0)))
    c.camera((0.22, -1.5, 0.55), (0.0, 0.1, 0.30), 50, fstop=8)
    indoors(parts, room)


def palm_forest():
    """On a wooden terrace that is rendered too; the forest behind it is a photograph."""
    c.stage(1120, 1240, samples=11)
    parts = move(objects.palm(), turn=(0, 0, 20))
    deck = [c.box("board", (0, -1.2 + 0.148 * k, -0.02), (6, 0.14, 0.04), rooms.planks(f"deck {k}", (0.20 + 0.02 * (k % 3), 0.15, 0.11)), bevel=0.004)
            for k in range(14)]
    c.sky((0.8, 0.9, 0.7), (0.40, 0.46, 0.30), (0.10, 0.10, 0.07), 1.1)
    c.sun((0.45, 0.4, -1), 1.8, (1, 1, 0.9), size=14)
    c.camera((0.0, -3.2, 1.25), (0.02, 0, 0.60), 74)
    c.render_room_and_matte(folder, name, deck, photo_behind=True)


def backdrop():
    """No subject: a room with shelves, later blurred behind the two indoor portraits."""
    c.stage(600, 700, samples=18, exposure=0.2)
    rooms.living_room(wall=(0.42, 0.38, 0.33), back=1.4)
    rooms.shelves((0.75, 1.2))
    move(objects.palm(seed=9, fronds=11), (-0.95, 0.95, 0.35))
    c.camera((0.1, -2.2, 1.35), (0.0, 1.2, 1.15), 45)
    bpy.context.scene.render.film_transparent = False
    c.render(os.path.join(folder, name + ".full.png"))


def mast_mountain():
    c.stage(2240, 1680, samples=12)
    parts = move(objects.lattice_mast(), turn=(0, 0, 32))
    c.sky((0.35, 0.5, 0.95), (0.8, 0.85, 0.95), (0.16, 0.14, 0.06), 0.8)
    c.sun((-0.5, 0.65, -1.0), 3.4, (1, 0.97, 0.92), size=0.6)
    c.camera((2.0, -46.0, 2.2), (1.5, 0, 9.6), 45)
    outdoors(parts, (0.16, 0.14, 0.06))


globals()[name]()
