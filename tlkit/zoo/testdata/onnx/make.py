"""Exports networks with random weights as ONNX, and what ONNX Runtime makes of them (versions in requirements.txt).

Usage: python make.py FOLDER small|full  (see parity.sh)

small are narrow and shallow networks built of the libraries' own blocks, full the published ones. Batch norms have
averages, scales and offsets that are drawn, not 0 and 1. models.json tells of each: the side of its pictures, whether it
takes pixels as they are or (x - 127) / 128, whether a softmax ends it, and the outputs for the pictures, which come from the
formulas that golden_test.go has too. With KERAS_BACKEND=torch in the environment it is Keras's models alone, exported by
that backend, and keras_torch.json.
"""
import json
import logging
import os
import sys
import warnings
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import keras
import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision
from keras.src.applications.resnet import stack_residual_blocks_v1
from timm.models._efficientnet_builder import decode_arch_def
from torch import nn
from torchvision.models import efficientnet, mobilenetv2, resnet, vgg

onnxruntime.set_default_logger_severity(3)
CLASSES = 10


def picture(kind, size):
    y, x, c = np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    y, x, c = y.astype(np.uint64), x.astype(np.uint64), c.astype(np.uint64)
    if kind == 0:
        v = (x * (c + 1) + y * (3 - c)) * 255 // (4 * size)
    elif kind == 1:
        v = ((x // 8 + y // 8 + c) % 3) * 120
    elif kind == 2:  # a hash of the position, its upper bits
        h = ((y * size + x) * 3 + c + 1) * 2654435761 % 2**32
        v = (h ^ (h >> 15)) * 2246822519 % 2**32 >> 24
    else:
        d = (2 * x.astype(np.int64) - size) ** 2 + (2 * y.astype(np.int64) - size) ** 2
        v = np.where(d < size * size // 2, 40 + 90 * c, 230 - 60 * c)
    return v.astype(np.uint8)


class NarrowResNet(resnet.ResNet):
    """torchvision's ResNet with other widths."""

    def __init__(self, block, planes):
        nn.Module.__init__(self)
        self._norm_layer, self.groups, self.base_width, self.dilation, self.inplanes = nn.BatchNorm2d, 1, 64, 1, 4
        self.conv1 = nn.Conv2d(3, 4, 7, stride=2, padding=3, bias=False)
        self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        for i in range(4):
            setattr(self, f"layer{i + 1}", self._make_layer(block, planes, 2 if i == 0 else 1, stride=2 if i == 1 else 1))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(planes * block.expansion, CLASSES)


class NarrowVGG(vgg.VGG):
    """torchvision's VGG with other widths; viewed lays the pictures out by their shape."""

    def __init__(self, viewed=False):
        nn.Module.__init__(self)
        self.viewed = viewed
        self.features = vgg.make_layers([4, 4, "M", 8, "M", 8, "M"], batch_norm=True)
        self.avgpool = nn.AdaptiveAvgPool2d((4, 4))
        self.classifier = nn.Sequential(nn.Linear(128, 16), nn.ReLU(True), nn.Dropout(), nn.Linear(16, CLASSES))

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(x.reshape(x.size(0), -1) if self.viewed else torch.flatten(x, 1))


def narrow_mobilenet():
    net = mobilenetv2.MobileNetV2(CLASSES, inverted_residual_setting=[[1, 8, 1, 1], [2, 8, 2, 2], [2, 12, 1, 2]], width_mult=0.25)
    net.features[-1] = torchvision.ops.Conv2dNormActivation(8, 24, 1, activation_layer=nn.ReLU6)
    net.classifier[1] = nn.Linear(24, CLASSES)
    return net


def narrow_efficientnet():
    blocks = [efficientnet.MBConvConfig(1, 3, 1, 8, 8, 1), efficientnet.MBConvConfig(2, 5, 2, 8, 12, 2), efficientnet.MBConvConfig(2, 3, 1, 12, 16, 1)]
    return efficientnet.EfficientNet(blocks, dropout=0.2, last_channel=24, num_classes=CLASSES)


def timm_efficient(squeeze, act, **more):
    se = "_se0.25" if squeeze else ""
    blocks = decode_arch_def([[f"ds_r1_k3_s1_e1_c8{se}"], [f"ir_r2_k5_s2_e2_c8{se}"], [f"ir_r2_k3_s2_e2_c12{se}"]])
    return timm.models.efficientnet.EfficientNet(blocks, num_classes=CLASSES, num_features=24, stem_size=8, act_layer=act, **more)


def timm_resnet():
    return timm.models.resnet.ResNet(timm.models.resnet.Bottleneck, (1, 2, 1, 1), num_classes=CLASSES, channels=(4, 4, 8, 8))


def keras_resnet():
    def stacks(x):
        x = stack_residual_blocks_v1(x, 4, 2, stride1=1, name="conv2")
        return stack_residual_blocks_v1(x, 8, 1, name="conv3")

    return keras.src.applications.resnet.ResNet(stacks, False, True, include_top=True, weights=None, input_shape=(32, 32, 3), classes=CLASSES)


def keras_mobilenet():
    net = keras.applications.MobileNetV2((32, 32, 3), alpha=0.1, weights=None, include_top=False)
    cut = net.get_layer("block_3_project_BN").output
    x = keras.layers.GlobalAveragePooling2D()(cut)
    return keras.Model(net.input, keras.layers.Dense(CLASSES, activation="softmax")(x))


def keras_efficientnet():
    net = keras.src.applications.efficientnet.EfficientNet(0.1, 0.1, 32, input_shape=(32, 32, 3), weights=None, include_top=False, name="efficient")
    cut = net.get_layer("block3a_project_bn").output
    x = keras.layers.GlobalAveragePooling2D()(cut)
    return keras.Model(net.input, keras.layers.Dense(CLASSES, activation="softmax")(x))


def keras_flat():
    """The recipe of many lessons: a base, flattened, and dense layers."""
    layers = keras.layers
    return keras.Sequential([layers.Input((32, 32, 3)), layers.Conv2D(4, 3, strides=2, padding="same"), layers.BatchNormalization(), layers.ReLU(),
                             layers.MaxPooling2D(), layers.Flatten(), layers.Dense(8, activation="relu"), layers.Dense(CLASSES, activation="softmax")])


def seed(path):
    return zlib.crc32(os.path.basename(path).encode())


def draw_torch(net, seed):
    g = torch.Generator().manual_seed(seed)

    def fill(t, low, high):
        t.data.copy_(torch.rand(t.shape, generator=g) * (high - low) + low)

    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            m.weight.data.copy_(torch.randn(m.weight.shape, generator=g) * (1.6 / m.weight[0].numel()) ** 0.5)
            if m.bias is not None:
                fill(m.bias, -0.2, 0.2)
        elif isinstance(m, nn.modules.batchnorm._BatchNorm):
            fill(m.weight, 0.6, 1.4)
            fill(m.bias, -0.3, 0.3)
            fill(m.running_mean, -0.3, 0.3)
            fill(m.running_var, 0.5, 1.5)
    return net.eval()


def draw_keras(net, seed):
    r = np.random.default_rng(seed)
    for layer in net.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n, most = layer.gamma.shape, 0.3 if layer.name.endswith("_3_bn") else 1  # sums of many blocks stay small enough for a softmax
            layer.set_weights([most * r.uniform(0.6, 1.4, n), r.uniform(-0.3, 0.3, n), r.uniform(-0.3, 0.3, n), r.uniform(0.5, 1.5, n)])
        elif isinstance(layer, keras.layers.Normalization):
            layer.mean, layer.variance = keras.ops.reshape([0.485, 0.456, 0.406], (1, 1, 1, 3)), keras.ops.reshape([0.052, 0.05, 0.051], (1, 1, 1, 3))
        elif layer.weights and not isinstance(layer, keras.layers.Normalization):
            layer.set_weights([r.normal(0, (1.6 / max(1, np.prod(w.shape[:-1]))) ** 0.5, w.shape) if len(w.shape) > 1 else r.uniform(-0.2, 0.2, w.shape)
                               for w in layer.get_weights()])
    return net


def export_torch(net, path, size, exporter):
    net = draw_torch(net, seed(path))
    x = torch.zeros(2, 3, size, size)
    if exporter == "dynamo":
        torch.onnx.export(net, (x,), path, dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False, verbose=False)
    else:
        kept = dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False) if exporter == "norms" else {}
        axes = {} if exporter == "fixed" else dict(dynamic_axes={"x": {0: "batch"}})
        torch.onnx.export(net, (x,), path, dynamo=False, input_names=["x"], output_names=["y"], **axes, **kept)
    return lambda pixels: net(torch.from_numpy(pixels).permute(0, 3, 1, 2)).detach().numpy()


def export_keras(net, path):
    net = draw_keras(net, seed(path))
    net(np.zeros((1, *net.input_shape[1:]), "float32"))
    net.export(path, format="onnx", verbose=False)
    return lambda pixels: net.predict(pixels, verbose=0)


def strip(path):
    """Takes out what PyTorch writes down of its own source files, most of a small model."""
    m = onnx.load(path)
    for part in (m, m.graph, *m.graph.node, *m.graph.initializer, *m.graph.input, *m.graph.output, *m.graph.value_info):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(m, path)


def small():
    for exporter in ("script", "dynamo", "norms", "fixed"):
        yield f"torchvision_resnet_basic_{exporter}", NarrowResNet(resnet.BasicBlock, 4), 32, exporter
    yield "torchvision_resnet_bottleneck_dynamo", NarrowResNet(resnet.Bottleneck, 4), 32, "dynamo"
    yield "torchvision_vgg_script", NarrowVGG(), 32, "script"
    yield "torchvision_vgg_dynamo", NarrowVGG(), 32, "dynamo"
    yield "torchvision_vgg_viewed", NarrowVGG(viewed=True), 32, "script"
    yield "torchvision_mobilenet_script", narrow_mobilenet(), 32, "script"
    yield "torchvision_efficientnet_dynamo", narrow_efficientnet(), 32, "dynamo"
    yield "torchvision_efficientnet_script", narrow_efficientnet(), 32, "script"
    yield "timm_resnet_dynamo", timm_resnet(), 32, "dynamo"
    yield "timm_efficientnet_script", timm_efficient(True, nn.SiLU), 32, "script"
    yield "timm_efficientnet_dynamo", timm_efficient(True, nn.SiLU), 32, "dynamo"
    for exporter in ("script", "dynamo"):
        yield f"timm_lite_{exporter}", timm_efficient(False, nn.ReLU6, pad_type="same"), 32, exporter
    yield "timm_hard_dynamo", timm_efficient(True, nn.Hardswish), 32, "dynamo"
    yield "keras_resnet", keras_resnet(), 32, ""
    yield "keras_mobilenet", keras_mobilenet(), 32, ""
    yield "keras_efficientnet", keras_efficientnet(), 32, "raw"
    yield "keras_flat", keras_flat(), 32, ""


def full():
    models, apps = torchvision.models, keras.applications
    for name in ("resnet18", "resnet50", "resnet101", "vgg16", "mobilenet_v2", "efficientnet_b0"):
        for exporter in ("script", "dynamo") if name != "resnet101" else ("script",):
            yield f"torchvision_{name}_{exporter}", getattr(models, name)(weights=None), 224, exporter
    for name in ("resnet18", "resnet50", "vgg16", "mobilenetv2_100", "efficientnet_b0", "efficientnet_lite0", "tf_efficientnet_lite0"):
        for exporter in ("script", "dynamo") if name != "vgg16" else ("dynamo",):
            yield f"timm_{name}_{exporter}", timm.create_model(name, pretrained=False), 224, exporter
    for app in (apps.ResNet50, apps.ResNet101, apps.VGG16, apps.MobileNetV2, apps.EfficientNetB0):
        size = 64 if app is apps.VGG16 else 224  # its dense layers at 224 are more than tf2onnx has memory for
        yield f"keras_{app.__name__}", app(weights=None, input_shape=(size, size, 3)), size, "raw" if app is apps.EfficientNetB0 else ""
        keras.utils.clear_session(free_memory=True)


def main():
    folder, which = sys.argv[1:3]
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    keras.utils.set_random_seed(1)
    torch.manual_seed(1)
    told, on_torch = [], keras.backend.backend() == "torch"
    for name, net, size, how in {"small": small, "full": full}[which]():
        if only not in name or on_torch and not name.startswith("keras"):
            continue
        if on_torch:
            name = name.replace("keras", "keras_torch")
        path = os.path.join(folder, name + ".onnx")
        run = export_keras(net, path) if name.startswith("keras") else export_torch(net, path, size, how)
        if which == "small":
            strip(path)
        pixels = np.stack([picture(k, size) for k in ((2, 3) if which == "full" or how == "fixed" else range(4))]).astype(np.float32)
        if how != "raw":
            pixels = (pixels - 127) / 128
        session = onnxruntime.InferenceSession(path)
        given = pixels if name.startswith("keras") else np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        first, *unread = session.get_inputs()  # Keras declares the constants of a normalisation, which nothing reads
        out = session.run(None, {first.name: given} | {i.name: np.zeros(i.shape, np.float32) for i in unread})[0]
        own = run(pixels)
        if np.abs(own - out).max() > 1e-4 * np.abs(own).max():
            sys.exit(f"{name}: ONNX Runtime is {np.abs(own - out).max():.3g} away from the library that made it")
        told.append(dict(name=name, size=size, raw=how == "raw", softmax=name.startswith("keras"), pictures=len(pixels),
                         outputs=[float(f"{v:.9g}") for v in out.ravel()]))
        print(name, os.path.getsize(path), f"spread {out.std():.3g}", flush=True)
    with open(os.path.join(folder, "keras_torch.json" if on_torch else "models.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(t) for t in told) + "\n]\n")


main()
