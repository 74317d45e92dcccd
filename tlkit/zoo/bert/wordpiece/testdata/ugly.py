"""Seeded strings that a tokenizer may stumble over, and a small vocabulary for them."""

import random
import unicodedata

WORDS = """the a of unbelievable transformers naïve café façade Straße ΣΊΣΥΦΟΣ İstanbul ıI Ångström résumé Ελλάδα Привет мир
שָׁלוֹם العَرَبِيَّة हिन्दी भाषा ไทย 日本語 漢字 かな 한국어 中文字 don't rock'n'roll e.g. 3.14 1,000 $5 50% C++ C# a_b x-y ## ##ing [CLS] [SEP] [MASK]
[UNK] [PAD] [cls] [MASK][MASK] http://a.b/c?d=e&f foo@bar.org ﬁ ﬂ ǅ ß ẞ Å Å é é ῷ ΐ 豈 更 👩‍👩‍👧 🇩🇪 👍🏽 ☃️ 😀😀 … — “quoted” «guil» ¿qué? ‽""".split()
ODD = [
    "\0", "\x01", "\x07", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u1680", "\u180e", "\u200b", "\u200d", "\u200e",
    "\u2028", "\u2029", "\u202e", "\u3000", "\ufeff", "\ufffd", "\ufffe", "\ue000", "\t", "\n", "\r\n", "  ", "\u0301", "\u0316\u0301",
    "\u0301\u0316", "\u302e\u0301", "\u302f\u302e", "\u1abf\u0316", "\u0345\u0334", "\U0001d165\U0001d16d\U0001d16e", "\u1734",
    "\u0340", "\u0344", "\u1e9b\u0323", "\u0f73", "\U00011938", "\U00010d50", "\ua7cb", "\u1c89", "\U000e0001", "\U0010ffff", "\U0001f9ff",
]
BLOCKS = [(0x20, 0x7F), (0x20, 0x7F), (0xA0, 0x180), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xA00), (0xE00, 0xF00),
          (0x1100, 0x1200), (0x1E00, 0x2070), (0x20A0, 0x2200), (0x3000, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xF900, 0xFB00),
          (0xFE00, 0x10000), (0x10D00, 0x10E00), (0x11000, 0x11400), (0x1D100, 0x1D200), (0x1F300, 0x1F700), (0x20000, 0x20100), (0, 0x110000)]


def char(rng):
    while True:
        c = rng.randrange(*rng.choice(BLOCKS))
        if not 0xD800 <= c < 0xE000:
            return chr(c)


def text(rng):
    kind = rng.random()
    if kind < 0.03:
        return ""
    if kind < 0.06:  # around the longest word that is looked up
        return rng.choice("aé한𐐀") * rng.randrange(95, 106) + rng.choice(["", " b", "\u0301", "."])
    if kind < 0.12:
        return "".join(rng.choice(ODD + ["a", "e", "\u0301", "\u0316", "\u0338"]) for _ in range(rng.randrange(1, 12)))
    parts = []
    for _ in range(rng.randrange(1, 10)):
        pick = rng.random()
        if pick < 0.45:
            parts.append(rng.choice(WORDS))
        elif pick < 0.60:
            parts.append(rng.choice(ODD))
        elif pick < 0.70:
            parts.append(rng.choice(WORDS).upper() + rng.choice(ODD) + rng.choice(WORDS).lower())
        else:
            parts.append("".join(char(rng) for _ in range(rng.randrange(1, 8))))
        parts.append(rng.choice([" ", " ", " ", "", "", "\t", "\u00a0"]))
    return "".join(parts)


def texts(seed, n):
    rng = random.Random(seed)
    return [text(rng) for _ in range(n)]


def vocabulary(seed, size=700):
    """The special tokens, letters and pieces of WORDS, some of them with their decompositions."""
    rng = random.Random(seed)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    seen = set(tokens)

    def add(token):
        if token not in seen and len(tokens) < size and "\n" not in token and "\r" not in token:
            seen.add(token)
            tokens.append(token)

    for c in "abcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~":
        add(c)
        if c.isalnum():
            add("##" + c)
    while len(tokens) < size:
        word = rng.choice(WORDS)
        word = rng.choice([word, word.lower(), unicodedata.normalize("NFD", word.lower())])
        word = rng.choice([word, "".join(c for c in word if unicodedata.category(c) != "Mn")])
        at = rng.randrange(len(word))
        piece = word[at:at + rng.randrange(1, 7)]
        add(rng.choice(["##" + piece, piece]))
    return tokens
