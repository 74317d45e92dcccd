"""Writes the files of this folder, and beside each what is in it by the models' own words: golden.py FOLDER [large]."""

import gzip
import hashlib
import io
import json
import os
import sys
import tempfile
import zipfile

import models
from models import keras, tf_keras

import h5py
import numpy as np
from keras.src.legacy.saving import legacy_h5_format


def sha(x):
    return hashlib.sha256(np.ascontiguousarray(x, "<f4").tobytes()).hexdigest()


def parts(layer):
    """The layers that a layer is made of."""
    if hasattr(layer, "layers"):
        return layer.layers
    found = [getattr(layer, a) for a in ("layer", "cell") if hasattr(layer, a)]
    return [x for x in found if isinstance(x, (keras.layers.Layer, tf_keras.layers.Layer))]


def variable_name(layer, v):
    name = v.name.split("/")[-1].removesuffix(":0")
    return "kernel" if type(layer).__name__ == "DepthwiseConv2D" and name == "depthwise_kernel" else name


def layers(model, within=()):
    """All layers that have variables of their own, with what is within each in its place."""
    found = []
    for layer in model if isinstance(model, list) else model.layers:
        if parts(layer):
            found += layers(list(parts(layer)), [*within, layer.name])
        elif layer.weights:
            variables = [{"name": variable_name(layer, v), "shape": list(v.shape), "sha": sha(v.numpy())} for v in layer.weights]
            found.append({"name": layer.name, "class": type(layer).__name__, "within": list(within), "variables": variables})
    return found


def places(f):
    """Where the numbers of each variable are in a Bare file."""
    found = {}

    def visit(path, d):
        if isinstance(d, h5py.Dataset):
            found[sha(d[()])] = path.split("/vars/")[0]

    f.visititems(visit)
    return found


def bare(found, f, names, archive):
    """What a Bare file tells of that, with layers' names noted or not, and in an Archive or not."""
    at = places(f)
    for layer in found:
        layer["path"] = at[layer["variables"][0]["sha"]]
        configured = archive and layer["class"] != "LSTMCell"  # the cell is not in the configuration
        grouped = layer["path"].split("/")[-2] == "layers"  # called by its class
        halved = layer["class"] == "BatchNormalization" and len(layer["variables"]) == 3  # gamma or beta
        if not configured:
            layer["class"] = ""
            if not grouped or halved:
                for i, v in enumerate(layer["variables"]):
                    v["name"] = str(i)
            if not names:
                layer["name"] = ""
        if not archive and not names:
            layer["within"] = [""] * len(layer["within"])
    return found


def expect(model, path):
    """What Go should find in a file."""
    found = layers(model)
    older = not isinstance(model, keras.Model)
    version = {"version": (tf_keras if older else keras).__version__, "model": model.name}
    if path.endswith(".keras"):
        with zipfile.ZipFile(path) as z, h5py.File(io.BytesIO(z.read("model.weights.h5"))) as f:
            return {"form": ".keras", **version, "layers": bare(found, f, not older, True)}
    if path.endswith(".weights.h5"):
        with h5py.File(path) as f:
            name = "" if older else model.name
            return {"form": ".weights.h5", "version": "", "model": name, "layers": bare(found, f, not older, False)}
    whole = "model_weights" in h5py.File(path)
    for layer in found:
        if not whole or layer["class"] == "LSTMCell":
            layer["class"] = ""
        if older and layer["within"] == ["rows"]:  # the wrapper's name only
            layer["name"], layer["within"], layer["class"] = "rows", [], "TimeDistributed" if whole else ""
    return {"form": "legacy HDF5", **version, "model": model.name if whole else "", "layers": found}


def keras_1(path, model):
    """The layout of the first VGG16 and ResNet50 files, which no Keras that can be had writes."""
    names = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
    with h5py.File(path, "w") as f:
        f.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            g = f.create_group(layer.name)
            of = {f"{layer.name}_{names.get(v.name, v.name)}_1:0": v.numpy() for v in layer.weights}
            g.attrs["weight_names"] = [n.encode() for n in of]
            for name, x in of.items():
                g[name] = x


def save(model, path):
    """Saves in the form that the name asks for."""
    if path.endswith("_w.h5") or path.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)


def keep(folder, model, path, **other):
    name = os.path.join(folder, os.path.basename(path))
    with open(path, "rb") as f, open(name + ".gz", "wb") as out:
        out.write(gzip.compress(f.read(), 9, mtime=0))
    want = json.dumps({**expect(model, path), **other}, indent=0)
    with open(name + ".json.gz", "wb") as out:
        out.write(gzip.compress(want.encode(), 9, mtime=0))


def write_small(folder, made):
    for seed, (name, build) in enumerate({**models.small(), **models.older()}.items()):
        model = models.randomize(build(), seed)
        forms = [".keras", ".weights.h5", ".h5"]
        if name in ("top_older", "notop_older"):
            forms = ["_w.h5"]
        for form in forms:
            path = os.path.join(made, name + form)
            save(model, path)
            keep(folder, model, path)
    model = models.randomize(models.residual(False), 9)
    path = os.path.join(made, "first.h5")
    keras_1(path, model)
    keep(folder, model, path, version="")
    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = 100  # so that small lists are kept in pieces too
    model = models.randomize(models.residual(True), 8)
    path = os.path.join(made, "pieces.h5")
    model.save(path)
    assert "layer_names3" in h5py.File(path)["model_weights"].attrs
    keep(folder, model, path)


def write_large(folder, made):
    for seed, (name, build) in enumerate(models.applications().items()):
        keras.backend.clear_session()
        model = models.randomize(build(), seed)
        for form in ".keras", ".weights.h5", ".h5":
            path = os.path.join(made, name + form)
            save(model, path)
            os.rename(path, os.path.join(folder, name + form))
            with open(os.path.join(folder, name + form + ".json.gz"), "wb") as out:
                out.write(gzip.compress(json.dumps(expect(model, os.path.join(folder, name + form))).encode(), 1))


if __name__ == "__main__":
    target = sys.argv[1]
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        (write_large if sys.argv[2:] else write_small)(target, scratch)
