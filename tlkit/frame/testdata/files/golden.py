"""Makes golden.json: how Python writes floats and reads dates, and what pandas reads from CSV.
Versions are in requirements.txt. Run: python golden.py > golden.json"""
import datetime
import io
import json
import math
import random
import struct
import sys

import numpy as np
import pandas as pd

rng = random.Random(7)


def floats():
    values = [0.0, -0.0, 1.0, 0.1, 1e-4, 9.9999e-5, 1e15, 1e16, 123456789012345.6, 1e22, 1e23, 5e-324, 1.7976931348623157e308,
              math.inf, -math.inf, 2.0**53, 2.0**53 - 1, 1 / 3, 100.0, 1e5, 123456.75]
    values += [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(60)]
    values += [round(rng.gauss(0, 10 ** rng.randrange(8)), rng.randrange(8)) for _ in range(60)]
    return [dict(bits=struct.pack(">d", v).hex(), text=repr(v)) for v in values if v == v]


def dates():
    formats = ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%Y-%j", "%a, %d %b %Y", "%A %d %B %Y", "%Y",
               "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %I:%M %p", "%I%p on %d.%m.%y", "%F %T", "%Y-%m-%d %H:%M:%S %z",
               "%Y-%m-%d %H:%M %Z", "%d%%%m%%%Y", "%H:%M %d.%m.%Y"]
    cases = []

    def case(form, text):
        full = form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S")
        try:
            d = datetime.datetime.strptime(text, full)
        except ValueError:
            return cases.append(dict(format=form, text=text, iso=None))
        if d.tzinfo:
            d = d.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        clock = any(x in full for x in ("%H", "%I"))
        iso = d.strftime("%Y-%m-%d")
        iso = "0" * (10 - len(iso)) + iso  # years below 1000
        if clock:
            iso += d.strftime("T%H:%M:%S") + (f".{d.microsecond:06d}".rstrip("0") if d.microsecond else "") + "Z"
        cases.append(dict(format=form, text=text, iso=iso))

    for form in formats:
        full = form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S")
        for _ in range(12):
            d = datetime.datetime(rng.randrange(1970, 2068), rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(24), rng.randrange(60),
                                  rng.randrange(60), rng.choice([0, 500000, rng.randrange(10**6)]))
            zone = datetime.timezone(datetime.timedelta(minutes=rng.choice([0, 60, -330, 765])))
            text = d.replace(tzinfo=zone if "%z" in form else datetime.timezone.utc).strftime(full)
            case(form, text)
            spoiled = list(text)
            spoiled[rng.randrange(len(spoiled))] = rng.choice("0123456789xM-/:")
            case(form, "".join(spoiled))
    for form, text in [("%d.%m.%Y", "1.2.2003"), ("%d.%m.%Y", "29.2.2023"), ("%d.%m.%Y", "29.2.2024"), ("%d.%m.%Y", "31.4.2024"), ("%d.%m.%Y", "1.2.03"),
                       ("%m/%d/%y", "1/2/68"), ("%m/%d/%y", "1/2/69"), ("%d %b %Y", "1 JAN 2000"), ("%d %b %Y", "1 Sept 2000"), ("%B %d, %Y", "may 5, 2000"),
                       ("%Y-%j", "2024-366"), ("%Y-%j", "2023-0"), ("%I:%M %p %d.%m.%Y", "12:30 AM 1.1.2000"), ("%I:%M %p %d.%m.%Y", "12:30 pm 1.1.2000"),
                       ("%I:%M %p %d.%m.%Y", "13:30 PM 1.1.2000"), ("%Y-%m-%d %H:%M:%S", "2000-01-01 24:00:00"), ("%Y-%m-%d %H:%M", "2000-01-01 23:60"),
                       ("%Y-%m-%d %H:%M:%S %z", "2000-01-01 00:30:00 +01:00"), ("%Y-%m-%d %H:%M:%S %z", "2000-01-01 00:30:00 Z"),
                       ("%Y-%m-%d %H:%M:%S.%f", "2000-01-01 00:30:00.5"), ("%Y-%m-%d", ""), ("%Y-%m-%d", "2000-01-01 "), ("%Y-%m-%d", "0999-01-01"),
                       ("%Y%m%d", "2000111"), ("%Y-%m-%d", "2000-13-01"), ("%Y-%m-%d", "2000-00-01"), ("%Y-%m-%d", "2000-01-00")]:
        case(form, text)
    return cases


KINDS = {"i": "integer", "f": "number", "b": "boolean"}


def exact(v):
    if v is None or v is pd.NaT or (isinstance(v, float) and math.isnan(v)):
        return None
    if isinstance(v, (bool, np.bool_)):
        return "true" if v else "false"
    if isinstance(v, (float, np.floating)):
        return repr(float(v))
    return str(v)


