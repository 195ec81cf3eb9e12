"""Checks for the exercises: each tries the reader's answer on fresh cases and says in words what it found.

A check is a function decorated with `check`. It raises `Wrong` with a sentence that names the property that
fails, and returns the sentence that confirms a right answer. The reader sees one of

    not yet: ...      the stub is untouched
    not right: ...    what was expected and what came
    right: ...
"""

import functools
from collections.abc import Callable

import numpy as np


class Wrong(Exception):
    """The answer fails; the message says which property."""


class NotYet(Exception):
    """There is no answer yet."""


class Feedback:
    """What a check found; shows as its sentence."""

    def __init__(self, status: str, message: str):
        self.status, self.message = status, message

    def __repr__(self) -> str:
        return f"{self.status}: {self.message}"


def check(examine: Callable[..., str]) -> Callable[..., Feedback]:
    """Turn `examine(answer)` into a check that never raises, so that Run All goes on."""

    @functools.wraps(examine)
    def checked(answer) -> Feedback:
        try:
            if answer is None or answer is ...:
                raise NotYet
            return Feedback("right", examine(answer))
        except NotYet:
            return Feedback(
                "not yet", "replace the ... by your answer and run the cell again"
            )
        except Wrong as wrong:
            return Feedback("not right", str(wrong))
        except Exception as error:
            return Feedback(
                "not right", f"your code raised {type(error).__name__}: {error}"
            )

    return checked


def answered(value):
    """`value`, unless the stub still returns None."""
    if value is None:
        raise NotYet
    return value


def compare(
    name: str, got, expected, hints: dict[str, np.ndarray] | None = None
) -> None:
    """Demand equal shapes and values; `hints` maps typical mistakes to the values they would give."""
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    if got.shape != expected.shape:
        raise Wrong(f"{name} must have shape {expected.shape}, yours has {got.shape}")
    if np.allclose(got, expected, rtol=1e-6, atol=1e-9):
        return
    for mistake, value in (hints or {}).items():
        if np.shape(value) == got.shape and np.allclose(
            got, value, rtol=1e-6, atol=1e-9
        ):
            raise Wrong(f"{name}: {mistake}")
    where = np.unravel_index(np.argmax(np.abs(got - expected)), got.shape)
    place = f" at {tuple(int(i) for i in where)}" if got.ndim else ""
    raise Wrong(f"{name}{place} is {got[where]:.4g}, expected {expected[where]:.4g}")


def unchanged(name: str, before, after) -> None:
    """Demand that an argument was not edited in place."""
    if not np.array_equal(before, after):
        raise Wrong(
            f"your function changed its argument {name}; compute a new array instead"
        )


def pair(value) -> tuple:
    """(value, pullback) as the reader's function should return it."""
    answered(value)
    if not (isinstance(value, tuple) and len(value) == 2 and callable(value[1])):
        raise Wrong(
            "return two things: the value, and the function that sends gradients back"
        )
    answered(value[0])
    return value
