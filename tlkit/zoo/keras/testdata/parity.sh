#!/bin/sh
# Has Keras and TF-Keras (versions in requirements.txt) write the files of golden.py and compares what their models say is
# in them with what the Go reader finds; then Keras loads what Go wrote from them, and has to predict the same to the bit.
# That is done with small models and with five of keras.applications, which take 1 GB of disk for a while.
# --write puts the small files into this folder.
#
#   sh tlkit/zoo/keras/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --write ]; then
	"$python" golden.py .
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for size in "" large; do
	mkdir "$made/files$size" "$made/written$size"
	"$python" golden.py "$made/files$size" $size
	go test -count=1 -run 'Goldens$' .. -folder "$made/files$size" -written "$made/written$size"
	"$python" loads.py "$made/files$size" "$made/written$size"
done
