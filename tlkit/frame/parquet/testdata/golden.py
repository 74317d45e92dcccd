"""Writes Parquet files with pandas and pyarrow, and golden.json with what pyarrow reads from them.
Versions are in requirements.txt. Run: python golden.py FOLDER"""
import datetime as dt
import decimal
import json
import math
import os
import sys
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from reading import PER, column

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
golden, tables = {}, []
D = decimal.Decimal


def keep(file, what=None, **how):
    """Writes the table, if it is not written yet, and notes what is in it."""
    path = os.path.join(out, file + ".parquet")
    if what is not None:
        pq.write_table(what, path, **how)
    t = pq.read_table(path)
    note(file, [column(n, t.column(i)) for i, n in enumerate(t.column_names)])


def note(file, columns):
    """Files with the same columns share what is expected of them."""
    if columns not in tables:
        tables.append(columns)
    golden[file] = dict(table=tables.index(columns))


def refuse(file, what, columns, **how):
    """A file that cannot be read as a table; columns is what the error must name."""
    pq.write_table(what, os.path.join(out, file + ".parquet"), **how)
    golden[file] = dict(refused=columns)


texts = ["", "NaN", "NA", None, "null", "a,b\n\"c\"", "Füße 東京 \U0001f600", " space ", "\x00\x01", "x" * 300]
n = len(texts)


def spread(*values):
    """As many as there are texts, with a gap in each column."""
    v = list(values)
    return [v[i % len(v)] if i % n != 3 else None for i in range(n)]


def ints(t, low, high):
    return pa.array(spread(low, high, 0, 1, 7), t)


day = dt.date
kinds = pa.table({
    "i8": ints(pa.int8(), -128, 127), "i16": ints(pa.int16(), -2**15, 2**15 - 1),
    "i32": ints(pa.int32(), -2**31, 2**31 - 1), "i64": ints(pa.int64(), -2**63, 2**63 - 1),
    "u8": ints(pa.uint8(), 0, 255), "u16": ints(pa.uint16(), 0, 2**16 - 1),
    "u32": ints(pa.uint32(), 0, 2**32 - 1), "u64": ints(pa.uint64(), 0, 2**63 - 1),
    "f16": pa.array(np.array([0, -0.0, 1.5, 65504, 6e-8, np.inf, -np.inf, np.nan, -2, 0.1], np.float16)),
    "f32": pa.array(spread(0.1, -0.0, float("inf"), 1e-45, 3.4e38), pa.float32()),
    "f64": pa.array(spread(0.1, -0.0, float("-inf"), 5e-324, 1.7976931348623157e308, 0.30000000000000004), pa.float64()),
    "nan": pa.array([math.nan, 1.0, None, math.nan, 2.0] * 2, pa.float64()),
    "bool": pa.array(spread(True, False, True)),
    "text": pa.array(texts), "large": pa.array(texts, pa.large_string()), "view": pa.array(texts, pa.string_view()),
    "bytes": pa.array([None if t is None else t.encode() for t in texts], pa.binary()),
    "fixed": pa.array(spread(b"abc", b"xyz"), pa.binary(3)),
    "date32": pa.array(spread(day(1970, 1, 1), day(1969, 12, 31), day(2000, 2, 29), day(1, 1, 1), day(9999, 12, 31)), pa.date32()),
    "date64": pa.array(spread(day(2024, 2, 29), day(1900, 3, 1)), pa.date64()),
    "none": pa.nulls(n),
    "time_s": pa.array(spread(0, 86399, 45296), pa.time32("s")), "time_ms": pa.array(spread(0, 86399999, 1), pa.time32("ms")),
    "time_us": pa.array(spread(0, 86399999999, 10), pa.time64("us")), "time_ns": pa.array(spread(0, 86399999999999, 1), pa.time64("ns")),
    "duration": pa.array(spread(-5, 10**15), pa.duration("us")),
    "dec4": pa.array(spread(D("-1.25"), D("99.99"), D("0.10")), pa.decimal128(5, 2)),
    "dec18": pa.array(spread(D("-12345678.1234"), D("0.0001"), D("100")), pa.decimal128(18, 4)),
    "dec38": pa.array(spread(D("-12345.6789012345"), D("1e-10"), D("1234567890123")), pa.decimal128(38, 10)),
    "dec0": pa.array(spread(D("-9223372036854775808"), D("9223372036854775807"), D(5)), pa.decimal128(30, 0)),
    "dec76": pa.array(spread(D("-7.5"), D("3")), pa.decimal256(60, 3)),
    **{f"ts_{u}": pa.array(spread(0, -1, 951782400 * PER[u] + 1, 1700000000 * PER[u]), pa.timestamp(u)) for u in PER},
    **{f"utc_{u}": pa.array(spread(0, -1, 951782400 * PER[u] + 1, 1700000000 * PER[u]), pa.timestamp(u, "UTC")) for u in PER},
    "berlin": pa.array(spread(0, 1700000000123456), pa.timestamp("us", "Europe/Berlin")),
    "midnight": pa.array(spread(0, 86400 * 10**6), pa.timestamp("us")),
    "cat": pa.DictionaryArray.from_arrays(pa.array(spread(1, 0, 1), pa.int8()), pa.array(["never", "low", "high"])),
    "ordered": pa.DictionaryArray.from_arrays(pa.array(spread(2, 0), pa.int8()), ["low", "mid", "high"], ordered=True),
    "largecat": pa.DictionaryArray.from_arrays(pa.array(spread(1, 0), pa.int32()), pa.array(["x", "y"], pa.large_string())),
    "intcat": pa.DictionaryArray.from_arrays(pa.array(spread(1, 0), pa.int8()), pa.array([7, 9], pa.int64())),
})
keep("kinds", kinds)
for codec in ["snappy", "gzip", "zstd", "brotli", "lz4", "none"]:
    keep("codec_" + codec, kinds.select(["i64", "f64", "bool", "text", "cat"]), compression=codec)
