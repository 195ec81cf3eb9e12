"""Layers bind parameters to the functions of `functional`; they compute nothing themselves.

net = Sequential(Linear(64, 32, rng=rng), relu, Linear(32, 10, rng=rng))
logits = net(x)                                   inference
logits, backward = net.forward(x, training=True)  training: backward(dlogits) fills every .grad
"""

from collections.abc import Callable, Iterator

import numpy as np

from . import checks, init
from .functional import Array, Backward, linear


class Parameter:
    """An array that learns: its value, and the gradient of the loss with respect to it."""

    def __init__(self, value: Array):
        self.value = checks.floating("value", value)
        self.grad = np.zeros_like(self.value)


class Layer:
    """A function x, θ₁, θ₂, … → y whose arguments θ are Parameters.

    `forward` returns the value and a `backward` that returns dx and *adds* each ∂L/∂θ to its Parameter.
    Adding is what makes sharing work: a Parameter used twice collects both contributions.
    """

    def __init__(self, function: Callable, *parameters: Parameter):
        if not callable(function):
            raise TypeError(f"function must be callable, got {function!r}")
        self.function = function
        self._own = parameters

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        y, pullback = self.function(x, *(p.value for p in self._own))

        def backward(dy: Array) -> Array:
            if not self._own:
                return pullback(dy)
            dx, *gradients = pullback(dy)
            for parameter, gradient in zip(self._own, gradients, strict=True):
                parameter.grad += gradient
            return dx

        return y, backward

    def __call__(self, x: Array) -> Array:
        return self.forward(x)[0]

    def _all_parameters(self) -> Iterator[Parameter]:
        yield from self._own

    def parameters(self) -> list[Parameter]:
        """Every Parameter once, in order of first use, however often it is shared."""
        return list({id(p): p for p in self._all_parameters()}.values())


class Linear(Layer):
    """y = x W + b with W (D, K) drawn by `initialize` (default: Glorot) and b = 0."""

    def __init__(
        self,
        D: int,
        K: int,
        *,
        rng: np.random.Generator,
        initialize: Callable = init.glorot,
    ):
        self.W = Parameter(initialize((D, K), rng=rng))
        self.b = Parameter(np.zeros(K))
        super().__init__(linear, self.W, self.b)


class Sequential(Layer):
    """Layers one after another. A bare function such as `relu` counts as a layer without parameters."""

    def __init__(self, *layers: Layer | Callable):
        self.layers = [
            layer if isinstance(layer, Layer) else Layer(layer) for layer in layers
        ]

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        pullbacks = []
        for layer in self.layers:
            x, pullback = layer.forward(x, training=training)
            pullbacks.append(pullback)

        def backward(dy: Array) -> Array:
            for pullback in reversed(pullbacks):
                dy = pullback(dy)
            return dy

        return x, backward

    def _all_parameters(self) -> Iterator[Parameter]:
        for layer in self.layers:
            yield from layer._all_parameters()
