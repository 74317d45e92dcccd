"""Expected transferability scores, from their definitions written out with NumPy.

LogME's evidence is the density of a normal distribution with a dense covariance matrix, maximised numerically: nothing
in it is shared with the Go code, which works on singular values. AUTHORS are the numbers that the authors' code gave
for the same cases: LogME.py of thuml/LogME at 56551ca (`_fit_icml`), and hscore.py and leep.py of
thuml/Transfer-Learning-Library at c4aa59e, run with NumPy 2.4 and scikit-learn 1.9; numba only compiles them.
"""

import json
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.covariance import ledoit_wolf

NOISE = 1e-5

# LogME, H-score and regularized H-score; or LEEP.
AUTHORS = {
    "plain": [-0.5623102733606999, 1.3837269876540526, 1.2373769161769013],
    "wide": [-0.367034785121018, 1.9999999999999998, 1.9650648692214014],
    "one row of a class": [-0.4239242830296564, 0.8030423228328821, 0.0],
    "constant columns": [-0.4768796352559546, 1.1977375908975068, 1.1334546867885704],
    "rank 3 of 10": [-0.8407455535301822, 0.5225034554721673, 0.5287809645576294],
    "wide, rank 5": [-0.7085430588921976, 1.2158309427273877, 1.1855032568941566],
    "scale 1e6": [-1.878768022559533, 1.2263645484133843, 0.853458253920318],
    "scale 1e-6": [-0.49037079944824885, 1.3848721077615813, 1.208528095788853],
    "far from 0": [-0.579360830188302, 1.1625376730194412, 0.9388159486399835],
    "label among the features": [2.170477336533554, 1.0000000000000038, 0.7937450979220282],
    "no signal": [-0.6128837506208171, 0.46830999320915934, 0.0],
    "relu": [0.007907035079748817, 5.765567424869904, 4.340858475654565],
    "soft": [-1.0377225294563863],
    "sharp": [-0.08179264669693058],
    "more classes than rows": [-0.3046742288509129],
}


def cases():
    r = np.random.default_rng(11)

    def blobs(n, d, k, apart=1.0):
        y = np.arange(n) % k
        return r.normal(size=(n, d)) + apart * r.normal(size=(k, d))[y], y

    f, y = blobs(60, 8, 3)
    yield "plain", f, y
    f, y = blobs(12, 40, 3)
    yield "wide", f, y
    f, y = blobs(30, 6, 2)
    y = y.copy()
    y[7] = 2
    yield "one row of a class", f, y
    f, y = blobs(40, 6, 4)
    f[:, [1, 4]] = [3.5, 0]
    yield "constant columns", f, y
    f, y = blobs(40, 3, 2)
    yield "rank 3 of 10", f @ r.normal(size=(3, 10)), y
    f, y = blobs(24, 30, 3)
    yield "wide, rank 5", f[:, :5] @ r.normal(size=(5, 30)), y
    f, y = blobs(50, 7, 3)
    yield "scale 1e6", 1e6 * f, y
    f, y = blobs(50, 7, 3)
    yield "scale 1e-6", 1e-6 * f, y
    f, y = blobs(50, 7, 3)
    yield "far from 0", 1e4 + f, y
    f, y = blobs(40, 5, 2)
    f[:, 0] = y
    yield "label among the features", f, y
    yield "no signal", r.normal(size=(50, 6)), np.arange(50) % 5
    f, y = blobs(45, 12, 9, 2.0)
    yield "relu", np.maximum(f, 0), y


def evidence(f, y):
    """The largest log N(y; 0, I/b + FF'/a) − b·NOISE/2 over a and b, for each row."""
    n = len(y)
    k = f @ f.T
    top = np.linalg.eigvalsh(k).max()

    def at(log_t):
        c = np.eye(n) + k / (top * np.exp(log_t))
        det = np.linalg.slogdet(c)[1]
        q = y @ np.linalg.solve(c, y) + NOISE

        def minus(log_b):
            return 0.5 * (n * np.log(2 * np.pi) - n * log_b + det + np.exp(log_b) * q)

        return minimize_scalar(minus, bounds=(-5, 40), method="bounded", options={"xatol": 1e-9}).fun

    grid = np.linspace(-35, 25, 241)
    best = min(grid, key=at)
    return -minimize_scalar(at, bounds=(best - 0.3, best + 0.3), method="bounded", options={"xatol": 1e-6}).fun / n


def logme(f, y):
    return float(np.mean([evidence(f, (y == c) * 1.0) for c in np.unique(y)]))


def means(f, y):
    g = np.zeros_like(f)
    for c in np.unique(y):
        g[y == c] = f[y == c].mean(axis=0)
    return g


def hscore(f, y):
    f = f - f.mean(axis=0)
    f = f / np.maximum(np.linalg.norm(f, axis=0), 1e-300)
    return float(np.trace(np.linalg.pinv(np.cov(f.T), rcond=1e-10, hermitian=True) @ np.cov(means(f, y).T)))


def regularized(f, y):
    f = f - f.mean(axis=0)
    cov, alpha = ledoit_wolf(f)
    return float((1 - alpha) * np.trace(np.linalg.solve(cov, np.cov(means(f, y).T))))


def leep(p, y):
    joint = np.stack([p[y == c].sum(axis=0) for c in range(y.max() + 1)]) / len(y)
    given = joint / joint.sum(axis=0)
    return float(np.mean([np.log(p[i] @ given[y[i]].T) for i in range(len(y))]))


def near(p):
    entropy = lambda q: -np.sum(q * np.log(q), axis=-1)
    n, k = p.shape
    inside, all_ = entropy(p).mean(), entropy(p.mean(axis=0))
    return [float(p.max(axis=1).mean()), float(1 - inside / np.log(k)), float((all_ - inside) / np.log(min(n, k)))]


def probabilities():
    r = np.random.default_rng(12)
    for name, n, k, z, sharp in [("soft", 40, 3, 6, 0.5), ("sharp", 40, 4, 12, 4.0), ("more classes than rows", 10, 2, 50, 1.0)]:
        y = np.arange(n) % k
        logits = r.normal(size=(n, z)) + sharp * r.normal(size=(k, z))[y]
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        yield name, p / p.sum(axis=1, keepdims=True), y


def main():
    out = {"features": [], "probabilities": []}
    for name, f, y in cases():
        out["features"].append({"name": name, "features": f.tolist(), "labels": y.tolist(), "logme": logme(f, y), "hscore": hscore(f, y),
                                "regularized": regularized(f, y), "authors": AUTHORS.get(name)})
    for name, p, y in probabilities():
        out["probabilities"].append({"name": name, "prob": p.tolist(), "labels": y.tolist(), "leep": leep(p, y), "near": near(p),
                                     "authors": AUTHORS.get(name)})
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
