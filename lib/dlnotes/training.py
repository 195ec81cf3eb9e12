"""The training loop: mini-batches, one step, many epochs, evaluation, early stopping."""

from collections.abc import Callable, Iterator

import numpy as np

from .arguments import takes
from .arrays import Array, Constant
from .kinds import count, function, generator, instance, natural, pair
from .network import Layer
from .optim import Optimizer


@takes(N=count, batch_size=count, rng=generator)
def minibatches(
    N: int, batch_size: int, *, rng: np.random.Generator
) -> Iterator[Array]:
    """One epoch: the indices 0 … N − 1, shuffled, in pieces of `batch_size` (the last may be smaller)."""
    count("batch_size", batch_size, most=N)
    order = rng.permutation(N)
    return (order[start : start + batch_size] for start in range(0, N, batch_size))


@takes(net=instance(Layer), loss=function, optimizer=instance(Optimizer))
def train_step(
    net: Layer, loss: Callable, optimizer: Optimizer, x: Array, target: Array
) -> float:
    """Forward, loss, backward, step; returns the loss before the step."""
    optimizer.zero_grad()
    prediction, backward = net.forward(Constant(x), training=True)
    value, loss_backward = _one_number(loss, prediction, target)
    backward(loss_backward())
    optimizer.step()
    return value


def _one_number(loss: Callable, prediction: Array, target: Array):
    """The loss of a batch and its pullback."""
    value, backward = pair("loss", loss(prediction, target))
    if np.ndim(value):
        raise ValueError(
            f"loss must give one number for the batch, got shape {np.shape(value)}; several "
            "networks at once are for fit_side_by_side, all steps of a sequence for a loop of your own"
        )
    return float(value), backward


@takes(
    net=instance(Layer), loss=function, optimizer=instance(Optimizer), x="any N *X+", target="any N *T",
    epochs=count, batch_size=count, rng=generator,
)  # fmt: skip
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
    history = []
    for _ in range(epochs):
        batches = list(minibatches(len(x), batch_size, rng=rng))
        losses = [train_step(net, loss, optimizer, x[i], target[i]) for i in batches]
        sizes = [len(batch) for batch in batches]
        history.append(float(np.average(losses, weights=sizes)))
    return history


@takes(net=function, loss=function, x="any N *X+", target="any N *T", batch_size=count)
def evaluate(
    net: Layer, loss: Callable, x: Array, target: Array, *, batch_size: int = 1000
) -> float:
    """Mean loss over all samples in inference, in pieces that fit into memory."""
    total = 0.0
    for start in range(0, len(x), batch_size):
        piece = slice(start, start + batch_size)
        value, _ = _one_number(loss, net(x[piece]), target[piece])
        total += value * len(x[piece])
    return total / len(x)


@takes(
    net=instance(Layer), loss=function, optimizer=instance(Optimizer), x="any S N *X+", target="any R N *T",
    steps=natural, batch_size=count, change=function, after=function,
)  # fmt: skip
def fit_side_by_side(
    net: Layer,
    loss: Callable,
    optimizer: Optimizer,
    x: Array,
    target: Array,
    *,
    steps: int,
    batch_size: int | None = None,
    change: Callable[[Array], Array] | None = None,
    after: Callable[[], None] | None = None,
) -> Array:
    """Train S networks at once, whose parameters have a first axis S; returns their losses (steps, S) before each step.

    x (S, N, ...) and target (S, N, ...) hold the samples of each network, x (1, N, ...) the same inputs for all;
    `loss` gives S numbers. Each learns as it would alone. A batch takes the next `batch_size` samples in the order
    they have, round and round; without a size it takes all. `change(x)` returns what to use instead of the inputs x
    of a batch, as augmentation does. `after()` is called after each step, for what is done to the weights.
    """
    N = x.shape[1]
    size = N if batch_size is None else count("batch_size", batch_size, most=N)
    x, target = map(np.ascontiguousarray, (x, target))  # take would copy all of a slice
    history = []
    for step in range(steps):
        batch, labels = x, target
        if size < N or change is not None:  # a change may edit what it is given
            turn = np.arange(step * size, (step + 1) * size)
            batch, labels = (a.take(turn, axis=1, mode="wrap") for a in (x, target))
        if change is not None:
            batch = change(batch)
        optimizer.zero_grad()
        prediction, backward = net.forward(Constant(batch), training=True)
        values, pullback = pair("loss", loss(prediction, labels))
        if np.ndim(values) != 1:
            raise ValueError(
                f"loss must give one number for each network, got shape {np.shape(values)}"
            )
        backward(pullback(np.ones_like(values)))
        optimizer.step()
        if after is not None:
            after()
        history.append(values)
    return np.array(history)


class EarlyStopping:
    """Keep the best state of a network, and say when to give up: after `patience` looks without a better loss.

        stopping = EarlyStopping(net, patience=5)
        ...
        if stopping.look(validation_loss):
            break
        stopping.restore()

    The state is `net.state()`: the parameters, and the running averages of a BatchNorm.
    """

    @takes(net=instance(Layer), patience=count)
    def __init__(self, net: Layer, *, patience: int):
        self.net, self.patience = net, patience
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
