#!/bin/sh
# Hugging Face's own library and this package share one cache: each finds what the other has downloaded from a hub on
# this machine.
#
#   sh tlkit/zoo/hub/testdata/parity.sh
set -eu
cd "$(dirname "$0")"
HUB_PYTHON=$(sh ../../../python.sh)
export HUB_PYTHON
go test -count=1 -tags parity -run TestPythonSharesTheCache ..
