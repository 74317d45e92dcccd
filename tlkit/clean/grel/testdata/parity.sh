#!/bin/sh
# Evaluates the cases with OpenRefine 3.9.3 and compares with golden.jsonl.gz, which --write replaces; then compares this
# package with OpenRefine on PARITY_CASES more cases made by chance from PARITY_SEED. It needs Java 11 to 18.
set -eu
cd "$(dirname "$0")"
jars=$(sh ../../openrefine.sh)
major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
if [ "$major" -lt 11 ] || [ "$major" -gt 18 ]; then
  echo "parity.sh: Java $major writes some floats and finds some \\b in another way than Java 11 to 18, with which OpenRefine 3.9 comes" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac -nowarn -d "$work" -cp "$jars" Evaluate.java 2>"$work/javac.log" || { cat "$work/javac.log" >&2; exit 1; }
go build -o "$work/generate" generate.go

# Exceptions keep their messages however often they are thrown, addresses are all the same, and language, time zone and
# text are not those of the machine.
evaluate() {
  java -XX:-OmitStackTraceInFastThrow -XX:+UnlockExperimentalVMOptions -XX:hashCode=2 -Duser.timezone=UTC -Duser.language=en -Duser.country=US -Dfile.encoding=UTF-8 \
    -cp "$work:$jars" Evaluate 2>"$work/java.log" || { cat "$work/java.log" >&2; exit 1; }
}

"$work/generate" -seed 1 -n 1500 <cases.txt >"$work/cases.jsonl"
evaluate <"$work/cases.jsonl" >"$work/golden.jsonl"
if [ "${1:-}" = --write ]; then gzip -9n <"$work/golden.jsonl" >golden.jsonl.gz; exit; fi
gzip -dc golden.jsonl.gz >"$work/kept.jsonl"
diff "$work/kept.jsonl" "$work/golden.jsonl" >"$work/differs" || { head -20 "$work/differs" >&2; exit 1; }

"$work/generate" -seed "${PARITY_SEED:-7}" -n "${PARITY_CASES:-200000}" </dev/null >"$work/random.jsonl"
evaluate <"$work/random.jsonl" >"$work/reference.jsonl"
cd ..
go test -run 'TestReference$' -count 1 . -reference "$work/reference.jsonl"
echo "grel: OpenRefine gives the same values"
