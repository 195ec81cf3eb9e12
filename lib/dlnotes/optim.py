"""Optimizers in one frame: θ ← θ − η mₜ / √Vₜ, where each method has its own mₜ and Vₜ.

On construction the parameters move into one flat vector, of which each `Parameter.value` and `.grad`
becomes a view; a step is then a handful of array operations however many layers there are. Whatever is such a view no
longer, because it was assigned or copied, moves there again before the next step.
"""

import math
from collections.abc import Iterable

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import fraction, like, not_negative, positive
from .network import Parameter
from .schedules import Schedule, rate_or_schedule

# A step goes piece by piece: so many numbers, and what is computed from them, stay in a processor's cache.
BLOCK = 1 << 14


def _parameters(name: str, value) -> list[Parameter]:
    """`value` as a list of parameters, each once, all of one dtype."""
    if isinstance(value, Parameter) or not isinstance(value, Iterable):
        raise TypeError(
            f"{name} must be a list such as net.parameters(), got {value!r}"
        )
    parameters = list(value)
    if not parameters:
        raise ValueError(f"{name} must hold at least one Parameter, got an empty list")
    for p in parameters:
        if not isinstance(p, Parameter):
            raise TypeError(f"{name} must hold Parameter objects, got {p!r}")
    if len({id(p) for p in parameters}) < len(parameters):
        raise ValueError(f"{name} must hold every Parameter once, got one twice")
    if len({p.value.dtype for p in parameters}) > 1:
        raise TypeError(
            f"{name} must have one dtype, got {sorted({str(p.value.dtype) for p in parameters})}"
        )
    return parameters


class _Pinned:
    """An array that keeps its place: assigning writes into it, so that all views of it see the change."""

    def __set_name__(self, owner, name: str) -> None:
        self.name = name

    def __get__(self, optimizer, owner=None):
        return self if optimizer is None else vars(optimizer)[self.name]

    def __set__(self, optimizer, value) -> None:
        pinned = vars(optimizer)[self.name]
        pinned[:] = like(f"an assigned {self.name}", value, pinned.shape)


class Optimizer:
    """The frame. A method says in `direction` what mₜ / √Vₜ is, given the gradient g.

    `learning_rate` is a number, or a schedule t ↦ η from `schedules` with t = 0, 1, … counting the steps.
    `weight_decay` λ adds λ θ to the gradient, which is the gradient of an L2 penalty ½ λ ‖θ‖². What a method
    remembers are the rows of `memory`, as many as it says in `memories`, each of shape (P,) like θ.
    """

    memories = 0
    theta, grad = _Pinned(), _Pinned()  # of all parameters, (P,)

    @takes(
        parameters=_parameters,
        learning_rate=rate_or_schedule,
        weight_decay=not_negative,
    )
    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float | Schedule,
        *,
        weight_decay: float = 0.0,
    ):
        self.schedule = learning_rate if callable(learning_rate) else None
        self.learning_rate = float(self.schedule(0) if self.schedule else learning_rate)
        self.weight_decay = weight_decay
        self.t = 0
        self._shapes = {p: p.value.shape for p in parameters}
        size = sum(p.value.size for p in parameters)
        self.memory = np.zeros((self.memories, size), parameters[0].value.dtype)
        self._gather()

    def _gather(self) -> None:
        """Move all values into one vector, all gradients into another, and leave views of them behind."""
        values, grads = [], []
        for p, shape in self._shapes.items():
            values.append(like("an assigned value", p.value, shape, "the one before"))
            grads.append(like("an assigned grad", p.grad, shape))
        dtype = self.memory.dtype
        for name, arrays in {"theta": values, "grad": grads}.items():
            flat = np.concatenate([array.ravel() for array in arrays], dtype=dtype)
            vars(self)[name] = flat
        start = 0
        for p, shape in self._shapes.items():
            window = slice(start, start + math.prod(shape))
            p.value = self.theta[window].reshape(shape)
            p.grad = self.grad[window].reshape(shape)
            start = window.stop
        self._views = [(p, p.value, p.grad) for p in self._shapes]

    def _keep(self) -> None:
        """Gather again what was assigned anew, or moved to another optimizer, since."""
        for p, value, grad in self._views:
            if p.value is not value or p.grad is not grad:
                self._gather()
                return

    def __setstate__(self, state: dict) -> None:
        """Come back from a copy or a pickle, in which views are arrays of their own."""
        vars(self).update(state)
        self._gather()

    def direction(self, g: Array, *memory: Array) -> Array:
        """mₜ / √Vₜ for the gradient g, updating the memory in place; `self.t` counts from 1."""
        raise NotImplementedError

    def descend(self, theta: Array, g: Array, *memory: Array) -> None:
        """One step of a piece of θ, in place."""
        if self.weight_decay:
            g = g + self.weight_decay * theta
        theta -= self.learning_rate * self.direction(g, *memory)

    def step(self) -> None:
        """Move the parameters once along the gradient collected so far."""
        if self.schedule:
            self.learning_rate = not_negative(
                "the rate of the schedule", self.schedule(self.t)
            )
        self.t += 1
        self._keep()
        for start in range(0, self.theta.size, BLOCK):
            piece = slice(start, start + BLOCK)
            self.descend(self.theta[piece], self.grad[piece], *self.memory[:, piece])

    def zero_grad(self) -> None:
        """Forget the gradient; call it before each backward pass."""
        self._keep()
        self.grad.fill(0)


