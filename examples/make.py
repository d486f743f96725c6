# Writes the data of the examples: python3 examples/make.py (needs numpy and scipy).
from pathlib import Path
import numpy as np

data = Path(__file__).parent / "problems" / "data"
data.mkdir(exist_ok=True)


def save(name, values):
    np.save(data / name, np.asarray(values, dtype="<f4" if np.asarray(values).dtype.kind == "f" else "<i4"))


# arap.toml: the right end of a bar is turned up by 90 degrees and twisted by 90 degrees.
# Nodes of generate = "box" in C order: x slowest, z fastest.
cells, size = (40, 8, 8), (4.0, 0.8, 0.8)
X = np.stack(np.meshgrid(*(np.linspace(0, s, n + 1) for s, n in zip(size, cells)), indexing="ij"), -1).reshape(-1, 3)
end = X[X[:, 0] > 3.95] - [4.0, 0.4, 0.4]
twist = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])  # about x
up = np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])  # about y: x becomes z
save("arap_end.npy", end @ (up @ twist).T + [-1.4, 0, 2.2] - end)


# smoothing.toml: the nodes of generate = "torus", measured with errors.
def torus(around, across, radius, tube):
    i, j = np.meshgrid(np.arange(around) / around, np.arange(across) / across, indexing="ij")
    out, up = np.cos(2 * np.pi * j), np.sin(2 * np.pi * j)
    ring = radius + tube * out
    return np.stack([ring * np.cos(2 * np.pi * i), ring * np.sin(2 * np.pi * i), tube * up], -1).reshape(-1, 3)


X = torus(72, 36, 1.0, 0.4)
save("smoothing_measured.npy", X + 0.015 * np.random.default_rng(1).standard_normal(X.shape))
save("smoothing_nodes.npy", np.arange(len(X)))

# flatten.toml: a bumpy cap, and its embedding in the plane by Tutte: the boundary on a circle, every other node in the
# middle of its neighbours.
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import spsolve
from scipy.spatial import Delaunay

rings = 16
flat = [(0.0, 0.0)] + [
    (r / rings * np.cos(a), r / rings * np.sin(a))
    for r in range(1, rings + 1)
    for a in 2 * np.pi * (np.arange(6 * r) + 0.5 * (r % 2)) / (6 * r)
]
flat = np.array(flat)
angle = np.arctan2(flat[:, 1], flat[:, 0])
radius = np.hypot(*flat.T)
# A cap of a sphere beyond its equator, with five bulges.
colatitude = 1.9 * radius
distance = 1.0 + 0.15 * np.sin(5 * angle) * np.sin(colatitude) ** 2
cap = np.stack(
    [np.sin(colatitude) * np.cos(angle), np.sin(colatitude) * np.sin(angle), np.cos(colatitude)], -1
) * distance[:, None]
triangles = Delaunay(flat).simplices
ends = flat[triangles]
ab, ac = ends[:, 1] - ends[:, 0], ends[:, 2] - ends[:, 0]
turned = ab[:, 0] * ac[:, 1] < ab[:, 1] * ac[:, 0]
triangles[turned] = triangles[turned][:, ::-1]
with open(data / "flatten_cap.obj", "w") as file:
    file.writelines("v %.5f %.5f %.5f\n" % tuple(p) for p in cap)
    file.writelines("f %d %d %d\n" % tuple(t + 1) for t in triangles)
n, rim = len(cap), np.flatnonzero(radius > 1 - 1e-9)
i, j = triangles[:, [0, 1, 2, 1, 2, 0]].ravel(), triangles[:, [1, 2, 0, 0, 1, 2]].ravel()
neighbours = coo_matrix((np.ones(len(i)), (i, j)), shape=(n, n)).tocsr()
neighbours.data[:] = 1.0
inner = np.setdiff1d(np.arange(n), rim)
laplacian = diags(np.asarray(neighbours.sum(1)).ravel()) - neighbours
tutte = np.zeros((n, 2))
# A circle as long as the rim.
length = np.linalg.norm(cap[np.roll(rim, -1)] - cap[rim], axis=1).sum()
tutte[rim] = flat[rim] * length / (2 * np.pi)
tutte[inner] = spsolve(laplacian[inner][:, inner].tocsc(), -(laplacian[inner][:, rim] @ tutte[rim]))
save("flatten_tutte.npy", tutte)

# chain.toml: 60 links, of 3 m together, between two hooks 2 m apart.
count = 61
t = np.linspace(0, 1, count)
save("chain_rest.npy", np.stack([3 * t, 0 * t, 0 * t], -1))
save("chain_start.npy", np.stack([2 * t - 1, 0 * t, 0.4 * t - t * (1 - t)], -1))
save("chain_links.npy", np.stack([np.arange(count - 1), np.arange(1, count)], -1))
