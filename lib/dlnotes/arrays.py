"""What every function of the library shares: its types, and the adjoint of broadcasting."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Backward = Callable[[Array], Array | tuple[Array, ...]]


class Data(np.ndarray):
    """Training data: an array that nobody wants a gradient for.

    `x.view(Data)` spares the first layer of a network the product that would give dx; its pullback says None.
    """


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
