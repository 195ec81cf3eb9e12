"""Loss functions: mean over the samples, and the pullback to the prediction.

Predictions have shape (..., N, K): N samples with K outputs. The loss sums over the outputs, averages
over the samples, and keeps the leading axes, so that S networks trained at once report S losses. (Sequences
(T, N, K) would report T losses: reshape them to (T·N, K) first.)
Targets are data and receive no gradient. `backward()` without an argument starts from ∂L/∂L = 1.
"""

from collections.abc import Callable

import numpy as np

from . import checks
from .arrays import Array
from .functional import log_softmax

LossBackward = Callable[..., Array | tuple[Array, ...]]


def _loss(per_sample: Array, *slopes: Array) -> tuple[Array, LossBackward]:
    """Mean of `per_sample` (..., N), and the pullback given each ∂(per sample)/∂argument (..., N, K)."""
    N = per_sample.shape[-1]

    def backward(dloss=1.0) -> Array | tuple[Array, ...]:
        share = np.asarray(dloss, per_sample.dtype)[..., None, None] / N
        gradients = tuple(slope * share for slope in slopes)
        return gradients if len(gradients) > 1 else gradients[0]

    return per_sample.sum(axis=-1) / N, backward


def _pair(name: str, prediction: Array, target: Array) -> tuple[Array, Array]:
    """A prediction and a target of the same shape (..., N, K) with at least one sample."""
    prediction = checks.floating(name, prediction, ndim=2)
    target = checks.floating("target", target)
    checks.same_shape(name, prediction, "target", target)
    checks.not_empty(name, prediction)
    return prediction, target


def _signs(target: Array) -> None:
    if not (np.abs(target) == 1).all():
        raise ValueError(f"target must hold −1 and 1, got {np.unique(target)[:5]}")


# ── Regression ──


def squared_error(prediction: Array, target: Array) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ ½ ‖ŷₙ − yₙ‖². Shapes: prediction and target (..., N, K).

    Gradient: (ŷ − y)/N. It is the negative log-likelihood of a Gaussian with unit variance, up to a constant.
    """
    prediction, target = _pair("prediction", prediction, target)
    error = prediction - target
    return _loss((error**2).sum(axis=-1) / 2, error)


def absolute_error(prediction: Array, target: Array) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ ‖ŷₙ − yₙ‖₁: the negative log-likelihood of a Laplace distribution, up to a constant.

    Gradient: sign(ŷ − y)/N, with 0 where they are equal.
    """
    prediction, target = _pair("prediction", prediction, target)
    error = prediction - target
    return _loss(np.abs(error).sum(axis=-1), np.sign(error))


def huber(
    prediction: Array, target: Array, delta: float = 1.0
) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ Σₖ h(ŷ − y) with h(e) = ½ e² for |e| ≤ δ and δ (|e| − δ/2) beyond (Huber 1964).

    Gradient: e clipped to [−δ, δ], over N.
    """
    prediction, target = _pair("prediction", prediction, target)
    error = prediction - target
    clipped = np.clip(error, -checks.positive("delta", delta), delta)
    return _loss((clipped * (error - clipped / 2)).sum(axis=-1), clipped)


# ── Classification ──


def zero_one(scores: Array, target: Array) -> Array:
    """Share of samples with a score on the wrong side, 1/N Σₙ [tₙ sₙ ≤ 0], summed over outputs; target −1 or 1.

    A value only: its gradient is zero wherever there is one, which is why the other losses stand in for it.
    """
    scores, target = _pair("scores", scores, target)
    _signs(target)
    return (target * scores <= 0).sum(axis=-1).mean(axis=-1)


def perceptron(scores: Array, target: Array) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ Σₖ max(0, −t s) with target t −1 or 1: only mistakes cost (Rosenblatt 1958).

    At s = 0 the slope is −t, as the perceptron's rule has it.
    """
    scores, target = _pair("scores", scores, target)
    _signs(target)
    margin = target * scores
    return _loss(np.maximum(-margin, 0).sum(axis=-1), -target * (margin <= 0))


def hinge(scores: Array, target: Array) -> tuple[Array, LossBackward]:
    """L = 1/N Σₙ Σₖ max(0, 1 − t s) with target t −1 or 1: right answers cost, too, until their margin is 1.

    Source: Cortes and Vapnik 1995. Gradient: −t/N where t s < 1, otherwise 0.
    """
    scores, target = _pair("scores", scores, target)
    _signs(target)
    short = 1 - target * scores
    return _loss(np.maximum(short, 0).sum(axis=-1), -target * (short > 0))


