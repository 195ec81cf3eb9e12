"""Convolution: one small kernel, applied at every place.

Libraries call convolution what is, strictly, correlation: the kernel is not flipped,

    y[n, o, p] = Σ over c, k of W[o, c, k] · x[n, c, s·p + d·k] + b[o]

with stride s and dilation d, for one spatial axis (signals) or two (images). `_columns` lays the part of x
that each output sees into a column; then the whole layer is one matrix product. Three products do it all,

    forward          y = W · columns(x)
    to the kernel    dW = dy · columns(x)ᵀ
    to the input     dx = flipped W · columns(dy with zeros between and around)

and a transposed convolution is the same three with x and y in exchanged roles. Inside, channels come first
and the batch second, so that the product's result is the next layer's input without a copy.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from . import checks
from .arrays import Array, Backward, Data


def im2col(x: Array, kernel: tuple[int, ...], stride=1, dilation=1) -> Array:
    """Every window of x (N, C, *S) as a view: (N, C, *kernel, *P), where windows start `stride` apart.

    P = ⌊(S − d (kernel − 1) − 1) / s⌋ + 1 along each spatial axis. Nothing is copied: entries that lie in
    several windows are the same memory, so the view is for reading.
    """
    x = checks.floating("x", x, ndim=3)
    rank = x.ndim - 2
    kernel = checks.sizes("kernel", kernel, rank)
    stride, dilation = (
        checks.sizes("stride", stride, rank),
        checks.sizes("dilation", dilation, rank),
    )
    places = []
    for S, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True):
        reach = d * (k - 1) + 1
        if reach > S:
            raise ValueError(
                f"kernel {kernel} with dilation {dilation} spans {reach} entries, but the padded input has shape {x.shape}"
            )
        places.append((S - reach) // s + 1)
    steps = x.strides[2:]
    return as_strided(
        x,
        (*x.shape[:2], *kernel, *places),
        (
            *x.strides[:2],
            *(step * d for step, d in zip(steps, dilation, strict=True)),
            *(step * s for step, s in zip(steps, stride, strict=True)),
        ),
        writeable=False,
    )


def col2im(cols: Array, size: tuple[int, ...], stride=1, dilation=1) -> Array:
    """The adjoint of `im2col`: add every window (N, C, *kernel, *P) back into its place in x (N, C, *size)."""
    rank = len(size)
    stride, dilation = (
        checks.sizes("stride", stride, rank),
        checks.sizes("dilation", dilation, rank),
    )
    kernel, places = cols.shape[2 : 2 + rank], cols.shape[2 + rank :]
    x = _channels_first((*cols.shape[:2], *size), cols.dtype)
    for offset in np.ndindex(kernel):
        window = tuple(
            slice(d * k, d * k + s * (P - 1) + 1, s)
            for k, P, s, d in zip(offset, places, stride, dilation, strict=True)
        )
        x[:, :, *window] += cols[:, :, *offset]
    return x


def _channels_first(shape: tuple[int, ...], dtype) -> Array:
    """Zeros of shape (N, C, ...) that lie in memory as (C, N, ...)."""
    N, C, *S = shape
    return np.zeros((C, N, *S), dtype).swapaxes(0, 1)


def _spread(
    x: Array, size: list[int], start: list[int], step: tuple[int, ...]
) -> Array:
    """x (N, C, *S) placed into zeros (N, C, *size), from `start` on, `step` apart."""
    wide = _channels_first((*x.shape[:2], *size), x.dtype)
    window = tuple(
        slice(a, a + s * (S - 1) + 1, s)
        for a, S, s in zip(start, x.shape[2:], step, strict=True)
    )
    wide[:, :, *window] = x
    return wide


def _pad(x: Array, padding: tuple[int, ...]) -> Array:
    size = [S + 2 * p for S, p in zip(x.shape[2:], padding, strict=True)]
    return _spread(x, size, list(padding), (1,) * len(size)) if any(padding) else x


def _columns(x: Array, kernel, stride, dilation, groups: int) -> tuple[Array, tuple]:
    """Windows of x as the columns of one matrix a group, (G, C/G · kernel, N · P), and the places P."""
    windows = im2col(x, kernel, stride, dilation)
    windows = np.moveaxis(windows, 0, -1 - len(kernel))  # (C, *kernel, N, *P)
    places = windows.shape[-len(kernel) :]
    columns = np.empty(windows.shape, x.dtype)
    columns[...] = windows
    return columns.reshape(groups, -1, len(x) * int(np.prod(places))), places


def _correlate(
    x: Array, W: Array, stride, dilation, groups: int
) -> tuple[Array, Array]:
    """y = W · columns(x) for a padded x, and the columns."""
    columns, places = _columns(x, W.shape[2:], stride, dilation, groups)
    y = W.reshape(groups, len(W) // groups, -1) @ columns
    return y.reshape(len(W), len(x), *places).swapaxes(0, 1), columns


def _to_kernel(dy: Array, columns: Array, W: Array, groups: int) -> Array:
    """dW = dy · columnsᵀ, as its transpose, which is faster for long rows."""
    rows = dy.swapaxes(0, 1).reshape(groups, dy.shape[1] // groups, -1)
    return (columns @ rows.mT).mT.reshape(W.shape)


def _to_input(
    dy: Array, W: Array, size, stride, padding, dilation, groups: int
) -> Array:
    """dx (N, C, *size): correlate dy, spread out by the stride, with W flipped in space and transposed in channels.

    x[s·p + d·k] met W[k] on its way to y[p]; read from x, that is W backward over a dy with s − 1 zeros between.
    """
    spread, window = [], []
    reach = [d * (k - 1) for d, k in zip(dilation, W.shape[2:], strict=True)]
    for S, p, r in zip(size, padding, reach, strict=True):
        spread.append(S + 2 * p + r)
        window.append(slice(p, p + S + r))
    wide = _spread(dy, spread, reach, stride)[:, :, *window]
    O, C = W.shape[0] // groups, W.shape[1]
    flipped = np.flip(W, axis=range(2, W.ndim)).reshape(groups, O, C, *W.shape[2:])
    flipped = flipped.swapaxes(1, 2).reshape(groups * C, O, *W.shape[2:])
    return _correlate(wide, flipped, (1,) * len(size), dilation, groups)[0]


class _Geometry(NamedTuple):
    """Checked settings of a convolution, one entry for each spatial axis."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int


