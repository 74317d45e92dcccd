"""Makes golden.json: what NumPy's RandomState draws and how scikit-learn splits with it.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys

import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import StratifiedKFold, train_test_split

draws = []
for seed in [0, 1, 42, 2**32 - 1]:
    r = np.random.RandomState(seed)
    # One stream: normal numbers come in pairs, and what is drawn between them must not disturb that.
    draws.append(dict(
        seed=seed,
        uniform=r.random_sample(5).tolist(),
        between=r.uniform(-3, 7.5, 5).tolist(),
        normal=r.standard_normal(5).tolist(),
        bits=r.randint(0, 2, 20).tolist(),
        other=r.normal(2.5, 0.125, 4).tolist(),
        single=r.choice(1, 3).tolist(),
        small=r.randint(-5, 3, 20).tolist(),
        large=r.randint(0, 2**40, 5).tolist(),
        edge=r.randint(0, 2**32, 5).tolist(),
        whole=r.randint(-2**63, 2**63 - 1, 5).tolist(),
        order=r.permutation(40).tolist(),
        choice=r.choice(10, 20).tolist(),
        last=r.standard_normal(2).tolist(),
    ))

# Two million normal numbers: so many meet every branch. The sums say that none is far off.
x = np.random.RandomState(42).standard_normal(2_000_000).reshape(-1, 1000)
million = dict(sums=x.sum(0)[:20].tolist(), cubes=(x**3).sum(0)[:20].tolist())

splits = []
for n, size, seed in [(200, None, 42), (100, 0.4, 42), (2, 0.5, 0), (7, 0.01, 3), (1797, 0.2, 1), (10, 0.9, 5)]:
    train, test = train_test_split(np.arange(n), test_size=size, random_state=seed)
    splits.append(dict(n=n, size=size or 0, seed=seed, train=train.tolist() if n < 300 else [int(train.sum()), *train[:9].tolist()], test=test.tolist()))

folds = []
r = np.random.default_rng(3)
for labels, k, seed in [(load_wine(return_X_y=True)[1], 5, 0), (r.integers(0, 4, 61), 3, 42), (r.integers(0, 2, 40), 10, 7), (np.array([1, 0, 1, 0]), 2, 1)]:
    fold = np.zeros(len(labels), int)
    for f, (_, test) in enumerate(StratifiedKFold(k, shuffle=True, random_state=seed).split(labels, labels)):
        fold[test] = f
    folds.append(dict(labels=[str(v) for v in labels], k=k, seed=seed, fold=fold.tolist()))

json.dump(dict(folds=folds, draws=draws, million=million, splits=splits), sys.stdout, separators=(",", ":"))
