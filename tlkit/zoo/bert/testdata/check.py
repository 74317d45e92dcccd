"""Has transformers load what the Go side wrote.

    python check.py texts FOLDER          writes texts.json, what the Go side is to turn into vectors
    python check.py written OLD NEW       the models of make.py, and the same ones as Go wrote them
    python check.py minilm FOLDER         all-MiniLM-L6-v2 as Go wrote it, its tokens and its vectors
"""

import json
import os
import sys

import torch
from transformers import AutoModel, AutoTokenizer, BertForSequenceClassification, BertModel

sys.path.insert(0, "../wordpiece/testdata")
import ugly  # noqa: E402

PLAIN = [
    "A man is eating food.", "Someone eats a meal.", "The girl is carrying a baby.", "A cheetah chases its prey across the field.",
    "Transfer learning starts from a network that others have trained.", "long " * 300, "The quick brown fox jumps over the lazy dog. " * 12,
]


def apart(a, b):
    return float((a - b).abs().max() / b.abs().max())


def texts(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "texts.json"), "w") as f:
        json.dump(PLAIN + ugly.texts(11, 20000), f)


def written(old, new):
    ids = torch.tensor([[2, 9, 17, 33, 3, 0, 0], [2, 51, 200, 259, 100, 7, 3]])
    mask = (ids > 0).long()
    for name in ("gelu", "gelu_new", "relu"):
        if name == "gelu_new":  # the old names of its norms are for transformers to read
            was = BertForSequenceClassification.from_pretrained(os.path.join(old, name)).bert
        else:
            was = BertModel.from_pretrained(os.path.join(old, name), add_pooling_layer=name != "relu")
        now = BertModel.from_pretrained(os.path.join(new, name), add_pooling_layer=name != "relu")
        for key, value in was.state_dict().items():
            if not torch.equal(value, now.state_dict()[key]):
                sys.exit(f"bert: {name}: {key} is not the same")
        with torch.inference_mode():
            if apart(now.eval()(ids, mask)[0], was.eval()(ids, mask)[0]) > 0:
                sys.exit(f"bert: {name}: the outputs are not the same")
        tokens = AutoTokenizer.from_pretrained(os.path.join(new, name))
        if name != "gelu_new" and tokens(ugly.texts(5, 500))["input_ids"] != AutoTokenizer.from_pretrained(os.path.join(old, name))(ugly.texts(5, 500))["input_ids"]:
            sys.exit(f"bert: {name}: the tokens are not the same")
    print("bert: transformers loads what was written, to the last bit")


def minilm(folder):
    with open(os.path.join(folder, "texts.json")) as f:
        all_texts = json.load(f)
    with open(os.path.join(folder, "given.json")) as f:
        given = json.load(f)
    tokens = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    wrong = [t for t, ids in zip(all_texts, given["ids"]) if tokens(t)["input_ids"] != ids]
    if wrong:
        sys.exit(f"bert: {len(wrong)} of {len(all_texts)} texts have other tokens, as {wrong[0]!r}")
    worst = 0
    with torch.inference_mode():
        for text, vector in zip(all_texts, given["vectors"]):
            e = tokens([text], truncation=True, max_length=256, return_tensors="pt")
            want = torch.nn.functional.normalize(model(**e).last_hidden_state.mean(1))[0]
            worst = max(worst, apart(torch.tensor(vector), want))
    print(f"bert: MiniLM: the tokens of {len(all_texts)} texts are the same, the vectors of {len(given['vectors'])} at most {worst:.2g} away")
    if worst > 1e-4:
        sys.exit("bert: that is too far")


globals()[sys.argv[1]](*sys.argv[2:])
