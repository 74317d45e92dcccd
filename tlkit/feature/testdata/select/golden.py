"""Makes golden.json.gz: what scikit-learn selects, on its own small tables and on random ones with ties and constants.
Versions are in requirements.txt. Run: python golden.py | gzip -9 -n > golden.json.gz"""
import json
import sys
import warnings

import numpy as np
from scipy.stats import rankdata
from sklearn import datasets
from sklearn.feature_selection import (RFE, RFECV, SelectFdr, SelectFpr, SelectFromModel, SelectFwe, SelectKBest, SelectPercentile,
                                       SequentialFeatureSelector, VarianceThreshold, chi2, f_classif, f_regression)
from sklearn.inspection import permutation_importance
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")


def logistic(c=1.0):
    return LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=1000)


def ugly():
    """Constants and zeros, whose importances tie, near copies, one column in another unit, one of two values."""
    rng = np.random.default_rng(7)
    x = np.round(rng.normal(size=(60, 12)), 2)
    x[:, 1] = 2
    x[:, 4] = 0
    x[:, 5] = np.round(-x[:, 2] + 0.1 * rng.normal(size=60), 2)
    x[:, 7] = -8
    x[:, 9] = rng.integers(0, 2, 60)
    x[:, 10] = 1000 * x[:, 10] + 5
    y = np.round(x @ rng.normal(size=12) / 100 + rng.normal(size=60), 2)
    return x, y


def wide():
    rng = np.random.default_rng(8)
    x = np.round(rng.normal(size=(20, 45)), 2)
    y = np.round(x[:, :4] @ [3, -2, 1, 1] + rng.normal(size=20), 2)
    return x, y


def read(name):
    if name in ("ugly", "wide"):
        x, y = dict(ugly=ugly, wide=wide)[name]()
        return x, y, (y > np.median(y)).astype(int)
    d = getattr(datasets, "load_" + name.split()[0])()
    x, y = d.data, d.target
    if name == "digits 150":
        x, y = x[:150], y[:150]
    return x, y.astype(float), y.astype(int)


def numbers(v):
    """JSON has no NaN and no infinities: they are texts."""
    return [float(x) if np.isfinite(x) else {"nan": "NaN"}.get(str(float(x)), str(float(x))) for x in v]


cases = []


def add(kind, data, scaled, classes, selector, cv=None, **more):
    x, y, labels = read(data)
    target = labels if classes else y
    if scaled:
        x = StandardScaler().fit_transform(x)
    c = dict(kind=kind, data=data, scaled=scaled, classes=classes, **more)
    if cv is not None:
        parts = list(cv.split(x, target))
        fold = np.zeros(len(x), int)
        for k, (_, test) in enumerate(parts):
            fold[test] = k
        c["folds"] = fold.tolist()
        selector.set_params(cv=parts)
    selector.fit(x, target)
    c["keep"] = selector.get_support().tolist()
    if hasattr(selector, "ranking_"):
        c["ranks"] = selector.ranking_.tolist()
    if hasattr(selector, "cv_results_"):
        r = selector.cv_results_
        c["sizes"] = np.asarray(r["n_features"]).tolist()
        c["curve"] = [[float(r[f"split{k}_test_score"][i]) for k in range(5)] for i in range(len(r["n_features"]))]
    if hasattr(selector, "scores_"):
        c["scores"] = numbers(selector.scores_)
        c["p"] = numbers(selector.pvalues_)
    cases.append(c)


for data in ("diabetes", "breast_cancer", "digits", "ugly", "wide"):
    for k, step in ((None, 1), (3, 1), (2, 4), (1, 0.15)):
        add("rfe", data, data != "ugly", False, RFE(Ridge(), n_features_to_select=k, step=step), k=k or 0, step=step, model="ridge", alpha=1.0)
