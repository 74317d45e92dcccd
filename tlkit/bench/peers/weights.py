"""Loading a file of weights the Python way: what tlkit/bench compares itself with.

  weights.py versions     prints the versions as JSON
  weights.py read PATH    loads a .pth, .safetensors or .weights.h5 and says what it took

One number of each page is read too, so that what a library leaves in the file counts.
"""
import json
import sys
import time

PATH = sys.argv[-1]


def status(field):
    """A line of /proc/self/status, in bytes."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field + ":"))


def h5py_load():
    import h5py

    def load():
        arrays = []
        with h5py.File(PATH, "r") as f:
            f.visititems(lambda name, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None)
        return sum(float(a.ravel()[::1024].sum()) for a in arrays), sum(a.size for a in arrays), arrays

    return load


def torch_load(read):
    def load():
        state = read()
        return sum(float(t.reshape(-1)[::1024].sum()) for t in state.values()), sum(t.numel() for t in state.values()), state

    return load


def loader():
    if PATH.endswith(".h5"):
        return h5py_load()
    import torch

    if PATH.endswith(".pth"):
        return torch_load(lambda: torch.load(PATH, weights_only=True))
    import safetensors.torch

    return torch_load(lambda: safetensors.torch.load_file(PATH))


def main():
    if sys.argv[1] == "versions":
        import h5py
        import numpy
        import safetensors
        import torch

        print(json.dumps({"Python": sys.version.split()[0], "torch": torch.__version__, "safetensors": safetensors.__version__,
                          "h5py": h5py.__version__, "numpy": numpy.__version__}))
        return
    load = loader()
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")  # forgets the most that was held so far
    start = time.perf_counter()
    _, numbers, kept = load()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "bytes": status("VmHWM") - before, "numbers": numbers}))


main()
