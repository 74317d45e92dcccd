#!/bin/sh
# Replays the histories with OpenRefine 3.9.3 again and compares; then replays random ones with OpenRefine and with
# package refine and compares these. --write replaces the expected tables. It needs Java 17 and Maven.
set -eu
cd "$(dirname "$0")"
classes=$(sh ../../openrefine.sh)
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
openrefine() { java -cp "$classes" Replay.java <"$1" >"$2" 2>"$new/log" || { cat "$new/log" >&2; exit 1; }; }
for name in cases random; do
  openrefine $name.json "$new/$name.golden.json"
  if [ "${1:-}" = --write ]; then cp "$new/$name.golden.json" .; else diff -u $name.golden.json "$new/$name.golden.json"; fi
done
[ "${1:-}" != --write ] || exit 0
go build -o "$new/parity" ./parity
"$new/parity" random -seed 1 -n 2000 >"$new/cases.json"
openrefine "$new/cases.json" "$new/replayed.json"
"$new/parity" compare "$new/cases.json" "$new/replayed.json"
echo "refine: OpenRefine gives the same tables"