add("rfe", "diabetes", False, False, RFE(Ridge(alpha=0.01), n_features_to_select=4), k=4, step=1, model="ridge", alpha=0.01)
add("rfe", "diabetes", False, False, RFE(LinearRegression(), n_features_to_select=4), k=4, step=1, model="ols", alpha=0.0)
for data in ("wine", "breast_cancer", "digits 150", "ugly"):
    for k, step in ((None, 1), (3, 3)):
        add("rfe", data, True, True, RFE(logistic(), n_features_to_select=k, step=step), k=k or 0, step=step, model="logistic", alpha=1.0)

five, stratified = KFold(5, shuffle=True, random_state=3), StratifiedKFold(5, shuffle=True, random_state=4)
for data, step in (("diabetes", 1), ("breast_cancer", 3), ("ugly", 1), ("wide", 5)):
    add("rfecv", data, True, False, RFECV(Ridge(), step=step), five, step=step, min=1, model="ridge", alpha=1.0)
for data, step, least in (("wine", 1, 1), ("breast_cancer", 4, 2), ("ugly", 1, 1)):
    add("rfecv", data, True, True, RFECV(logistic(), step=step, min_features_to_select=least), stratified, step=step, min=least, model="logistic",
        alpha=1.0)
add("rfecv", "wine", True, True, RFECV(logistic(), scoring="f1_macro"), stratified, step=1, min=1, model="logistic", alpha=1.0, metric="macro F1")
add("rfecv", "wine", True, True, RFECV(logistic(), scoring="recall_macro"), stratified, step=1, min=1, model="logistic", alpha=1.0,
    metric="macro recall")


def sequential(data, scaled, classes, model, name, alpha, direction, k, tol, metric=None):
    add("sequential", data, scaled, classes,
        SequentialFeatureSelector(model, direction=direction, n_features_to_select=k or "auto", tol=tol, scoring=metric and metric.replace("macro F1", "f1_macro")),
        stratified if classes else five, model=name, alpha=alpha, direction=direction, k=k, tolerance=tol or 0.0, **({"metric": metric} if metric else {}))


for direction in ("forward", "backward"):
    for data in ("diabetes", "ugly", "wide"):
        sequential(data, True, False, Ridge(), "ridge", 1.0, direction, 5, None)
    sequential("diabetes", True, False, Ridge(), "ridge", 1.0, direction, 0, None)
    sequential("diabetes", True, False, Ridge(), "ridge", 1.0, direction, 0, 0.003 if direction == "forward" else -0.001)
    sequential("wine", True, True, KNeighborsClassifier(), "knn", 5.0, direction, 4, None)
sequential("diabetes", True, False, KNeighborsRegressor(), "knn", 5.0, "forward", 3, None)
sequential("wine", True, True, logistic(), "logistic", 1.0, "forward", 3, None)
sequential("wine", True, True, logistic(), "logistic", 1.0, "forward", 3, None, "macro F1")

for data, scaled, classes, model, name, alpha in (
        ("diabetes", True, False, Ridge(), "ridge", 1.0), ("wine", True, True, logistic(), "logistic", 1.0),
        ("breast_cancer", True, True, logistic(0.1), "logistic", 0.1), ("ugly", False, False, Ridge(), "ridge", 1.0),
        ("diabetes", True, False, Lasso(2.0, tol=1e-12, max_iter=10**6), "lasso", 2.0),
        ("breast_cancer", True, False, Lasso(0.02, tol=1e-12, max_iter=10**6), "lasso", 0.02),
        ("ugly", True, False, Lasso(0.05, tol=1e-12, max_iter=10**6), "lasso", 0.05),
        ("diabetes", True, False, ElasticNet(1.0, tol=1e-12, max_iter=10**6), "elastic net", 1.0),
        ("breast_cancer", True, True, LogisticRegression(C=0.1, l1_ratio=1.0, solver="saga", tol=1e-10, max_iter=10**6), "logistic L1", 0.1),
        ("wine", True, True, LogisticRegression(C=0.3, l1_ratio=1.0, solver="saga", tol=1e-10, max_iter=10**6), "logistic L1", 0.3)):
    for threshold, cut, value in ((None, "usual", 0.0), ("mean", "mean", 0.0), ("1.25*mean", "mean", 1.25), ("median", "median", 0.0), (0.3, "value", 0.3)):
        for most in (None, 3):
            add("model", data, scaled, classes, SelectFromModel(model, threshold=threshold, max_features=most), model=name, alpha=alpha, cut=cut,
                value=value, max=most or 0)

