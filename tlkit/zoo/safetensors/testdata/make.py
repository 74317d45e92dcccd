"""Makes the files that the Go tests read with the reference implementation: python make.py FOLDER

types.json has what PyTorch reads from types.safetensors, floats as the bits of their
float32. (Versions in requirements.txt.)
"""
import json
import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from huggingface_hub import save_torch_state_dict
from safetensors.numpy import save_file

folder = Path(sys.argv[1])
save_file(
    {
        "block.0/kernel": np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 8 - 0.5,
        "steps": np.array(7, dtype=np.int64),
        "mask": np.array([True, False, True]),
        "picture": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        "half": np.array([0.5, -2], dtype=np.float16),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "name with <&> é": np.array([np.nan, np.inf, -0.0], dtype=np.float64),
    },
    folder / "mixed.safetensors",
    metadata={"classes": '["cat","dog"]'},
)
save_file({"one": np.ones(1, dtype=np.float32)}, folder / "plain.safetensors")

odd = [0.5, -3.0, 1e-3, -1e-7, 448.0, float("nan"), -0.0]
types = {n: torch.tensor(odd).to(getattr(torch, n)) for n in
         ("float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32", "float64")}
for n in ("int8", "int16", "int32", "int64"):
    bits = int(n[3:]) - 1
    types[n] = torch.tensor([-(2**bits), -1, 0, 2**bits - 1], dtype=getattr(torch, n))
for n in ("uint8", "uint16", "uint32"):
    types[n] = torch.tensor([0, 1, 2 ** int(n[4:]) - 1], dtype=getattr(torch, n))
types["uint64"] = torch.tensor([0, 2**63 - 1], dtype=torch.uint64)
types["bool"] = torch.tensor([[True], [False]])
safetensors.torch.save_file(types, folder / "types.safetensors")
read = safetensors.torch.load_file(folder / "types.safetensors")
(folder / "types.json").write_text(json.dumps({
    n: [int(v) for v in (t.float().view(torch.int32) if t.is_floating_point() else t.reshape(-1)).tolist()] for n, t in read.items()
}) + "\n")

shards = folder / "shards"
shards.mkdir(exist_ok=True)
save_torch_state_dict({f"w{i}": torch.full((4, 4), float(i)) for i in range(5)}, shards, max_shard_size=150, metadata={"format": "pt"})
