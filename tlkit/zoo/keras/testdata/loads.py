"""Has Keras load what Go wrote from the files of golden.py, and predict: loads.py FOLDER WRITTEN."""

import gzip
import os
import sys
import tempfile

import models
from models import keras, tf_keras

import numpy as np


def original(folder, name, build):
    """The model that the file was saved from, as Keras itself reads it."""
    model, path = build(), os.path.join(folder, name + ".weights.h5")
    if os.path.exists(path):
        model.load_weights(path)
        return model
    with tempfile.TemporaryDirectory() as made, open(os.path.join(made, "x.weights.h5"), "wb") as f:
        f.write(gzip.open(path + ".gz").read())
        f.flush()
        model.load_weights(f.name)
    return model


def older(written, name, want):
    """TF-Keras is another implementation: the last bits may differ."""
    build = {"net": lambda: models.net(tf_keras), "residual": lambda: models.residual(True, tf_keras)}.get(name)
    if build:
        model = models.randomize(build(), 77)
        model.load_weights(os.path.join(written, name + ".keras.weights.h5"))
        got = model.predict(models.image(model), verbose=0)
        assert np.allclose(got, want, rtol=1e-4, atol=1e-6), f"{name}, TF-Keras: predictions differ by {abs(got - want).max()}"


def main(folder, written):
    seen = set()
    for name, build in {**models.small(), **models.applications()}.items():
        forms = [form for form in (".keras", ".weights.h5", ".h5") if os.path.exists(os.path.join(written, name + form + ".weights.h5"))]
        if not forms:
            continue
        keras.backend.clear_session()
        model = original(folder, name, build)
        x = models.image(model)
        want = model.predict(x, verbose=0)
        for form in forms:
            models.randomize(model, 77)
            assert not np.allclose(model.predict(x, verbose=0), want, rtol=1e-2), f"{name}: the weights do not matter"
            model.load_weights(os.path.join(written, name + form + ".weights.h5"))
            got = model.predict(x, verbose=0)
            assert (got == want).all(), f"{name}{form}: predictions differ by {abs(got - want).max()}"
            seen.add(name)
        older(written, name, want)
        print(f"keras: {name}: loads and predicts the same from {len(forms)} files that Go wrote")
    assert seen, "nothing was written"


if __name__ == "__main__":
    main(*sys.argv[1:])
