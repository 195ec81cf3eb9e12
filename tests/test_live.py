"""The check of moving figures, on pages that would break one and pages that would not."""

import pytest
from live import rebound

DRAW = "data = [1]\ndef draw(ax, i):\n    return helper(i)\ndef helper(i):\n    return data[i]\nexplore(draw, i=[0])"


@pytest.mark.parametrize(
    "later",
    [
        "data = [2]",
        "data, other = [2], 3",
        "for data in [1, 2]:\n    print(data)",
        "for i in [1]:\n    if i:\n        data = i",
        "def helper(i):\n    return 0",
        "data += [3]",
    ],
)
def test_a_name_that_a_later_cell_binds_again_is_noticed(later):
    (problem,) = rebound([DRAW, "x = 1", later])
    assert problem.startswith("draw reads ") and "binds again" in problem


@pytest.mark.parametrize(
    "later",
    [
        "other = 1",
        "def f():\n    data = 2\n    return data",
        "print([data for data in [1]])",
        "from library import helper",
        "print(data)",
        "def draw(ax, i):\n    return i",  # explore holds the function itself
    ],
)
def test_what_leaves_the_figure_alone_is_no_problem(later):
    assert rebound([DRAW, later]) == []


def test_what_was_bound_before_is_no_problem():
    assert rebound(["data = [0]", DRAW]) == []
