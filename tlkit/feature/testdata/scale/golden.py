"""Makes golden.json: what scikit-learn's scalers and bins make of tables, pleasant and ugly.
Versions are in requirements.txt. Run: python golden.py > golden.json."""
import json
import sys
import warnings

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, PowerTransformer,
                                   QuantileTransformer, RobustScaler, StandardScaler)

warnings.simplefilter("ignore")
np.seterr(all="ignore")


def plain(v):
    """Columns of numbers with NaN as null and infinities as text."""
    if isinstance(v, np.ndarray):
        v = v.tolist()
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, float):
        if np.isnan(v):
            return None
        if np.isinf(v):
            return "inf" if v > 0 else "-inf"
    return v


def holes(rng, x, share):
    x = x.copy()
    x[rng.random(x.shape) < share] = np.nan
    return x


def held(rng, x, extra=()):
    """Rows that were learnt from, others between and beyond them, and one without values."""
    some = x[rng.permutation(len(x))[:12]]
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    wide = high - low
    between = low + wide * rng.random((12, x.shape[1]))
    ends = np.array([low, high, (low + high) / 2, low - wide / 3, high + wide / 2])
    return np.vstack([some, between, ends, np.full((1, x.shape[1]), np.nan), *extra])


tables = {}
rng = np.random.default_rng(20)
x = np.column_stack([rng.normal(size=60), 5 + 100 * rng.normal(size=60), rng.exponential(size=60) ** 2,
                     -rng.lognormal(size=60), rng.integers(0, 4, 60)]).round(3)
tables["plain"] = (x, held(rng, x))
y = holes(rng, x, 0.2)
tables["missing"] = (y, held(rng, y))
y = np.column_stack([np.full(30, 0.1), np.full(30, 1e12), np.where(np.arange(30) % 2, 1e15, 1e15 + 0.125),
                     np.where(np.arange(30) % 2, 1e8, 1e8 + 1), np.zeros(30), np.full(30, -7.0)])
y[3, 5] = np.nan
tables["constant"] = (y, np.vstack([y[:3], y[:2] + 1, y[:2] * 2]))
y = np.column_stack([1e-300 * rng.normal(size=40), 1e100 * rng.normal(size=40), 1e-17 * rng.random(40),
                     1e6 + 1e-3 * rng.normal(size=40), 1e-9 * rng.normal(size=40), 1e-15 * rng.random(40)])
tables["scales"] = (y, held(rng, y))
y = np.column_stack([np.r_[5 + 1e-9 * np.arange(20), 6 + np.arange(10.0)], np.r_[np.full(25, 2.0), 3 + np.arange(5)]])
tables["narrow"] = (y, held(rng, y))
y = np.array([[1.5, -2, 0, 7]])
tables["one row"] = (y, np.vstack([y, y + 1, y - 1]))
y = np.array([[1.5, -2, 0, 7], [2.5, -2, 1e-20, np.nan]])
tables["two rows"] = (y, np.vstack([y, y + 1, y - 1]))
y = np.column_stack([rng.normal(size=1500), rng.standard_t(2, size=1500), rng.integers(-3, 30, 1500),
                     np.where(rng.random(1500) < 0.6, 0, rng.exponential(size=1500))]).round(3)
tables["tall"] = (y, held(rng, y, [y[:20]]))
y = np.column_stack([np.full(12, np.nan), np.arange(12.0), np.r_[[np.nan] * 11, 3]])
tables["empty column"] = (y, np.vstack([y[:3], y[-2:] + 0.5]))
y = np.column_stack([rng.lognormal(size=80), 1 + 9 * rng.random(80), rng.gamma(2, 1e4, 80), rng.random(80) * 1e-3 + 1e-6,
                     20 + rng.normal(size=80)]).round(6)
tables["positive"] = (y, np.abs(held(rng, y)) + 1e-9)
y = holes(rng, y, 0.1)
tables["positive missing"] = (y, np.abs(held(rng, y)) + 1e-9)
y = np.column_stack([-rng.lognormal(size=50), rng.normal(size=50), -5 - rng.random(50), rng.lognormal(0, 3, 50)])
tables["signs"] = (y, held(rng, y))

