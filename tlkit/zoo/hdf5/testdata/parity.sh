#!/bin/sh
# Writes the files of make.py and FILES random ones with h5py and Keras (versions in requirements.txt), and compares what
# they read from each with what the Go reader does, one that Go wrote among them, which h5py then adds to. --write puts
# those of make.py into this folder.
#
#   sh tlkit/zoo/hdf5/testdata/parity.sh [--write]
#
# SEED is for the random files, 1 if not set; FILES is how many, 400.
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --write ]; then
	"$python" make.py .
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made"
"$python" random_files.py "$made" "${SEED:-1}" "${FILES:-400}"
go test -count=1 -run '^TestWrite$' .. -written "$made/written.raw"
"$python" written.py "$made/written.raw" "$made/written.h5"
go test -count=1 -run '^TestGoldens$' .. -folder "$made"
echo "hdf5: h5py and the Go reader agree on $(ls "$made"/*.h5.gz | wc -l) files"
