"""The exercises of chapter 4, Numerical computation."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

from . import Wrong, answered, check, compare, unchanged


def _rng() -> np.random.Generator:
    return np.random.default_rng(4)


def _number(name: str, got) -> float:
    """The answer as one number."""
    got = np.asarray(answered(got), dtype=float)
    if got.shape != ():
        raise Wrong(f"{name} must be a single number, yours has shape {got.shape}")
    return float(got)


@check
def check_first_gap(answer) -> str:
    for kind in (np.float16, np.float32, np.float64):
        name, gap = np.dtype(kind).name, float(np.finfo(kind).eps)
        got = _number(f"the gap of {name}", answer(kind))
        if got == gap:
            continue
        if got == gap / 2:
            raise Wrong(
                f"{name}: {got:.4g} added to 1 gives 1 again; you went one halving too far"
            )
        if got == 2 * gap:
            raise Wrong(
                f"{name}: half of your {got:.4g} still makes a difference; halve once more"
            )
        if got == np.finfo(float).eps:
            raise Wrong(
                f"{name}: this is the gap of float64; the sum must be made in the format asked for"
            )
        raise Wrong(f"{name}: got {got:.4g}, expected {gap:.4g}")
    return "three formats, three gaps, and no table was needed"


@check
def check_logsumexp(answer) -> str:
    z = _rng().standard_normal((3, 4))
    given = z.copy()
    got = answered(answer(z, 1))
    unchanged("z", given, z)
    plain = np.log(np.exp(z).sum(axis=1))
    hints = {
        "the largest score, subtracted inside, must be added again outside": plain
        - z.max(axis=1),
        "this is the maximum alone; add ln Σ e^(z − m)": z.max(axis=1),
    }
    compare("LSE over axis 1", got, plain, hints)
    compare("LSE over axis 0", answered(answer(z, 0)), np.log(np.exp(z).sum(axis=0)))
    with np.errstate(all="ignore"):
        large = np.asarray(answer(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]), 1))
        if not np.isfinite(large).all():
            raise Wrong(
                "for scores of ±1000 the result is not finite; subtract the largest"
            )
        compare("LSE at ±1000", large, np.array([1000.0, -1000.0]) + np.log(2))
        empty = np.asarray(answer(np.full((1, 2), -np.inf), 1))
        if np.isnan(empty).any():
            raise Wrong(
                "when all scores are −inf (all probabilities zero) the sum is ln 0 = −inf, but you compute inf − inf"
            )
        if not (empty == -np.inf).all():
            raise Wrong(
                f"the LSE of scores that are all −inf is −inf, yours is {empty[0]:.4g}"
            )
    return "right along any axis, at ±1000, and for probabilities that are all zero"


@check
def check_softplus(answer) -> str:
    z = np.array([-2.0, 0.0, 3.0])
    exact = np.log(1 + np.exp(z))
    hints = {
        "this is ln(1 + e⁻ᶻ), softplus of −z": np.log(1 + np.exp(-z)),
        "this is the sigmoid, the derivative of softplus": 1 / (1 + np.exp(-z)),
    }
    compare("softplus", answered(answer(z)), exact, hints)
    with np.errstate(all="ignore"):
        high = np.asarray(answer(np.array([1000.0, 800.0])))
        if not np.isfinite(high).all():
            raise Wrong("softplus(1000) is 1000, yours is not finite: e^1000 overflows")
        compare("softplus of large z", high, [1000.0, 800.0])
        low = np.asarray(answer(np.array([-40.0, -700.0])))
        true = np.exp([-40.0, -700.0])
        if not np.isfinite(low).all():
            raise Wrong("softplus(−700) is tiny, yours is not finite")
        if (low == 0).any():
            raise Wrong(
                f"softplus(−40) is {true[0]:.4g}, yours is zero: 1 + e⁻⁴⁰ rounds to 1; use np.log1p"
            )
        if not np.allclose(low, true, rtol=1e-9, atol=0):
            raise Wrong(f"softplus(−40) is {low[0]:.4g}, expected {true[0]:.4g}")
    return "no overflow at 1000, no lost digits at −40"


def _wrong_sign(x: np.ndarray) -> float:
    """What a compensated sum gives that adds what it should subtract."""
    s = c = x.dtype.type(0)
    for v in x:
        y = v + c
        t = s + y
        c, s = (t - s) - y, t
    return float(s)


@check
def check_compensated_sum(answer) -> str:
    small = np.array([1.0, 2.0, 3.5], np.float32)
    compare("the sum of (1, 2, 3.5)", answered(answer(small)), 6.5)
    x = np.full(20000, 0.1, np.float32)
    given = x.copy()
    got = answer(x)
    unchanged("values", given, x)
    if np.asarray(got).dtype != np.float32:
        raise Wrong(
            f"all arithmetic must stay in float32, your sum is {np.asarray(got).dtype}; "
            "in a wider format there is nothing to compensate"
        )
    exact = float(Fraction(float(x[0])) * len(x))
    naive = float(np.cumsum(x)[-1])
    error = abs(float(got) - exact)
    if error <= 2e-4:
        return "twenty thousand additions in float32, and the error is that of a single one"
    if math.isclose(float(got), naive, rel_tol=1e-9):
        raise Wrong(
            f"this is the naive sum {naive:.7g}; the lost part is never given back"
        )
    if math.isclose(float(got), _wrong_sign(x), rel_tol=1e-9):
        raise Wrong("the lost part is given back with the wrong sign")
    raise Wrong(f"your sum is {float(got):.8g}, exact is {exact:.8g}")


@check
def check_small_root(answer) -> str:
    for b in (1.25, 10.0, 1e4, 1e8, 1e12):
        with localcontext() as context:
            context.prec = 60
            big = Decimal(b)
            exact = float(big - (big * big - 1).sqrt())
        got = _number(f"the root for b = {b:g}", answer(b))
        if math.isclose(got, exact, rel_tol=1e-12):
            continue
        if math.isclose(got * exact, 1, rel_tol=1e-6):
            raise Wrong(
                f"for b = {b:g} this is the large root; the small one is its inverse"
            )
        with np.errstate(all="ignore"):
            naive = b - math.sqrt(b * b - 1)
        if math.isclose(got, naive, rel_tol=1e-12, abs_tol=0):
            raise Wrong(
                f"for b = {b:g} your root is {got:.6g}, exact is {exact:.6g}: b − √(b² − 1) cancels its leading digits"
            )
        raise Wrong(f"for b = {b:g} your root is {got:.6g}, exact is {exact:.6g}")
    return "twelve digits for every b tried, because nothing nearly equal is subtracted"


@check
def check_directional_derivative(answer) -> str:
    rng = _rng()
    g = np.array([3.0, 4.0])
    for direction in (
        np.array([1.0, 0.0]),
        np.array([2.0, 2.0]),
        rng.standard_normal(2),
        -g,
    ):
        given = direction.copy()
        got = _number("the directional derivative", answer(g, direction))
        unchanged("direction", given, direction)
        slope = float(g @ direction)
        length = float(np.linalg.norm(direction))
        hints = {
            "the direction must first be given length 1": slope,
            "divide by the length, not by its square": slope / length**2,
            "this is the steepest slope; the angle to the direction is missing": 5.0,
            "the cosine alone: the length of the gradient is missing": slope
            / length
            / 5,
            "downhill directions have negative slopes": abs(slope) / length,
        }
        compare(
            f"the slope toward {np.round(direction, 2)}", got, slope / length, hints
        )
    return "the slope depends on the direction's angle, not on its length"


@check
def check_steepest_direction(answer) -> str:
    rng = _rng()
    for D in (2, 3, 5):
        B = rng.standard_normal((D, D))
        A, g = B @ B.T + np.eye(D), rng.standard_normal(D)
        got = np.asarray(answered(answer(g, A)), dtype=float)
        down = -np.linalg.solve(A, g)
        right = down / np.sqrt(down @ A @ down)
        hints = {
            "this direction is steepest for Euclidean lengths; use A": -g
            / np.linalg.norm(g),
            "multiply by the inverse of A, not by A": -A
            @ g
            / np.sqrt(g @ A @ A @ A @ g),
            "the direction is right, but it must have length 1 in the metric A": down
            / np.linalg.norm(down),
            "the direction is right, but its length is not 1": down,
            "this direction climbs; descend": -right,
        }
        compare(f"the steepest direction in {D} dimensions", got, right, hints)
    return "among all steps of length 1 in the metric A, none descends faster"


@check
def check_largest_rate(answer) -> str:
    rng = _rng()
    for D in (3, 4, 6):
        Q = np.linalg.qr(rng.standard_normal((D, D)))[0]
        spectrum = np.sort(rng.uniform(0.2, 9, D))
        H = (Q * spectrum) @ Q.T
        got = _number("the rate", answer(H))
        top, low = spectrum[-1], spectrum[0]
        hints = {
            "1/λ_max is safe, but you may go twice as far": 1 / top,
            "the steepest direction decides, so it is the largest eigenvalue, not the smallest": 2
            / low,
            "this is the fastest rate, 2/(λ_min + λ_max), not the largest": 2
            / (low + top),
            "the trace adds all curvatures; only the largest counts": 2
            / spectrum.sum(),
            "the largest entry of H is not its largest eigenvalue": 2 / np.abs(H).max(),
            "this norm mixes all eigenvalues; only the largest counts": 2
            / np.linalg.norm(H),
        }
        compare(f"the largest rate in {D} dimensions", got, 2 / top, hints)
    return "below 2/λ_max every direction contracts, above it one explodes"


@check
def check_classify(answer) -> str:
    rng = _rng()

    def hessian(*spectrum):
        Q = np.linalg.qr(rng.standard_normal((len(spectrum),) * 2))[0]
        H = (Q * np.array(spectrum)) @ Q.T
        return (H + H.T) / 2

    tests = [
        ((2.0, 3.0), "minimum", "all eigenvalues are positive"),
        ((-2.0, -3.0), "maximum", "all eigenvalues are negative, though the determinant is positive"),
        ((-1.0, 3.0), "saddle", "the eigenvalues have both signs"),
        ((-1.0, -2.0, 3.0, 4.0), "saddle", "the eigenvalues have both signs, though the determinant is positive"),
        ((0.0, 3.0), "undecided", "one eigenvalue is zero (up to rounding) and the other positive"),
        ((0.0, -3.0, -1.0), "undecided", "one eigenvalue is zero and the others negative"),
        ((0.0, -1.0, 2.0), "saddle", "a zero does not help: up one way and down another is a saddle"),
        ((0.0, 0.0), "undecided", "all eigenvalues are zero"),
    ]  # fmt: skip
    for spectrum, right, reason in tests:
        got = answered(answer(hessian(*spectrum)))
        if got != right:
            raise Wrong(
                f"for eigenvalues {spectrum} you say {got!r}, but it is {right!r}: {reason}"
            )
    return "four kinds told apart, and zero treated as the rounding error it is"


@check
def check_hessian_vector(answer) -> str:
    rng = _rng()
    D = 5
    B = rng.standard_normal((D, D))
    A, x, v = B + B.T, rng.standard_normal(D), 3 * rng.standard_normal(D)
    calls = []

    def gradient(x):
        calls.append(x.copy())
        return A @ x + np.cos(x)

    exact = A @ v - np.sin(x) * v
    given = x.copy()
    got = np.asarray(answered(answer(gradient, x, v)), dtype=float)
    unchanged("x", given, x)
    unit = v / np.linalg.norm(v)
    hints = {
        "divide by 2ε: the two points are 2ε v apart": 2 * exact,
        "H v is linear in v: do not change the length of v": A @ unit
        - np.sin(x) * unit,
        "this is the gradient itself": A @ x + np.cos(x),
        "the sign is reversed": -exact,
    }
    if got.shape != exact.shape:
        raise Wrong(f"H v must have shape {exact.shape}, yours has shape {got.shape}")
    if not np.allclose(got, exact, rtol=1e-6, atol=1e-6):
        for mistake, value in hints.items():
            if np.allclose(got, value, rtol=1e-4, atol=1e-5):
                raise Wrong(f"H v: {mistake}")
        if np.allclose(got, exact, rtol=1e-2, atol=1e-2):
            raise Wrong(
                "H v is roughly right; a central difference with ε near 1e-5 would be accurate"
            )
        compare("H v", got, exact)
    if len(calls) > 2:
        raise Wrong(
            f"you asked for {len(calls)} gradients; two are enough, without ever building H"
        )
    return "two gradients instead of a matrix"


@check
def check_chord_gap(answer) -> str:
    def bowl(x):
        return float(x @ x)

    def hill(x):
        return -float(x @ x)

    def waves(x):
        return float(np.sin(x).sum())

    a, b = _rng().standard_normal((2, 3)) * 2
    for name, f in (("a hill", hill), ("a bowl", bowl), ("waves", waves)):
        t = np.linspace(0, 1, 101)
        over = np.array([f((1 - s) * a + s * b) - (1 - s) * f(a) - s * f(b) for s in t])
        got = _number(f"the gap over {name}", answer(f, a, b))
        expected = float(over.max())
        if np.isclose(got, expected, rtol=1e-6, atol=1e-9):
            continue
        if np.isclose(got, float(np.abs(over).max()), rtol=1e-3, atol=1e-9):
            raise Wrong(
                f"{name}: lying below the chord is no violation; do not take absolute values"
            )
        if np.isclose(got, -float(over.min()), rtol=1e-3, atol=1e-9):
            raise Wrong(
                f"{name}: the sign is reversed; a violation is where the function lies above its chord"
            )
        if np.isclose(got, float(over[50]), rtol=1e-3, atol=1e-9):
            raise Wrong(
                f"{name}: you looked at the middle only; try 101 points along the chord"
            )
        raise Wrong(f"{name}: the largest gap is {expected:.4g}, yours is {got:.4g}")
    return "zero for a bowl, positive where a function rises above its chord"
