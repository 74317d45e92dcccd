"""Makes golden.json: what scikit-learn's trees and boosted trees predict.
Versions are in requirements.txt. Run: python golden.py | gzip -9 -n > golden.json.gz

Where splits are equally good, scikit-learn takes one by chance, or rounding decides. So each model is fitted eight times:
with another seed, the rows in another order and of another weight, which is the same for all of them, and every second time
with the features turned round. Only the predictions on which all agree are expected; the others are null."""
import json
import sys

import numpy as np
from sklearn import datasets
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor


def answers(make, x, y, q, classes):
    out = []
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(len(x)) if seed else np.arange(len(x))
        sign = 1 - 2 * (seed % 2)
        m = make(seed).fit(sign * x[order], y[order], sample_weight=np.full(len(x), 1 + 0.3 * seed))
        out.append(m.predict_proba(sign * q) if classes else m.predict(sign * q)[:, None])
    same = np.ptp(out, axis=0).max(axis=1) <= 1e-10 * max(np.abs(out[0]).max(), 1e-300)
    return [p.tolist() if s else None for p, s in zip(out[0], same)]


def models(x, y, q, classes, rounds):
    tree, boost = (DecisionTreeClassifier, GradientBoostingClassifier) if classes else (DecisionTreeRegressor, GradientBoostingRegressor)
    out = []
    for depth, split, leaf in [(0, 2, 1), (3, 2, 1), (0, 9, 4)]:
        m = answers(lambda s: tree(max_depth=depth or None, min_samples_split=split, min_samples_leaf=leaf, random_state=s), x, y, q, classes)
        out.append(dict(depth=depth, split=split, leaf=leaf, rounds=0, rate=0.0, answers=m))
    for r, rate, depth, split, leaf in rounds:
        m = answers(lambda s: boost(n_estimators=r, learning_rate=rate, max_depth=depth, min_samples_split=split, min_samples_leaf=leaf, random_state=s), x, y, q, classes)
        out.append(dict(depth=depth, split=split, leaf=leaf, rounds=r, rate=rate, answers=m))
    return out


tables = []
for name in ["iris", "wine", "breast cancer", "diabetes"]:
    d = getattr(datasets, "load_" + name.replace(" ", "_"))()
    x, y, classes = d.data, d.target, name != "diabetes"
    y = np.array([str(d.target_names[t]) for t in y]) if classes else y
    train = np.arange(len(x)) % 3 != 2  # every third row is asked
    ask = np.flatnonzero(~train)[: 60]
    for feature in [-1, *range(min(x.shape[1], 5))]:
        columns = slice(None) if feature < 0 else [feature]
        rounds = [(100, 0.1, 3, 2, 1), (20, 0.5, 2, 9, 4)] if feature < 0 else [(30, 0.1, 3, 2, 1)]
        rows = ask if feature < 0 else ask[::4]
        tables.append(dict(name=name, feature=feature, rows=rows.tolist(), models=models(x[train][:, columns], y[train], x[rows][:, columns], classes, rounds)))

ugly = []
for seed, (n, p, what) in enumerate([(120, 4, ""), (60, 1, "whole"), (12, 30, ""), (1, 2, ""), (2, 1, ""), (40, 2, "constant"), (80, 1, "close"),
                                     (80, 1, "large"), (80, 1, "small y"), (80, 1, "offset"), (50, 1, "one y")]):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(n, p)), 4)
    x = np.round(x) if what == "whole" else x
    if what == "constant":
        x[:, 1] = -2.5
    if what == "close":  # beside neighbours that float32 or scikit-learn's tolerance do not tell apart
        x = 0.1 + 3e-8 * rng.integers(0, 12, size=(n, p))
    if what == "large":
        x *= 1e37
    y = np.round(x[:, 0] / np.abs(x).max() + 0.3 * rng.normal(size=n), 4)
    if what == "small y":
        y *= 1e-9
    if what == "offset":
        y += 1e6
    if what == "one y":
        y[:] = 3.25
    q = x[rng.integers(0, n, 12)] + (0.01 * np.abs(x).mean() * rng.normal(size=(12, p)) if what != "close" else 1e-8 * rng.normal(size=(12, p)))
    labels = np.array(list("cab"))[np.digitize(y, np.quantile(y, [0.4, 0.7]))]
    rounds = [(25, 0.1, 3, 2, 1), (10, 1.0, 2, 2, 3)]
    c = dict(name=f"{n}x{p} {what}".strip(), x=x.tolist(), y=y.tolist(), labels=labels.tolist(), q=q.tolist(), numbers=models(x, y, q, False, rounds))
    c["classes"] = models(x, labels, q, True, rounds if len(set(labels)) > 1 else [])
    two = np.where(labels == "a", "a", "other")
    c["two"] = models(x, two, q, True, rounds if len(set(two)) > 1 else [])
    ugly.append(c)

if sys.argv[1:] == ["--count"]:  # how many answers are certain
    for t in [*tables, *[dict(name=u["name"], feature=k, models=u[k]) for u in ugly for k in ("numbers", "classes", "two")]]:
        for m in t["models"]:
            print(t["name"], t["feature"], m["rounds"], sum(a is not None for a in m["answers"]), "of", len(m["answers"]))
    sys.exit()
json.dump(dict(tables=tables, ugly=ugly), sys.stdout, separators=(",", ":"))
