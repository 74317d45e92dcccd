"""Reference numbers of confident learning, from cleanlab, on predictions made from a seed. Prints JSON."""
import json
import warnings

import cleanlab
import numpy as np
from cleanlab.count import compute_confident_joint, estimate_joint
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

warnings.filterwarnings("ignore")
METHODS = {"noise rate": "prune_by_noise_rate", "class": "prune_by_class", "both": "both", "confident": "confident_learning", "disagreement": "predicted_neq_given"}
SCORES = {"self-confidence": "self_confidence", "margin": "normalized_margin", "entropy": "confidence_weighted_entropy"}
cases = []
for seed, (n, k, noise, skill, shares) in enumerate([
    (60, 2, 0.2, 1.5, None), (80, 3, 0.1, 2.5, None), (70, 3, 0.0, 2.0, None), (90, 5, 0.3, 1.0, None), (60, 3, 0.2, 0.0, None),
    (50, 4, 0.2, 2.0, [0.9, 0.05, 0.04, 0.01]), (12, 3, 0.4, 3.0, None), (8, 2, 0.5, 4.0, None), (100, 2, 0.9, 2.0, None), (60, 7, 0.1, 0.5, None),
]):
    rng = np.random.default_rng(seed)
    true = rng.choice(k, n, p=shares)
    true[:k] = np.arange(k)
    given = np.where(rng.random(n) < noise, rng.integers(0, k, n), true)
    given[:k] = np.arange(k)
    logits = rng.normal(size=(n, k))
    logits[np.arange(n), true] += skill
    prob = np.round(np.exp(logits) / np.exp(logits).sum(1, keepdims=True), 6)
    prob /= prob.sum(1, keepdims=True)
    case = dict(labels=given.tolist(), prob=prob.tolist(), joint=estimate_joint(given, prob).tolist(), counts=compute_confident_joint(given, prob).tolist(),
                suspects={ours: find_label_issues(given, prob, filter_by=theirs, return_indices_ranked_by="self_confidence", n_jobs=1).tolist() for ours, theirs in METHODS.items()},
                scores={ours: get_label_quality_scores(given, prob, method=theirs, adjust_pred_probs=False).tolist() for ours, theirs in SCORES.items()})
    cases.append(case)
print(json.dumps(dict(cleanlab=cleanlab.__version__, cases=cases), separators=(",", ":")))
