"""Makes golden.json: what pandas and SciPy say of outliers in single columns, and scikit-learn's isolation forest of
whole rows. Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
import scipy.stats
import sklearn
from sklearn.datasets import load_iris, load_wine
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import roc_auc_score

warnings.simplefilter("ignore")


def plain(x):
    """Numbers as JSON holds them; those that it cannot hold as text."""
    if isinstance(x, (list, tuple, np.ndarray, pd.Series)):
        return [plain(v) for v in x]
    x = x.item() if isinstance(x, np.generic) else x
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    return x


columns = []


def column(name, values):
    """Bounds are fitted to finite values; an infinity lies beyond any finite bound."""
    s = pd.Series(values, dtype=float)
    fin = s.where(np.isfinite(s)).dropna()
    q1, q3 = fin.quantile(0.25), fin.quantile(0.75)
    iqr = q3 - q1
    mean, med = fin.mean(), fin.median()
    mad = scipy.stats.median_abs_deviation(fin) if len(fin) else math.nan
    case = dict(name=name, values=plain(s), q1=plain(q1), q3=plain(q3), iqr=plain(scipy.stats.iqr(fin) if len(fin) else math.nan),
                mean=plain(mean), sd0=plain(fin.std(ddof=0)), sd1=plain(fin.std(ddof=1)), median=plain(med), mad=plain(mad),
                p=plain([fin.quantile(p) for p in (0.01, 0.99, 0.1, 0.5)]))
    if len(fin) > 1 and iqr > 0:
        low, high = q1 - 1.5 * iqr, q3 + 1.5 * iqr
        case["iqrOut"] = [int(i) for i in np.flatnonzero((s < low) | (s > high))]
        case["clipped"] = plain(s.clip(low, high))
        case["masked"] = plain(s.mask((s < low) | (s > high)))
    if len(fin) > 1 and fin.nunique() > 1:
        z = (s - mean) / fin.std(ddof=0)
        ref = scipy.stats.zscore(fin)  # the same, by SciPy
        assert np.allclose(z[fin.index], ref, rtol=1e-9)
        case["z"] = plain(z)
        case["zOut"] = [int(i) for i in np.flatnonzero(z.abs() > 3)]
    if len(fin) > 1 and mad > 0:
        m = 0.6745 * (s - med) / mad
        case["m"] = plain(m)
        case["mOut"] = [int(i) for i in np.flatnonzero(m.abs() > 3.5)]
    columns.append(case)


for seed in range(6):
    rng = np.random.default_rng(seed)
    v = rng.normal(size=int(rng.integers(5, 80))) * 10.0 ** rng.integers(-6, 7) + rng.integers(-5, 6)
    v[rng.random(len(v)) < 0.1] = np.nan
    v[rng.random(len(v)) < 0.05] *= 50
    column(f"normal {seed}", v)
rng = np.random.default_rng(10)
column("heavy tails", rng.standard_cauchy(60))
column("log-normal", np.exp(rng.normal(size=50) * 3))
column("far from zero", 1e4 + rng.normal(size=50))
column("integers with ties", rng.integers(0, 6, 70).astype(float))
column("infinities", [1, 2, 3, math.inf, 4, 5, -math.inf, math.nan, 60, 2.5, 3.5])
column("negative zeros", [0.0, -0.0, 1, -1, 0.0, 9])
column("constant", [0.1] * 7)
column("half constant", [5.0] * 6 + [7, 9, -3])
column("two values", [1.0, 2.0])
column("one row", [3.25])
column("one value of many rows", [math.nan, 3.25, math.nan])
column("all missing", [math.nan] * 4)
column("only infinities", [math.inf, -math.inf])
column("tiny", [5e-140, 1e-139, 2e-139, 1e-138, 4e-137])

forests = []


def forest(name, x, odd=None, contamination="auto"):
    """Scores of ten seeds: their mean and deviation for each row, how far apart they are, and what each finds."""
    x = np.asarray(x, dtype=float)
    fits = [IsolationForest(random_state=seed, contamination=contamination).fit(x) for seed in range(10)]
    scores = np.array([-f.score_samples(x) for f in fits])
    apart = [scipy.stats.spearmanr(scores[k], np.delete(scores, k, 0).mean(0)).statistic for k in range(10)]
    case = dict(name=name, columns=[plain(c) for c in x.T], mean=plain(scores.mean(0).round(9)), sd=plain(scores.std(0, ddof=1).round(9)),
                spearman=plain(apart), threshold=plain([-f.offset_ for f in fits]), found=[int((f.predict(x) < 0).sum()) for f in fits])
    if contamination != "auto":
        case["contamination"] = contamination
    if odd is not None:
        case["odd"] = [int(i) for i in np.flatnonzero(odd)]
        case["auc"] = plain([roc_auc_score(odd, s) for s in scores])
    forests.append(case)


rng = np.random.default_rng(20)
odd = np.arange(300) % 25 == 3
x = np.where(rng.random((300, 1)) < 0.5, rng.normal(2, 0.5, (300, 2)), rng.normal(-2, 0.5, (300, 2)))
x[odd] = rng.uniform(-6, 6, (odd.sum(), 2))
forest("two clouds", x.round(4), odd)
x = rng.normal(size=(200, 5)) * [1, 10, 0.01, 1000, 1e-9]
odd = np.arange(200) % 20 == 7
x[odd] *= rng.choice([4, 6], (odd.sum(), 1))
x[:, 4] *= 1e6  # float32, in which scikit-learn computes, knows differences above 1e-7 alone
forest("scales", np.array([[float(f"{v:.5g}") for v in r] for r in x]), odd, 0.05)
forest("iris", load_iris().data)
forest("wine", load_wine().data, contamination=0.1)
x = rng.integers(0, 4, (150, 3)).astype(float)
x[:6] = [[9, 0, 3], [0, 9, 0], [3, 3, 12], [9, 9, 9], [0, 0, -5], [-4, 3, 0]]
forest("few integers, many ties", x, np.arange(150) < 6)
x = rng.normal(size=(150, 4))
odd = np.arange(150) % 15 == 2
x[odd] += rng.choice([-5, 5], (odd.sum(), 4))
x[rng.random(x.shape) < 0.1] = np.nan
forest("missing values", x.round(4), odd)
forest("a constant column", np.column_stack([rng.normal(size=60).round(4), np.full(60, 7.0)]))
forest("two rows", [[1.0, 2.0], [3.0, 2.0]])
forest("one row", [[1.0, 2.0]])
forest("equal rows", [[1.0, 2.0]] * 8)

sizes = [1, 2, 3, 5, 10, 100, 255, 256, 257, 999, 12345, 10**6]
json.dump(dict(pandas=pd.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__, columns=columns, forests=forests,
               pathLengths=[[n, plain(v)] for n, v in zip(sizes, _average_path_length(sizes))]), sys.stdout, allow_nan=False)
