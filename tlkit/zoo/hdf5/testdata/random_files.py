"""Writes random files and what h5py reads from each: random_files.py FOLDER SEED COUNT."""

import gzip
import os
import sys
import tempfile

import h5py
import numpy as np

from describe import as_json

NUMBERS = ["<f4"] * 6 + ["<f2", "<f8", ">f2", ">f4", ">f8", "i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", ">i8", "?"]
LETTERS = list("abcxyz0189_:-. ") + ["α", "é", "層"]


def word(rng, most=12):
    return "".join(rng.choice(LETTERS, rng.integers(0, most + 1)))


def name(rng, i):
    return f"{word(rng, 40 if rng.random() < 0.1 else 8)}.{i}"


def numbers(rng, shape, dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        x = rng.normal(size=shape) * 10.0 ** rng.integers(-6, 4)
        return np.where(rng.random(shape) < 0.1, 0, x).astype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, size=shape, endpoint=True, dtype=dtype.newbyteorder("=")).astype(dtype)


def text(rng, shape):
    words = np.empty(shape, object)
    for i in np.ndindex(shape):
        words[i] = word(rng, 30)
    return words


def shape(rng, most=2000):
    while True:
        s = tuple(int(n) for n in rng.integers(0 if rng.random() < 0.1 else 1, 14, size=rng.integers(0, 5)))
        if np.prod(s, dtype=int) <= most:
            return s


def chunking(rng, s, options):
    """Chunks, how far the shape may grow, and filters."""
    options["chunks"] = tuple(int(rng.integers(1, n + 1)) for n in s)
    if rng.random() < 0.5:
        options["maxshape"] = tuple([None, n, n + int(rng.integers(0, 9))][rng.integers(0, 3)] for n in s)
        if rng.random() < 0.3:
            options["chunks"] = tuple(c + int(rng.integers(0, 9)) if m is None else c
                                      for c, m in zip(options["chunks"], options["maxshape"]))
    if rng.random() < 0.5:
        options["compression"], options["compression_opts"] = "gzip", int(rng.integers(0, 10))
    options["shuffle"] = bool(rng.random() < 0.5)
    options["fletcher32"] = bool(rng.random() < 0.3)


def dataset(rng, g, label):
    s, kind = shape(rng), rng.random()
    if kind < 0.03:
        g[label] = h5py.Empty("<f4")
    elif kind < 0.10:
        g.create_dataset(label, data=text(rng, s), dtype=h5py.string_dtype())
    elif kind < 0.16:
        words = [word(rng).encode("ascii", "ignore") for _ in range(int(rng.integers(1, 9)))]
        g[label] = np.array(words, f"S{rng.integers(1, 20)}")  # cut, so no letter of more than a byte
    else:
        dtype, options = NUMBERS[rng.integers(0, len(NUMBERS))], {}
        if s and 0 not in s and rng.random() < 0.6:
            chunking(rng, s, options)
        if rng.random() < 0.2:
            options["fillvalue"] = numbers(rng, (), dtype)
        d = g.create_dataset(label, s, dtype, **options)
        fill(rng, d, dtype)
    attributes(rng, g[label], 3)


def fill(rng, d, dtype):
    """Writes all of a dataset, or a part, or nothing; grows or shrinks it where that is allowed."""
    how = rng.random()
    if how < 0.7:
        d[...] = numbers(rng, d.shape, dtype)
    elif how < 0.9 and d.shape and 0 not in d.shape:
        part = tuple(slice(int(rng.integers(0, n)), None) for n in d.shape)
        d[part] = numbers(rng, d[part].shape, dtype)
    if d.chunks and None in d.maxshape and rng.random() < 0.4:
        d.resize(tuple(n if m is not None else int(rng.integers(1, 2 * n + 2)) for n, m in zip(d.shape, d.maxshape)))
        if rng.random() < 0.5:
            d[0] = numbers(rng, d[0].shape, dtype)


def attributes(rng, obj, most):
    for i in range(rng.integers(0, most + 1)):
        kind = rng.random()
        if kind < 0.2:
            value = word(rng, 300)
        elif kind < 0.4:
            value = np.array([word(rng).encode() + b"." for _ in range(int(rng.integers(1, 30)))])
        elif kind < 0.5:
            obj.attrs.create(name(rng, i), text(rng, (3,)), dtype=h5py.string_dtype())
            continue
        elif kind < 0.55:
            value = h5py.Empty("<i4")
        else:
            value = numbers(rng, shape(rng, 200), NUMBERS[rng.integers(0, len(NUMBERS))])
        obj.attrs[name(rng, i)] = value


def group(rng, g, depth, budget):
    attributes(rng, g, 40 if rng.random() < 0.2 else 3)
    many = rng.random() < 0.15
    for i in range(int(rng.integers(40, 400)) if many else int(rng.integers(0, 9))):
        label, kind = name(rng, i), rng.random()
        if many and "first" in g:
            g[label] = g["first"]
        elif kind < 0.25 and depth < 4 and budget[0] > 0:
            budget[0] -= 1
            group(rng, g.create_group(label, track_order=bool(rng.random() < 0.2)), depth + 1, budget)
        elif kind < 0.30:
            g[label] = h5py.SoftLink(["/", "first", "/nothing", "first/first"][rng.integers(0, 4)])
        else:
            dataset(rng, g, "first" if "first" not in g else label)


def main(folder, seed, count):
    with tempfile.TemporaryDirectory() as made:
        for i in range(count):
            rng = np.random.default_rng([seed, i])
            path = os.path.join(made, "x.h5")
            options = {"libver": ["earliest", "latest", "v108", "v110", ("earliest", "v112")][rng.integers(0, 5)]}
            if rng.random() < 0.1:
                options["userblock_size"] = int(512 << rng.integers(0, 4))
            if rng.random() < 0.2:
                options["track_order"] = True
            with h5py.File(path, "w", **options) as f:
                group(rng, f, 0, [12])
            base = os.path.join(folder, f"random{i:04}")
            with open(path, "rb") as f, gzip.open(base + ".h5.gz", "wb", 1) as out:
                out.write(f.read())
            with gzip.open(base + ".h5.json.gz", "wb", 1) as out:
                out.write(as_json(path).encode())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
