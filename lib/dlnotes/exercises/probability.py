"""The exercises of chapter 3, Probability and information theory."""

import numpy as np

from . import SCALES, Exercise, Wrong, several


def _posterior(prior, likelihood, x):
    weighted = likelihood[:, x] * prior
    return weighted / weighted.sum()


check_posterior_of = Exercise(
    "p(y | x)",
    right=_posterior,
    cases=lambda rng: [
        (rng.dirichlet(np.ones(K)), rng.dirichlet(np.ones(M), K) * tiny ** (np.arange(M) == x), x)
        for K, M, x in ((3, 4, 1), (3, 4, 3), (2, 5, 0), (4, 4, 2))
        for tiny in (1.0, 1e-12)
    ],
    mistakes={
        "this is p(x | y), the chance the other way around": lambda prior, likelihood, x: likelihood[:, x],
        "the prior is missing": lambda prior, L, x: L[:, x] / L[:, x].sum(),
        "this is the joint p(x, y); divide by p(x)": lambda prior, likelihood, x: likelihood[:, x] * prior,
        "the likelihood is missing": lambda prior, likelihood, x: prior,
    },
    also_right=(lambda prior, L, x: (np.diag(prior) @ L / (prior @ L))[:, x].tolist(),),
    praise="prior times likelihood, scaled to sum to one over y",
)  # fmt: skip


def _covariance(joint, x, y):
    mean_x, mean_y = joint.sum(axis=1) @ x, joint.sum(axis=0) @ y
    return (x - mean_x) @ joint @ (y - mean_y)


check_covariance = Exercise(
    "Cov(X, Y)",
    right=_covariance,
    cases=lambda rng: [
        (rng.dirichlet(np.ones(I * J)).reshape(I, J), s * rng.standard_normal(I), rng.standard_normal(J))
        for I, J in ((4, 3), (2, 5))
        for s in SCALES
    ],
    mistakes={
        "this is E[XY]; subtract the product of the means": lambda joint, x, y: x @ joint @ y,
        "the mean of X weighs its values with p(x)": lambda joint, x, y: (x - x.mean()) @ joint @ (y - y.mean()),
        "under p(x) p(y), X and Y are independent; the table knows more": lambda joint, x, y: 0.0,
        "the sign is reversed": lambda joint, x, y: -_covariance(joint, x, y),
    },
    wrong=(lambda joint, x, y: _covariance(joint, x, y) * 12 / 11,),
    also_right=(lambda j, x, y: x @ (j - np.outer(j.sum(axis=1), j.sum(axis=0))) @ y,),
    praise="the mean product of the deviations, weighed by the table",
)  # fmt: skip


def _total(p, n):
    total = np.ones(1)
    for _ in range(n):
        total = np.convolve(total, p)
    return total


check_total_of = Exercise(
    "the pmf",
    right=_total,
    cases=lambda rng: [
        *((rng.dirichlet(np.ones(K)), n) for K in (4, 2) for n in (2, 1, 5, 0, 40)),
        (np.array([1e-12, 1 - 1e-12]), 2),
    ],
    mistakes={
        "these are the masses added up, not the distribution of the total": lambda p, n: n * p,
        "powers of p say that all throws show the same face": lambda p, n: p**n,
        "this is p itself, as if there were one throw": lambda p, n: p,
        "this is right for two throws only": lambda p, n: np.convolve(p, p),
        "no throw at all has total 0 for certain": lambda p, n: _total(p, n) if n else np.zeros(1),
    },
    wrong=(lambda p, n: p if n < 2 else np.convolve(p, p),),
    also_right=(lambda p, n: np.array([1.0]) if n == 0 else np.convolve(_total(p, n - 1), p),),
    praise="each throw convolves once more, and no throw is a certain zero",
)  # fmt: skip


def _loss(z, y):
    return (np.exp(z) - y * z).mean()


def _slope(z, y):
    return (np.exp(z) - y) / len(z)


