#!/bin/sh
# Asks the reference for the tables and the tokens again and compares them with those kept
# here. With --write it puts them in their place.
#
#   sh tlkit/zoo/bert/wordpiece/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
tlkit=../../../..
python=$(sh "$tlkit/python.sh")
new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$python" tables.py >"$new"
if [ "${1:-}" = --write ]; then
  cp "$new" ../tables.go
  chmod 644 ../tables.go
else
  cmp "$new" ../tables.go
fi
sh "$tlkit/golden.sh" wordpiece golden.json.gz 0 0 "$@"
