"""Loss functions: mean over the samples, and the pullback to the prediction.

Predictions have shape (..., N, K): N samples with K outputs. The loss sums over the outputs, averages
over the samples, and keeps the leading axes, so that S networks trained at once report S losses. (Sequences
(T, N, K) would report T losses: reshape them to (T·N, K) first.)
Targets are data and receive no gradient. `backward()` without an argument starts from ∂L/∂L = 1.
"""

import numpy as np

from .arguments import takes
from .arrays import Array, Backward
from .functional import log_softmax
from .kinds import below, integers, positive, same_shape


def _loss(per_sample: Array, *slopes: Array) -> tuple[Array, Backward]:
    """Mean of `per_sample` (..., N), and the pullback given each ∂(per sample)/∂argument (..., N, K)."""
    N = per_sample.shape[-1]

    def backward(dloss=None) -> Array | tuple[Array, ...]:
        share = 1 / N
        if dloss is not None:
            share = np.asarray(dloss, per_sample.dtype)[..., None, None] / N
        gradients = [slope * share for slope in slopes]
        return tuple(gradients) if len(gradients) > 1 else gradients[0]

    return per_sample.sum(axis=-1) / N, backward


def _signs(target: Array) -> None:
    if not (np.abs(target) == 1).all():
        raise ValueError(f"target must hold −1 and 1, got {np.unique(target)[:5]}")


# ── Regression ──


@takes(prediction="*S N K+", target="*S N K")
def squared_error(prediction: Array, target: Array) -> tuple[Array, Backward]:
    """L = 1/N Σₙ ½ ‖ŷₙ − yₙ‖². Shapes: prediction and target (..., N, K).

    Gradient: (ŷ − y)/N. It is the negative log-likelihood of a Gaussian with unit variance, up to a constant.
    """
    error = prediction - target
    return _loss((error**2).sum(axis=-1) / 2, error)


@takes(prediction="*S N K+", target="*S N K")
def absolute_error(prediction: Array, target: Array) -> tuple[Array, Backward]:
    """L = 1/N Σₙ ‖ŷₙ − yₙ‖₁: the negative log-likelihood of a Laplace distribution, up to a constant.

    Gradient: sign(ŷ − y)/N, with 0 where they are equal.
    """
    error = prediction - target
    return _loss(np.abs(error).sum(axis=-1), np.sign(error))


@takes(prediction="*S N K+", target="*S N K", delta=positive)
def huber(
    prediction: Array, target: Array, delta: float = 1.0
) -> tuple[Array, Backward]:
    """L = 1/N Σₙ Σₖ h(ŷ − y) with h(e) = ½ e² for |e| ≤ δ and δ (|e| − δ/2) beyond (Huber 1964).

    Gradient: e clipped to [−δ, δ], over N.
    """
    error = prediction - target
    clipped = np.clip(error, -delta, delta)
    return _loss((clipped * (error - clipped / 2)).sum(axis=-1), clipped)


# ── Classification ──


@takes(scores="*S N K+", target="*S N K")
def zero_one(scores: Array, target: Array) -> Array:
    """Share of samples with a score on the wrong side, 1/N Σₙ [tₙ sₙ ≤ 0], summed over outputs; target −1 or 1.

    A value only: its gradient is zero wherever there is one, which is why the other losses stand in for it.
    """
    _signs(target)
    return (~(target * scores > 0)).sum(axis=-1).mean(axis=-1)  # nan is wrong, too


@takes(scores="*S N K+", target="*S N K")
def perceptron(scores: Array, target: Array) -> tuple[Array, Backward]:
    """L = 1/N Σₙ Σₖ max(0, −t s) with target t −1 or 1: only mistakes cost (Rosenblatt 1958).

    At s = 0 the slope is −t, as the perceptron's rule has it.
    """
    _signs(target)
    margin = target * scores
    return _loss(np.maximum(-margin, 0).sum(axis=-1), -target * (margin <= 0))


