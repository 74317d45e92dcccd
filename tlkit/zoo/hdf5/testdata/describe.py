"""What h5py finds in a file, as JSON for the Go test beside it."""

import hashlib
import json

import h5py
import numpy as np


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def is_brain(type_id):
    return isinstance(type_id, h5py.h5t.TypeFloatID) and type_id.get_size() == 2 and type_id.get_ebias() == 127


def texts(values):
    flat = np.asarray(values, dtype=object).reshape(-1)
    return [v.decode() if isinstance(v, bytes) else str(v) for v in flat]


def array(type_id, dtype, shape, value):
    """Describes the elements of a dataset or an attribute."""
    node = {"dtype": dtype.str, "shape": None if shape is None else list(shape)}
    if isinstance(type_id, (h5py.h5t.TypeCompoundID, h5py.h5t.TypeReferenceID, h5py.h5t.TypeArrayID, h5py.h5t.TypeVlenID)):
        return {"refused": True, "shape": node["shape"]}
    if is_brain(type_id):
        node["dtype"] = "bfloat16"
        node["f32"] = sha(np.asarray(value(), "<f4"))
    elif h5py.check_string_dtype(dtype) is not None:
        if shape is None:
            node["strings"] = []
        else:
            node["strings"] = texts(value())
    elif shape is None:
        node["bytes"] = sha(np.zeros(0))
    else:
        got = np.asarray(value()).astype(dtype)  # a scalar comes in the byte order of the machine
        node["bytes"] = sha(got)
        if dtype.kind == "f":
            with np.errstate(over="ignore"):
                node["f32"] = sha(got.astype("<f4"))
        elif dtype.kind in "iub" and not (dtype.kind == "u" and dtype.itemsize == 8):
            if dtype.kind == "b":  # what was never written may be neither 0 nor 1
                got = got.view("u1") != 0
            node["ints"] = sha(got.astype("<i8"))
    return node


def attributes(obj):
    found = {}
    for name in obj.attrs:
        a = obj.attrs.get_id(name)
        shape = None if a.get_space().get_simple_extent_type() == h5py.h5s.NULL else a.shape
        found[name] = array(a.get_type(), a.dtype, shape, lambda: obj.attrs[name])
    return found


def dataset(d):
    node = array(d.id.get_type(), d.dtype, d.shape, lambda: d[()])
    if d.dtype.str == "|V2" and d.attrs.get("dtype") == "bfloat16":
        node["f32"] = sha((d[()].view("<u2").astype("<u4") << 16).view("<f4"))
    return node | {"kind": "dataset", "attributes": attributes(d)}


def reaches(group, name):
    """Whether a soft link leads anywhere."""
    try:
        return group[name] is not None
    except (KeyError, RuntimeError):  # nothing there, or too many links
        return False


def describe(obj, above=()):
    if isinstance(obj, h5py.Dataset):
        return dataset(obj)
    if isinstance(obj, h5py.Datatype):
        return {"kind": "type"}
    address = h5py.h5o.get_info(obj.id).addr
    if address in above:
        return {"kind": "loop"}
    children = {}
    for name in obj:
        link = obj.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            children[name] = {"kind": "external"}
        elif isinstance(link, h5py.SoftLink) and not reaches(obj, name):
            children[name] = {"kind": "dangling"}
        else:
            children[name] = describe(obj[name], above + (address,))
            children[name]["soft"] = isinstance(link, h5py.SoftLink)
    return {"kind": "group", "attributes": attributes(obj), "children": children}


def as_json(path):
    with h5py.File(path, "r") as f:
        tree = describe(f)
        tree["datasets"] = 0

        def count(_, obj):
            tree["datasets"] += isinstance(obj, h5py.Dataset)

        f.visititems(count)
        return json.dumps(tree, sort_keys=True, separators=(",", ":"))
