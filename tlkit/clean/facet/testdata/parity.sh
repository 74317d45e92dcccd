#!/bin/sh
# Makes the expected counts again with OpenRefine 3.9.3's facets and compares; then compares what the package counts in
# thousands of tables more. --write replaces the kept file.
set -eu
cd "$(dirname "$0")"
jars=$(sh ../../openrefine.sh)
java="-Duser.language=en -Duser.country=US -Dfile.encoding=UTF-8" # what it asks the machine for
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
reference() { java $java -cp "$jars" Reference.java "$@" 2>"$new/log" || { cat "$new/log" >&2; exit 1; }; }

reference 1 400 >"$new/facets.jsonl"
if [ "${1:-}" = --write ]; then gzip -9 --no-name --stdout "$new/facets.jsonl" >facets.jsonl.gz; exit; fi
gzip -dc facets.jsonl.gz | cmp - "$new/facets.jsonl"

reference 2 20000 >"$new/more.jsonl"
cd .. && go test -count=1 -run AsOpenRefine . -facets="$new/more.jsonl"
echo "clean/facet: OpenRefine counts the same"
