"""Sizes of signals in random networks: what the formula for one layer predicts, and what the definition says."""

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes.signals import arriving, own_scale, signal_norms


def test_without_an_activation_the_signal_is_the_product_of_the_weights():
    norms, slopes = signal_norms(F.identity, 2.0, depth=3, width=5, seed=4)
    rng = np.random.default_rng(4)
    rng.standard_normal((32, 5))
    Ws = [rng.standard_normal((5, 5)) * 2 / np.sqrt(5) for _ in range(3)]
    delta = rng.standard_normal((32, 5))
    expected = [delta, delta @ Ws[2].T, delta @ Ws[2].T @ Ws[1].T]
    assert np.allclose(norms, [np.linalg.norm(d) for d in reversed(expected)])
    assert (slopes == 1).all()


@pytest.mark.parametrize(("activation", "scale"), [(F.tanh, 0.5), (F.relu, 1.5)])
def test_a_layer_multiplies_by_its_scale_and_slope(activation, scale):
    norms, slopes = signal_norms(activation, scale, depth=30, width=200)
    predicted = scale * np.exp(np.log(slopes[:-1]).mean())
    assert abs((norms[0] / norms[-1]) ** (1 / 29) / predicted - 1) < 0.02


def test_a_bridge_adds_what_came_to_what_went_through():
    def silent(z):
        return 0 * z, lambda dy: 0 * dy

    def half(z):
        return z / 2, lambda dy: dy / 2

    assert (signal_norms(silent, 1.0, residual=True)[0] == 0).all()
    norms, _ = signal_norms(half, 1e-9, depth=4, width=6, residual=True)
    assert np.allclose(norms, norms[0], rtol=1e-6)


def test_each_start_is_another_network_and_the_ratio_is_first_over_last():
    ratios = arriving(F.relu, 1.0, starts=3)
    assert len(set(ratios)) == 3
    norms, _ = signal_norms(F.relu, 1.0, seed=1)
    assert ratios[1] == norms[0] / norms[-1] < 1


def test_the_scale_at_which_a_signal_keeps_its_size():
    assert np.isclose(own_scale(F.identity), 1)
    assert np.isclose(own_scale(F.relu), np.sqrt(2))
    assert 8 < own_scale(F.sigmoid) < 16


@pytest.mark.parametrize("wrong", [{"scale": 0}, {"depth": 0}, {"width": 1.5}])
def test_settings_that_make_no_network_are_refused(wrong):
    with pytest.raises((ValueError, TypeError), match=next(iter(wrong))):
        signal_norms(F.relu, **{"scale": 1.0, **wrong})
