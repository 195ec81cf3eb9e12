# %% [markdown]
# # Numbers on a computer
#
# Three scores go into the softmax function, and it turns them into probabilities: the exponential of each, divided by the sum of all. Add the same number to all three scores. By the formula nothing changes. Move the slider.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from dlnotes import datasets, init, losses, metrics, optim, training
from dlnotes import functional as F
from dlnotes.claims import recap, settle
from dlnotes.exercises import numbers_on_a_computer as exercises
from dlnotes.experiments import boundary
from dlnotes.explore import explore, show
from dlnotes.layers import Linear
from dlnotes.network import Sequential
from dlnotes.plotting import BLUE, INK, ORANGE, lines, plane

np.set_printoptions(precision=4, suppress=True)


def naive_softmax(x):
    e = np.exp(x)
    return e / e.sum()


def draw_question(axes, added):
    scores = np.array([0.0, 1.0, 2.0]) + added
    with np.errstate(over="ignore", invalid="ignore"):
        naive = naive_softmax(scores)
    shifted = naive_softmax(scores - scores.max())
    titles = ("by the formula", "with the largest score taken off")
    for ax, p, color, title in zip(axes, (naive, shifted), (ORANGE, BLUE), titles):
        ax.set(xticks=range(3), ylim=(0, 1), xlim=(-0.6, 2.6), ylabel="probability")
        ax.set_xticks(range(3), [f"{v:g}" for v in scores])
        ax.set(title=title, xlabel="score")
        if np.isnan(p).any():
            ax.text(1, 0.5, "not a number", ha="center", color=color, weight="bold")
        else:
            ax.bar(range(3), p, color=color)
    say = lambda p: (
        "undefined" if np.isnan(p).any() else ", ".join(f"{v:.3f}" for v in p)
    )
    return f"With {added} added to the scores 0, 1 and 2, the formula gives {say(naive)}; with the largest score taken off first, {say(shifted)}."


explore(
    draw_question,
    added=[0, 100, 300, 500, 600, 700, 705, 706, 707, 708, 709, 750, 800, 1000],
    start=11,
    columns=2,
    figsize=(7.5, 2.8),
)

# %% [markdown]
# No step of the formula is wrong. What failed is the idea that a computer calculates with real numbers. It has at most $2^{64}$ numbers to choose from, with gaps between them and nothing beyond the last. The study notes that this book puts to the test warn of this in a few lines. Then they name the cure for softmax, and just there a formula is missing: after "that is" (即:) comes nothing. This page puts it back, tests it, and finds the next trap behind it.
#
# **After this chapter you can**
#
# - say where each number format ends, and why;
# - write softmax, its logarithm and the log-sum-exp so that no score breaks them, and prove that nothing else changed;
# - predict how rounding errors grow in a sum, and choose a sum in which they hardly do;
# - tell a bad algorithm from a problem that no algorithm can save.
#
# **You need** logarithms and derivatives from school, and Python with NumPy. Eigenvalues appear once, near the end; what you need of them is said there.
#
# The page follows the first of the notes' sections on numerical computation (数值计算), which follow chapter 4 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Cards, and lines that unfold to cards, settle single claims of the notes. Their verdicts are computed: change an assumption, run the cell again, and watch the verdict change.

# %% [markdown]
# (sec-4a-formats)=
# ## Numbers that run out
#
# *You cannot yet say which results a computer is unable to hold. After this section you can, for three formats, and you know what stands in their place.*
#
# In the figure above something ends when a score comes near 709. Find the place as you would find a word in a dictionary: open in the middle, keep the half that holds it, repeat. This is *bisection* (二分法); each step gives one more binary digit.
#
# :::{admonition} Predict
# :class: predict
# Three formats are in use: float16, float32 and float64, with 16, 32 and 64 bits. If 64 bits let $e^x$ live up to some $x$, will 32 bits reach half as far? And how far down can $x$ go before $e^x$ is exactly zero?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def spell(values):
    words = ["undefined" if np.isnan(v) else f"{v:.4g}" for v in np.ravel(values)]
    return "(" + ", ".join(words) + ")"


# %%
FORMATS = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
limits = {}
with np.errstate(over="ignore", under="ignore"):
    for name, kind in FORMATS.items():
        above = boundary(lambda x: np.isfinite(np.exp(kind(x))), 0, 1000)
        below = -boundary(lambda x: np.exp(kind(-x)) > 0, 0, 1000)
        limits[name] = (above, below)
        print(f"{name}: exp(x) is infinite above {above:.2f}, zero below {below:.2f}")

# %% [markdown]
# Too large is called *overflow* (上溢), too small *underflow* (下溢). Mind float16:
# a score of 12 is enough.
#
# **Where these numbers come from.** A *floating-point number* (浮点数) is a whole number $m$ times a power of two, as $6.02\cdot10^{23}=602\cdot10^{21}$ is one times a power of ten:
#
# $$
# x = \pm\, m\cdot 2^{\,e-p+1},\qquad 0 \le m < 2^p,\qquad e_{\min}\le e\le e_{\max} .
# $$ (eq-4a-float)
#
# The *precision* $p$ counts the bits of $m$; the exponent $e$ has a smallest and a largest value. (Its odd form makes $e$ the size of the number: if the leading bit of $m$ is 1, then $2^e\le x<2^{e+1}$. Whenever it can be, $m$ is written so.) Everything about a format follows from these three. The largest number has $m = 2^p-1$ and $e = e_{\max}$; the smallest positive one has $m=1$ and $e=e_{\min}$:
#
# $$
# x_{\max} = (2^p-1)\,2^{\,e_{\max}-p+1} = (2-2^{1-p})\,2^{\,e_{\max}} ,\qquad
# x_{\text{least}} = 2^{\,e_{\min}-p+1} .
# $$ (eq-4a-extremes)
#
# Two neighbors with the same exponent differ by one unit of $m$. So the *gap* between numbers doubles with every power of two:
#
# $$
# \text{gap}(x) = 2^{\,e-p+1}\quad\text{for } 2^e\le x<2^{e+1},\qquad
# \frac{\text{gap}(x)/2}{x}\le \frac{2^{\,e-p}}{2^e} = 2^{-p} =: u .
# $$ (eq-4a-gap)
#
# The second half is the important one. A real number between $2^{e_{\min}}$ and $x_{\max}$ is stored as its nearest neighbor, at most half a gap away, so its *relative* error is never more than $u$, the *unit roundoff*:
#
# $$
# \mathrm{fl}(x) = x\,(1+\delta),\qquad |\delta|\le u .
# $$ (eq-4a-roundoff)
#
# The same holds for the result of $+$, $-$, $\times$, $\div$ and the square root: the standard for these formats, IEEE 754, demands the exact result, rounded once. With few bits the rounding can be drawn:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def rounded(x, precision):
    """x to the nearest m · 2^(e − p + 1) with a whole m of `precision` bits."""
    gap = 2.0 ** (np.frexp(x)[1] - precision)
    return np.rint(x / gap) * gap


