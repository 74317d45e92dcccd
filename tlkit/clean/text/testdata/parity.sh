#!/bin/sh
# Makes the expected keys, clusters and distances again with OpenRefine 3.9.3 and rapidfuzz and compares; then compares
# what the package says of many thousands more. --write replaces the kept files. They are from Java 17: a later one knows
# newer characters.
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
jars=$(sh ../../openrefine.sh)
java="-Duser.language=en -Duser.country=US -Dfile.encoding=UTF-8" # what it asks the machine for
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
# With more than one processor OpenRefine's nearest-neighbour clusters are in pieces: see Reference.java.
reference() { java -XX:ActiveProcessorCount=1 -XX:+UseSerialGC $java -cp "$jars" Reference.java "$@" 2>"$new/log" || { cat "$new/log" >&2; exit 1; }; }

"$python" distances.py >"$new/distances.jsonl"
reference keys 1 1200 >"$new/keys.jsonl"
reference clusters 1 150 >"$new/clusters.jsonl"
for name in distances keys clusters; do
  if [ "${1:-}" = --write ]; then
    gzip -9 --no-name --stdout "$new/$name.jsonl" >$name.jsonl.gz
  else
    gzip -dc $name.jsonl.gz | cmp - "$new/$name.jsonl"
  fi
done
[ "${1:-}" = --write ] && exit

reference keys 2 100000 >"$new/more-keys.jsonl"
reference clusters 2 3000 >"$new/more-clusters.jsonl"
cd .. && go test -count=1 -run 'AsOpenRefine' . -keys="$new/more-keys.jsonl" -clusters="$new/more-clusters.jsonl"
echo "clean/text: OpenRefine and rapidfuzz give the same keys, clusters and distances"
