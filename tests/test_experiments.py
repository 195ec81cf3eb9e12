"""A contest is fair if nobody sees the test part before the end, and if ties are not decided by luck."""

import numpy as np
import pytest
from dlnotes.datasets import Samples, Split
from dlnotes.experiments import at_best_rate, boundary, contest, read, share_right
from dlnotes.layers import mlp


def part(*labels):
    """One column that numbers the samples, and their labels."""
    return Samples(np.arange(len(labels), dtype=float)[:, None], np.array(labels))


# 2 prevails in training, 1 in validation, 0 on test.
SPLIT = Split(part(2, 2, 2, 1, 0), part(1, 1, 1, 2), part(0, 0, 0, 1, 2))


def always(train, label, rng):
    """A method that learns nothing: its setting is its answer."""
    return lambda x: np.full(len(x), label)


def scored(setting):
    """A method whose predictions are its setting, to be used with `first` as the score."""
    return lambda x: np.full(len(x), setting)


def first(predicted, y):
    return predicted[0]


def test_the_setting_is_chosen_on_validation_and_judged_on_test():
    """Catches a choice by training or by test, and the validation score reported for that of test."""
    result = contest({"always": (always, [0, 1, 2])}, [SPLIT])
    assert result.chosen.tolist() == [[1]]
    assert result.scores.tolist() == [[1 / 5]]


def test_nobody_sees_more_than_it_should():
    """Each setting is fitted once, to the training part; only the chosen one is shown the test inputs."""
    fitted, seen = [], []

    def spy(train, setting, rng):
        fitted.append((setting, train))

        def predict(x):
            seen.append((setting, x))
            return np.full(len(x), setting)

        return predict

    contest({"spy": (spy, [0, 1, 2])}, [SPLIT])
    assert [setting for setting, _ in fitted] == [0, 1, 2]
    assert all(train is SPLIT.train for _, train in fitted)
    assert [s for s, x in seen if x is SPLIT.validation.x] == [0, 1, 2]
    assert [s for s, x in seen if x is SPLIT.test.x] == [1]
    assert len(seen) == 4


def test_rows_are_splits_and_columns_are_methods():
    other = SPLIT._replace(validation=part(2, 2), test=part(2, 1))
    methods = {"three": (always, [0, 1, 2]), "zero": (always, [0])}
    result = contest(methods, (split for split in (SPLIT, other, SPLIT)))
    assert result.names == ["three", "zero"]
    assert result.chosen.tolist() == [[1, 0], [2, 0], [1, 0]]
    assert result.scores.tolist() == [[0.2, 0.6], [0.5, 0], [0.2, 0.6]]


# ── Ties ──


def choice(settings, **options):
    methods = {"m": (lambda train, setting, rng: scored(setting), settings)}
    return contest(methods, [SPLIT], score=first, **options).chosen[0, 0]


def test_a_tie_goes_to_the_first_setting():
    methods = {"always": (always, [0, 2, 1])}
    split = SPLIT._replace(validation=part(1, 2, 1, 2, 0))
    assert contest(methods, [split]).chosen[0, 0] == 2


@pytest.mark.parametrize("scale", [1e-12, 1, 1e12, -1])
def test_a_tie_up_to_rounding_goes_to_the_first_setting(scale):
    """0.1 + 0.2 is a little more than 0.3; −1 makes it a little less."""
    settings = [0.3 * scale, (0.1 + 0.2) * scale]
    assert settings[0] != settings[1]
    assert choice(settings) == settings[0]
    assert choice(settings[::-1]) == settings[1]


@pytest.mark.parametrize("scale", [1e-12, 1, 1e12])
def test_a_small_advantage_is_an_advantage(scale):
    assert choice([scale, 1.0001 * scale]) == 1.0001 * scale


def test_zero_may_be_the_best():
    """As a negative error it is; there the tolerance for rounding vanishes."""
    assert choice([-1.0, 0.0]) == 0


def test_within_the_margin_the_simpler_setting_wins():
    """The edge of the margin belongs to it: 0.9 − 0.8 is a little less than 0.1, 0.4 − 0.3 a little more."""
    assert choice([0.7, 0.8, 0.9], margin=0.1) == 0.8
    assert choice([0.2, 0.3, 0.4], margin=0.1) == 0.3
    assert choice([0.0, 0.1 + 0.2], margin=0.3) == 0
    assert choice([0.2, 0.3, 0.4], margin=0.09) == 0.4


def test_a_nan_is_never_chosen():
    assert choice([np.nan, -3.0, -2.0, np.nan]) == -2
    with pytest.raises(ValueError, match="score must be finite"):
        choice([np.nan, -np.inf])


# ── Edges ──


@pytest.mark.parametrize(
    "settings, edge",
    [([1, 0, 2], -1), ([0, 1, 2], 0), ([0, 2, 1], 1), ([1], 0), ([1, 0], -1)],
)
def test_a_choice_on_the_edge_of_its_grid_is_seen(settings, edge):
    assert contest({"m": (always, settings)}, [SPLIT]).edge.tolist() == [[edge]]


def test_settings_may_be_anything():
    """Catches tuples spread over an array, and equal settings told apart by their value."""

    def sized(train, sizes, rng):
        return lambda x: np.full(len(x), sizes[0])

    result = contest({"m": (sized, [(0, 5), (1, 5), (2, 5)])}, [SPLIT, SPLIT])
    assert result.chosen[:, 0].tolist() == [(1, 5), (1, 5)]
    assert contest({"m": (lambda *_: scored(1), [None])}, [SPLIT]).chosen[0, 0] is None