def draw_rounding(ax, precision):
    x = np.geomspace(1, 8, 1537)
    error = np.abs(rounded(x, precision) - x) / x
    u = 2.0**-precision
    ax.plot(x, error / u, color=BLUE, lw=1)
    ax.axhline(1, color=ORANGE, ls="--")
    ax.set_xscale("log", base=2)
    ax.set(xticks=[1, 2, 4, 8], xticklabels=["1", "2", "4", "8"])
    ax.set(xlabel="number", ylabel="relative error / u", ylim=(0, 1.15))
    ax.set_title(f"{precision} bits: u = {u:.3g}")
    return f"Numbers from 1 to 8, rounded to {precision} bits. The relative error is largest just above a power of two, {error.max() / u:.2f} u, and at most {error[x > 7].max() / u:.2f} u near the next one; it never exceeds u = {u:.3g}."


explore(draw_rounding, precision=[2, 3, 4, 5, 6], start=2, figsize=(5.5, 2.8))

# %% [markdown]
# And the limits of the exponential? $e^x$ overflows when it passes $x_{\max}$, and becomes zero when it is nearer to zero than to the smallest number, below $x_{\text{least}}/2$:
#
# $$
# x > \ln x_{\max} ,\qquad\qquad x < \ln\tfrac12 x_{\text{least}} = (e_{\min}-p)\ln 2 .
# $$ (eq-4a-exp-limits)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BITS = {
    "float16": (11, -14, 15),
    "float32": (24, -126, 127),
    "float64": (53, -1022, 1023),
}
for name, (p, e_min, e_max) in BITS.items():
    largest = float(Fraction(2**p - 1) * Fraction(2) ** (e_max - p + 1))
    above, below = np.log(largest), (e_min - p) * np.log(2)
    print(
        f"{name}: largest {largest:.4g}, u = {2.0**-p:.2g}, "
        f"exp limits {above:.2f} and {below:.2f}"
    )
    assert largest == float(np.finfo(FORMATS[name]).max)
    assert np.allclose((above, below), limits[name], rtol=1e-3)

# %% [markdown]
# Formula and bisection agree (a folded cell compares them). Half the bits do not reach half as far: the range is set almost alone by the bits of the exponent, 5, 8 and 11 of them.
#
# A real format has too many numbers to draw. Here is a toy with the exponents $-2 \dots 1$, where $m$ has one leading bit and as many more, the *fraction bits*, as you like.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_toy(ax, fraction_bits):
    k = fraction_bits
    m = np.arange(2**k)
    normal = np.concatenate([(1 + m / 2**k) * 2.0**e for e in (-2, -1, 0, 1)])
    tiny = m / 2**k * 2.0**-2
    ax.vlines(normal, 0, 1, color=BLUE, lw=1.2)
    ax.vlines(tiny, 0, 0.5, color=ORANGE, lw=1.2)
    ax.set(xlim=(-0.1, 4.1), ylim=(0, 1.25), yticks=[], xlabel="number")
    ax.set_title(f"{len(normal) + len(tiny)} numbers: dense near zero, sparse far out")
    ax.grid(False)
    gaps = np.diff(np.sort(np.concatenate([tiny, normal])))
    return (
        f"With {k} fraction bits the toy format has {len(normal) + len(tiny)} numbers from 0 to {normal.max():.4g}; the gap is "
        f"{gaps[0]:.4g} beside zero and {gaps[-1]:.4g} at the top. Short ticks below a quarter are the subnormal numbers, whose spacing no longer shrinks."
    )


explore(draw_toy, fraction_bits=[0, 1, 2, 3, 4, 5], start=2, figsize=(5.5, 2.6))

# %% [markdown]
# Each bit doubles the numbers, but the top never reaches 4, as {eq}`eq-4a-extremes` says. Below the last power $e$ cannot fall any more: the leading bit of $m$ is 0, the spacing stays put, and relative accuracy is lost bit by bit. Those are the *subnormal* numbers.
#
# **Underflow in practice.** Is a coin fair, or does it show heads in six of ten throws? By Bayes' rule ([chapter 3](03_probability.ipynb)) each answer gets its probability times the likelihood of all throws, divided by the sum of both. After two thousand throws both products have underflowed, and the normalizer is zero. Sums of logarithms survive, and only their *difference* is put into an exponential:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
throws = np.random.default_rng(0).random(2000) < 0.6
fair = np.full(2000, 0.5)
bent = np.where(throws, 0.6, 0.4)
products = np.array([np.prod(fair), np.prod(bent)])
with np.errstate(invalid="ignore"):
    print("products:", products, "  normalized:", spell(products / products.sum()))
log_products = np.array([np.log(fair).sum(), np.log(bent).sum()])
print("sums of logarithms:", log_products.round(1))
print("normalized:", spell(naive_softmax(log_products - log_products.max())))
assert (products == 0).all()

# %% [markdown]
# **What stands in place of the missing numbers.** Beyond the largest number come two symbols, `inf` and `-inf`. They obey the rules of limits where a limit has one answer (zero carries a sign here, so that $1/0$ has one). Where it has none, the answer is `nan`, *not a number*:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
zero, infinity = np.float64(0), np.float64("inf")
with np.errstate(all="ignore"):
    table = {
        "inf + 1": infinity + 1, "1 / inf": 1 / infinity, "1 / 0": 1 / zero,
        "inf - inf": infinity - infinity, "inf / inf": infinity / infinity,
        "0 * inf": zero * infinity, "0 / 0": zero / zero,
    }  # fmt: skip
for expression, value in table.items():
    print(f"{expression:10s}{spell(value)}")

# %% [markdown]
# Now the accident explains itself: $e^{1000}$ is `inf`, the sum is `inf`, and `inf / inf` has no answer.
#
# An overflow "may be represented as a value that is not a number" (非数字), say the notes. If they mean `nan`, they are one operation early. Overflow on purpose, and look at what is there:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def overflowed(seed, power):
    """Products, squares and exponentials of random numbers of about 10^power."""
    a, b = 10.0 ** np.random.default_rng(seed).uniform(power - 1, power, (2, 100))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.concatenate([a * b, -a * b, a**2, np.exp(a)])


BEYOND = 200  # 10^200 is a number of float64, its square is not
huge = [overflowed(seed, BEYOND) for seed in range(20)]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
with np.errstate(invalid="ignore"):
    next_step = [v - v for v in huge]
