"""Weights files that go to and fro between Keras, PyTorch and tlkit/zoo.

Usage: python exchange.py make DIR     whole networks with random weights, saved in every form, and their outputs
       python exchange.py check DIR    loads what the Go side wrote, and compares the outputs with what it noted

The packages are in requirements.txt. Numbers are not those of trained networks, but the batch
norms' averages, scales and offsets are far from the identity. Pictures are two of 64×64.
"""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import tf_keras
import torch
import torchvision
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_model, save_model

SIZE, CLASSES = 64, 5
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


def pictures():
    return np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)


def drawn(rng, role, shape, fan_in):
    if role == "kernel":
        return rng.uniform(-1, 1, shape).astype(np.float32) * np.sqrt(6 / fan_in, dtype=np.float32)
    at, times = {"scale": (0.75, 0.25), "variance": (1, 0.5)}.get(role, (0, 0.125))
    return (at + times * rng.uniform(-1, 1, shape)).astype(np.float32)


KERAS = {
    "resnet50": (keras.applications.ResNet50, keras.applications.resnet.preprocess_input),
    "resnet101": (keras.applications.ResNet101, keras.applications.resnet.preprocess_input),
    "vgg16": (keras.applications.VGG16, keras.applications.vgg16.preprocess_input),
    "mobilenetv2": (keras.applications.MobileNetV2, keras.applications.mobilenet_v2.preprocess_input),
    "efficientnetb0": (keras.applications.EfficientNetB0, lambda x: x),
}
ROLES = {"kernel": "kernel", "gamma": "scale", "moving_variance": "variance"}


def normalizes(layer):
    """Its name has a number from the second network on."""
    return isinstance(layer, keras.layers.Normalization)


def normalize(net):
    """Keras' EfficientNets have ImageNet's averages in a layer of their own."""
    for layer in net.layers:
        if normalizes(layer):
            layer.set_weights([MEAN, DEVIATION**2, np.array(0)][: len(layer.weights)])
            layer.finalize_state()


def keras_draw(net, rng):
    for layer in net.layers:
        if normalizes(layer) or not layer.weights:
            continue
        values = []
        for w in layer.weights:
            shape = tuple(w.shape)
            fan_in = shape[0] * shape[1] if type(layer).__name__ == "DepthwiseConv2D" else int(np.prod(shape[:-1]))
            values.append(drawn(rng, ROLES.get(w.name, "bias"), shape, fan_in))
        layer.set_weights(values)
    normalize(net)


def linear(net):
    """The network with logits."""
    net.layers[-1].activation = keras.activations.linear
    return keras.Model(net.inputs, net.layers[-1](net.layers[-2].output))


def published(build, net, path):
    """The weights as Keras' own application files have them: of Keras 2, with and without top."""
    for top, end in (True, ".published.h5"), (False, ".published.notop.h5"):
        old = getattr(tf_keras.applications, build)(weights=None, include_top=top, input_shape=(SIZE, SIZE, 3))
        for layer in old.layers:
            if layer.weights:
                of = "normalization" if layer.name.startswith("normalization") else layer.name
                layer.set_weights(net.get_layer(of).get_weights())
        old.save_weights(path + end)


def keras_make(folder, out):
    for i, (name, (make, preprocess)) in enumerate(KERAS.items()):
        top = make(weights=None, input_shape=(SIZE, SIZE, 3))
        keras_draw(top, np.random.default_rng(i))
        top.save_weights(f"{folder}/{name}.weights.h5")
        top.save(f"{folder}/{name}.keras")
        top.save(f"{folder}/{name}.h5")
        published(make.__name__, top, f"{folder}/{name}")
        x = preprocess(pictures().astype(np.float32))
        out[name] = np.asarray(linear(top).predict(x, verbose=0))
        # The usual model of transfer learning, whose base is one layer.
        base = make(weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3))
        tuned = keras.Sequential([base, keras.layers.Dropout(0.2), keras.layers.Dense(CLASSES)])
        keras_draw(base, np.random.default_rng(100 + i))
        for form in "weights.h5", "keras", "h5":
            path = f"{folder}/{name}.nested.{form}"
            tuned.save_weights(path) if form == "weights.h5" else tuned.save(path)
        out[name + ".nested"] = np.asarray(base.predict(x, verbose=0))
        print("made", name, flush=True)


