"""Makes golden.json.gz: what scikit-learn's encoders and pandas' dates give on ugly columns.
Versions are in requirements.txt. Run: sh parity.sh --write"""
import itertools
import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.feature_extraction import FeatureHasher
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder
from sklearn.utils import murmurhash3_32

warnings.simplefilter("ignore")
rng = np.random.default_rng(5)

words = ["", "a", "B", "b", "=", "a=b", "é", "日本", "(missing)", "a much longer text than the others, of many words", "😀", "10", "9"]


def column(values, n, missing, skew=1.0):
    p = 1.0 / np.arange(1, len(values) + 1) ** skew
    out = np.array(values, dtype=object)[rng.choice(len(values), n, p=p / p.sum())]
    out[rng.random(n) < missing] = np.nan
    return out


def table(n, missing=0.1):
    return pd.DataFrame({
        "word": column(words, n, missing),
        "two": column(["yes", "no"], n, 0),
        "one": column(["only"], n, 0),
        "number": np.where(rng.random(n) < missing, np.nan, rng.choice([-2.5, -0.0, 0.0, 1e-300, 3, 1e17], n)),
        "flag": rng.random(n) < 0.3,
    })


def plain(v):
    """A value for JSON: NaN is null."""
    if isinstance(v, (float, np.floating)):
        return None if np.isnan(v) else float(v)
    if isinstance(v, (bool, np.bool_)):
        return bool(v)
    return v if isinstance(v, str) else float(v)


def cells(df):
    return {c: [plain(v) for v in df[c]] for c in df.columns}


def rows(x):
    return [[plain(v) for v in r] for r in np.asarray(x, dtype=float)]


def sparse(x):
    x = x.tocsr()
    return [x.indices[x.indptr[i]:x.indptr[i + 1]].tolist() for i in range(x.shape[0])]


train, query = table(60), table(25)
unknown = query.copy()
unknown.loc[::3, "word"] = "unheard"
unknown.loc[1::4, "number"] = 77.0
unknown.loc[2::4, "two"] = np.nan
known = train.iloc[::-2].reset_index(drop=True)

out = dict(train=cells(train), unknown=cells(unknown), onehot=[], ordinal=[], target=[], hashed=[], murmur=[], dates={})

for drop, (low, most), how in itertools.product(
        [None, "first", "if_binary"],
        [(None, None), (4, None), (0.1, None), (None, 3), (None, 1), (5, 2), (None, 2), (1000, None)],
        ["error", "ignore", "infrequent_if_exist"]):
    e = OneHotEncoder(drop=drop, min_frequency=low, max_categories=most, handle_unknown=how).fit(train)
    c = dict(drop=drop or "none", low=low or 0, most=most or 0, unknown=how, width=len(e.get_feature_names_out()), train=sparse(e.transform(train)))
    if how != "error":
        c["query"] = sparse(e.transform(unknown))
    out["onehot"].append(c)

for (low, most), unknown_as, missing_as in itertools.product(
        [(None, None), (4, None), (0.1, None), (None, 3), (None, 1)], [None, np.nan, -1], [np.nan, -2]):
    how = dict() if unknown_as is None else dict(handle_unknown="use_encoded_value", unknown_value=unknown_as)
    e = OrdinalEncoder(min_frequency=low, max_categories=most, encoded_missing_value=missing_as, **how).fit(train)
    c = dict(low=low or 0, most=most or 0, refuse=unknown_as is None, unknown=plain(unknown_as if unknown_as is not None else np.nan),
             missing=plain(missing_as), train=rows(e.transform(train)))
    if unknown_as is not None:
        # A missing value where the training rows have none is unknown there, and missing here.
        q = unknown.drop(columns="two").assign(two=query["two"])[train.columns]
        c["query"] = rows(e.transform(q))
    out["ordinal"].append(c)
out["ordinal query two"] = cells(query[["two"]])["two"]

n = len(train)
targets = dict(
    numbers=np.round(rng.normal(size=n), 3), far=np.round(1e9 + rng.normal(size=n), 3), tiny=1e-200 * np.round(rng.normal(size=n), 3), constant=np.full(n, 2.5),
    binary=np.array(["no", "yes"])[(rng.random(n) < 0.3).astype(int)], classes=np.array(["c", "a", "b"])[rng.integers(0, 3, n)])
for (name, y), smooth in itertools.product(targets.items(), ["auto", 0.0, 0.5, 20.0]):
    kind = {"binary": "binary", "classes": "multiclass"}.get(name, "continuous")
    folds = (KFold if kind == "continuous" else StratifiedKFold)(4, shuffle=True, random_state=1)
    e = TargetEncoder(smooth=smooth, target_type=kind, cv=folds)
    crossed = e.fit_transform(train, y)
    fold = np.zeros(n, dtype=int)
    for k, (_, test) in enumerate(folds.split(train, y)):
        fold[test] = k
    out["target"].append(dict(name=name, y=[plain(v) if kind == "continuous" else str(v) for v in y], smooth=-1.0 if smooth == "auto" else smooth,
                              folds=fold.tolist(), crossed=rows(crossed), train=rows(e.transform(train)), query=rows(e.transform(unknown))))

texts = train[["word", "two", "one"]]
for bits, sign in [(1, True), (3, True), (3, False), (8, True), (20, True)]:
    h = FeatureHasher(2 ** bits, input_type="dict", alternate_sign=sign)
    x = h.transform({k: v for k, v in r.items() if isinstance(v, str)} for r in texts.to_dict("records"))
    out["hashed"].append(dict(bits=bits, sign=sign, x=[[[int(j), float(v)] for j, v in zip(r.indices, r.data) if v != 0] for r in x]))
for seed, text in itertools.product([0, 1, 2 ** 32 - 1], words + ["abc", "abcd", "abcde", "abcdefgh"]):
    out["murmur"].append(dict(seed=seed, text=text, hash=int(murmurhash3_32(text.encode(), seed=seed, positive=True))))

days = ["2024-02-29", "2023-12-31", "2000-01-01", "1900-03-01", "2021-06-05T23:59:59Z", "2021-06-06T00:00:00Z", "1969-12-31T12:30:00Z", "2100-02-28", "0001-01-01", "9999-12-31"]
t = pd.to_datetime(pd.Series(days).str.replace("T", " ").str.replace("Z", "").map(lambda s: s if " " in s else s + " 00:00:00").astype("datetime64[s]"))
out["dates"] = dict(dates=days, parts=[[int(v) for v in r] for r in zip(
    t.dt.year, t.dt.quarter, t.dt.month, t.dt.day, t.dt.dayofyear, t.dt.weekday, t.dt.weekday >= 5, t.dt.hour)])

json.dump(out, sys.stdout, allow_nan=False, separators=(",", ":"), sort_keys=True)