# ── Luck ──


def lucky(train, setting, rng):
    guess = rng.random()
    return lambda x: np.full(len(x), guess)


def test_all_fits_of_a_split_have_the_same_luck():
    """So no setting wins by its start, and a method's scores do not depend on who else takes part."""
    methods = {"one": (lucky, [1, 2]), "two": (lucky, [1, 2, 3])}
    result = contest(methods, [SPLIT] * 3, score=first)
    assert (result.scores[:, 0] == result.scores[:, 1]).all()
    assert len(set(result.scores[:, 0])) == 3
    assert (result.edge == -1).all()
    assert result.scores[2, 0] == np.random.default_rng(2).random()


# ── The report ──


def test_the_report_names_methods_scores_and_settings():
    other = SPLIT._replace(validation=part(2, 2), test=part(2, 1))
    methods = {"three": (always, [0, 1, 2]), "0": (always, [0])}
    assert str(contest(methods, [SPLIT, other, SPLIT])).splitlines() == [
        "three  0.3000 (0.2000 to 0.5000)  1: 2×, 2: 1×",
        "0      0.4000 (0.0000 to 0.6000)  0: 3×",
    ]


def test_the_share_is_a_plain_number():
    assert share_right([1, 2, 3, 3], [1, 0, 3, 3]) == 0.75
    assert type(share_right(np.zeros(2), np.zeros(2))) is float


# ── Refusals ──


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"got \(4,\)"):
        share_right(np.zeros((4, 1)), np.zeros(4))


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        ({"methods": [(always, [1])]}, TypeError, "methods must be a dict"),
        ({"methods": {}}, ValueError, "methods"),
        ({"methods": {"m": (3, [1])}}, TypeError, "fit of 'm' must be callable"),
        ({"methods": {"m": (always, [])}}, ValueError, "settings of 'm'"),
        ({"splits": []}, ValueError, "splits"),
        ({"splits": [SPLIT.train]}, TypeError, "must be a Split"),
        (
            {"splits": [SPLIT._replace(validation=None)]},
            TypeError,
            "validation of every split must be a Samples",
        ),
        ({"score": 3}, TypeError, "score must be callable"),
        ({"margin": -0.1}, ValueError, "margin must be"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong, error, message):
    good = {"methods": {"m": (always, [1])}, "splits": [SPLIT]}
    with pytest.raises(error, match=message):
        contest(**good | wrong)


@pytest.mark.parametrize("place", [0.0, 0.3, 709.78, 999.999])
def test_bisection_finds_where_a_condition_turns(place):
    assert abs(boundary(lambda x: x <= place, 0, 1000) - place) < 1e-12 * 1000
    assert boundary(lambda x: x <= place, 0, 1000) <= place


def test_each_step_halves_the_interval():
    assert boundary(lambda x: x <= 3, 0, 16, steps=1) == 0
    assert boundary(lambda x: x <= 3, 0, 16, steps=4) == 3
    assert boundary(lambda x: x <= 7.5, 0, 16, steps=3) == 6


@pytest.mark.parametrize("holds", [lambda x: x > 1, lambda x: True, lambda x: False])
def test_a_condition_that_does_not_turn_from_true_to_false_is_refused(holds):
    with pytest.raises(ValueError, match="true at low = 0 and false at high = 2"):
        boundary(holds, 0, 2)


# ── Side by side, at the best rate ──


def stacked(part):
    """Three copies of the same two-class problem on a line, (3, N, 1) and (3, N)."""
    x = np.random.default_rng(part).uniform(-1, 1, (3, 40, 1))
    return Samples(x, (x[..., 0] > 0.2).astype(int))


def test_the_best_rate_is_chosen_by_pilots_on_validation_samples():
    """Catches pilots judged on test samples, a net that keeps the pilots' size, and a rate that hardly moves a weight."""
    made = []

    def make(S):
        made.append(S)
        return mlp((1, 2), rng=np.random.default_rng(0), copies=S)

    spoiled = stacked(2)._replace(y=1 - stacked(2).y)
    judged = at_best_rate(
        make, Split(stacked(0), stacked(1), spoiled), rates=[1e-6, 0.3], steps=60, batch_size=10, pilots=2
    )  # fmt: skip
    assert judged.rate == 0.3 and made == [2, 2, 3]
    assert judged.right.shape == (3,) and judged.right.max() < 0.2
    assert (read(judged.net, stacked(1)) > 0.8).all()


def test_a_single_rate_needs_no_pilots():
    made = []

    def make(S):
        made.append(S)
        return mlp((1, 2), rng=np.random.default_rng(0), copies=S)

    split = Split(*map(stacked, range(3)))
    assert at_best_rate(make, split, rates=[0.3], steps=5, batch_size=10).rate == 0.3
    assert made == [3]
    at_best_rate(make, split, rates=[0.1, 0.3], steps=5, batch_size=10, pilots=9)
    assert made == [3, 3, 3, 3]  # no more pilots than networks
    with pytest.raises(ValueError, match="rates must"):
        at_best_rate(make, split, rates=[], steps=5, batch_size=10)
