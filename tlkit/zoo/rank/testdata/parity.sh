#!/bin/sh
# Makes the expected numbers again with the reference systems and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
sh ../../../golden.sh rank golden.json.gz 1e-7 1e-9 "$@"
