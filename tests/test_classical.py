"""The classical algorithms against scikit-learn, against brute force, and at their edges."""

from functools import partial

import numpy as np
import pytest
from conftest import reference
from dlnotes import clusters, datasets, linear_models, margins, trees
from dlnotes.experiments import share_right
from numpy.testing import assert_allclose, assert_array_equal


def sklearn(module: str):
    """A part of scikit-learn; only the tests that compare with it need it."""
    return reference(f"sklearn.{module}", "REQUIRE_TORCH")


def some(n=60, d=4, K=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    scores = x @ rng.standard_normal((d, K)) + 0.5 * rng.standard_normal((n, K))
    return x, scores.argmax(axis=1)


# ── Straight borders ──


@pytest.mark.parametrize("penalty", [0.0, 0.3, 40.0])
def test_least_squares_solves_its_equations(penalty):
    """Catches a penalty on the wrong side, and a constant that is missing."""
    x, y = some()
    T = np.eye(3)[y]
    W = linear_models.least_squares(x, T, penalty=penalty)
    X = np.column_stack([x, np.ones(len(x))])
    assert_allclose(X.T @ (X @ W - T) + penalty * W, 0, atol=1e-10)


def test_least_squares_takes_the_shortest_of_many():
    x, y = some(5, 20)
    W = linear_models.least_squares(x, np.eye(3)[y])
    X = np.column_stack([x, np.ones(len(x))])
    assert_allclose(W, np.linalg.pinv(X) @ np.eye(3)[y], atol=1e-10)


@pytest.mark.parametrize("penalty", [1e-6, 0.1, 10.0])
def test_logistic_regression_is_that_of_scikit_learn(penalty):
    """It does not penalize the constant if that is its intercept; so the constant is handed over as an entry."""
    x, y = some(K=2)
    X = np.column_stack([x, np.ones(len(x))])
    reference = (
        sklearn("linear_model")
        .LogisticRegression(
            C=1 / penalty, fit_intercept=False, tol=1e-12, max_iter=10_000
        )
        .fit(X, y)
    )
    w = linear_models.logistic_regression(x, y, penalty=penalty, steps=100)
    assert_allclose(w, reference.coef_[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_logistic_regression_comes_to_rest(scale):
    """Classes that a line tells apart: catches Newton steps that run away."""
    x = scale * np.array([[-2.0], [-1.0], [1.0], [2.0]])
    y = np.array([0, 0, 1, 1])
    w = linear_models.logistic_regression(x, y, penalty=1e-3, steps=200)
    X = np.column_stack([x, np.ones(4)])
    slope = X.T @ (1 / (1 + np.exp(-X @ w)) - y) + 1e-3 * w
    assert np.isfinite(w).all()
    assert_allclose(slope, 0, atol=1e-6 * max(scale, 1))


def test_random_features_are_those_of_the_equation():
    """Catches a scale for the entries instead of the rows, and a center of the new samples."""
    x, new = 5 + np.random.default_rng(0).standard_normal((2, 40, 3))
    found = linear_models.random_features(x, 7, rng=np.random.default_rng(1))(new)
    rng = np.random.default_rng(1)
    V, b = rng.standard_normal((3, 7)), rng.standard_normal(7) / 2
    size = np.sqrt(np.mean([row @ row for row in x - x.mean(axis=0)]))
    assert_allclose(found, np.maximum((new - x.mean(axis=0)) / size @ V + b, 0))


# ── Trees ──


@pytest.mark.parametrize("depth", [1, 2, 3, 30])
def test_a_tree_is_that_of_scikit_learn(depth):
    """Catches another impurity, a threshold elsewhere, a depth off by one, yes and no exchanged."""
    x, y = some(300, 5)
    new = some(500, 5, seed=1)[0]
    reference = (
        sklearn("tree")
        .DecisionTreeClassifier(max_depth=depth, random_state=0)
        .fit(x, y)
    )
    ours = trees.grow_tree(x, y, depth=depth)(new)
    agree = share_right(ours.argmax(axis=1), reference.predict(new))
    assert agree > (0.9 if depth == 30 else 0.9999)  # deep down, ties are many
    if depth < 30:
        assert_allclose(ours, reference.predict_proba(new), atol=1e-12)


def test_a_whole_tree_knows_its_samples():
    x, y = some(200)
    assert_array_equal(trees.grow_tree(x, y)(x).argmax(axis=1), y)


def test_columns_in_blocks_give_the_same_tree(monkeypatch):
    x, y = some(50, 6)
    whole = trees.grow_tree(x, y)(x)
    monkeypatch.setattr(trees, "BLOCK", 1)
    assert_array_equal(trees.grow_tree(x, y)(x), whole)


def test_equal_rows_end_in_one_leaf():
    """Catches a threshold between equals, on which one would be larger."""
    x, y = np.ones((4, 2)), np.array([0, 1, 1, 1])
    assert_allclose(trees.grow_tree(x, y)(x), np.tile([0.25, 0.75], (4, 1)))


def by_brute_force(x, y):
    def impurity(heap):
        share = np.bincount(heap, minlength=3) / len(heap)
        return len(heap) * (1 - (share**2).sum())

    best = min(
        (impurity(y[x[:, d] <= t]) + impurity(y[x[:, d] > t]), d, t)
        for d in range(x.shape[1])
        for t in (np.unique(x[:, d])[1:] + np.unique(x[:, d])[:-1]) / 2
    )
    return best[1:]


@pytest.mark.parametrize("seed", range(8))
def test_the_best_question_is_that_of_brute_force(seed):
    x, y = some(25, 3, seed=seed)
    found = trees.best_question(x, np.eye(3)[y], np.arange(3))
    assert_allclose(found, by_brute_force(x, y))


@pytest.mark.parametrize(
    "low, high", [(1 + 2**-52, 1 + 2**-51), (1e308, 1.7e308), (5e-324, 1e-323)]
)
def test_values_that_are_close_or_huge_are_told_apart(low, high):
    """Catches a halfway that rounds up to the larger, and a sum that overflows."""
    x, y = np.array([[low], [high]]), np.array([0, 1])
    assert_array_equal(trees.grow_tree(x, y)(x).argmax(axis=1), y)


def test_a_tree_may_be_deep():
    """Catches one function call a level: labels in turn along a line take a level each."""
    x, y = np.arange(3000.0)[:, None], np.arange(3000) % 2
    assert_array_equal(trees.grow_tree(x, y)(x).argmax(axis=1), y)


def test_integers_and_bytes_are_entries_too():
    """Catches a halfway that overflows in a small integer type."""
    x, y = np.array([[200], [250]], np.uint8), np.array([0, 1])
    assert_array_equal(trees.grow_tree(x, y)(x).argmax(axis=1), y)


def test_a_forest_does_as_well_as_that_of_scikit_learn():
    train, test, _ = datasets.split(datasets.digits(), validation=600, test=797)
    reference = (
        sklearn("ensemble").RandomForestClassifier(100, random_state=0).fit(*train)
    )
    ours = trees.grow_forest(*train, rng=np.random.default_rng(0))
    theirs = share_right(reference.predict(test.x), test.y)
    alone = share_right(trees.grow_tree(*train)(test.x).argmax(axis=1), test.y)
    right = share_right(ours(test.x).argmax(axis=1), test.y)
    assert abs(right - theirs) < 0.03
    assert right > alone + 0.1
    assert_allclose(ours(test.x).sum(axis=1), 1)


def test_a_forest_is_the_same_for_the_same_generator():
    x, y = some()
    a, b = (trees.grow_forest(x, y, trees=5, rng=np.random.default_rng(3)) for _ in "ab")  # fmt: skip
    assert_array_equal(a(x), b(x))


# ── Margins ──

KERNELS = [margins.inner_products, margins.gaussian(0.7)]


def primal_and_dual(machine, x, s, C):
    square = machine.weights @ machine.kernel(machine.support, machine.support) @ machine.weights  # fmt: skip
    strays = np.maximum(0, 1 - s * machine(x)).sum()
    return square / 2 + C * strays, np.abs(machine.weights).sum() - square / 2


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("C", [0.05, 1.0, 100.0])
def test_the_machine_solves_its_dual(kernel, C):
    """The value equals its own lower bound, so no other weights and no other offset are better."""
    x, y = some(80, 3, K=2)
    s = 2.0 * y - 1
    machine = margins.support_vector_machine(x, s, kernel=kernel, C=C, tolerance=1e-9)
    places = [int(np.flatnonzero((x == v).all(axis=1))[0]) for v in machine.support]
    α = machine.weights * s[places]
    assert ((α > 0) & (α <= C)).all()
    assert abs(machine.weights.sum()) < 1e-9 * C
    assert_allclose(machine(x), kernel(x, machine.support) @ machine.weights + machine.offset)  # fmt: skip
    value, bound = primal_and_dual(machine, x, s, C)
    assert_allclose(value, bound, rtol=1e-6)


@pytest.mark.parametrize(
    "kernel, name",
    [
        (margins.inner_products, {"kernel": "linear"}),
        (margins.gaussian(0.5), {"gamma": 2.0}),
    ],
)
def test_margins_are_those_of_scikit_learn(kernel, name):
    x, y = some(80, 3, K=2)
    reference = sklearn("svm").SVC(C=3, tol=1e-9, **name).fit(x, y)
    ours = margins.support_vector_machine(x, 2 * y - 1, kernel=kernel, C=3, tolerance=1e-9)  # fmt: skip
    assert_allclose(ours(x), reference.decision_function(x), atol=1e-6)
    assert len(ours.support) == reference.n_support_.sum()


def test_several_borders_at_once_are_those_one_by_one():
    """Catches borders that mix."""
    x, y = some(60, 3)
    signs = margins.one_against_rest(y)
    train = partial(margins.support_vector_machine, x, C=2.0, tolerance=1e-9)
    assert_array_equal(signs.argmax(axis=1), y)
    together = train(signs)(x)
    assert_allclose(together, np.stack([train(s)(x) for s in signs.T], axis=1))


def test_the_widest_margin_does_not_depend_on_the_origin():
    """Catches an offset that has a price: these two points would then have a margin of 0.68 instead of 1."""
    x, s = np.array([[10.0, 12.0], [10.0, 10.0]]), np.array([1, -1])
    machine = margins.support_vector_machine(x, s, C=1e6, tolerance=1e-9)
    assert_allclose(machine(np.array([[0.3, 11.0], [7.0, 11.5]])), [0, 0.5], atol=1e-9)
    assert_allclose(machine.weights @ machine.support, [0, 1], atol=1e-9)


def test_twins_of_different_classes_cannot_be_told_apart():
    x, s = np.array([[1.0], [1.0], [3.0]]), np.array([1, -1, -1])
    machine = margins.support_vector_machine(x, s, C=2.0, tolerance=1e-9)
    assert_allclose(np.abs(machine.weights).max(), 2.0)
    assert np.isfinite(machine(x)).all()


def test_an_ascent_without_an_end_is_told():
    x, y = some(40, 3, K=2)
    with pytest.raises(RuntimeError, match="did not come to rest"):
        margins.support_vector_machine(1e4 * x, 2 * y - 1, C=1e9, tolerance=1e-12)


# ── Clusters ──


def same_groups(a, b):
    return len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(set(a.tolist())) == len(set(b.tolist()))  # fmt: skip


def test_k_means_finds_what_scikit_learn_finds():
    rng = np.random.default_rng(0)
    x, _ = datasets.blobs(200, centers=4 * rng.standard_normal((4, 2)), rng=rng)
    labels, centers = clusters.k_means(x, 4, starts=20, rng=rng)
    reference = sklearn("cluster").KMeans(4, n_init=20, random_state=0).fit(x)
    assert same_groups(labels, reference.labels_)
    assert_allclose(((x - centers[labels]) ** 2).sum(), reference.inertia_)


def test_k_means_ends_where_neither_step_helps():
    x = np.random.default_rng(1).standard_normal((50, 2))
    labels, centers = clusters.k_means(x, 3, starts=1, rng=np.random.default_rng(0))
    assert_array_equal(labels, ((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1))
    assert_allclose(centers, [x[labels == k].mean(axis=0) for k in range(3)])


def test_k_means_takes_samples_in_one_place():
    labels, centers = clusters.k_means(np.ones((5, 2)), 3, rng=np.random.default_rng(0))
    assert_allclose(centers[labels], 1)


def test_spectral_clusters_follow_rings():
    """Catches small eigenvalues taken for large, and rows that are not scaled; k-means alone fails here."""
    rng = np.random.default_rng(0)
    x, y = datasets.rings(200, radii=(0.4, 1.0), noise=0.03, rng=rng)
    found = clusters.spectral_clusters(x, 2, width=0.1, rng=rng)
    assert same_groups(found, y)
    assert not same_groups(clusters.k_means(x, 2, rng=rng)[0], y)


def test_parts_without_affinity_become_points():
    A = np.kron(np.eye(3), np.ones((4, 4)) - np.eye(4))
    embedded = clusters.spectral_embedding(A, 3)
    assert_allclose(embedded @ embedded.T, np.kron(np.eye(3), np.ones((4, 4))), atol=1e-9)  # fmt: skip


# ── Refusals ──

x, y = some(6, 2, K=2)
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (partial(trees.grow_tree, x, y, features=1), TypeError, "rng must be given"),
        (partial(trees.grow_tree, x, y, features=3, rng=RNG), ValueError, "features must"),
        (partial(trees.grow_tree, x, y, depth=0), ValueError, "depth must"),
        (partial(trees.grow_tree, x, y[:3]), ValueError, "labels"),
        (partial(trees.grow_forest, x, y, features=3, rng=RNG), ValueError, "features must"),
        (partial(margins.support_vector_machine, x, y), ValueError, "signs must be −1 or 1"),
        (partial(margins.support_vector_machine, x, 2 * y - 1, C=0), ValueError, "C must"),
        (partial(margins.support_vector_machine, x, np.ones(6)), ValueError, "signs must hold −1 and 1"),
        (partial(margins.gaussian, 0), ValueError, "width must"),
        (partial(clusters.k_means, x, 7, rng=RNG), ValueError, "K must"),
        (partial(clusters.affinities, x, width=-1), ValueError, "width must"),
        (partial(clusters.spectral_embedding, x, 1), ValueError, "A"),
        (partial(linear_models.logistic_regression, x, y + 1), ValueError, "labels must be 0 or 1"),
        (partial(linear_models.least_squares, x, np.eye(2)[y], penalty=-1), ValueError, "penalty"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
