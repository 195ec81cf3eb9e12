"""Principal components, whitening and scaling: by their defining properties."""

import numpy as np
import pytest
from dlnotes import datasets, decomposition
from numpy.testing import assert_allclose

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4)) @ RNG.standard_normal((4, 4)) + [1, -2, 3, 10]
MAPS = {
    "pca": decomposition.pca(X, 4),
    "pca whitening": decomposition.whitening(X),
    "pca whitening, ε": decomposition.whitening(X, epsilon=0.1),
    "zca whitening": decomposition.whitening(X, zca=True),
    "zca whitening, ε": decomposition.whitening(X, zca=True, epsilon=0.1),
    "standardization": decomposition.standardization(X),
    "min-max": decomposition.min_max(X),
}
every_map = pytest.mark.parametrize("name", MAPS)


def covariance(z):
    return np.cov(z, rowvar=False, bias=True)


@every_map
def test_a_full_map_can_be_undone_also_on_new_samples(name):
    """Catches statistics taken from the new samples instead of the training set."""
    new = RNG.standard_normal((5, 4)) * 3 + 7
    m = MAPS[name]
    assert_allclose(m.decode(m.encode(new)), new, atol=1e-9)
    assert_allclose(m.encode(new)[:1], m.encode(new[:1]), atol=1e-9)


@every_map
def test_spectrum_holds_the_variances_along_the_axes(name):
    """Catches N − 1 for N, singular values for eigenvalues, and a wrong order."""
    spectrum = MAPS[name].spectrum
    expected = np.linalg.eigvalsh(covariance(X))[::-1]
    if name in ("standardization", "min-max"):
        expected = np.sort(X.var(axis=0))[::-1]
    assert_allclose(spectrum, expected)


def test_pca_diagonalizes_the_covariance():
    z = MAPS["pca"].encode(X)
    assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    assert_allclose(covariance(z), np.diag(MAPS["pca"].spectrum), atol=1e-10)
    V = MAPS["pca"].encoder
    assert_allclose(V.T @ V, np.eye(4), atol=1e-12)


@pytest.mark.parametrize("K", [1, 2, 3])
def test_pca_loses_exactly_the_discarded_variance(K):
    m = decomposition.pca(X, K)
    lost = ((m.decode(m.encode(X)) - X) ** 2).sum(axis=1).mean()
    assert m.encode(X).shape == (60, K)
    assert_allclose(lost, m.spectrum[K:].sum())


def test_pca_of_fewer_samples_than_features():
    x = datasets.digits().x[:20]
    m = decomposition.pca(x, 64)
    assert_allclose(m.decode(m.encode(x)), x, atol=1e-12)
    assert m.encoder.shape == (64, 64) and m.spectrum.shape == (64,)
    assert (m.spectrum[19:] < 1e-25).all()
    assert_allclose(m.spectrum.sum(), x.var(axis=0).sum())


def test_axes_point_where_their_largest_entry_is_positive():
    """Otherwise their signs would depend on the linear algebra library."""
    V = MAPS["pca"].encoder
    assert (V[np.abs(V).argmax(axis=0), range(4)] > 0).all()


@pytest.mark.parametrize("zca", [False, True])
def test_whitening_makes_the_covariance_the_identity(zca):
    z = decomposition.whitening(X, zca=zca).encode(X)
    assert_allclose(covariance(z), np.eye(4), atol=1e-10)


def test_epsilon_damps_directions_of_little_variance():
    m = MAPS["pca whitening, ε"]
    shrunk = m.spectrum / (m.spectrum + 0.1)
    assert_allclose(covariance(m.encode(X)), np.diag(shrunk), atol=1e-10)


def test_zca_turns_back_and_stays_closest_to_the_data():
    """Catches V on the wrong side. The ZCA matrix is symmetric, and its output nearest to x among all white ones."""
    zca, pca = MAPS["zca whitening"], MAPS["pca whitening"]
    assert_allclose(zca.encoder, zca.encoder.T, atol=1e-12)
    distance = [((m.encode(X) - (X - X.mean(0))) ** 2).sum() for m in (zca, pca)]
    assert distance[0] < distance[1]


def test_standardization_and_min_max():
    z = MAPS["standardization"].encode(X)
    assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    assert_allclose(z.std(axis=0), 1)
    z = MAPS["min-max"].encode(X)
    assert_allclose(z.min(axis=0), 0, atol=1e-12)
    assert_allclose(z.max(axis=0), 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_follows_the_data(dtype):
    x = X.astype(dtype)
    for m in (
        decomposition.pca(x, 2), decomposition.whitening(x, epsilon=0.1, zca=True),
        decomposition.standardization(x), decomposition.min_max(x),
    ):  # fmt: skip
        assert {a.dtype for a in m} == {np.dtype(dtype)}
        assert m.encode(x).dtype == dtype
