"""Makes the files that torch_test.go reads. Made with PyTorch 2.9.1: python make.py"""
from collections import OrderedDict
from pathlib import Path

import torch

here = Path(__file__).parent
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 4
state = OrderedDict(
    [
        ("plain", base.clone()),
        ("turned", base.clone().permute(2, 0, 1)),  # not contiguous
        ("part", torch.arange(10, dtype=torch.float32)[3:7]),  # in the middle of a storage
        ("half", torch.tensor([0.5, -2.0, 65504.0, 6e-8, float("inf")], dtype=torch.float16)),
        ("brain", torch.tensor([1.5, -3.0], dtype=torch.bfloat16)),
        ("double", torch.tensor([[0.25]], dtype=torch.float64)),
        ("scalar", torch.tensor(7.0)),
        ("empty", torch.zeros(0, 3)),
        ("bn.num_batches_tracked", torch.tensor(5)),
        ("parameter", torch.nn.Parameter(torch.ones(2))),
    ]
)
torch.save(state, here / "zip.pth")
torch.save(state, here / "old.pth", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(2, 2), here / "model.pth")  # a whole model: names its class
