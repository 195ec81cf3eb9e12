"""A fair contest: every method chooses its own setting on validation data and is judged on test data.

One split is one throw of the dice, so there are many. A rival gets the same splits, the same random
starts and a grid of its own, for a win over a badly tuned rival proves nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array
from .datasets import Samples, Split
from .kinds import count, function, instance, not_negative
from .losses import cross_entropy
from .network import Layer
from .optim import Adam
from .training import fit_side_by_side


class Contest(NamedTuple):
    """What came out: arrays (S, M), one row a split and one column a method."""

    names: list[str]
    scores: Array  # on the test part
    chosen: Array  # the setting that validation asked for
    edge: Array  # −1 where it is the first of its grid, 1 where it is the last, else 0

    def __str__(self) -> str:
        width = max(map(len, self.names))
        columns = zip(self.names, self.scores.T, self.chosen.T, strict=True)
        return "\n".join(
            f"{name:{width}}  {s.mean():.4f} ({s.min():.4f} to {s.max():.4f})  "
            + ", ".join(
                f"{v}: {n}×" for v, n in Counter(map(str, chosen)).most_common()
            )
            for name, s, chosen in columns
        )


def boundary(
    holds: Callable[[float], bool], low: float, high: float, steps: int = 60
) -> float:
    """The x in [low, high] where holds(x) turns from true to false, by bisection: each step halves the interval."""
    function("holds", holds)
    if not holds(low) or holds(high):
        raise ValueError(
            f"holds must be true at low = {low} and false at high = {high}; got {holds(low)} and {holds(high)}"
        )
    for _ in range(count("steps", steps)):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


@takes(predicted="any *S", labels="any *S")
def share_right(predicted: Array, labels: Array) -> float:
    """Share of predictions that equal their label. Both have the same shape, such as (N,)."""
    return float((predicted == labels).mean())


@takes(methods=instance(dict), score=function, margin=not_negative)
def contest(
    methods: dict[str, tuple[Callable, Sequence]],
    splits: Iterable[Split],
    *,
    score: Callable[[Array, Array], float] = share_right,
    margin: float = 0.0,
) -> Contest:
    """For every split: each method tries its settings, and the best on validation is scored on test.

        methods = {
            "neighbors": (lambda train, k, rng: lambda x: nearest_neighbors(x, *train, k=k), [1, 3, 9]),
            "network": (train_network, [0.03, 0.1, 0.3]),
        }
        splits = [datasets.split(digits, validation=300, test=400, seed=s) for s in range(20)]
        result = contest(methods, splits)

    A method is a pair (fit, settings). `fit(train, setting, rng)` gets the training part alone and
    returns `predict(x)`. All fits of split s start from `np.random.default_rng(s)`, whatever the
    method and the setting. What was chosen is tested as it is, not fitted again.

    List the settings simplest first: the first whose validation score is within `margin` of the best
    is chosen, so a tie, also one up to rounding, goes to the simplest. `score(predicted, y)` is larger
    for the better; a nan is never chosen.
    """
    splits = list(splits)
    _check(methods, splits)
    shape = len(splits), len(methods)
    scores, chosen = np.empty(shape), np.empty(shape, dtype=object)
    edge = np.zeros(shape, dtype=int)
    for s, (train, validation, test) in enumerate(splits):
        for m, (fit, settings) in enumerate(methods.values()):
            fits = [fit(train, v, np.random.default_rng(s)) for v in settings]
            tried = [score(predict(validation.x), validation.y) for predict in fits]
            i = _first_best(np.array(tried), margin)
            scores[s, m] = score(fits[i](test.x), test.y)
            chosen[s, m] = settings[i]
            edge[s, m] = int(i == len(settings) - 1) - int(i == 0)
    return Contest(list(methods), scores, chosen, edge)


def _first_best(scores: Array, margin: float) -> int:
    """The first index whose score reaches the best, up to `margin` and rounding."""
    best = scores.max(where=~np.isnan(scores), initial=-np.inf)
    if not np.isfinite(best):
        raise ValueError(f"score must be finite for some setting, got {scores}")
    rounding = 1e-9 * (abs(best) + margin)
    return int(np.argmax(scores >= best - margin - rounding))


def _check(methods: dict, splits: list) -> None:
    count("the number of methods", len(methods))
    for name, (fit, settings) in methods.items():
        function(f"fit of {name!r}", fit)
        count(f"the number of settings of {name!r}", len(settings))
    count("the number of splits", len(splits))
    for split in splits:
        for part, samples in instance(Split)("every split", split)._asdict().items():
            instance(Samples)(f"{part} of every split", samples)


class Judged(NamedTuple):
    """S networks that learned side by side, the rate they learned at, and the share of test samples each reads right, (S,)."""

    net: Layer
    rate: float
    right: Array


@takes(net=instance(Layer), samples=instance(Samples))
def read(net: Layer, samples: Samples) -> Array:
    """The share of samples x (S, N, ...), y (S, N) to which each of S networks gives the right class, (S,)."""
    return (net(samples.x).argmax(axis=-1) == samples.y).mean(axis=-1)


@takes(
    make=function,
    data=instance(Split),
    rates="R+",
    steps=count,
    batch_size=count,
    pilots=count,
)
def at_best_rate(
    make: Callable[[int], Layer],
    data: Split,
    *,
    rates: Array,
    steps: int,
    batch_size: int,
    pilots: int = 4,
) -> Judged:
    """`make(S)` networks, trained by Adam at the rate at which a few pilots read most validation samples.

    Every part of `data` holds x (S, N, ...) and y (S, N). The pilots are `make(pilots)`, on the samples of the
    first ones, at most S; with a single rate there are none. The first of equally good rates is taken.
    """

    def trained(S: int, rate: float) -> Layer:
        net = make(S)
        fit_side_by_side(
            net,
            cross_entropy,
            Adam(net.parameters(), rate),
            data.train.x[:S],
            data.train.y[:S],
            steps=steps,
            batch_size=batch_size,
        )
        return net

    pilots = min(pilots, len(data.train.x))
    first = Samples(*(a[:pilots] for a in data.validation))
    tried = [
        read(trained(pilots, rate), first).mean() if len(rates) > 1 else 0.0
        for rate in rates
    ]
    rate = rates[_first_best(np.array(tried), 0.0)]
    net = trained(len(data.train.x), rate)
    return Judged(net, rate, read(net, data.test))
