"""Makes golden.json: what scikit-learn and pandas do with missing values, on random and on ugly tables.
Versions are in requirements.txt. Run: python golden.py > golden.json. With --data it writes breast_cancer.csv.gz."""
import base64
import gzip
import json
import os
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = os.path.dirname(os.path.abspath(__file__))
cancer = os.path.join(here, "breast_cancer.csv.gz")

if sys.argv[1:] == ["--data"]:
    data = load_breast_cancer()
    frame = pd.DataFrame(data.data, columns=data.feature_names)
    with open(cancer, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(frame.to_csv(index=False).encode())
    sys.exit()


def plain(v):
    """Numbers with NaN as null and infinities as text."""
    if isinstance(v, np.ndarray):
        v = v.tolist()
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, dict):
        return {k: plain(x) for k, x in v.items()}
    if isinstance(v, np.generic):
        v = v.item()
    if isinstance(v, float):
        if np.isnan(v):
            return None
        if np.isinf(v):
            return "inf" if v > 0 else "-inf"
    return v


def table(seed, n, p, share, ugly=""):
    """n×p training rows and 8 others, with holes."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n + 8, min(p, 3)))
    x = z @ rng.normal(size=(min(p, 3), p)) + 0.4 * rng.normal(size=(n + 8, p))
    if ugly == "constant":
        x[:, 1] = 4.5
    if ugly == "scales":
        x = x * 10.0 ** np.linspace(-2, 3, p) + 10.0 ** np.linspace(2, -1, p)
    x = np.round(x, 3)
    holes = rng.random(x.shape) < share
    if ugly == "no holes to learn from":
        holes[:n] = False
    x[holes] = np.nan
    if ugly == "empty column":
        x[:n, p // 2] = np.nan
    if ugly == "empty rows":
        x[[0, n // 2, n + 1]] = np.nan
    if ugly == "apart":  # no row shares a feature with most others
        x = np.full_like(x, np.nan)
        for i in range(n + 8):
            x[i, i % p] = np.round(rng.normal(), 3)
    return x[:n], x[n:]


def filled(x, out, keep):
    """What the holes of x became, row by row; columns without any training value are gone from out."""
    return out[np.isnan(x[:, keep])]


def exact(a, b, *, missing_values=np.nan):
    """nan_euclidean of two rows by differences. scikit-learn expands the squares, which loses digits where numbers are large
    beside their differences."""
    both = ~np.isnan(a) & ~np.isnan(b)
    return np.sqrt(((a - b)[both] ** 2).sum() / both.sum() * len(a)) if both.any() else np.nan


shapes = [(30, 4, 0.2, ""), (60, 6, 0.1, ""), (12, 20, 0.15, ""), (40, 5, 0.5, ""), (25, 6, 0.1, "constant"), (30, 5, 0.2, "scales"),
          (20, 4, 0.2, "empty column"), (20, 4, 0.2, "empty rows"), (12, 3, 0, "apart"), (1, 3, 0, ""), (2, 3, 0.2, ""), (15, 1, 0.3, ""),
          (20, 3, 0.3, "no holes to learn from"), (20, 70, 0.2, "")]
tables = []
for seed, (n, p, share, ugly) in enumerate(shapes):
    x, q = table(seed, n, p, share, ugly)
    c = dict(name=f"{n}x{p} {ugly}".strip(), x=x, q=q, simple=[], knn=[], iterative=[])
    keep = ~np.isnan(x).all(0)
    for s in ("mean", "median", "most_frequent"):
        m = SimpleImputer(strategy=s).fit(x)
        c["simple"].append(dict(strategy=s, values=m.statistics_))
    for k, w in [(5, "uniform"), (2, "distance"), (1, "uniform"), (50, "distance")]:
        m = KNNImputer(n_neighbors=k, weights=w, metric=exact if ugly in ("constant", "scales") else "nan_euclidean").fit(x)
        c["knn"].append(dict(k=k, weights=w, x=filled(x, m.transform(x.copy()), keep), q=filled(q, m.transform(q.copy()), keep)))
    ways = [dict(), dict(max_iter=3, imputation_order="descending", initial_strategy="median"),
            dict(max_iter=2, imputation_order="roman", skip_complete=True, min_value=-1.0, max_value=1.5),
            dict(max_iter=2, imputation_order="arabic", initial_strategy="constant", fill_value=0.5),
            dict(max_iter=2, estimator=Ridge(alpha=0.1), tol=0.01), dict(max_iter=2, estimator=KNeighborsRegressor(1)),
            dict(max_iter=3, imputation_order="random", n_nearest_features=2, initial_strategy="most_frequent", random_state=seed)]
    if p > 20:
        ways = []
    for way in ways:
        m = IterativeImputer(**way)
        try:
            fx = m.fit_transform(x.copy())
        except ValueError as e:  # what it cannot do is tried from Go
            assert n <= 2 or "apart" in ugly, e
            continue
        way = {k: (f"{v.__class__.__name__}" if k == "estimator" else v) for k, v in way.items()}
        steps = [[int(t.feat_idx), [int(i) for i in t.neighbor_feat_idx]] for t in m.imputation_sequence_] if "random_state" in way else None
        c["iterative"].append(dict(way=way, rounds=m.n_iter_, x=filled(x, fx, keep), q=filled(q, m.transform(q.copy()), keep), steps=steps))
    tables.append(plain(c))

lines = []
for seed in range(8):
    rng = np.random.default_rng(100 + seed)
    n = int(rng.integers(10, 18))
    v = np.round(rng.normal(size=n), 2)
    v[rng.random(n) < [0.3, 0.5, 0.7, 0.5, 0.5, 1.1, 0.5, 0.5][seed]] = np.nan
    if seed == 3:
        v[:3] = np.nan
        v[-4:] = np.nan
    if seed == 4:
        v[[2, 5, 9]] = [np.inf, -np.inf, np.inf]
    if seed == 6:
        v[:] = np.nan
        v[4] = 1.5
    g = rng.choice(["a", "b", None], n)
    at = np.sort(np.round(rng.uniform(0, 20, n), 1))
    if seed == 7:
        at = np.floor(at / 4)
    days = pd.Timestamp("2024-02-27 06:00:00") + pd.to_timedelta(np.round(at * 86400), unit="s")
    s, t = pd.Series(v), pd.Series(v, index=days)
    key = pd.Series(g, dtype=object)
    out = []
    for limit in (None, 1, 2):
        for area in (None, "inside", "outside"):
            out.append(dict(how="ffill", limit=limit, area=area, v=s.ffill(limit=limit, limit_area=area)))
            out.append(dict(how="bfill", limit=limit, area=area, v=s.bfill(limit=limit, limit_area=area)))
            for direction in ("forward", "backward", "both"):
                o = dict(limit=limit, limit_area=area, limit_direction=direction)
                out.append(dict(how="linear", limit=limit, area=area, direction=direction, v=s.interpolate(**o)))
                if limit != 1:
                    if s.notna().any():
                        out.append(dict(how="nearest", limit=limit, area=area, direction=direction, v=s.interpolate(method="nearest", **o)))
                    out.append(dict(how="time", limit=limit, area=area, direction=direction, v=t.interpolate(method="time", **o)))
                    out.append(dict(how="index", limit=limit, area=area, direction=direction,
                                    v=pd.Series(v, index=at).interpolate(method="index", **o)))
        by = s.groupby(key, dropna=False)
        out.append(dict(how="ffill", limit=limit, by=True, v=by.ffill(limit=limit)))
        out.append(dict(how="bfill", limit=limit, by=True, v=by.bfill(limit=limit)))
        out.append(dict(how="linear", limit=limit, by=True, direction="forward", v=by.transform(lambda x: x.interpolate(limit=limit))))
    for o in out:
        o["v"] = o["v"].to_numpy()[np.isnan(v)]
    lines.append(plain(dict(v=v, group=list(g), at=at, days=[d.strftime("%Y-%m-%dT%H:%M:%SZ") for d in days], out=out)))

drops = []
for seed in range(4):
    rng = np.random.default_rng(200 + seed)
    n = 14
    f = pd.DataFrame(dict(a=rng.normal(size=n), b=rng.normal(size=n), c=rng.choice(["x", "y"], n), d=rng.normal(size=n)))
    f = f.astype(dict(c=object)).mask(rng.random((n, 4)) < [0.2, 0.5, 0.8, 0.0][seed])
    if seed == 2:
        f["d"] = np.nan
    known = f.notna().to_numpy()
    rows, cols = [], []
    for subset in (None, ["a"], ["b", "c"]):
        for o in (dict(how="any"), dict(how="all"), dict(thresh=1), dict(thresh=2), dict(thresh=4)):
            rows.append(dict(columns=subset, **o, kept=list(f.dropna(subset=subset, **o).index)))
    for o in (dict(how="any"), dict(how="all"), dict(thresh=7), dict(thresh=14)):
        cols.append(dict(**o, kept=list(f.dropna(axis=1, **o).columns)))
    drops.append(dict(known=known.astype(int).tolist(), rows=rows, columns=cols))

modes = []
for v in (["b", "a", "b", "a", None, "é", "z"], ["", "", "x"], [True, False, None], [True, True, False], [3, 1, 3, 1, 2, None], [2.5, -1.0, 2.5, -1.0]):
    modes.append(dict(v=v, mode=plain(pd.Series(v, dtype=object).mode()[0])))
levels = pd.Series(pd.Categorical(["low", "high", "low", "high", "mid"], ["low", "mid", "high"], ordered=True)).mode()[0]
modes.append(dict(v=["high", "low", "low", "high", "mid"], levels=["mid", "low", "high"],
                  mode=pd.Series(pd.Categorical(["high", "low", "low", "high", "mid"], ["mid", "low", "high"])).mode()[0]))
assert levels == "low"

x = load_breast_cancer().data
assert np.array_equal(pd.read_csv(cancer, float_precision="round_trip").to_numpy(), x), "breast_cancer.csv.gz is not scikit-learn's"
z = StandardScaler().fit_transform(x)
holes = np.random.RandomState(0).rand(*x.shape) < 0.2
y = np.where(holes, np.nan, z)
rmse = {}
for name, m in dict(mean=SimpleImputer(), median=SimpleImputer(strategy="median"), knn=KNNImputer(), iterative=IterativeImputer()).items():
    rmse[name] = float(np.sqrt(np.mean((m.fit_transform(y)[holes] - z[holes]) ** 2)))
    if name == "iterative":
        rounds = m.n_iter_

json.dump(dict(tables=tables, lines=lines, drops=drops, modes=modes,
               cancer=dict(holes=base64.b64encode(np.packbits(holes).tobytes()).decode(), rmse=rmse, rounds=rounds)),
          sys.stdout, separators=(",", ":"), allow_nan=False)
