"""Chapter 3: changes that flip its verdicts, and wrong answers to its exercises."""

import numpy as np

# claim, what is replaced in the chapter's source as `plain` in test_chapters writes it, the verdict that follows
FLIPS = [
    ("C3.1", [
        ("'Y = −X': lambda rng, x: -x", "'Y = −X': lambda rng, x: rng.standard_normal(x.shape)"),
        ("rng.choice([-1.0, 1.0], x.shape) * x", "rng.choice([-1.0, 1.0], x.shape) * rng.standard_normal(x.shape)"),
    ], "TRUE"),
    ("C3.1", [("'independent': lambda rng, x: rng.standard_normal(x.shape)", "'independent': lambda rng, x: x")], "FALSE"),
    ("C3.2", [("{'KL': axioms(kl),", "{'KL': axioms(root_js),")], "TRUE"),
    ("C3.4", [
        ("abs(extra - kl_bits(p_weather, p_hills)) < ", "abs(extra - kl_bits(p_hills, p_weather)) < "),
    ], "IT DEPENDS"),
    ("C3.5", [("kl(empirical, model))", "kl(model, empirical))")], "FALSE"),
    ("C3.6", [("component_counts = [1, 2, 3, 5, 10, 20, 50]", "component_counts = [1, 1, 2, 2, 3, 3, 3]")], "FALSE"),
    ("C3.7", [("f(rng.uniform(size=(500, N, d)))", "f(rng.uniform(size=(500, 16, d)))")], "FALSE"),
    ("C3.8", [("_after_one_step(K, seed) for seed", "_after_one_step(3, seed, np.eye(3)[z_line]) for seed")], "FALSE"),
    ("C3.9", [("em(x_digits, 3, seed, steps=100)", "em(x_digits, 1, seed, steps=100)")], "TRUE"),
    ("C3.10", [("any(without_kl > log_evidence(probe))", "any(with_kl > log_evidence(probe))")], "IT DEPENDS"),
    ("C3.10", [("return 3 * np.tanh(2 * z)", "return 0.5 * z")], "IT DEPENDS"),
]  # fmt: skip


def in_place_responsibilities(a):
    a -= a.max(axis=1, keepdims=True)
    p = np.exp(a)
    return p / p.sum(axis=1, keepdims=True)


def plain_responsibilities(a):
    p = np.exp(a)
    return p / p.sum(axis=1, keepdims=True)


def joint_covariance(joint, x, y):
    return (
        x @ joint @ y
        - (joint.sum(axis=1) @ x) * (joint.sum(axis=0) @ y)
    )  # fmt: skip


def poisson(loss, gradient):
    return lambda z, y: (loss(z, y), gradient(z, y))


def right_loss(z, y):
    return (np.exp(z) - y * z).mean()


def right_gradient(z, y):
    return (np.exp(z) - y) / len(z)


def deviations(center, spread):
    """(m, b) with `center(y)` and `spread(y, m)`."""
    return lambda y: (center(y), spread(y, center(y)))


def mean_gap(y, m):
    return np.abs(y - m).mean()


def careless_bits(p, q):
    with np.errstate(all="ignore"):
        return -(p * np.log2(q)).sum()


def capped_bits(p, q):
    return -(p * np.log2(np.maximum(q, 1e-12))).sum()


def step(shares=lambda w, x: w / len(x), means=None, spread=None):
    """The M-step with one of its three parts replaced."""

    def answer(x, r):
        w = r.sum(axis=0)
        mu = r.T @ x / w if means is None else means(x, r, w)
        own = r.T @ x / w
        variance = (r * (x[:, None] - own) ** 2).sum(axis=0) / w
        return (
            shares(w, x),
            mu,
            variance if spread is None else spread(x, r, w, variance),
        )

    return answer


def second(q, h):
    return np.diff(q, 2) / h**2


