"""What one argument can be. Each function here takes an argument's name and its value, and returns the value or refuses it.

A refusal is an error a learner can act on: it names the argument, what came, and what was expected. Declarations
(see `arguments`) use these functions by name; the last ones compare what only a body has at hand.
"""

import math
import os
import reprlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from .arrays import Array, Backward, Constant

# ── Arrays ──


def array(name: str, value) -> np.ndarray:
    """`value` as an array of whatever it holds, none of it hidden."""
    if type(value) is not np.ndarray and np.ma.is_masked(value):
        raise TypeError(
            f"{name} must not hide entries behind a mask, got {np.ma.count_masked(value)} of them; fill or drop them"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must have rows of equal length, got {value!r}"
        ) from None


def floats(name: str, value) -> np.ndarray:
    """`value` as an array of floats."""
    if type(value) is not np.ndarray:
        value = array(name, value)
    if value.dtype.kind != "f":
        advice = f"; convert it with {name}.astype(float)"
        raise TypeError(
            f"{name} must hold floats, got dtype {value.dtype}{advice if value.dtype.kind in 'iub' else ''}"
        )
    return value


def data(name: str, value) -> np.ndarray:
    """`value` as an array of floats; a `Constant` stays one."""
    if isinstance(value, Constant) and value.dtype.kind == "f":
        return value
    return floats(name, value)


def integers(name: str, value) -> np.ndarray:
    """`value` as an array of integers, none below 0."""
    value = array(name, value)
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, got dtype {value.dtype}")
    if value.size and value.min() < 0:
        raise ValueError(f"{name} must be ≥ 0, got {value.min()} among its entries")
    return value


def booleans(name: str, value) -> np.ndarray:
    """`value` as an array of booleans."""
    value = array(name, value)
    if value.dtype != bool:
        raise TypeError(f"{name} must hold booleans, got dtype {value.dtype}")
    return value


def numbers(name: str, value) -> np.ndarray:
    """`value` as an array of finite numbers, integers or floats."""
    value = array(name, value)
    if value.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got dtype {value.dtype}")
    return finite(name, value)


ARRAYS = {
    "float": floats, "data": data, "int": integers, "bool": booleans, "number": numbers,
    "any": array,
}  # fmt: skip


# ── Settings ──


def integer(name: str, value: int) -> int:
    """`value` if it is an integer, not a boolean."""
    if type(value) is not int:  # most are, and need no second look
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{name} must be an integer, got {value!r}")
        value = int(value)
    if abs(value) > sys.maxsize:
        raise ValueError(
            f"{name} must fit into 64 bits, got an integer of {value.bit_length()} bits"
        )
    return value


def flag(name: str, value: bool) -> bool:
    """`value` if it is true or false, and no word for it."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def count(name: str, value: int, *, least: int = 1, most: int | None = None) -> int:
    """`value` if it is an integer from `least` to `most`."""
    value = integer(name, value)
    if value < least or (most is not None and value > most):
        expected = f"at least {least}" if most is None else f"in {least} … {most}"
        raise ValueError(f"{name} must be {expected}, got {value}")
    return value


natural = partial(count, least=0)


def _number(name: str, value: float, expected: str, accepted: Callable) -> float:
    """`value` if it is a finite number, not a boolean, that `accepted` accepts."""
    if isinstance(value, bool) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(f"{name} must be {expected}, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an integer beyond all floats
        number = math.inf
    if not (math.isfinite(number) and accepted(number)):
        raise ValueError(f"{name} must be {expected}, got {reprlib.repr(value)}")
    return number


def real(name: str, value: float) -> float:
    """`value` if it is a finite number."""
    return _number(name, value, "a finite number", lambda v: True)


def positive(name: str, value: float) -> float:
    """`value` if it is a finite number above 0."""
    return _number(name, value, "a positive number", lambda v: v > 0)


def not_negative(name: str, value: float) -> float:
    """`value` if it is a finite number of at least 0."""
    return _number(name, value, "a number ≥ 0", lambda v: v >= 0)


def fraction(name: str, value: float) -> float:
    """`value` if 0 ≤ value < 1: a rate of forgetting, a share to drop."""
    return _number(name, value, "in [0, 1)", lambda v: 0 <= v < 1)


def sizes(name: str, value, *, least: int = 1) -> int | tuple[int, ...]:
    """One integer for all spatial axes, or a tuple with one for each."""
    if isinstance(value, tuple):
        return tuple(count(name, size, least=least) for size in value)
    return count(name, value, least=least)


def shape(name: str, value) -> tuple[int, ...]:
    """`value` if it is a tuple of integers of at least 1."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of integers, got {value!r}")
    return tuple(count(f"every entry of {name}", size) for size in value)


