"""Recurrent networks over whole sequences, with backpropagation through time written out.

Time is the first axis: x (T, N, D) are T steps of N sequences with D inputs. Every function takes a first
state and returns the states of all steps, so a sequence can be cut and continued. What all steps share is
done at once outside the loop over time: the product with the inputs before it, the gradients of the weights
after it. Inside remains what one step must wait for: the product with the last state.

The columns of Wx (D, k·H), Wh (H, k·H) and b (k·H,) belong to k gates side by side, sigmoid gates first.
Inside, gates are the first axis, (k, ...): one product serves all gates, and `i, f, o, g = gates` takes them apart.
"""

import numpy as np

from .arguments import takes
from .arrays import Array, Backward, unmarked


def _prepared(x: Array, Wx: Array, Wh: Array, b: Array, gates: int):
    """x Wx + b as (k, T, N, H), and the weights by gate, (k, D, H) and (k, H, H)."""
    Wx, Wh, b = (_by_gate(W, gates) for W in (Wx, Wh, b[None]))
    inputs = x.reshape(-1, x.shape[-1]) @ Wx
    inputs += b
    return inputs.reshape(gates, *x.shape[:2], -1), Wx, Wh


def _by_gate(W: Array, gates: int) -> Array:
    """Columns of all gates (D, k·H) → one matrix for each gate (k, D, H)."""
    return np.ascontiguousarray(W.reshape(len(W), gates, -1).swapaxes(0, 1))


def _side_by_side(W: Array) -> Array:
    """(k, D, H) → (D, k·H)."""
    return W.swapaxes(0, 1).reshape(W.shape[1], -1)


def _to_inputs(dz: Array, x: Array, Wx: Array, constant: bool):
    """dx, dWx and db from the gradients dz (k, T, N, H) of all pre-activations."""
    flat = dz.reshape(len(dz), -1, dz.shape[-1])
    dx = None if constant else (flat @ Wx.mT).sum(axis=0).reshape(x.shape)
    return dx, _product_over_time(x, dz), flat.sum(axis=1).ravel()


def _product_over_time(x: Array, dz: Array) -> Array:
    """Σₜ xₜᵀ dzₜ for x (T, N, D) and dz (k, T, N, H), as (D, k·H)."""
    flat = dz.reshape(len(dz), -1, dz.shape[-1])
    return _side_by_side(x.reshape(-1, x.shape[-1]).T @ flat)


def _halved(inputs: Array, Wh: Array, sigmoids: int) -> Array:
    """Wh for z/2 at the first gates, as inputs from now on: σ(z) = (1 + tanh(z/2)) / 2, so one tanh serves all."""
    inputs[:sigmoids] *= 0.5
    Wh = Wh.copy()
    Wh[:sigmoids] *= 0.5
    return Wh


def _opened(gates: Array, sigmoids: int) -> None:
    """tanh of all gates of a step, in place, and the first ones moved from ±1 to 0 … 1."""
    np.tanh(gates, out=gates)
    first = gates[:sigmoids]
    first += 1
    first *= 0.5


def _slopes(gates: Array, sigmoids: int) -> Array:
    """σ′ = σ (1 − σ) of the first gates, tanh′ = 1 − tanh² of the others."""
    slopes = gates * gates
    np.subtract(gates[:sigmoids], slopes[:sigmoids], out=slopes[:sigmoids])
    np.subtract(1, slopes[sigmoids:], out=slopes[sigmoids:])
    return slopes


@takes(x="data T N D+", h0="N H", Wx="D H", Wh="H H", b="H")
def rnn(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Backward]:
    """Elman's network: hₜ = tanh(xₜ Wx + hₜ₋₁ Wh + b) (Elman 1990).

    Shapes: x (T, N, D), h0 (N, H), Wx (D, H), Wh (H, H), b (H,); y = h₁ … h_T (T, N, H).
    backward(dy) → dx, dh0, dWx, dWh, db.
    """
    x, constant = unmarked(x)
    z, Wx, Wh = _prepared(x, Wx, Wh, b, 1)
    h = np.concatenate([h0[None], z[0]])
    for t in range(len(x)):
        h[t + 1] += h[t] @ Wh[0]
        np.tanh(h[t + 1], out=h[t + 1])

    def backward(dy: Array):
        dz, WhT = 1 - h[1:] ** 2, np.ascontiguousarray(Wh[0].T)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(x))):
            dh += dy[t]
            dz[t] *= dh
            dh = dz[t] @ WhT
        dx, dWx, db = _to_inputs(dz[None], x, Wx, constant)
        return dx, dh, dWx, _product_over_time(h[:-1], dz[None]), db

    return h[1:], backward