def _check(x, W, b, rank, inputs, stride, padding, dilation, groups):
    """Arrays and settings that fit; `inputs` is the axis of W that meets the channels of x."""
    axes = "N C " + ("L" if rank == 1 else "H W")
    constant = isinstance(x, Data)
    x = checks.floating("x", x, axes=axes)
    W = checks.floating("W", W, axes="O C " + ("k" if rank == 1 else "kh kw"))
    checks.not_empty("x", x)
    groups = checks.count("groups", groups)
    shared = "C / groups" if inputs == 1 else "C"
    met = x.shape[1] / groups if inputs == 1 else x.shape[1]
    if met != W.shape[inputs] or len(W) % groups:
        raise ValueError(
            f"W {W.shape} does not fit x {x.shape} with {groups} groups: "
            f"axis {inputs} of W must be {shared}, and axis 0 a multiple of the groups"
        )
    outputs = len(W) if inputs == 1 else W.shape[1] * groups
    if b is not None:
        b = checks.floating("b", b, axes="O")
        checks.same_size("the size of b", b.size, "the number of outputs", outputs)
    geometry = _Geometry(
        checks.sizes("stride", stride, rank),
        checks.sizes("padding", padding, rank, least=0),
        checks.sizes("dilation", dilation, rank),
        groups,
    )
    return x, W, b, geometry, constant


def _with_bias(y: Array, b: Array | None, backward: Backward):
    """y + b on every channel, and a pullback that ends in db if there is a b."""
    if b is None:
        return y, backward
    y += b.reshape(-1, *(1,) * (y.ndim - 2))
    others = (0, *range(2, y.ndim))
    return y, lambda dy: (*backward(dy), dy.sum(others))


def _convolve(x, W, b, rank, *settings) -> tuple[Array, Backward]:
    x, W, b, geometry, constant = _check(x, W, b, rank, 1, *settings)
    stride, padding, dilation, groups = geometry
    y, columns = _correlate(_pad(x, padding), W, stride, dilation, groups)

    def backward(dy: Array) -> tuple[Array | None, Array]:
        dW = _to_kernel(dy, columns, W, groups)
        return None if constant else _to_input(dy, W, x.shape[2:], *geometry), dW

    return _with_bias(y, b, backward)


def conv1d(x, W, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution of signals: `conv2d` with one spatial axis. Shapes: x (N, C, L), W (O, C/groups, k), b (O,)."""
    return _convolve(x, W, b, 1, stride, padding, dilation, groups)


def conv2d(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> tuple[Array, Backward]:
    """Convolution of images, the equation at the head of this file, with zeros beyond the border.

    Shapes: x (N, C, H, W), W (O, C/groups, kh, kw), b (O,), y (N, O, P, Q) with
    P = ⌊(H + 2 padding − dilation (kh − 1) − 1) / stride⌋ + 1 and Q likewise. With `groups` the channels
    fall into that many parts which do not see each other (Goodfellow et al. 2016, section 9.5).
    """
    return _convolve(x, W, b, 2, stride, padding, dilation, groups)


def conv_transpose2d(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> tuple[Array, Backward]:
    """The adjoint of `conv2d` in x, used forward: it enlarges images (Dumoulin and Visin 2016, section 4).

    Shapes: x (N, C, H, W), W (C, O/groups, kh, kw), b (O,), y (N, O, P, Q) with
    P = stride (H − 1) + dilation (kh − 1) + 1 − 2 padding + output_padding and Q likewise.
    """
    x, W, b, geometry, constant = _check(
        x, W, b, 2, 0, stride, padding, dilation, groups
    )
    extra = checks.sizes("output_padding", output_padding, 2, least=0)
    size = tuple(
        s * (S - 1) + d * (k - 1) + 1 - 2 * p + e
        for S, k, s, p, d, e in zip(
            x.shape[2:], W.shape[2:], *geometry[:3], extra, strict=True
        )
    )
    if min(size) < 1 or any(
        e >= s for e, s in zip(extra, geometry.stride, strict=True)
    ):
        raise ValueError(
            f"padding {geometry.padding} and output_padding {extra} (less than the stride "
            f"{geometry.stride}) must leave an output, got size {size}"
        )

    def backward(dy: Array) -> tuple[Array | None, Array]:
        stride, padding, dilation, groups = geometry
        dx, columns = _correlate(_pad(dy, padding), W, stride, dilation, groups)
        return None if constant else dx, _to_kernel(x, columns, W, groups)

    return _with_bias(_to_input(x, W, size, *geometry), b, backward)
