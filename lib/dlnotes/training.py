"""The training loop, once it has been written out often enough to be boring."""

from collections.abc import Callable, Iterator

import numpy as np

from . import checks
from .functional import Array
from .layers import Layer
from .optim import Optimizer


def minibatches(
    N: int, batch_size: int, *, rng: np.random.Generator
) -> Iterator[Array]:
    """One epoch: the indices 0 … N − 1, shuffled, in pieces of `batch_size` (the last may be smaller)."""
    if not 1 <= batch_size <= N:
        raise ValueError(f"batch_size must lie in 1 … {N}, got {batch_size}")
    order = checks.generator("rng", rng).permutation(N)
    for start in range(0, N, batch_size):
        yield order[start : start + batch_size]


def train_step(
    net: Layer, loss: Callable, optimizer: Optimizer, x: Array, target: Array
) -> float:
    """Forward, loss, backward, step; returns the loss before the step."""
    optimizer.zero_grad()
    prediction, backward = net.forward(x, training=True)
    value, loss_backward = loss(prediction, target)
    backward(loss_backward())
    optimizer.step()
    return float(value)


def fit(
    net: Layer,
    loss: Callable,
    optimizer: Optimizer,
    x: Array,
    target: Array,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[float]:
    """Train on mini-batches of x (N, D) and target (N, ...); returns the mean loss of each epoch."""
    checks.same_size(
        "the number of samples in x", len(x), "that in target", len(target)
    )
    history = []
    for _ in range(epochs):
        batches = minibatches(len(x), batch_size, rng=rng)
        history.append(
            float(
                np.mean(
                    [train_step(net, loss, optimizer, x[i], target[i]) for i in batches]
                )
            )
        )
    return history
