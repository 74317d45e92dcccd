"""Has PyTorch load what the Go package wrote: python check.py FILE, where FILE.net lies beside it.

FILE holds the tensors of zip.pth and new.pth, FILE.net those of a small network.
"""
import sys
from pathlib import Path

import torch

here = Path(__file__).parent
want = {}
for name in ("zip.pth", "new.pth"):
    want |= torch.load(here / name, weights_only=True)
for mmap in (False, True):
    got = torch.load(sys.argv[1], weights_only=True, mmap=mmap)
    assert list(got) == list(want), (list(got), list(want))
    for name, w in want.items():
        g = got[name]
        assert g.dtype == w.dtype and g.shape == w.shape and g.is_contiguous(), name
        bits = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (g, w)]
        assert torch.equal(*bits), name
        assert g.data_ptr() % 64 == 0 or not mmap, f"{name} is not aligned"

net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
state = torch.load(sys.argv[1] + ".net", weights_only=True)
print(net.load_state_dict(state, strict=True))
for name, t in net.state_dict().items():
    values = [9] if name.endswith("tracked") else [(i + 1) / 8 for i in range(t.numel())]
    assert t.reshape(-1).tolist() == values, name
print(f"torch: PyTorch {torch.__version__} loads {len(want)} tensors that were written here, bit for bit")
