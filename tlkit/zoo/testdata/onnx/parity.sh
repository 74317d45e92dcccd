#!/bin/sh
# Exports networks with random weights by torchvision, timm and Keras (versions in requirements.txt), narrow ones and the
# published ones, reads them in Go, and compares the outputs with ONNX Runtime's: here, and in ONNX Runtime after writing
# them again. That takes 4 GB of disk and a quarter of an hour. --write puts the narrow ones into this folder instead.
#
#   sh tlkit/zoo/testdata/onnx/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --write ]; then
	"$python" make.py . small
	KERAS_BACKEND=torch "$python" make.py . small
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for size in small full; do
	mkdir "$made/$size"
	"$python" make.py "$made/$size" "$size"
	KERAS_BACKEND=torch "$python" make.py "$made/$size" "$size"
	go test -count=1 -run '^TestReadONNX$' -timeout 60m ../.. -onnx "$made/$size"
done
echo "onnx: ONNX Runtime and the Go reader agree on $(ls "$made"/*/*.onnx | wc -l) models"
