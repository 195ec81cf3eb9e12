"""The training loop: mini-batches, one step, many epochs, evaluation, early stopping."""

from collections.abc import Callable, Iterator

import numpy as np

from . import checks
from .arrays import Array, Data
from .network import Layer
from .optim import Optimizer


def _samples(x: Array, target: Array) -> tuple[Array, Array]:
    """Inputs and targets as arrays, one target for every sample."""
    x, target = checks.array("x", x, ndim=1), checks.array("target", target, ndim=1)
    checks.same_size(
        "the number of samples in x", len(x), "that in target", len(target)
    )
    checks.not_empty("x", x)
    return x, target


def minibatches(
    N: int, batch_size: int, *, rng: np.random.Generator
) -> Iterator[Array]:
    """One epoch: the indices 0 … N − 1, shuffled, in pieces of `batch_size` (the last may be smaller)."""
    checks.count("batch_size", batch_size, most=checks.count("N", N))
    order = checks.generator("rng", rng).permutation(N)
    return (order[start : start + batch_size] for start in range(0, N, batch_size))


def train_step(
    net: Layer, loss: Callable, optimizer: Optimizer, x: Array, target: Array
) -> float:
    """Forward, loss, backward, step; returns the loss before the step."""
    checks.instance("net", net, Layer)
    checks.function("loss", loss)
    checks.instance("optimizer", optimizer, Optimizer)
    optimizer.zero_grad()
    prediction, backward = net.forward(np.asarray(x).view(Data), training=True)
    value, loss_backward = loss(prediction, target)
    if np.ndim(value):
        raise ValueError(
            f"loss must give one number for the batch, got shape {np.shape(value)}; train "
            "several networks at once, or all steps of a sequence, with a loop of your own"
        )
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
    """Train on mini-batches of x (N, ...) and target (N, ...); returns the mean loss of each epoch.

    The mean is over samples, each seen at the weights of its moment, so it lags behind `evaluate`.
    """
    x, target = _samples(x, target)
    history = []
    for _ in range(checks.count("epochs", epochs)):
        batches = list(minibatches(len(x), batch_size, rng=rng))
        losses = [train_step(net, loss, optimizer, x[i], target[i]) for i in batches]
        sizes = [len(batch) for batch in batches]
        history.append(float(np.average(losses, weights=sizes)))
    return history


def evaluate(
    net: Layer, loss: Callable, x: Array, target: Array, *, batch_size: int = 1000
) -> float:
    """Mean loss over all samples in inference, in pieces that fit into memory."""
    checks.function("net", net)
    checks.function("loss", loss)
    x, target = _samples(x, target)
    checks.count("batch_size", batch_size)
    total = 0.0
    for start in range(0, len(x), batch_size):
        piece = slice(start, start + batch_size)
        total += float(loss(net(x[piece]), target[piece])[0]) * len(x[piece])
    return total / len(x)


class EarlyStopping:
    """Keep the best state of a network, and say when to give up: after `patience` looks without a better loss.

        stopping = EarlyStopping(net, patience=5)
        ...
        if stopping.look(validation_loss):
            break
        stopping.restore()

    The state is `net.state()`: the parameters, and the running averages of a BatchNorm.
    """

    def __init__(self, net: Layer, *, patience: int):
        checks.instance("net", net, Layer)
        self.net, self.patience = net, checks.count("patience", patience)
        self.best, self.looks, self.best_look = np.inf, 0, 0
        self._remember()

    def look(self, loss: float) -> bool:
        """Take note of the loss after some training; true when it is time to stop."""
        self.looks += 1
        if loss < self.best:
            self.best, self.best_look = float(loss), self.looks
            self._remember()
        return self.looks - self.best_look >= self.patience

    def restore(self) -> None:
        """Put the network back to where the loss was best."""
        for name, array in self.net.state().items():
            array[...] = self.best_state[name]

    def _remember(self) -> None:
        self.best_state = {n: a.copy() for n, a in self.net.state().items()}
