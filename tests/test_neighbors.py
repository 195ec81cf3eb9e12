"""Nearest neighbors against brute force, and where rounding would like to decide."""

import tracemalloc

import numpy as np
import pytest
from dlnotes import neighbors
from dlnotes.neighbors import nearest_neighbors, squared_distances
from numpy.testing import assert_allclose, assert_array_equal


def by_differences(a, b):
    return ((a[:, None] - b) ** 2).sum(axis=2)


def by_sorting(x, known, labels, k):
    """The textbook way, without a word on ties."""
    nearest = labels[by_differences(x, known).argsort(axis=1)[:, :k]]
    return np.array([np.bincount(votes).argmax() for votes in nearest])


@pytest.mark.parametrize("offset", [0, 1e3, 1e7])
def test_distances_are_those_of_the_differences(offset):
    """Catches the squares that cancel far from the origin, and a and b exchanged."""
    rng = np.random.default_rng(0)
    a, b = offset + rng.standard_normal((5, 3)), offset + rng.standard_normal((7, 3))
    assert_allclose(squared_distances(a, b), by_differences(a, b), rtol=1e-9)
    assert squared_distances(a, b).shape == (5, 7)


def test_distances_of_a_row_to_itself_are_not_negative():
    a = np.random.default_rng(0).standard_normal((60, 30))
    diagonal = np.diag(squared_distances(a, a))
    assert (diagonal >= 0).all()
    assert_allclose(diagonal, 0, atol=1e-12)


def test_distances_keep_the_data_type():
    a = np.ones((2, 3), np.float32)
    assert squared_distances(a, a).dtype == np.float32


@pytest.mark.parametrize("k", [1, 2, 5, 40])
@pytest.mark.parametrize("scale, offset", [(1, 0), (1e-12, 0), (1e12, 0), (1, 1e7)])
def test_labels_are_those_of_brute_force(k, scale, offset):
    """Catches k taken one too large or too small, and a limit that depends on the unit."""
    rng = np.random.default_rng(1)
    x, known = (scale * rng.standard_normal((n, 3)) + offset for n in (30, 40))
    labels = rng.integers(0, 4, 40)
    predicted = nearest_neighbors(x, known, labels, k=k)
    assert_array_equal(predicted, by_sorting(x, known, labels, k))


def test_one_neighbor_is_the_default():
    known, labels = np.array([[0.0], [1.0], [1.2]]), np.array([0, 1, 1])
    assert_array_equal(nearest_neighbors(np.array([[0.3]]), known, labels), [0])


def test_labels_come_back_as_they_were():
    """Catches positions among the classes returned for the labels themselves."""
    known, labels = np.array([[0.0], [1.0]]), np.array([8, 3], dtype=np.uint8)
    predicted = nearest_neighbors(np.array([[0.1], [0.9]]), known, labels)
    assert_array_equal(predicted, [8, 3])
    assert predicted.dtype == np.uint8


def test_integers_are_coordinates_too():
    """Catches squares in a small integer type, where 200² is 64."""
    known, labels = np.array([[0], [200]], dtype=np.uint8), np.array([0, 1])
    x = np.array([[10], [190]], dtype=np.uint8)
    assert_array_equal(nearest_neighbors(x, known, labels), [0, 1])


def test_no_rows_get_no_labels():
    known, labels = np.zeros((3, 2)), np.array([0, 1, 1])
    assert nearest_neighbors(np.zeros((0, 2)), known, labels).shape == (0,)


# ── Ties ──


def test_all_samples_as_far_as_the_kth_vote():
    """k = 1, but three samples are equally near; the first in line would say 0."""
    known, labels = np.array([[1.0], [-1.0], [1.0]]), np.array([0, 1, 1])
    assert_array_equal(nearest_neighbors(np.array([[0.0]]), known, labels), [1])


def test_samples_in_one_place_all_vote():
    """Catches a limit that leaves out the kth itself where all distances are 0."""
    known, labels = np.ones((3, 2)), np.array([0, 1, 1])
    assert_array_equal(nearest_neighbors(np.ones((1, 2)), known, labels), [1])


def test_equally_many_votes_go_to_the_smallest_label():
    known, labels = np.array([[1.0], [-1.1]]), np.array([7, 2])
    assert_array_equal(nearest_neighbors(np.array([[0.0]]), known, labels, k=2), [2])


LATTICE = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_neither_rounding_nor_order_decides_a_tie(k):
    """Every cell center of a lattice has four nearest points; turned and moved, they differ in the last bits."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, len(LATTICE))
    x = LATTICE + [0.5, 0.5]
    expected = nearest_neighbors(x, LATTICE, labels, k=k)
    for angle, scale, offset in [(0.3, 1, 0), (1.1, 1 / 3, 100), (2.0, 1e-9, 1e-7)]:
        turn = scale * np.array(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        order = rng.permutation(len(LATTICE))
        known = (LATTICE @ turn + offset)[order]
        predicted = nearest_neighbors(x @ turn + offset, known, labels[order], k=k)
        assert_array_equal(predicted, expected)


def test_a_small_difference_is_no_tie():
    known, labels = np.array([[1.0], [-1.0001]]), np.array([1, 0])
    assert_array_equal(nearest_neighbors(np.array([[0.0]]), known, labels), [1])


# ── Memory ──


def test_pieces_give_the_same_labels_in_bounded_memory(monkeypatch):
    rng = np.random.default_rng(3)
    x, known = rng.standard_normal((2001, 2)), rng.standard_normal((1000, 2))
    labels = rng.integers(0, 3, 1000)
    whole = nearest_neighbors(x, known, labels, k=5)
    monkeypatch.setattr(neighbors, "BLOCK", 50_000)  # of two million distances
    tracemalloc.start()
    predicted = nearest_neighbors(x, known, labels, k=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_array_equal(predicted, whole)
    assert peak < 8 * x.shape[0] * known.shape[0] / 4
    monkeypatch.setattr(neighbors, "BLOCK", 1)  # less than one row
    assert_array_equal(nearest_neighbors(x[:3], known, labels, k=5), whole[:3])


# ── Refusals ──

GOOD = {"x": np.zeros((2, 3)), "known": np.ones((4, 3)), "labels": np.zeros(4, int)}


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        ({"x": np.zeros(3)}, ValueError, "x must have shape"),
        ({"x": np.zeros((2, 3), bool)}, TypeError, "x must hold numbers"),
        ({"x": np.zeros((2, 4))}, ValueError, "known must have shape"),
        ({"x": np.full((2, 3), np.nan)}, ValueError, "x must be finite"),
        ({"known": np.full((4, 3), np.inf)}, ValueError, "known must be finite"),
        (
            {"known": np.ones((0, 3)), "labels": np.zeros(0, int)},
            ValueError,
            "known must not be empty",
        ),
        ({"labels": np.zeros(5, int)}, ValueError, "labels"),
        ({"labels": np.zeros((4, 1), int)}, ValueError, "labels"),
        ({"labels": np.zeros(4)}, TypeError, "labels must hold integers"),
        ({"k": 0}, ValueError, "k must be"),
        ({"k": 5}, ValueError, "k must be"),
        ({"k": 1.0}, TypeError, "k must be an integer"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        nearest_neighbors(**GOOD | wrong)


def test_distances_want_rows_of_equal_length():
    with pytest.raises(ValueError, match="3"):
        squared_distances(np.zeros((2, 3)), np.zeros((2, 4)))
