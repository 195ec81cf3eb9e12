"""Is a gradient right? Ask differences, which know nothing of the derivation.

`numerical_gradient` asks weight by weight, which suits small networks and teaching; `check_vjp` asks
along one random direction per argument, which costs four evaluations an argument however many weights it has.
"""

from collections.abc import Callable

import numpy as np

from . import checks
from .arrays import Array


class GradientError(AssertionError):
    """A gradient and its differences disagree, or the check could not decide."""


def relative_error(a: Array, b: Array) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖): 0 for equal arrays, 1 for a gradient that is zero where it should not be."""
    a, b = checks.array("a", a), checks.array("b", b)
    checks.same_shape("a", a, "b", b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if size == 0 else float(np.linalg.norm(a - b) / size)


def numerical_gradient(
    f: Callable[[Array], float], x: Array, epsilon: float = 1e-5
) -> Array:
    """∂f/∂xᵢ ≈ (f(x + ε eᵢ) − f(x − ε eᵢ)) / 2ε for every i; x of any shape, f(x) a number."""
    x, epsilon = checks.floating("x", x), checks.positive("epsilon", epsilon)
    checks.function("f", f)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        shifted = x.copy()
        shifted[i] = x[i] + epsilon
        above = f(shifted)
        if np.ndim(above):
            raise ValueError(f"f must return one number, got shape {np.shape(above)}")
        shifted[i] = x[i] - epsilon
        gradient[i] = (above - f(shifted)) / (2 * epsilon)
    return gradient


def check_vjp(
    f: Callable,
    *args,
    rng: np.random.Generator,
    epsilon: float = 1e-5,
    tolerance: float = 1e-7,
) -> float:
    """Check `y, backward = f(*args)` along random directions; return the largest relative error.

    For each floating argument a in turn: with random v like y and u like a, ⟨v, J u⟩ by central differences must
    equal ⟨backward(v)ₐ, u⟩; the error is their difference over ‖backward(v)ₐ‖ + |⟨v, J u⟩|. Errors: GradientError
    naming the argument (1, 2, …) if it exceeds `tolerance`, if backward has the wrong shapes, if two step sizes
    disagree (a kink lies between), or if both sides are zero everywhere, because then nothing was checked.
    """
    rng = checks.generator("rng", rng)
    epsilon = checks.positive("epsilon", epsilon)
    tolerance = checks.not_negative("tolerance", tolerance)
    result = checks.function("f", f)(*args)
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        raise TypeError(f"f must return its value and a backward, got {result!r}")
    y, backward = result
    v = rng.standard_normal(np.shape(y))
    gradients = backward(v)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    slots = [
        i for i, a in enumerate(args) if np.issubdtype(np.asarray(a).dtype, np.floating)
    ]
    if len(gradients) != len(slots):
        raise GradientError(
            f"backward returned {len(gradients)} gradients for {len(slots)} floating arguments"
        )
    worst, largest = 0.0, 0.0
    for slot, gradient in zip(slots, gradients, strict=True):
        a = np.asarray(args[slot])
        if np.shape(gradient) != a.shape:
            raise GradientError(
                f"argument {slot + 1} has shape {a.shape}, its gradient {np.shape(gradient)}"
            )
        if not np.isfinite(gradient).all():
            raise GradientError(f"argument {slot + 1}: its gradient holds nan or inf")
        u = rng.standard_normal(a.shape)

        def slope(h, slot=slot, a=a, u=u):
            above, below = (
                f(*args[:slot], a + s * h * u, *args[slot + 1 :])[0] for s in (1, -1)
            )
            return float(np.sum(v * (above - below)) / (2 * h))

        measured, coarse, derived = (
            slope(epsilon),
            slope(2 * epsilon),
            float(np.sum(gradient * u)),
        )
        scale = float(np.linalg.norm(gradient)) + abs(measured)
        if not abs(measured - coarse) <= tolerance * scale:  # written so that nan fails
            raise GradientError(
                f"argument {slot + 1}: steps {epsilon:g} and {2 * epsilon:g} disagree; "
                "a kink is near, or rounding drowns the slope"
            )
        error = 0.0 if scale == 0 else abs(measured - derived) / scale
        if not error <= tolerance:
            raise GradientError(
                f"argument {slot + 1}: derived slope {derived:.9g}, measured {measured:.9g} (relative error {error:.1e})"
            )
        worst, largest = max(worst, error), max(largest, scale)
    if largest == 0:
        raise GradientError(
            "nothing was checked: the gradient is zero in every direction tried"
        )
    return worst
