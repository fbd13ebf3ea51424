"""Makes measures.json: inputs, and what NumPy, SciPy and scikit-learn say of them.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 && python make_measures.py
"""
import itertools, json
import numpy as np
from scipy.linalg import eigvals, sqrtm
from scipy.optimize import brentq, minimize_scalar
from sklearn.cluster import KMeans
from sklearn.manifold._t_sne import _kl_divergence
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(11)


def open_set():
    known, unknown = rng.gamma(2, 1, 60).round(1), (rng.gamma(2, 1, 40) + 0.7).round(1)  # one digit: many ties
    right = rng.random(60) < np.clip(1.1 - known / 6, 0, 1)
    truth, accept = np.r_[np.ones(60), np.zeros(40)], -np.r_[known, unknown]
    false_positive, true_positive, _ = roc_curve(truth, accept, drop_intermediate=False)
    curve = [(0.0, 0.0)]
    for threshold in np.unique(np.r_[known, unknown]):
        curve.append((float((unknown <= threshold).mean()), float(((known <= threshold) & right).mean())))
    x, y = np.array(curve).T
    return dict(known=known.tolist(), right=[int(r) for r in right], unknown=unknown.tolist(),
                auroc=roc_auc_score(1 - truth, -accept), oscr=float(np.trapezoid(y, x)),
                falsePositiveRate=float(false_positive[np.argmax(true_positive >= 0.95)]))


def blobs(n, dimension, centres, spread):
    return [(rng.normal(0, 1, dimension) * spread + rng.normal(0, 1, (n, dimension)) @ rng.normal(0, 0.5, (dimension, dimension)))
            .round(3) for _ in range(centres)]


def frechet(a, b):
    s, t = np.cov(a.T), np.cov(b.T)
    if min(len(a), len(b)) > a.shape[1]:
        root = np.trace(sqrtm(s @ t)).real
    else:  # singular: sqrtm fails, the eigenvalues do not
        root = np.sqrt(np.clip(eigvals(s @ t).real, 0, None)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * root)


def frechet_distances():
    classes = blobs(30, 6, 3, 1.0) + blobs(4, 6, 2, 1.0)  # the last two have fewer images than dimensions
    return dict(classes=[c.tolist() for c in classes], distances=[[frechet(a, b) for b in classes] for a in classes])


def clustering():
    points = np.concatenate(blobs(25, 3, 4, 2.0))
    fit = KMeans(4, n_init=200, random_state=0).fit(points)
    generators = rng.integers(0, 6, 100)
    clusters = (generators % 3 + (rng.random(100) < 0.3)) % 4
    choices = np.array([0, 1, 1, 0, 1, 2])
    score = normalized_mutual_info_score(choices[generators], clusters)
    dealt = [normalized_mutual_info_score(np.array(p)[generators], clusters) for p in itertools.permutations(choices)]
    return dict(points=points.tolist(), inertia=fit.inertia_, labels=fit.labels_.tolist(), generators=generators.tolist(),
                clusters=clusters.tolist(), choices=choices.tolist(), information=score, permutedMean=float(np.mean(dealt)),
                permutedDeviation=float(np.std(dealt)), pValue=float(np.mean(np.array(dealt) >= score - 1e-12)))


def neighbours():
    train, test = np.concatenate(blobs(30, 4, 3, 1.0)), rng.normal(0, 1.5, (60, 4)).round(3)
    labels = np.repeat([0, 1, 2], 30)
    fit = KNeighborsClassifier(5).fit(train, labels)
    votes = np.sort(fit.predict_proba(test), 1)
    test = test[votes[:, -1] > votes[:, -2]]  # how a tie is broken is the caller's choice
    return dict(train=train.tolist(), labels=labels.tolist(), test=test.tolist(), predicted=fit.predict(test).tolist())


def tsne():
    points, perplexity = np.concatenate(blobs(10, 5, 2, 2.0)), 6.0
    distances = ((points[:, None] - points[None]) ** 2).sum(-1)

    def conditional(i, precision):
        others = np.where(np.arange(20) == i, np.inf, distances[i])
        weights = np.exp(-precision * (others - others.min()))
        return weights / weights.sum()

    def surplus(logarithm, i):
        p = np.delete(conditional(i, np.exp(logarithm)), i)
        return -(p[p > 0] * np.log(p[p > 0])).sum() - np.log(perplexity)

    p = np.array([conditional(i, np.exp(brentq(surplus, -10, 5, args=(i,), xtol=1e-14))) for i in range(20)])
    p = (p + p.T) / 40
    map_ = rng.normal(0, 1, (20, 2)).round(3)
    flat = p[np.triu_indices(20, 1)]
    divergence, gradient = _kl_divergence(map_.ravel(), flat, 1, 20, 2)
    _, exaggerated = _kl_divergence(map_.ravel(), 12 * flat, 1, 20, 2)
    return dict(points=points.tolist(), perplexity=perplexity, affinities=[p[i, :i].tolist() for i in range(20)],
                map=map_.tolist(), divergence=float(divergence), gradient=gradient.reshape(20, 2).tolist(),
                exaggerated=exaggerated.reshape(20, 2).tolist())


def combined_posterior():
    sets, labels = [], []
    for i in range(80):
        label, size = i % 3, [3, 5][i % 2]
        logits = rng.normal(0, 0.8, (size, 3)) + rng.normal(0, 0.4, 3)  # the second term is common to the set
        logits[:, label] += 1
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        sets.append(p.round(5)), labels.append(label)

    def combine(p, correlation):
        powers = np.prod(p, 0) ** (1 / (1 + (len(p) - 1) * correlation))
        return powers / powers.sum()

    def loss(correlation):
        return -sum(np.log(combine(p, correlation)[label]) for p, label in zip(sets, labels))

    return dict(sets=[s.tolist() for s in sets], labels=labels, combined=[combine(s, 0.3).tolist() for s in sets],
                correlation=minimize_scalar(loss, bounds=(0, 1), method="bounded", options=dict(xatol=1e-9)).x)


json.dump({f.__name__: f() for f in [open_set, frechet_distances, clustering, neighbours, tsne, combined_posterior]},
          open("measures.json", "w"), separators=(",", ":"))