keep("kinds_v1", kinds.drop_columns(["ts_ns", "utc_ns", "time_ns"]), version="1.0", use_dictionary=False)
keep("kinds_v2", kinds, data_page_version="2.0", use_dictionary=False, compression="zstd")
keep("checksums", kinds.select(["i64", "text"]), write_page_checksum=True, data_page_version="2.0")

# Every encoding, with pages of a few values and several groups.
rng = np.random.default_rng(0)
m = 150
gap = lambda a: pa.array(a, mask=rng.random(m) < 0.2)
long = pa.table({
    "walk": gap(np.cumsum(rng.integers(-5, 6, m))), "wide": gap(rng.integers(-2**62, 2**62, m)),
    "small": pa.array(rng.integers(-100, 100, m), pa.int32()), "full": pa.array(np.arange(m)),
    "float": gap(rng.normal(size=m).round(3)), "f32": pa.array(rng.normal(size=m), pa.float32()),
    "bool": gap(rng.random(m) < 0.5), "runs": pa.array(np.repeat(rng.random(m // 15) < 0.5, 15)),
    "word": gap(np.array([f"word {i}" for i in rng.integers(0, 20, m)], object)),
    "path": pa.array([f"some/where/{'ab' * (i % 7)}/{i}" for i in range(m)]),
    "fixed": pa.array([b"%04d" % i for i in range(m)], pa.binary(4)),
})
small = dict(row_group_size=70, data_page_size=100, write_batch_size=16, max_rows_per_page=30, write_statistics=False)
keep("pages_dictionary", long, **small)
keep("pages_plain", long, use_dictionary=False, compression="none", **small)
keep("pages_v2", long, data_page_version="2.0", **small)
keep("pages_fallback", long, dictionary_pagesize_limit=64, **small)
split = {c: "BYTE_STREAM_SPLIT" for c in ["float", "f32", "wide", "small", "fixed"]}
delta = {"walk": "DELTA_BINARY_PACKED", "full": "DELTA_BINARY_PACKED", "word": "DELTA_LENGTH_BYTE_ARRAY", "path": "DELTA_BYTE_ARRAY"}
keep("encodings", long, use_dictionary=False, column_encoding={**split, **delta, "bool": "RLE", "runs": "RLE"}, **small)
keep("encodings_2", long.select(["wide", "small", "word", "path", "fixed"]), use_dictionary=False, data_page_version="2.0", column_encoding={
    "wide": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY", "path": "DELTA_LENGTH_BYTE_ARRAY", "fixed": "DELTA_BYTE_ARRAY"}, **small)

# What pandas makes of a frame.
df = pd.DataFrame({
    "qty": [1.0, None, 3.0], "text": ["a", None, ""], "flag": pd.array([True, None, False], "boolean"), "count": pd.array([1, None, 2**60], "Int64"),
    "when": pd.to_datetime(["2020-01-01", None, "2021-06-30 12:00:00.5"], format="ISO8601"), "utc": pd.to_datetime(["2020-01-01", None, "2021-06-30"], utc=True),
    "size": pd.Categorical(["s", "l", None], ["s", "m", "l"], ordered=True), "kind": pd.Categorical(["b", "a", "b"]),
}, index=pd.Index(["r1", "r2", "r3"], name="row"))
df.to_parquet(os.path.join(out, "pandas.parquet"))
keep("pandas")
pq.write_table(pa.table({"when": kinds["ts_ns"]}), os.path.join(out, "int96.parquet"), use_deprecated_int96_timestamps=True)
keep("int96")
half = lambda levels, codes: pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), levels)
two = pa.chunked_array([half(["b", "a"], [0, 1, None]), half(["c", "a"], [1, 0, 0])])
pq.write_table(pa.table({"cat": two}), os.path.join(out, "groups_of_categories.parquet"), row_group_size=3)
keep("groups_of_categories")
keep("no_rows", kinds.slice(0, 0))
keep("required", pa.table({"a": [1, 2], "b": ["x", "y"]}, schema=pa.schema([pa.field("a", pa.int64(), nullable=False), pa.field("b", pa.string(), nullable=False)])))
keep("all_missing", pa.table({"i": pa.array([None] * 3, pa.int64()), "f": pa.array([None] * 3, pa.float64()), "s": pa.array([None] * 3, pa.string()), "b": pa.array([None] * 3, pa.bool_()), "c": pa.array([None] * 3, pa.string()).dictionary_encode()}))
ids = [uuid.UUID(int=i * 2**64 + 5).bytes for i in range(3)]
pq.write_table(pa.table({"id": pa.ExtensionArray.from_storage(pa.uuid(), pa.array(ids, pa.binary(16)))}), os.path.join(out, "uuid.parquet"))
note("uuid", [dict(name="id", kind="string", values=[str(uuid.UUID(bytes=b)) for b in ids])])

# What a table cannot hold.
nested = pa.table({"flat": [1, 2], "list": [[1], []], "struct": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), "last": ["x", "y"]})
refuse("nested", nested, ["list"])
refuse("uint64", pa.table({"ok": [1, 2], "big": pa.array([1, 2**63], pa.uint64())}), ["big"])
refuse("uint64_plain", pa.table({"big": pa.array([1, None, 2**64 - 1], pa.uint64())}), ["big", "row 3"], use_dictionary=False)
refuse("decimal_digits", pa.table({"dec": pa.array([D("1.5"), D("1234567890123.4567")], pa.decimal128(20, 4))}), ["dec", "row 2"], use_dictionary=False)
refuse("decimal_large", pa.table({"dec": pa.array([D("9223372036854775808")], pa.decimal128(20, 0))}), ["dec", "9223372036854775808"])
refuse("far_date", pa.table({"when": pa.array([0, 253402300800000], pa.timestamp("ms"))}), ["when", "row 2", "9999"], use_dictionary=False)
refuse("latin1", pa.table({"name": pa.array([b"ok", b"f\xfc\xdfe"], pa.binary())}), ["name", "UTF-8"])
refuse("twice", pa.table([[1], [2]], names=["a", "a"]), ["a", "two columns"])

json.dump(dict(files=golden, tables=tables), open(os.path.join(out, "golden.json"), "w"), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
