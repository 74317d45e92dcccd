"""Makes the outputs of whole networks that tlkit/zoo is compared with.

Usage: python golden.py OUT.safetensors   (the packages are in requirements.txt)

No weights are kept. Those of the reference are set by a formula of their name and place,
which architectures_test.go repeats: kernels spread as He et al. would have them, batch
norms with averages, scales and offsets that are far from the identity. Pictures are those
of ../golden.py. What is kept is the logits and evenly spaced elements of each block's
output, all in channels-last order.
"""
import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import timm
import torch
import torchvision
from safetensors.numpy import save_file

TAP = 32


def noise(name, n):
    """n numbers from −1 to 1 that depend on the name and the place."""
    seed = np.uint64(zlib.crc32(name.encode()))
    h = (np.arange(1, n + 1, dtype=np.uint64) * np.uint64(2654435761) + seed * np.uint64(2246822519)) % np.uint64(2**32)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) % np.uint64(2**32)
    h = (h ^ (h >> np.uint64(13))) * np.uint64(3266489917) % np.uint64(2**32)
    return (h >> np.uint64(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)


def made(name, role, shape, fan_in, gain):
    v = noise(name, int(np.prod(shape))).reshape(shape)
    if role == "kernel":
        return v * (np.float32(gain) * np.float32(np.sqrt(np.float32(6) / np.float32(fan_in))))
    if role == "scale":
        return np.float32(0.75) + np.float32(0.25) * v
    if role == "variance":
        return np.float32(1) + np.float32(0.5) * v
    return np.float32(0.125) * v


def pictures(size):
    y, x, c = (a.astype(np.uint64) for a in np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij"))
    h = ((y * np.uint64(size) + x) * np.uint64(3) + c + np.uint64(1)) * np.uint64(2654435761) % np.uint64(2**32)
    hashed = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) % np.uint64(2**32) >> np.uint64(24)
    checks = ((x // np.uint64(8) + y // np.uint64(8) + c) % np.uint64(3)) * np.uint64(120)
    return np.stack([checks, hashed]).astype(np.float32)


def evenly(a):
    flat = np.ascontiguousarray(a).reshape(len(a), -1)
    return np.ascontiguousarray(flat[:, (np.arange(TAP) * flat.shape[1] // TAP + 7 * np.arange(TAP)) % flat.shape[1]])


def torch_run(net, blocks, size, mean, std, gain):
    net = net.eval()
    modules = dict(net.named_modules())
    state = {}
    for name, t in net.state_dict().items():
        owner, leaf = name.rsplit(".", 1)
        if leaf == "num_batches_tracked":
            continue
        norm = isinstance(modules[owner], torch.nn.modules.batchnorm._BatchNorm)
        role = {"running_mean": "mean", "running_var": "variance", "bias": "bias"}.get(leaf, "scale" if norm else "kernel")
        fan_in = int(np.prod(t.shape[1:])) if role == "kernel" else 1
        state[name] = torch.from_numpy(np.array(made(name, role, tuple(t.shape), fan_in, gain)))
    missing, _ = net.load_state_dict(state, strict=False)
    assert all(m.endswith("num_batches_tracked") for m in missing), missing
    taps = []
    for b in blocks:
        modules[b].register_forward_hook(lambda _m, _i, o: taps.append(o.permute(0, 2, 3, 1).contiguous().numpy()))
    x = (pictures(size) / np.float32(255) - np.array(mean, np.float32)) / np.array(std, np.float32)
    with torch.no_grad():
        logits = net(torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()).numpy()
    return taps, logits


def gain(name):
    """Squeeze-and-excite and swish each lessen what passes; larger kernels make up for it."""
    return 1.25 if name.startswith("efficientnet") else 1


IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def torch_networks():
    tv, half = torchvision.models, ([0.5] * 3, [0.5] * 3)
    layers = lambda counts: [f"layer{i + 1}.{b}" for i, n in enumerate(counts) for b in range(n)]
    yield "resnet18", tv.resnet18(), layers([2, 2, 2, 2]), 64, IMAGENET
    yield "resnet50.torchvision", tv.resnet50(), layers([3, 4, 6, 3]), 64, IMAGENET
    yield "resnet101.torchvision", tv.resnet101(), layers([3, 4, 23, 3]), 64, IMAGENET
    yield "mobilenetv2.torchvision", tv.mobilenet_v2(), [f"features.{i}" for i in range(19)], 64, IMAGENET
    yield "mobilenetv2x0.5.torchvision", tv.mobilenet_v2(width_mult=0.5), [f"features.{i}" for i in range(19)], 65, IMAGENET
    counts = [1, 2, 2, 3, 3, 4, 1]
    blocks = ["features.0"] + [f"features.{i + 1}.{b}" for i, n in enumerate(counts) for b in range(n)] + ["features.8"]
    yield "efficientnetb0.torchvision", tv.efficientnet_b0(), blocks, 64, IMAGENET
    vgg = tv.vgg16()
    vgg.avgpool = torch.nn.Identity()  # which it is for pictures of 224
    vgg.classifier[0] = torch.nn.Linear(2 * 2 * 512, 4096)
    yield "vgg16.torchvision", vgg, [f"features.{i}" for i in (4, 9, 16, 23, 30)], 64, IMAGENET
    for n in range(5):
        net = timm.create_model(f"tf_efficientnet_lite{n}", pretrained=False)
        blocks = [f"blocks.{i}.{b}" for i, stage in enumerate(net.blocks) for b in range(len(stage))]
        yield f"lite{n}.timm", net, blocks, 65, ([127 / 255] * 3, [128 / 255] * 3)


KERAS_ROLES = {"kernel": "kernel", "gamma": "scale", "beta": "bias", "bias": "bias", "moving_mean": "mean", "moving_variance": "variance"}


def keras_run(net, blocks, size, preprocess, gain):
    for layer in net.layers:
        if layer.name == "normalization" or not layer.weights:
            continue
        values = []
        for w in layer.weights:
            shape = tuple(w.shape)
            fan_in = int(np.prod(shape[:-1]))
            if type(layer).__name__ == "DepthwiseConv2D":
                fan_in = shape[0] * shape[1]
            values.append(made(f"{layer.name}/{w.name}", KERAS_ROLES[w.name], shape, fan_in, gain))
        layer.set_weights(values)
    net.layers[-1].activation = keras.activations.linear
    taps = keras.Model(net.inputs, [net.get_layer(b).output for b in blocks] + [net.layers[-1](net.layers[-2].output)])
    out = taps.predict(preprocess(pictures(size)), verbose=0)
    return out[:-1], out[-1]


def keras_networks():
    k = keras.applications
    blocks = lambda counts: [f"conv{i + 2}_block{b + 1}_out" for i, n in enumerate(counts) for b in range(n)]
    shape = (64, 64, 3)
    for name, net, counts in (("resnet50.keras", k.ResNet50, [3, 4, 6, 3]), ("resnet101.keras", k.ResNet101, [3, 4, 23, 3])):
        top = net(weights=None, include_top=True, input_shape=shape)
        yield name, top, blocks(counts), 64, k.resnet.preprocess_input
    m = k.VGG16(weights=None, input_shape=shape)
    yield "vgg16.keras", m, [f"block{i}_pool" for i in range(1, 6)], 64, k.vgg16.preprocess_input
    m = k.MobileNetV2(weights=None, input_shape=(64, 64, 3))
    ends = ["expanded_conv_project_BN"] + [end(m, f"block_{i}_", "BN") for i in range(1, 17)] + ["out_relu"]
    yield "mobilenetv2.keras", m, ends, 64, k.mobilenet_v2.preprocess_input
    m = k.EfficientNetB0(weights=None, input_shape=shape)
    mean, std = (np.array(v, np.float32) for v in IMAGENET)
    normalization = m.get_layer("normalization")
    normalization.set_weights([mean, std**2, np.array(0)][: len(normalization.weights)])
    normalization.finalize_state()
    ends = [end(m, f"block{i + 1}{'abcd'[b]}_", "bn") for i, n in enumerate([1, 2, 2, 3, 3, 4, 1]) for b in range(n)] + ["top_activation"]
    yield "efficientnetb0.keras", m, ends, 64, lambda x: x


def end(net, block, norm):
    """The last layer of a block."""
    names = [layer.name for layer in net.layers]
    return block + "add" if block + "add" in names else f"{block}project_{norm}"


def main():
    keras.utils.set_random_seed(0)
    out = {}
    for name, net, blocks, size, (mean, std) in torch_networks():
        keep(out, name, *torch_run(net, blocks, size, mean, std, gain(name)))
    for name, net, blocks, size, preprocess in keras_networks():
        keep(out, name, *keras_run(net, blocks, size, preprocess, gain(name)))
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__, "keras": keras.__version__}
    save_file(out, sys.argv[1], metadata=versions)


def keep(out, name, taps, logits):
    for i, t in enumerate(taps):
        out[f"{name}/tap{i:02d}"] = evenly(np.asarray(t))
    out[f"{name}/logits"] = np.ascontiguousarray(logits[:, :100])
    apart = np.abs(logits[0] - logits[1]).max() / np.abs(logits).max()
    print(f"{name}: {len(taps)} taps; the two pictures' logits are {apart:.2g} of the largest apart", flush=True)


main()
