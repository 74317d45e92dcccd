"""Writes narrow encoders with random weights, made by transformers, into a folder, and what
they give: expected.json.gz, with the vectors after every layer, the pooler's, and those of texts.

    python make.py FOLDER
"""

import gzip
import json
import os
import random
import sys

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

sys.path.insert(0, "../wordpiece/testdata")
import ugly  # noqa: E402

FOLDER = sys.argv[1]
WORDS = 260
TEXTS = ["", "the café of unbelievable transformers", "don't rock'n'roll!", "Straße, naïve, résumé", "a " * 40, "漢字 かな", "3.14 [MASK] 1,000"] + ugly.texts(7, 25)

COMMON = dict(vocab_size=WORDS, max_position_embeddings=40, attn_implementation="eager")
MODELS = {
    # the usual one, as save_pretrained and sentence-transformers write it
    "gelu": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, hidden_act="gelu", layer_norm_eps=1e-12),
    # PyTorch's own file of a larger model, with the old names of the norms
    "gelu_new": dict(hidden_size=36, num_hidden_layers=3, num_attention_heads=3, intermediate_size=48, hidden_act="gelu_new", layer_norm_eps=1e-5),
    # without a pooler
    "relu": dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=96, hidden_act="relu", layer_norm_eps=1e-3, type_vocab_size=3),
}
POOLING = {"gelu": "mean", "gelu_new": "cls", "relu": "max"}


def draw(model):
    """Weights that leave no array at 0 or 1 and no attention even."""
    for name, p in model.named_parameters():
        if "LayerNorm.weight" in name:
            torch.nn.init.normal_(p, 1, 0.3)
        elif p.dim() == 1:
            torch.nn.init.normal_(p, 0, 0.2)
        else:
            torch.nn.init.normal_(p, 0, 0.35)


def dump(name, value):
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))


def sentence(name):
    """sentence-transformers' files beside the model."""
    kinds = ["Transformer", "Pooling"] + (["Normalize"] if name == "gelu" else [])
    dump(f"{name}/modules.json", [{"idx": i, "name": str(i), "path": f"{i}_{k}" if i else "", "type": f"sentence_transformers.models.{k}"} for i, k in enumerate(kinds)])
    modes = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens", "sqrt": "mean_sqrt_len_tokens"}
    dump(f"{name}/1_Pooling/config.json", {f"pooling_mode_{v}": k == POOLING[name] for k, v in modes.items()})
    dump(f"{name}/sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})


def pooled(name, states, mask):
    m = mask.unsqueeze(-1).float()
    if POOLING[name] == "cls":
        return states[:, 0]
    if POOLING[name] == "max":
        return states.masked_fill(m == 0, -1e9).max(1).values
    return torch.nn.functional.normalize((states * m).sum(1) / m.sum(1))


def write(name):
    folder = os.path.join(FOLDER, name)
    os.makedirs(folder, exist_ok=True)
    config = BertConfig(**COMMON, **MODELS[name])
    vocabulary = ugly.vocabulary(3, WORDS)
    if name == "gelu_new":
        model = BertForSequenceClassification(config).eval()
        draw(model)
        state = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v for k, v in model.state_dict().items()}
        torch.save(state, os.path.join(folder, "pytorch_model.bin"))
        config.save_pretrained(folder)
        with open(os.path.join(folder, "vocab.txt"), "w") as f:
            f.write("\n".join(vocabulary) + "\n")
        dump(f"{name}/tokenizer_config.json", {"do_lower_case": False})
        model = model.bert
    else:
        model = BertModel(config, add_pooling_layer=name != "relu").eval()
        draw(model)
        model.save_pretrained(folder)
    tokens = BertTokenizerFast(vocab={w: i for i, w in enumerate(vocabulary)}, do_lower_case=name != "gelu_new")
    if name != "gelu_new":
        tokens.backend_tokenizer.save(os.path.join(folder, "tokenizer.json"))
    sentence(name)
    return model, tokens


def flat(t):
    return [float(f"{v:.7g}") for v in t.flatten().tolist()]


def expect(name, model, tokens):
    rng = random.Random(5)
    ids = torch.tensor([[rng.randrange(WORDS) for _ in range(9)] for _ in range(3)])
    types = torch.tensor([[rng.randrange(model.config.type_vocab_size) for _ in range(9)] for _ in range(3)])
    mask = torch.tensor([[1] * 9, [1] * 5 + [0] * 4, [1] + [0] * 8])
    with torch.inference_mode():
        out = model(input_ids=ids, token_type_ids=types, attention_mask=mask, output_hidden_states=True)
        e = tokens(TEXTS, padding=True, truncation=True, max_length=24, return_tensors="pt")
        vectors = pooled(name, model(**e).last_hidden_state, e["attention_mask"])
    return {
        "ids": ids.flatten().tolist(), "types": types.flatten().tolist(), "mask": mask.flatten().tolist(), "length": 9,
        "groups": [flat(h) for h in out.hidden_states], "pooler": flat(out.pooler_output) if name != "relu" else [],
        "texts": TEXTS, "vectors": [flat(v) for v in vectors],
    }


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    expected = {name: expect(name, *write(name)) for name in MODELS}
    with gzip.GzipFile(os.path.join(FOLDER, "expected.json.gz"), "wb", mtime=0) as f:
        f.write(json.dumps(expected, separators=(",", ":")).encode())
    for folder, _, names in os.walk(FOLDER):
        for n in names:
            os.chmod(os.path.join(folder, n), 0o644)


main()
