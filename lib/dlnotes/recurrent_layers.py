"""Recurrent layers: parameters for the functions of `recurrent`, and a first state of zeros."""

import numpy as np

from . import functional as F
from . import init
from .arguments import takes
from .arrays import Array, Backward
from .kinds import count, flag, generator
from .network import Layer, Parameter


class _Recurrent(Layer):
    """Starts from a zero state; x (T, N, D) → the hidden states of all steps (T, N, H)."""

    @takes(D=count, H=count, rng=generator)
    def __init__(self, cell, gates: int, D: int, H: int, rng, *more: Parameter):
        draw = [init.orthogonal((H, H), rng=rng) for _ in range(gates)]
        self.Wx = Parameter(init.glorot((D, gates * H), rng=rng, fans=(D, H)))
        self.Wh = Parameter(np.hstack(draw))
        self.b = Parameter(np.zeros(gates * H))
        names = ("Wx", "Wh", "b", "bh")
        super().__init__(cell, self.Wx, self.Wh, self.b, *more, names=names)

    @takes(x="data T N D")
    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        zero_state = np.zeros((x.shape[1], len(self.Wh.value)), x.dtype)
        y, pullback = self.function(x, zero_state, *(p.value for p in self._own))

        def without_state(dy: Array) -> tuple[Array, ...]:
            dx, _, *gradients = pullback(dy)
            return dx, *gradients

        return y, self._collect(without_state)


class RNN(_Recurrent):
    """`functional.rnn` with orthogonal Wh."""

    def __init__(self, D: int, H: int, *, rng: np.random.Generator):
        super().__init__(F.rnn, 1, D, H, rng)


class GRU(_Recurrent):
    """`functional.gru`, or with `reset_after` `functional.gru_reset_after`, which has a second bias."""

    @takes(D=count, H=count, rng=generator, reset_after=flag)
    def __init__(
        self, D: int, H: int, *, rng: np.random.Generator, reset_after: bool = False
    ):
        if reset_after:
            self.bh = Parameter(np.zeros(H))
            super().__init__(F.gru_reset_after, 3, D, H, rng, self.bh)
        else:
            super().__init__(F.gru, 3, D, H, rng)


def _hidden_states(x, zero_state, *parameters) -> tuple[Array, Backward]:
    """`lstm` from zero states, without its cell states."""
    states, pullback = F.lstm(x, zero_state, zero_state, *parameters)

    def backward(dh: Array) -> tuple[Array, ...]:
        dstates = np.zeros((2, *dh.shape), dh.dtype)
        dstates[0] = dh
        dx, dh0, _, *gradients = pullback(dstates)
        return dx, dh0, *gradients

    return states[0], backward


class LSTM(_Recurrent):
    """`functional.lstm` with the forget gate's bias at 1, so that a fresh network remembers.

    Source: Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015.
    """

    def __init__(self, D: int, H: int, *, rng: np.random.Generator):
        super().__init__(_hidden_states, 4, D, H, rng)
        self.b.value[H : 2 * H] = 1
