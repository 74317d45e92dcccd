#!/bin/sh
# Has the reference implementations (versions in requirements.txt) write the files of make.py and compares what they read
# from them with what the Go reader does; then has them load what the Go writer wrote. --write puts the files of make.py into
# this folder.
#
#   sh tlkit/zoo/safetensors/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
if [ "${1:-}" = --write ]; then
	"$python" make.py .
	chmod 644 ./*.safetensors shards/*
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made"
go test -count=1 -run '^Test(Types|OpenIndex|ReadsTheReferencesFile|WritesTheReferencesBytes)$' .. -folder "$made"
go test -count=1 -run '^TestWritten$' .. -written "$made/written.safetensors"
"$python" check.py "$made/written.safetensors"