everything = [k for k in tables if not k.startswith("positive")]
some = [k for k in everything if k != "empty column"]
complete = [k for k in tables if not np.isnan(tables[k][0]).any()]
ordinal = {"encode": "ordinal", "subsample": None}
wanted = [
    ("StandardScaler", {}, StandardScaler(), everything),
    ("StandardScaler", {"NoMean": True}, StandardScaler(with_mean=False), everything),
    ("StandardScaler", {"NoDeviation": True}, StandardScaler(with_std=False), everything),
    ("MinMaxScaler", {}, MinMaxScaler(), everything),
    ("MinMaxScaler", {"Range": [-3, 0.5], "Clip": True}, MinMaxScaler((-3, 0.5), clip=True), everything),
    ("MaxAbsScaler", {}, MaxAbsScaler(), everything),
    ("MaxAbsScaler", {"Clip": True}, MaxAbsScaler(clip=True), ["plain", "missing"]),
    ("RobustScaler", {}, RobustScaler(), everything),
    ("RobustScaler", {"Range": [10, 95], "UnitVariance": True}, RobustScaler(quantile_range=(10, 95), unit_variance=True),
     everything),
    ("RobustScaler", {"NoCentre": True}, RobustScaler(with_centering=False), ["plain", "missing"]),
    ("RobustScaler", {"NoScale": True, "Range": [0, 100]}, RobustScaler(with_scaling=False), ["plain", "missing"]),
    ("QuantileTransformer", {}, QuantileTransformer(subsample=None), some),
    ("QuantileTransformer", {"Output": "normal"}, QuantileTransformer(output_distribution="normal"), some),
    ("QuantileTransformer", {"Quantiles": 7}, QuantileTransformer(n_quantiles=7), some),
    ("QuantileTransformer", {"Quantiles": 1}, QuantileTransformer(n_quantiles=1), ["plain"]),
    ("QuantileTransformer", {"Quantiles": 12, "Output": "normal"},
     QuantileTransformer(n_quantiles=12, output_distribution="normal"), ["plain", "missing", "tall"]),
    ("PowerTransformer", {}, PowerTransformer(), ["plain", "missing", "tall", "positive", "signs", "one row"]),
    ("PowerTransformer", {"NoStandard": True}, PowerTransformer(standardize=False), ["plain", "missing", "signs"]),
    ("PowerTransformer", {"Method": "boxCox"}, PowerTransformer("box-cox"), ["positive", "positive missing"]),
    ("PowerTransformer", {"Method": "boxCox", "NoStandard": True}, PowerTransformer("box-cox", standardize=False), ["positive"]),
    ("Binning", {}, KBinsDiscretizer(**ordinal), [k for k in complete if k not in ("one row", "scales")]),
    ("Binning", {"Bins": 7, "By": "uniform"}, KBinsDiscretizer(7, strategy="uniform", **ordinal), complete),
    ("Binning", {"Bins": 40}, KBinsDiscretizer(40, **ordinal), ["plain", "tall", "positive"]),
    ("Binning", {"Bins": 4, "By": "kmeans"}, KBinsDiscretizer(4, strategy="kmeans", **ordinal), ["positive", "signs"]),
    # Whole numbers in the middle between two centres go to either by rounding: not with 7 bins.
    ("Binning", {"Bins": 7, "By": "kmeans"}, KBinsDiscretizer(7, strategy="kmeans", **ordinal), ["tall"]),
    ("Binning", {"Bins": 12, "By": "kmeans"}, KBinsDiscretizer(12, strategy="kmeans", **ordinal), ["positive", "signs"]),
    ("Binning", {"OneHot": True}, KBinsDiscretizer(encode="onehot-dense", subsample=None), ["plain", "tall"]),
    ("Impute", {}, SimpleImputer(), ["plain", "missing", "positive missing"]),
    ("Impute", {"By": "median"}, SimpleImputer(strategy="median", add_indicator=True), ["missing", "two rows"]),
]
cases = []
for step, options, scaler, names in wanted:
    for name in names:
        train, q = tables[name]
        scaler.fit(train)
        complete_q = q[~np.isnan(q).any(axis=1)] if step == "Binning" else q
        made = scaler.transform(complete_q)
        case = {"step": step, "options": options, "table": name, "made": plain(made.T)}
        if step != "Impute":
            case["back"] = plain(scaler.inverse_transform(made).T)
        if step == "PowerTransformer":
            case["lambda"] = plain(scaler.lambdas_)
        if step == "Binning":
            case["edges"] = [plain(e) for e in scaler.bin_edges_]
        cases.append(case)
json.dump({"tables": {k: {"train": plain(t.T), "held": plain(q.T)} for k, (t, q) in tables.items()}, "cases": cases},
          sys.stdout)
