"""Reference numbers for the filters, from pandas and SciPy. Prints JSON; NaN is the text "NaN"."""
import json
import math

import numpy as np
import pandas as pd
import scipy
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

rng = np.random.default_rng(7)
t = np.arange(60)
wave = np.sin(t / 6) + 0.2 * rng.normal(size=60)
spiky = wave.copy()
spiky[[9, 10, 33]] += [8, -7, 6]
gaps = wave.copy()
gaps[[0, 5, 6, 7, 30, 59]] = np.nan
signals = {
    "wave": wave, "spiky": spiky, "gaps": gaps, "large": 1e9 + wave, "steps": np.repeat([1.0, 5.0, 2.0], 15),
    "constant": np.full(12, 0.1), "one": np.array([3.0]), "two": np.array([3.0, -1.0]), "missing": np.full(4, np.nan),
    "ties": rng.integers(0, 3, 40).astype(float), "huge and tiny": np.array([1e15, 1.0, 2.0, 3.0, 1e15, 0.5, 0.25, 1e-9] * 3),
}


def plain(v):
    return ["NaN" if math.isnan(x) else float(x) for x in v]


def hampel(v, w, k, center):
    s = pd.Series(v)
    m = s.rolling(w, center=center, min_periods=1).median()
    mad = s.rolling(w, center=center, min_periods=1).apply(lambda x: np.nanmedian(np.abs(x - np.nanmedian(x))), raw=True)
    wild = (s - m).abs() > k * 1.482602218505602 * mad
    return s.mask(wild, m)


cases = []
for name, v in signals.items():
    s = pd.Series(v)
    def add(kind, options, out):
        out = np.where(np.isnan(v), np.nan, np.asarray(out, dtype=float))  # a missing value stays missing
        cases.append(dict(signal=name, filter=kind, options=options, want=plain(out)))
    for w in (1, 2, 5, 8, 31):
        for trailing in (False, True):
            r = s.rolling(w, center=not trailing, min_periods=1)
            o = dict(window=w, trailing=trailing)
            add("average", o, r.mean())
            add("median", o, r.median())
            add("hampel", dict(o, threshold=2.5), hampel(v, w, 2.5, not trailing))
    for a in (0.05, 0.3, 1.0):
        add("exponential", dict(alpha=a), s.ewm(alpha=a).mean())
        add("exponential", dict(alpha=a, recursive=True), s.ewm(alpha=a, adjust=False).mean())
    if not np.isnan(v).any():
        for sigma in (0.6, 2, 9.5):
            add("gaussian", dict(sigma=sigma), gaussian_filter1d(v, sigma, mode="reflect"))
        for w, d, k in ((5, 2, 0), (11, 3, 0), (11, 3, 1), (7, 4, 2), (3, 1, 0)):
            if len(v) >= w:
                add("savgol", dict(window=w, degree=d, derivative=k), savgol_filter(v, w, d, deriv=k, mode="interp"))

print(json.dumps(dict(versions=dict(pandas=pd.__version__, scipy=scipy.__version__, numpy=np.__version__),
                      signals={k: plain(v) for k, v in signals.items()}, cases=cases), separators=(",", ":")))