for data in ("wine", "digits", "ugly"):
    for threshold in (0.0, 0.5):
        add("variance", data, False, True, VarianceThreshold(threshold), value=threshold)
for data, scaled, classes, score, name in (("wine", False, True, f_classif, "F"), ("breast_cancer", False, True, f_classif, "F"),
                                           ("digits", False, True, f_classif, "F"), ("digits", False, True, chi2, "chi-square"),
                                           ("wine", False, True, chi2, "chi-square"), ("diabetes", False, False, f_regression, "F of regression"),
                                           ("breast_cancer", False, False, f_regression, "F of regression"),
                                           ("ugly", False, True, f_classif, "F"), ("ugly", False, False, f_regression, "F of regression"),
                                           ("wide", False, False, f_regression, "F of regression")):
    for how, selector, value in (("k", SelectKBest(score, k=4), 4), ("share", SelectPercentile(score, percentile=37), 0.37),
                                 ("false positive", SelectFpr(score, alpha=0.01), 0.01), ("false discovery", SelectFdr(score, alpha=0.1), 0.1),
                                 ("family-wise", SelectFwe(score, alpha=0.05), 0.05)):
        add("best", data, scaled, classes, selector, score=name, how=how, value=float(value))


def correlated(data, method, above):
    """scikit-learn has no such selector: columns are taken one after the other, unless one that was taken is too much like them."""
    x, _, _ = read(data)
    r = np.abs(np.corrcoef(x.T if method == "Pearson" else rankdata(x, axis=0).T))
    kept = []
    for j in range(x.shape[1]):
        if not any(r[i, j] > above for i in kept):
            kept.append(j)
    cases.append(dict(kind="correlated", data=data, scaled=False, classes=True, method=method, value=above, keep=[j in kept for j in range(x.shape[1])]))


for data in ("wine", "breast_cancer", "digits", "ugly", "wide"):
    for method in ("Pearson", "Spearman"):
        for above in (0.4, 0.8, 0.95):
            correlated(data, method, above)


def permuted(data, classes, model, name, alpha, scoring, metric):
    """The scaler and the model learn from the even rows, the odd ones are shuffled."""
    x, y, labels = read(data)
    target = labels if classes else y
    m = make_pipeline(StandardScaler(), model).fit(x[::2], target[::2])
    r = permutation_importance(m, x[1::2], target[1::2], scoring=scoring, n_repeats=400, random_state=0)
    cases.append(dict(kind="permutation", data=data, scaled=True, classes=classes, model=name, alpha=alpha, metric=metric,
                      base=float(get_scorer(scoring)(m, x[1::2], target[1::2])), drops=r.importances_mean.tolist(), deviations=r.importances_std.tolist()))


permuted("wine", True, logistic(), "logistic", 1.0, "accuracy", "accuracy")
permuted("wine", True, logistic(), "logistic", 1.0, "f1_macro", "macro F1")
permuted("diabetes", False, Ridge(), "ridge", 1.0, "r2", "R²")
permuted("ugly", True, KNeighborsClassifier(), "knn", 5.0, "recall_macro", "macro recall")

tables = {name: dict(x=read(name)[0].tolist(), y=read(name)[1].tolist(), labels=[str(v) for v in read(name)[2]]) for name in ("ugly", "wide")}
json.dump(dict(tables=tables, cases=cases), sys.stdout)
