#!/bin/sh
# Has PyTorch (version in requirements.txt) write the files of make.py and compares what it reads from them with what the Go
# reader does; then has it load what the Go writer wrote. --write puts the files of make.py into this folder.
#
#   sh tlkit/zoo/torch/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
if [ "${1:-}" = --write ]; then
	"$python" make.py .
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made"
go test -count=1 -run '^TestGoldens$' .. -folder "$made"
go test -count=1 -run '^TestWritten$' .. -written "$made/written.pth"
"$python" check.py "$made/written.pth"
