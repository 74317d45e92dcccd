#!/bin/sh
# pandas and pyarrow write the files again that they must be read from, and read what is
# written here. --write replaces the files.
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
"$python" golden.py "$new"
if [ "${1:-}" = --write ]; then rm -f ./*.parquet golden.json; cp "$new"/* .; exit; fi
"$python" - golden.json "$new/golden.json" <<'PYTHON'
import json, sys
old, new = (json.load(open(p)) for p in sys.argv[1:3])
for file in old["files"].keys() | new["files"].keys():
    a, b = old["files"].get(file), new["files"].get(file)
    if a is None or b is None or a.get("refused") != b.get("refused") or ("table" in a and old["tables"][a["table"]] != new["tables"][b["table"]]):
        sys.exit(f"parquet: {file} is read otherwise now; look why, then run parity.sh --write")
print(f"parquet: pyarrow reads the same from {len(old['files'])} files")
PYTHON
mkdir "$new/written"
(cd .. && go test -count=1 -run 'TestWhatOthersRead$' . -args -write "$new/written" >/dev/null)
"$python" check.py "$new/written"
