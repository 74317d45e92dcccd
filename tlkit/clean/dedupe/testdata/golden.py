"""Makes golden.json: which rows pandas calls duplicated, and what an all-pairs comparison by jellyfish and rapidfuzz
makes of seeded people with slips of the pen. Versions are in requirements.txt. Run: python golden.py > golden.json"""
import datetime
import itertools
import json
import math
import random
import sys
from importlib.metadata import version

import jellyfish
import numpy as np
import pandas as pd
import scipy
from rapidfuzz import __version__ as rapidfuzz_version
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

# --- equal rows

TYPES = dict(integer="Int64", number="float64", string="object", boolean="boolean")


def plain(v):
    """None is missing; numbers that JSON lacks are text."""
    if v is None or isinstance(v, float) and math.isnan(v):
        return None
    if isinstance(v, int) and abs(v) > 2**53:
        return str(v)
    if isinstance(v, float):
        return "inf" if v == math.inf else "-inf" if v == -math.inf else "-0.0" if v == 0 and math.copysign(1, v) < 0 else v
    return v


exact = []


def equal(name, columns, subset=None):
    df = pd.DataFrame({n: pd.Series(v, dtype=TYPES[k]) for n, k, v in columns})
    keys = subset or list(df.columns)
    exact.append(dict(
        name=name, subset=subset or [], columns=[dict(name=n, kind=k, values=[plain(x) for x in v]) for n, k, v in columns],
        **{str(keep).lower(): [int(i) for i in np.flatnonzero(df.duplicated(keys, keep=keep))] for keep in ("first", "last", False)}))


nan, inf = math.nan, math.inf
equal("floats", [("x", "number", [nan, 0.0, -0.0, inf, nan, -inf, inf, 1.5, None, -inf, 1.5, 0.1 + 0.2, 0.3])])
equal("texts", [("s", "string", ["", None, "NaN", "nan", "", None, "NA", "a", "a ", "A", "a", "é", "e\u0301"])])
equal("integers", [("i", "integer", [1, None, 0, 1, None, 2**62, 2**62 + 1, 2**62])])
equal("booleans", [("b", "boolean", [True, None, False, True, None, False, True])])
equal("one row", [("i", "integer", [1])])
equal("no rows", [("i", "integer", []), ("s", "string", [])])
equal("all missing", [("x", "number", [nan] * 3), ("s", "string", [None] * 3)])
equal("cells that join alike", [("a", "string", ["ab", "a", "", None]), ("b", "string", ["c", "bc", None, ""])])
for seed in range(8):
    rng = random.Random(seed)
    n = rng.randint(2, 60)
    pick = lambda values: [rng.choice(values) for _ in range(n)]
    cols = [("i", "integer", pick([1, 2, None])), ("x", "number", pick([0.0, -0.0, nan, inf, -inf, 2.5])),
            ("s", "string", pick(["", "a", "b", None])), ("b", "boolean", pick([True, False, None]))]
    equal(f"random {seed}", cols)
    equal(f"random {seed} by columns", cols, rng.sample(["i", "x", "s", "b"], rng.randint(1, 2)))

# --- near duplicates

GIVEN = "anna peter maria jürgen katharina wolfgang elisabeth friedrich susanne matthias claudia andreas".split()
FAMILY = "müller schmidt schneider fischer meyer weber wagner becker hoffmann schäfer bauer koch richter".split()
CITY = ["Berlin", "Hamburg", "München", "Köln", "Frankfurt am Main", None]


def slip(rng, s):
    """One slip of the pen."""
    i = rng.randrange(len(s))
    return rng.choice([s[:i] + s[i + 1:], s[:i] + rng.choice("aeinrst") + s[i:], s[:i] + rng.choice("aeinrst") + s[i + 1:],
                       s[:i] + s[i:i + 2][::-1] + s[i + 2:], s.upper(), "  " + s])


def people(seed, n):
    rng = random.Random(seed)
    rows = []
    while len(rows) < n:
        born = datetime.date(1950, 1, 1) + datetime.timedelta(rng.randrange(18000))
        row = [f"{rng.choice(GIVEN).title()} {rng.choice(FAMILY).title()}", rng.choice(CITY), f"0{rng.randrange(10**8, 10**9)}",
               born.isoformat(), round(rng.uniform(100, 900), 2)]
        rows.append(row)
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            twin = list(row)
            for _ in range(rng.randint(1, 3)):
                twin[0] = slip(rng, twin[0])
            if rng.random() < 0.4:
                twin[2] = slip(rng, twin[2])
            if rng.random() < 0.3:
                twin[3] = (born + datetime.timedelta(rng.randint(-3, 3))).isoformat()
            if rng.random() < 0.3:
                twin[4] = round(twin[4] + rng.uniform(-2, 2), 2)
            for k in (1, 2, 3, 4):
                if rng.random() < 0.1:
                    twin[k] = None
            rows.append(twin)
    rng.shuffle(rows)
    return [r if r[0].strip() else ["x"] + r[1:] for r in rows[:n]]


