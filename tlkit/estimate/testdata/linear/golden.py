"""Makes golden.json.gz: what scikit-learn's linear models fit on its small data sets and on ugly tables.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import json
import sys
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.linear_model import (ElasticNet, ElasticNetCV, Lasso, LassoCV, LinearRegression, LogisticRegression, Ridge,
                                  enet_path, lasso_path)
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
rng = np.random.default_rng(20)
tight = dict(tol=1e-15, max_iter=200_000)


def made(n, p, kind=""):
    x = np.round(rng.normal(size=(n, p)), 3)
    if kind == "constant":
        x[:, 1] = 7.1
    if kind == "collinear":
        x[:, -1] = 2 * x[:, 0] - x[:, 1]
        x[:, -2] = x[:, 2]
    y = np.round(x @ rng.normal(size=p) * (np.arange(p) % 3 == 0).mean() + 0.3 * rng.normal(size=n) + 5, 3)
    return x, y


def some(data, n, scaled=False):
    at = np.sort(np.random.default_rng(1).permutation(len(data.target))[:n])
    x = data.data[at]
    if scaled:
        x = np.round(StandardScaler().fit_transform(x), 4)
    return x, data.target[at].astype(float)


tables = {
    "iris": some(load_iris(), 100), "wine": some(load_wine(), 100), "breast cancer": some(load_breast_cancer(), 120),
    "diabetes": some(load_diabetes(scaled=False), 120), "digits": some(load_digits(), 120),
    "collinear": made(40, 6, "collinear"), "constant": made(30, 4, "constant"), "wide": made(12, 30), "square": made(9, 9),
    "one row": made(1, 3), "two rows": made(2, 2), "one column": made(20, 1), "constant target": (made(10, 3)[0], np.full(10, 2.5)),
    "tiny": tuple(1e-60 * a for a in made(25, 4)), "huge": tuple(1e60 * a for a in made(25, 4)),
}
cases = []
for name, (x, y) in tables.items():
    n, p = x.shape
    case = dict(name=name, x=x.tolist(), y=y.tolist(), unique=name != "collinear", ols=[], net=[], path=[], cv=[])
    for tol, intercept in [(1e-14, True), (1e-14, False), (1e-6, True), (1e-6, False)]:
        m = LinearRegression(fit_intercept=intercept, tol=tol).fit(x, y)
        case["ols"].append(dict(tol=tol, intercept=intercept, coef=m.coef_.tolist(), b=float(m.intercept_), predicted=m.predict(x).tolist()))
    xc, yc = x - x.mean(0), y - y.mean()
    most = np.abs(xc.T @ yc).max() / n
    for ratio, share, positive, intercept in [(1, .3, False, True), (1, .02, False, True), (.5, .1, False, True), (.1, .01, False, True),
                                             (1, .1, True, True), (.5, .1, True, False), (1, .1, False, False)]:
        alpha = share * most / ratio
        if alpha == 0:
            alpha = 1.0
        m = ElasticNet(alpha=alpha, l1_ratio=ratio, positive=positive, fit_intercept=intercept, **tight).fit(x, y)
        case["net"].append(dict(alpha=alpha, ratio=ratio, positive=positive, intercept=intercept, coef=m.coef_.tolist(),
                                b=float(m.intercept_), predicted=m.predict(x).tolist()))
    if most > 1e-15 and n > 2:  # below, all weights there are 1e-15
        for ratio in (1, .4):
            alphas, coefs, _ = enet_path(xc, yc, l1_ratio=ratio, n_alphas=8, eps=1e-2, **tight) if ratio < 1 else lasso_path(
                xc, yc, n_alphas=8, eps=1e-2, **tight)
            case["path"].append(dict(ratio=ratio, alphas=alphas.tolist(), coefs=coefs.T.tolist()))
    if name in ("diabetes", "wine", "wide", "iris", "huge"):
        for m, ratios in [(LassoCV(alphas=12, cv=4, **tight), [1]), (ElasticNetCV(l1_ratio=[.3, .9], alphas=6, cv=3, **tight), [.3, .9])]:
            m.fit(x, y)
            case["cv"].append(dict(ratios=ratios, folds=m.cv, count=m.alphas, alphas=np.ravel(m.alphas_).tolist(),
                                   error=np.ravel(m.mse_path_.reshape(-1, m.cv).mean(1)).tolist(), alpha=float(m.alpha_),
                                   ratio=float(m.l1_ratio_) if len(ratios) > 1 else 1.0, coef=m.coef_.tolist(), b=float(m.intercept_)))
    cases.append(case)

logistic = []
for name, data, n in (("iris", load_iris(), 100), ("wine", load_wine(), 100), ("breast cancer", load_breast_cancer(), 120), ("digits", load_digits(), 100)):
    x, y = some(data, n, scaled=True)
    if name == "iris":
        y[:40] = 2  # unbalanced, and not separable
    if name == "digits":
        x, y = x[y < 3], y[y < 3]  # of an odd number of classes the minimum is unique
    # The solver looks at coefficients alone to see whether it has arrived; centred, the intercepts have by then, too.
    x = np.round(StandardScaler().fit_transform(x), 6)
    labels = [data.target_names[int(c)] if name != "digits" else str(int(c)) for c in y]
    case = dict(name=name, x=x.tolist(), labels=[str(l) for l in labels], fits=[])
    for C, ratio, balanced, intercept in [(.1, 1, False, True), (1, 1, False, True), (1, 1, True, False), (.5, .5, False, True), (.3, 1, True, True),
                                          (1, 0, True, True)]:
        m = LogisticRegression(C=C, l1_ratio=ratio, fit_intercept=intercept, class_weight="balanced" if balanced else None,
                               solver="saga" if ratio else "newton-cholesky", tol=1e-11 if ratio else 1e-13, max_iter=200_000, random_state=1).fit(x, labels)
        case["fits"].append(dict(C=C, ratio=ratio, balanced=balanced, intercept=intercept, coef=m.coef_.tolist(), b=m.intercept_.tolist(),
                                 proba=m.predict_proba(x[:5]).tolist()))
    logistic.append(case)

json.dump(dict(cases=cases, logistic=logistic), sys.stdout, separators=(",", ":"))
