#!/bin/sh
# Keras and torchvision save whole networks in every form they have; the Go side reads them and has to get their outputs. It
# writes networks of its own; Keras and torchvision load them and have to get its outputs. That takes 4 GB of disk.
#
#   sh tlkit/zoo/testdata/exchange/parity.sh
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" exchange.py make "$made"
EXCHANGE=$made go test -count=1 -tags parity -run '^TestExchange$' -v ../.. | grep -v '^=== '
"$python" exchange.py check "$made"