def torch_networks():
    tv = torchvision.models
    yield "resnet18", tv.resnet18
    yield "resnet50", tv.resnet50
    yield "mobilenet_v2", tv.mobilenet_v2
    yield "efficientnet_b0", tv.efficientnet_b0


def torch_input():
    x = (pictures().astype(np.float32) / np.float32(255) - MEAN) / DEVIATION
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def torch_run(net):
    with torch.no_grad():
        return net.eval()(torch_input()).numpy()


def torch_make(folder, out):
    for i, (name, make) in enumerate(torch_networks()):
        rng, net = np.random.default_rng(i), make()
        modules, state = dict(net.named_modules()), net.state_dict()
        for key, t in state.items():
            owner, leaf = key.rsplit(".", 1)
            if leaf == "num_batches_tracked":
                continue
            norm = isinstance(modules[owner], torch.nn.modules.batchnorm._BatchNorm)
            role = {"running_var": "variance", "weight": "scale" if norm else "kernel"}.get(leaf, "bias")
            fan_in = int(np.prod(t.shape[1:])) if role == "kernel" else 1
            state[key] = torch.from_numpy(np.array(drawn(rng, role, tuple(t.shape), fan_in)))
        net.load_state_dict(state)
        torch.save(net.state_dict(), f"{folder}/torch.{name}.pth")
        torch.save({"state_dict": net.state_dict(), "epoch": 3}, f"{folder}/torch.{name}.old.pth", _use_new_zipfile_serialization=False)
        save_model(net, f"{folder}/torch.{name}.safetensors")
        out["torch." + name] = torch_run(net)
        print("made", name, flush=True)


def make(folder):
    keras.utils.set_random_seed(0)
    out = {"pictures": pictures()}
    keras_make(folder, out)
    torch_make(folder, out)
    save_file({k: np.ascontiguousarray(v) for k, v in out.items()}, f"{folder}/outputs.safetensors")


def check(folder):
    noted, worst = load_file(f"{folder}/written.safetensors"), 0.0
    checked = set()

    def same(name, got):
        nonlocal worst
        want = noted[name]
        apart = float(np.abs(np.asarray(got) - want).max() / np.abs(want).max())
        checked.add(name)
        worst = max(worst, apart)
        if not apart <= 1e-4:
            sys.exit(f"exchange: {name}: {apart:.2g} of the largest number away")

    for name, (build, preprocess) in KERAS.items():
        x = preprocess(pictures().astype(np.float32))
        shape = (SIZE, SIZE, 3)
        top = build(weights=None, input_shape=shape)
        top.load_weights(f"{folder}/ours.{name}.weights.h5")
        same(name, linear(top).predict(x, verbose=0))
        base = build(weights=None, include_top=False, pooling="avg", input_shape=shape)
        flat = keras.Model(base.input, keras.layers.Dense(CLASSES)(base.output))
        flat.load_weights(f"{folder}/ours.{name}.flat.weights.h5")
        same(name + ".tuned", flat.predict(x, verbose=0))
        base = build(weights=None, include_top=False, pooling="avg", input_shape=shape)
        nested = keras.Sequential([base, keras.layers.Dropout(0.2), keras.layers.Dense(CLASSES)])
        nested.load_weights(f"{folder}/ours.{name}.nested.weights.h5")
        same(name + ".tuned", nested.predict(x, verbose=0))
        base = build(weights=None, include_top=False, pooling="avg", input_shape=shape)
        base.load_weights(f"{folder}/ours.{name}.base.weights.h5")
        same(name + ".base", base.predict(x, verbose=0))
    for name, build in torch_networks():
        net = build()
        net.load_state_dict(torch.load(f"{folder}/ours.torch.{name}.pth", weights_only=True))
        same("torch." + name, torch_run(net))
        net = build()
        load_model(net, f"{folder}/ours.torch.{name}.safetensors")
        same("torch." + name, torch_run(net))
    if checked != set(noted):
        sys.exit(f"exchange: not checked: {sorted(set(noted) - checked)}")
    print(f"exchange: Keras {keras.__version__} and torchvision {torchvision.__version__} load what was written, {len(checked)} networks; "
          f"outputs at most {worst:.2g} of the largest number away")


{"make": make, "check": check}[sys.argv[1]](sys.argv[2])
