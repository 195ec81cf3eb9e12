"""Loss functions: mean over the samples, and the pullback to the prediction.

Predictions have shape (..., N, K): N samples with K outputs. The loss sums over the outputs, averages
over the samples, and keeps the leading axes, so that S networks trained at once report S losses.
Targets are data and receive no gradient. `backward()` without an argument starts from ∂L/∂L = 1.
"""

from collections.abc import Callable

import numpy as np

from . import checks
from .functional import Array

LossBackward = Callable[..., Array]


def _loss(per_sample: Array, slope: Array) -> tuple[Array, LossBackward]:
    """Mean of `per_sample` (..., N), and the pullback given `slope` = ∂(per sample)/∂prediction (..., N, K)."""
    N = per_sample.shape[-1]

    def backward(dloss=1.0) -> Array:
        return slope * (np.asarray(dloss, slope.dtype)[..., None, None] / N)

    return per_sample.mean(axis=-1), backward


def squared_error(prediction: Array, target: Array) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ ½ ‖ŷₙ − yₙ‖². Shapes: prediction and target (..., N, K).

    Gradient: (ŷ − y)/N. It is the negative log-likelihood of a Gaussian with unit variance, up to a constant.
    """
    prediction, target = (
        checks.floating("prediction", prediction, ndim=2),
        checks.floating("target", target),
    )
    checks.same_shape("prediction", prediction, "target", target)
    checks.not_empty("prediction", prediction)
    error = prediction - target
    return _loss((error**2).sum(axis=-1) / 2, error)


def cross_entropy(logits: Array, labels: Array) -> tuple[Array, LossBackward]:
    """Softmax and negative log-likelihood in one: L = −1/N Σₙ ln softmax(zₙ)[labelₙ].

    Shapes: logits (..., N, K), labels (..., N) integers in 0 … K − 1. Gradient: (softmax(z) − one-hot)/N.
    Fused, so that no logarithm of a vanishing probability is taken (Goodfellow et al. 2016, section 6.2.2.3).
    """
    logits = checks.floating("logits", logits, ndim=2)
    checks.not_empty("logits", logits)
    labels = checks.integers("labels", labels, below=logits.shape[-1])
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must have shape {logits.shape[:-1]} for logits {logits.shape}, got {labels.shape}"
        )
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    one_hot = (labels[..., None] == np.arange(logits.shape[-1])).astype(logits.dtype)
    return _loss(-(log_p * one_hot).sum(axis=-1), np.exp(log_p) - one_hot)


def binary_cross_entropy(logits: Array, target: Array) -> tuple[Array, LossBackward]:
    """Sigmoid and negative log-likelihood in one: L = 1/N Σₙ Σₖ ln(1 + e^z) − y z.

    Shapes: logits and target (..., N, K), target in [0, 1]. Gradient: (σ(z) − y)/N.
    """
    logits, target = (
        checks.floating("logits", logits, ndim=2),
        checks.floating("target", target),
    )
    checks.same_shape("logits", logits, "target", target)
    checks.not_empty("logits", logits)
    if not ((target >= 0) & (target <= 1)).all():
        raise ValueError(
            f"target must lie in [0, 1], got {target.min()} … {target.max()}"
        )
    e = np.exp(-np.abs(logits))
    softplus = np.maximum(logits, 0) + np.log1p(e)
    p = np.where(logits >= 0, 1, e) / (1 + e)
    return _loss((softplus - target * logits).sum(axis=-1), p - target)
