"""Reads the files that the Go test wrote into a folder, with pyarrow and pandas, and compares
them with what it says is in them. Run: python check.py FOLDER"""
import base64
import json
import os
import struct
import sys

import pandas as pd
import pyarrow.parquet as pq

from reading import column

folder = sys.argv[1]
wrong = files = values = 0


def differ(*what):
    global wrong
    wrong += 1
    print("differs:", *what)


def same(kind, a, b):
    if a is None or b is None:
        return a is b
    if kind == "number":
        return struct.pack("d", float(a)) == struct.pack("d", float(b))
    return a == b


for name, columns in json.load(open(os.path.join(folder, "expected.json"))).items():
    path = os.path.join(folder, name)
    files += 1
    t = pq.read_table(path)
    df = pd.read_parquet(path)
    if t.column_names != [c["name"] for c in columns] or list(df.columns) != t.column_names:
        differ(name, t.column_names)
        continue
    for i, want in enumerate(columns):
        kind, expect = want["kind"], want["values"] or []
        if want["bytes"]:
            got = [v if v is None else base64.b64encode(v).decode() for v in t.column(i).to_pylist()]
            kind = "string"
        else:
            read = column(want["name"], t.column(i))
            got = read["values"]
            if read["kind"] != kind and not (kind == "datetime" and read["kind"] == "string"):
                differ(name, want["name"], "is a", read["kind"])
            if kind == "datetime" and read["kind"] == "datetime" and read.get("format") and not want["format"]:
                differ(name, want["name"], "has lost its zone")
        if len(got) != len(expect):
            differ(name, want["name"], len(got), "rows")
        for row, (a, b) in enumerate(zip(got, expect)):
            values += 1
            if not same(kind, a, b):
                differ(name, want["name"], "row", row + 1, repr(a)[:60], repr(b)[:60])
        series = df[want["name"]]
        if [bool(x) for x in series.isna()] != [v is None for v in expect]:
            differ(name, want["name"], "other values are missing in pandas")
        if kind == "category" and not want["bytes"] and expect:
            if series.dtype.name != "category" or series.cat.ordered != want["ordered"]:
                differ(name, want["name"], "is a", series.dtype, "in pandas")
            elif want["levels"] and list(series.cat.categories)[: len(want["levels"])] != want["levels"]:
                differ(name, want["name"], "has other levels in pandas:", list(series.cat.categories))
            elif list(series.astype(object).where(series.notna(), None)) != expect:
                differ(name, want["name"], "has other values in pandas")
        if kind == "string" and not want["bytes"] and len(series) and series.dtype.name not in ("str", "string"):
            differ(name, want["name"], "is a", series.dtype, "in pandas")
if files < 40 or values < 100000:
    differ("only", files, "files with", values, "values were compared")
print(f"parquet: pandas and pyarrow read {values} values from {files} files, {wrong} of them wrongly")
sys.exit(wrong > 0)
