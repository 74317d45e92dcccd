"""Makes golden.json.gz: what scikit-learn and SciPy say about features, on their data sets and on ugly tables.
Versions are in requirements.txt. Run: python golden.py | gzip -9 > golden.json.gz"""
import functools
import json
import sys
import warnings

import numpy as np
from scipy import special, stats
from sklearn import datasets
from sklearn import feature_selection as fs
from sklearn.neighbors import NearestNeighbors

warnings.simplefilter("ignore")
np.seterr(all="ignore")
SEEDS = range(16)

# By default the neighbours of few rows are found by brute force, from x² + y² − 2xy, which loses the digits that say
# whether a row is nearer than the k-th nearest.
fs._mutual_info.NearestNeighbors = functools.partial(NearestNeighbors, algorithm="kd_tree")


def plain(v):
    """Floats that JSON has not become text."""
    if isinstance(v, np.ndarray):
        v = v.tolist()
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, dict):
        return {k: plain(x) for k, x in v.items()}
    if isinstance(v, np.generic):
        v = v.item()
    if isinstance(v, float) and not np.isfinite(v):
        return str(v)
    return v


def pair(r):
    return dict(score=r[0], p=r[1])


def spread(f):
    """The mutual information over seeds of the noise: mean and deviation. None where it is refused."""
    try:
        r = np.array([f(s) for s in SEEDS])
    except ValueError:
        return None
    return dict(mean=r.mean(0), deviation=r.std(0))


def spearman(x, y):
    r = [stats.spearmanr(x[:, j], y) for j in range(x.shape[1])]
    return [float(v.statistic) for v in r], [float(v.pvalue) for v in r]


def case(name, x, classes, y, discrete=(), threshold=0.5):
    x, y = np.asarray(x, float), np.asarray(y, float)
    n, p = x.shape
    mask = np.isin(np.arange(p), discrete)
    c = dict(name=name, columns=x.T, classes=classes, y=y, discrete=mask, threshold=threshold)
    c["variance"] = np.nanvar(x, axis=0)
    c["varying"] = [np.flatnonzero(np.nan_to_num(np.minimum(np.nanvar(x, axis=0), np.ptp(x, axis=0))) > 0),
                    np.flatnonzero(np.nanvar(x, axis=0) > threshold)]
    c["anova"] = pair(fs.f_classif(x, classes))
    if len(np.unique(classes)) == n:
        c["anova"] = pair(np.full((2, p), np.nan))  # rounding decides there what 0/0 is
    if (x >= 0).all():
        c["chi2"] = pair(fs.chi2(x, classes))
    c["linear"] = []
    for center in (True, False):
        for force in (True, False):
            o = dict(center=center, force_finite=force)
            r, (f, pvalue) = fs.r_regression(x, y, **o), fs.f_regression(x, y, **o)
            if center:
                # Rounding decides there whether a constant is 0/0 or x/0.
                flat = (np.ptp(x, axis=0) == 0) | (np.ptp(y) == 0)
                r[flat], f[flat], pvalue[flat] = (0, 0, 1) if force else [np.nan] * 3
            line = np.abs(r) > 1 - 1e-12  # what is left of 1 − r² is rounding
            f[line], pvalue[line] = np.finfo(float).max if force else np.inf, 0
            if n > (2 if center else 1):
                c["linear"].append(dict(noCenter=not center, keepInfinite=not force, r=r, f=f, p=pvalue))
    c["spearman"] = pair(spearman(x, y))
    if n > 1 and p > 1 and p < 40:
        c["pearsonMatrix"] = np.atleast_2d(np.corrcoef(x.T))
        if p > 2:
            c["spearmanMatrix"] = stats.spearmanr(x).statistic if np.ptp(x, axis=0).all() else None
    for k in (3, 7):
        c[f"classes{k}"] = spread(lambda s: fs.mutual_info_classif(x, classes, discrete_features=mask, n_neighbors=k, random_state=s))
        if n > k:
            c[f"numbers{k}"] = spread(lambda s: fs.mutual_info_regression(x, y, discrete_features=mask, n_neighbors=k, random_state=s))
    cases.append(c)


cases = []
iris = datasets.load_iris()
case("iris", iris.data, iris.target, iris.data @ [1, -2, 0.5, 3], threshold=0.6)
wine = datasets.load_wine()
case("wine", wine.data, wine.target, wine.data[:, -1] + np.arange(178) % 7, discrete=[4], threshold=1)
cancer = datasets.load_breast_cancer()
case("breast cancer", cancer.data, cancer.target, np.log(cancer.data[:, 3]))
diabetes = datasets.load_diabetes()
case("diabetes", diabetes.data, np.digitize(diabetes.target, [80, 140, 210]), diabetes.target, discrete=[1], threshold=0.002)
digits = datasets.load_digits()
case("digits", digits.data[:500, :32], digits.target[:500], digits.data[:500, 20] * 3 + digits.data[:500, 30] + np.sin(np.arange(500)), discrete=range(20, 32), threshold=9)


