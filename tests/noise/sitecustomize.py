"""Another machine's arithmetic, for `make test-portability`: Python imports this when the folder is on its path.

Random draws, exponentials, logarithms and tanh move by one unit in the last place, up or down; eigenvectors and
singular vectors change their signs. All of this another processor or library may do. Which way is decided by the
number's own bits and by DLNOTES_NOISE: the same call gives the same result, as on any machine.
"""

import functools
import os

import numpy as np

FUNCTIONS = "exp log log1p tanh logaddexp".split()
DRAWS = (
    "random uniform normal standard_normal lognormal gamma exponential laplace "
    "logistic beta multivariate_normal standard_exponential standard_cauchy"
).split()
SEED = int(os.environ.get("DLNOTES_NOISE", "0"))


def coin(values):
    """−1 or 1 for each of the floating-point `values`, by their bits and the seed."""
    bits = np.ascontiguousarray(values).view(f"u{values.itemsize}").astype(np.uint64)
    mixed = (bits + np.uint64(SEED)) * np.uint64(0x9E3779B97F4A7C15)  # wraps around
    return np.where(mixed >> np.uint64(63), 1.0, -1.0).reshape(values.shape)


def moved(values):
    """`values`, each to a neighbor of its format.

    What any library gets right stays: 0 and 1, the ends of the range, and float16, which is computed in float32.
    """
    values = np.asarray(values)
    if values.dtype not in (np.float32, np.float64):
        return values[()]
    far = (coin(values) * np.inf).astype(values.dtype)
    size, ends = np.abs(values), np.finfo(values.dtype)
    inside = (size > ends.tiny) & (size < ends.max) & (values != 1)
    return np.where(inside, np.nextafter(values, far), values)[()]


class Moved:
    """A function of NumPy whose results move; its methods stay what they are."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args, out=None, **options):
        exact = self.function(*args, **options)
        result = moved(exact)
        if isinstance(exact, np.ndarray):
            result = np.asarray(result).view(type(exact))  # also one of the page's own
        if out is None:
            return result
        target = out[0] if isinstance(out, tuple) else out
        target[...] = result
        return target

    def __getattr__(self, name):
        return getattr(self.function, name)


class Generator(np.random.Generator):
    """Draws that move."""


def _moved_draw(name):
    draw = getattr(np.random.Generator, name)

    @functools.wraps(draw)
    def method(self, *args, **options):
        return moved(draw(self, *args, **options))

    return method


def default_rng(seed=None):
    if isinstance(seed, np.random.Generator):
        return seed
    return Generator(_default_rng(seed).bit_generator)


def _flipped(decompose):
    """eig or eigh, with other signs of the vectors, which stand in columns."""

    @functools.wraps(decompose)
    def function(*args, **options):
        result = decompose(*args, **options)
        signs = coin(np.real(result.eigenvalues))[..., None, :]
        return result._replace(eigenvectors=result.eigenvectors * signs)

    return function


def svd(a, full_matrices=True, compute_uv=True, **options):
    result = _svd(a, full_matrices, compute_uv, **options)
    if not compute_uv:
        return result
    U, σ, Vh = (part.copy() for part in result)
    k, signs = σ.shape[-1], coin(σ)
    U[..., :k] *= signs[..., None, :]
    Vh[..., :k, :] *= signs[..., :, None]
    return result._replace(U=U, Vh=Vh)


for _name in FUNCTIONS:
    setattr(np, _name, Moved(getattr(np, _name)))
for _name in DRAWS:
    setattr(Generator, _name, _moved_draw(_name))
_default_rng, np.random.default_rng = np.random.default_rng, default_rng
_svd, np.linalg.svd = np.linalg.svd, svd
np.linalg.eig, np.linalg.eigh = _flipped(np.linalg.eig), _flipped(np.linalg.eigh)