def fold(s):
    return None if s is None else " ".join(s.lower().split()) or None


def similarity(by, tolerance, a, b):
    if by == "jaro-winkler":
        return jellyfish.jaro_winkler_similarity(a, b)
    if by == "levenshtein":
        return Levenshtein.normalized_similarity(a, b)
    if by == "token-set":
        return fuzz.token_set_ratio(a, b) / 100
    if by == "exact":
        return float(a == b)
    if by == "numbers":
        return float(abs(a - b) <= tolerance)
    return float(abs((datetime.date.fromisoformat(a) - datetime.date.fromisoformat(b)).days) <= tolerance)


COLUMNS = ["name", "city", "phone", "born", "paid"]


def score(rules, evidence, a, b):
    total, weight, have = 0.0, 0.0, 0.0
    for r in rules:
        k = COLUMNS.index(r["column"])
        x, y = a[k], b[k]
        if r["by"] not in ("numbers", "days"):
            x, y = fold(x), fold(y)
        w = r.get("weight", 1)
        if x is not None and y is not None:
            s = similarity(r["by"], r.get("tolerance", 0), x, y)
            have += w
        elif r["missing"] == "skip":
            continue
        else:
            s = 1.0 if r["missing"] == "alike" and x is None and y is None else 0.0
        if s < r.get("least", 0):
            return None
        total, weight = total + w * s, weight + w
    if not weight or have < evidence * sum(r.get("weight", 1) for r in rules):
        return None
    return total / weight


near = []


def likes(name, rows, rules, threshold, evidence=0.5, prefix=0):
    """With a prefix only rows are compared whose names have the same first characters."""
    block = (lambda r: (fold(r[0]) or "")[:prefix] or None) if prefix else None
    pairs, n = [], len(rows)
    dist = np.ones((n, n))
    for i, j in itertools.combinations(range(n), 2):
        s = score(rules, evidence, rows[i], rows[j])
        if s is not None:
            assert abs(s - threshold) > 1e-9, "too near to the threshold to be told apart"
            dist[i, j] = dist[j, i] = 1 - s
            if s > threshold and (block is None or block(rows[i]) is not None and block(rows[i]) == block(rows[j])):
                pairs.append([i, j, s])
    np.fill_diagonal(dist, 0)
    groups = lambda labels: sorted(g for g in ([int(i) for i in np.flatnonzero(labels == k)] for k in set(labels)) if len(g) > 1)
    at = np.array([p[:2] for p in pairs]).reshape(-1, 2)
    components = groups(connected_components(coo_matrix((np.ones(len(at)), at.T), shape=(n, n)), directed=False)[1])
    case = dict(name=name, rows=rows, rules=rules, threshold=threshold, evidence=evidence, prefix=prefix, pairs=pairs, groups=components)
    if block is None:
        # Complete linkage is told by the scores alone only where no two of them tie.
        whole = lambda d: groups(fcluster(linkage(squareform(d), "complete"), 1 - threshold, "distance"))
        back = np.arange(n)[::-1]
        other = sorted(sorted(int(back[i]) for i in g) for g in whole(dist[np.ix_(back, back)]))
        case["complete"] = whole(dist)
        if case["complete"] != other:
            del case["complete"]
    near.append(case)


for seed in range(3):
    rows = people(seed, 90)
    likes(f"names {seed}", rows, [dict(column="name", by="jaro-winkler", missing="differ")], 0.8713)
    likes(f"names, as edits {seed}", rows, [dict(column="name", by="levenshtein", missing="differ")], 0.7713)
    likes(f"names, as words {seed}", rows, [dict(column="name", by="token-set", missing="differ")], 0.8313)
    several = [dict(column="name", by="jaro-winkler", weight=3, missing="differ", least=0.8), dict(column="city", by="exact", missing="skip"),
               dict(column="phone", by="levenshtein", weight=2, missing="skip"), dict(column="born", by="days", tolerance=3, missing="alike"),
               dict(column="paid", by="numbers", tolerance=1.5, weight=0.5, missing="differ")]
    likes(f"several rules {seed}", rows, several, 0.8013, 0.6)
    likes(f"several rules in blocks {seed}", rows, several, 0.8013, 0.6, prefix=3)

json.dump(dict(pandas=pd.__version__, jellyfish=version("jellyfish"), rapidfuzz=rapidfuzz_version, scipy=scipy.__version__, exact=exact, near=near),
          sys.stdout, allow_nan=False, ensure_ascii=False)
