#!/bin/sh
# Makes the expected numbers again with Keras and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
sh ../../golden.sh finetune golden.json 1e-4 1e-6 "$@"
