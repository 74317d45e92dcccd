"""Compares a model that the Go package wrote anew with the one that it read. Usage: python check.py READ WRITTEN"""
import sys

import onnx


def plain(m):
    """The model without what is not kept: documentation, and how a tensor's numbers are laid down."""
    for n in m.graph.node:
        n.ClearField("doc_string")
        for a in n.attribute:
            if a.type == onnx.AttributeProto.TENSOR:
                a.t.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(a.t), a.t.name))
    for t in m.graph.initializer:
        t.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(t), t.name))
    return m


read, written = (onnx.load(p) for p in sys.argv[1:])
onnx.checker.check_model(written, full_check=False)
if plain(read) != plain(written):
    sys.exit("onnx: the models differ")
print("onnx: the package and the Go writer agree")