@takes(scores="*S N K+", target="*S N K")
def hinge(scores: Array, target: Array) -> tuple[Array, Backward]:
    """L = 1/N Σₙ Σₖ max(0, 1 − t s) with target t −1 or 1: right answers cost, too, until their margin is 1.

    Source: Cortes and Vapnik 1995. Gradient: −t/N where t s < 1, otherwise 0.
    """
    _signs(target)
    short = 1 - target * scores
    return _loss(np.maximum(short, 0).sum(axis=-1), -target * (short > 0))


@takes(logits="*S N K+", target="*S N K")
def binary_cross_entropy(logits: Array, target: Array) -> tuple[Array, Backward]:
    """Sigmoid and negative log-likelihood in one: L = 1/N Σₙ Σₖ ln(1 + e^z) − y z.

    Shapes: logits and target (..., N, K), target in [0, 1]. Gradient: (σ(z) − y)/N.
    """
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


def _target_distribution(target: Array, logits: Array) -> Array:
    """Probabilities as they are, labels as one-hot rows: (..., N, K) like the logits."""
    if target.dtype.kind == "f" and target.ndim == logits.ndim:
        same_shape("target", target, "logits", logits)
        _distribution("target", target)
        return target
    K, labels = logits.shape[-1], integers("labels", target)
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels must have shape {logits.shape[:-1]} for logits {logits.shape}, got {labels.shape}"
        )
    below("labels", labels, K)
    return (labels[..., None] == np.arange(K)).astype(logits.dtype)


@takes(logits="*S N K+", target="any ...")
def cross_entropy(logits: Array, target: Array) -> tuple[Array, Backward]:
    """Softmax and negative log-likelihood in one: L = −1/N Σₙ Σₖ p ln softmax(z).

    Shapes: logits (..., N, K); target (..., N) integer labels in 0 … K − 1, or (..., N, K) probabilities p.
    Gradient: (softmax(z) − p)/N, where a label stands for its one-hot row. Fused, so that no logarithm of a
    vanishing probability is taken (Goodfellow et al. 2016, section 6.2.2.3).
    """
    p = _target_distribution(target, logits)
    log_q, _ = log_softmax(logits)
    counted = log_q if log_q.min() > -np.inf else np.where(p > 0, log_q, 0)
    return _loss(-np.vecdot(counted, p), np.exp(log_q) - p)


# ── Between distributions ──


@takes(p="*S N K+", q="*S N K")
def kl_divergence(p: Array, q: Array) -> tuple[Array, Backward]:
    """D(p‖q) = 1/N Σₙ Σₖ p ln(p/q) in nats, differentiable in both: backward() → dp, dq.

    Shapes: p and q (..., N, K), probabilities over the last axis, q > 0 wherever p > 0; 0 ln 0 = 0.
    Gradients: dp = (ln(p/q) + 1)/N (0 where p = 0),  dq = −p/(q N).
    """
    _distribution("p", p)
    _distribution("q", q)
    there = p > 0
    if (q[there] == 0).any():
        raise ValueError(
            "q must be positive wherever p is; otherwise D(p‖q) is infinite"
        )
    log_p, log_q = (np.log(a, out=np.zeros_like(a), where=there) for a in (p, q))
    log_ratio = log_p - log_q
    with np.errstate(over="ignore"):  # p/q may be beyond all floats, its logarithm not
        ratio = np.divide(p, q, out=np.zeros_like(p), where=there)
    return _loss((p * log_ratio).sum(axis=-1), (log_ratio + 1) * there, -ratio)


@takes(mu="*S N K+", logvar="*S N K")
def gaussian_kl(mu: Array, logvar: Array) -> tuple[Array, Backward]:
    """KL of N(μ, diag e^logvar) from N(0, I): 1/N Σₙ Σₖ ½ (μ² + e^logvar − logvar − 1).

    Shapes: mu and logvar (..., N, K). backward() → dμ = μ/N, dlogvar = (e^logvar − 1)/2N
    (Kingma and Welling 2014, appendix B).
    """
    excess = np.expm1(logvar)
    return _loss((mu**2 + excess - logvar).sum(axis=-1) / 2, mu, excess / 2)
