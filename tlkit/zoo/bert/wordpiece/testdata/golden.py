"""Prints what Hugging Face's tokenizers makes of seeded strings, as JSON.

ids and offsets are written side by side, three numbers a token; offsets count characters,
and are −1 in a text whose marks change places: there the reference's are another mark's.
"""

import hashlib
import json
import sys

import ugly
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFD, BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

RULES = {  # clean_text, handle_chinese_chars, strip_accents, lowercase
    "uncased": (True, True, None, True),
    "cased": (True, True, None, False),
    "accents": (True, True, False, True),
    "stripped": (True, False, True, False),
    "raw": (False, True, True, True),
}


def tokenizer(vocabulary, rules):
    clean, chinese, strip, lower = rules
    t = Tokenizer(WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    t.normalizer = BertNormalizer(clean_text=clean, handle_chinese_chars=chinese, strip_accents=strip, lowercase=lower)
    t.pre_tokenizer = BertPreTokenizer()
    t.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return t


def flat(e, *texts):
    swapped = any(NFD().normalize_str(s) != "".join(NFD().normalize_str(c) for c in s) for s in texts)
    return [n for i, (a, b) in zip(e.ids, e.offsets) for n in ((i, -1, -1) if swapped else (i, a, b))]


def every_character(t):
    """A digest of the words that "a", a character and a mark become, for all characters."""
    h = hashlib.sha256()
    for c in map(chr, range(0x110000)):
        if not "\ud800" <= c <= "\udfff":
            words = t.pre_tokenizer.pre_tokenize_str(t.normalizer.normalize_str("a" + c + "\u0345"))
            h.update((" ".join(w for w, _ in words) + "\n").encode())
    return h.hexdigest()


def main():
    vocabulary = ugly.vocabulary(1)
    out = {"vocabulary": vocabulary, "json": tokenizer(vocabulary, RULES["cased"]).to_str(), "texts": {}, "pairs": [], "characters": {}}
    for seed, (name, rules) in enumerate(RULES.items()):
        t = tokenizer(vocabulary, rules)
        out["texts"][name] = [[s, flat(t.encode(s), s)] for s in ugly.texts(seed, 900 if name == "uncased" else 300)]
        out["characters"][name] = every_character(t)
    t = tokenizer(vocabulary, RULES["uncased"])
    for i, (a, b) in enumerate(zip(ugly.texts(101, 120), ugly.texts(102, 120))):
        most = 3 + i % 20
        t.enable_truncation(most)
        t.enable_padding(length=12, pad_id=0, pad_token="[PAD]")
        pair, single = t.encode(a, b), t.encode(a)
        out["pairs"].append([a, b, most, flat(pair, a, b), pair.type_ids, pair.attention_mask, pair.special_tokens_mask, single.ids])
    json.dump(out, sys.stdout, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    main()
