"""What pyarrow reads from a column, in the words of a table: its kind and its values as text."""
import datetime as dt
import math

import pyarrow as pa


def instant(days, nanos):
    """RFC 3339 without the fraction's last zeros."""
    text = (dt.date(1970, 1, 1) + dt.timedelta(days=days)).isoformat() + "T"
    s, f = divmod(nanos, 10**9)
    text += f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"
    return text + (f".{f:09}".rstrip("0") if f else "") + "Z"


def clock(nanos):
    return instant(0, nanos)[11:-1]


PER = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def column(name, col):
    """The kind and the values that a table should have."""
    t = col.type
    extra = {}
    if pa.types.is_dictionary(t):
        if pa.types.is_string(t.value_type) or pa.types.is_large_string(t.value_type):
            col = col.unify_dictionaries()
            levels = col.chunk(0).dictionary.to_pylist() if col.num_chunks else []
            extra = dict(levels=levels, ordered=t.ordered)
            return dict(name=name, kind="category", values=col.to_pylist(), **extra)
        col = col.cast(t.value_type)
        t = t.value_type
    values = col.to_pylist() if not pa.types.is_timestamp(t) and not pa.types.is_time(t) and not pa.types.is_duration(t) else None
    each = lambda f: [None if v is None else f(v) for v in values]
    if pa.types.is_boolean(t):
        return dict(name=name, kind="boolean", values=each(lambda v: "true" if v else "false"))
    if pa.types.is_integer(t):
        return dict(name=name, kind="integer", values=each(str))
    if pa.types.is_floating(t):
        number = lambda v: None if math.isnan(v) else repr(float(v))
        return dict(name=name, kind="number", values=each(number))
    if pa.types.is_decimal(t):
        if t.scale == 0:
            return dict(name=name, kind="integer", values=each(str))
        return dict(name=name, kind="number", values=each(lambda v: repr(float(v))), decimals=each(lambda v: f"{v:f}"))
    if pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_string_view(t):
        return dict(name=name, kind="string", values=values)
    if pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t):
        return dict(name=name, kind="string", values=each(lambda v: v.decode()))
    if pa.types.is_date(t):
        return dict(name=name, kind="datetime", values=each(lambda v: v.isoformat()))
    if pa.types.is_null(t):
        return dict(name=name, kind="string", values=values)
    if pa.types.is_duration(t):
        return dict(name=name, kind="integer", values=col.cast(pa.int64()).to_pylist() and [None if v is None else str(v) for v in col.cast(pa.int64()).to_pylist()])
    if pa.types.is_timestamp(t):
        per = PER[t.unit]
        ticks = col.cast(pa.int64()).to_pylist()
        values = [None if v is None else instant(v // (86400 * per), v % (86400 * per) * (10**9 // per)) for v in ticks]
        if t.tz is None:
            fraction = any(v is not None and "." in v for v in values)
            extra = dict(format="%Y-%m-%dT%H:%M:%S" + (".%f" if fraction else ""))
        return dict(name=name, kind="datetime", values=values, **extra)
    if pa.types.is_time(t):
        per = PER[t.unit]
        ticks = col.cast(pa.int32() if t.bit_width == 32 else pa.int64()).to_pylist()
        return dict(name=name, kind="string", values=[None if v is None else clock(v * (10**9 // per)) for v in ticks])
    raise SystemExit(f"{name}: what is a {t}?")
