"""Makes golden.json: what scikit-learn fits on random and on ugly data.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys
import warnings

import numpy as np
from sklearn.linear_model import BayesianRidge, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

warnings.simplefilter("ignore")
cases = []


def table(seed, n, p, ugly=""):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(n, p)), 3)
    if ugly == "constant":
        x[:, 0] = 7.25
    if ugly == "collinear":
        x[:, -1] = 2 * x[:, 0] - x[:, 1]
    if ugly == "scales":
        x = x * 10.0 ** np.linspace(-4, 4, p) + 10.0 ** np.linspace(4, -4, p)
    if ugly == "low rank":
        x = np.round(rng.normal(size=(n, 2)) @ rng.normal(size=(2, p)) + 0.05 * x, 3)
    y = np.round(x @ rng.normal(size=p) / np.sqrt(p) + 0.3 * rng.normal(size=n) + 5, 3)
    q = np.round(x[rng.integers(0, n, 6)] + 0.1 * np.abs(x).mean(0) * rng.normal(size=(6, p)), 4)
    return x, y, q


shapes = [(30, 3, ""), (200, 8, ""), (40, 12, "low rank"), (8, 20, ""), (1, 3, ""), (2, 2, ""), (15, 1, ""), (12, 12, ""),
          (25, 4, "constant"), (25, 4, "collinear"), (60, 5, "scales")]
for seed, (n, p, ugly) in enumerate(shapes):
    x, y, q = table(seed, n, p, ugly)
    c = dict(name=f"{n}x{p} {ugly}".strip(), x=x.tolist(), y=y.tolist(), q=q.tolist(), ridge=[], bayes=[], knn=[], knc=[], logistic=[])
    for alpha, intercept in [(1.0, True), (0.01, True), (1.0, False)] + ([(0.0, True)] if not ugly or ugly == "low rank" else []):
        if alpha == 0 and p >= n:
            continue
        # Cholesky's decomposition there leaves six digits where offsets are large and not taken off.
        m = Ridge(alpha=alpha, fit_intercept=intercept, solver="svd" if ugly == "scales" else "auto").fit(x, y)
        c["ridge"].append(dict(alpha=alpha, intercept=intercept, coef=m.coef_.tolist(), b=float(m.intercept_), predicted=m.predict(q).tolist()))
    for intercept in (True, False):
        m = BayesianRidge(fit_intercept=intercept).fit(x, y)
        mean, std = m.predict(q, return_std=True)
        c["bayes"].append(dict(intercept=intercept, coef=m.coef_.tolist(), b=float(m.intercept_), alpha=float(m.alpha_), lam=float(m.lambda_),
                               rounds=m.n_iter_, predicted=mean.tolist(), deviations=std.tolist()))
    labels = np.array(list("cab"))[np.digitize(y, np.quantile(y, [0.4, 0.7]))]
    c["labels"] = labels.tolist()
    for k in sorted({1, min(5, n), n}):
        for w in ("uniform", "distance"):
            m = KNeighborsRegressor(k, weights=w).fit(x, y)
            c["knn"].append(dict(k=k, weights=w, predicted=m.predict(q).tolist(),
                                 # brute force there loses the distance 0 of a row to itself to cancellation
                                 self=KNeighborsRegressor(k, weights=w, algorithm="kd_tree").fit(x, y).predict(x[:5]).tolist()))
            m = KNeighborsClassifier(k, weights=w).fit(x, labels)
            c["knc"].append(dict(k=k, weights=w, classes=m.classes_.tolist(), proba=m.predict_proba(q).tolist(), predicted=m.predict(q).tolist()))
    for two in (False, True):
        l = np.where(labels == "a", "a", "other") if two else labels
        if len(set(l)) < 2:
            continue
        for C, intercept in [(1.0, True), (100.0, True), (1.0, False)]:
            # The intercept is not penalised, so that centring changes only it. Without, scikit-learn's solvers
            # stop early where offsets are large beside the spread.
            mean = x.mean(0) if intercept else np.zeros(p)
            m = LogisticRegression(C=C, fit_intercept=intercept, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x - mean, l)
            b = m.intercept_ - m.coef_ @ mean
            c["logistic"].append(dict(two=two, C=C, intercept=intercept, coef=m.coef_.tolist(), b=b.tolist(), proba=m.predict_proba(q - mean).tolist()))
    cases.append(c)

json.dump(dict(cases=cases), sys.stdout, separators=(",", ":"))
