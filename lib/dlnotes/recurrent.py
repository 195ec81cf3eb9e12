"""Recurrent networks over whole sequences, with backpropagation through time written out.

Time is the first axis: x (T, N, D) are T steps of N sequences with D inputs. Every function takes a first
state and returns the states of all steps, so a sequence can be cut and continued. What all steps share is
done at once outside the loop over time: the product with the inputs before it, the gradients of the weights
after it. Inside remains what one step must wait for: the product with the last state.

The columns of Wx (D, k·H), Wh (H, k·H) and b (k·H,) belong to k gates side by side, sigmoid gates first,
so that one product serves all gates.
"""

import numpy as np

from . import checks
from .arrays import Array, Backward, Data


def _check(x, Wx, Wh, gates: int, *, b, **states: Array):
    """Arrays of the equation, whether x is data, and the input's share of every step, x Wx + b (T, N, k·H)."""
    constant = isinstance(x, Data)
    x = checks.floating("x", x, axes="T N D")
    checks.not_empty("x", x)
    Wx = checks.floating("Wx", Wx, axes="D kH")
    Wh = checks.floating("Wh", Wh, axes="H kH")
    b = checks.floating("b", b, axes="kH")
    (T, N, D), H = x.shape, len(Wh)
    for name, array, shape in (
        ("Wx", Wx, (D, gates * H)),
        ("Wh", Wh, (H, gates * H)),
        ("b", b, (gates * H,)),
        *(
            (name, checks.floating(name, state), (N, H))
            for name, state in states.items()
        ),
    ):
        if array.shape != shape:
            raise ValueError(
                f"{name} must have shape {shape} for x {x.shape} and {H} units, got {array.shape}"
            )
    inputs = x.reshape(T * N, D) @ Wx + b
    return x, Wx, Wh, constant, inputs.reshape(T, N, gates * H)


def _to_inputs(dz: Array, x: Array, Wx: Array, constant: bool):
    """dx, dWx and db from the gradients dz (T, N, k·H) of all pre-activations."""
    flat = dz.reshape(-1, dz.shape[-1])
    dx = None if constant else (flat @ Wx.T).reshape(x.shape)
    return dx, x.reshape(len(flat), -1).T @ flat, flat.sum(axis=0)


