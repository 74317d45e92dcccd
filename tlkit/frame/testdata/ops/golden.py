"""Makes golden.json: what pandas, numpy and SciPy say of random and of ugly tables - joins, groups, order,
description, duplicates, correlations. Versions are in requirements.txt. Run: python golden.py > golden.json

A table is {column: [kind, values]}; a missing value is null, an infinity "inf" or "-inf"."""
import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
import scipy.stats

warnings.simplefilter("ignore")


def plain(v):
    if v is None or v is pd.NA or (isinstance(v, float) and math.isnan(v)):
        return None
    if isinstance(v, (bool, np.bool_)):
        return bool(v)
    if isinstance(v, (int, np.integer)):
        return int(v)
    if isinstance(v, (float, np.floating)):
        return str(float(v)) if math.isinf(v) else float(v)
    return str(v)


def kind(s):
    if pd.api.types.is_bool_dtype(s.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(s.dtype):
        return "integer"
    if pd.api.types.is_float_dtype(s.dtype):
        return "number"
    return "string"


def values(s):
    return [plain(v) for v in s.tolist()]


def table(df):
    return {c: [kind(df[c]), values(df[c])] for c in df.columns}


def random_table(seed, n, infinite=False):
    rng = np.random.default_rng(seed)

    def holes(s, part=0.2):
        s = s.astype({"int64": "Int64", "bool": "boolean"}.get(str(s.dtype), s.dtype))
        return s.mask(pd.Series(rng.random(n) < part), None)

    df = pd.DataFrame({
        "s": holes(pd.Series(rng.choice(["", "a", "A", "b ", "é", "日本", "NaN"], n), dtype="str")),
        "k": holes(pd.Series(rng.integers(-2, 3, n), dtype="int64")),
        "f": holes(pd.Series(rng.normal(size=n).round(6))),
        "g": holes(pd.Series(rng.choice([0.0, -0.0, 1.5, -2.25, 1e9], n), dtype=float)),
        "i": pd.Series(rng.integers(-10**12, 10**12, n), dtype="int64"),
        "b": holes(pd.Series(rng.random(n) < 0.5, dtype=bool)),
        "one": pd.Series([7.0] * n, dtype=float),
        "none": pd.Series([np.nan] * n, dtype=float),
    })
    if infinite and n:
        df.loc[rng.random(n) < 0.1, "f"] = np.inf
        df.loc[rng.random(n) < 0.1, "f"] = -np.inf
    return df


tables = {f"random {n}{' infinite' if inf else ''}": random_table(seed, n, inf)
          for seed, (n, inf) in enumerate([(0, False), (1, False), (2, False), (7, True), (50, False), (90, True)])}
rng = np.random.default_rng(99)
tables["wide"] = pd.DataFrame({f"c{i}": rng.normal(size=4).round(3) for i in range(30)})
tables["ties"] = pd.DataFrame({"s": ["b", "a", "a", "b", "c", None], "k": pd.array([2, 1, 1, 2, 3, None], dtype="Int64"), "f": [1.0, 1, 2, 2, 3, 3]})
tables["large numbers"] = pd.DataFrame({"k": pd.array([1, 1, 2, 2], dtype="Int64"), "f": [1e15, 1 + 1e15, -1e15, 1e15], "i": [2**53 + 1, 2**53 + 3, -2**62, 2**62 - 1], "s": ["x"] * 4})

NUMBERS = ["count", "sum", "mean", "median", "min", "max", "std", "var", "first", "last", "nunique", "q0.3", "mode", "any", "all"]
OTHERS = ["count", "first", "last", "nunique", "min", "max", "mode"]


def mode(s):
    m = s.mode()
    return m.iloc[0] if len(m) else None


def stat(g, column, name):
    c = g[column]
    if name == "mode":
        return pd.Series([mode(part) for _, part in c], dtype=object)
    if name.startswith("q"):
        return c.quantile(float(name[1:]))
    return getattr(c, name)()


def groups(df, keys, sort, dropna):
    g = df.groupby(keys, sort=sort, dropna=dropna, observed=True)
    size = g.size()
    out = {k: values(size.reset_index()[k]) for k in keys} | {"size": values(size)}
    for c in df.columns:
        names = NUMBERS if c in ("f", "g", "i", "one", "none") else OTHERS
        if not (sort and dropna) or len(keys) > 1:  # the order is what is new here
            names = {"f": ["sum", "median", "last", "nunique"], "s": ["first", "mode"]}.get(c, [])
        for name in names:
            out[f"{c}_{name}"] = values(stat(g, c, name))
    return out


out = {"versions": {"numpy": np.__version__, "pandas": pd.__version__, "scipy": scipy.__version__},
       "tables": {name: table(df) for name, df in tables.items()}, "groups": [], "describe": [], "sort": [], "duplicates": [],
       "correlations": [], "quantiles": [], "joins": []}

for name, df in tables.items():
    if "k" in df:
        for keys in [["k"], ["s"], ["s", "k"], ["g", "b"]]:
            if not set(keys) <= set(df.columns):
                continue
            for sort, dropna in [(True, True), (False, True), (True, False), (False, False)]:
                if len(keys) == 2 and sort != dropna:
                    continue
                out["groups"].append({"table": name, "keys": keys, "sort": sort, "dropna": dropna, "want": groups(df, keys, sort, dropna)})
        for by, ascending in [(["k"], [True]), (["k"], [False]), (["s", "f"], [True, False]), (["f", "s"], [True, True])]:
            rows = df.reset_index(drop=True).sort_values(by, ascending=ascending, kind="stable", na_position="last").index.tolist()
            if len(by) == 2:  # pandas sorts by several keys in one go; kind is then of no effect, and it is stable
                rows = df.reset_index(drop=True).sort_values(by, ascending=ascending, na_position="last").index.tolist()
            out["sort"].append({"table": name, "by": by, "ascending": ascending, "rows": rows})
        for columns in [None, ["k"], ["s", "g"]]:
            if columns and not set(columns) <= set(df.columns):
                continue
            for keep in ["first", "last", False]:
                flags = df.duplicated(columns, keep=keep)
                out["duplicates"].append({"table": name, "columns": columns, "keep": str(keep), "rows": np.flatnonzero(flags).tolist()})
    d = {}
    for c in df.columns:
        one = df[c].astype("object") if kind(df[c]) == "boolean" else df[c]
        d[c] = {k: plain(v) for k, v in one.describe().to_dict().items()}
    out["describe"].append({"table": name, "want": d})
    numeric = [c for c in df.columns if kind(df[c]) in ("integer", "number")]
    floats = df[numeric].astype(float)
    if name != "wide":
        for q in [0, 0.01, 0.25, 0.5, 0.9, 1]:
            out["quantiles"].append({"table": name, "q": q, "want": {c: plain(float(floats[c].quantile(q))) for c in numeric}})
    if not np.isinf(floats).any().any() and len(numeric) > 1:
        numeric = numeric[:8]
        out["correlations"].append({"table": name, "columns": numeric,
                                    "pearson": [values(floats[numeric].corr()[c]) for c in numeric],
                                    "spearman": [values(floats[numeric].corr("spearman")[c]) for c in numeric]})

# Spearman's by SciPy, and Cramér's V and its corrected form by SciPy's chi-squared.
for seed in range(4):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 9, 40).astype(float)
    y = (x + rng.integers(0, 6, 40)).round()
    out["correlations"].append({"x": x.tolist(), "y": y.tolist(), "scipy_spearman": float(scipy.stats.spearmanr(x, y).statistic),
                                "scipy_pearson": float(scipy.stats.pearsonr(x, y).statistic),
                                "cramer": float(scipy.stats.contingency.association(pd.crosstab(x > 4, y % 3).to_numpy(), method="cramer"))})

