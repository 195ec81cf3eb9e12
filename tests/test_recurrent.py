"""Recurrent networks: one step by hand, backpropagation through time against a chain of single steps."""

import numpy as np
import pytest
from dlnotes import functional as F
from numpy.testing import assert_allclose

RNG = np.random.default_rng(0)
T, N, D, H = 5, 3, 4, 2


def normal(*shape):
    return RNG.standard_normal(shape)


def weights(gates):
    return normal(D, gates * H), normal(H, gates * H), normal(gates * H)


def σ(z):
    return 1 / (1 + np.exp(-z))


def rnn_step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def lstm_step(x, h, c, Wx, Wh, b):
    i, f, o, g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = σ(f) * c + σ(i) * np.tanh(g)
    return σ(o) * np.tanh(c), c


def gru_step(x, h, Wx, Wh, b):
    r, z, n = np.split(x @ Wx + b, 3, axis=1)
    Ur, Uz, Un = np.split(Wh, 3, axis=1)
    r, z = σ(r + h @ Ur), σ(z + h @ Uz)
    return z * h + (1 - z) * np.tanh(n + (r * h) @ Un)


def gru_reset_after_step(x, h, Wx, Wh, b, bh):
    r, z, n = np.split(x @ Wx + b, 3, axis=1)
    Ur, Uz, Un = np.split(Wh, 3, axis=1)
    r, z = σ(r + h @ Ur), σ(z + h @ Uz)
    return z * h + (1 - z) * np.tanh(n + r * (h @ Un + bh))


CELLS = {
    F.rnn: (rnn_step, (normal(N, H), *weights(1))),
    F.gru: (gru_step, (normal(N, H), *weights(3))),
    F.gru_reset_after: (gru_reset_after_step, (normal(N, H), *weights(3), normal(H))),
}
every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)


@every_cell
def test_steps_by_their_equations(cell):
    step, (h, *parameters) = CELLS[cell]
    x = normal(T, N, D)
    y, _ = cell(x, h, *parameters)
    for t in range(T):
        h = step(x[t], h, *parameters)
        assert_allclose(y[t], h, rtol=1e-12)


def test_lstm_steps_by_their_equations():
    x, h, c, parameters = normal(T, N, D), normal(N, H), normal(N, H), weights(4)
    states, _ = F.lstm(x, h, c, *parameters)
    for t in range(T):
        h, c = lstm_step(x[t], h, c, *parameters)
        assert_allclose(states[:, t], [h, c], rtol=1e-12)


def chained(cell, x, state, parameters, dy):
    """Backpropagation through time as a chain of sequences of length one; gradients of shared weights add up."""
    states = len(state)  # 1, or h and c of an LSTM: then time is the second axis
    time = states - 1
    pullbacks, ys = [], []
    for t in range(len(x)):
        y, pullback = cell(x[t : t + 1], *state, *parameters)
        state = y.reshape(states, N, H)
        pullbacks.append(pullback)
        ys.append(y)
    dstate, dxs = np.zeros((states, N, H)), []
    totals = [np.zeros_like(p) for p in parameters]
    for t in reversed(range(len(x))):
        signal = dy.take([t], axis=time)
        dx, *gradients = pullbacks[t](signal + dstate.reshape(signal.shape))
        dstate = np.array(gradients[:states])
        dxs.append(dx)
        for total, gradient in zip(totals, gradients[states:], strict=True):
            total += gradient
    return np.concatenate(ys, axis=time), [np.concatenate(dxs[::-1]), *dstate, *totals]


@pytest.mark.parametrize("cell", [*CELLS, F.lstm], ids=lambda cell: cell.__name__)
def test_backpropagation_through_time_is_a_chain_of_single_steps(cell):
    """Catches a state that is not carried back, carried twice, or a gate's slope from another step."""
    if cell is F.lstm:
        state, parameters = (normal(N, H), normal(N, H)), weights(4)
    else:
        h, *parameters = CELLS[cell][1]
        state = (h,)
    x = normal(T, N, D)
    y, backward = cell(x, *state, *parameters)
    dy = normal(*y.shape)
    one_by_one, expected = chained(cell, x, state, parameters, dy)
    assert_allclose(y, one_by_one, rtol=1e-12)
    for found, wanted in zip(backward(dy), expected, strict=True):
        assert_allclose(found, wanted, rtol=1e-10, atol=1e-13)


def test_a_sequence_can_be_cut_and_continued():
    x, h0, c0, parameters = normal(T, N, D), normal(N, H), normal(N, H), weights(4)
    whole, _ = F.lstm(x, h0, c0, *parameters)
    first, _ = F.lstm(x[:2], h0, c0, *parameters)
    rest, _ = F.lstm(x[2:], *first[:, -1], *parameters)
    assert_allclose(np.concatenate([first, rest], axis=1), whole, rtol=1e-12)


def test_the_two_grus_agree_where_the_reset_gate_is_open_or_the_product_commutes():
    """With one unit and no second bias, (r h) U = r (h U): both placements are the same. With two they are not."""
    x, h0 = normal(T, N, D), normal(N, 1)
    Wx, Wh, b = normal(D, 3), normal(1, 3), normal(3)
    before, after = (
        F.gru(x, h0, Wx, Wh, b),
        F.gru_reset_after(x, h0, Wx, Wh, b, np.zeros(1)),
    )
    assert_allclose(before[0], after[0], rtol=1e-12)
    h0, *parameters = CELLS[F.gru][1]
    before, _ = F.gru(x, h0, *parameters)
    after, _ = F.gru_reset_after(x, h0, *parameters, np.zeros(H))
    assert np.abs(before - after).max() > 0.01


def test_an_lstm_with_open_forget_gate_and_closed_input_keeps_its_cell():
    x, c0 = normal(50, N, D), normal(N, H)
    b = np.repeat([-100.0, 100, 0, 0], H)
    states, backward = F.lstm(
        x, np.zeros((N, H)), c0, np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), b
    )
    assert_allclose(states[1, -1], c0)
    dy = np.zeros_like(states)
    dy[1, -1] = 1
    assert_allclose(backward(dy)[2], 1)  # the gradient reaches c0 unharmed


def test_huge_inputs_neither_overflow_nor_warn():
    x = np.full((2, 1, 1), 1e4)
    ones = np.ones
    states, backward = F.lstm(
        x, ones((1, 1)), ones((1, 1)), ones((1, 4)), -ones((1, 4)), ones(4)
    )
    assert np.isfinite(states).all()
    assert all(np.isfinite(g).all() for g in backward(np.ones_like(states)))