def _product_over_time(a: Array, b: Array) -> Array:
    """Σₜ aₜᵀ bₜ for a (T, N, H) and b (T, N, K)."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])


def _halved(inputs: Array, Wh: Array, sigmoids: int) -> tuple[Array, Array]:
    """Inputs and Wh with z/2 for the first gates: σ(z) = (1 + tanh(z/2)) / 2, so that one tanh serves all."""
    H = len(Wh)
    inputs[..., : sigmoids * H] *= 0.5
    Wh = Wh.copy()
    Wh[:, : sigmoids * H] *= 0.5
    return inputs, Wh


def _opened(gates: Array, sigmoids: int) -> None:
    """tanh of all gates of a step, in place, and the first ones moved from ±1 to 0 … 1."""
    np.tanh(gates, out=gates)
    first = gates[:, :sigmoids]
    first += 1
    first *= 0.5


def _slopes(gates: Array, sigmoids: int, out: Array) -> None:
    """σ′ = σ (1 − σ) of the first gates of a step, tanh′ = 1 − tanh² of the others."""
    np.multiply(gates, gates, out=out)
    np.subtract(gates[:, :sigmoids], out[:, :sigmoids], out=out[:, :sigmoids])
    np.subtract(1, out[:, sigmoids:], out=out[:, sigmoids:])


def rnn(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Backward]:
    """Elman's network: hₜ = tanh(xₜ Wx + hₜ₋₁ Wh + b) (Elman 1990).

    Shapes: x (T, N, D), h0 (N, H), Wx (D, H), Wh (H, H), b (H,); y = h₁ … h_T (T, N, H).
    backward(dy) → dx, dh0, dWx, dWh, db.
    """
    x, Wx, Wh, constant, z = _check(x, Wx, Wh, 1, b=b, h0=h0)
    h = np.concatenate([np.asarray(h0)[None], z])
    for t in range(len(x)):
        z[t] += h[t] @ Wh
        np.tanh(z[t], out=h[t + 1])

    def backward(dy: Array):
        dz, WhT = np.empty_like(z), np.ascontiguousarray(Wh.T)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(x))):
            np.multiply(dy[t] + dh, 1 - h[t + 1] ** 2, out=dz[t])
            dh = dz[t] @ WhT
        dx, dWx, db = _to_inputs(dz, x, Wx, constant)
        return dx, dh, dWx, _product_over_time(h[:-1], dz), db

    return h[1:], backward


def lstm(
    x: Array, h0: Array, c0: Array, Wx: Array, Wh: Array, b: Array
) -> tuple[Array, Backward]:
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    i, f, o = σ(xₜ Wx + hₜ₋₁ Wh + b),  g = tanh(…),  cₜ = f ⊙ cₜ₋₁ + i ⊙ g,  hₜ = o ⊙ tanh cₜ.

    Shapes: x (T, N, D), h0 and c0 (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) with gates in the order i, f, o, g;
    y (2, T, N, H) holds all h and all c. backward(dy) → dx, dh0, dc0, dWx, dWh, db.
    """
    x, Wx, Wh, constant, inputs = _check(x, Wx, Wh, 4, b=b, h0=h0, c0=c0)
    T, H = len(x), len(Wh)
    gates, Wh_halved = _halved(inputs, Wh, 3)
    states = np.empty((2, T + 1, *np.shape(h0)), gates.dtype)
    h, c = states
    h[0], c[0] = h0, c0
    tanh_c = np.empty_like(h[1:])
    i, f, o, g = np.split(gates, 4, axis=-1)  # views: (T, N, H) each
    for t in range(T):
        gates[t] += h[t] @ Wh_halved
        _opened(gates[t], 3 * H)
        np.multiply(f[t], c[t], out=c[t + 1])
        c[t + 1] += i[t] * g[t]
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o[t], tanh_c[t], out=h[t + 1])

    def backward(dy: Array):
        dz, WhT = np.empty_like(gates), np.ascontiguousarray(Wh.T)
        di, df, do, dg = np.split(dz, 4, axis=-1)
        dh, dc = np.zeros_like(h[0]), np.zeros_like(c[0])
        for t in reversed(range(T)):
            _slopes(gates[t], 3 * H, out=dz[t])
            dh += dy[0, t]
            dc += dy[1, t] + dh * o[t] * (1 - tanh_c[t] ** 2)
            di[t] *= dc * g[t]
            df[t] *= dc * c[t]
            do[t] *= dh * tanh_c[t]
            dg[t] *= dc * i[t]
            dh, dc = dz[t] @ WhT, dc * f[t]
        dx, dWx, db = _to_inputs(dz, x, Wx, constant)
        return dx, dh, dc, dWx, _product_over_time(h[:-1], dz), db

    return states[:, 1:], backward


def gru(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Backward]:
    """Gated recurrent unit whose reset gate acts before the product (Cho et al. 2014, as revised in arXiv:1406.1078v3).

    r, z = σ(xₜ Wx + hₜ₋₁ Wh + b),  n = tanh(xₜ Wx + (r ⊙ hₜ₋₁) Wh + b),  hₜ = z ⊙ hₜ₋₁ + (1 − z) ⊙ n.

    Shapes: x (T, N, D), h0 (N, H), Wx (D, 3H), Wh (H, 3H), b (3H,) with gates in the order r, z, n; y (T, N, H).
    backward(dy) → dx, dh0, dWx, dWh, db. The notes write u = 1 − z.
    """
    x, Wx, Wh, constant, inputs = _check(x, Wx, Wh, 3, b=b, h0=h0)
    T, H = len(x), len(Wh)
    Wg, Wn = Wh[:, : 2 * H], Wh[:, 2 * H :]
    gates, Wh_halved = _halved(inputs, Wh, 2)
    h = np.empty((T + 1, *np.shape(h0)), gates.dtype)
    h[0] = h0
    r, z, n = np.split(gates, 3, axis=-1)
    for t in range(T):
        rz = gates[t, :, : 2 * H]
        rz += h[t] @ Wh_halved[:, : 2 * H]
        _opened(rz, 2 * H)
        n[t] += (r[t] * h[t]) @ Wn
        np.tanh(n[t], out=n[t])
        h[t + 1] = n[t] + z[t] * (h[t] - n[t])

    def backward(dy: Array):
        d = np.empty_like(gates)
        dr, dz, dn = np.split(d, 3, axis=-1)
        WgT, WnT = np.ascontiguousarray(Wg.T), np.ascontiguousarray(Wn.T)
        dh = np.zeros_like(h[0])
        for t in reversed(range(T)):
            _slopes(gates[t], 2 * H, out=d[t])
            dh += dy[t]
            dz[t] *= dh * (h[t] - n[t])
            dn[t] *= dh * (1 - z[t])
            to_reset = dn[t] @ WnT
            dr[t] *= to_reset * h[t]
            dh = dh * z[t] + to_reset * r[t] + d[t, :, : 2 * H] @ WgT
        dx, dWx, db = _to_inputs(d, x, Wx, constant)
        dWg = _product_over_time(h[:-1], d[..., : 2 * H])
        return dx, dh, dWx, np.hstack([dWg, _product_over_time(r * h[:-1], dn)]), db

    return h[1:], backward