count = lambda test, rows: sum(int(test(row).sum()) for row in rows)
settle(
    "C4.12",
    tested="What stands in place of products, squares and exponentials whose exact value lies beyond the largest float64.",
    on="meaning of “not a number”",
    cases={
        "the undefined value that bears this name": [np.isnan(v).any() for v in huge],
        "no ordinary number, infinite or undefined": [
            not np.isfinite(v).any() for v in huge
        ],
    },
    control={
        "the same operations on numbers up to ten give no ordinary number": [
            not np.isfinite(overflowed(seed, 1)).any() for seed in range(20)
        ]
    },
    evidence=f"Of {count(np.isreal, huge):,} results that overflow, {count(np.isinf, huge):,} are infinite and {count(np.isnan, huge)} undefined; "
    f"the next operation, taking each from itself, is undefined {count(np.isnan, next_step):,} times.",
    turns={
        ("BEYOND = 200", "BEYOND = 1"): "FALSE",
        ("-a * b, a**2", "a * b - a**2, a**2"): "TRUE",
    },
    card=True,
)

# %% [markdown]
# So an overflow is first `inf`, and `nan` comes with the next operation that has no answer.
#
# **A classic bug.** Every comparison of `nan` by <, > or == is false, even with itself. Someone guards a training run with `if loss > limit: stop`. When the loss becomes `nan`, the guard is silent, forever. Write `if not loss <= limit: stop`:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
loss, limit = np.float64("nan"), 1e6
print("if loss > limit: stop           stops:", bool(loss > limit))
print("if not loss <= limit: stop      stops:", not loss <= limit)
print(
    "loss == loss:", bool(loss == loss), "  np.isfinite(loss):", bool(np.isfinite(loss))
)
assert not loss > limit and not loss <= limit

# %% [markdown]
# :::{admonition} Exercise 1 · the first gap
# :class: exercise
# How far is it from 1 to the next larger number? Find out by experiment, for a given format: halve a power of two as long as adding it to 1 still makes a difference. Every number you add must have that format. Use neither
# `np.finfo` nor `np.spacing`.
# :::


# %%
def first_gap(kind):
    """The distance from 1 to the next number of the format `kind` (np.float32, …)."""
    ...


exercises.check_first_gap(first_gap)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Halve while half of it would still be noticed. The sum must be made in the format itself: kind(1) + kind(gap / 2).
def first_gap(kind):
    gap = 1.0
    while kind(1) + kind(gap / 2) > kind(1):
        gap /= 2
    return gap


exercises.check_first_gap(first_gap)

# %% [markdown]
# (sec-4a-softmax)=
# ## Softmax, and what else is waiting
#
# *You know why softmax broke. After this section you can repair it, prove the repair, and find the second trap behind the first.*
#
# The notes describe two accidents: softmax is undefined when all scores are very negative (every exponential underflows, 0/0), and when all are very positive (inf/inf). Must it be *all* of them?
#
# :::{admonition} Predict
# :class: predict
# Three scores each: all −1000; one −1000 and two zeros; all 1000; one 1000 and two zeros. Which of the four break the naive softmax?
# :::

# %%
cases = {
    "all very negative": [-1000.0, -1000.0, -1000.0],
    "one very negative": [-1000.0, 0.0, 0.0],
    "all very positive": [1000.0, 1000.0, 1000.0],
    "one very positive": [1000.0, 0.0, 0.0],
}
for name, x in cases.items():
    with np.errstate(all="ignore"):
        print(f"{name}: {spell(naive_softmax(np.array(x)))}")

# %% [markdown]
# The notes' sentence names a case that is enough. Test it on ten random scores, all of them large. Then leave one large score among nine ordinary ones, to see whether "all" is needed.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def undefined(x):
    with np.errstate(all="ignore"):
        return bool(np.isnan(naive_softmax(x)).any())


def sizes(seed, least):
    """Ten random numbers between `least` and ten times that."""
    return least * np.random.default_rng(seed).uniform(1, 10, 10)


LARGE = 800.0
draws = {"all": [sizes(seed, LARGE) for seed in range(20)]}
draws["one"] = [np.append(x[0], np.ones(9)) for x in draws["all"]]
failures = {
    (who, sign): sum(undefined(sign * x) for x in draws[who])
    for who in draws
    for sign in (-1, 1)
}
for (who, sign), number in failures.items():
    side = "negative" if sign < 0 else "positive"
    print(f"{who} large and {side}: undefined in {number} of {len(draws[who])} draws")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C4.11",
    tested="Whether the naive softmax of ten random scores is undefined, both when all are large and positive and when all are large and negative.",
    holds=[undefined(x) and undefined(-x) for x in draws["all"]],
    control={
        "all ten scores between ten and a hundred in size": [
            undefined(x) and undefined(-x) for x in (sizes(s, 10.0) for s in range(20))
        ]
    },
    evidence=f"Of {len(draws['all'])} draws, {failures['all', -1]} are undefined when all scores are large and negative and {failures['all', 1]} when all are large and positive; "
    f"with one large score among nine ordinary ones, {failures['one', -1]} and {failures['one', 1]}.",
    turns={("LARGE = 800.0", "LARGE = 60.0"): "FALSE"},
    card=True,
)

# %% [markdown]
# The sentence is true: "all" is enough. For underflow it is also necessary, since the denominator vanishes only if every term does. Overflow is worse than the notes say. **One** large score will do. (Put 60 for 800, and nothing is undefined: all sizes then lie below 709.)
#
# **The repair.** Subtract one number $c$ from all scores:
#
# $$
# \frac{e^{x_i-c}}{\sum_j e^{x_j-c}} = \frac{e^{-c}\,e^{x_i}}{\sum_j e^{-c}\,e^{x_j}} = \frac{e^{-c}\,e^{x_i}}{e^{-c}\sum_j e^{x_j}} = \frac{e^{x_i}}{\sum_j e^{x_j}} .
# $$ (eq-4a-shift)
#
# The first step is $e^{a-c}=e^{-c}e^a$, the second takes the common factor out of the sum, the third cancels it. Any $c$ will do; choose it so that the largest exponent is zero. This is the formula that the notes lost:
#
# $$
# \mathrm{softmax}(x)_i = \frac{e^{x_i-m}}{\sum_j e^{x_j-m}},\qquad m = \max_j x_j .
# $$ (eq-4a-stable)
#
# No exponent is positive, so nothing overflows. One of the terms is $e^0=1$, so the denominator lies between 1 and the number of classes $K$, and cannot vanish.


# %%
def stable_softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
for name, x in cases.items():
    print(f"{name}: {spell(stable_softmax(np.array(x)))}")
scores = np.random.default_rng(0).standard_normal((3, 5))
assert np.allclose(
    stable_softmax(scores), F.softmax(scores)[0]
)  # the library's is the same

# %% [markdown]
# Finite is not yet right. For a check that could fail we need a judge that does not round as we do. Python's `decimal` calculates with fifty digits and exponents without practical limit, so it may use the definition as it stands.
# And the check must be strict: an error is measured relative to the probability itself. Only what no float64 can hold is forgiven, a probability below the smallest number. Such probabilities arise when the scores lie far apart.
#
# The notes promise that the shift prevents what they had just described, undefined results, and leaves softmax as it is.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def exact_softmax(x):
    """The definition, without any shift, in fifty decimal digits."""
    with localcontext() as context:
        context.prec = 50
        e = [Decimal(float(v)).exp() for v in x]
        return [v / sum(e) for v in e]