def binary_cross_entropy(logits: Array, target: Array) -> tuple[Array, LossBackward]:
    """Sigmoid and negative log-likelihood in one: L = 1/N Σₙ Σₖ ln(1 + e^z) − y z.

    Shapes: logits and target (..., N, K), target in [0, 1]. Gradient: (σ(z) − y)/N.
    """
    logits, target = _pair("logits", logits, target)
    if not (target.min() >= 0 and target.max() <= 1):  # written so that nan fails
        raise ValueError(
            f"target must lie in [0, 1], got {target.min()} … {target.max()}"
        )
    e = np.exp(-np.abs(logits))
    cost = np.maximum(logits, 0) + np.log1p(e) - target * logits
    p = np.exp(np.minimum(logits, 0)) / (1 + e)
    return _loss(cost.sum(axis=-1), p - target)


def _distribution(name: str, p: Array) -> None:
    total = p.sum(axis=-1)
    if not ((p >= 0).all() and np.allclose(total, 1, atol=1e-4)):
        raise ValueError(
            f"{name} must hold probabilities that sum to 1 over the last axis, got entries "
            f"{p.min()} … {p.max()} and sums {total.min()} … {total.max()}"
        )


def cross_entropy(logits: Array, target: Array) -> tuple[Array, LossBackward]:
    """Softmax and negative log-likelihood in one: L = −1/N Σₙ Σₖ p ln softmax(z).

    Shapes: logits (..., N, K); target (..., N) integer labels in 0 … K − 1, or (..., N, K) probabilities p.
    Gradient: (softmax(z) − p)/N, where a label stands for its one-hot row. Fused, so that no logarithm of a
    vanishing probability is taken (Goodfellow et al. 2016, section 6.2.2.3).
    """
    logits = checks.floating("logits", logits, ndim=2)
    checks.not_empty("logits", logits)
    target = np.asarray(target)
    if target.dtype.kind == "f" and target.ndim == logits.ndim:
        checks.same_shape("target", target, "logits", logits)
        _distribution("target", target)
        p = target
    else:
        labels = checks.integers("labels", target, below=logits.shape[-1])
        checks.labels_of(labels, "logits", logits)
        p = (labels[..., None] == np.arange(logits.shape[-1])).astype(logits.dtype)
    log_q, _ = log_softmax(logits)
    return _loss(-(log_q * p).sum(axis=-1), np.exp(log_q) - p)


# ── Between distributions ──


def kl_divergence(p: Array, q: Array) -> tuple[Array, LossBackward]:
    """D(p‖q) = 1/N Σₙ Σₖ p ln(p/q) in nats, differentiable in both: backward() → dp, dq.

    Shapes: p and q (..., N, K), probabilities over the last axis, q > 0 wherever p > 0; 0 ln 0 = 0.
    Gradients: dp = (ln(p/q) + 1)/N (0 where p = 0),  dq = −p/(q N).
    """
    p, q = checks.floating("p", p, ndim=2), checks.floating("q", q)
    checks.same_shape("p", p, "q", q)
    checks.not_empty("p", p)
    _distribution("p", p)
    _distribution("q", q)
    there = p > 0
    if (q[there] == 0).any():
        raise ValueError(
            "q must be positive wherever p is; otherwise D(p‖q) is infinite"
        )
    ratio = np.divide(p, q, out=np.ones_like(p), where=there)
    log_ratio = np.log(ratio)
    return _loss((p * log_ratio).sum(axis=-1), (log_ratio + 1) * there, -ratio * there)


def gaussian_kl(mu: Array, logvar: Array) -> tuple[Array, LossBackward]:
    """KL of N(μ, diag e^logvar) from N(0, I): 1/N Σₙ Σₖ ½ (μ² + e^logvar − logvar − 1).

    Shapes: mu and logvar (..., N, K). backward() → dμ = μ/N, dlogvar = (e^logvar − 1)/2N
    (Kingma and Welling 2014, appendix B).
    """
    mu = checks.floating("mu", mu, ndim=2)
    logvar = checks.floating("logvar", logvar)
    checks.same_shape("logvar", logvar, "mu", mu)
    checks.not_empty("mu", mu)
    excess = np.expm1(logvar)
    return _loss((mu**2 + excess - logvar).sum(axis=-1) / 2, mu, excess / 2)