# a check, a plausible wrong answer, and what the reader should be told
MISTAKES = [
    ("check_posterior_of", lambda p, L, x: L[:, x], "the chance the other way around"),
    ("check_posterior_of", lambda p, L, x: L[:, x] / L[:, x].sum(), "the prior is missing"),
    ("check_posterior_of", lambda p, L, x: L[:, x] * p, "divide by p(x)"),
    ("check_posterior_of", lambda p, L, x: p, "the likelihood is missing"),
    ("check_posterior_of", lambda p, L, x: L[:, x] @ p, "must have shape (3,), yours has ()"),
    ("check_covariance", lambda j, x, y: x @ j @ y, "subtract the product of the means"),
    ("check_covariance", lambda j, x, y: (x - x.mean()) @ j @ (y - y.mean()), "not their plain average"),
    ("check_covariance", lambda j, x, y: -joint_covariance(j, x, y), "the sign is reversed"),
    ("check_covariance", lambda j, x, y: 0.0, "the table knows more"),
    ("check_covariance", lambda j, x, y: joint_covariance(j, x, y) / 11 * 12, "Cov(X, Y) is"),
    ("check_total_of", lambda p, n: n * p, "masses added up"),
    ("check_total_of", lambda p, n: p**n, "all throws show the same face"),
    ("check_total_of", lambda p, n: p, "as if there were one throw"),
    ("check_total_of", lambda p, n: np.convolve(p, p), "for n = 1 must have shape"),
    ("check_total_of", lambda p, n: p if n < 2 else np.convolve(p, p), "for n = 5 must have shape"),
    ("check_poisson_loss", poisson(lambda z, y: (np.exp(z) - y * z).sum(), right_gradient), "average over the samples"),
    ("check_poisson_loss", poisson(lambda z, y: -right_loss(z, y), right_gradient), "a loss is the negative"),
    ("check_poisson_loss", poisson(lambda z, y: ((np.exp(z) - y) ** 2).mean() / 2, right_gradient), "believes in Gaussian noise"),
    ("check_poisson_loss", poisson(right_loss, lambda z, y: np.exp(z) - y), "the 1/N of the mean is missing"),
    ("check_poisson_loss", poisson(right_loss, lambda z, y: (1 - y / np.exp(z)) / len(z)), "one more factor"),
    ("check_poisson_loss", poisson(right_loss, lambda z, y: -right_gradient(z, y)), "the sign is reversed"),
    ("check_poisson_loss", right_loss, "return 2 things"),
    ("check_fit_laplace", deviations(np.mean, mean_gap), "this is the mean"),
    ("check_fit_laplace", deviations(np.median, lambda y, m: y.std()), "the width of a Gaussian"),
    ("check_fit_laplace", deviations(np.median, lambda y, m: np.median(abs(y - m))), "not their median"),
    ("check_fit_laplace", deviations(np.median, lambda y, m: np.abs(y - m).sum()), "divide by N"),
    ("check_fit_laplace", deviations(np.median, lambda y, m: np.abs(y - y.mean()).mean()), "not from the mean"),
    ("check_fit_laplace", np.median, "return 2 things"),
    ("check_cross_entropy_bits", lambda p, q: -(p * np.log(q)).sum(), "use log₂"),
    ("check_cross_entropy_bits", lambda p, q: (p * np.log2(p / q)).sum(), "the extra length only"),
    ("check_cross_entropy_bits", lambda p, q: -(q * np.log2(p)).sum(), "changed places"),
    ("check_cross_entropy_bits", lambda p, q: -(p * np.log2(p)).sum(), "the entropy of p"),
    ("check_cross_entropy_bits", lambda p, q: (p * np.log2(q)).sum(), "the sign is reversed"),
    ("check_cross_entropy_bits", careless_bits, "where both have a zero"),
    ("check_cross_entropy_bits", capped_bits, "the price is infinite"),
    ("check_cross_entropy_bits", lambda p, q: -(p * np.log2(q)).sum(), "raised FloatingPointError"),
    ("check_prefix_code", ["0", "10", "110", "111"], "give five names"),
    ("check_prefix_code", ["0", "1", "00", "01", "10"], "cannot tell where a name ends"),
    ("check_prefix_code", ["000", "001", "010", "011", "100"], "a shorter one exists"),
    ("check_prefix_code", ["00", "01", "10", "110", "112"], "a string of 0s and 1s"),
    ("check_estimate", lambda v: (v.mean(), v.std(ddof=1)), "√N times better"),
    ("check_estimate", lambda v: (v.mean(), v.std(ddof=1) / len(v)), "not by N"),
    ("check_estimate", lambda v: (v.mean(), v.var(ddof=1) / len(v)), "take the root"),
    ("check_estimate", lambda v: (v.mean(), v.std() / np.sqrt(len(v))), "divides by N − 1"),
    ("check_estimate", lambda v: (v.sum(), 0.0), "do not sum"),
    ("check_responsibilities", np.exp, "divide by their sum over k"),
    ("check_responsibilities", lambda a: np.exp(a) / np.exp(a).sum(axis=0), "not over the samples"),
    ("check_responsibilities", lambda a: np.exp(a) / np.exp(a).sum(), "the sum over everything"),
    ("check_responsibilities", plain_responsibilities, "subtract the largest"),
    ("check_responsibilities", in_place_responsibilities, "changed its argument a"),
    ("check_maximize", step(shares=lambda w, x: w), "divide by the number of samples"),
    ("check_maximize", step(shares=lambda w, x: np.full(len(w), 1 / len(w))), "not equal"),
    ("check_maximize", step(means=lambda x, r, w: r.T @ x / len(x)), "μ: divide by the weight of the component, not by N"),
    ("check_maximize", step(means=lambda x, r, w: np.full(len(w), x.mean())), "the responsibilities are missing"),
    ("check_maximize", step(spread=lambda x, r, w, v: np.sqrt(v)), "not widths"),
    ("check_maximize", step(spread=lambda x, r, w, v: v * w / len(x)), "σ²: divide by the weight"),
    (
        "check_maximize",
        step(spread=lambda x, r, w, v: (r * (x[:, None] - x.mean()) ** 2).sum(axis=0) / w),
        "each component's own mean",
    ),
    ("check_first_variation", lambda q, c, h: second(q, h) + c * q[1:-1], "brings a minus"),
    ("check_first_variation", lambda q, c, h: -second(q, h) + c * q[1:-1] / 2, "without the ½"),
    ("check_first_variation", lambda q, c, h: -np.diff(q, 2) + c * q[1:-1], "divide the second difference by h²"),
    ("check_first_variation", lambda q, c, h: h * (c * q[1:-1] - second(q, h)), "the variation divides it by h"),
    ("check_first_variation", lambda q, c, h: -second(q, h), "is missing"),
    ("check_first_variation", lambda q, c, h: -np.gradient(np.gradient(q, h), h) + c * q, "must have shape (7,)"),
]  # fmt: skip
