"""Makes the golden files beside it with the reference implementation.

    pip install safetensors==0.8.0 numpy==2.4.6 && python make.py
"""
import pathlib

import numpy as np
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
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
    here / "mixed.safetensors",
    metadata={"classes": '["cat","dog"]'},
)
save_file({"one": np.ones(1, dtype=np.float32)}, here / "plain.safetensors")
