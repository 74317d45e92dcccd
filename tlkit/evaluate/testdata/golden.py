"""Makes golden.json: what scikit-learn, SciPy and statsmodels say of random and of ugly predictions.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys
import warnings

import numpy as np
import scipy.stats
import sklearn
import sklearn.metrics as m
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
cases = []


def case(name, labels, prob, other):
    labels, prob, other = np.asarray(labels), np.asarray(prob, dtype=float), np.asarray(other)
    k = prob.shape[1]
    pred = prob.argmax(1)
    p, r, f, s = m.precision_recall_fscore_support(labels, pred, labels=range(k), zero_division=0)
    seen = sorted(set(labels) | set(pred))
    macro = m.precision_recall_fscore_support(labels, pred, labels=seen, average="macro", zero_division=0)[:3]
    weighted = m.precision_recall_fscore_support(labels, pred, labels=range(k), average="weighted", zero_division=0)[:3]
    hit, miss = pred == labels, pred != labels
    ohit = other == labels
    table = [[int((hit & ohit).sum()), int((hit & ~ohit).sum())], [int((miss & ohit).sum()), int((miss & ~ohit).sum())]]
    low, high = proportion_confint(int(hit.sum()), len(labels), method="wilson")
    onehot = np.eye(k)[labels]
    topk = [float((np.argsort(-prob, axis=1, kind="stable")[:, :q] == labels[:, None]).any(1).mean()) for q in (1, 2, 3)]
    exact = mcnemar(table, exact=True)
    chi = mcnemar(table, exact=False, correction=True) if table[0][1] + table[1][0] else None
    cases.append(dict(
        name=name, labels=labels.tolist(), prob=prob.tolist(), other=other.tolist(),
        accuracy=m.accuracy_score(labels, pred), low=low, high=high, balanced=m.balanced_accuracy_score(labels, pred),
        precision=p.tolist(), recall=r.tolist(), f1=f.tolist(), support=[int(v) for v in s], macro=list(macro), weighted=list(weighted),
        confusion=m.confusion_matrix(labels, pred, labels=range(k)).tolist(),
        logloss=m.log_loss(labels, prob, labels=range(k)) if k > 1 else None,
        brier=float(((prob - onehot) ** 2).sum(1).mean()), topk=topk,
        mcnemar=float(exact.pvalue), chi=float(chi.statistic) if chi is not None else None))


for seed in range(12):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(5, 60)), int(rng.integers(2, 7))
    labels = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k)) + 1.5 * np.eye(k)[labels]
    prob = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    prob = np.round(prob, 6)
    prob /= prob.sum(1, keepdims=True)
    other = np.where(rng.random(n) < 0.5, labels, rng.integers(0, k, n))
    case(f"random {seed}", labels, prob, other)
case("one item, right", [1], [[0.25, 0.75]], [0])
case("one item, wrong", [0], [[0.25, 0.75]], [0])
case("all wrong", [0, 1, 0], [[0, 1], [1, 0], [0.25, 0.75]], [1, 0, 1])
case("a class that never occurs", [0, 0, 1], [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.5, 0.25]], [0, 0, 1])
case("a class predicted and never true", [0, 0, 0], [[0.5, 0.5, 0], [0, 0, 1], [0.25, 0.25, 0.5]], [0, 0, 2])
case("ties", [0, 1, 1], [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], [1, 1, 1])

pairs = []
for seed in range(8):
    rng = np.random.default_rng(100 + seed)
    k = int(rng.integers(2, 12))
    a, b = rng.random(k).round(4), rng.random(k).round(4)
    share = float(rng.choice([0.1, 0.25, 0.5]))
    d = a - b
    se = np.sqrt((1 / k + share) * d.var(ddof=1))
    t = scipy.stats.t(df=k - 1)
    half = t.ppf(0.975) * se
    pairs.append(dict(a=a.tolist(), b=b.tolist(), share=share, p=float(2 * t.sf(abs(d.mean()) / se)), low=float(d.mean() - half), high=float(d.mean() + half)))

numbers = []
for seed in range(6):
    rng = np.random.default_rng(200 + seed)
    n = int(rng.integers(2, 40))
    truth = (10 ** rng.integers(-3, 6)) * rng.normal(size=n).round(6) + 3
    said = truth + rng.normal(size=n).round(6) * np.std(truth)
    numbers.append((truth, said))
numbers += [(np.ones(3), np.ones(3)), (np.ones(3), np.array([1.0, 2, 1])), (np.array([1.0, 2, 3]), np.array([3.0, 2, 1]))]
numbers = [dict(truth=t.tolist(), said=p.tolist(), rmse=float(np.sqrt(m.mean_squared_error(t, p))), mae=float(m.mean_absolute_error(t, p)), r2=float(m.r2_score(t, p))) for t, p in numbers]

json.dump(dict(numbers=numbers, sklearn=sklearn.__version__, scipy=scipy.__version__, statsmodels=statsmodels.__version__, cases=cases, pairs=pairs), sys.stdout)
