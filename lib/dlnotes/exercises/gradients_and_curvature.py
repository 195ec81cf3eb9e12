"""The exercises of chapter 4b, Gradients and curvature."""

import numpy as np

from . import SCALES, Exercise, Wrong

check_directional_derivative = Exercise(
    "the slope",
    right=lambda g, direction: g @ direction / np.linalg.norm(direction),
    cases=lambda rng: [
        (s * np.array(g, float), t * np.array(direction, float))
        for g, direction in (([3, 4], [2, 2]), ([3, 4], [1, 0]), ([3, 4], [-3, -4]), rng.standard_normal((2, 5)))
        for s, t in ((1, 1), (1e12, 1e-12), (1e-12, 1e12))
    ],
    mistakes={
        "the direction must first be given length 1": lambda g, d: g @ d,
        "divide by the length, not by its square": lambda g, d: g @ d / (d @ d),
        "this is the steepest slope; the angle to the direction is missing": lambda g, d: np.linalg.norm(g),
        "the cosine alone: the length of the gradient is missing": lambda g, d: g @ d / np.sqrt(d @ d * (g @ g)),
        "downhill directions have negative slopes": lambda g, d: abs(g @ d) / np.linalg.norm(d),
    },
    also_right=(lambda g, d: g @ (d / np.sqrt((d**2).sum())),),
    praise="the slope depends on the direction's angle, not on its length",
)  # fmt: skip


def _downhill(g, A):
    return -np.linalg.solve(A, g)


def _steepest(direction=_downhill, length=lambda d, A: np.sqrt(d @ A @ d)):
    return lambda g, A: direction(g, A) / length(direction(g, A), A)


def _metric(rng, D, size):
    B = rng.standard_normal((D, D))
    return size * (B @ B.T + np.eye(D))


check_steepest_direction = Exercise(
    "d",
    right=_steepest(),
    cases=lambda rng: [
        (s * rng.standard_normal(D), _metric(rng, D, s)) for D in (3, 2, 5, 1) for s in SCALES
    ],
    mistakes={
        "this direction is steepest for Euclidean lengths; use A": lambda g, A: -g / np.linalg.norm(g),
        "multiply by the inverse of A, not by A": _steepest(lambda g, A: -A @ g),
        "the direction is right, but A must measure its length": _steepest(length=lambda d, A: np.sqrt(d @ d)),
        "the direction is right, but its length is not 1": _downhill,
        "this direction climbs; descend": lambda g, A: -_steepest()(g, A),
    },
    wrong=(_steepest(lambda g, A: -g),),
    also_right=(_steepest(lambda g, A: -np.linalg.inv(A) @ g),),
    praise="among all steps of length 1 in the metric A, none descends faster",
)  # fmt: skip


def _hessian(rng, spectrum):
    Q = np.linalg.qr(rng.standard_normal((len(spectrum),) * 2))[0]
    H = Q * np.array(spectrum) @ Q.T
    return (H + H.T) / 2


def _kind(H, zero=1e-9, least=0.0):
    """`zero` is relative to the largest eigenvalue, `least` is not."""
    λ = np.linalg.eigvalsh(H)
    small = max(zero * np.abs(λ).max(), least)
    if (λ > small).any() and (λ < -small).any():
        return "saddle"
    if (np.abs(λ) <= small).any():
        return "undecided"
    return "minimum" if λ[0] > 0 else "maximum"


def _by_determinant(H):
    if np.linalg.det(H) < 0:
        return "saddle"
    return "minimum" if np.trace(H) > 0 else "maximum"


def _zeros_first(H):
    return "undecided" if np.linalg.cond(H) > 1e9 else _kind(H)


SPECTRA = (
    (2.0, 3.0), (-2.0, -3.0), (-1.0, 3.0), (-1.0, -2.0, 3.0, 4.0), (0.0, 3.0), (0.0, -3.0, -1.0), (0.0, -1.0, 2.0),
    (0.0, 0.0), (0.0, -2.0), (5.0,), (0.05, 3.0), (1e-7, 1.0), (-1e-7, 1.0), (1e-11, 1.0), (2e-9, 1.0), (5e-10, 1.0),
    (1e12, 2e12), (-1e-12, -2e-12), (1e-12, -2e-12), (0.0, 1e-12), (0.0, 1e12), (-1.0, 1e12, 1e12),
)  # fmt: skip

