"""Whole networks with random weights the Python way: what tlkit/bench compares itself with.

  networks.py versions                                prints the versions as JSON
  networks.py export NETWORK MODEL.onnx               writes the network for ONNX Runtime, once
  networks.py serve PEER NETWORK JOB BATCH MODEL.onnx one round a line of input

NETWORK: resnet50, lite0 or mobilenetv2. JOB: forward (pixels to logits) or train (a step of
SGD with momentum on the cross-entropy, batch norms with the batch's averages).
PEER: eager, freeze, compile (PyTorch, channels-last), keras, keras-jit (TensorFlow), and
forward also onnxruntime and onnxruntime-4 (batches of 4). All start from raw pixels and run
on as many threads as the process has cores.
"""
import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

CORES = len(os.sched_getaffinity(0))
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]


def torch_network(name):
    """The same networks as Keras has them, in PyTorch's own best form."""
    import torch

    torch.set_num_threads(CORES)
    if name == "lite0":
        import timm

        return torch, timm.create_model("efficientnet_lite0")
    import torchvision

    if name == "mobilenetv2":
        return torch, torchvision.models.mobilenet_v2(dropout=0)
    net = torchvision.models.resnet50()
    for layer in (net.layer2, net.layer3, net.layer4):  # the stride in the first 1x1, as in the paper
        layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    return torch, net


def torch_peer(kind, name, job, batch):
    torch, net = torch_network(name)
    net = net.to(memory_format=torch.channels_last)
    size = sum(p.numel() for p in net.parameters())

    def scaled(pixels):
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1  # already channels-last

    if job == "train":
        net.train()
        run = torch.compile(net) if kind == "compile" else net
        optimiser = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

        def step(pixels, labels):
            optimiser.zero_grad(set_to_none=True)
            loss = torch.nn.functional.cross_entropy(run(scaled(pixels)), torch.from_numpy(labels))
            loss.backward()
            optimiser.step()
            return loss.item()

        return step, size, batch
    net.eval()
    if kind == "compile":
        import torch._inductor.config

        torch._inductor.config.freezing = True  # folds the batch norms, packs the weights
        net = torch.compile(net)
    if kind == "freeze":
        with torch.no_grad():
            net = torch.jit.freeze(torch.jit.trace(net, scaled(np.zeros((batch, 224, 224, 3), np.uint8))))

    def forward(pixels, labels):
        with torch.no_grad():
            return net(scaled(pixels)).numpy()

    return forward, size, batch


def keras_lite0(keras):
    """EfficientNet-Lite0, which Keras does not have, of Keras' layers."""
    layers = keras.layers

    def normed(x, layer, act=True):
        x = layers.BatchNormalization(epsilon=1e-3)(layer(x))
        return layers.ReLU(6)(x) if act else x

    start = keras.Input((224, 224, 3))
    x = normed(start, layers.Conv2D(32, 3, 2, "same", use_bias=False))
    for repeats, kernel, stride, expand, out in STAGES:
        for i in range(repeats):
            y = x
            if expand > 1:
                y = normed(y, layers.Conv2D(x.shape[-1] * expand, 1, use_bias=False))
            y = normed(y, layers.DepthwiseConv2D(kernel, 1 if i else stride, "same", use_bias=False))
            y = normed(y, layers.Conv2D(out, 1, use_bias=False), act=False)
            x = layers.Add()([x, y]) if i else y
    x = layers.GlobalAveragePooling2D()(normed(x, layers.Conv2D(1280, 1, use_bias=False)))
    return keras.Model(start, layers.Dense(1000)(x))


def keras_peer(kind, name, job, batch):
    import keras
    import tensorflow as tf

    jit = kind == "keras-jit"
    if name == "lite0":
        base = keras_lite0(keras)
    else:
        make = {"resnet50": keras.applications.ResNet50, "mobilenetv2": keras.applications.MobileNetV2}[name]
        base = make(weights=None, classifier_activation=None)
    start = keras.Input((224, 224, 3), dtype="uint8")
    net = keras.Model(start, base(keras.layers.Rescaling(1 / 127.5, -1)(start)))
    size = sum(int(np.prod(v.shape)) for v in net.trainable_variables)
    if job == "train":
        net.compile(optimizer=keras.optimizers.SGD(1e-3, momentum=0.9), jit_compile=jit,
                    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return lambda pixels, labels: float(net.train_on_batch(pixels, labels)), size, batch
    run = tf.function(lambda x: net(x, training=False), jit_compile=jit)
    return lambda pixels, labels: run(pixels).numpy(), size, batch


def onnx_peer(kind, model, batch):
    import onnx
    import onnxruntime

    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = CORES
    s = onnxruntime.InferenceSession(model, o, providers=["CPUExecutionProvider"])

    def forward(pixels, labels):
        x = (pixels.astype(np.float32) / 127.5 - 1).transpose(0, 3, 1, 2)
        return s.run(None, {"x": np.ascontiguousarray(x)})[0]

    size = sum(int(np.prod(t.dims)) for t in onnx.load(model).graph.initializer)
    return forward, size, 4 if kind.endswith("-4") else batch


def most_memory():
    """What the process held at most, in MB."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:")) * 1024 / 1e6


def versions():
    import keras
    import onnxruntime
    import tensorflow
    import timm
    import torch
    import torchvision

    return {"Python": sys.version.split()[0], "torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
            "keras": keras.__version__, "tensorflow": tensorflow.__version__, "onnxruntime": onnxruntime.__version__, "numpy": np.__version__}


def main():
    command = sys.argv[1]
    if command == "versions":
        print(json.dumps(versions()))
        return
    if command == "export":
        torch, net = torch_network(sys.argv[2])
        torch.onnx.export(net.eval(), torch.zeros(2, 3, 224, 224), sys.argv[3], input_names=["x"], output_names=["y"],
                          dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=17, dynamo=False)
        return
    kind, name, job, batch, model = sys.argv[2:7]
    batch = int(batch)
    if kind.startswith("onnx"):
        run, size, at_once = onnx_peer(kind, model, batch)
    elif kind.startswith("keras"):
        run, size, at_once = keras_peer(kind, name, job, batch)
    else:
        run, size, at_once = torch_peer(kind, name, job, batch)
    rng = np.random.default_rng(1)
    pictures = batch if job == "train" else 2 * batch
    pixels = rng.integers(0, 256, (pictures, 224, 224, 3), np.uint8)
    labels = rng.integers(0, 1000, pictures)

    def turn():
        start = time.perf_counter()
        for i in range(0, pictures, at_once):
            run(pixels[i : i + at_once], labels[i : i + at_once])
        return time.perf_counter() - start

    start = time.perf_counter()
    run(pixels[:at_once], labels[:at_once])
    first = time.perf_counter() - start
    turn()
    print(json.dumps({"pictures": pictures, "parameters": size, "first": first}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"seconds": turn(), "memory": most_memory()}), flush=True)


main()
