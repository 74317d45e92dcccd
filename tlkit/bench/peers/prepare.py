"""scikit-learn's side of the preparation benchmark: one job, timed step by step. Prints JSON.

prepare.py split|scale|power|onehot|information TABLE | rfe|path WIDE | knn NEAR | versions
The tables are Parquet files; the column y is the target. What is compared is how scikit-learn is fastest here: a
frame that pandas read, or the NumPy array of its numbers where an estimator is quicker on that (making the array is
not timed).
"""
import json
import sys
import time

steps = {}
began = 0.0


def start():
    global began
    began = time.perf_counter()


def done(name):
    steps[name] = time.perf_counter() - began


def read(path):
    import pandas as pd
    return pd.read_parquet(path)


def numbers(path):
    """The float columns as an array, and the target."""
    table = read(path)
    y = table.pop("y").to_numpy()
    x = table.select_dtypes("float").to_numpy()
    return x, y


def split(path):
    from sklearn.model_selection import train_test_split
    table = read(path)
    start()
    train, rest = train_test_split(table, test_size=0.3, stratify=table["y"], random_state=7)
    valid, test = train_test_split(rest, test_size=0.5, stratify=rest["y"], random_state=7)
    done("stratified split")
    return dict(train=len(train), valid=len(valid), test=len(test))


def scaled(x, scalers):
    for name, scaler in scalers.items():
        start()
        out = scaler.fit(x).transform(x)
        done(name)
        check = float(abs(out).sum())
        yield name, check
        del out


def scale(path):
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler
    x, _ = numbers(path)
    sums = dict(scaled(x, {"standard": StandardScaler(), "min-max": MinMaxScaler(), "max-abs": MaxAbsScaler(), "robust": RobustScaler(), "quantile": QuantileTransformer(random_state=7)}))
    del sums["quantile"]  # the reference learns it from ten thousand rows by chance
    return sums


def power(path):
    from sklearn.preprocessing import PowerTransformer
    x, _ = numbers(path)
    return dict(scaled(x, {"power": PowerTransformer()}))


def onehot(path):
    from sklearn.preprocessing import OneHotEncoder
    table = read(path)[["product"]]
    start()
    out = OneHotEncoder().fit_transform(table)
    done("one-hot")
    return dict(rows=out.shape[0], features=out.shape[1], ones=int(out.nnz))


def information(path):
    from sklearn.feature_selection import mutual_info_classif
    x, y = numbers(path)
    start()
    mutual_info_classif(x, y, random_state=7, n_jobs=2)
    done("mutual information")
    return dict(rows=len(y))


def rfe(path):
    from sklearn.feature_selection import RFE
    from sklearn.linear_model import Ridge
    x, y = numbers(path)
    start()
    chosen = RFE(Ridge(), n_features_to_select=10).fit(x, y)
    done("RFE")
    return dict(features=x.shape[1], kept=int(chosen.support_.sum()), which=int(sum(i * i for i in chosen.get_support(indices=True))))


def path(file):
    from sklearn.linear_model import lasso_path
    x, y = numbers(file)
    start()
    x = x - x.mean(axis=0)  # lasso_path has no intercept
    y = y - y.mean()
    alphas, coef, _ = lasso_path(x, y)
    done("lasso path")
    return dict(alphas=len(alphas), first=float(alphas[0]), last=round(float(abs(coef[:, -1]).sum()), 2))  # it stops at a gap of 1e-4


def knn(path):
    from sklearn.neighbors import KNeighborsClassifier
    x, y = numbers(path)
    half = len(x) // 2
    start()
    model = KNeighborsClassifier().fit(x[:half], y[:half])
    said = model.predict(x[half:])
    done("kNN")
    return dict(rows=len(said), right=int((said == y[half:]).sum()))


def versions():
    import numpy, pandas, pyarrow, scipy, sklearn
    return dict(Python=sys.version.split()[0], pandas=pandas.__version__, numpy=numpy.__version__, scipy=scipy.__version__, **{"scikit-learn": sklearn.__version__})


jobs = dict(split=split, scale=scale, power=power, onehot=onehot, information=information, rfe=rfe, path=path, knn=knn, versions=versions)
check = jobs[sys.argv[1]](*sys.argv[2:])
print(json.dumps(dict(steps=steps, check=check)))