def _poisson(loss=_loss, gradient=_slope):
    return lambda z, y: (loss(z, y), gradient(z, y))


check_poisson_loss = Exercise(
    ("the loss", "the gradient"),
    right=_poisson(),
    cases=lambda rng: [
        (rng.standard_normal(6), rng.poisson(2.0, 6).astype(float)),
        (np.array([0.0, 3.5, 5.0]), np.array([0.0, 40.0, 1e3])),
        (np.array([12.0, -12.0]), np.array([1e5, 1.0])),
        (np.array([27.0]), np.array([1e12])),
        (np.array([-1000.0, -30.0]), np.array([0, 2])),
    ],
    mistakes={
        "average over the samples, do not sum": _poisson(lambda z, y: _loss(z, y) * len(z)),
        "a loss is the negative log-likelihood; the sign is reversed": _poisson(lambda z, y: -_loss(z, y)),
        "λ = exp(z), and you used z as λ": _poisson(lambda z, y: (z - y * np.log(np.where(z > 0, z, 1.0))).mean()),
        "the squared error believes in Gaussian noise": _poisson(lambda z, y: ((np.exp(z) - y) ** 2).mean() / 2),
        "the 1/N of the mean is missing": _poisson(gradient=lambda z, y: _slope(z, y) * len(z)),
        "this is the slope in λ; one factor λ is missing": _poisson(gradient=lambda z, y: _slope(z, y) / np.exp(z)),
        "it is prediction minus target, not target minus prediction": _poisson(gradient=lambda z, y: -_slope(z, y)),
    },
    wrong=tuple(_poisson(lambda z, y, top=top: _loss(np.minimum(z, top), y)) for top in (3, 11)),
    praise="prediction minus target, once more",
)  # fmt: skip


def _laplace(spread=lambda y, m: np.abs(y - m).mean(), center=np.median):
    return lambda y: (center(y), spread(y, center(y)))


check_fit_laplace = Exercise(
    ("m", "b"),
    right=_laplace(),
    cases=lambda rng: [
        *((s * rng.exponential(2.0, 31),) for s in SCALES),
        (rng.standard_normal(51) - 4,),
        (np.array([1.0, 2.0, 1e12]),),
        (np.array([5.0]),),
    ],
    mistakes={
        "this is the mean, which squared error asks for": _laplace(center=np.mean),
        "this is the standard deviation, the width of a Gaussian": _laplace(lambda y, m: y.std()),
        "take the mean of the absolute deviations, not their median": _laplace(lambda y, m: np.median(np.abs(y - m))),
        "divide by N": _laplace(lambda y, m: np.abs(y - m).sum()),
        "deviations are taken from m, not from the mean": _laplace(lambda y, m: np.abs(y - y.mean()).mean()),
        "b is the mean deviation itself, without a factor √2": _laplace(lambda y, m: np.abs(y - m).mean() / np.sqrt(2)),
    },
    also_right=(_laplace(center=lambda y: sorted(y)[len(y) // 2]),),
    praise="the median, and the mean distance from it",
)  # fmt: skip


def _bits(p, q, impossible=0.0):
    possible = p > 0
    if (q[possible] <= impossible).any():
        return np.inf
    return -(p[possible] * np.log2(q[possible])).sum()


def _quietly(p, q):
    with np.errstate(all="ignore"):
        return -(p * np.log2(q)).sum()


check_cross_entropy_bits = Exercise(
    "H(p, q)",
    silent=True,
    right=_bits,
    cases=lambda rng: [
        tuple(rng.dirichlet(np.ones(4), 2)),
        (np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.25, 0.25])),
        (np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.5, 0.0])),
        (np.array([0.5, 0.25, 0.25]), np.array([0.5, 0.5, 0.0])),
        (np.array([0.75, 0.25]), np.array([1 - 1e-9, 1e-9])),
        (np.array([1e-12, 1 - 1e-12]), np.array([1e-300, 1.0])),
        (np.array([1e-12, 1 - 1e-12]), np.array([0.0, 1.0])),
    ],
    mistakes={
        "this is in nats; use log₂": lambda p, q: -(p * np.log(q)).sum(),
        "this is KL(p‖q), the extra length only": lambda p, q: (p * np.log2(p / q)).sum(),
        "p and q have changed places": lambda p, q: -(q * np.log2(p)).sum(),
        "this is the entropy of p": lambda p, q: -(p * np.log2(p)).sum(),
        "the sign is reversed": lambda p, q: (p * np.log2(q)).sum(),
        "where p = 0 nothing is to be paid, but 0 · log 0 is nan": _quietly,
        "where q = 0 < p the price is infinite": lambda p, q: _quietly(p, np.maximum(q, 1e-12)),
    },
    wrong=(lambda p, q: -(p * np.log2(q)).sum(), lambda p, q: _bits(p, q, impossible=1e-6)),
    praise="finite where it should be, and infinite where q calls impossible what happens",
)  # fmt: skip


