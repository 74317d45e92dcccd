#!/bin/sh
# Exports networks with random weights by torchvision, timm and Keras (versions in requirements.txt), reads them in Go,
# and compares the outputs with ONNX Runtime's: here, and in ONNX Runtime after writing them again. Narrow ones by
# default; FULL=1 takes the published ones, some 30 of them, 4 GB and a quarter of an hour. --write puts the narrow ones
# into this folder.
#
#   [FULL=1] sh tlkit/zoo/testdata/onnx/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --write ]; then
	"$python" make.py . small
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made" "$([ -n "${FULL:-}" ] && echo full || echo small)"
go test -count=1 -run '^TestReadONNX$' -timeout 60m ../.. -onnx "$made"
echo "onnx: ONNX Runtime and the Go reader agree on $(ls "$made"/*.onnx | wc -l) models"
