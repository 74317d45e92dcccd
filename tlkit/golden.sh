#!/bin/sh
# golden.sh NAME FILE RELATIVE ABSOLUTE [--write] makes the expected numbers of this folder again with the reference
# systems, which are what golden.py calls, and compares them with FILE, golden.json or golden.json.gz: floats may differ
# by the tolerances, nothing else may. --write replaces FILE. NAME is for the message.
set -eu
name=$1 file=$2 relative=$3 absolute=$4
python=$(sh "$(dirname "$0")/python.sh")
new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$python" golden.py >"$new"
if [ "${5:-}" = --write ]; then
  case $file in *.gz) gzip -9 -n -c "$new" >"$file" ;; *) cp "$new" "$file" ;; esac
  exit
fi
"$python" - "$file" "$new" "$relative" "$absolute" <<'PYTHON'
import gzip, json, math, sys

relative, absolute = map(float, sys.argv[3:])

def same(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return all([same(a[k], b[k], f"{path}.{k}") for k in a])
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return all([same(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b))])
    if isinstance(a, float) and isinstance(b, float):
        ok = math.isclose(a, b, rel_tol=relative, abs_tol=absolute) or math.isnan(a) and math.isnan(b)
    else:
        ok = type(a) == type(b) and not isinstance(a, (dict, list)) and a == b
    if not ok:
        print("differs:", path, a if not isinstance(a, (dict, list)) else "", b if not isinstance(b, (dict, list)) else "")
    return ok

def read(path):
    with gzip.open(path) if path.endswith(".gz") else open(path) as f:
        return json.load(f)

sys.exit(0 if same(read(sys.argv[1]), read(sys.argv[2])) else 1)
PYTHON
echo "$name: the reference systems give the same numbers"