def table(seed, n, p, k):
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, k, n)
    x = np.round(rng.normal(size=(n, p)) + classes[:, None] * np.linspace(0, 1, p), 4)
    y = np.round(x @ rng.normal(size=p) + rng.normal(size=n), 4)
    return rng, x, classes, y


_, x, c, y = table(1, 300, 6, 4)
x[:, 1] = 7.25
x[:, 2] = np.round(x[:, 2])
x[:, 3] = c == 2
x[:, 4] = 3 * y + 1
case("constant, ties, class, line", x, c, y, discrete=[3])
case("constant target", x[:40], c[:40], np.full(40, 2.0))
case("non-negative", np.abs(np.round(x)) * [1, 0, 1, 1, 1, 2], c, y, discrete=[2, 3])
_, x, c, y = table(2, 200, 7, 3)
case("scales", x * 10.0 ** np.array([-120, -12, -3, 0, 3, 12, 120]), c, y)
_, x, c, y = table(3, 12, 30, 2)
case("wide", x, c, y)
_, x, c, y = table(4, 1500, 2, 40)
case("many classes", x, c, y)
_, x, c, y = table(5, 60, 3, 2)
case("classes of one row", x, np.where(np.arange(60) < 55, c, np.arange(60)), y)
case("every row a class", x[:6], np.arange(6), y[:6])
case("one class", x[:20], np.zeros(20, int), y[:20])
case("two rows", x[:2], [0, 1], y[:2])
case("three rows", x[:3], [0, 1, 1], y[:3])
ladder = np.arange(50.0)
case("integers", np.c_[ladder, ladder[::-1], ladder**2, ladder % 2, ladder % 10], ladder.astype(int) % 3, ladder % 7, discrete=[3])

nan = []
for v in ([1, np.nan, 3, 3], [np.nan] * 3, [np.nan, 2, 2], [5], [1e200, -1e200, 1e200], [0, 0, 1, 1]):
    v = np.array(v, float)[:, None]
    nan.append(dict(v=v[:, 0], variance=np.nanvar(v, axis=0)[0], missing=int(np.isnan(v).sum())))

f, chi = [], []
for a in (1, 2, 5, 30, 400):
    for b in (1, 2, 9, 148, 3000, 1000000):
        for v in (1e-9, 0.3, 1, 1.2, 2.5, 8, 40, 300, 5000, 1e9):
            f.append((float(a), float(b), v, special.fdtrc(a, b, v)))
    for v in (1e-9, 0.5, 3, 20, 200, 900, 1400):
        chi.append((a, v, special.chdtrc(a, v)))
# Where SciPy gives 0 its logarithms ran out, not the floats.
f = [r for r in f if r[3] > 1e-270]

keep = []
rng = np.random.default_rng(6)
for scores in (np.round(rng.normal(size=30), 1), np.r_[np.nan, np.inf, -np.inf, 1, 1, np.nan, 0, 1, 2], np.ones(7), np.r_[3.0]):
    p = np.clip(np.abs(np.round(scores, 1)) ** 3 / 40, 0, 1)
    k = dict(score=scores, p=p, best={}, percentile={}, fpr={}, fdr={}, fwe={})

    def kept(selector, p=p, scores=scores):
        selector.scores_, selector.pvalues_ = scores, p
        return np.flatnonzero(selector._get_support_mask())

    class Fitted:
        def __sklearn_is_fitted__(self):
            return True

    def make(kind, **o):
        return type(kind.__name__, (Fitted, kind), {"__init__": lambda self: kind.__init__(self, **o)})()

    for v in (0, 1, 3, 5, len(scores)):
        k["best"][v] = kept(make(fs.SelectKBest, k=v))
    for v in (0, 10, 25, 33.4, 50, 90, 99, 100):
        if np.isfinite(np.percentile(np.nan_to_num(scores, nan=np.finfo(float).min, posinf=np.inf, neginf=-np.inf), 100 - v)) or v in (0, 100):
            k["percentile"][v] = kept(make(fs.SelectPercentile, percentile=v))
    for v in (0, 0.01, 0.05, 0.3, 1):
        k["fpr"][v] = kept(make(fs.SelectFpr, alpha=v))
        k["fdr"][v] = kept(make(fs.SelectFdr, alpha=v))
        k["fwe"][v] = kept(make(fs.SelectFwe, alpha=v))
    keep.append(k)

json.dump(plain(dict(cases=cases, nan=nan, f=f, chi=chi, keep=keep)), sys.stdout, separators=(",", ":"))
