"""The exercises of chapter 3, Probability and information theory."""

from math import log2

import numpy as np

from . import Wrong, answered, check, compare, unchanged


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


def _several(value, count: int, names: str) -> tuple:
    """`count` results as the reader's function should return them."""
    answered(value)
    if not (isinstance(value, tuple) and len(value) == count):
        raise Wrong(f"return {count} things: ({names})")
    for part in value:
        answered(part)
    return value


@check
def check_posterior_of(answer) -> str:
    rng = _rng()
    prior, likelihood = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4), 3)
    for x in (1, 3):
        got = answered(answer(prior.copy(), likelihood.copy(), x))
        column = likelihood[:, x]
        weighted = column * prior
        hints = {
            "this is p(x | y), the chance the other way around": column,
            "the prior is missing": column / column.sum(),
            "this is the joint p(x, y); divide by p(x)": weighted,
            "the likelihood is missing": prior,
        }
        compare("p(y | x)", got, weighted / weighted.sum(), hints)
    return "prior times likelihood, scaled to sum to one over y"


@check
def check_covariance(answer) -> str:
    rng = _rng()
    joint = rng.dirichlet(np.ones(12)).reshape(4, 3)
    x, y = rng.standard_normal(4), rng.standard_normal(3)
    px, py = joint.sum(axis=1), joint.sum(axis=0)
    mean_x, mean_y = px @ x, py @ y
    right = x @ joint @ y - mean_x * mean_y
    hints = {
        "this is E[XY]; subtract the product of the means": x @ joint @ y,
        "the mean of X weighs its values with p(x), it is not their plain average": (
            (x - x.mean()) @ joint @ (y - y.mean())
        ),
        "you used p(x) p(y), under which X and Y are independent; the table knows more": (
            (x - mean_x) @ np.outer(px, py) @ (y - mean_y)
        ),
        "the sign is reversed": -right,
    }
    compare("Cov(X, Y)", answered(answer(joint.copy(), x, y)), right, hints)
    independent = answered(answer(np.outer(px, py), x, y))
    compare("the covariance of independent variables", independent, 0.0)
    return "right for a table with dependence, and zero for one without"


@check
def check_total_of(answer) -> str:
    p = _rng().dirichlet(np.ones(4))
    for n in (1, 2, 5):
        right = np.ones(1)
        for _ in range(n):
            right = np.convolve(right, p)
        hints = {
            "these are the masses added up, not the distribution of the total": n * p,
            "powers of p say that all throws show the same face": p**n,
            "this is p itself, as if there were one throw": p,
        }
        got = np.asarray(answered(answer(p.copy(), n)), dtype=float)
        for mistake, value in hints.items():
            if n > 1 and got.shape == p.shape and np.allclose(got, value):
                raise Wrong(f"the pmf for n = {n}: {mistake}")
        compare(f"the pmf for n = {n}", got, right)
    compare("the pmf of no throw at all", answered(answer(p.copy(), 0)), [1.0])
    return "each throw convolves once more, and no throw is a certain zero"


@check
def check_poisson_loss(answer) -> str:
    rng = _rng()
    z, y = rng.standard_normal(6), rng.poisson(2.0, 6).astype(float)
    loss, gradient = _several(answer(z.copy(), y), 2, "loss, gradient")
    rate = np.exp(z)
    terms = rate - y * z
    hints = {
        "average over the samples, do not sum": terms.sum(),
        "the sign is reversed: a loss is the negative log-likelihood": -terms.mean(),
        "λ = exp(z), and you used z as λ": (
            z - y * np.log(np.where(z > 0, z, 1.0))
        ).mean(),
        "this is the squared error, which believes in Gaussian noise": (
            (rate - y) ** 2
        ).mean()
        / 2,
    }
    compare("the loss", loss, terms.mean(), hints)
    hints = {
        "the 1/N of the mean is missing": rate - y,
        "this is the slope in λ; one more factor dλ/dz = λ is needed": (
            (1 - y / rate) / len(z)
        ),
        "the sign is reversed": (y - rate) / len(z),
    }
    compare("the gradient", gradient, (rate - y) / len(z), hints)
    return "prediction minus target, once more"


@check
def check_fit_laplace(answer) -> str:
    rng = _rng()
    for y in (rng.exponential(2.0, 31), rng.standard_normal(51) - 4):
        m, b = _several(answer(y.copy()), 2, "m, b")
        center = np.median(y)
        gaps = np.abs(y - center)
        compare(
            "m",
            m,
            center,
            {"this is the mean, which squared error asks for": y.mean()},
        )
        hints = {
            "this is the standard deviation, the width of a Gaussian": y.std(),
            "take the mean of the absolute deviations, not their median": np.median(
                gaps
            ),
            "divide by N": gaps.sum(),
            "deviations are taken from m, not from the mean": np.abs(
                y - y.mean()
            ).mean(),
            "b is the mean deviation itself, without a factor √2": gaps.mean()
            / np.sqrt(2),
        }
        compare("b", b, gaps.mean(), hints)
    return "the median, and the mean distance from it"


