"""Learning rates that change: each function here returns a schedule, step t = 0, 1, … ↦ rate η.

optimizer = SGD(net.parameters(), cosine(0.1, steps=1000))
"""

import math
from collections.abc import Callable
from functools import partial

from .arguments import takes
from .kinds import count, fraction, not_negative, positive

Schedule = Callable[[int], float]


def rate_or_schedule(name: str, value: float | Schedule) -> float | Schedule:
    """`value` if it is a positive number, or a schedule that starts with one."""
    if not callable(value):
        return positive(name, value)
    positive(name, value(0))
    return value


@takes(rate=positive, every=count, factor=positive)
def step_decay(rate: float, *, every: int, factor: float = 0.1) -> Schedule:
    """η = rate · factor^⌊t / every⌋."""
    return lambda t: _grown(rate, factor, t // every)


@takes(rate=positive, factor=positive)
def exponential(rate: float, *, factor: float) -> Schedule:
    """η = rate · factorᵗ."""
    return lambda t: _grown(rate, factor, t)


def _grown(rate: float, factor: float, times: int) -> float:
    try:
        return rate * factor**times
    except OverflowError:
        raise ValueError(
            f"factor must keep the rate finite, got {rate} · {factor}^{times}"
        ) from None


@takes(rate=positive, half=positive)
def inverse_time(rate: float, *, half: float) -> Schedule:
    """η = rate / (1 + t / half): half of it at t = half, and Σ η = ∞ while Σ η² < ∞ (Robbins and Monro 1951)."""
    return lambda t: rate / (1 + t / half)


@takes(rate=positive, steps=count, last=positive)
def linear_to_constant(rate: float, *, steps: int, last: float) -> Schedule:
    """From rate straight down to `last` at t = steps, then constant (Goodfellow et al. 2016, equation 8.14)."""

    def schedule(t: int) -> float:
        share = min(t / steps, 1)
        return (1 - share) * rate + share * last

    return schedule


@takes(rate=positive, steps=count, last=not_negative)
def cosine(rate: float, *, steps: int, last: float = 0.0) -> Schedule:
    """Half a cosine from rate to `last` at t = steps, then constant (Loshchilov and Hutter 2017)."""
    return lambda t: (
        last + (rate - last) * (1 + math.cos(math.pi * min(t / steps, 1))) / 2
    )


@takes(schedule=rate_or_schedule, steps=count)
def warm_up(schedule: Schedule | float, *, steps: int) -> Schedule:
    """`schedule` scaled by (t + 1)/steps in the first `steps` steps; a number counts as a constant schedule."""
    if not callable(schedule):
        return lambda t: schedule * min((t + 1) / steps, 1)
    return lambda t: schedule(t) * min((t + 1) / steps, 1)


@takes(
    rate=positive,
    steps=partial(count, least=2),
    up=fraction,
    first=positive,
    last=positive,
)
def one_cycle(
    rate: float, *, steps: int, up: float = 0.3, first: float = 0.04, last: float = 4e-6
) -> Schedule:
    """Up from first · rate to rate in the share `up` of all steps, then down to last · rate, both along half cosines.

    Source: Smith and Topin 2019, in PyTorch's form with two phases. The last step is t = steps − 1.
    """
    top = up * steps - 1
    if top <= 0:
        raise ValueError(f"up · steps must be more than 1, got {up} · {steps}")
    rise = cosine(first * rate, steps=1, last=rate)
    fall = cosine(rate, steps=1, last=last * rate)

    def schedule(t: int) -> float:
        return rise(t / top) if t <= top else fall((t - top) / (steps - 1 - top))

    return schedule
