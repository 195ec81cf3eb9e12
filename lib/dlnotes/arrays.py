"""What every function of the library shares: its types, constants, and the adjoint of broadcasting."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Backward = Callable[..., Array | tuple[Array, ...]]


class Constant(np.ndarray):
    """An array that nobody wants a gradient for, such as training data.

    `Constant(x)` spares the first layer of a network the product that would give dx; its pullback says None. Only
    this very object is marked: what is computed or cut from it is not.
    """

    __slots__ = ("marked",)

    def __new__(cls, x: Array) -> "Constant":
        constant = np.asarray(x).view(cls)
        constant.marked = True
        return constant


def unmarked(x: Array) -> tuple[Array, bool]:
    """x as an ordinary array, and whether it was marked as constant."""
    return np.asarray(x), getattr(x, "marked", False)


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum `gradient` over the axes along which an array of `shape` was broadcast.

    Broadcasting copies, and the gradient of a copy adds up; this is the adjoint of np.broadcast_to.
    """
    if gradient.shape == shape:
        return gradient
    added = gradient.ndim - len(shape)
    stretched = tuple(
        i + added
        for i, n in enumerate(shape)
        if n == 1 and gradient.shape[i + added] > 1
    )
    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)