check_classify = Exercise(
    "the point",
    words=("minimum", "maximum", "saddle", "undecided"),
    right=_kind,
    cases=lambda rng: {
        f"eigenvalues {', '.join(f'{λ:g}' for λ in s)}": (_hessian(rng, s),) for s in SPECTRA
    },
    mistakes={
        "the eigenvalues have both signs, though the determinant is positive": _by_determinant,
        "a zero leaves open what the other eigenvalues cannot decide": lambda H: _kind(H, zero=0.0),
        "eigenvalues of one sign and a zero are no minimum or maximum yet": (
            lambda H: "minimum" if _kind(H) == "undecided" and np.trace(H) >= 0 else _kind(H)
        ),
        "a zero does not help: up one way and down another is a saddle": _zeros_first,
        "small beside what? Compare with the largest eigenvalue": lambda H: _kind(H, zero=0.0, least=1e-9),
        "small, but not zero: the limit is 10⁻⁹ of the largest": lambda H: _kind(H, zero=0.1),
    },
    wrong=(lambda H: _kind(H, zero=0.0, least=0.1), lambda H: _kind(H, zero=1e-6), lambda H: _kind(H, zero=1e-14)),
    also_right=(lambda H: np.str_(_kind(H)),),
    praise="four kinds told apart, and zero treated as the rounding error it is",
)  # fmt: skip


def _difference(ahead, behind, over, direction=lambda v: v):
    def answer(gradient, x, v):
        v = direction(v)
        return (gradient(x + ahead * v) - gradient(x - behind * v)) / over

    return answer


def _whole_hessian(gradient, x, v):
    steps = 1e-5 * np.eye(len(x))
    return np.stack([(gradient(x + s) - gradient(x - s)) / 2e-5 for s in steps]).T @ v


def _gradient(A, waves: float):
    """Of ½ xᵀA x + waves · Σ sin x; it refuses to be asked a third time."""
    asked = []

    def gradient(x):
        asked.append(x)
        if len(asked) > 2:
            raise Wrong("two gradients are enough, without ever building H")
        return A @ x + waves * np.cos(x)

    return gradient


check_hessian_vector = Exercise(
    "H v",
    right=_difference(1e-5, 1e-5, 2e-5),
    cases=lambda rng: [
        (_gradient(_hessian(rng, rng.standard_normal(D)), waves), rng.standard_normal(D), size * rng.standard_normal(D))
        for D in (5, 2)
        for waves, size in ((1.0, 3.0), (0.0, 1e4), (0.0, 1e-3))
    ],
    tolerance=1e-3,  # a one-sided difference will do
    mistakes={
        "divide by 2ε: the two points are 2ε v apart": _difference(1e-5, 1e-5, 1e-5),
        "H v is linear in v: do not change its length": _difference(1e-5, 1e-5, 2e-5, lambda v: v / np.linalg.norm(v)),
        "the sign is reversed": _difference(-1e-5, -1e-5, 2e-5),
        "this is the gradient itself": lambda gradient, x, v: gradient(x),
        "two gradients are enough, without ever building H": _whole_hessian,
    },
    wrong=(_difference(0.1, 0.0, 0.1),),
    also_right=(_difference(1e-6, 0.0, 1e-6),),
    praise="two gradients instead of a matrix",
)  # fmt: skip


def _rate(rate, factor):
    def answer(H):
        λ = np.linalg.eigvalsh(H)
        low, high = λ[0], λ[-1]
        return rate(low, high), factor(low, high)

    return answer


def _fair(low, high):
    return 2 / (low + high)


def _left(low, high):
    return (high - low) / (high + low)


