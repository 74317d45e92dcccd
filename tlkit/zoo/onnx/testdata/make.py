"""Writes the files that the Go reader is tried on, with the onnx package (versions in requirements.txt).

Usage: python make.py FOLDER  (see parity.sh)
"""
import os
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h

FLOATS = [-1.5, 0, 0.5, 1, 2, 3]
WHOLE = [0, 1, 2, 3, 4, 5]
SIGNED = [-3, 1, 2, 3, 4, 5]
TYPES = {
    "float32": (T.FLOAT, np.float32, FLOATS), "float16": (T.FLOAT16, np.float16, FLOATS),
    "bfloat16": (T.BFLOAT16, ml_dtypes.bfloat16, FLOATS), "float64": (T.DOUBLE, np.float64, FLOATS),
    "int64": (T.INT64, np.int64, SIGNED), "int32": (T.INT32, np.int32, SIGNED), "int16": (T.INT16, np.int16, SIGNED),
    "int8": (T.INT8, np.int8, SIGNED), "uint8": (T.UINT8, np.uint8, WHOLE), "uint16": (T.UINT16, np.uint16, WHOLE),
    "uint32": (T.UINT32, np.uint32, WHOLE), "uint64": (T.UINT64, np.uint64, WHOLE), "bool": (T.BOOL, np.bool_, [0, 1, 0, 1, 1, 0]),
}


def tensors():
    for name, (kind, dtype, values) in TYPES.items():
        array = np.array(values).astype(dtype)
        yield h.make_tensor(f"raw/{name}", kind, [2, 3], array.tobytes(), raw=True)
        yield h.make_tensor(f"typed/{name}", kind, [2, 3], array)
    yield h.make_tensor("scalar", T.FLOAT, [], [7.0])
    yield h.make_tensor("empty", T.FLOAT, [0, 4], [])


def value(name, kind=T.FLOAT, shape=("batch", 3, None, 8)):
    return h.make_tensor_value_info(name, kind, shape)


def model(nodes, initializers=(), outputs=("y",), **more):
    graph = h.make_graph(nodes, "a graph", [value("x")], [value(n) for n in outputs], list(initializers), value_info=[value("between")])
    made = h.make_model(graph, opset_imports=[h.make_opsetid("", 17), h.make_opsetid("custom", 2)], ir_version=8,
                        producer_name="make.py", producer_version="1", **more)
    h.set_model_props(made, {"task": "none", "empty": ""})
    return made


def everything():
    attributes = dict(number=1.5, whole=-7, text="words", numbers=[0.5, -2.0], wholes=[1, -2, 3], texts=["a", "b"],
                      tensor=h.make_tensor("inner", T.INT64, [2], [5, -6]))
    nodes = [h.make_node("Odd", ["x", "", "scalar"], ["between", "second"], name="odd one", domain="custom", doc_string="left out", **attributes),
             h.make_node("Identity", ["between"], ["y"])]
    return model(nodes, tensors())


def branch(name):
    return h.make_graph([h.make_node("Identity", ["x"], [name])], name, [], [value(name)])


def refused():
    identity = h.make_node("Identity", ["x"], ["y"])
    yield "if", model([h.make_node("If", ["x"], ["y"], name="choice", then_branch=branch("a"), else_branch=branch("b"))])
    yield "function", model([h.make_node("Twice", ["x"], ["y"], domain="custom")], functions=[h.make_function(
        "custom", "Twice", ["a"], ["b"], [h.make_node("Add", ["a", "a"], ["b"])], [h.make_opsetid("", 17)])])
    yield "text", model([identity], [h.make_tensor("words", T.STRING, [1], [b"word"])])
    yield "complex", model([identity], [h.make_tensor("waves", T.COMPLEX64, [1], [1 + 2j])])
    sparse = model([identity])
    sparse.graph.sparse_initializer.append(h.make_sparse_tensor(
        h.make_tensor("few", T.FLOAT, [1], [1.0]), h.make_tensor("where", T.INT64, [1], [2]), [9]))
    yield "sparse", sparse


def external():
    Path("external.bin").unlink(missing_ok=True)
    made = model([h.make_node("Identity", ["x"], ["y"])], [
        onnx.numpy_helper.from_array(np.array(FLOATS, np.float32).reshape(2, 3), "first"),
        onnx.numpy_helper.from_array(np.array(SIGNED, np.int64), "second")])
    onnx.save(made, "external.onnx", save_as_external_data=True, location="external.bin", size_threshold=0)


def main():
    os.chdir(sys.argv[1])
    onnx.save(everything(), "everything.onnx")
    for name, made in refused():
        onnx.save(made, f"refused_{name}.onnx")
    external()


main()
