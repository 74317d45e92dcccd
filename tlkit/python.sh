#!/bin/sh
# Prints the path of a Python that has the packages of this folder's requirements.txt: that of .venv-parity in the
# project's folder, which is made and filled if need be, or PARITY_PYTHON, which is taken as it is. Only the parity
# scripts use it, never a Go test.
set -eu
if [ -n "${PARITY_PYTHON:-}" ]; then
  echo "$PARITY_PYTHON"
  exit
fi
venv=$(cd "$(dirname "$0")/.." && pwd)/.venv-parity
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt >&2
echo "$venv/bin/python"