left = random_table(11, 16)[["s", "k", "f", "b"]]
right = random_table(12, 13)[["s", "k", "g", "b"]]
ints = pd.DataFrame({"id": [3, 1, 4, 1, 5], "v": [1.0, 2, 3, np.nan, 5]})
floats = pd.DataFrame({"id": [1.0, np.nan, 4.0, 2.5, 4.0], "v": ["a", "b", "c", "d", "e"]})
ugly = pd.DataFrame({"f": [0.0, np.inf, -np.inf, np.nan, 1.0], "a": range(5)})
other = pd.DataFrame({"f": [-np.inf, -0.0, np.nan, np.inf, np.inf, 2.0], "b": range(6)})
sides = {"left": left, "right": right, "ints": ints, "floats": floats, "ugly": ugly, "other": other,
         "no rows left": left.iloc[:0], "no rows right": right.iloc[:0], "one left": left.iloc[:1], "unique": right.drop_duplicates("k")}
out["sides"] = {name: table(df) for name, df in sides.items()}
for a, b, keys in [("left", "right", (["k"], ["k"])), ("left", "right", (["s"], ["s"])), ("left", "right", (["s", "k"], ["s", "k"])),
                   ("left", "right", (["k", "b"], ["k", "b"])), ("left", "unique", (["k"], ["k"])), ("unique", "left", (["k"], ["k"])),
                   ("ints", "floats", (["id"], ["id"])), ("floats", "ints", (["id"], ["id"])), ("left", "ints", (["k"], ["id"])),
                   ("left", "right", (["f"], ["g"])), ("ugly", "other", (["f"], ["f"])), ("no rows left", "right", (["k"], ["k"])),
                   ("left", "no rows right", (["k"], ["k"])), ("no rows left", "no rows right", (["k", "s"], ["k", "s"])),
                   ("one left", "right", (["s"], ["s"]))]:
    l, r = sides[a].reset_index(drop=True), sides[b].reset_index(drop=True)
    for how in ["inner", "left", "right", "outer", "semi", "anti"]:
        case = {"left": a, "right": b, "left_on": keys[0], "right_on": keys[1], "how": how}
        if how in ("semi", "anti"):
            hit = l.assign(row__=range(len(l))).merge(r[keys[1]].drop_duplicates(), left_on=keys[0], right_on=keys[1], how="inner")["row__"]
            if how == "anti":
                hit = l.assign(row__=range(len(l))).merge(r, left_on=keys[0], right_on=keys[1], how="left_anti")["row__"]
            case["want"] = {c: values(v) for c, v in l.loc[sorted(int(h) for h in hit)].items()}
        else:
            m = l.merge(r, left_on=keys[0], right_on=keys[1], how=how, indicator="from")
            case["want"] = {c: values(m[c]) for c in m.columns}
        out["joins"].append(case)

json.dump(out, sys.stdout, ensure_ascii=False, separators=(",", ":"))
print()
