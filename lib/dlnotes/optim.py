"""Optimizers in one frame: θ ← θ − η mₜ / √Vₜ, where each method has its own mₜ and Vₜ.

On construction the parameters move into one flat vector, of which each `Parameter.value` and `.grad`
becomes a view; a step is then a handful of array operations however many layers there are.
"""

import numpy as np

from . import checks
from .layers import Parameter

Array = np.ndarray


class Optimizer:
    """The frame. A method says in `moments` what mₜ and √Vₜ are, given the gradient g."""

    def __init__(self, parameters: list[Parameter], learning_rate: float):
        parameters = list(parameters)
        if not parameters:
            raise ValueError(
                "parameters must hold at least one Parameter, got an empty list"
            )
        self.learning_rate = checks.positive("learning_rate", learning_rate)
        self.theta = np.concatenate([p.value.ravel() for p in parameters])
        self.grad = np.concatenate([p.grad.ravel() for p in parameters])
        start = 0
        for p in parameters:
            window = slice(start, start + p.value.size)
            p.value, p.grad = (
                self.theta[window].reshape(p.value.shape),
                self.grad[window].reshape(p.value.shape),
            )
            start = window.stop

    def moments(self, g: Array) -> tuple[Array, Array | float]:
        """mₜ and √Vₜ for the gradient g; shapes (P,) each, or a number that broadcasts."""
        raise NotImplementedError

    def step(self) -> None:
        """Move the parameters once along the gradient collected so far."""
        m, root_V = self.moments(self.grad)
        self.theta -= self.learning_rate * m / root_V

    def zero_grad(self) -> None:
        """Forget the gradient; call it before each backward pass."""
        self.grad[:] = 0


class SGD(Optimizer):
    """Gradient descent: m = g, V = 1. Stochastic where g comes from a mini-batch."""

    def moments(self, g: Array) -> tuple[Array, float]:
        return g, 1.0


class Momentum(Optimizer):
    """Heavy ball: mₜ = β mₜ₋₁ + g, V = 1 (Polyak 1964)."""

    def __init__(
        self, parameters: list[Parameter], learning_rate: float, *, beta: float = 0.9
    ):
        super().__init__(parameters, learning_rate)
        self.beta, self.m = beta, np.zeros_like(self.theta)

    def moments(self, g: Array) -> tuple[Array, float]:
        self.m = self.beta * self.m + g
        return self.m, 1.0


class Adam(Optimizer):
    """Running means of g and g², both corrected for starting at zero (Kingma and Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g,  V ← β₂ V + (1 − β₂) g²,  mₜ = m/(1 − β₁ᵗ),  √Vₜ = √(V/(1 − β₂ᵗ)) + ε.
    """

    def __init__(
        self,
        parameters,
        learning_rate: float = 1e-3,
        *,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
    ):
        super().__init__(parameters, learning_rate)
        self.beta1, self.beta2, self.epsilon, self.t = beta1, beta2, epsilon, 0
        self.m, self.V = np.zeros_like(self.theta), np.zeros_like(self.theta)

    def moments(self, g: Array) -> tuple[Array, Array]:
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.V = self.beta2 * self.V + (1 - self.beta2) * g * g
        m, V = self.m / (1 - self.beta1**self.t), self.V / (1 - self.beta2**self.t)
        return m, np.sqrt(V) + self.epsilon