def spread_scores(spread, seed):
    """Ten scores far from zero; the largest and the smallest are `spread` apart."""
    rng = np.random.default_rng(seed)
    x = spread * np.append(rng.uniform(0, 1, 8), [0, 1])
    return x + rng.choice([-1, 1]) * rng.uniform(3000, 5000)


def right(softmax, x):
    """Every probability is right to 1e-12 of itself, or to the last two units that exist."""
    with np.errstate(all="ignore"):  # silent, also if you change the shift
        p = softmax(x)
    if not np.isfinite(p).all():
        return False
    pairs = [(Decimal(float(v)), true) for v, true in zip(p, exact_softmax(x))]
    return all(abs(v - true) <= TOLERANCE * true + 2 * LEAST for v, true in pairs)


NARROW, WIDE = 600, 2000
TOLERANCE, LEAST = Decimal("1e-12"), Decimal(2) ** -1074  # the smallest float64
trials = {
    spread: [spread_scores(spread, seed) for seed in range(20)]
    for spread in (NARROW, WIDE)
}
works = [all(right(stable_softmax, x) for x in pair) for pair in zip(*trials.values())]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
shifted = {spread: stable_softmax(np.array(rows)) for spread, rows in trials.items()}
settle(
    "C4.2",
    tested="Whether the shifted softmax of ten scores far from zero is nowhere undefined and right, as far as a float64 can hold it, against arithmetic with fifty digits and no shift.",
    holds=works,
    control={
        f"right without the shift, at a distance of {NARROW}": [
            right(naive_softmax, x) for x in trials[NARROW]
        ]
    },
    evidence=f"Of {2 * shifted[WIDE].size} probabilities {sum(int(np.isnan(p).sum()) for p in shifted.values())} are undefined. If the largest and the smallest score are {NARROW} apart, {(shifted[NARROW] == 0).mean():.0%} of the exponentials become zero; "
    f"if they are {WIDE:,} apart, {(shifted[WIDE] == 0).mean():.0%}.",
    turns={
        (
            "np.exp(x - x.max(axis=-1, keepdims=True))",
            "np.exp(x / x.max(axis=-1, keepdims=True))",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# The accidents of the notes are gone: no result is undefined, however far the scores lie from zero or from each other, and each is right. The exponential of a score that lies more than 745 below the largest still underflows, and its probability becomes zero. Nothing nearer could be stored, so for the probabilities alone this is harmless.
#
# ### The logarithm of a stable softmax
#
# Training does not stop at probabilities. The usual loss, cross-entropy (交叉熵), is $-\ln p_c$ with $p_c$ the probability of the right class $c$. And small probabilities are still allowed to underflow:

# %%
x = np.array([1000.0, 0.0])
with np.errstate(divide="ignore"):
    print("log of the stable softmax:", spell(np.log(stable_softmax(x))))

# %% [markdown]
# The second value should be −1000, an ordinary number. We computed the softmax correctly to sixteen decimals, and its logarithm is wrong by infinity. The cure is never to form $p_c$. Take the logarithm on paper first:
#
# $$
# \begin{aligned}
# \ln p_i &= \ln\frac{e^{x_i}}{\sum_j e^{x_j}} = x_i - \underbrace{\ln\sum_j e^{x_j}}_{\mathrm{LSE}(x)} ,\\
# \mathrm{LSE}(x) &= \ln\Bigl(e^{m}\sum_j e^{x_j-m}\Bigr) = m + \ln\sum_j e^{x_j-m} ,\\
# \ln p_i &= (x_i-m) - \ln\sum_j e^{x_j-m} .
# \end{aligned}
# $$ (eq-4a-lse)
#
# The *log-sum-exp* LSE is a smooth maximum. With $m=\max_j x_j$ one of the $K$ terms of the sum is 1 and none is larger, so
#
# $$
# 1\le\sum_j e^{x_j-m}\le K \quad\Longrightarrow\quad \max_j x_j \;\le\; \mathrm{LSE}(x) \;\le\; \max_j x_j + \ln K .
# $$ (eq-4a-lse-bounds)
#
# Neither the exponentials nor the logarithm can become infinite now: the argument of the logarithm lies between 1 and $K$. The last line of {eq}`eq-4a-lse` subtracts $m$ first, and that matters: of two scores of $10^{16}$, $x_i-\mathrm{LSE}(x)$ gives 0, since $10^{16}+\ln2$ is rounded to $10^{16}$; the truth is $-\ln2$. (What can still be lost is a loss that is almost zero, where the sum rounds to 1; Exercise 3 saves it for two classes.) (Blanchard, Higham and Higham [2021](../book/bibliography.md) prove how accurate these forms are.)


# %%
def logsumexp(x):
    m = x.max(axis=-1, keepdims=True)
    return m + np.log(np.exp(x - m).sum(axis=-1, keepdims=True))


def log_softmax(x):
    below = x - x.max(axis=-1, keepdims=True)
    return below - np.log(np.exp(below).sum(axis=-1, keepdims=True))


print("(x - m) - ln Σ:", spell(log_softmax(np.array([1000.0, 0.0]))))
equal = np.array([1e16, 1e16])
print("two scores of 1e16:", spell(log_softmax(equal)), "and by LSE", end=" ")
print(spell(equal - logsumexp(equal)))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
many = np.random.default_rng(1).standard_normal((2000, 10)) * 300
excess = logsumexp(many)[:, 0] - many.max(axis=1)
assert (excess >= 0).all() and (excess <= np.log(10)).all()
assert np.allclose(log_softmax(many), F.log_softmax(many)[0])
assert np.allclose(
    -log_softmax(many)[:, 3].mean(), losses.cross_entropy(many, np.full(2000, 3))[0]
)

# %% [markdown]
# The library's `cross_entropy` takes scores, not probabilities, for this reason.
#
# ### On real digits
#
# Is any of this likely to happen? Train a small network on handwritten digits. (How that works is the subject of [Chapter 6b](06b_backpropagation.ipynb); here the network is only a source of realistic scores, one per class.) Compute the loss of each of the 400 test digits in three ways: naive softmax, then log; stable softmax, then log; and
# the last line of {eq}`eq-4a-lse`. Each in three formats. Count a loss as right if it is off by one hundredth at most; for a loss above 1, by one hundredth of itself; the truth is computed in float64 from the same scores. A trained network's scores grow as training goes on; the slider multiplies them, to look ahead.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
data = datasets.split(datasets.digits(), validation=300, test=400)
rng = np.random.default_rng(0)
net = Sequential(
    Linear(64, 32, rng=rng, initialize=init.he), F.relu, Linear(32, 10, rng=rng)
)
training.fit(
    net,
    losses.cross_entropy,
    optim.Momentum(net.parameters(), 0.1),
    *data.train,
    epochs=20,
    batch_size=32,
    rng=rng,
)
logits, labels = net(data.test.x), data.test.y
print(
    f"accuracy {metrics.accuracy(logits, labels):.1%}, "
    f"scores from {logits.min():.1f} to {logits.max():.1f}"
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def surviving(scale, kind):
    """Share of test digits whose loss is right to a hundredth, for three ways."""
    z, each = (scale * logits).astype(kind), np.arange(len(labels))
    above = z.astype(float) - z[each, labels][:, None].astype(float)
    above[each, labels] = -np.inf  # ln Σ over the other classes, then softplus
    truth = np.logaddexp(0, np.logaddexp.reduce(above, axis=1))
    with np.errstate(all="ignore"):
        e = np.exp(z)
        log_p = (
            np.log(e / e.sum(axis=1, keepdims=True)),
            np.log(stable_softmax(z)),
            log_softmax(z),
        )
        off = [np.abs(-way[each, labels].astype(float) - truth) for way in log_p]
    return [float((o <= 0.01 * np.maximum(truth, 1)).mean()) for o in off]


WAYS = ("naive softmax, then log", "stable softmax, then log", "(x − m) − ln Σ")
SCALES = 2.0 ** np.arange(-3, 10)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_surviving(ax, score_scale):
    shares = np.array([surviving(score_scale, kind) for kind in FORMATS.values()])
    for k, (way, strength) in enumerate(zip(WAYS, (0.3, 0.6, 1.0))):
        spots = np.arange(3) + 0.27 * (k - 1)
        ax.bar(spots, shares[:, k], 0.25, color=BLUE, alpha=strength, label=way)
    ax.set_xticks(range(3), list(FORMATS))
    ax.set(ylim=(0, 1.45), yticks=[0, 0.5, 1], ylabel="share of right losses")
    alive = [way for way, column in zip(WAYS, shares.T) if (column == 1).all()]
    ax.set_title(
        f"Scores × {score_scale:g}: {len(alive)} of 3 ways are right everywhere"
    )
    ax.legend(ncols=2)
    return (
        f"Scores multiplied by {score_scale:g}. Right losses with naive softmax, with stable softmax then log, and with the logarithm on paper: "
        + "; ".join(
            f"{name} {', '.join(f'{share:.1%}' for share in row)}"
            for name, row in zip(FORMATS, shares)
        )
        + "."
    )


explore(draw_surviving, score_scale=SCALES, start=5)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
assert surviving(1.0, np.float16)[1] == 1 > surviving(4.0, np.float16)[1]
assert surviving(256.0, np.float64)[1] < 1
assert all(surviving(s, kind)[2] == 1 for s in SCALES for kind in FORMATS.values())

# %% [markdown]
# So it does happen. In float16 the naive way loses most digits as soon as the network is trained. The stable softmax holds out until the scores grow a few times larger, in float64 some hundred times. The logarithm on paper never fails, and costs nothing more.
#
# ### The repair that makes it worse
#
# A popular patch is $-\ln(p_c+\varepsilon)$ with a small $\varepsilon$. The infinity is gone. What about the gradient, for which the loss exists? With the scores now called $z$, as in a network, $\partial p_c/\partial z_c = p_c(1-p_c)$, by the quotient rule ([chapter 4b](04b_gradients_and_curvature.ipynb) derives it), and the chain rule,
#
# $$
# \frac{\partial}{\partial z_c}\bigl[-\ln(p_c+\varepsilon)\bigr] = -\frac{p_c\,(1-p_c)}{p_c+\varepsilon} ,
# \quad\text{against the true}\quad
# \frac{\partial}{\partial z_c}\bigl[-\ln p_c\bigr] = -(1-p_c) .
# $$ (eq-4a-epsilon)
#
# For $p_c\gg\varepsilon$ they agree. For $p_c\ll\varepsilon$ the patched gradient is about $-p_c/\varepsilon$, next to nothing: the more wrong the answer, the less is learned from it.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ε, p = 1e-7, np.logspace(-12, 0, 241)[:-1]
slopes = {
    "−ln p": 1 - p,
    "−ln(p + ε)": p * (1 - p) / (p + ε),
}


def draw_patch(ax):
    lines(
        ax,
        p,
        slopes,
        log="x",
        xlabel="probability of the right class",
        ylabel="pull on its score",
        title="The patch stops learning from its worst mistakes",
    )
    ax.axvline(ε, ls=":", lw=1, color=INK)
    ax.text(1.4 * ε, 0.1, "ε")
    weak = np.interp(1e-9, p, slopes["−ln(p + ε)"])
    return f"How strongly a loss pulls the score of the right class upward. At p = ε = {ε:.0e} the patched loss pulls with {np.interp(ε, p, slopes['−ln(p + ε)']):.2f} instead of 1, at one hundredth of that with {weak:.3f}."


show(draw_patch, figsize=(5.5, 3.2))

# %% [markdown]
# A test that only asks "is it finite?" would have praised the patch.

# %% [markdown]
# :::{admonition} Exercise 2 · log-sum-exp along any axis
# :class: exercise
# Write $\ln\sum e^{z}$ along a given axis of an array; the result has no such axis any more. It must survive scores of ±1000, and also a row in which *all* scores are $-\infty$ (all probabilities zero): there the answer is $-\infty$.
# :::


# %%
def lse_along(z, axis):
    """ln Σ exp(z) along `axis`, for any array z."""
    ...


exercises.check_logsumexp(lse_along)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Where the maximum itself is −inf, subtracting it would give inf − inf; shift by 0 there instead.
def lse_along(z, axis):
    m = z.max(axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    with np.errstate(divide="ignore"):
        total = m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))
    return total.squeeze(axis=axis)


exercises.check_logsumexp(lse_along)

# %% [markdown]
# :::{admonition} Exercise 3 · two classes
# :class: exercise
# With two classes only the difference $z$ of the scores, wrong minus right, matters, and the loss is the *softplus* $\ln(1+e^{z})$. Write it so that it neither overflows at 1000 nor returns zero at −40. `np.log1p(t)` computes $\ln(1+t)$ accurately for small $t$.
# :::


# %%
def softplus(z):
    """ln(1 + exp(z)), elementwise."""
    ...


exercises.check_softplus(softplus)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|): the shift of softmax for the two scores z and 0.
def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


exercises.check_softplus(softplus)

# %% [markdown]
# (sec-4a-sums)=
# ## Small errors that add up
#
# *Each operation rounds once. After this section you know what a million roundings do, and how to sum so that they do almost nothing.*
#
# "Long chains of computations make errors accumulate", the notes say. The plainest long chain is a sum. Add 0.1 five thousand times in float16; then in float32, ten million times:

# %%
short_sum = np.cumsum(np.full(5000, 0.1, np.float16))[-1]
tenths = np.full(10_000_000, 0.1, np.float32)
long_sum = np.cumsum(tenths)[-1]
print(f"float16:      5,000 × 0.1 = {short_sum}")
print(f"float32: 10,000,000 × 0.1 = {long_sum:,.0f}")
assert (long_sum - 2.0**19) / 0.125 > 4e6  # so many tenths were added as an eighth

# %% [markdown]
# :::{admonition} Predict
# :class: predict
# The first sum should be 500, the second a million. Why did float16 stop exactly where it did? And why is float32 too large, not too small? Use {eq}`eq-4a-gap`.
# :::
#
# Between 256 and 512, float16 has a gap of $2^{8-10} = 1/4$. A tenth is less than half of that, so $256 + 0.1$ is rounded back to 256. The sum is *stuck*, and every further term is lost whole. In float32 nothing gets stuck yet, but above $2^{19} = 524{,}288$ the gap is $1/16$: each tenth is added as $2/16$, a quarter too much, more than four million times. Errors of one sign do not cancel.
#
# **How fast can the error grow?** Let $s_k$ be the computed sum after $k$ terms, $s_1=x_1$. By the standard each addition multiplies by a factor near one:
#
# $$
# s_k = (s_{k-1}+x_k)(1+\delta_k),\qquad |\delta_k|\le u .
# $$ (eq-4a-addition)
#
# Unroll it. The term $x_k$ passes through addition number $k$ and all that follow ($\delta_1=0$, for the first term is not added to anything):
#
# $$
# s_n = \sum_k x_k \prod_{j\ge k}(1+\delta_j)
# \quad\Longrightarrow\quad
# |s_n-\textstyle\sum_k x_k| \;\lesssim\; (n-1)\,u\sum_k|x_k| ,
# $$ (eq-4a-naive-bound)
#
# because a product of $r$ factors $1+\delta$ differs from 1 by at most $ru$, up to terms in $u^2$. The bound grows with the *length of the longest chain* of additions. So shorten the chain.
# *Pairwise summation* adds neighbors, then neighboring sums, and so on, like a knockout tournament. Each term takes part in only $\lceil\log_2 n\rceil$ additions, and the same argument gives
#
# $$
# |s_n-\textstyle\sum_k x_k| \;\lesssim\; \lceil\log_2 n\rceil\,u\sum_k|x_k| .
# $$ (eq-4a-pairwise-bound)
#
# *Compensated summation* (Kahan [1965](../book/bibliography.md)) keeps the chain but collects what falls off. After $t = \mathrm{fl}(s+y)$ the part of $y$ that arrived is $t-s$, so $c=(t-s)-y$ is what arrived too much, negative if something was lost. For $|s|\ge|y|$ both subtractions are exact, as the cell below confirms with fractions. Take it off the next term:
#
# $$
# y = x_k - c,\qquad t = \mathrm{fl}(s+y),\qquad c = (t-s)-y,\qquad s = t .
# $$ (eq-4a-kahan)
#
# Its error bound is about $2u\sum|x_k|$, whatever $n$ is, as long as $nu$ is small; Goldberg ([1991](../book/bibliography.md), theorem 8) proves it.


# %%
def pairwise_sum(x):
    while len(x) > 1:
        if len(x) % 2:
            x = np.append(x, x.dtype.type(0))
        x = x[0::2] + x[1::2]
    return x[0]


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def kahan_partial_sums(x, stops):
    """Compensated sums of the first n rows of x, for every n in stops."""
    s = c = x.dtype.type(0)
    found, start = [], 0
    for stop in stops:
        for v in x[start:stop]:
            y = v - c
            t = s + y
            c = (t - s) - y
            s = t
        found.append(s)
        start = stop
    return np.array(found)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
for s, y in 10 ** np.random.default_rng(0).uniform(-6, 6, (500, 2)).astype(np.float32):
    s, y = max(s, y), min(s, y)
    t = s + y
    assert Fraction(float((t - s) - y)) == Fraction(float(t)) - Fraction(
        float(s)
    ) - Fraction(float(y))
exact = float(Fraction(float(tenths[0])) * 1_000_000)
million = tenths[:1_000_000]
print(f"one million tenths, exact {exact:.4f}")
print(
    f"naive {np.cumsum(million)[-1]:.4f}, pairwise {pairwise_sum(million):.4f}, "
    f"Kahan {kahan_partial_sums(million, [1_000_000])[0]:.4f}"
)

# %% [markdown]
# Equal terms are a special case. Take random ones between 0 and 1, twenty seeds, and follow the relative error as the sum grows. A float64 sum serves as the truth.
#
# What would show that errors *accumulate*? A single rounding is off by at most $u$ times the partial sum that it rounds, and with positive terms no partial sum is larger than the last. So an error above $u$ times the sum
# cannot come from one rounding; several have added up. Take this as the criterion, before looking: it leaves nothing to tune. Count the seeds that exceed $u$.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
stops, u32 = 10 ** np.arange(1, 7), 2.0**-24
errors = {"naive": [], "pairwise": [], "Kahan": []}
draws32 = [np.random.default_rng(seed).uniform(size=10**6) for seed in range(20)]
terms = np.stack(draws32, axis=1).astype(np.float32)  # a column a seed
kahan = kahan_partial_sums(terms, stops)  # all columns at once
for x, compensated in zip(np.ascontiguousarray(terms.T), kahan.T):
    truth = np.cumsum(x, dtype=float)[stops - 1]
    sums = {
        "naive": np.cumsum(x)[stops - 1],
        "pairwise": np.array([pairwise_sum(x[:n]) for n in stops]),
        "Kahan": compensated,
    }
    for name, found in sums.items():
        errors[name].append(np.abs(found.astype(float) - truth) / truth)
errors = {name: np.array(rows) for name, rows in errors.items()}
grown = errors["naive"][:, -1] > u32
compensated = errors["Kahan"][:, -1] > u32
print("seeds of 20 with an error above u, for n =", *stops)
for name, rows in errors.items():
    counts = (rows > u32).sum(axis=0)
    print(
        f"{name:9s}{counts}   largest error at the end {rows[:, -1].max() / u32:.1f} u"
    )


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_errors(ax):
    lines(
        ax, stops, {name: rows.max(axis=0) for name, rows in errors.items()}, marker="o"
    )
    bounds = {
        "bound, naive": (stops - 1) * u32,
        "bound, pairwise": np.ceil(np.log2(stops)) * u32,
    }
    lines(
        ax,
        stops,
        bounds,
        color=INK,
        lw=1,
        log="xy",
        xlabel="number of terms",
        ylabel="largest relative error",
        title="Same terms, same format, three ways to add",
    )
    ax.legend(ncols=2)
    return (
        f"Largest of {len(grown)} seeds. From n = {stops[1]} to {stops[-1]:,} the naive error grows from {errors['naive'][:, 1].max():.1e} to {errors['naive'][:, -1].max():.1e}; "
        f"at the end pairwise has {errors['pairwise'][:, -1].max():.1e} and Kahan {errors['Kahan'][:, -1].max():.1e}. Naive and pairwise stay below their bounds."
    )


show(draw_errors)
settle(
    "C4.1",
    tested=f"Whether the error of a float32 sum of {stops[-1]:,} random terms exceeds what one rounding can do, u times the sum.",
    on="algorithm",
    cases={
        "plain chain of additions": grown,
        "a chain as long that compensates (Kahan)": compensated,
    },
    evidence=f"In the plain chain the error is at least {errors['naive'][:, -1].min() / u32:.0f} and in the median {np.median(errors['naive'][:, -1]) / u32:.0f} times what one rounding can do; "
    f"with compensation it is at most {errors['Kahan'][:, -1].max() / u32:.1f} times that.",
    turns={
        (
            'compensated = errors["Kahan"][:, -1]',
            'compensated = errors["naive"][:, -1]',
        ): "TRUE",
        ('grown = errors["naive"][:, -1]', 'grown = errors["Kahan"][:, -1]'): "FALSE",
    },
    card=True,
)
assert (np.diff(np.median(errors["naive"], axis=0)) > 0).all()
assert ((errors["pairwise"] > u32).mean(axis=0) < 0.5).all()
assert (errors["naive"] <= (stops - 1) * u32).all() and errors["Kahan"].max() < 2 * u32
assert (errors["pairwise"] <= np.ceil(np.log2(stops)) * u32 * 1.001).all()

# %% [markdown]
# The claim holds for the plain chain: the longer it is, the larger the median error, until all seeds exceed one rounding. Read as a tendency, the sentence is right. Yet the error stays far below its bound, because roundings of opposite sign cancel; a bound is not a forecast. And it is not length alone: Kahan's chain is as long, and no more than one rounding is seen. Pairwise sums exceed one rounding in a minority of seeds, at every length.

# %% [markdown]
# :::{admonition} Exercise 4 · the part that fell off
# :class: exercise
# Write compensated summation yourself. All arithmetic must stay in the format of `values`; start with `values.dtype.type(0)`.
# :::


# %%
def compensated_sum(values):
    """The sum of a float32 array (n,), in float32, with about one rounding of error."""
    ...


exercises.check_compensated_sum(compensated_sum)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. t − s is what arrived of y; minus y, it is what was lost, with the sign reversed. So it is subtracted next time.
def compensated_sum(values):
    s = c = values.dtype.type(0)
    for v in values:
        y = v - c
        t = s + y
        c = (t - s) - y
        s = t
    return s


exercises.check_compensated_sum(compensated_sum)

# %% [markdown]
# (sec-4a-conditioning)=
# ## When no algorithm helps
#
# *You can keep an algorithm from adding errors. After this section you can tell when the problem itself enlarges the errors of its input.*
#
# A *condition number* (条件数) says how much a relative change of the input is magnified in the output. For $y=f(x)$, a small change $\Delta x$ gives $\Delta y\approx f'(x)\,\Delta x$. Divide by $y$, and multiply and divide by $x$:
#
# $$
# \begin{gathered}
# \frac{\Delta y}{y}\approx\frac{f'(x)\,\Delta x}{f(x)} = \underbrace{\frac{x\,f'(x)}{f(x)}}_{\pm\kappa}\cdot\frac{\Delta x}{x} ,\\
# \kappa_{\exp}(x) = |x| ,\qquad \kappa_{\ln}(x) = \frac1{|\ln x|} ,\qquad
# \kappa_{a-b} = \frac{|a|+|b|}{|a-b|} .
# \end{gathered}
# $$ (eq-4a-condition)
#
# The first two follow by inserting $f$. For the difference, let $a$ and $b$ change by a relative $\delta$ each, in opposite directions: $a-b$ changes by up to $\delta(|a|+|b|)$. The last formula is the dangerous one. When $a$ and $b$ nearly agree, their leading digits cancel, and what remains is mostly the rounding error that each brought along. This is *cancellation*.
#
# **A classic bug.** The variance of a feature is $\mathbb E[x^2]-\mathbb E[x]^2$, with $\mathbb E$ for the mean: a difference of two large numbers if the mean is large. Batches of temperatures in kelvin, say, spread by a tenth around 300:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(0)
kelvin = (300 + 0.1 * rng.standard_normal((1024, 20))).astype(np.float32)  # 20 batches


def mean32(x):
    return pairwise_sum(x) / np.float32(len(x))


one_pass = mean32(kelvin**2) - mean32(kelvin) ** 2
two_pass = mean32((kelvin - mean32(kelvin)) ** 2)
true_variance = kelvin.astype(float).var(axis=0)
κ = 2 * 300.0**2 / 0.1**2
gap = np.spacing(np.float32(300**2))  # between neighbors near 90,000
print(
    f"E[x²] − E[x]²: all twenty are one of {np.unique(one_pass / gap)} times {gap:.4f},"
)
print(f"               and {(one_pass <= 0).sum()} of them are zero or negative")
off = np.abs(two_pass / true_variance - 1).max()
print(f"E[(x − E[x])²]: relative error below 1e-5 in all: {off < 1e-5}")
print(f"κ of the difference {κ:.1e}, times u of float32: {κ * u32:.2f}")
assert (one_pass <= 0).any() and (np.abs(two_pass / true_variance - 1) < 1e-5).all()

# %% [markdown]
# $\kappa u$ predicts it: an expected relative error of the order of one, nothing left. The problem is not to blame. Change each $x$ by a relative $\delta$. It moves by about $300\,\delta$, so the deviations from the mean, of size 0.1, change by a relative $300\,\delta/0.1$ at most, and their squares by twice that: the condition number of the *problem* is some 6000, that of the last subtraction 18 million. The second formula, with the same stored numbers, gets five digits right. It subtracts first, while the numbers are still as they were stored, and their small difference is nearly free of error. The computed mean is off by some $e$, but that shifts all deviations alike: as they average to zero, the variance gains no more than $e^2$. So a badly conditioned step harms where its operands already carry rounding errors. Where they are exact it does not: Kahan's $(t-s)-y$ is such a cancellation, and harmless.
#
# How large may the mean be, beside the spread? Batches with the spread 1 around means from 1 to $10^5$:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
means = 10.0 ** np.arange(0, 5.1, 0.5)
off_by = {"E[x²] − E[x]²": [], "E[(x − E[x])²]": []}
for mean in means:
    x = (mean + rng.standard_normal((1024, 20))).astype(np.float32)
    true = x.astype(float).var(axis=0)
    found = mean32(x**2) - mean32(x) ** 2, mean32((x - mean32(x)) ** 2)
    for row, value in zip(off_by.values(), found):
        row.append(np.median(np.abs(value / true - 1)))


def draw_variance(ax):
    curves = off_by | {"κ u of the difference": 2 * means**2 * u32}
    lines(
        ax,
        means,
        curves,
        log="xy",
        xlabel="mean / standard deviation",
        ylabel="relative error",
        title="Two formulas for one variance, in float32",
    )
    one, two = (row[-1] for row in off_by.values())
    return f"Median over twenty batches. At a mean of {means[-1]:.0e} deviations the difference of two large numbers is off by {one:.0f} times the variance, the mean of the squared deviations by {two:.0e} of it."


show(draw_variance, figsize=(5.5, 3.4))
assert off_by["E[x²] − E[x]²"][-1] > 1 and max(off_by["E[(x − E[x])²]"]) < 1e-3

# %% [markdown]
# :::{admonition} Exercise 5 · a variance that survives its mean
# :class: exercise
# Return the variance over the last axis of `x`, the mean squared deviation, in the format of `x`. In float64 it must keep five digits when the mean is a million times the spread.
# :::


# %%
def variance(x):
    """Mean of (x − mean)² over the last axis: (..., N) → (...)."""
    ...


exercises.check_variance(variance)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Subtract first, and each row its own mean. (`np.var` does the same.)
def variance(x):
    deviations = x - x.mean(axis=-1, keepdims=True)
    return (deviations**2).mean(axis=-1)


exercises.check_variance(variance)

# %% [markdown]
# No algorithm avoids that errors grow when the problem itself has a large condition number (is *ill-conditioned*). Solve $A\mathbf x=\mathbf b$ for a symmetric matrix with positive eigenvalues. (An *eigenvector* (特征向量) is a direction that $A$ only stretches, $A\mathbf q=\lambda\mathbf q$; the factor $\lambda$ is its *eigenvalue* (特征值). A symmetric matrix has a full set of eigenvectors at right angles, and every vector is a sum of parts along them.) So no length $\lVert\mathbf x\rVert$ is stretched by more than $\lambda_{\max}$ or less than $\lambda_{\min}$, and
#
# $$
# \begin{gathered}
# \lVert\Delta\mathbf x\rVert = \lVert A^{-1}\Delta\mathbf b\rVert\le\frac{\lVert\Delta\mathbf b\rVert}{\lambda_{\min}},\qquad
# \lVert\mathbf b\rVert = \lVert A\mathbf x\rVert\le\lambda_{\max}\lVert\mathbf x\rVert ,\\
# \text{hence}\qquad\frac{\lVert\Delta\mathbf x\rVert}{\lVert\mathbf x\rVert}\le\underbrace{\frac{\lambda_{\max}}{\lambda_{\min}}}_{\kappa(A)}\,\frac{\lVert\Delta\mathbf b\rVert}{\lVert\mathbf b\rVert} .
# \end{gathered}
# $$ (eq-4a-kappa)
#
# (Divide the first by $\lVert\mathbf x\rVert$, and use the second as $1/\lVert\mathbf x\rVert\le\lambda_{\max}/\lVert\mathbf b\rVert$.) Move the slider: left the data with an uncertainty of eight percent, right all solutions that this uncertainty allows.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
UNCERTAINTY, angle = 0.08, np.deg2rad(35)
AXES = np.array(
    [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
)  # eigenvectors in columns
CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 73)), np.sin(np.linspace(0, 2 * np.pi, 73))]
)


