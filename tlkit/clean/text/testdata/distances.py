"""Makes distances.jsonl: what rapidfuzz says of seeded random and of ugly pairs of strings, with jellyfish asked
besides wherever both count the same characters. Versions are in requirements.txt.
Run: python distances.py > distances.jsonl"""
import json
import random

import jellyfish
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler, Levenshtein

alphabets = [
    "ab", "abcdefghijklmnopqrstuvwxyz", "abc  ", "0123456789-", "äöüßÄÖÜ abc", "ąćęłńóśźż aeoz", "ıİiI şğ", "привет мир", "日本語中文字",
    "😀😁🎉👍", "e\u0301a\u0308o", "the quick brown ", "a\t\n\u2003\x1c b",
]  # no U+00A0: rapidfuzz splits there only in strings that also have a character beyond Latin-1

rng = random.Random(20)


def word(alphabet, longest):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, longest)))


def mutated(s, alphabet, edits):
    s = list(s)
    for _ in range(edits):
        what = rng.randrange(4)
        at = rng.randint(0, len(s))
        if what == 0:
            s.insert(at, rng.choice(alphabet))
        elif what == 1 and at < len(s):
            del s[at]
        elif what == 2 and at < len(s):
            s[at] = rng.choice(alphabet)
        elif what == 3 and at + 1 < len(s):
            s[at], s[at + 1] = s[at + 1], s[at]
    return "".join(s)


pairs = [
    ("", ""), ("", "a"), ("a", ""), ("a", "a"), ("a", "b"), (" ", " "), (" ", "  "), ("kitten", "sitting"), ("MARTHA", "MARHTA"),
    ("DIXON", "DICKSONX"), ("DWAYNE", "DUANE"), ("JELLYFISH", "SMELLYFISH"), ("ABCVWXYZ", "CABVWXYZ"), ("aa", "a"), ("ab", "ba"),
    ("fuzzy fuzzy was a bear", "fuzzy was a bear"), ("new york mets", "new york mets vs atlanta braves"), ("a b", "b a c"),
    ("mets braves", "braves nets"), ("x" * 64, "x" * 63 + "y"), ("x" * 65, "x" * 64), ("xy" * 40, "yx" * 40), ("x" * 200, "y" * 130),
    ("ab" * 64, "ba" * 64), ("a" * 128, "a" * 128 + "b"), ("Straße", "Strasse"), ("Müller", "Mu\u0308ller"),
]
for i in range(500):
    alphabet = alphabets[i % len(alphabets)]
    longest = [6, 12, 30, 70, 140, 200][i % 6]
    a = word(alphabet, longest)
    b = word(alphabet, longest) if i % 3 == 0 else mutated(a, alphabet, rng.randint(0, max(longest // 6, 2)))
    pairs.append((a, b))

cases = []
for a, b in pairs:
    case = [a, b, Levenshtein.distance(a, b), JaroWinkler.similarity(a, b), fuzz.token_set_ratio(a, b) / 100]
    if "\u0301" not in a + b and "\u0308" not in a + b and a and b:  # jellyfish counts graphemes
        assert jellyfish.levenshtein_distance(a, b) == case[2], (a, b)
        assert abs(jellyfish.jaro_winkler_similarity(a, b) - case[3]) < 1e-12, (a, b, case[3], jellyfish.jaro_winkler_similarity(a, b))
    cases.append(case)
for case in cases:
    print(json.dumps(case, ensure_ascii=True, separators=(",", ":")))
