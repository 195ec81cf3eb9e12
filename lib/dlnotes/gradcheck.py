"""Is a gradient right? Ask differences, which know nothing of the derivation.

`numerical_gradient` asks weight by weight, which suits small networks and teaching; `check_vjp` asks
along one random direction per argument, which costs four evaluations an argument however many weights it has.
"""

from collections.abc import Callable

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import function, generator, not_negative, pair, positive


class GradientError(AssertionError):
    """A gradient and its differences disagree, or the check could not decide."""


@takes(a="any *S", b="any *S")
def relative_error(a: Array, b: Array) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖): 0 for equal arrays, 1 for a gradient that is zero where it should not be."""
    a, b = a * 1.0, b * 1.0  # small integers would wrap around
    largest = float(max(np.abs(a).max(initial=0), np.abs(b).max(initial=0)))
    if largest == 0:
        return 0.0
    unit = 2.0 ** np.clip(np.frexp(largest)[1], -1021, 1023)  # so that squares fit
    a, b = a / unit, b / unit
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


@takes(f=function, x="...", epsilon=positive)
def numerical_gradient(
    f: Callable[[Array], float], x: Array, epsilon: float = 1e-5
) -> Array:
    """∂f/∂xᵢ ≈ (f(x + ε eᵢ) − f(x − ε eᵢ)) / 2ε for every i; x of any shape, f(x) a number.

    f is asked in float64, whatever x is; ValueError where rounding swallows ε beside x.
    """
    gradient, x = np.empty_like(x), x.astype(float)
    if (x + epsilon == x - epsilon).any():
        raise ValueError(
            f"epsilon must move every entry of x, got {epsilon} beside {np.abs(x).max()}"
        )
    for i in np.ndindex(x.shape):
        shifted = x.copy()
        shifted[i] = x[i] + epsilon
        above = f(shifted)
        if np.ndim(above):
            raise ValueError(f"f must return one number, got shape {np.shape(above)}")
        shifted[i] = x[i] - epsilon
        gradient[i] = (above - f(shifted)) / (2 * epsilon)
    return gradient


@takes(f=function, rng=generator, epsilon=positive, tolerance=not_negative)
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
    y, backward = pair("f", f(*args))
    v = rng.standard_normal(np.shape(y))
    slots = [i for i, a in enumerate(args) if np.asarray(a).dtype.kind == "f"]
    found = []
    for slot, gradient in zip(slots, _gradients(backward(v), len(slots)), strict=True):
        before, a, after = args[:slot], np.asarray(args[slot]), args[slot + 1 :]
        name = f"argument {slot + 1}"
        _require_fit(name, a, gradient)
        u = rng.standard_normal(a.shape)

        def slope(h, before=before, a=a, after=after, u=u):
            """⟨v, J u⟩ by a central difference of step h."""
            above, below = (f(*before, a + s * h * u, *after)[0] for s in (1, -1))
            return float(np.sum(v * (above - below)) / (2 * h))

        found.append(_compare(name, gradient, u, slope, epsilon, tolerance))
    errors, scales = zip(*found, strict=True) if found else ((), ())
    if not any(scales):
        raise GradientError(
            "nothing was checked: the gradient is zero in every direction tried"
        )
    return max(errors)


def _gradients(gradients: Array | tuple[Array, ...], wanted: int) -> tuple[Array, ...]:
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    if len(gradients) != wanted:
        raise GradientError(
            f"backward returned {len(gradients)} gradients for {wanted} floating arguments"
        )
    return gradients


def _require_fit(name: str, a: Array, gradient: Array) -> None:
    if np.shape(gradient) != a.shape:
        raise GradientError(
            f"{name} has shape {a.shape}, its gradient {np.shape(gradient)}"
        )
    if not np.isfinite(gradient).all():
        raise GradientError(f"{name}: its gradient holds nan or inf")


def _compare(
    name: str, gradient: Array, u: Array, slope: Callable, epsilon, tolerance
) -> tuple[float, float]:
    """Relative error of ⟨gradient, u⟩ against the measured slope, and the size both are relative to."""
    measured, coarse = slope(epsilon), slope(2 * epsilon)
    derived = float(np.sum(gradient * u))
    scale = float(np.linalg.norm(gradient)) + abs(measured)
    if not abs(measured - coarse) <= tolerance * scale:  # written so that nan fails
        raise GradientError(
            f"{name}: steps {epsilon:g} and {2 * epsilon:g} disagree; "
            "a kink is near, or rounding drowns the slope"
        )
    error = 0.0 if scale == 0 else abs(measured - derived) / scale
    if not error <= tolerance:
        raise GradientError(
            f"{name}: derived slope {derived:.9g}, measured {measured:.9g} (relative error {error:.1e})"
        )
    return error, scale