def solutions(condition):
    """Data on a circle around b, and their solutions; x lies along the strong axis."""
    A = (AXES * [1.0, 1 / condition]) @ AXES.T
    b = A @ AXES[:, 0]
    data_circle = b[:, None] + UNCERTAINTY * np.linalg.norm(b) * CIRCLE
    return data_circle, np.linalg.solve(A, data_circle)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_condition(axes, condition_number):
    data_circle, cloud = solutions(condition_number)
    error = np.linalg.norm(cloud - AXES[:, [0]], axis=0).max()
    for ax, points, title in zip(axes, (data_circle, cloud), ("data b", "solutions x")):
        ax.fill(*points, color=BLUE, alpha=0.4, lw=1)
        ax.plot(*AXES[:, 0], "o", ms=4, color=INK)
        labels = {"xlabel": f"{title[-1]}₁", "ylabel": f"{title[-1]}₂", "title": title}
        plane(ax, (-0.4, 2.0), (-0.5, 1.65), **labels)
    return (
        f"Condition number {condition_number:.3g}: an error of {UNCERTAINTY:.0%} in b becomes one of up to {error:.0%} in x, "
        f"{error / UNCERTAINTY:.3g} times as much."
    )


explore(
    draw_condition,
    condition_number=np.geomspace(1, 12, 13),
    start=8,
    columns=2,
    figsize=(8, 3.9),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
for condition in (1.0, 5.0, 12.0):
    _, cloud = solutions(condition)
    magnified = np.linalg.norm(cloud - AXES[:, [0]], axis=0).max() / UNCERTAINTY
    assert 0.98 * condition < magnified <= 1.000001 * condition

# %% [markdown]
# Here $\mathbf b$ lies along the eigenvector of $\lambda_{\max}$, the worst place, and the bound is reached: the worst error is magnified by $\kappa$ itself. No cleverness in solving helps, because the information is not in the data. The same ratio $\lambda_{\max}/\lambda_{\min}$ will return as the number that decides how slowly gradient descent crawls.

# %% [markdown]
# :::{admonition} Exercise 6 · the small root
# :class: exercise
# $x^2-2bx+1=0$ has the roots $b\pm\sqrt{b^2-1}$. For large $b$ the small one is a difference of two nearly equal numbers. Compute it to twelve digits for $b$ from 1.25 to $10^{12}$. (What is the product of the two roots?)
# :::


# %%
def small_root(b):
    """The smaller root of x² − 2 b x + 1 = 0, for b > 1."""
    ...


exercises.check_small_root(small_root)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The roots multiply to 1, so the small one is 1 over the large one, which is a sum and cancels nothing.
def small_root(b):
    return 1 / (b + np.sqrt(b * b - 1))


exercises.check_small_root(small_root)

# %% [markdown]
# (sec-4a-summary)=
# ## What to take away
#
# 1. A format is three numbers: precision $p$, smallest and largest exponent. In its range every stored number carries a relative error of at most $u=2^{-p}$; `inf` and `nan` stand where no number is.
# 2. Softmax needs the maximum subtracted; *one* large score is enough to break it. For the loss, never take the logarithm of a probability: subtract the largest score from all, then the logarithm of the sum of their exponentials.
# 3. Rounding errors of a sum grow with the longest chain of additions: at most like $n$ naively, like $\log_2n$ pairwise, and hardly at all with compensation.
# 4. A condition number says what a problem does to errors. Cancellation harms where the operands carry errors, and can often be avoided; $\kappa(A)=\lambda_{\max}/\lambda_{\min}$ cannot.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goldberg ([1991](../book/bibliography.md)) is the classic introduction to floating-point numbers, Higham ([2002](../book/bibliography.md)) the reference for what roundings do. Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 4.1 and 4.2, are the source of the notes. [Chapter 4b](04b_gradients_and_curvature.ipynb) goes on with the other half of numerical work, the way downhill.
