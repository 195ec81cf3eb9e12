"""How large a signal is in each layer of a random network, on its way down.

The network has square layers without biases, z = a W and (h, pullback) = activation(z); the entries of W are N(0, s²/n)
for width n. Backward, a signal of independent normal entries arrives at the last layer. Per layer its size
changes by about s · rms(activation′): Glorot and Bengio (2010); He et al. (2015). Derivation: chapter 6b.
"""

from collections.abc import Callable

import numpy as np

from . import functional as F
from .arguments import takes
from .arrays import Array
from .kinds import count, function, positive

SCALES = np.geomspace(1, 32, 11)  # each √2 times the one before


@takes(activation=function, scale=positive, depth=count, width=count)
def signal_norms(
    activation: Callable,
    scale: float,
    *,
    depth: int = 20,
    width: int = 64,
    seed: int = 0,
    residual: bool = False,
) -> tuple[Array, Array]:
    """‖δ‖ = ‖∂L/∂z‖ and the rms slope of each layer, (depth,) both, in order; `residual` adds a to h."""
    rng = np.random.default_rng(seed)
    a, layers = rng.standard_normal((32, width)), []
    for _ in range(depth):
        W = rng.standard_normal((width, width)) * scale / np.sqrt(width)
        z, back_linear = F.linear(a, W)
        h, back_activation = activation(z)
        a = a + h if residual else h
        slope = np.sqrt(np.mean(back_activation(np.ones_like(z)) ** 2))
        layers.append((back_linear, back_activation, slope))
    da, norms = rng.standard_normal(a.shape), []
    for back_linear, back_activation, _ in reversed(layers):
        delta = back_activation(da)
        norms.append(np.linalg.norm(delta))
        da = back_linear(delta)[0] + (da if residual else 0)
    return np.array(norms[::-1]), np.array([slope for *_, slope in layers])


@takes(activation=function, scale=positive, starts=count)
def arriving(activation: Callable, scale: float, *, starts: int = 20) -> Array:
    """Signal at layer 1 over signal at layer 20, in each of `starts` random networks: (starts,)."""
    norms = (signal_norms(activation, scale, seed=seed)[0] for seed in range(starts))
    return np.array([signal[0] / signal[-1] for signal in norms])


def own_scale(activation: Callable) -> float:
    """The scale, of 11 from 1 to 32, at which the signal of three networks most nearly keeps its size."""
    logs = [np.log(arriving(activation, s, starts=3)).mean() for s in SCALES]
    return float(SCALES[np.abs(logs).argmin()])
