#!/bin/sh
# Makes the reference's outputs again and compares them with golden.safetensors. With --write it puts them in its place.
set -eu
cd "$(dirname "$0")"
python=$(sh ../../../python.sh)
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$python" golden.py "$made"
if [ "${1:-}" = --write ]; then
  cat "$made" >golden.safetensors
  exit
fi
"$python" - "$made" golden.safetensors <<'PYTHON'
import sys

import numpy as np
from safetensors.numpy import load_file

made, kept = (load_file(p) for p in sys.argv[1:])
if made.keys() != kept.keys():
    sys.exit("the tensors have other names; run with --write and look at the change")
worst = max(float(np.abs(made[k] - kept[k]).max() / np.abs(kept[k]).max()) for k in kept)
print(f"architectures: {len(kept)} tensors, at most {worst:.2g} of their largest number away from the kept ones")
sys.exit(worst > 1e-4)
PYTHON
