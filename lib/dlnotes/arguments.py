"""What a function takes is declared once, above its signature; its body is the equation.

    @takes(x="... N D", W="... D K", b="... K", slope=positive)

A string declares an array of floats by its axes. Equal names are equal sizes, in all arguments; 4H is four times
the H of an argument before it. One word may stand for any number of axes: `...` for those that broadcast with the
`...` of other arguments, `*S` for those that are the same wherever *S stands. A `+` at the end refuses an array
without entries. A word in front says what else it holds: `int` (0, 1, 2, …), `bool`, `number` (finite floats or
integers), `any`, or `data` (floats, of which a `Constant` remains one).

Everything else is declared by a function of `kinds`. An argument whose default is None may be None. What no
declaration can say, such as labels below the number of classes, is one line in the body.
"""

import inspect
import re
from collections.abc import Callable
from functools import lru_cache, partial, wraps

import numpy as np

from .arrays import Array, Backward
from .kinds import ARRAYS, data, floats, like


def takes(**declared: str | Callable) -> Callable:
    """Decorate a function so that it is handed its arguments checked, and its pullback only gradients that fit.

    The checks are written down as the source of a function with the same signature, once, which costs no more than
    checks in the body; shapes that agreed before are not compared again. A function has a pullback if its
    signature says that it returns tuple[Array, Backward].
    """
    arrays = {n: Axes(d) for n, d in declared.items() if isinstance(d, str)}
    checks = declared | {n: axes.check for n, axes in arrays.items()}
    names = {f"_check_{name}": check for name, check in checks.items()}
    names["_agree"] = lru_cache(partial(_agree, arrays))

    def decorate(function: Callable) -> Callable:
        scope = {**names, **HELPERS, "_function": function}
        source = _source(function, checks, arrays)
        exec(compile(source, f"<arguments of {function.__name__}>", "exec"), scope)
        checked = wraps(function)(scope["checked"])
        checked.__defaults__ = function.__defaults__
        checked.__kwdefaults__ = function.__kwdefaults__
        checked.declared = declared
        return checked

    return decorate


def _source(function: Callable, checks: dict, arrays: dict) -> str:
    """For example, with one line for each declared argument,

    def checked(x, W, b=None):
        b = None if b is None else _check_b("b", b)
        _agree(x.shape, W.shape, b is not None and b.shape)
        return _guarded(*_function(x, W, b))
    """
    signature = inspect.signature(function)
    parameters = signature.parameters
    lines = [f"def checked{_bare(signature)}:"]
    for name, check in checks.items():
        taken = f"_check_{name}({name!r}, {name})"
        if check in (floats, data):  # most arguments are floats, and need no call
            taken = f"{name} if type({name}) is _ndarray and {name}.dtype.kind == 'f' else {taken}"
        if parameters[name].default is None:
            taken = f"None if {name} is None else {taken}"
        lines.append(f"{name} = {taken}")
    if [axes.words for axes in arrays.values()] not in ([], [["..."]]):  # any shape
        shapes = (f"{name} is not None and {name}.shape" for name in arrays)
        lines.append(f"_agree({', '.join(shapes)})")
    passed = (PASSED.get(p.kind, "{}").format(n, n) for n, p in parameters.items())
    result = f"_function({', '.join(passed)})"
    paired = signature.return_annotation == tuple[Array, Backward]
    lines.append(f"return _guarded(*{result})" if paired else f"return {result}")
    return "\n    ".join(lines)


def _bare(signature: inspect.Signature) -> inspect.Signature:
    """Names alone; None marks where there is a default."""
    parameters = [
        p.replace(annotation=p.empty, default=p.empty if p.default is p.empty else None)
        for p in signature.parameters.values()
    ]
    return inspect.Signature(parameters)


def _guarded(value: Array, pullback: Backward) -> tuple[Array, Backward]:
    """The pair, with a pullback that refuses a dy of another shape, which NumPy might stretch."""
    shape = value.shape

    def backward(*dy: Array):  # none where a loss starts from ∂L/∂L = 1
        if dy and getattr(dy[0], "shape", None) != shape:
            dy = (like("dy", dy[0], shape),)
        return pullback(*dy)

    return value, backward


HELPERS = {"_guarded": _guarded, "_ndarray": np.ndarray}
PASSED = {
    inspect.Parameter.KEYWORD_ONLY: "{}={}",
    inspect.Parameter.VAR_POSITIONAL: "*{}",
    inspect.Parameter.VAR_KEYWORD: "**{}",
}


# ── Axes ──


class Axes:
    """A declaration such as "int *S 4H+": its check, its axes (1, "*S") and (4, "H"), and that it wants entries."""

    def __init__(self, declared: str):
        words = declared.removesuffix("+").split()
        self.check = ARRAYS[words.pop(0) if words[0] in ARRAYS else "float"]
        self.filled = declared.endswith("+")
        parts = [re.fullmatch(r"(\d*)(.+)", word).groups() for word in words]
        self.words = words
        self.axes = [(int(times or 1), letter) for times, letter in parts]
        self.free = next((i for i, w in enumerate(words) if w[0] in "*."), None)

    def measure(self, shape: tuple[int, ...]) -> list[tuple] | None:
        """Each axis with its size, the free one with a tuple of sizes; None if there are too few or too many."""
        if self.free is not None:
            end = len(shape) - len(self.axes) + 1 + self.free
            if end < self.free:
                return None
            shape = (*shape[: self.free], shape[self.free : end], *shape[end:])
        if len(shape) != len(self.axes):
            return None
        return [*zip(self.axes, shape, strict=True)]


def _agree(arrays: dict[str, Axes], *shapes: tuple[int, ...] | bool) -> None:
    """Refuse shapes that are not what was declared, or that do not meet."""
    known, leading = {}, {}  # letter → its size and which argument has it
    for (name, axes), shape in zip(arrays.items(), shapes, strict=True):
        if shape is False:  # an argument that is None
            continue
        sizes = axes.measure(shape)
        if sizes is None:
            raise ValueError(_disagreement(name, axes, shape, known))
        for (times, letter), size in sizes:
            if letter == "...":
                leading[name] = size
            elif size != times * known.setdefault(letter, (size, name))[0]:
                raise ValueError(_disagreement(name, axes, shape, known))
        if axes.filled and 0 in shape:
            raise ValueError(f"{name} must not be empty, got shape {shape}")
    try:
        np.broadcast_shapes(*leading.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in leading.items())
        raise ValueError(f"the leading axes do not broadcast: {listed}") from None


def _disagreement(name: str, axes: Axes, shape: tuple[int, ...], known: dict) -> str:
    """Such as "Wx must have shape (D, 4H) = (3, 8) to fit x and h0, got (3, 6)"."""
    numbers, others = [], []
    for word, (times, letter) in zip(axes.words, axes.axes, strict=True):
        size, other = known.get(letter, (None, name))
        if other == name:
            numbers.append(word)
            continue
        numbers += map(str, size if letter[0] == "*" else [times * size])
        others.append(other)
    fit = " and ".join(dict.fromkeys(others))
    wanted = f" = {_tuple(numbers)} to fit {fit}" if others else ""
    return f"{name} must have shape {_tuple(axes.words)}{wanted}, got {shape}"


def _tuple(entries: list[str]) -> str:
    entries = ["..." if entry[0] == "*" else entry for entry in entries]
    return f"({', '.join(entries)}{',' * (len(entries) == 1)})"
