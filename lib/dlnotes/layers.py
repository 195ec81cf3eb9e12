"""Layers bind parameters to functions; the mathematics stands in the functions.

A layer is its `__init__`, which draws the parameters, plus the function it names. Only those that act
differently in training and in use (noise, running statistics), or that need a first state, have a `forward` of
their own. Ways to combine layers (Sequential, Residual, Bidirectional) stand in `network`.
"""

from collections.abc import Callable
from functools import partial
from math import prod

import numpy as np

from . import functional as F
from . import init
from .arguments import takes
from .arrays import Array, Backward, unmarked
from .conv import frame, settings
from .kinds import (
    count,
    floats,
    fraction,
    function,
    generator,
    instance,
    interval,
    not_negative,
    per_axis,
    positive,
    real,
    remainder,
    shape,
    sizes,
)
from .network import Layer, Parameter, Sequential
from .recurrent_layers import GRU, LSTM, RNN  # noqa: F401 (one name for all layers)


class Linear(Layer):
    """y = x W + b with W (D, K) drawn by `initialize` (default: Glorot) and b = 0.

    With `copies` = S it is S such maps side by side, W (S, D, K) and b (S, K), for x (S, N, D) or (N, D).
    """

    @takes(D=count, K=count, rng=generator, initialize=function, copies=count)
    def __init__(
        self,
        D: int,
        K: int,
        *,
        rng: np.random.Generator,
        initialize: Callable = init.glorot,
        copies: int | None = None,
    ):
        leading = () if copies is None else (copies,)
        self.W = Parameter(initialize((*leading, D, K), rng=rng))
        self.b = Parameter(np.zeros((*leading, K)))
        super().__init__(F.linear, self.W, self.b)


