"""Makes golden.json: what is known of the tables, and the tables that are drawn.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys

import numpy as np
from sklearn import datasets

tables = []
for name in ["iris", "wine", "breast_cancer", "diabetes", "digits"]:
    d = getattr(datasets, "load_" + name)()
    last = [str(d.target_names[t]) for t in d.target] if hasattr(d, "target_names") else d.target.astype(int).astype(str).tolist()
    tables.append(dict(name=name.replace("_", " "), features=list(d.feature_names), levels=[str(t) for t in getattr(d, "target_names", [])],
                       first=d.data[0].tolist(), sums=d.data.sum(0).tolist(), squares=(d.data**2).sum(0).tolist(), last=last))

r = np.random.RandomState(42)
x = r.standard_normal((200, 10_000))
noise = dict(x=[x[i, j] for i, j in [(0, 0), (0, 9999), (1, 0), (199, 9999)]], sums=x.sum(0)[:50].tolist(), y="".join(map(str, r.choice(2, 200))))
x, y = datasets.make_regression(random_state=42, n_features=1, noise=1)
json.dump(dict(tables=tables, noise=noise, line=dict(x=x.ravel().tolist(), y=y.tolist())), sys.stdout, separators=(",", ":"))
