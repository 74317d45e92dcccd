#!/bin/sh
# Makes the tables again from scikit-learn's and compares. --write replaces them.
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
if [ "${1:-}" = --write ]; then
  exec "$python" make.py
fi
"$python" make.py --check
echo "samples/tables: scikit-learn ships the same tables"
