"""What a reader's function returns: asked for, read as numbers or words, compared."""

import traceback
from collections.abc import Callable

import numpy as np


class Wrong(Exception):
    """The answer fails; the message says in what."""


class NotYet(Exception):
    """There is no answer yet."""


def brief(value) -> str:
    """A wrong value in one short line."""
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def ask(answer: Callable, function: Callable, *args):
    """function(*args); an error is told with its line in the file that holds `answer`."""
    try:
        return function(*args)
    except (Wrong, NotYet):
        raise
    except Exception as error:
        file = getattr(getattr(answer, "__code__", None), "co_filename", None)
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f"line {f.lineno}: {f.line}" for f in frames if f.filename == file]
        place = f", in {lines[-1]}" if lines else ""
        raise Wrong(
            f"your code raised {type(error).__name__}: {error}{place}"
        ) from None


def answered(value):
    """`value`, unless it or a part of it is still the stub's."""
    parts = value if isinstance(value, tuple | list) else []
    if value is None or value is ... or any(part is ... for part in parts):
        raise NotYet
    return value


def numbers(name: str, value) -> np.ndarray:
    """`value` as an array of floats of its own."""
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, objects that are no arrays
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise Wrong(f"{name} must consist of numbers, yours is {brief(value)}")
    return array.astype(float)


def several(value, names: tuple[str, ...]) -> list:
    """As many results as there are names: a tuple, a list, or an array along its first axis."""
    if value is None:
        raise Wrong("the pullback returns None; is its return forgotten?")
    listed = isinstance(value, tuple | list) or np.ndim(value) > 0
    if not listed or len(value) != len(names):
        raise Wrong(
            f"return {len(names)} results ({', '.join(names)}), yours is {brief(value)}"
        )
    for name, part in zip(names, answered(value), strict=True):
        if part is None:
            raise Wrong(f"{name} is missing: it is None; is a return forgotten?")
    return list(value)


def word(value, words: tuple[str, ...]) -> str:
    """One of `words`."""
    if not isinstance(value, str) or value not in words:
        raise Wrong(
            f"return one of {', '.join(map(repr, words))}, yours is {brief(value)}"
        )
    return str(value)


def alike(got, expected, tolerance: float, floor: float = 0.0) -> bool:
    """Equal words; or equal shapes, and errors small beside the largest entry expected, or at most `floor`."""
    if isinstance(expected, str):
        return got == expected
    if got.shape != expected.shape:
        return False
    size = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    small = max(tolerance * size, floor)
    return np.allclose(got, expected, rtol=0, atol=small, equal_nan=True)


def _short(number: float) -> str:
    """Four digits; all of a whole number that is not huge."""
    whole = abs(number) < 1e9 and number == round(number)
    return f"{number + 0.0:.0f}" if whole else f"{number:.4g}"


def difference(name: str, got, expected) -> str:
    """The sentence that says where two results differ most."""
    if isinstance(expected, str):
        return f"{name} is {got!r}, expected {expected!r}"
    if got.shape != expected.shape:
        return f"{name} must have shape {expected.shape}, yours has shape {got.shape}"
    gap = np.where(got == expected, 0.0, np.abs(got - expected))
    where = np.unravel_index(np.argmax(np.nan_to_num(gap, nan=np.inf)), got.shape)
    place = f" at {tuple(int(i) for i in where)}" if got.ndim else ""
    g, e = (_short(array[where]) for array in (got, expected))
    if g == e:
        g, e = (f"{array[where]:.17g}" for array in (got, expected))
    return f"{name}{place} is {g}, expected {e}"


def describe(name: str, value) -> str:
    """An argument in a few words: small ones whole, others by their shape."""
    if callable(value):
        return f"{name} = {value.__name__.strip('_')}"
    if not isinstance(value, np.ndarray):
        return f"{name} = {value}"
    if value.size > 6:
        return f"{name} of shape {value.shape}"
    with np.printoptions(precision=4):
        return f"{name} = {' '.join(str(value).split())}"
