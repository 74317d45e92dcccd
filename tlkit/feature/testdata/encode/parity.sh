#!/bin/sh
# Makes the expected numbers of the encoders again with the reference systems and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
sh ../../../golden.sh "feature: encoders" golden.json.gz 1e-9 1e-12 "$@"