@check
def check_cross_entropy_bits(answer) -> str:
    rng = _rng()
    p, q = rng.dirichlet(np.ones(4), 2)
    with np.errstate(all="raise"):
        got = answered(answer(p, q))
        right = -(p * np.log2(q)).sum()
        hints = {
            "this is in nats; use log₂": -(p * np.log(q)).sum(),
            "this is KL(p‖q), the extra length only": (p * np.log2(p / q)).sum(),
            "p and q have changed places": -(q * np.log2(p)).sum(),
            "this is the entropy of p": -(p * np.log2(p)).sum(),
            "the sign is reversed": -right,
        }
        compare("H(p, q)", got, right, hints)
        half = np.array([0.5, 0.5, 0.0])
        quarter = np.array([0.5, 0.25, 0.25])
        with_zero_p = answered(answer(half, quarter))
        compare("H(p, q) where p has a zero", with_zero_p, 1.5)
        compare("H(p, q) where both have a zero", answered(answer(half, half)), 1.0)
        never = answered(answer(quarter, half))
    if not np.isposinf(never):
        raise Wrong(
            f"where q = 0 < p the price is infinite, yours is {float(never):.4g}"
        )
    return (
        "finite where it should be, and infinite where q calls impossible what happens"
    )


@check
def check_prefix_code(answer) -> str:
    p = (0.4, 0.2, 0.2, 0.1, 0.1)
    code = [str(name) for name in answer]
    if len(code) != len(p):
        raise Wrong(f"give five names, yours has {len(code)}")
    for name in code:
        if not name or set(name) - set("01"):
            raise Wrong(f"a name is a string of 0s and 1s, yours has {name!r}")
    for i, first in enumerate(code):
        for j, second in enumerate(code):
            if i != j and second.startswith(first):
                raise Wrong(
                    f"{first!r} begins {second!r}: a reader cannot tell where a name ends"
                )
    length = sum(weight * len(name) for weight, name in zip(p, code, strict=True))
    if length > 2.2 + 1e-9:
        raise Wrong(
            f"it is a prefix code, but its mean length is {length:.2f} bits; a shorter one exists"
        )
    bound = -sum(weight * log2(weight) for weight in p)
    return f"mean length {length:.1f} bits, and no code can go below the entropy of {bound:.3f}"


@check
def check_estimate(answer) -> str:
    values = _rng().exponential(size=40)
    mean, error = _several(answer(values.copy()), 2, "mean, standard error")
    right = values.std(ddof=1) / np.sqrt(40)
    compare("the estimate", mean, values.mean(), {"do not sum, average": values.sum()})
    hints = {
        "this is the spread of the values; the mean of N is known √N times better": (
            values.std(ddof=1)
        ),
        "divide the standard deviation by √N, not by N": values.std(ddof=1) / 40,
        "this is the variance of the mean; take the root": right**2,
        "the unbiased variance divides by N − 1": values.std() / np.sqrt(40),
    }
    compare("the standard error", error, right, hints)
    return "a number with its error bar"


@check
def check_responsibilities(answer) -> str:
    a = _rng().standard_normal((5, 3)) * 2
    given = a.copy()
    got = answered(answer(a))
    unchanged("a", given, a)
    p = np.exp(given)
    hints = {
        "these are the densities; divide by their sum over k": p,
        "normalize over the components of a sample (axis 1), not over the samples": (
            p / p.sum(axis=0)
        ),
        "this divides by the sum over everything": p / p.sum(),
        "this is the logarithm; take exp": given - np.log(p.sum(axis=1, keepdims=True)),
    }
    compare("r", got, p / p.sum(axis=1, keepdims=True), hints)
    with np.errstate(all="ignore"):
        far = answered(answer(given - np.array([[1000.0], [0], [-1000], [2000], [5]])))
    if not np.isfinite(far).all():
        raise Wrong(
            "for entries near −1000 the result is not finite; subtract the largest of each row first"
        )
    compare("r for shifted rows", far, p / p.sum(axis=1, keepdims=True))
    return "rows sum to one, even where every density underflows"


@check
def check_maximize(answer) -> str:
    rng = _rng()
    x, r = rng.standard_normal(20) * 2 + 1, rng.dirichlet(np.ones(3), 20)
    π, μ, variance = _several(answer(x.copy(), r.copy()), 3, "π, μ, σ²")
    weight = r.sum(axis=0)
    right_μ = r.T @ x / weight
    right = (r * (x[:, None] - right_μ) ** 2).sum(axis=0) / weight
    hints = {
        "weights are shares: divide by the number of samples": weight,
        "weights are the average responsibilities, not equal": np.full(3, 1 / 3),
    }
    compare("π", π, weight / 20, hints)
    hints = {
        "divide by the weight of the component, not by N": r.T @ x / 20,
        "divide by the weight of the component": r.T @ x,
        "the responsibilities are missing": np.full(3, x.mean()),
    }
    compare("μ", μ, right_μ, hints)
    hints = {
        "return variances, not widths": np.sqrt(right),
        "deviations are taken from each component's own mean": (
            (r * (x[:, None] - x.mean()) ** 2).sum(axis=0) / weight
        ),
        "divide by the weight of the component, not by N": right * weight / 20,
    }
    compare("σ²", variance, right, hints)
    return "weighted share, weighted mean, weighted variance"


@check
def check_first_variation(answer) -> str:
    rng = _rng()
    q, c, h = rng.standard_normal(9), 1.7, 0.25
    given = q.copy()
    got = answered(answer(q, c, h))
    unchanged("q", given, q)
    bent = -np.diff(given, 2) / h**2
    inner = given[1:-1]
    hints = {
        "the sign of the second derivative is reversed: integrating by parts brings a minus": (
            -bent + c * inner
        ),
        "½c q² has the derivative c q, without the ½": bent + c * inner / 2,
        "divide the second difference by h²": bent * h**2 + c * inner,
        "this is ∂J/∂qᵢ; the variation divides it by h": (bent + c * inner) * h,
        "the term from ½c q² is missing": bent,
    }
    compare("δJ/δq", got, bent + c * inner, hints)
    return "minus the curvature, plus c q"
