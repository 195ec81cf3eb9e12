"""How good is a classifier? Numbers from labels and predictions."""

import numpy as np

from . import checks
from .functional import Array


def accuracy(logits: Array, labels: Array) -> float:
    """Share of samples whose largest logit is the right one. Shapes: logits (N, K), labels (N,)."""
    logits = checks.floating("logits", logits, ndim=2)
    checks.not_empty("logits", logits)
    labels = checks.integers("labels", labels, below=logits.shape[-1])
    predicted = logits.argmax(axis=-1)
    checks.same_shape("the predictions", predicted, "labels", labels)
    return float((predicted == labels).mean())


def confusion_matrix(predicted: Array, labels: Array, K: int) -> Array:
    """Counts C[i, j] of samples of class i that were called j. Shapes: predicted and labels (N,), C (K, K)."""
    predicted, labels = (
        checks.integers("predicted", predicted, below=K),
        checks.integers("labels", labels, below=K),
    )
    checks.same_shape("predicted", predicted, "labels", labels)
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    return counts