check_best_rate = Exercise(
    ("the rate", "the factor"),
    right=_rate(_fair, _left),
    cases=lambda rng: {
        f"eigenvalues {', '.join(f'{λ:g}' for λ in spectrum)}": (_hessian(rng, spectrum),)
        for spectrum in (
            (1.0, 10.0), (0.5, 2.0, 3.0), (1.0, 1.5, 400.0), (4.0, 9.0, 5.0, 6.0), (2.0,), (1e12, 3e12), (1e-12, 3e-12)
        )
    },
    tolerance=1e-9,
    mistakes={
        "1/λ_max makes the steep side perfect and leaves the flat one behind": _rate(
            lambda low, high: 1 / high, lambda low, high: 1 - low / high
        ),
        "2/λ_max is the cliff, where the steep side jumps forever": _rate(lambda low, high: 2 / high, _left),
        "the rate must serve the smallest and the largest eigenvalue: 2 over their sum": _rate(
            lambda low, high: 1 / (low + high), _left
        ),
        "the factor is (κ − 1)/(κ + 1), what is left of the error after a step": _rate(
            _fair, lambda low, high: 2 * low / (low + high)
        ),
        "the factor belongs to one step of the error, not of f": _rate(_fair, lambda low, high: _left(low, high) ** 2),
        "that is the condition number": _rate(_fair, lambda low, high: high / low),
        "the factor belongs to the best rate, not to 1/λ_max": _rate(_fair, lambda low, high: 1 - low / high),
        "take the smallest and the largest eigenvalue, not their mean": (
            lambda H: (len(H) / np.trace(H), _rate(_fair, _left)(H)[1])
        ),
    },
    wrong=(lambda H: (2 / (H[0, 0] + H[-1, -1]), 0.5),),
    also_right=(lambda H: (_rate(_fair, _left)(H)[0], np.abs(1 - _rate(_fair, _left)(H)[0] * np.linalg.eigvalsh(H)).max()),),
    praise="both ends of the spectrum shrink alike",
)  # fmt: skip


def _gap(reduce, points=101):
    def answer(f, a, b):
        t = np.linspace(0, 1, points)
        values = np.array([f((1 - s) * a + s * b) for s in t])
        return reduce(values - ((1 - t) * values[0] + t * values[-1]))

    return answer


LANDSCAPES = {
    "waves": lambda x: float(np.sin(3 * x).sum()),
    "a hill": lambda x: -float(x @ x),
    "a bowl": lambda x: float(x @ x),
    "a roof with its ridge at 0.51": lambda x: -abs(float(x[0]) - 0.51),
}


def _chords(rng) -> dict:
    """Ends and sizes are sums of powers of two, so that the gap at both ends is exactly zero."""
    a, b = [0.0, 1.5, -0.75], [1.0, -0.5, 2.25]
    return {
        f"{name}, of size {s:g}": (lambda x, f=f, s=s: s * f(x), np.array(a), np.array(b))
        for name, f in LANDSCAPES.items()
        for s in (1.0, 2.0**40, 2.0**-40)
    }  # fmt: skip


def _largest_gap_by_steps(f, a, b):
    return max(
        f(a + t * (b - a)) - (f(a) + t * (f(b) - f(a))) for t in np.arange(101) / 100
    )


check_chord_gap = Exercise(
    "the largest gap",
    right=_gap(np.max),
    cases=_chords,
    mistakes={
        "lying below the chord is no violation; do not take absolute values": _gap(lambda gap: np.abs(gap).max()),
        "a violation is where the function lies above its chord; the sign is reversed": _gap(lambda gap: -gap.min()),
        "you looked at the middle only; try 101 points along the chord": _gap(lambda gap: gap[50]),
        "both ends are points, too, so the gap is never negative": _gap(lambda gap: gap[1:-1].max()),
        "101 points were asked for": _gap(np.max, points=51),
    },
    wrong=(_gap(np.sum), _gap(np.max, points=1001)),
    also_right=(_largest_gap_by_steps,),
    praise="zero for a bowl, positive where a function rises above its chord",
)  # fmt: skip
