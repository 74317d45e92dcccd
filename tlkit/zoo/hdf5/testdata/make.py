"""Writes the files of this folder, and beside each what h5py reads from it: make.py FOLDER."""

import gzip
import os
import sys
import tempfile
import zlib

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}

import h5py
import keras
import ml_dtypes
import numpy as np

from describe import as_json

LATEST = {"libver": "latest"}


def numbers(shape, dtype="<f4", seed=0):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(0, 100, size=shape).astype(dtype)


def layouts(f):
    """Every layout, type and filter that one file can hold."""
    x = numbers((7, 5))
    f["contiguous"] = x
    f["scalar"] = np.float32(3.5)
    f["none"] = h5py.Empty("<f4")
    f.create_dataset("empty", (0, 4), "<f4")
    f.create_dataset("unwritten", (3, 4), "<f4", fillvalue=2.5)
    compact(f, "compact", numbers((3, 2), ">f8"))
    f.create_dataset("chunked", data=x, chunks=(3, 2))
    f.create_dataset("gzip", data=x, chunks=(4, 4), compression="gzip", shuffle=True)
    f.create_dataset("checked", data=x, chunks=(2, 5), fletcher32=True)
    f.create_dataset("all", data=numbers((50, 6), "<f8"), chunks=(16, 4), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("one", data=x, chunks=(7, 5))
    f.create_dataset("one_gzip", data=x, chunks=(7, 5), compression="gzip")
    f.create_dataset("growing", data=x, chunks=(2, 2), maxshape=(None, 5))
    f.create_dataset("growing_second", data=x, chunks=(2, 2), maxshape=(20, None), compression="gzip")
    f.create_dataset("growing_both", data=x, chunks=(2, 2), maxshape=(None, None))
    f.create_dataset("room", data=x, chunks=(2, 2), maxshape=(30, 9))
    f.create_dataset("larger_chunk", data=x, chunks=(20, 20), maxshape=(None, None), compression="gzip")
    early(f, "early", x)
    sparse = f.create_dataset("sparse", (9, 9), "<i2", chunks=(2, 2), fillvalue=-7)
    sparse[4:6, 4:8] = 3
    grown = f.create_dataset("grown", (2, 3), "<f4", chunks=(2, 2), maxshape=(None, 3))
    grown.resize((9, 3))
    grown[5:] = 1
    types(f.create_group("types"))


def types(g):
    for name, dtype in {"i1": "i1", "u1": "u1", "i2": "<i2", "u2_big": ">u2", "i4_big": ">i4", "i8": "<i8", "f2": "<f2",
                        "f2_big": ">f2", "f4_big": ">f4", "f8": "<f8", "f8_big": ">f8"}.items():
        g[name] = numbers((3, 4), dtype)
    g["special"] = np.array([0, -0.0, np.inf, -np.inf, 65504, 6e-8, 6.1e-5], "<f2")
    g["bool"] = np.array([True, False, True])
    g["keras_bfloat16"] = numbers(6).astype(ml_dtypes.bfloat16)
    g["keras_bfloat16"].attrs["dtype"] = "bfloat16"
    brain(g, "bfloat16", numbers(6))
    g["fixed"] = np.array([b"a", b"longer", b""])
    g.create_dataset("text", data=["α", "", "a longer text"], dtype=h5py.string_dtype())
    g["one_text"] = "text"
    g["compound"] = np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    g["enum"] = np.zeros(2, h5py.enum_dtype({"a": 1, "b": 2}, "<i2"))
    g["named"] = np.dtype("<f4")
    named = g.create_dataset("of_named_type", (2,), g["named"])
    named[:] = 5
    g.create_dataset("reference", data=np.array([g.ref], h5py.ref_dtype))


def compact(f, name, x):
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(x.shape)
    h5py.h5d.create(f.id, name.encode(), h5py.h5t.py_create(x.dtype), space, create).write(space, space, x)


def early(f, name, x):
    """Space that is taken at once: chunks without an index in the newest form."""
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_chunk((2, 3))
    create.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(x.shape)
    h5py.h5d.create(f.id, name.encode(), h5py.h5t.py_create(x.dtype), space, create).write(space, space, x)


def brain(f, name, x):
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_size(2)
    kind.set_ebias(127)
    kind.set_precision(16)
    space = h5py.h5s.create_simple(x.shape)
    h5py.h5d.create(f.id, name.encode(), kind, space).write(space, space, x)


def links(f):
    """More links and attributes than one node holds."""
    f["x"] = numbers(3)
    f["y"] = np.int8(5)
    many = f.create_group("many")
    for i in range(700):
        many[f"link_{i * 7919 % 700:04}"] = f["y"]
    few = f.create_group("few")
    few["soft"] = h5py.SoftLink("/x")
    few["relative"] = h5py.SoftLink("again/x")
    few["dangling"] = h5py.SoftLink("/nothing")
    few["circle"] = h5py.SoftLink("circle")
    few["external"] = h5py.ExternalLink("other.h5", "/x")
    few["again"] = f["/"]
    few["α and spaces"] = f["x"]
    f["z"] = np.int8(6)
    for i in range(300):
        f["z"].attrs[f"attribute {i}"] = i
    f["few"].attrs["texts"] = ["a", "", "αβγ"]
    f["few"].attrs["fixed"] = np.array([b"one", b"three"])
    f["few"].attrs["text"] = "x" * 300
    f["few"].attrs["bytes"] = np.bytes_("tensorflow")
    f["few"].attrs["none"] = h5py.Empty("<f4")
    f["few"].attrs["numbers"] = numbers((2, 3), ">f8")


def indexes(f):
    """Arrays of chunks that need pages and secondary blocks, and deep trees of them."""
    f.create_dataset("fixed", data=np.arange(1000, dtype="<u2"), chunks=(1,))
    paged = f.create_dataset("paged", (5000,), "i1", chunks=(1,), fillvalue=9)
    paged[2100:2200] = 1
    f.create_dataset("growing", data=np.arange(1500, dtype="<u2"), chunks=(1,), maxshape=(None,))
    pages = f.create_dataset("growing_pages", (30000,), "i1", chunks=(1,), maxshape=(None,), fillvalue=4)
    pages[20000:20100] = 2
    f.create_dataset("tree", data=np.arange(900, dtype="<u2").reshape(30, 30), chunks=(1, 1), maxshape=(None, None))
    f.create_dataset("tree_gzip", data=np.arange(225, dtype="<u2").reshape(15, 15), chunks=(1, 1), maxshape=(None, None),
                     compression="gzip")


def huge(f):
    """An attribute that no block of the heap holds, and a heap with tables of tables."""
    f.attrs["huge"] = np.arange(10000, dtype="<i8")
    for i in range(260):
        f.attrs[f"a{i}"] = np.full(300, i, "<i8")


def resnet(f):
    """The legacy layout of keras.applications: a group for each layer, twice the name."""
    layers = []
    for stage in range(2, 6):
        for part in ("branch2a", "branch2b", "branch2c"):
            for prefix, weights in {"res": ["kernel:0", "bias:0"],
                                    "bn": ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"]}.items():
                layer = f"{prefix}{stage}a_{part}"
                layers.append(layer.encode())
                g = f.create_group(layer)
                g.attrs["weight_names"] = [f"{layer}/{w}".encode() for w in weights]
                for i, w in enumerate(weights):
                    g[f"{layer}/{w}"] = numbers((1, 1, 2, 3) if w == "kernel:0" else 3, seed=i)
    for i in range(0, len(layers), 7):
        f.attrs[f"layer_names{i // 7}"] = layers[i:i + 7]
    f.attrs["backend"] = b"tensorflow"
    f.attrs["keras_version"] = b"2.0.6"


def refused(f):
    """What is refused by name; the test in Go has the names."""
    x = np.zeros((40, 4), "<f4")
    f.create_dataset("lzf", data=x, chunks=(40, 4), compression="lzf")
    f.create_dataset("scaleoffset", data=x.astype("<i4"), chunks=(40, 4), scaleoffset=0)
    f.create_dataset("external", (4,), "<f4", external=[("other.bin", 0, 16)])
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    f.create_virtual_dataset("virtual", layout)
    f["compound"] = np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    f.create_dataset("reference", data=np.array([f.ref], h5py.ref_dtype))
    f.create_dataset("array", (2,), np.dtype(("<f4", (3,))))
    f.create_dataset("sequence", (2,), h5py.vlen_dtype("<f4"))
    f.create_dataset("long double", data=np.zeros(2, np.longdouble))
    f["link"] = h5py.ExternalLink("other.h5", "/x")


def bombs(f):
    """Small files that say they hold much."""
    f.create_dataset("unwritten", (2**60,), "<f4")
    f.create_dataset("sparse", (2**50,), "<f4", chunks=(4,), maxshape=(None,))[7] = 1
    f.create_dataset("filled", (2**28,), "<f4", fillvalue=1)
    f.create_dataset("large", (2**28,), "<f4", chunks=(4,), maxshape=(None,))[7] = 1
    f.create_dataset("chunk", (1,), "<f4", chunks=(2**29,), maxshape=(None,))
    wide = f.create_dataset("wide_chunk", (2**26,), "<f4", chunks=(2**26,), compression="gzip")
    wide.id.write_direct_chunk((0,), zlib.compress(bytes(100)))


FILES = {
    "layouts": (layouts, {}),
    "layouts_latest": (layouts, LATEST),
    "links": (links, {}),
    "links_latest": (links, LATEST),
    "indexes_latest": (indexes, LATEST),
    "indexes": (indexes, {}),
    "huge_latest": (huge, LATEST),
    "resnet": (resnet, {}),
    "user_block": (resnet, {"userblock_size": 1024}),
    "ordered": (resnet, {"track_order": True}),
}


def tiny_model():
    keras.utils.set_random_seed(1)
    return keras.Sequential([
        keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv"), keras.layers.BatchNormalization(name="bn"),
        keras.layers.SeparableConv2D(4, 3, name="separable"), keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(2, name="top")])


def write(path, target):
    with open(path, "rb") as f, open(target, "wb") as out:
        out.write(gzip.compress(f.read(), 9, mtime=0))


def save(folder, name, path):
    write(path, os.path.join(folder, name + ".gz"))
    with open(os.path.join(folder, name + ".json.gz"), "wb") as f:
        f.write(gzip.compress(as_json(path).encode(), 9, mtime=0))


def main(folder):
    with tempfile.TemporaryDirectory() as made:
        path = os.path.join(made, "x.h5")
        for name, (fill, options) in FILES.items():
            with h5py.File(path, "w", **options) as f:
                fill(f)
            save(folder, name + ".h5", path)
        for name, fill in {"refused": refused, "bombs": bombs}.items():
            with h5py.File(path, "w", libver="v110") as f:
                fill(f)
            write(path, os.path.join(folder, name + ".hostile.gz"))
        model = tiny_model()
        model.compile("adam", "mse")
        for name in "keras.h5", "keras.weights.h5":
            path = os.path.join(made, name)
            model.save_weights(path) if "weights" in name else model.save(path)
            save(folder, name, path)


if __name__ == "__main__":
    main(sys.argv[1])