def gru_reset_after(
    x: Array, h0: Array, Wx: Array, Wh: Array, b: Array, bh: Array
) -> tuple[Array, Backward]:
    """Gated recurrent unit with the reset gate after the product (Cho et al. 2014, arXiv:1406.1078v1; cuDNN, PyTorch).

    As `gru`, also in shapes, but n = tanh(xₜ Wx + b + r ⊙ (hₜ₋₁ Wh + bh)), which leaves a single product a step.
    The extra bias bh (H,) stands inside the reset; without it, this is the form of the notes.

    backward(dy) → dx, dh0, dWx, dWh, db, dbh.
    """
    x, Wx, Wh, constant, inputs = _check(x, Wx, Wh, 3, b=b, h0=h0)
    T, H = len(x), len(Wh)
    gates, Wh_halved = _halved(inputs, Wh, 2)
    bh = checks.floating("bh", bh, axes="H")
    checks.same_size("the size of bh", bh.size, "the number of units", H)
    h = np.empty((T + 1, *np.shape(h0)), gates.dtype)
    h[0] = h0
    memory = np.empty_like(h[1:])  # hₜ₋₁ Wh + bh, the part that r scales
    r, z, n = np.split(gates, 3, axis=-1)
    for t in range(T):
        product = h[t] @ Wh_halved
        rz = gates[t, :, : 2 * H]
        rz += product[:, : 2 * H]
        _opened(rz, 2 * H)
        memory[t] = product[:, 2 * H :] + bh
        n[t] += r[t] * memory[t]
        np.tanh(n[t], out=n[t])
        h[t + 1] = n[t] + z[t] * (h[t] - n[t])

    def backward(dy: Array):
        d, dproduct = np.empty_like(gates), np.empty_like(gates)
        dr, dz, dn = np.split(d, 3, axis=-1)
        WhT, dh = np.ascontiguousarray(Wh.T), np.zeros_like(h[0])
        for t in reversed(range(T)):
            _slopes(gates[t], 2 * H, out=d[t])
            dh += dy[t]
            dz[t] *= dh * (h[t] - n[t])
            dn[t] *= dh * (1 - z[t])
            dr[t] *= dn[t] * memory[t]
            dproduct[t, :, : 2 * H] = d[t, :, : 2 * H]
            dproduct[t, :, 2 * H :] = dn[t] * r[t]
            dh = dh * z[t] + dproduct[t] @ WhT
        dx, dWx, db = _to_inputs(d, x, Wx, constant)
        dbh = dproduct[..., 2 * H :].sum(axis=(0, 1))
        return dx, dh, dWx, _product_over_time(h[:-1], dproduct), db, dbh

    return h[1:], backward


def time_first(x: Array) -> tuple[Array, Backward]:
    """Samples x (N, T, D), as data sets store them → (T, N, D), as recurrent layers take them."""
    x = checks.floating("x", x, axes="N T D")
    return x.swapaxes(0, 1), lambda dy: dy.swapaxes(0, 1)


def last_step(y: Array) -> tuple[Array, Backward]:
    """What a sequence ends in: y (T, N, H) → y[T − 1] (N, H). The other steps receive no gradient."""
    y = checks.floating("y", y, axes="T N H")
    checks.not_empty("y", y)

    def backward(dlast: Array) -> Array:
        dy = np.zeros_like(y)
        dy[-1] = dlast
        return dy

    return y[-1], backward
