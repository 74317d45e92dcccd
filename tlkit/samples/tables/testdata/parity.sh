#!/bin/sh
# Makes the expected numbers again with the reference systems and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
sh ../../../golden.sh samples/tables golden.json 1e-12 1e-12 "$@"