def _lstm_slopes(gates: Array, c: Array, tanh_c: Array) -> tuple[Array, Array]:
    """What a step multiplies by on its way back: ∂cₜ/∂z for i, f and g, ∂hₜ/∂z for o; and ∂hₜ/∂cₜ."""
    i, _, o, g = gates
    slopes = _slopes(gates, 3)
    for slope, factor in zip(slopes, (g, c, tanh_c, i), strict=True):
        slope *= factor
    return slopes, o * (1 - tanh_c**2)


@takes(x="data T N D+", h0="N H", c0="N H", Wx="D 4H", Wh="H 4H", b="4H")
def lstm(
    x: Array, h0: Array, c0: Array, Wx: Array, Wh: Array, b: Array
) -> tuple[Array, Backward]:
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    i, f, o = σ(xₜ Wx + hₜ₋₁ Wh + b),  g = tanh(…),  cₜ = f ⊙ cₜ₋₁ + i ⊙ g,  hₜ = o ⊙ tanh cₜ.

    Shapes: x (T, N, D), h0 and c0 (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) with gates in the order i, f, o, g;
    y (2, T, N, H) holds all h and all c. backward(dy) → dx, dh0, dc0, dWx, dWh, db.
    """
    x, constant = unmarked(x)
    gates, Wx, Wh = _prepared(x, Wx, Wh, b, 4)
    halved, (i, f, o, g) = _halved(gates, Wh, 3), gates
    states = np.empty((2, len(x) + 1, *h0.shape), gates.dtype)
    h, c = states
    h[0], c[0] = h0, c0
    tanh_c = np.empty_like(g)
    for t in range(len(x)):
        gates[:, t] += h[t] @ halved
        _opened(gates[:, t], 3)
        np.multiply(f[t], c[t], out=c[t + 1])
        c[t + 1] += i[t] * g[t]
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o[t], tanh_c[t], out=h[t + 1])

    def backward(dy: Array):
        dz, to_cell = _lstm_slopes(gates, c[:-1], tanh_c)
        (di, df, do, dg), WhT = dz, np.ascontiguousarray(Wh.mT)
        dh, dc = np.zeros((2, *h0.shape), gates.dtype)
        for t in reversed(range(len(x))):
            dh += dy[0, t]
            dc += dy[1, t] + dh * to_cell[t]
            di[t] *= dc
            df[t] *= dc
            do[t] *= dh
            dg[t] *= dc
            dh = (dz[:, t] @ WhT).sum(axis=0)
            dc *= f[t]
        dx, dWx, db = _to_inputs(dz, x, Wx, constant)
        return dx, dh, dc, dWx, _product_over_time(h[:-1], dz), db

    return states[:, 1:], backward


@takes(x="data T N D+", h0="N H", Wx="D 3H", Wh="H 3H", b="3H")
def gru(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Backward]:
    """Gated recurrent unit whose reset gate acts before the product (Cho et al. 2014, as revised in arXiv:1406.1078v3).

    r, z = σ(xₜ Wx + hₜ₋₁ Wh + b),  n = tanh(xₜ Wx + (r ⊙ hₜ₋₁) Wh + b),  hₜ = z ⊙ hₜ₋₁ + (1 − z) ⊙ n.

    Shapes: x (T, N, D), h0 (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,) with gates in the order r, z, n; y (T, N, H).
    backward(dy) → dx, dh0, dWx, dWh, db. The notes write u = 1 − z.
    """
    x, constant = unmarked(x)
    gates, Wx, Wh = _prepared(x, Wx, Wh, b, 3)
    halved, (r, z, n) = _halved(gates, Wh, 2), gates
    h = np.empty((len(x) + 1, *h0.shape), gates.dtype)
    h[0] = h0
    for t in range(len(x)):
        rz = gates[:2, t]
        rz += h[t] @ halved[:2]
        _opened(rz, len(rz))
        n[t] += (r[t] * h[t]) @ Wh[2]
        np.tanh(n[t], out=n[t])
        h[t + 1] = n[t] + z[t] * (h[t] - n[t])

    def backward(dy: Array):
        d, WhT = _slopes(gates, 2), np.ascontiguousarray(Wh.mT)
        dr, dz, dn = d
        before = h[:-1]
        dz *= before - n
        dn *= 1 - z  # now ∂h/∂ of these two
        dr *= before  # and ∂(r ⊙ h)/∂ of this
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(x))):
            dh += dy[t]
            dz[t] *= dh
            dn[t] *= dh
            to_reset = dn[t] @ WhT[2]
            dr[t] *= to_reset
            dh = dh * z[t] + to_reset * r[t] + (d[:2, t] @ WhT[:2]).sum(axis=0)
        dx, dWx, db = _to_inputs(d, x, Wx, constant)
        dWh = [_product_over_time(before, d[:2]), _product_over_time(r * before, d[2:])]
        return dx, dh, dWx, np.hstack(dWh), db

    return h[1:], backward


@takes(x="data T N D+", h0="N H", Wx="D 3H", Wh="H 3H", b="3H", bh="H")
def gru_reset_after(
    x: Array, h0: Array, Wx: Array, Wh: Array, b: Array, bh: Array
) -> tuple[Array, Backward]:
    """Gated recurrent unit with the reset gate after the product (Cho et al. 2014, arXiv:1406.1078v1; cuDNN, PyTorch).

    As `gru`, also in shapes, but n = tanh(xₜ Wx + b + r ⊙ (hₜ₋₁ Wh + bh)), which leaves a single product a step.
    The extra bias bh (H,) stands inside the reset; without it, this is the form of the notes.

    backward(dy) → dx, dh0, dWx, dWh, db, dbh.
    """
    x, constant = unmarked(x)
    gates, Wx, Wh = _prepared(x, Wx, Wh, b, 3)
    halved, (r, z, n) = _halved(gates, Wh, 2), gates
    h = np.empty((len(x) + 1, *h0.shape), gates.dtype)
    h[0] = h0
    memory = np.empty_like(n)  # hₜ₋₁ Wh + bh, the part that r scales
    for t in range(len(x)):
        product = h[t] @ halved
        rz = gates[:2, t]
        rz += product[:2]
        _opened(rz, len(rz))
        np.add(product[2], bh, out=memory[t])
        n[t] += r[t] * memory[t]
        np.tanh(n[t], out=n[t])
        h[t + 1] = n[t] + z[t] * (h[t] - n[t])

    def backward(dy: Array):
        d, WhT = _slopes(gates, 2), np.ascontiguousarray(Wh.mT)
        dr, dz, dn = d
        dz *= h[:-1] - n
        dn *= 1 - z
        dr *= memory * dn  # now ∂h/∂ of every pre-activation
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(x))):
            dh += dy[t]
            d[:, t] *= dh
            to_memory = dn[t] * r[t]
            dh = dh * z[t] + to_memory @ WhT[2] + (d[:2, t] @ WhT[:2]).sum(axis=0)
        dx, dWx, db = _to_inputs(d, x, Wx, constant)
        d[2] *= r  # from here on with respect to the memory
        return dx, dh, dWx, _product_over_time(h[:-1], d), db, d[2].sum(axis=(0, 1))

    return h[1:], backward


@takes(x="N T D")
def time_first(x: Array) -> tuple[Array, Backward]:
    """Samples x (N, T, D), as data sets store them → (T, N, D), as recurrent layers take them."""
    return x.swapaxes(0, 1), lambda dy: dy.swapaxes(0, 1)


@takes(y="T N H+")
def last_step(y: Array) -> tuple[Array, Backward]:
    """What a sequence ends in: y (T, N, H) → y[T − 1] (N, H). The other steps receive no gradient."""

    def backward(dlast: Array) -> Array:
        dy = np.zeros_like(y)
        dy[-1] = dlast
        return dy

    return y[-1], backward
