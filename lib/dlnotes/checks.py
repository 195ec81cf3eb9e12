"""Errors a learner can act on: each names the argument, what came, and what was expected.

Every public function passes its arguments through these few lines before it computes, because NumPy
itself is silent about the mistakes that matter most: it broadcasts shapes that should not meet.
"""

from collections.abc import Callable

import numpy as np


def array(name: str, value, ndim: int = 0) -> np.ndarray:
    """`value` as an array with at least `ndim` axes."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must have rows of equal length, got {value!r}"
        ) from None
    if array.ndim < ndim:
        raise ValueError(
            f"{name} must have at least {ndim} axes, got shape {array.shape}"
        )
    return array


def floating(name: str, value, ndim: int = 0, *, axes: str | None = None) -> np.ndarray:
    """`value` as a floating array with at least `ndim` axes, or with exactly the named `axes` such as "N D"."""
    value = array(name, value)
    if value.dtype.kind != "f":
        advice = f"; convert it with {name}.astype(float)"
        raise TypeError(
            f"{name} must hold floats, got dtype {value.dtype}{advice if value.dtype.kind in 'iub' else ''}"
        )
    if axes is not None and value.ndim != len(axes.split()):
        expected = ", ".join(axes.split())
        raise ValueError(
            f"{name} must have {len(axes.split())} axes ({expected}), got shape {value.shape}"
        )
    return value if value.ndim >= ndim else array(name, value, ndim)


def integers(name: str, value, *, below: float = np.inf) -> np.ndarray:
    """`value` as an integer array with entries in 0 … `below` − 1."""
    value = array(name, value)
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, got dtype {value.dtype}")
    if value.size and not (0 <= value.min() and value.max() < below):
        raise ValueError(
            f"{name} must lie in 0 … {below - 1}, got {value.min()} … {value.max()}"
        )
    return value


def numbers(name: str, value) -> np.ndarray:
    """`value` as an array of finite numbers, integers or floats."""
    value = array(name, value)
    if value.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got dtype {value.dtype}")
    finite(name, value)
    return value


def same_shape(
    name: str, array: np.ndarray, other_name: str, other: np.ndarray
) -> None:
    """Refuse two arrays whose shapes differ, even where NumPy would broadcast them."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name} has shape {array.shape}, but {other_name} has shape {other.shape}; they must agree"
        )


def labels_of(labels: np.ndarray, name: str, array: np.ndarray) -> None:
    """Refuse labels that are not one for every sample of array (..., N, K)."""
    if labels.shape != array.shape[:-1]:
        raise ValueError(
            f"labels must have shape {array.shape[:-1]} for {name} {array.shape}, got {labels.shape}"
        )


def same_size(name: str, size: int, other_name: str, other: int) -> None:
    """Refuse two axes of different length."""
    if size != other:
        raise ValueError(
            f"{name} is {size}, but {other_name} is {other}; they must agree"
        )


def broadcasts(
    name: str, array: np.ndarray, other_name: str, other: np.ndarray
) -> None:
    """Refuse an array that cannot be stretched to the shape of the other."""
    try:
        fits = np.broadcast_shapes(array.shape, other.shape) == other.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name} {array.shape} does not broadcast to {other_name} {other.shape}"
        )


def leading_axes(shapes: dict[str, tuple[int, ...]]) -> None:
    """Refuse leading axes that do not broadcast with each other."""
    if not any(shapes.values()):
        return
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"the leading axes do not broadcast: {listed}") from None


def along(name: str, array: np.ndarray, axis: int) -> None:
    """Refuse an axis that the array does not have, or that has no entries."""
    count("axis", axis, least=-array.ndim, most=array.ndim - 1)
    if array.shape[axis] == 0:
        raise ValueError(
            f"{name} must have entries along axis {axis}, got shape {array.shape}"
        )


def sizes(name: str, value, rank: int, *, least: int = 1) -> tuple[int, ...]:
    """One integer for every spatial axis; a single one counts for all."""
    values = value if isinstance(value, tuple) else (value,) * rank
    if len(values) != rank:
        raise ValueError(f"{name} must be one integer or {rank}, got {value}")
    return tuple(count(name, v, least=least) for v in values)


def not_empty(name: str, array: np.ndarray) -> None:
    """Refuse an array without entries: the mean over no samples is not a number."""
    if array.size == 0:
        raise ValueError(
            f"{name} must hold at least one sample, got shape {array.shape}"
        )


def finite(name: str, array: np.ndarray) -> None:
    """Refuse nan and inf where they would spread silently."""
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or inf among its entries")


def count(name: str, value: int, *, least: int = 1, most: int | None = None) -> int:
    """`value` if it is an integer (not a boolean) from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < least or (most is not None and value > most):
        expected = f"at least {least}" if most is None else f"in {least} … {most}"
        raise ValueError(f"{name} must be {expected}, got {value}")
    return int(value)


def number(name: str, value: float, expected: str, accepted: Callable) -> float:
    """`value` if it is a finite number (not a boolean) that `accepted` accepts."""
    if isinstance(value, bool) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(f"{name} must be {expected}, got {value!r}")
    if not (np.isfinite(value) and accepted(value)):
        raise ValueError(f"{name} must be {expected}, got {value!r}")
    return float(value)


def real(name: str, value: float) -> float:
    """`value` if it is a finite number."""
    return number(name, value, "a finite number", lambda v: True)


def positive(name: str, value: float) -> float:
    """`value` if it is a finite number above 0."""
    return number(name, value, "a positive number", lambda v: v > 0)


def not_negative(name: str, value: float) -> float:
    """`value` if it is a finite number of at least 0."""
    return number(name, value, "a number ≥ 0", lambda v: v >= 0)


def fraction(name: str, value: float) -> float:
    """`value` if 0 ≤ value < 1: a rate of forgetting, a share to drop."""
    return number(name, value, "in [0, 1)", lambda v: 0 <= v < 1)


def interval(low: float, high: float) -> None:
    """Refuse bounds that enclose nothing."""
    if not real("low", low) < real("high", high):
        raise ValueError(f"low must be less than high, got {low} and {high}")


def shape(name: str, value) -> tuple[int, ...]:
    """`value` if it is a tuple of integers of at least 1."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of integers, got {value!r}")
    return tuple(count(f"every entry of {name}", size) for size in value)


def instance(name: str, value, kind: type) -> None:
    """Refuse what is not an object of the class `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {value!r}")


def function(name: str, value) -> Callable:
    """`value` if it is a function, or another object that can be called, but not a class."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{name} must be callable, got {value!r}")
    return value


def generator(name: str, rng) -> np.random.Generator:
    """`rng` if it is a Generator: randomness in this library is always somebody's explicit choice."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy.random.Generator such as np.random.default_rng(0), got {rng!r}"
        )
    return rng
