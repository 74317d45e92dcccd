"""Has the reference load what the Go package wrote: python check.py FILE, which has the tensors of types and mixed."""
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

here = Path(__file__).parent
want = {k: v for name in ("types", "mixed") for k, v in load_file(here / f"{name}.safetensors").items()}
got = load_file(sys.argv[1])
assert got.keys() == want.keys()
for name, w in want.items():
    g = got[name]
    assert g.dtype == w.dtype and g.shape == w.shape, name
    assert torch.equal(g.reshape(-1).view(torch.uint8), w.reshape(-1).view(torch.uint8)), name
print(f"safetensors: the reference loads {len(want)} tensors that were written here, bit for bit")