class SGD(Optimizer):
    """Gradient descent: m = g, V = 1. Stochastic where g comes from a mini-batch."""

    def direction(self, g: Array) -> Array:
        return g


class Momentum(Optimizer):
    """Heavy ball: mₜ = β mₜ₋₁ + g, V = 1 (Polyak 1964)."""

    memories = 1

    @takes(beta=fraction)
    def __init__(self, parameters, learning_rate, *, beta: float = 0.9, **options):
        super().__init__(parameters, learning_rate, **options)
        self.beta = beta

    def direction(self, g: Array, m: Array) -> Array:
        m *= self.beta
        m += g
        return m


class Nesterov(Momentum):
    """Momentum that looks ahead: m as in Momentum, step along g + β mₜ (Sutskever et al. 2013, rearranged)."""

    def direction(self, g: Array, m: Array) -> Array:
        return g + self.beta * super().direction(g, m)


class Adagrad(Optimizer):
    """m = g, √V = √(sum of all g² so far) + ε: θ moves less where gradients were large (Duchi et al. 2011)."""

    memories = 1

    @takes(epsilon=positive)
    def __init__(self, parameters, learning_rate, *, epsilon: float = 1e-10, **options):
        super().__init__(parameters, learning_rate, **options)
        self.epsilon = epsilon

    def direction(self, g: Array, V: Array) -> Array:
        V += g * g
        return g / (np.sqrt(V) + self.epsilon)


class RMSprop(Adagrad):
    """m = g, √Vₜ = √V + ε with V ← β V + (1 − β) g²: Adagrad that forgets (Tieleman and Hinton 2012)."""

    @takes(beta=fraction)
    def __init__(
        self, parameters, learning_rate, *, beta: float = 0.99, epsilon=1e-8, **options
    ):
        super().__init__(parameters, learning_rate, epsilon=epsilon, **options)
        self.beta = beta

    def direction(self, g: Array, V: Array) -> Array:
        V += (1 - self.beta) * (g * g - V)
        return g / (np.sqrt(V) + self.epsilon)


class Adam(Optimizer):
    """Running means of g and g², both corrected for starting at zero (Kingma and Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g,  V ← β₂ V + (1 − β₂) g²,  mₜ = m/(1 − β₁ᵗ),  √Vₜ = √(V/(1 − β₂ᵗ)) + ε.
    """

    memories = 2

    @takes(beta1=fraction, beta2=fraction, epsilon=positive)
    def __init__(
        self,
        parameters,
        learning_rate=1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **options,
    ):
        super().__init__(parameters, learning_rate, **options)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def direction(self, g: Array, m: Array, V: Array) -> Array:
        self.remember(g, m, V)
        return self.corrected(m, V)

    def remember(self, g: Array, m: Array, V: Array) -> None:
        """Move the running means toward g and g²."""
        m *= self.beta1
        m += (1 - self.beta1) * g
        V *= self.beta2
        V += (1 - self.beta2) * g * g

    def corrected(self, m: Array, V: Array) -> Array:
        """mₜ / √Vₜ from the running means, both corrections in one number (Kingma and Ba 2015, end of section 2)."""
        root_V, root = np.sqrt(V), math.sqrt(1 - self.beta2**self.t)
        root_V += self.epsilon * root
        return m * (root / (1 - self.beta1**self.t)) / root_V


class AMSGrad(Adam):
    """Adam whose V never falls, which repairs its proof of convergence (Reddi, Kale and Kumar 2018).

    Both corrections for the start at zero are kept, as in PyTorch; the paper leaves them out.
    """

    memories = 3

    def direction(self, g: Array, m: Array, V: Array, largest: Array) -> Array:
        self.remember(g, m, V)
        return self.corrected(m, np.maximum(largest, V, out=largest))


class AdamW(Adam):
    """Adam with decoupled decay: θ ← (1 − η λ) θ beside the step, not through it (Loshchilov and Hutter 2019).

    With η in the decay as in PyTorch, so that a schedule scales both.
    """

    def __init__(self, parameters, learning_rate=1e-3, *, weight_decay=0.01, **options):
        super().__init__(
            parameters, learning_rate, weight_decay=weight_decay, **options
        )

    def descend(self, theta: Array, g: Array, *memory: Array) -> None:
        theta *= 1 - self.learning_rate * self.weight_decay
        theta -= self.learning_rate * self.direction(g, *memory)


@takes(g="...", limit=positive)
def clip_by_value(g: Array, limit: float) -> Array:
    """Every entry of g cut to [−limit, limit]; this may turn the direction."""
    return np.clip(g, -limit, limit)


@takes(g="...", limit=positive)
def clip_by_norm(g: Array, limit: float) -> Array:
    """g shortened to length `limit` if it is longer: optimizer.grad[:] = clip_by_norm(optimizer.grad, 1.0).

    Keeps the direction (Pascanu, Mikolov and Bengio 2013, algorithm 1).
    """
    norm = np.linalg.norm(g)
    return g.copy() if norm <= limit else g * np.asarray(limit / norm, g.dtype)