@takes(
    sizes=shape, activation=function, rng=generator, initialize=function, copies=count
)
def mlp(
    sizes: tuple[int, ...],
    *,
    activation: Callable = F.relu,
    rng: np.random.Generator,
    initialize: Callable = init.he,
    copies: int | None = None,
) -> Sequential:
    """A multilayer perceptron: mlp((64, 32, 10), rng=rng) is Linear(64, 32), relu, Linear(32, 10).

    W of the hidden layers is drawn by `initialize` (default: He, for relu), that of the last one by Glorot's rule.
    With `copies` = S it is S networks side by side, for x (S, N, D) or (N, D).
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes must be at least 2, inputs and outputs, got {sizes}")
    parts: list[Layer | Callable] = []
    for D, K in zip(sizes[:-2], sizes[1:-1], strict=True):
        linear = Linear(D, K, rng=rng, initialize=initialize, copies=copies)
        parts += [linear, activation]
    return Sequential(*parts, Linear(*sizes[-2:], rng=rng, copies=copies))


class TransposedLinear(Layer):
    """The way back through `source`: y = x Wᵀ + b with the W of that Linear layer, shared, and a b of its own."""

    @takes(source=instance(Linear))
    def __init__(self, source: Linear):
        self.W = source.W
        self.b = Parameter(np.zeros(source.W.value.shape[0]))
        super().__init__(F.transposed_linear, self.W, self.b)


class Embedding(Layer):
    """Row E[token] of a table E (V, D) for every token; entries start as N(0, 1)."""

    @takes(V=count, D=count, rng=generator)
    def __init__(self, V: int, D: int, *, rng: np.random.Generator):
        self.E = Parameter(init.normal((V, D), scale=1.0, rng=rng))
        super().__init__(F.embedding, self.E)


# ── Images and signals ──


class Conv2d(Layer):
    """`functional.conv2d` from C to O channels with W drawn by `initialize` (default: He) and b = 0.

    Stride, padding, dilation and groups as there. With `copies` = S it is S such layers side by side, from S C to S O
    channels, of which none sees another's, for `SideBySide`.
    """

    operation, rank = staticmethod(F.conv2d), 2

    @takes(
        C=count,
        O=count,
        kernel=sizes,
        rng=generator,
        initialize=function,
        copies=count,
        **settings,
    )
    def __init__(
        self,
        C: int,
        O: int,
        kernel: int | tuple[int, ...],
        *,
        rng: np.random.Generator,
        initialize: Callable = init.he,
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        copies: int = 1,
    ):
        C, O, groups = copies * C, copies * O, copies * groups
        if C % groups or O % groups:
            raise ValueError(
                f"C and O must be multiples of {groups} groups, got {C}, {O}"
            )
        shape = self._shape(C, O, groups) + per_axis("kernel", kernel, self.rank)
        fans = tuple(n // groups * prod(shape[2:]) for n in (C, O))
        self.W = Parameter(initialize(shape, rng=rng, fans=fans))
        self.b = Parameter(np.zeros(O))
        geometry = {"stride": stride, "padding": padding, "dilation": dilation}
        for name, value in geometry.items():
            per_axis(name, value, self.rank)
        function = partial(self.operation, **geometry, groups=groups)
        super().__init__(function, self.W, self.b)

    def _shape(self, C: int, O: int, groups: int) -> tuple[int, int]:
        return O, C // groups


class Conv1d(Conv2d):
    """`functional.conv1d` from C to O channels; otherwise like Conv2d."""

    operation, rank = staticmethod(F.conv1d), 1


class ConvTranspose2d(Conv2d):
    """`functional.conv_transpose2d` from C to O channels: an upsampling that learns."""

    operation = staticmethod(F.conv_transpose2d)

    @takes(output_padding=frame)
    def __init__(self, *sizes, output_padding: int | tuple[int, int] = 0, **others):
        super().__init__(*sizes, **others)
        stride = per_axis("stride", others.get("stride", 1), 2)
        remainder("output_padding", output_padding, stride)
        self.function = partial(self.function, output_padding=output_padding)

    def _shape(self, C: int, O: int, groups: int) -> tuple[int, int]:
        return C, O // groups


class MaxPool(Layer):
    """`functional.max_pool` with a fixed window."""

    operation = staticmethod(F.max_pool)

    @takes(kernel=sizes, stride=sizes)
    def __init__(self, kernel=2, stride=None):
        if isinstance(kernel, tuple) and stride is not None:
            per_axis("stride", stride, len(kernel))
        super().__init__(partial(self.operation, kernel=kernel, stride=stride))


class AvgPool(MaxPool):
    """`functional.avg_pool` with a fixed window."""

    operation = staticmethod(F.avg_pool)


# ── Normalization and noise ──


class LayerNorm(Layer):
    """`functional.layer_norm` over D features; γ starts at 1, β at 0."""

    @takes(D=count, epsilon=positive)
    def __init__(self, D: int, *, epsilon: float = 1e-5):
        self.gamma, self.beta = Parameter(np.ones(D)), Parameter(np.zeros(D))
        super().__init__(partial(F.layer_norm, epsilon=epsilon), self.gamma, self.beta)


class BatchNorm(Layer):
    """`functional.batch_norm` over C channels: by the batch in training, by running averages in use.

    After each training batch: running ← (1 − momentum) · running + momentum · batch statistics.
    """

    @takes(C=count, momentum=fraction, epsilon=positive)
    def __init__(self, C: int, *, momentum: float = 0.1, epsilon: float = 1e-5):
        self.momentum = momentum
        self.gamma, self.beta = Parameter(np.ones(C)), Parameter(np.zeros(C))
        self.mean, self.variance = np.zeros(C), np.ones(C)
        super().__init__(partial(F.batch_norm, epsilon=epsilon), self.gamma, self.beta)

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        statistics = None if training else (self.mean.copy(), self.variance.copy())
        y, pullback = self.function(
            x, self.gamma.value, self.beta.value, statistics=statistics
        )
        if training:
            for running, batch in zip(
                (self.mean, self.variance), F.batch_statistics(x), strict=True
            ):
                running += self.momentum * (batch - running)
        return y, self._collect(pullback)

    def state(self) -> dict[str, Array]:
        return super().state() | {"mean": self.mean, "variance": self.variance}


class Dropout(Layer):
    """In training, a fresh mask from `rng` for every batch; in use, nothing happens."""

    @takes(rate=fraction, rng=generator)
    def __init__(self, rate: float, *, rng: np.random.Generator):
        self.rate, self.rng = rate, rng

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        if not training:
            return F.identity(x)
        return F.dropout(x, self.rng.random(np.shape(x)) >= self.rate, self.rate)


class GaussianNoise(Layer):
    """In training, y = x + sigma · N(0, 1), drawn from `rng` for every entry and batch; in use, nothing happens."""

    @takes(sigma=not_negative, rng=generator)
    def __init__(self, sigma: float, *, rng: np.random.Generator):
        self.sigma, self.rng = sigma, rng

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        if not training:
            return F.identity(x)
        x, _ = unmarked(floats("x", x))
        noise = self.rng.standard_normal(x.shape).astype(x.dtype, copy=False)
        return x + self.sigma * noise, lambda dy: dy


class RandomizedLeakyReLU(Layer):
    """Slopes below 0 drawn from U(low, high) for every entry in training; their mean in use.

    Source: Xu et al. 2015, with the slopes as PyTorch counts them.
    """

    @takes(low=real, high=real, rng=generator)
    def __init__(
        self, low: float = 1 / 8, high: float = 1 / 3, *, rng: np.random.Generator
    ):
        interval(low, high)
        self.low, self.high, self.rng = low, high, rng

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        slope = (self.low + self.high) / 2
        if training:
            slope = self.rng.uniform(self.low, self.high, np.shape(x))
        return F.leaky_relu(x, slope)
