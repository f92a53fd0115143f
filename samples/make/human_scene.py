"""blender -b -P human_scene.py -- <mpfb2 folder> <output folder> <person>: renders one person."""
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import bpy
from mathutils import Vector
import common as c
import hair
import hair_styles as styles
import human_parts as parts
from human_body import Body, normals
from people import PEOPLE

folder, out, name = c.argument(0), c.argument(1), c.argument(2)
who = PEOPLE[name]
scene = c.stage(*who["size"], samples=who.get("samples", 16), exposure=who.get("exposure", 0), seed=who["seed"])

# The body: shape, expression, pose.
body = Body(folder)
body.person(*who["body"])
for target, weight in who.get("targets", {}).items():
    body.target(target, weight)
arms_down = {"upperarm_l": (0, 0, -32), "upperarm_r": (0, 0, 32)}
body.pose({**arms_down, **who.get("pose", {})})
world = body.world()
region = parts.regions(body)

# What is under cloth is left out, so that skin never pokes through.
y = region["y"]
covered = np.zeros(len(body.rest), bool)
clothes = []
for cut in who["clothes"]:
    keep, hides, options = cut["cut"](region, body)
    mat = parts.cloth_material(cut["name"], cut["color"], cut.get("stripes"), weave=cut.get("weave", 900))
    clothes.append(parts.garment(body, cut["name"], keep, mat, **options))
    covered |= hides
if "shoes" in who:
    covered |= y < -7.45
skin_mat = parts.skin_material(folder, who["skin"], who["lips"], who.get("scalp"))
scalp = hair.scalp_mask(body.rest)
subject = [parts.skin(body, ~covered, skin_mat, scalp)] + clothes
subject += parts.eyes(body, who["iris"], who.get("look", (0, 0))) + parts.lashes(body)

# Hair: keep out of the body and the clothes.
used, faces, _ = body.piece("body", np.ones(len(body.rest), bool))
turn = np.array(body.head_matrix.to_3x3())
swap = lambda v: np.array([v[0], -v[2], v[1]])
forward, up = swap(turn @ [0, 0, 1]), swap(turn @ [0, 1, 0])
between_eyes = np.mean([world[sorted(body.members[g])].mean(0) for g in ("helper-l-eye", "helper-r-eye")], axis=0)
centre = between_eyes - 0.088 * forward + 0.012 * up  # the middle of the skull
surface = world[used]
blown = surface.copy()
lift = np.clip((5.9 - body.rest[used][:, 1]) / 0.5, 0, 1) * who.get("cloth_gap", 0.02)
blown += normals(surface, faces) * lift[:, None]
avoid = hair.tree(blown, faces)
head = styles.Head(surface, faces, scalp[used], centre, forward, up, avoid, who["seed"])
strand_mat = hair.hair_material("hair", **who["hair_color"])
for rule, options in who["hair"]:
    if rule == "beard":
        strands = styles.beard(head, hair.beard_mask(body.rest)[used], **options)
    else:
        strands = getattr(styles, rule)(head, **options)
    subject.append(hair.strands_object(rule, strands, who.get("strand", 0.00011), strand_mat))
brow_mat = hair.hair_material("brow", **who.get("brow_color", who["hair_color"]))
subject.append(hair.strands_object("brows", styles.brows(head, surface, body.rest[used]), 0.00010, brow_mat))
if "shoes" in who:
    subject += parts.shoes(body, who["shoes"])
if "scarf" in who:
    subject.append(parts.headscarf(head, body, who["scarf"]))

# Light and camera, placed relative to the head.
for light in who["lights"]:
    light(centre)
height = world[used][:, 2].min()
position, target, lens = who["camera"](centre, height)
c.camera(position, target, lens, who.get("fstop"))
ground = None
if who.get("ground"):
    bpy.ops.mesh.primitive_plane_add(size=30, location=(0, 0, height - 0.012))
    ground = bpy.context.object
    ground.data.materials.append(c.material("ground", who["ground"], rough=0.9))
c.render_subject_and_shadow(out, name, subject, ground)
