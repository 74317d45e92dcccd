"""Makes the files that the Go tests read, with PyTorch: python make.py FOLDER

The numbers of each file's tensors are in NAME.json beside it, so that what is compared is
what PyTorch itself loads. (Versions in requirements.txt.)
"""
import io
import json
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(sys.argv[1])
torch.manual_seed(1)

base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 4
shared = torch.arange(12, dtype=torch.float32)
state = OrderedDict(
    [
        ("plain", base.clone()),
        ("turned", base.clone().permute(2, 0, 1)),  # not contiguous
        ("part", torch.arange(10, dtype=torch.float32)[3:7]),  # in the middle of a storage
        ("steps", torch.arange(20, dtype=torch.float32).reshape(4, 5)[::2, 1::3]),
        ("tied.a", shared),  # one storage, three tensors
        ("tied.b", shared.reshape(3, 4).t()),
        ("tied.c", shared[5:]),
        ("half", torch.tensor([0.5, -2.0, 65504.0, 6e-8, float("inf"), float("-inf"), float("nan"), -0.0], dtype=torch.float16)),
        ("half turned", torch.randn(5, 7).half().t()),
        ("brain", torch.tensor([1.5, -3.0, float("inf")], dtype=torch.bfloat16)),
        ("double", torch.tensor([[0.25, 1e300, 1e-300]], dtype=torch.float64)),
        ("double turned", torch.randn(2, 3, 4, dtype=torch.float64).transpose(0, 2)),
        ("scalar", torch.tensor(7.0)),
        ("empty", torch.zeros(0, 3)),
        ("conv", torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last)),
        ("bn.num_batches_tracked", torch.tensor(5)),
        ("int64", torch.tensor([[-(2**62), 2**62]])),
        ("int32", torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32)),
        ("int16", torch.tensor([-32768, 32767], dtype=torch.int16)),
        ("int8", torch.tensor([-128, 127], dtype=torch.int8)),
        ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False, True])),
        ("complex", torch.tensor([1 + 2j])),
        ("parameter", torch.nn.Parameter(torch.ones(2))),
    ]
)
new = OrderedDict(  # types whose storages are plain bytes
    [
        ("e4m3", torch.tensor([0.5, -448.0, 2.0**-9, float("nan")]).to(torch.float8_e4m3fn)),
        ("e5m2", torch.tensor([0.5, -57344.0, float("inf"), 2.0**-16]).to(torch.float8_e5m2)),
        ("e5m2 turned", torch.arange(6).reshape(2, 3).float().to(torch.float8_e5m2).t()),
        ("uint16", torch.tensor([0, 65535], dtype=torch.uint16)),
        ("uint32", torch.tensor([0, 2**32 - 1], dtype=torch.uint32)),
        ("uint64", torch.tensor([0, 2**63 - 1], dtype=torch.uint64)),
    ]
)


def described(tensors):
    """Each tensor's type, shape and numbers; floats as the bits of their float32."""
    out = []
    for name, t in tensors.items():
        t = t.detach()
        values = None
        if t.is_floating_point():
            values = t.float().contiguous().view(-1).view(torch.int32).tolist()
        elif not t.is_complex():
            values = [int(v) for v in t.contiguous().reshape(-1).tolist()]
        out.append({"name": name, "dtype": str(t.dtype).removeprefix("torch."), "shape": list(t.shape), "values": values})
    return out


def save(name, tensors, what=None, under="", prefix="", skipped=(), **how):
    path = folder / name
    torch.save(tensors if what is None else what, path, **how)
    told(name, tensors, under, prefix, skipped)


def told(name, tensors, under="", prefix="", skipped=()):
    got = torch.load(folder / name, weights_only=False)
    for key in under.split("."):
        got = got[key] if key else got
    tensors = OrderedDict((prefix + k, v) for k, v in tensors.items())
    got = OrderedDict((k, v) for k, v in got.items() if k not in skipped)
    assert json.dumps(described(got)) == json.dumps(described(tensors)), name
    for t in (all := described(tensors)):
        t["name"] = t["name"].removeprefix(prefix)
    text = json.dumps({"under": under, "prefix": prefix, "skipped": list(skipped), "tensors": all}, separators=(",", ":"))
    (folder / f"{name}.json").write_text(text + "\n")


def turned(source, name):
    """Writes source as a big-endian machine would."""
    size = {s["key"]: s["size"] for s in storages(state)}
    with zipfile.ZipFile(folder / source) as z:
        w = torch._C.PyTorchFileWriter(str(folder / name))
        for i in z.infolist():
            record, content = i.filename.split("/", 1)[1], z.read(i)
            if record in ("version", ".data/serialization_id"):  # the writer adds them
                continue
            if record == "byteorder":
                content = b"big"
            if record.startswith("data/"):
                n = size[record.removeprefix("data/")]
                content = b"".join(content[k : k + n][::-1] for k in range(0, len(content), n))
            w.write_record(record, content, len(content))
        w.write_end_of_file()


def storages(tensors):
    seen = {}
    for t in tensors.values():
        key = t.untyped_storage()._cdata
        if key not in seen:
            size = t.element_size() // 2 if t.is_complex() else t.element_size()
            seen[key] = {"key": str(len(seen)), "size": size}
    return seen.values()


def small(prefix=""):
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Linear(2, 2))
    return net, OrderedDict((prefix + k, v) for k, v in net.state_dict().items())


save("zip.pth", state)
save("old.pth", state, _use_new_zipfile_serialization=False)
save("protocol4.pth", state, pickle_protocol=4)
save("new.pth", new)
turned("zip.pth", "big.pth")
told("big.pth", state)

net, tensors = small()
save("module.pth", tensors, torch.nn.DataParallel(net).state_dict(), prefix="module.")
save("compiled.pth", tensors, torch.nn.DataParallel(torch.compile(net)).state_dict(), prefix="module._orig_mod.")
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(2, 1, 4, 4).requires_grad_()).sum().backward()
optimizer.step()
tensors = net.state_dict()
beside = {"epoch": 3, "loss": 0.25, "best": torch.tensor(0.5), "arch": "small", "done": False, "sizes": torch.Size([1, 2]),
          "big": 2**70, "optimizer": optimizer.state_dict(), "device": torch.device("cpu"), "set": {1, 2}}
save("checkpoint.pth", tensors, {**beside, "state_dict": tensors}, under="state_dict")
save("checkpoint_old.pth", tensors, {**beside, "state_dict": tensors}, under="state_dict", _use_new_zipfile_serialization=False)
save("model_key.pth", tensors, {"model": {"state_dict": tensors}, "epoch": 1}, under="model.state_dict")
save("mixed.pth", tensors, {**tensors, "epoch": 3, "note": "text"}, skipped=["epoch", "note"])
torch.save(torch.nn.Linear(2, 2), folder / "model.pth")  # a whole model: names its class