def instance(kind: type) -> Callable:
    """A declaration: an object of the class `kind`."""

    def check(name: str, value):
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be a {kind.__name__}, got {value!r}")
        return value

    return check


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


def file(name: str, value: str | os.PathLike) -> Path:
    """`value` as the path of a file."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path such as 'net.npz', got {value!r}")
    return Path(value)


# ── What no declaration can say: one line in a body ──


def pair(name: str, result) -> tuple[Array, Backward]:
    """What the function `name` returned, if that is a value and its pullback."""
    if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
        raise TypeError(f"{name} must return its value and a backward, got {result!r}")
    return result


def remainder(name: str, value, stride: tuple[int, ...]) -> tuple[int, ...]:
    """`value` as one integer an axis, each less than the stride there, as what a division leaves must be."""
    rest = per_axis(name, value, len(stride))
    if any(r >= s for r, s in zip(rest, stride, strict=True)):
        raise ValueError(f"{name} must be less than the stride {stride}, got {rest}")
    return rest


def like(name: str, value, shape: tuple[int, ...], other: str = "the value") -> Array:
    """`value` as an array of the shape of the `other` one, to which NumPy would stretch it."""
    value = np.asarray(value)
    if value.shape != shape:
        raise ValueError(
            f"{name} must have shape {shape} like {other}, got {value.shape}"
        )
    return value


def finite(name: str, array: np.ndarray) -> np.ndarray:
    """Refuse nan and inf where they would spread silently."""
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or inf among its entries")
    return array


def below(name: str, array: np.ndarray, end: int) -> None:
    """Refuse integers that are not in 0 … `end` − 1."""
    if array.size and array.max() >= end:
        raise ValueError(
            f"{name} must lie in 0 … {end - 1}, got {array.min()} … {array.max()}"
        )


def same_size(name: str, size: int, other_name: str, other: int) -> None:
    """Refuse two numbers that differ."""
    if size != other:
        raise ValueError(
            f"{name} is {size}, but {other_name} is {other}; they must agree"
        )


def same_shape(
    name: str, array: np.ndarray, other_name: str, other: np.ndarray
) -> None:
    """Refuse two arrays whose shapes differ, even where NumPy would broadcast them."""
    if array.shape != other.shape:
        raise ValueError(
            f"{name} has shape {array.shape}, but {other_name} has shape {other.shape}; they must agree"
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


def along(name: str, array: np.ndarray, axis: int) -> None:
    """Refuse an axis that the array does not have, or that has no entries."""
    if not -array.ndim <= axis < array.ndim:
        count("axis", axis, least=-array.ndim, most=array.ndim - 1)
    if array.shape[axis] == 0:
        raise ValueError(
            f"{name} must have entries along axis {axis}, got shape {array.shape}"
        )


def per_axis(name: str, value: int | tuple[int, ...], rank: int) -> tuple[int, ...]:
    """`sizes` as a tuple with one for each of `rank` spatial axes."""
    values = value if isinstance(value, tuple) else (value,) * rank
    if len(values) != rank:
        raise ValueError(f"{name} must be one integer or {rank}, got {value}")
    return values


def interval(low: float, high: float) -> None:
    """Refuse bounds that enclose nothing."""
    if not low < high:
        raise ValueError(f"low must be less than high, got {low} and {high}")
