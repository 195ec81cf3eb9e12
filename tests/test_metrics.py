"""Metrics by hand and by their meaning."""

import numpy as np
from conftest import reference
from dlnotes import metrics
from numpy.testing import assert_allclose, assert_array_equal


def test_accuracy_by_hand():
    logits = np.array([[1.0, 2, 0], [5, 1, 1], [0, 0, 1], [3, 2, 1]])
    assert metrics.accuracy(logits, np.array([1, 0, 2, 2])) == 0.75
    assert type(metrics.accuracy(logits, np.array([1, 0, 2, 2]))) is float


def test_accuracy_counts_all_leading_axes():
    logits = np.array([[[1.0, 2], [2, 1]], [[1, 2], [1, 2]]])
    assert metrics.accuracy(logits, np.array([[1, 1], [1, 0]])) == 0.5


def test_a_logit_of_nan_is_never_right():
    """Catches argmax, for which nan is the largest: a network that diverged would be as good as chance."""
    logits = np.array([[np.nan, 1], [1, np.nan], [2, 1], [-np.inf, 0]])
    assert metrics.accuracy(logits, np.array([0, 0, 0, 1])) == 0.5


def test_confusion_matrix_by_hand():
    """Catches a transposed table, and repeated pairs that are counted once."""
    predicted, labels = np.array([0, 1, 1, 2, 1, 1]), np.array([0, 0, 1, 1, 0, 1])
    assert_array_equal(
        metrics.confusion_matrix(predicted, labels, 3),
        [[1, 2, 0], [0, 2, 1], [0, 0, 0]],
    )


def test_precision_recall_and_f1_by_hand():
    """Catches precision and recall exchanged. Class 2 is never called: its scores are 0, not nan."""
    scores = metrics.precision_recall_f1(np.array([[3, 1, 0], [2, 4, 0], [0, 5, 0]]))
    assert_allclose(scores.precision, [3 / 5, 4 / 10, 0])
    assert_allclose(scores.recall, [3 / 4, 4 / 6, 0])
    assert_allclose(scores.f1, [2 * 3 / 9, 2 * 4 / 16, 0])


def test_small_integers_count_as_large_ones():
    """Catches twice the hits in their own type, in which 2 · 200 is 144."""
    for dtype in (np.uint8, np.int8, np.uint64):
        scores = metrics.precision_recall_f1(np.full((2, 2), 127, dtype))
        assert_array_equal(scores, np.full((3, 2), 0.5))


SCORES = np.array([0.9, 0.8, 0.8, 0.3, 0.1])
LABELS = np.array([1, 1, 0, 0, 1])


def test_roc_curve_by_hand():
    """The two scores of 0.8 fall together: one step up and to the right at once."""
    curve = metrics.roc_curve(SCORES, LABELS)
    assert_allclose(curve.x, [0, 0, 1 / 2, 1, 1])
    assert_allclose(curve.y, [0, 1 / 3, 2 / 3, 2 / 3, 1])
    assert_array_equal(curve.thresholds, [np.inf, 0.9, 0.8, 0.3, 0.1])


def test_area_is_the_chance_that_a_positive_scores_higher():
    rng = np.random.default_rng(0)
    scores, labels = rng.integers(0, 6, 60) / 5, rng.integers(0, 2, 60)
    positive, negative = scores[labels == 1][:, None], scores[labels == 0]
    chance = (positive > negative).mean() + (positive == negative).mean() / 2
    assert_allclose(metrics.roc_area(scores, labels), chance)
    assert metrics.roc_area(SCORES, SCORES.round().astype(int)) == 1
    assert type(metrics.roc_area(scores, labels)) is float


def test_precision_recall_curve_by_hand():
    curve = metrics.precision_recall_curve(SCORES, LABELS)
    assert_allclose(curve.x, [1 / 3, 2 / 3, 2 / 3, 1])
    assert_allclose(curve.y, [1, 2 / 3, 2 / 4, 3 / 5])
    assert_array_equal(curve.thresholds, [0.9, 0.8, 0.3, 0.1])


def test_rank_correlation_is_that_of_scipy():
    """Catches ties that are not shared, and values taken for ranks."""
    stats = reference("scipy.stats", "REQUIRE_TORCH")
    rng = np.random.default_rng(0)
    for a, b in [
        rng.integers(0, 5, (2, 30)),
        np.exp(2 * rng.standard_normal((2, 30))) * 1e-12,
    ]:
        assert_allclose(
            metrics.rank_correlation(a, b), stats.spearmanr(a, b).statistic, atol=1e-12
        )
    x = np.arange(5.0)
    assert_allclose(metrics.rank_correlation(x, -(x**3)), -1)
    rounded = np.array([0, 3e-16, 1e-16, 2e-16, 1.0])  # four zeros, but for rounding
    assert_allclose(metrics.rank_correlation(rounded, rounded.round()), 1)


def test_rank_correlation_with_a_constant_is_undefined():
    assert np.isnan(metrics.rank_correlation(np.arange(3), np.ones(3)))
