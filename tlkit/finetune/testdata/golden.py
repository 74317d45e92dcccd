"""Trains with Keras what tlkit/finetune is compared with, and prints the numbers.

No weights are kept. All are set by a formula of their name and place, which keras_test.go
repeats, and so are the inputs. Three cases, each with Adam and categorical cross-entropy:

  head    Dense(8, relu), Dense(3, softmax) on features, two epochs of batches of 4, the last
          of an epoch short
  frozen  the last blocks of ResNet50, conv5, and Dense(3, softmax) on averaged features;
          batch norms in inference mode, none of their numbers trained
  norms   the same with batch norms in training mode, scale and offset trained
"""
import json
import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np


def noise(name, *shape):
    """Numbers from −1 to 1 that depend on the name and the place."""
    n = int(np.prod(shape))
    seed = np.uint64(zlib.crc32(name.encode()))
    h = (np.arange(1, n + 1, dtype=np.uint64) * np.uint64(2654435761) + seed * np.uint64(2246822519)) % np.uint64(2**32)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) % np.uint64(2**32)
    h = (h ^ (h >> np.uint64(13))) * np.uint64(3266489917) % np.uint64(2**32)
    return ((h >> np.uint64(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)).reshape(shape)


def kernel(name, *shape):
    fan_in = int(np.prod(shape[:-1]))
    return noise(name, *shape) * np.float32(np.sqrt(np.float32(3) / np.float32(fan_in)))


def evenly(a, n=8):
    flat = np.asarray(a).reshape(-1)
    return [float(v) for v in flat[np.arange(n) * len(flat) // n]]


def steps(net, rate, x, labels, batches):
    net.compile(optimizer=keras.optimizers.Adam(rate), loss="categorical_crossentropy")
    truth = keras.utils.to_categorical(labels, 3)
    losses = []
    for b in batches:
        net.reset_metrics()  # else the loss is the mean over all batches so far
        losses.append(float(net.train_on_batch(x[list(b)], truth[list(b)])))
    return losses


def head():
    net = keras.Sequential([keras.Input((12,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")])
    net.layers[0].set_weights([kernel("hidden", 12, 8), np.zeros(8, np.float32)])
    net.layers[1].set_weights([kernel("classes", 8, 3), np.zeros(3, np.float32)])
    x = noise("features", 10, 12)
    losses = steps(net, 1e-3, x, [i % 3 for i in range(10)], [range(4), range(4, 8), range(8, 10)] * 2)
    (w, b), (v, c) = (layer.get_weights() for layer in net.layers)
    return {"losses": losses, "hidden": evenly(w), "hidden bias": evenly(b), "classes": evenly(v, 6), "classes bias": evenly(c, 3),
            "probabilities": np.asarray(net(x), float).reshape(-1).tolist()}


def top(norms):
    whole = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(32, 32, 3))
    conv5 = keras.Model(whole.get_layer("conv4_block6_out").output, whole.output)
    for layer in conv5.layers:
        ours = layer.name.replace("conv5_block", "conv5_").rsplit("_", 2)
        if isinstance(layer, keras.layers.Conv2D):
            path = f"{ours[0]}/{'shortcut' if ours[1] == '0' else 'conv' + ours[1]}"
            layer.set_weights([kernel(path + "/kernel", *layer.kernel.shape), np.float32(0.1) * noise(path + "/bias", layer.filters)])
        if isinstance(layer, keras.layers.BatchNormalization):
            path = f"{ours[0]}/{'shortcut' if ours[1] == '0' else 'conv' + ours[1]}"
            n = layer.gamma.shape[0]
            layer.set_weights([np.float32(0.75) + np.float32(0.25) * noise(path + "/scale", n), np.float32(0.1) * noise(path + "/offset", n),
                               np.float32(0.1) * noise(path + "/mean", n), np.float32(1) + np.float32(0.5) * noise(path + "/variance", n)])
            layer.trainable = norms
    inside = keras.Input((2, 2, 1024))
    averaged = keras.layers.GlobalAveragePooling2D()(conv5(inside, training=norms))
    classes = keras.layers.Dense(3, activation="softmax")
    net = keras.Model(inside, classes(averaged))
    classes.set_weights([kernel("classes", 2048, 3), np.zeros(3, np.float32)])
    x = np.maximum(noise("pictures", 6, 2, 2, 1024), 0)
    losses = steps(net, 1e-4, x, [i % 3 for i in range(6)], [range(6)] * 3)
    # After training the stored averages are what counts, in both cases.
    after = keras.layers.GlobalAveragePooling2D()(conv5(inside, training=False))
    out = {"losses": losses, "probabilities": np.asarray(keras.Model(inside, classes(after))(x), float).reshape(-1).tolist(),
           "classes": evenly(classes.get_weights()[0]), "kernel": evenly(conv5.get_layer("conv5_block2_2_conv").get_weights()[0])}
    for name, value in zip(("scale", "offset", "mean", "variance"), conv5.get_layer("conv5_block3_3_bn").get_weights()):
        out[name] = evenly(value)
    return out


json.dump({"keras": keras.__version__, "head": head(), "frozen": top(False), "norms": top(True)}, sys.stdout, indent=1)
print()
