"""pandas' and scikit-learn's side of the tables benchmark: one job, timed step by step. Prints JSON.

tables.py job ENGINE CSV | write ENGINE CSV FOLDER | knn CSV | versions
ENGINE is c (pandas' default) or pyarrow.
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


def read(engine, path):
    import pandas as pd
    start()
    table = pd.read_csv(path, engine=engine)
    done("read")
    return table


def job(engine, path):
    table = read(engine, path)
    start()
    table = table.drop_duplicates()
    done("drop duplicates")
    start()
    for c in ["qty", "price", "score", "temp"]:
        table[c] = table[c].fillna(table[c].median())
    table["city"] = table["city"].fillna(table["city"].mode()[0])
    done("fill")
    start()
    groups = table.groupby(["city", "product"])[["price", "score", "temp"]].mean()
    done("group by")
    start()
    described = table.describe()
    done("describe")
    return dict(rows=len(table), groups=len(groups), price=float(groups["price"].sum()), score=float(described["score"]["75%"]))


def write(engine, path, folder):
    table = read(engine, path)
    start()
    table.to_parquet(folder + "/peer.parquet")
    done("write Parquet")
    start()
    table.to_csv(folder + "/peer.csv", index=False)
    done("write CSV")
    return dict(rows=len(table))


def knn(path):
    import pandas as pd
    from sklearn.impute import KNNImputer
    table = pd.read_csv(path)
    start()
    filled = KNNImputer(n_neighbors=5).fit_transform(table)
    done("kNN imputation")
    return dict(rows=len(table), sum=float(filled.sum()))


def versions():
    import numpy, pandas, pyarrow, sklearn
    return dict(Python=sys.version.split()[0], pandas=pandas.__version__, pyarrow=pyarrow.__version__, numpy=numpy.__version__, **{"scikit-learn": sklearn.__version__})


check = dict(job=job, write=write, knn=knn, versions=versions)[sys.argv[1]](*sys.argv[2:])
print(json.dumps(dict(steps=steps, check=check)))
