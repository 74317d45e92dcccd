"""Makes golden.json: the folds of scikit-learn's TimeSeriesSplit, and SciPy's tests of whether two samples differ.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys

import numpy as np
from scipy import stats
from sklearn.model_selection import TimeSeriesSplit


def series():
    out = []
    for n in (2, 3, 6, 7, 12, 20, 53):
        for k in (2, 3, 5):
            for size in (0, 1, 3, 8):
                for most in (0, 1, 4, 30):
                    for gap in (0, 1, 2, 9):
                        case = dict(n=n, k=k, size=size, most=most, gap=gap, folds=None)
                        try:
                            split = TimeSeriesSplit(k, max_train_size=most or None, test_size=size or None, gap=gap)
                            case["folds"] = [[span(a), span(b)] for a, b in split.split(np.zeros(n))]
                        except ValueError:
                            pass
                        out.append(case)
    return out


def span(rows):
    assert (np.diff(rows) == 1).all()
    return [int(rows[0]), int(rows[-1]) + 1] if len(rows) else [0, 0]


def smirnov():
    out = []
    rng = np.random.default_rng(1)

    def case(name, a, b):
        a, b = np.asarray(a, float), np.asarray(b, float)
        test = stats.ks_2samp(a, b, method="exact" if len(a) * len(b) <= 4 << 20 else "asymp")
        p = float(test.pvalue)
        if len(a) * len(b) > 4 << 20:
            p = float(stats.kstwobign.sf(test.statistic * np.sqrt(len(a) * len(b) / (len(a) + len(b)))))
        out.append(dict(name=name, a=a.tolist(), b=b.tolist(), d=float(test.statistic), p=p))

    case("one and one", [1], [2])
    case("one and the same", [1], [1])
    case("constants", [3] * 7, [3] * 5)
    case("apart", range(20), range(100, 130))
    case("ties", rng.integers(0, 5, 60), rng.integers(1, 6, 45))
    case("huge and tiny", [1e300, -1e300, 1e-300, 5], [1e300, 2, 3])
    for n, m, shift in [(5, 9, 0), (40, 40, 0.2), (100, 37, 0.5), (300, 200, 0.1), (350, 350, 1.5)]:
        case(f"{n} and {m}, {shift} apart", np.round(rng.normal(size=n), 4), np.round(rng.normal(size=m) + shift, 4))
    return out


def smirnov_large():
    """Samples that the Go side makes itself: i/n for i < n, and i/m + shift for i < m."""
    out = []
    for n, m, shift in [(3000, 2000, 0.0), (3000, 2000, 0.05), (5000, 4000, 0.01), (700000, 150000, 0.001), (700000, 150000, 0.01)]:
        a, b = np.arange(n) / n, np.arange(m) / m + shift
        d = float(stats.ks_2samp(a, b, method="asymp").statistic)
        out.append(dict(n=n, m=m, shift=shift, d=d, p=float(stats.kstwobign.sf(d * np.sqrt(n * m / (n + m))))))
    return out


def limit():
    x = [1e-3, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 0.99, 0.999999, 1.0, 1.1, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0]
    return [[v, float(stats.kstwobign.sf(v))] for v in x]


def chi_square():
    out = []
    rng = np.random.default_rng(2)
    tables = [[[1, 2], [3, 4]], [[700, 300], [150, 150]], [[10, 0, 5], [0, 10, 5]], [[70000, 30000], [15100, 14900]],
              rng.integers(1, 50, (2, 12)).tolist(), rng.integers(100, 130, (2, 40)).tolist(), [[5, 5], [50, 50]], [[1, 0], [0, 1]],
              [[2, 2, 50, 50, 50], [60, 60, 500, 500, 500]], [[2, 1, 2, 50, 50], [9, 9, 9, 500, 500]]]
    for t in tables:
        test = stats.chi2_contingency(t, correction=False)
        v = stats.contingency.association(np.array(t), method="cramer")
        expected = test.expected_freq
        out.append(dict(table=t, x2=float(test.statistic), p=float(test.pvalue), v=float(v), rough=bool((expected < 5).mean() > 0.2)))
    return out


json.dump(dict(series=series(), smirnov=smirnov(), large=smirnov_large(), limit=limit(), chi=chi_square()), sys.stdout, separators=(",", ":"))