def _is_best_prefix_code(answer) -> None:
    p = (0.4, 0.2, 0.2, 0.1, 0.1)
    code = [str(name) for name in several(answer, tuple("abcde"))]
    for name in code:
        if not name or set(name) - set("01"):
            raise Wrong(f"a name is a string of 0s and 1s, yours has {name!r}")
    for i, first in enumerate(code):
        if others := [s for j, s in enumerate(code) if j != i and s.startswith(first)]:
            raise Wrong(
                f"{first!r} begins {others[0]!r}: a reader cannot tell where a name ends"
            )
    length = sum(weight * len(name) for weight, name in zip(p, code, strict=True))
    if length > 2.2 + 1e-9:
        raise Wrong(
            f"it is a prefix code, but its mean length is {length:.2f} bits; a shorter one exists"
        )


check_prefix_code = Exercise(
    "the code",
    right=["00", "10", "11", "010", "011"],
    accepts=_is_best_prefix_code,
    mistakes={
        "return 5 results": ["0", "10", "110", "111"],
        "a reader cannot tell where a name ends": ["0", "1", "00", "01", "10"],
        "a shorter one exists": ["000", "001", "010", "011", "100"],
        "a name is a string of 0s and 1s": ["00", "01", "10", "110", "112"],
    },
    wrong=("01234", ["0", "0", "10", "110", "111"]),
    also_right=(("0", "10", "110", "1110", "1111"), np.array(["0", "100", "101", "110", "111"])),
    praise="mean length 2.2 bits, and no code can go below the entropy of 2.122",
)  # fmt: skip


def _standard_error(values):
    return values.std(ddof=1) / np.sqrt(len(values))


def _estimate(error=_standard_error, mean=np.mean):
    return lambda values: (mean(values), error(values))


check_estimate = Exercise(
    ("the mean", "the standard error"),
    right=_estimate(),
    cases=lambda rng: [
        *((s * rng.exponential(size=40),) for s in SCALES),
        (rng.standard_normal(7) - 100,),
        (np.array([1.0, 3.0]),),
        (rng.uniform(size=1000),),
    ],
    mistakes={
        "do not sum, average": _estimate(mean=np.sum),
        "this is the spread of the values; their mean is known √N times better": _estimate(lambda v: v.std(ddof=1)),
        "divide the standard deviation by √N, not by N": _estimate(lambda v: v.std(ddof=1) / len(v)),
        "this is the variance of the mean; take the root": _estimate(lambda v: v.var(ddof=1) / len(v)),
        "the unbiased variance divides by N − 1": _estimate(lambda v: v.std() / np.sqrt(len(v))),
    },
    wrong=(_estimate(lambda v: v.std(ddof=1) / np.sqrt(40)),),
    also_right=(_estimate(lambda v: np.sqrt(((v - v.mean()) ** 2).sum() / (len(v) - 1) / len(v))),),
    praise="a number with its error bar",
)  # fmt: skip
