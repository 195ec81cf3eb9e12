"""How good is a classifier? Numbers from labels and predictions."""

from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import below, count, finite


@takes(logits="*S N K+", labels="int *S N")
def accuracy(logits: Array, labels: Array) -> float:
    """Share of samples whose largest logit is the right one, and none is nan.

    Shapes: logits (..., N, K), labels (..., N).
    """
    below("labels", labels, logits.shape[-1])
    decided = ~np.isnan(logits).any(axis=-1)
    return float(((logits.argmax(axis=-1) == labels) & decided).mean())


@takes(predicted="int N", labels="int N", K=count)
def confusion_matrix(predicted: Array, labels: Array, K: int) -> Array:
    """Counts C[i, j] of samples of class i that were called j. Shapes: predicted and labels (N,), C (K, K)."""
    below("predicted", predicted, K)
    below("labels", labels, K)
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    return counts


class Scores(NamedTuple):
    """Precision, recall and F1, each (K,), one entry a class."""

    precision: Array
    recall: Array
    f1: Array


@takes(counts="int K K")
def precision_recall_f1(counts: Array) -> Scores:
    """From a confusion matrix (K, K): of those called k, how many are; of those that are k, how many were called so.

    F1 = 2 P R / (P + R). A class that is never called has precision 0, one that never occurs recall 0.
    """
    hits, called, there = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    return Scores(
        hits / np.maximum(called, 1),
        hits / np.maximum(there, 1),
        hits / np.maximum((called + there) / 2, 1),  # 2 · hits may not fit its type
    )


class Curve(NamedTuple):
    """A curve x, y over falling thresholds."""

    x: Array
    y: Array
    thresholds: Array


def _cuts(scores: Array, labels: Array):
    """Hits and false alarms when all scores of at least a threshold are called positive, for every threshold."""
    finite("scores", scores)
    below("labels", labels, 2)
    positives = int(labels.sum())
    if positives in (0, len(labels)):
        raise ValueError(
            f"labels must hold both classes, got {positives} positives among {len(labels)}"
        )
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # equal scores fall together
    hits = labels[order].cumsum()[last]
    return hits, np.flatnonzero(last) + 1 - hits, positives, scores[order][last]


@takes(scores="N", labels="int N")
def roc_curve(scores: Array, labels: Array) -> Curve:
    """x: false alarms as a share of the negatives, y: hits as a share of the positives, starting at (0, 0).

    Shapes: scores (N,), labels (N,) of 0 and 1. Its area is the chance that a random positive scores above a
    random negative, ties counting half (Fawcett 2006).
    """
    hits, alarms, positives, thresholds = _cuts(scores, labels)
    x = np.append(0, alarms) / (np.size(labels) - positives)
    return Curve(x, np.append(0, hits) / positives, np.append(np.inf, thresholds))


@takes(scores="N", labels="int N")
def precision_recall_curve(scores: Array, labels: Array) -> Curve:
    """x: recall, y: precision, at every threshold. Shapes: scores (N,), labels (N,) of 0 and 1."""
    hits, alarms, positives, thresholds = _cuts(scores, labels)
    return Curve(hits / positives, hits / (hits + alarms), thresholds)


@takes(scores="N", labels="int N")
def roc_area(scores: Array, labels: Array) -> float:
    """Area under the ROC curve by the trapezoid rule: 1 is perfect, ½ is chance. Shapes as for `roc_curve`."""
    curve = roc_curve(scores, labels)
    return float(np.trapezoid(curve.y, curve.x))


def _ranks(a: Array) -> Array:
    """How many entries are smaller, equal ones counted half; differences below 1e-9 of the largest entry are rounding."""
    a = a / max(np.abs(a).max(), np.finfo(float).tiny)
    close = np.abs(a[:, None] - a) <= 1e-9
    return ((a[:, None] > a) & ~close).sum(axis=1) + close.sum(axis=1) / 2


@takes(a="number N+", b="number N")
def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's: the correlation of the ranks of a (N,) and b (N,). 1 if both have the same order, −1 if the opposite.

    Equal entries share the mean of their ranks; nan if all entries of one are equal. Source: Spearman 1904.
    """
    ranks = np.stack([_ranks(a), _ranks(b)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranks**2).sum(axis=1))
    return float(ranks[0] @ ranks[1] / lengths.prod()) if lengths.all() else np.nan
