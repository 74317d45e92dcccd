#!/bin/sh
# Has transformers (version in requirements.txt) make the narrow encoders again and compares their outputs with the Go
# side's; has it load what the Go side wrote; and compares all-MiniLM-L6-v2, whose 90 MB are fetched by pip, text by text.
# --write puts the narrow encoders into this folder instead.
#
#   sh tlkit/zoo/bert/testdata/parity.sh [--write]
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore TRANSFORMERS_VERBOSITY=error HF_HUB_DISABLE_PROGRESS_BARS=1
if [ "${1:-}" = --write ]; then
	"$python" make.py .
	exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" make.py "$made/new"
go test -count=1 -run '^(TestParity|TestEmbed)$' .. -goldens "$made/new"
go test -count=1 -run '^TestWriteFolder$' .. -written "$made/written"
"$python" check.py written . "$made/written"
"$python" check.py texts "$made/minilm"
go test -count=1 -run '^TestMiniLM$' .. -minilm "$made/minilm"
"$python" check.py minilm "$made/minilm"
