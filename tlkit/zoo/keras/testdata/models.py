"""The models of this folder, and numbers for their weights."""

import os

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}

import keras
import numpy as np
import tf_keras


def net(k=keras):
    """More than ten layers of a class, a branch, operations, layers and a model within layers."""
    l = k.layers
    backbone = k.Sequential([k.Input((8, 8, 3)), l.Conv2D(2, 3, padding="same", name="stem"),
                             l.BatchNormalization(name="stem_bn"), l.ReLU(), l.Dropout(0.1)], name="backbone")
    image = k.Input((8, 8, 3))
    x = backbone(image)
    x = l.DepthwiseConv2D(3, name="deep")(x)
    for i in range(11):
        y = l.Conv2D(2, 1, use_bias=i % 2 == 0, name=f"side_{i}")(x)
        x = l.Conv2D(2, 1, name=f"main_{i}_1")(x)
        x = l.Conv2D(2, 1, activation="tanh", name=f"main_{i}_2")(x)
        x = l.Add(name=f"add_{i}")([x, y])
    x = l.BatchNormalization(scale=False, name="unscaled")(x) + x
    x = l.BatchNormalization(center=False, name="uncentred")(x)
    x = l.SeparableConv2D(3, 3, name="separable")(x)
    x = l.TimeDistributed(l.Dense(2, name="each"), name="rows")(x)
    x = l.Reshape((-1, 2))(x)
    x = l.LSTM(2, return_sequences=True, name="lstm")(x)
    x = l.LayerNormalization(name="norm")(x)
    x = l.GlobalAveragePooling1D()(x)
    x = l.Normalization(name="standard")(x)
    x = l.Dropout(0.2)(x)
    return k.Model(image, l.Dense(3, name="top")(x), name="net")


def residual(top, k=keras):
    """Named as keras.applications names ResNet50."""
    l = k.layers
    image = k.Input((16, 16, 3))
    x = l.Conv2D(4, 3, strides=2, name="conv1_conv")(image)
    x = l.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
    for stage, width in (2, 4), (3, 6):
        name = f"conv{stage}_block1"
        y = l.Conv2D(2 * width, 1, name=name + "_0_conv")(x)
        y = l.BatchNormalization(epsilon=1.001e-5, name=name + "_0_bn")(y)
        for part, size in (1, 1), (2, 3), (3, 1):
            x = l.Conv2D(width * (1 + part // 3), size, padding="same", name=f"{name}_{part}_conv")(x)
            x = l.BatchNormalization(epsilon=1.001e-5, name=f"{name}_{part}_bn")(x)
        x = l.ReLU(name=name + "_out")(l.Add(name=name + "_add")([y, x]))
    if top:
        x = l.GlobalAveragePooling2D(name="avg_pool")(x)
        x = l.Dense(5, activation="softmax", name="predictions")(x)
    return k.Model(image, x, name="residual")


def applications():
    """Too large to be kept: parity.sh tries them."""
    a = keras.applications
    return {
        "resnet50": lambda: a.ResNet50(weights=None),
        "vgg16": lambda: a.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3)),
        "mobilenet_v2": lambda: a.MobileNetV2(weights=None),
        "efficientnet_b0": lambda: a.EfficientNetB0(weights=None),
        "inception_v3": lambda: a.InceptionV3(weights=None),
    }


def small():
    return {"net": net, "residual": lambda: residual(True)}


def older():
    return {"net_older": lambda: net(tf_keras), "top_older": lambda: residual(True, tf_keras),
            "notop_older": lambda: residual(False, tf_keras)}


def randomize(model, seed):
    """Gives every variable numbers of its own, and variances that are positive."""
    rng = np.random.default_rng(seed)
    for v in model.weights:
        x = rng.normal(0, 1 / np.sqrt(max(np.prod(v.shape[:-1]), 4)), v.shape)
        if "variance" in v.name:
            x = 0.5 + np.abs(x)
        v.assign(x if "count" not in v.name else 7)
    return model


def image(model):
    shape = [1 if d is None else d for d in model.input_shape]
    return np.random.default_rng(3).uniform(0, 255 if shape[1] > 200 else 1, [2] + shape[1:]).astype("<f4")
