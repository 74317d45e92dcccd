"""Makes the tables of this folder from scikit-learn's own; see README.md.
Versions are in requirements.txt. Run: python make.py, or with --check to compare instead of writing."""
import gzip
import math
import sys

from sklearn import datasets


def rows(load, whole=False):
    data = load()
    names = list(data.feature_names)
    columns = [[str(int(v)) if whole else repr(float(v)) for v in c] for c in data.data.T]
    if hasattr(data, "target_names"):
        names.append("class")
        columns.append([str(data.target_names[t]) for t in data.target])
    else:
        names.append("target")
        columns.append([str(int(t)) for t in data.target])
    assert not any("," in n for n in names)
    return [names, *map(list, zip(*columns, strict=True))]


def same(a, b):
    try:  # diabetes is scaled by NumPy, whose sums may end otherwise on another processor
        return a == b or math.isclose(float(a), float(b), rel_tol=1e-12)
    except ValueError:
        return False


tables = dict(iris=rows(datasets.load_iris), wine=rows(datasets.load_wine), breast_cancer=rows(datasets.load_breast_cancer),
              diabetes=rows(datasets.load_diabetes), digits=rows(datasets.load_digits, whole=True))
wrong = []
for name, want in tables.items():
    path = name + ".csv.gz"
    if sys.argv[1:] == ["--check"]:
        with gzip.open(path, "rt", newline="") as f:
            have = [line.rstrip("\n").split(",") for line in f]
        if [len(r) for r in have] != [len(r) for r in want] or not all(same(a, b) for r, s in zip(have, want) for a, b in zip(r, s)):
            wrong.append(path)
        continue
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write("".join(",".join(r) + "\n" for r in want).encode())
if wrong:
    sys.exit("not what scikit-learn ships: " + ", ".join(wrong))
