"""Makes attributions.csv and expected.json: the same metrics as dev.whence.attributor.evaluation, by scikit-learn and NumPy.

    pip install numpy==2.4.6 scikit-learn==1.9.1 && python make_expected.py
"""
import csv, json
import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, log_loss, recall_score

CLASSES = ["real", "wgan", "ddpm"]
rng = np.random.default_rng(7)
truth = rng.choice(3, 200, p=[0.5, 0.3, 0.2])
logits = rng.normal(0, 1.2, (200, 3))
logits[np.arange(200), truth] += 1.3
p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
top = p.argmax(1)
second = np.sort(p, 1)[:, -2]
novelty = rng.gamma(2, 1, 200).round(4)
verdicts = np.where(p.max(1) - second < 0.1, "UNSURE", np.where(novelty > 5, "NEW_GENERATOR",
                    np.where(top == 0, "REAL", "KNOWN_GENERATOR")))
with open("attributions.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    for i in range(200):
        out.writerow([CLASSES[truth[i]], verdicts[i], novelty[i], *(repr(float(v)) for v in p[i])])

conf, hit = p.max(1), top == truth
edges = np.linspace(0, 1, 16)
bins = [(conf > lo) & (conf <= hi) for lo, hi in zip(edges[:-1], edges[1:])]
answered = verdicts != "UNSURE"
json.dump({
    "accuracy": accuracy_score(truth, top),
    "balancedAccuracy": balanced_accuracy_score(truth, top),
    "recall": recall_score(truth, top, average=None).tolist(),
    "support": np.bincount(truth).tolist(),
    "matrix": confusion_matrix(truth, top).tolist(),
    "negativeLogLikelihood": log_loss(truth, p),
    "calibrationError": float(sum(b.mean() * abs(hit[b].mean() - conf[b].mean()) for b in bins if b.any())),
    "binImages": [int(b.sum()) for b in bins],
    "binAccuracy": [float(hit[b].mean()) if b.any() else None for b in bins],
    "binConfidence": [float(conf[b].mean()) if b.any() else None for b in bins],
    "verdicts": {v: int((verdicts == v).sum()) for v in ["REAL", "KNOWN_GENERATOR", "NEW_GENERATOR", "UNSURE"]},
    "answeredShare": float(answered.mean()),
    "answeredAccuracy": float((hit & (verdicts != "NEW_GENERATOR"))[answered].mean()),
    "meanNovelty": float(novelty.mean()),
}, open("expected.json", "w"), indent=1)
