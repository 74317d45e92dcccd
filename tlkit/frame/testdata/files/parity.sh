#!/bin/sh
# Makes the expected numbers again with the reference systems and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
top=$(cd ../../../.. && pwd)
python=${PARITY_PYTHON:-$top/.venv-parity/bin/python}
if [ -z "${PARITY_PYTHON:-}" ]; then
  [ -x "$python" ] || python3 -m venv "$top/.venv-parity"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$python" golden.py >"$new"
if [ "${1:-}" = --write ]; then cp "$new" golden.json; exit; fi
"$python" - golden.json "$new" <<'PYTHON'
import json, math, sys
def same(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict): return a.keys() == b.keys() and all(same(a[k], b[k], f"{path}.{k}") for k in a)
    if isinstance(a, list) and isinstance(b, list): return len(a) == len(b) and all(same(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b)))
    ok = math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15) if isinstance(a, float) and isinstance(b, float) else a == b
    if not ok: print("differs:", path, a, b)
    return ok
old, new = (json.load(open(p)) for p in sys.argv[1:3])
sys.exit(0 if same(old, new) else 1)
PYTHON
echo "frame, files: the reference systems give the same numbers"
