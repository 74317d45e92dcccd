#!/bin/sh
# Writes the files of make.py with the onnx package (versions in requirements.txt), lets the Go reader read them and the Go
# writer write one anew, and lets the package read that. --write puts those of make.py into this folder.
#
#   sh tlkit/zoo/onnx/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
if [ "${1:-}" = --write ]; then
	"$python" make.py .
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made"
go test -count=1 -run '^Test(Read|Refused|External|Write)$' .. -folder "$made"
"$python" check.py "$made/everything.onnx" "$made/written.onnx"