def tables():
    cases = []

    def case(name, text, options, **k):
        frame = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=k.pop("na_values", [""]), **k)
        columns = [dict(name=str(c), kind=KINDS.get(frame[c].dtype.kind, "string"), values=[exact(v) for v in frame[c]]) for c in frame.columns]
        cases.append(dict(name=name, text=text, options=options, columns=columns))

    case("plain", "a,b,c\n1,x,1.5\n2,y,-2e3\n", {})
    case("missing", "a,b,c\n1,,1.5\n,y,\n", {})
    case("NA is text", "a,b\nNA,1\nNaN,2\nnull,3\n", {})
    case("markers", "a,b,c\nNA,1,-999\nx,NA,2.5\n-,3,NA\n", {"missing": ["NA", "-999", "-"]}, na_values=["", "NA", "-999", "-"])
    case("decimal commas", "a;b\n1,5;x\n-0,25;y\n1e3;z\n", {"comma": ";", "decimalComma": True}, sep=";", decimal=",")
    case("tabs", "a\tb\n1\tx, y\n2\t\n", {"comma": "\t"}, sep="\t")
    case("quotes", 'a,b\n"1","x, ""y"""\n"2","two\nlines"\n', {})
    case("another quote", "a,b\n'1','x, ''y'''\n2,\"z\"\n", {"quote": "'"}, quotechar="'")
    case("no quotes", 'a,b\n"1,x"\n2",y\n', {"noQuote": True}, quoting=3)
    case("a quote within", 'a,b\n1,5" pipe\n2,x"y"z\n', {})
    case("comments", "# one\na,b\n1,x\n#2,y\n3,z\n", {"comment": "#"}, comment="#")
    case("lines passed over", "some, \"words\n\nin front\na,b\n1,x\n", {"skipRows": 3}, skiprows=3)
    case("some rows", "a,b\n1,x\n2,y\n3,z\n", {"maxRows": 2}, nrows=2)
    case("no header", "1,x\n2,y\n", {"noHeader": True, "names": ["n", "s"]}, header=None, names=["n", "s"])
    case("other names", "a,b\n1,x\n2,y\n", {"names": ["n", "s"]}, header=0, names=["n", "s"])
    case("some columns", "a,b,c\n1,x,1.5\n2,y,2.5\n", {"columns": ["a", "c"]}, usecols=["a", "c"])
    case("empty lines", "\na,b\n\n1,x\n\n\n2,y\n\n", {})
    case("CRLF", "a,b\r\n1,x\r\n2,\"y\r\nz\"\r\n", {})
    case("CR", "a,b\r1,x\r2,y\r", {})
    case("truth", "a,b,c\ntrue,True,TRUE\nfalse,False,FALSE\n", {})
    case("truth and text", "a,b\ntrue,yes\nx,no\n", {})
    case("truth and numbers", "a\ntrue\n1\n", {})
    case("infinities", "a\ninf\n-inf\nInfinity\n+INF\n1\n", {})
    case("numbers of all sorts", "a\n1.\n.5\n1e5\n+2.5\n-0.0\n0.5e1\n", {})
    case("plus signs", "a\n+1\n-2\n", {})
    case("to the ends of int", "a\n9223372036854775807\n-9223372036854775808\n", {})
    case("full precision", "a\n0.1\n0.30000000000000004\n2.2250738585072014e-308\n4.9406564584124654e-324\n1.7976931348623157e308\n123456789.123456789\n9007199254740993.0\n", {})
    case("nothing but missing and numbers", "a,b\n,1\n,2\n", {}, dtype={"a": str})
    case("no rows", "a,b\n", {}, dtype=str)
    case("text that is declared", "a,b\n007,1\n042,2\n", {"types": {"fields": [{"name": "a", "type": "string"}]}}, dtype={"a": str})
    case("numbers that are declared", "a,b\n007,1\n042,2\n", {"types": {"fields": [{"name": "b", "type": "number"}]}, "columns": ["b"]}, dtype={"b": float}, usecols=["b"])
    words = ["x", "two words", "a,b", 'say "so"', "line\nbreak", "naïve", "日本", "7 up", "-", "inf.", "Nan"]
    for seed in range(24):
        r = np.random.default_rng(seed)
        n = int(r.integers(1, 12))
        frame = pd.DataFrame({"int": r.integers(-10**int(r.integers(1, 18)), 10**int(r.integers(1, 18)) + 10, n), "float": r.normal(size=n) * 10.0 ** r.integers(-20, 20),
                              "short": r.normal(size=n).round(int(r.integers(0, 6))), "text": r.choice(words, n), "bool": r.random(n) < 0.5})
        if seed % 2 and seed % 3 != 1:
            frame = frame.astype(object).where((r.random(frame.shape) > 0.25) | (frame.columns == "bool") | (np.arange(n) == 0)[:, None])
        sep, decimal = [(",", "."), (";", ","), ("\t", ".")][seed % 3]
        text = frame.to_csv(index=False, sep=sep, decimal=decimal, lineterminator=["\n", "\r\n"][seed // 3 % 2])
        options = {}
        if sep != ",":
            options["comma"] = sep
        if decimal == ",":
            options["decimalComma"] = True
        case(f"random {seed}", text, options, sep=sep, decimal=decimal)
    return cases


json.dump(dict(pandas=pd.__version__, floats=floats(), dates=dates(), tables=tables()), sys.stdout, ensure_ascii=True, indent=0)
print()
