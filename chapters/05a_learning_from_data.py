# %% [markdown]
# # Learning from data
#
# A machine looks at two hundred handwritten digits, a tenth of them labeled wrongly, and learns to read. It sees each digit through $p$ features, drawn at random. With few features it is too crude. With about as many features as digits it reads next to nothing. With fifteen times as many it reads better than ever. How many features should it have?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from dlnotes import datasets, linear_models
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.datasets import mislabel
from dlnotes.exercises import learning_from_data as exercises
from dlnotes.experiments import share_right
from dlnotes.explore import explore, show
from dlnotes.metrics import rank_correlation
from dlnotes.neighbors import nearest_neighbors
from dlnotes.plotting import BLUE, INK, ORANGE, image_grid, lines, log_scale

np.set_printoptions(precision=4, suppress=True)

FEATURES = (5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200)
FEATURES += (220, 250, 300, 400, 600, 1000, 1700, 3000)
digits = datasets.digits()


def two_hundred(seed, n=200):
    """n digits of which a tenth bear wrong labels, and 600 others whose labels are right."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    x, y = digits.x[order], digits.y[order]
    return datasets.Samples(
        x[:n], mislabel(y[:n], 10, share=0.1, rng=rng)
    ), datasets.Samples(x[-600:], y[-600:])


def random_features(train, seed, p=FEATURES[-1]):
    """x ↦ p random ReLU features, scaled for the training set."""
    return linear_models.random_features(
        train.x, p, rng=np.random.default_rng(1000 + seed)
    )


def least_squares(A, T):
    """The W with the smallest |A W − T|²; where there are many, the shortest."""
    if A.shape[1] > 2 * len(A):  # the shortest W with A W = T, sooner
        return A.T @ np.linalg.solve(A @ A.T, T)
    return np.linalg.lstsq(A, T, rcond=None)[0]


def one_hot(y):
    return np.eye(10)[y]


def share_wrong(outputs, y):
    return 1 - share_right(outputs.argmax(axis=1), y)


def errors_by_features(seed):
    """Shares of misread training and unseen digits, for each number of features."""
    train, unseen = two_hundred(seed)
    features = random_features(train, seed)
    A, B = features(train.x), features(unseen.x)
    row = []
    for p in FEATURES:
        W = least_squares(A[:, :p], one_hot(train.y))
        row.append(
            [share_wrong(A[:, :p] @ W, train.y), share_wrong(B[:, :p] @ W, unseen.y)]
        )
    return np.array(row)


reading = np.array([errors_by_features(seed) for seed in range(20)])  # (seeds, p, 2)


def draw_question(ax):
    train, test = reading.mean(axis=0).T
    curves = {"the 200 that it saw": train, "digits that it never saw": test}
    lines(ax, FEATURES, curves, xlabel="features", ylabel="share misread")
    log_scale(ax, "x")
    ax.axvline(200, color=INK, lw=1, alpha=0.4)
    ax.set(ylim=(0, 1), title="Down, up, and down again")
    least, peak = test[: FEATURES.index(180)].min(), test.max()
    return (
        f"Unseen digits misread, mean of {len(reading)} trials: {test[0]:.0%} with {FEATURES[0]} features, "
        f"{least:.0%} at the best of the left part, {peak:.0%} with 200, {test[-1]:.0%} with {FEATURES[-1]:,}."
    )


show(draw_question)

# %% [markdown]
# The study notes that this book puts to the test know the left half of this picture. *The generalization error is a U-shaped function of capacity*, they say: on its left a model underfits, on its right it overfits. And then: *only a simple analysis, no use at all, for we know merely that it is a U and cannot quantify it.* On this page you will quantify it: measure the U, split it into its parts, compute it before any test digit is seen. Then you will understand what lies to the right of the peak, and let the two hundred digits themselves say how many features they want.
#
# This is what the machine gets: digits with their labels, and of each digit a few numbers, its *features*. A random feature looks through a mask of random weights: multiply pixel by pixel, add up, shift, and cut off below zero.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_digits(ax):
    train, _ = two_hundred(0)
    right = nearest_neighbors(train.x, digits.x, digits.y)  # each finds itself
    wrong = np.flatnonzero(right != train.y)[:2]
    chosen = [*np.flatnonzero(right == train.y)[:2], *wrong]
    first = train.x[chosen[0]]
    masks = np.random.default_rng(3).standard_normal((4, 64))
    seen = np.maximum(0, masks @ (first - train.x.mean(axis=0)))
    scaled = (masks - masks.min()) / np.ptp(masks)
    pictures = np.concatenate([train.x[chosen], scaled]).reshape(-1, 8, 8)
    titles = [f"“{train.y[i]}”" for i in chosen] + [f"{value:.1f}" for value in seen]
    image_grid(ax, pictures, 4, titles)
    return (
        f"Digits with their labels: {titles[0]} and {titles[1]} are right, {titles[2]} and {titles[3]} are wrong ({right[wrong[0]]} and {right[wrong[1]]} would be right). "
        f"Below: four random masks, and the features that they make of the first digit, {', '.join(titles[4:])}."
    )


show(
    draw_digits,
    figsize=(5.5, 3.4),
    alt="Four handwritten digits of eight by eight pixels, each under its label, and four random patterns of the same size, each under a number.",
)

# %% [markdown]
# **After this chapter you can**
#
# - predict how much better a model looks on the data it was fitted to than on new data;
# - split an error into bias, variance and noise, and tell under- from overfitting;
# - estimate the error of a fitted model without a single new sample;
# - explain why an error can explode and fall again, and say what a regularizer adds and what it costs;
# - say of any problem what is learned, from what, and how it is judged.
#
# **You need** least squares and the pseudo-inverse and singular values from [chapter 2a](02a_linear_algebra.ipynb), and mean and variance from [chapter 3](03_probability.ipynb).
#
# The page follows the notes' sections on learning, capacity and regularization, which follow chapter 5 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Cards, and lines that unfold to cards, settle single claims of the notes.

# %% [markdown]
# (sec-5a-gap)=
# ## Seen and unseen
#
# *You have seen two curves far apart. After this section you can predict how much better a model looks on the cases that it was fitted to than on others.*
#
# Why should anything learned from one set of samples hold for another? Because we assume that both were drawn, independently, from the same distribution (i.i.d., 独立同分布). The notes conclude: *then the expected training error and the expected test error are the same*. Is that so?
#
# **For a predictor that is fixed beforehand, yes.** Its error on a sample is a random number, and it does not matter which pile the sample lies on: both means have the same expectation. **For one that was fitted to the first pile, no.** Watch polynomials of degree $d$, fitted by least squares to forty points of a noisy sine. Each heap shows one of the two errors, over 4,000 draws of the noise:
#
# :::{admonition} Predict
# :class: predict
# The noise has $\sigma=0.4$. How far apart are the two errors at degree 10? And at degree 1, which cannot follow a sine at all: farther, or less far?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PLACES = np.linspace(-1, 1, 40)
TRUTH, NOISE = np.sin(np.pi * PLACES), 0.4


def polynomials(x, degree):
    """The powers up to `degree` in another basis (Legendre's), in which rounding does no harm: (n, degree + 1)."""
    return np.polynomial.legendre.legvander(x, degree)


def projection(A):
    return A @ np.linalg.pinv(A)


def seen_and_unseen(degree, draws=4000):
    """Training and test errors of least squares, at the same places."""
    rng = np.random.default_rng(degree)
    y, new = TRUTH + NOISE * rng.standard_normal((2, draws, len(PLACES)))
    fitted = y @ projection(polynomials(PLACES, degree))
    return [((a - b) ** 2).mean(axis=1) for a, b in ((y, fitted), (new, fitted))]


def draw_gap(ax, degree):
    train, test = seen_and_unseen(degree)
    bins = np.linspace(0, 0.45, 46)
    ax.hist(train, bins, color=BLUE, alpha=0.5, label="training error")
    ax.hist(test, bins, color=ORANGE, alpha=0.5, label="test error")
    for errors, color in ((train, BLUE), (test, ORANGE)):
        ax.axvline(errors.mean(), color=color)
    ax.set(xlabel="mean squared error", ylabel="of 4,000 data sets", yticks=[])
    ax.set(
        xlim=(0, 0.45),
        ylim=(0, 1600),
        title=f"Degree {degree}: {degree + 1} fitted numbers",
    )
    ax.legend()
    gap = 2 * NOISE**2 * (degree + 1) / len(PLACES)
    return (
        f"Degree {degree}: the mean training error is {train.mean():.3f}, the mean test error {test.mean():.3f}. "
        f"Their difference is {test.mean() - train.mean():.3f}; the formula says {gap:.3f}."
    )


explore(draw_gap, degree=[1, 2, 3, 5, 7, 10, 14, 19], start=2)

# %% [markdown]
# The heaps drift apart by an amount that can be foretold. Let the targets be $\mathbf y=\mathbf f+\boldsymbol\varepsilon$ with any true values $\mathbf f$ $(n)$ and independent noise of mean zero and variance $\sigma^2$. Let $A$ $(n,p)$ hold the features of the $n$ samples: fixed numbers, with $p\le n$ independent columns. The fitted values are $\hat{\mathbf y}=H\mathbf y$, where $H=AA^+$ is the orthogonal projection onto the columns of $A$ ([chapter 2a](02a_linear_algebra.ipynb)). A projection has $H^\top H=H$ and trace $p$, its rank. The error on the same samples:
#
# $$
# \begin{aligned}
# \mathbf y-\hat{\mathbf y} &= (I-H)\,\mathbf f+(I-H)\,\boldsymbol\varepsilon\\
# \mathbb E\,\tfrac1n\lVert\mathbf y-\hat{\mathbf y}\rVert^2 &= b^2+\tfrac1n\,\mathbb E\,\boldsymbol\varepsilon^\top(I-H)\,\boldsymbol\varepsilon\\
# &= b^2+\sigma^2\,\frac{n-p}n .
# \end{aligned}
# $$ (eq-5a-train)
#
# Here $b^2=\tfrac1n\lVert(I-H)\mathbf f\rVert^2$ is the *misfit*, what the features cannot express. The mixed terms vanish because $\mathbb E\,\boldsymbol\varepsilon=\mathbf 0$; the last line takes the trace, since $\mathbb E\,\varepsilon_i\varepsilon_j=\sigma^2[i=j]$. Now measure at the same places anew, $\mathbf y'=\mathbf f+\boldsymbol\varepsilon'$, with noise that the fit has never seen:
#
# $$
# \begin{aligned}
# \mathbf y'-\hat{\mathbf y} &= (I-H)\,\mathbf f-H\boldsymbol\varepsilon+\boldsymbol\varepsilon'\\
# \mathbb E\,\tfrac1n\lVert\mathbf y'-\hat{\mathbf y}\rVert^2 &= b^2+\sigma^2\,\frac pn+\sigma^2 .
# \end{aligned}
# $$ (eq-5a-test)
#
# Subtract the two:
#
# $$
# \mathbb E\,[\text{test}-\text{training error}] = \frac{2\,\sigma^2\,p}n .
# $$ (eq-5a-gap)
#
# The gap does not depend on the truth, nor on how badly the model misses it. Each fitted number lowers the training error by $\sigma^2/n$, by fitting noise, and raises the test error by the same amount. (Note the small print: *at the same places*. What happens at new places is another story, and the peak is part of it.)
#
# A polynomial of degree $d$ has $p=d+1$ numbers to fit. At degree 1 the misfit is large, at degree 10 nearly zero; the two heaps drift apart at the pace of {eq}`eq-5a-gap` all the same.
#
# Now the claim, on the digits. The control moves the test digits by one pixel.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def both_errors(seed, fitted=False, moved=False):
    """Errors of a nearest neighbor reader on a training set and on a test set of 300 digits each."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))[:900]
    x, y = digits.x[order], mislabel(digits.y[order], 10, share=0.1, rng=rng)
    train, test, others = (slice(300 * i, 300 * (i + 1)) for i in range(3))
    known = train if fitted else others
    shifted = np.roll(x.reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64) if moved else x
    on = lambda images, part: (
        1 - share_right(nearest_neighbors(images[part], x[known], y[known]), y[part])
    )
    return on(x, train), on(shifted, test)


def same_mean(**how):
    """Is the mean difference of the two errors, over 20 seeds, within three of its standard errors? And the means."""
    pairs = np.array([both_errors(seed, **how) for seed in range(20)])
    difference = pairs[:, 0] - pairs[:, 1]
    allowed = 3 * difference.std(ddof=1) / np.sqrt(len(difference))
    return abs(difference.mean()) < allowed, pairs.mean(axis=0)


fixed, of_fixed = same_mean()
fitted, of_fitted = same_mean(fitted=True)
moved, of_moved = same_mean(moved=True)
settle(
    "C5.2",
    tested="A nearest neighbor reader on two sets of 300 digits from the same distribution: is the mean difference of its two errors, "
    "over twenty draws, within three of its standard errors of zero?",
    on="origin of the predictor",
    cases={"fixed beforehand": fixed, "fitted to the training set": fitted},
    control={"fixed beforehand, the test digits moved by one pixel": moved},
    evidence=f"Mean errors on training and test set: {of_fixed[0]:.1%} and {of_fixed[1]:.1%} for the fixed reader, {of_fitted[0]:.0%} "
    f"and {of_fitted[1]:.0%} for the fitted one, {of_moved[0]:.0%} and {of_moved[1]:.0%} for the fixed one with moved test digits.",
    turns={("same_mean(fitted=True)", "same_mean()"): "TRUE"},
    card=True,
)

# %% [markdown]
# So the sentence holds for a predictor that has not seen the training set, and fails for one that has. The control shows what the assumption is worth: move the test digits by a single pixel, which no human reader would mind, and the error of the fixed reader multiplies. "From the same distribution" is the hardest promise to keep in practice.
#
# :::{admonition} Exercise 1 · what a fit will look like
# :class: exercise
# Return the expected training error and the expected test error of least squares, {eq}`eq-5a-train` and {eq}`eq-5a-test`, for `n` samples, $p\le n$ fitted numbers, the misfit $b^2$ and the noise $\sigma$ (not its square).
# :::


# %%
def expected_errors(misfit, sigma, p, n):
    """(training error, test error), both in the mean over noise and new noise."""
    ...


exercises.check_expected_errors(expected_errors)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each of the p fitted numbers takes σ²/n off the training error and adds as much to the test error.
def expected_errors(misfit, sigma, p, n):
    return misfit + sigma**2 * (1 - p / n), misfit + sigma**2 * (1 + p / n)


exercises.check_expected_errors(expected_errors)

# %% [markdown]
# (sec-5a-u)=
# ## The U, taken apart
#
# *You can predict the distance of the two errors. After this section you can say what the error itself is made of, and find its lowest point without a test set.*
#
# *Capacity* (容量) is how much a model can adapt to: here, the number of its features or its degree. Too little of it and the model cannot follow the truth (*underfitting*, 欠拟合: the training error is large). Too much and it follows the noise (*overfitting*, 过拟合: the test error is far above the training error). Move the degree:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
FEW = np.linspace(-1, 1, 15)
FEW_Y = np.sin(np.pi * FEW) + 0.3 * np.random.default_rng(4).standard_normal(15)
FRESH = np.linspace(-1, 1, 201)


def draw_fit(ax, degree):
    W = least_squares(polynomials(FEW, degree), FEW_Y)
    train = ((polynomials(FEW, degree) @ W - FEW_Y) ** 2).mean()
    curve = polynomials(FRESH, degree) @ W
    test = ((curve - np.sin(np.pi * FRESH)) ** 2).mean() + 0.3**2
    ax.plot(FRESH, np.sin(np.pi * FRESH), "--", color=INK, lw=1, label="truth")
    ax.plot(FRESH, curve, color=BLUE, label="fit")
    ax.plot(FEW, FEW_Y, "o", color=ORANGE, label="samples")
    ax.set(ylim=(-2, 2), xlabel="x", ylabel="y")
    ax.set_title(f"Degree {degree}: seen {train:.2f}, unseen {test:.2g}")
    ax.legend(loc="lower right")
    return (
        f"Degree {degree}: the mean squared error is {train:.2f} on the 15 samples and {test:.2g} on new ones, of which "
        f"{0.3**2:.2f} is noise that nobody can predict."
    )


explore(draw_fit, degree=list(range(14)), start=3)

# %% [markdown]
# **Three parts of one error.** Let $\hat f$ be what is learned from a random training set, $\bar f=\mathbb E\hat f$ its mean over training sets, and $y=f+\varepsilon$ a new observation. Write the error as a sum of three differences, $y-\hat f=\varepsilon+(f-\bar f)+(\bar f-\hat f)$, and square. The cross terms vanish in expectation: $\varepsilon$ has mean zero and is independent of the rest, $f-\bar f$ is a constant, and $\bar f-\hat f$ has mean zero. So
#
# $$
# \begin{aligned}
# \mathbb E\,(y-\hat f)^2 ={}& \underbrace{\sigma^2}_{\text{noise}}+\underbrace{(f-\bar f)^2}_{\text{bias}^2\text{ (偏差)}}\\
# &+\underbrace{\mathbb E\,(\hat f-\bar f)^2}_{\text{variance (方差)}} .
# \end{aligned}
# $$ (eq-5a-decomposition)
#
# This is a fact about squared errors; other losses have no such simple sum. Noise is what nobody can predict, bias is what the model misses on average, variance is how much it follows the accidents of one training set. For least squares, at the places of the samples, the variance is $\sigma^2p/n$ on average: the gap {eq}`eq-5a-gap` is twice the variance.
#
# The notes print a figure of the U with the legend *generalization error = bias + variance*. Add up both versions, over a thousand training sets of the fifteen places above:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def parts_of_error(degree, σ=0.3, sets=1000, seed=0):
    """Means over the places: error on new samples, error against the truth, bias, bias², variance."""
    rng = np.random.default_rng(seed)
    truth = np.sin(np.pi * FEW)
    y, new = truth + σ * rng.standard_normal((2, sets, len(FEW)))
    fitted = y @ projection(polynomials(FEW, degree))
    bias = truth - fitted.mean(axis=0)
    variance = fitted.var(axis=0, ddof=1)
    error = ((new - fitted) ** 2).mean()
    against_truth = ((truth - fitted) ** 2).mean()
    return error, against_truth, np.abs(bias).mean(), (bias**2).mean(), variance.mean()


DEGREES = np.arange(13)
parts = np.array([parts_of_error(d) for d in DEGREES]).T
predicted = [
    (
        (np.sin(np.pi * FEW) - projection(polynomials(FEW, d)) @ np.sin(np.pi * FEW))
        ** 2
    ).mean()
    + 0.3**2 * (1 + (d + 1) / len(FEW))
    for d in DEGREES
]  # equation (test), before any data


def draw_parts(ax):
    error, _, _, bias2, variance = parts
    stack = ax.stackplot(
        DEGREES,
        np.full(len(DEGREES), 0.3**2),
        variance,
        bias2,
        colors=[INK, ORANGE, BLUE],
        alpha=0.3,
    )
    for band, label in zip(stack, ("noise", "variance", "bias²"), strict=True):
        band.set_label(label)
    ax.plot(DEGREES, error, "o", color=INK, label="measured error")
    ax.plot(DEGREES, predicted, "-", color=INK, lw=1, label="formula, before any data")
    ax.set(xlabel="degree", ylabel="mean squared error", ylim=(0, 0.75))
    ax.set_title("The U: steep on the left, slow on the right")
    ax.legend()
    best = int(np.argmin(predicted))
    return (
        f"The lowest point that the formula predicts is degree {best}, with an error of {predicted[best]:.3f}; measured there: "
        f"{error[best]:.3f}. Noise alone is {0.3**2:.2f}."
    )


show(draw_parts)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
error, against_truth, bias, bias2, variance = parts


def off_by(sum_of_parts, measured=error):
    """The largest relative distance between a sum and the measured error, over all degrees."""
    return np.abs(sum_of_parts / measured - 1).max()


settle(
    "C5.23",
    tested="The sum of bias and variance against the measured error on new samples, for polynomials of every degree up to "
    f"{DEGREES[-1]}: do they agree within a tenth?",
    holds=off_by(bias + variance) < 0.1,
    control={
        "bias squared, variance and noise": off_by(bias2 + variance + 0.3**2) < 0.1
    },
    evidence=f"Bias and variance miss the error by up to {off_by(bias + variance):.0%} of it, bias² and variance without the noise by up to "
    f"{off_by(bias2 + variance):.0%}; with the noise the sum is off by {off_by(bias2 + variance + 0.3**2):.1%} at the most. Read with a square, and "
    f"against the truth instead of new samples, the sentence is right: bias² and variance are off by {off_by(bias2 + variance, against_truth):.1%}.",
    turns={
        (
            "holds=off_by(bias + variance)",
            "holds=off_by(bias2 + variance + 0.3**2)",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# Bias must be squared, if only for its units, and no model gets below the noise. The thin line is {eq}`eq-5a-test`, drawn before any data: it *is* the U. Every additional number lowers $b^2$ by what the new feature explains, and adds $\sigma^2/n$. The minimum lies where no further set of features explains more than it costs. (A *set*: degree 2 alone explains nothing of a sine, and the way to degree 3 leads past it.)

# %% [markdown]
# ### The error of a model without a single new sample
#
# That line needed the truth, which nobody has. Can the U be computed from the training data alone? *Leave one out*: fit without sample $i$, predict it, and average the squared errors over all $i$. For least squares the $n$ fits need not be made. Let $\tilde y_i$ be the prediction for sample $i$ of the fit without it. Put $\tilde y_i$ in the place of $y_i$ and fit to all $n$: the old fit has no error on the new entry and was the best for the others, so it is still the best. The new fit is therefore the old one, and the projection gives its value at $i$ as
#
# $$
# \begin{aligned}
# \tilde y_i &= \textstyle\sum_j H_{ij}y_j + H_{ii}\,(\tilde y_i-y_i)\\
# &= \hat y_i - H_{ii}\,(y_i-\tilde y_i)\\
# y_i-\tilde y_i &= \frac{y_i-\hat y_i}{1-H_{ii}} .
# \end{aligned}
# $$ (eq-5a-loo)
#
# One fit, and each error divided by $1-H_{ii}$, the share that the other samples have in the fit at $i$ (Allen [1974](../book/bibliography.md)). $H_{ii}$, the *leverage*, is $p/n$ on average: with many features every sample bends the fit toward itself. It must be below one; a sample with $H_{ii}=1$ has features that no other has, and is fitted whatever its target. Here is the left half of the first figure again, in squared errors of the ten outputs. Now a tenth of the test labels are wrong as well, so that both sets come from one distribution.


# %%
def leave_one_out(A, T):
    """Errors (n, K) of predicting each row of T without it, from one fit."""
    leverage = np.diag(projection(A))
    return (T - A @ least_squares(A, T)) / (1 - leverage)[:, None]


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LEFT = FEATURES[: FEATURES.index(160) + 1]


def squared(errors):
    return (errors**2).sum(axis=1).mean()


def three_curves(seed):
    """Training error, leave-one-out error and error on new digits, for each number of features."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    x, y = digits.x[order], mislabel(digits.y[order], 10, share=0.1, rng=rng)
    seen, unseen = (
        datasets.Samples(x[:200], y[:200]),
        datasets.Samples(x[200:], y[200:]),
    )
    features, row = random_features(seen, seed), []
    A, B, T = features(seen.x), features(unseen.x), one_hot(seen.y)
    for p in LEFT:
        W = least_squares(A[:, :p], T)
        new = squared(one_hot(unseen.y) - B[:, :p] @ W)
        row.append(
            (squared(T - A[:, :p] @ W), squared(leave_one_out(A[:, :p], T)), new)
        )
    return np.array(row).T


curves = np.array([three_curves(seed) for seed in range(20)])  # (seeds, 3, p)
train_error, left_out, new_error = curves.transpose(1, 0, 2)

A = random_features(two_hundred(0)[0], 0)(digits.x[:50])[:, :9]
T = one_hot(digits.y[:50])
slowly = [
    T[i] - A[i] @ least_squares(np.delete(A, i, 0), np.delete(T, i, 0))
    for i in range(50)
]
assert np.allclose(slowly, leave_one_out(A, T))


def draw_left_out(ax):
    labels = ("training error", "leave one out", "new digits")
    lines(
        ax,
        LEFT,
        dict(zip(labels, curves.mean(axis=0), strict=True)),
        log="y",
        xlabel="features",
        ylabel="squared error",
    )
    ax.set_title("The U, from 200 samples and one fit each")
    gaps = np.abs(left_out.mean(axis=0) / new_error.mean(axis=0) - 1)
    return (
        f"In the mean of {len(curves)} trials the leave-one-out error is never more than {gaps.max():.0%} off the error on new "
        "digits. The training error falls all the way."
    )


show(draw_left_out)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def no_use(guess):
    """For each seed: does the capacity at which this curve is lowest cost a tenth more than the best?"""
    rows = np.arange(len(guess))
    return new_error[rows, guess.argmin(axis=1)] > 1.1 * new_error.min(axis=1)


apart = np.abs(left_out / new_error - 1).max(axis=1)  # in each trial, at the worst p
price = new_error[np.arange(20), left_out.argmin(axis=1)] / new_error.min(axis=1) - 1
settle(
    "C5.10",
    tested="Reading digits with p random features: if p is chosen where the curve of leave-one-out errors, computed from the 200 "
    "training digits alone, is lowest, is the error on new digits more than a tenth above the best possible?",
    holds=no_use(left_out),
    control={"the curve of training errors": no_use(train_error)},
    evidence=f"The chosen capacity costs at most {price.max():.0%} more than the best, in {len(price)} trials. At its worst point the curve is off by "
    f"{apart.min():.0%} to {apart.max():.0%} in a trial.",
    turns={("no_use(left_out),", "no_use(train_error),"): "TRUE"},
    card=True,
)

# %% [markdown]
# (q5-7)=
# :::{admonition} Question 5.7 · Is the analysis of generalization error against capacity of any use, if we know only that the function is U-shaped but cannot quantify it?
# :class: question
# It can be quantified in three ways. With the truth known, the curve is a formula {eq}`eq-5a-test`. With the data alone, leaving one out gives it, for least squares from a single fit {eq}`eq-5a-loo`; holding out or cross-validating does the same for any model. And its use is to choose: the card shows what the choice costs. What no curve tells is how the error behaves where you have not computed it, and there, as the first figure shows, it need not go on as a U.
# :::
#
# ### Bias and underfitting, variance and overfitting
#
# The notes read the two parts as symptoms: *large bias usually means underfitting*, the estimate is far from the truth; *large variance usually means overfitting*, training and test results differ. On the digits both can be measured, by learning from many training sets. The figure shows medians: now and then a feature is nonzero for one training digit only, gets an enormous weight, and spoils the mean. (Here, too, a tenth of the test labels are wrong; what the best reader would answer is 0.9 for the right digit and a ninetieth for each other.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SOME = (10, 30, 60, 100, 170, 240, 400, 1000, 3000)


def bias_and_variance(seed, sets=5, n=200):
    """Training error, gap, bias² and variance for numbers of features, over training sets of n digits."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    pool, fresh = order[:-400], order[-400:]
    features = random_features(datasets.Samples(digits.x[pool], digits.y[pool]), seed)
    B, new = (
        features(digits.x[fresh]),
        one_hot(mislabel(digits.y[fresh], 10, share=0.1, rng=rng)),
    )
    truth = one_hot(digits.y[fresh]) * (0.9 - 0.1 / 9) + 0.1 / 9  # the mean of `new`
    fits, train = np.empty((len(SOME), sets, 400, 10)), np.empty((len(SOME), sets))
    for k in range(sets):
        i = rng.choice(pool, n, replace=False)
        A, T = (
            features(digits.x[i]),
            one_hot(mislabel(digits.y[i], 10, share=0.1, rng=rng)),
        )
        for j, p in enumerate(SOME):
            W = least_squares(A[:, :p], T)
            fits[j, k], train[j, k] = B[:, :p] @ W, squared(T - A[:, :p] @ W)
    variance = fits.var(axis=1, ddof=1).sum(axis=-1).mean(axis=1)
    against = lambda target: ((target - fits) ** 2).sum(axis=-1).mean(axis=(1, 2))
    return (
        train.mean(axis=1),
        against(new) - train.mean(axis=1),
        against(truth) - variance,
        variance,
    )


decomposed = np.array([bias_and_variance(seed) for seed in range(20)])
training, gap, digit_bias2, digit_variance = decomposed.transpose(1, 0, 2)


def draw_decomposed(ax):
    values = {"bias²": digit_bias2, "variance": digit_variance}
    values = {name: np.median(rows, axis=0) for name, rows in values.items()}
    lines(ax, SOME, values, log="xy", xlabel="features", ylabel="squared error")
    ax.axvline(200, color=INK, lw=1, alpha=0.4)
    ax.set_title("Bias falls; variance rises, and falls")
    at = dict(zip(SOME, values["variance"], strict=True))
    return (
        f"Medians of 20 trials: with {SOME[0]}, 170, 240 and {SOME[-1]:,} features the variance is {at[10]:.2f}, {at[170]:.1f}, {at[240]:.1f} and "
        f"{at[3000]:.2f}; bias² falls from {values['bias²'][0]:.2f} to {values['bias²'][-1]:.2f}. The line marks 200 samples."
    )


show(draw_decomposed)
middle = np.median(decomposed, axis=0)[2:]  # bias² and variance
assert middle[0, -1] < middle[0, :5].min() and middle[1, -1] > middle[1, SOME.index(60)]


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def go_together(a, b):
    """For each seed: do two quantities order the models nearly alike (rank correlation above 0.8)?"""
    return np.array([rank_correlation(x, y) > 0.8 for x, y in zip(a, b, strict=True)])


below, beyond = slice(SOME.index(60), SOME.index(240)), slice(SOME.index(240), None)


def bias_falls_variance_rises(part):
    bias, variance = digit_bias2[:, part], digit_variance[:, part]
    return (bias[:, -1] < bias[:, 0]) & (np.diff(variance, axis=1) > 0).all(axis=1)


settle(
    "C5.21",
    tested=f"Models with {SOME[0]} to {SOME[-1]:,} features: does the order by bias² nearly agree with that by training error, and the "
    "order by variance with that by the gap between training and test error?",
    holds=go_together(digit_bias2, training) & go_together(digit_variance, gap),
    control={
        "exchanged: bias² with the gap, variance with the training error": go_together(
            digit_bias2, gap
        )
        & go_together(digit_variance, training)
    },
    evidence=f"Over {len(SOME)} models and {len(training)} trials both orders agree in "
    f"{(go_together(digit_bias2, training) & go_together(digit_variance, gap)).sum()} trials.",
    turns={
        (
            "go_together(digit_bias2, training) & go_together(digit_variance, gap),\n    control",
            "go_together(digit_bias2, gap) & go_together(digit_variance, training),\n    control",
        ): "FALSE"
    },
)
settle(
    "C5.24",
    tested="Past the number of features with which unseen digits are read best (60 of those below 200): does bias² go on falling while the "
    "variance rises from step to step?",
    on="number of features against that of samples",
    cases={
        "60 to 170 features, 200 samples": bias_falls_variance_rises(below),
        f"240 to {SOME[-1]:,} features, 200 samples": bias_falls_variance_rises(beyond),
    },
    evidence=f"Median variance: {np.median(digit_variance[:, 0]):.2f} with {SOME[0]} features already rises to "
    f"{np.median(digit_variance[:, below], axis=0)[0]:.2f} with {SOME[below][0]}; it goes on to {np.median(digit_variance[:, below], axis=0)[-1]:.1f} with fewer features than samples, and "
    f"falls from {np.median(digit_variance[:, beyond], axis=0)[0]:.1f} to {np.median(digit_variance[:, beyond], axis=0)[-1]:.2f} with more.",
    turns={("SOME.index(240), None", "SOME.index(60), SOME.index(240)"): "TRUE"},
    card=True,
)

# %% [markdown]
# So the sentence is right for classical sizes, but for one word: the variance does not *begin* to rise where the task's complexity is reached. It rises from the first feature on; what changes is that the bias no longer falls as fast. Past two hundred features it turns, and there bias² is lower than anywhere on the left.
#
# ### How much capacity is right?
#
# *Best is a capacity close to the true complexity of the task*, say the notes. Let the truth be a polynomial of degree $k$, and count which degree $d$ predicts best.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
SIZES = (10, 20, 40, 100)


def best_degree(k, n, seed, sets=30, σ=0.5, most=9):
    """The degree with the smallest expected error for a random truth of degree k, from n samples."""
    rng = np.random.default_rng(seed)
    weight = np.sqrt(2 * np.arange(most + 1) + 1)  # makes the basis orthonormal
    truth = rng.choice([-1, 1], k + 1) / np.sqrt(k + 1)
    B, total = polynomials(FRESH, most) * weight, np.zeros(min(most, n - 2) + 1)
    target = B[:, : k + 1] @ truth
    for _ in range(sets):
        A = polynomials(rng.uniform(-1, 1, n), most) * weight
        y = A[:, : k + 1] @ truth + σ * rng.standard_normal(n)
        for d in range(len(total)):
            W = least_squares(A[:, : d + 1], y)
            total[d] += ((B[:, : d + 1] @ W - target) ** 2).mean()
    return int(total.argmin())


chosen = {
    n: np.array([[best_degree(k, n, seed) for k in (2, 6)] for seed in range(20)])
    for n in SIZES
}


def draw_best(ax):
    for column, (k, style) in enumerate(((2, "-"), (6, "--"))):
        means = [chosen[n][:, column].mean() for n in SIZES]
        ax.plot(SIZES, means, style, marker="o", label=f"truth of degree {k}")
    log_scale(ax, "x")
    ax.set_xticks(SIZES, map(str, SIZES))
    ax.set(xlabel="samples", ylabel="best degree", ylim=(0, 8))
    ax.set_title("Few samples ask for less than the truth")
    ax.legend()
    return (
        "Best degree for a truth of degree 6, mean of 20 truths: "
        + ", ".join(f"{chosen[n][:, 1].mean():.1f} from {n} samples" for n in SIZES)
        + "."
    )


show(draw_best)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def near(k, n):
    """For each random truth of degree k: is the best degree from n samples within one of it?"""
    return np.abs(chosen[n][:, (2, 6).index(k)] - k) <= 1


settle(
    "C5.4",
    tested="Truths of known degree with random signs: is the degree with the smallest expected error within one of the true one?",
    on="number of samples against the true complexity",
    cases={
        f"degree {k}, {n} samples": near(k, n)
        for k in (2, 6)
        for n in (SIZES[0], SIZES[-1])
    },
    evidence=f"Mean best degree for a truth of degree {6}: "
    + ", ".join(f"{chosen[n][:, 1].mean():.1f} from {n} samples" for n in SIZES)
    + f"; for one of degree {2} {chosen[SIZES[0]][:, 0].mean():.1f} from {SIZES[0]} samples.",
    turns={
        (
            "for n in (SIZES[0], SIZES[-1])\n    }",
            "for n in (SIZES[-2], SIZES[-1])\n    }",
        ): "TRUE"
    },
)

# %% [markdown]
# The right capacity belongs to the task *and* to the amount of data. Ten samples are enough for a truth of degree 2, but too few to fit one of degree 6: a simpler, wrong model then predicts better than the true one. And a larger model does no harm if something else holds it back, as you will see.
#
# :::{admonition} Exercise 2 · bias and variance from many fits
# :class: exercise
# `fits` $(S, M)$ holds the predictions at $M$ places of models from $S$ training sets, `truth` $(M,)$ what is true there. Return bias² and variance, each averaged over the places. Divide by $S$, not by $S-1$.
# :::


# %%
def bias_variance(fits, truth):
    """(bias², variance), two numbers."""
    ...


exercises.check_bias_variance(bias_variance)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The mean over the training sets first; what is squared is its distance from the truth.
def bias_variance(fits, truth):
    mean = fits.mean(axis=0)
    return ((mean - truth) ** 2).mean(), ((fits - mean) ** 2).mean()


exercises.check_bias_variance(bias_variance)

# %% [markdown]
# :::{admonition} Exercise 3 · leave one out, in one fit
# :class: exercise
# Return the leave-one-out errors $y_i-\tilde y_i$ of least squares for `A` $(n, p)$ with $p<n$ and `y` $(n,)$. Fit only once.
# :::


# %%
def left_out_errors(A, y):
    """The n errors of predicting each y without it."""
    ...


exercises.check_left_out_errors(left_out_errors)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The projection gives fitted values and leverages alike.
def left_out_errors(A, y):
    H = A @ np.linalg.pinv(A)
    return (y - H @ y) / (1 - np.diag(H))


exercises.check_left_out_errors(left_out_errors)

# %% [markdown]
# (sec-5a-past)=
# ## Past the peak
#
# *You have followed the error down and up. After this section you know why it explodes just there, and why it falls again.*
#
# With $p<n$ independent features least squares has one solution. At $p=n$ it passes through every sample, wrong labels included: the training error is zero, and stays so. With $p>n$ infinitely many solutions do that, and `least_squares` returns the *shortest*, $W=A^+T$. Here are the polynomials once more, from fifteen samples, now with degrees past fourteen. Twenty thin curves come from twenty draws of the noise; the thick one is their mean.
#
# :::{admonition} Predict
# :class: predict
# The slider stands at fifteen coefficients for fifteen samples. What will the curves look like with two hundred: wilder, or tamer?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
TWENTY_Y = np.sin(np.pi * FEW) + 0.3 * np.random.default_rng(4).standard_normal(
    (20, 15)
)


def draw_shortest(ax, coefficients):
    A, B = (polynomials(x, coefficients - 1) for x in (FEW, FRESH))
    W = least_squares(A, TWENTY_Y.T)
    fits, truth = (B @ W).T, np.sin(np.pi * FRESH)
    bias2 = ((fits.mean(axis=0) - truth) ** 2).mean()
    spread = fits.var(axis=0).mean()
    ax.plot(FRESH, fits.T, color=BLUE, lw=0.6, alpha=0.5)
    ax.plot(FRESH, fits.mean(axis=0), color=BLUE, label="mean of 20 fits")
    ax.plot(FRESH, truth, "--", color=INK, lw=1, label="truth")
    ax.plot(FEW, TWENTY_Y[0], "o", color=ORANGE, label="samples of one fit")
    ax.set(ylim=(-2, 2), xlabel="x", ylabel="y")
    ax.set_title(
        f"{coefficients} coefficients: bias² {bias2:.2g}, variance {spread:.2g}"
    )
    ax.legend(loc="lower right")
    seen = ((A @ W - TWENTY_Y.T) ** 2).mean()
    return (
        f"With {coefficients} coefficients the mean squared error is {seen:.2f} on the samples; between them bias² is {bias2:.2g} and the "
        f"variance {spread:.2g}. The weights have length {np.linalg.norm(W, axis=0).mean():.2g}."
    )


COEFFICIENTS = [2, 4, 8, 11, 13, 14, 15, 17, 20, 30, 60, 200]
assert [np.linalg.matrix_rank(polynomials(FEW, p - 1)) for p in COEFFICIENTS] == np.minimum(COEFFICIENTS, 15).tolist()  # fmt: skip
explore(draw_shortest, coefficients=COEFFICIENTS, start=6)

# %% [markdown]
# With fifteen coefficients there is just one polynomial through the samples, and it has to bend wildly between them, with large weights. With two hundred there are many, and the shortest is tame, but for a small spike at each sample, to which it bends. So the *number* of coefficients is not the whole of capacity: how large the weights may be counts as well. Nor is a second descent always the better one. Here four coefficients remain unbeaten, because a sine is nearly a cubic; the digits are not so simple.
#
# Did {eq}`eq-5a-test` not say that the error grows evenly, to $2\sigma^2$ at $p=n$, without any peak? It did, *at the places of the samples*. The explosion happens between them, at new places, where $\mathbf a^\top\hat{\mathbf w}$ is to be predicted for features $\mathbf a$ that were not in $A$ (Rosset and Tibshirani [2020](../book/bibliography.md) compare the two).
#
# **The height of the peak.** Let the entries of $A$ be independent normal numbers, and ask only what the noise does: the shortest fit to pure noise $\boldsymbol\varepsilon$ is $A^+\boldsymbol\varepsilon$, and on a new sample, with features $\mathbf a$ of the same kind, it errs by
#
# $$
# \begin{aligned}
# \mathbb E\,(\mathbf a^\top A^+\boldsymbol\varepsilon)^2 &= \mathbb E\,\lVert A^+\boldsymbol\varepsilon\rVert^2\\
# &= \sigma^2\,\mathbb E\operatorname{Tr}\bigl(A^{+}A^{+\top}\bigr)\\
# &= \sigma^2\,\frac p{n-p-1}\quad\text{if }p<n-1\\
# &= \sigma^2\,\frac n{p-n-1}\quad\text{if }p>n+1 .
# \end{aligned}
# $$ (eq-5a-peak)
#
# The first step uses $\mathbb E\,\mathbf a\mathbf a^\top=I$, the second $\mathbb E\,\boldsymbol\varepsilon\boldsymbol\varepsilon^\top=\sigma^2I$. In the last two, $A^+A^{+\top}$ has the trace of $(A^\top A)^{-1}$ where $p<n$, and of $(AA^\top)^{-1}$ where $p>n$: # means of inverse Wishart matrices, which are known; Belkin, Hsu and Xu ([2020](../book/bibliography.md)) read the second descent off these two formulas. On the left, fewer and fewer spare samples are there to average the noise; on the right, more and more spare features share it out, each with a small weight.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PEAK_N = 40
WIDTHS = (4, 8, 14, 20, 26, 31, 35, 46, 52, 60, 80, 120, 200, 400)


def noise_learned(p, draws=200):
    """‖A⁺ε‖² for random A (n, p) and noise of variance one."""
    rng = np.random.default_rng(p)
    A = rng.standard_normal((draws, PEAK_N, p))
    ε = rng.standard_normal((draws, PEAK_N, 1))
    return ((np.linalg.pinv(A) @ ε) ** 2).sum(axis=(1, 2)).mean()


measured_noise = np.array([noise_learned(p) for p in WIDTHS])


def formula(p, n=PEAK_N):
    """The variance of equation (eq-5a-peak), in units of σ²."""
    return np.where(p < n, p / np.abs(n - p - 1), n / np.abs(p - n - 1))


def draw_peak(ax):
    for side in (np.arange(4, 39), np.arange(42, 401)):
        ax.plot(
            side,
            formula(side),
            "-",
            color=BLUE,
            label="formula" if side[0] == 4 else None,
        )
    ax.plot(WIDTHS, measured_noise, "o", color=ORANGE, label="measured, 200 draws each")
    log_scale(ax, "xy")
    ax.set(
        xlabel="features",
        ylabel="variance, in units of σ²",
        title="Noise learned from 40 samples",
    )
    ax.legend()
    return (
        f"Formula and measurement differ by {np.abs(measured_noise / formula(np.array(WIDTHS)) - 1).max():.0%} at the most, over "
        f"{len(WIDTHS)} numbers of features from {WIDTHS[0]} to {WIDTHS[-1]}."
    )


show(draw_peak)
assert np.abs(measured_noise / formula(np.array(WIDTHS)) - 1).max() < 0.3


# %% [markdown]
# The U is the left half of a longer curve. Belkin et al. ([2019](../book/bibliography.md)) named the whole *double descent*, though the peak had been met before (Loog et al. [2020](../book/bibliography.md) collect its prehistory); Nakkiran et al. ([2020](../book/bibliography.md)) found it in deep networks. On the digits the variance comes down again past the peak, but not lower than it was with sixty features. That the right end is the better one is owed to the bias: three thousand features can say more than sixty.
#
# (q5-3)=
# :::{admonition} Question 5.3 · Does every use of machine learning have to face overfitting and underfitting?
# :class: question
# Whoever chooses among models from finitely many noisy samples does: every fitted number costs $\sigma^2/n$, every missing one leaves bias. Two escapes are visible on this page. With enough data the cost goes to zero, as in {eq}`eq-5a-gap`. And a model that fits all its samples exactly, noise included, need not fail: past the peak the training error is zero, and the test error lower than anywhere before. "Training error zero" is a symptom, not the illness. Still, the harm is limited and not gone, as the next section shows. (Where it does vanish one speaks of *benign overfitting*.)
# :::
#
# (sec-5a-regularization)=
# ## What a regularizer adds
#
# *You have seen that short weights behave. After this section you can ask for them, and answer the question of the first figure.*
#
# The notes define: *regularization* (正则化) *is the process of adding extra information to solve a problem of well-posedness or overfitting*. (A slip of the pen: what needs solving is an *ill-posed* problem, 不适定.) A problem is *well-posed* (适定) if it has one solution, which depends continuously on the data. Least squares with $p>n$ is not, since its solutions are many. Add a preference for short weights:
#
# $$
# \begin{aligned}
# L(\mathbf w) &= \lVert A\mathbf w-\mathbf y\rVert^2+\lambda\lVert\mathbf w\rVert^2, \quad \lambda>0\\
# \nabla L &= 2A^\top(A\mathbf w-\mathbf y)+2\lambda\mathbf w = \mathbf 0\\
# \mathbf w &= (A^\top A+\lambda I)^{-1}A^\top\mathbf y .
# \end{aligned}
# $$ (eq-5a-ridge)
#
# $A^\top A+\lambda I$ has the eigenvalues $s_i^2+\lambda>0$ ($s_i$ the singular values of $A$), so it is always invertible: one solution, and a small change of $\mathbf y$ changes it little. This is *ridge regression* (岭回归). As $\lambda\to0$ it becomes the shortest solution $A^+\mathbf y$. In the coordinates of the singular vectors, $A=\sum_is_i\mathbf u_i\mathbf v_i^\top$, the fit is
#
# $$
# \begin{aligned}
# A\mathbf w &= \sum_i \frac{s_i^2}{s_i^2+\lambda}\,\mathbf u_i\,(\mathbf u_i^\top\mathbf y)\\
# d(\lambda)&=\sum_i\frac{s_i^2}{s_i^2+\lambda} .
# \end{aligned}
# $$ (eq-5a-dof)
#
# Least squares keeps each direction entirely; ridge keeps a share of each. The shares add up to $d(\lambda)$, the *effective number of parameters*. It deserves the name: for any fit $\hat{\mathbf y}=S\mathbf y$ that is linear in the targets, the derivation of the gap goes through with $S$ in the place of $H$, and test error minus training error is $2\sigma^2\operatorname{Tr}S/n$, at the same places. So $d(\lambda)$ stands where $p$ stood: a capacity that moves continuously. Turn its knob on the first figure of this page:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STRENGTHS = np.array([0, 0.1, 1, 10, 30, 100, 300, 1000, 10**4, 10**5])


def singular(A):
    """U, s, Vᵀ of A; where A is wide from A Aᵀ, which is sooner."""
    if A.shape[1] <= 2 * len(A):
        return np.linalg.svd(A, full_matrices=False)
    squares, U = np.linalg.eigh(A @ A.T)
    s = np.sqrt(squares)
    return U, s, (U.T @ A) / s[:, None]


def along_both(seed):
    """For each number of features and each strength: shares misread, seen and unseen; error left one out; d(λ); length."""
    train, unseen = two_hundred(seed)
    features, T = random_features(train, seed), one_hot(train.y)
    A, B = features(train.x), features(unseen.x)
    table = np.empty((len(FEATURES), len(STRENGTHS), 5))
    for row, p in zip(table, FEATURES, strict=True):
        U, s, Vt = singular(A[:, :p])
        new, along = B[:, :p] @ Vt.T, U.T @ T
        for cell, λ in zip(row, STRENGTHS, strict=True):
            share = s**2 / (s**2 + λ)
            fitted, weights = U @ (share[:, None] * along), (share / s)[:, None] * along
            to_others = 1 - U**2 @ share  # 1 − leverage
            solvable = λ > 0 or p < len(T)
            left_out = (
                squared((T - fitted) / to_others[:, None]) if solvable else np.inf
            )
            wrong = share_wrong(fitted, train.y), share_wrong(new @ weights, unseen.y)
            cell[:] = *wrong, left_out, share.sum(), np.linalg.norm(weights)
    return table


table = np.array([along_both(seed) for seed in range(20)])  # (seeds, p, λ, 5)


def draw_penalty(ax, strength):
    k = int(np.abs(STRENGTHS - strength).argmin())
    seen, unseen, _, count, _ = table[:, :, k].mean(axis=0).T
    curves = {"the 200 that it saw": seen, "digits that it never saw": unseen}
    lines(ax, FEATURES, curves, xlabel="features", ylabel="share misread")
    log_scale(ax, "x")
    ax.axvline(200, color=INK, lw=1, alpha=0.4)
    ax.set(
        ylim=(0, 1),
        title=f"λ = {strength:g}: {FEATURES[-1]:,} features count as {count[-1]:.0f}",
    )
    return (
        f"With λ = {strength:g} unseen digits are misread by {unseen[FEATURES.index(60)]:.1%} with 60 features, {unseen[FEATURES.index(200)]:.1%} with 200, "
        f"{unseen[-1]:.1%} with {FEATURES[-1]:,}; of the seen ones {seen[-1]:.1%} with {FEATURES[-1]:,}."
    )


held_back = table[..., 1].mean(axis=0)[:, STRENGTHS >= 10]
assert (held_back - np.minimum.accumulate(held_back, axis=0)).max() < 0.02
explore(draw_penalty, strength=STRENGTHS.tolist(), start=0)

# %% [markdown]
# From $\lambda=10$ on there is no peak, and hardly a U: toward the right end the error rises by two points at the most. (That a penalty of the right size removes the peak was shown by Nakkiran et al. [2021](../book/bibliography.md).) Too large a penalty, and the machine no longer reads what it sees.
#
# **The answer.** How many features should the machine have, and how strong a penalty? Leaving one out works for ridge regression, too. The argument before {eq}`eq-5a-loo` was that a fit which is best for all other samples stays best if sample $i$ agrees with it, and this holds with a penalty, too: divide by $1-S_{ii}$, with $S=A(A^\top A+\lambda I)^{-1}A^\top$. So the two hundred digits, wrong labels and all, can be asked for both numbers at once.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
left_error, unseen_error = table[..., 2], table[..., 1]
picked = left_error.reshape(20, -1).argmin(axis=1)  # of all pairs (p, λ)
picked_p, picked_λ = np.unravel_index(picked, left_error.shape[1:])
answer = unseen_error.reshape(20, -1)[np.arange(20), picked]
for_each_p = np.take_along_axis(unseen_error, left_error.argmin(axis=2)[..., None], 2)[
    ..., 0
]


def draw_answer(axes):
    curves = {
        "no penalty": unseen_error[:, :, 0].mean(axis=0),
        "picked by leaving one out": for_each_p.mean(axis=0),
    }
    lines(axes[0], FEATURES, curves, xlabel="features", ylabel="unseen digits misread")
    axes[0].axhline(answer.mean(), color=INK, lw=1, alpha=0.4)
    axes[0].text(5, answer.mean() + 0.07, "both picked", va="center")
    axes[0].set(ylim=(0, 1.15), title="As many as you can afford")
    count, misread = table[:, -1, :, 3].mean(axis=0), unseen_error[:, -1].mean(axis=0)
    axes[1].plot(count, misread, "o-", color=ORANGE)
    axes[1].set(
        ylim=(0, 0.35),
        xlabel="effective parameters",
        title=f"{FEATURES[-1]:,} features: a U again",
    )
    for ax in axes:
        log_scale(ax, "x")
    sizes = np.array(FEATURES)[picked_p]
    return (
        f"Asked for both numbers, the 200 digits pick {sizes.min():,} to {sizes.max():,} features and a penalty of {STRENGTHS[picked_λ].min():.0f} to "
        f"{STRENGTHS[picked_λ].max():.0f}; {answer.mean():.1%} of unseen digits are then misread, in the mean of {len(answer)} trials (the line). Without a penalty: "
        f"{unseen_error[:, -1, 0].mean():.1%} with {FEATURES[-1]:,} features, and {unseen_error[:, FEATURES.index(60), 0].mean():.1%} with 60."
    )


show(draw_answer, columns=2, figsize=(9, 3.6))

# %% [markdown]
# So the question was half a question. Without a penalty the number of features is everything; with one that the data themselves have picked, it hardly matters beyond a few hundred, and the machine reads better than at any point of the first figure. (As many as were on offer, by the way: nearly all trials pick the largest numbers. The grid ends where patience does.) What the notes call capacity is not the number of parameters. Go along the penalty instead, at 3,000 features, and against $d(\lambda)$ the error is a U again (right). (Curth, Jeffares and van der Schaar [2023](../book/bibliography.md) find U's along the number of features, too, if effective parameters are counted at the test inputs.)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def is_u(errors, slack=0.02):
    """For each seed: does the curve first fall and then rise, by more than `slack`, with smaller ripples only?"""
    turn = errors.argmin(axis=1)
    return np.array(
        [
            min(row[0], row[-1]) > row[k] + slack
            and (np.diff(row[: k + 1]) < slack).all()
            and (np.diff(row[k:]) > -slack).all()
            for row, k in zip(errors, turn, strict=True)
        ]
    )


unseen, below_n = reading[..., 1], slice(FEATURES.index(180) + 1)
by_count = unseen_error[:, -1, ::-1]  # the strongest penalty first
settle(
    "C5.9",
    tested="The share of unseen digits misread against capacity: does it fall to a minimum inside the range and rise from there on, by more "
    "than two points each (smaller ripples are forgiven)?",
    on="measure and range of capacity",
    cases={
        "number of features, fewer than samples": is_u(unseen[:, below_n]),
        f"number of features, up to {FEATURES[-1]:,}": is_u(unseen),
        f"effective parameters of {FEATURES[-1]:,} features": is_u(by_count),
    },
    control={
        "training error, fewer features than samples": is_u(reading[:, below_n, 0])
    },
    evidence=f"Misread at the best point of the left part, at the peak and at the right end, in the mean of {len(unseen)} trials: "
    f"{unseen[:, below_n].min(axis=1).mean():.0%}, {unseen.max(axis=1).mean():.0%}, {unseen[:, -1].mean():.0%}. By effective parameters, from few to many: "
    f"{by_count[:, 0].mean():.0%}, {by_count.min(axis=1).mean():.0%}, {by_count[:, -1].mean():.0%}.",
    turns={("is_u(unseen),", "is_u(unseen[:, below_n]),"): "TRUE"},
    card=True,
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DEEP = FEATURES.index(120)  # overfitting
seen_wrong, unseen_wrong, left_wrong, effective, lengths = np.moveaxis(
    table[:, DEEP], 2, 0
)
trials = np.arange(20)
best = left_wrong.argmin(axis=1)
at_best = unseen_wrong[trials, best]
without, too_strong = unseen_wrong[:, 0], unseen_wrong[:, -1]
training_rises = seen_wrong[trials, best] > seen_wrong[:, 0]


def descended(A, T, λ, W, steps=10**5):
    """Where so many steps of gradient descent on ½|A W − T|² + ½λ|W|² end, from W; in coordinates in which each goes its own way."""
    curvature, V = np.linalg.eigh(A.T @ A + λ * np.eye(A.shape[1]))
    curvature = np.maximum(curvature, 1e-10 * curvature[-1])[:, None]
    left = (1 - curvature / curvature[-1]) ** steps
    return V @ (left * (V.T @ W) + (1 - left) / curvature * (V.T @ A.T @ T))


def one_solution(seed, λ, p=300):
    """Do descents from two starts read unseen digits with the same outputs?"""
    train, test = two_hundred(seed)
    features, T = random_features(train, seed), one_hot(train.y)
    A, B = features(train.x)[:, :p], features(test.x)[:, :p]
    starts = np.zeros((p, 10)), np.random.default_rng(seed).standard_normal((p, 10))
    first, second = (B @ descended(A, T, λ, W) for W in starts)
    return np.abs(first - second).max() < 1e-6


unique = np.array([one_solution(seed, 10.0) for seed in trials])
without_penalty = np.array([one_solution(seed, 0.0) for seed in trials])
settle(
    "C5.13",
    tested="A penalty on the length of the weights, as added information: does it make descents from two starts end alike, for more features than "
    "samples, and with a strength picked by leaving one out, for 120 features, does it lower the test error while the training error rises?",
    holds=unique & (at_best < without) & training_rises,
    control={
        "no penalty: is the solution unique?": without_penalty,
        "the largest penalty: does the test error fall?": too_strong < without,
    },
    evidence=f"Mean test error {without.mean():.1%} without and {at_best.mean():.1%} with the penalty, training error "
    f"{seen_wrong[:, 0].mean():.1%} and {seen_wrong[trials, best].mean():.1%}; with the largest penalty the test error is {too_strong.mean():.1%}.",
    turns={("one_solution(seed, 10.0)", "one_solution(seed, 0.0)"): "FALSE"},
)
by_definition(
    "C5.33",
    because="A regularizer is defined by its purpose: a change of the learner that is meant to lower the generalization error, but not the "
    "training error (Goodfellow, Bengio and Courville 2016, section 5.2.2). Whether one reaches it is a matter of measurement.",
    holds=at_best < without,
    evidence=f"This one does, though nothing in it refers to unseen digits: the error falls in {(at_best < without).sum()} of {len(at_best)} trials.",
)

# %% [markdown]
# The second half of the notes' sentence, from their other document, is the important one: a regularizer is there to lower the *test* error and pays with the training error. What is the information that was added? That large weights are unlikely. [Chapter 3](03_probability.ipynb) shows the same penalty as a Gaussian belief about the weights.
#
# **Norms.** The notes define L1 regularization by $\lVert\mathbf w\rVert_1=\sum_i\lvert w_i\rvert$ and L2 regularization by the root $\lVert\mathbf w\rVert_2=\sqrt{\sum_iw_i^2}$, and note in passing that ridge regression has a square there. Does the root make a difference? Both penalties grow with the length, so each prefers short weights among those that fit equally well. At a minimum the gradients must cancel: $\nabla f+\lambda\mathbf w/\lVert\mathbf w\rVert=\mathbf 0$ for the root and $\nabla f+2\mu\mathbf w=\mathbf 0$ for the square, and these are the same equation when $\mu=\lambda/(2\lVert\mathbf w\rVert)$. So both run through the *same* solutions, at different strengths; what one calls "L2" is a matter of naming, and the field means the square. One difference: for $\lambda\ge\lVert\nabla f(\mathbf 0)\rVert$ the root sets all weights exactly to zero, which the square never does.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def problem(seed, n=30, p=8):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((n, p))
    return A, A @ rng.standard_normal(p) + rng.standard_normal(n)


def with_square(A, y, μ):
    return np.linalg.solve(
        A.T @ A + 2 * μ * np.eye(A.shape[1]), A.T @ y
    )  # f = ½‖Aw − y‖²


def with_root(A, y, λ, steps=5000):
    """Minimize ½‖Aw − y‖² + λ‖w‖ by gradient steps, each followed by the exact step for the penalty."""
    η, w = 1 / np.linalg.norm(A, 2) ** 2, np.zeros(A.shape[1])
    for _ in range(steps):
        w = w - η * A.T @ (A @ w - y)
        w *= max(0.0, 1 - η * λ / max(np.linalg.norm(w), 1e-300))
    return w


agree, vanish = [], []
for seed in range(20):
    A, y = problem(seed)
    w = with_root(A, y, 10.0)
    length = np.linalg.norm(w)
    agree.append(
        np.linalg.norm(w - with_square(A, y, 10.0 / (2 * length))) < 1e-3 * length
    )
    vanish.append(not with_root(A, y, 1.01 * np.linalg.norm(A.T @ y), steps=50).any())
by_definition(
    "C5.14",
    because="It names a penalty. Root and square have the same minimizers, at strengths λ and μ = λ / 2‖w‖, by the equation above, so "
    "the name may stand for either.",
    holds=np.array(agree) & vanish,
    evidence=f"In {sum(agree)} of {len(agree)} random problems the two agree to a tenth of a percent; past its threshold the root sets all weights to "
    f"zero in {sum(vanish)}.",
)
by_definition(
    "C5.15",
    because="Let w₁ be best for the strength λ₁ and w₂ for λ₂ > λ₁, if there are such. Each is at least as good as the other at its own "
    "strength; add the two inequalities, and (λ₂ − λ₁)(R(w₂) − R(w₁)) ≤ 0 remains: the penalty R of the weights never grows.",
    holds=(np.diff(lengths, axis=1) <= 1e-9).all(axis=1),
    evidence=f"Along {lengths.shape[1]} strengths the length of the weights falls in all of {len(lengths)} trials, in the mean from "
    f"{lengths[:, 0].mean():.0f} to {lengths[:, -1].mean():.2f}.",
)

# %% [markdown]
# Both terms "are set up to control the weight vector", say the notes, and so they do, by two lines of algebra (unfold the verdict). Dropout, augmentation and early stopping regularize without such a term; the chapter on regularization compares them.
#
# ### Patients and treatments
#
# (q5-1)=
# :::{admonition} Question 5.1 · How can the training error be lowered (underfitting) or the gap between training and test error be narrowed (overfitting)?
# :class: question
# Underfitting: more capacity, that is more or better features. Overfitting: less capacity, more data, a penalty, or knowledge about the task, for instance that a digit moved by one pixel is the same digit. The figure measures each on the same twenty training sets.
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def treated(seed):
    """Shares misread and squared errors, each on what was fitted and on unseen digits, for patients and treatments."""
    train, unseen = two_hundred(seed)
    features, T = random_features(train, seed), one_hot(train.y)
    A, B = features(train.x), features(unseen.x)

    def judged(seen, targets, new):
        wrong = share_wrong(seen, targets.argmax(axis=1)), share_wrong(new, unseen.y)
        return *wrong, squared(targets - seen), squared(one_hot(unseen.y) - new)

    def outcome(p, fit=A, targets=T, λ=0.0):
        """Of p features, fitted to the training set or to another."""
        fit = fit[:, :p]
        if λ == 0:
            W = least_squares(fit, targets)
        else:
            W = np.linalg.solve(fit.T @ fit + λ * np.eye(p), fit.T @ targets)
        return judged(fit @ W, targets, B[:, :p] @ W)

    more, _ = two_hundred(seed, n=1000)
    pictures = train.x.reshape(-1, 8, 8)
    moves = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
    moved = np.concatenate([np.roll(pictures, m, axis=(1, 2)) for m in moves])
    several = []  # the outputs of twenty machines
    for k in range(20):
        others = random_features(train, 100 + 20 * seed + k, 120)
        W = least_squares(others(train.x), T)
        several.append(np.concatenate([others(train.x), others(unseen.x)]) @ W)
    mean = np.mean(several, axis=0)
    right_p = LEFT[int(table[seed, : len(LEFT), 0, 2].argmin())]
    return {
        "UNDERFITTED, 10 features": outcome(10),
        "OVERFITTED, 120 features": outcome(120),
        "as many as leave-one-out picks": outcome(right_p),
        "3,000 features": outcome(3000),
        "120, penalty by leave-one-out": outcome(120, λ=STRENGTHS[best[seed]]),
        "120, copies moved by a pixel": outcome(
            120, features(moved.reshape(-1, 64)), np.tile(T, (5, 1))
        ),
        "120, average of 20 machines": judged(mean[:200], T, mean[200:]),
        "120, five times the data": outcome(120, features(more.x), one_hot(more.y)),
        "the other way, 5": outcome(5),
        "the other way, 180": outcome(180),
    }


wards = [treated(seed) for seed in range(20)]
outcomes = {name: np.array([ward[name] for ward in wards]) for name in wards[0]}


def draw_treatments(ax):
    names = [name for name in outcomes if "other way" not in name]
    ax.axhspan(0.5, -1.5, color=INK, alpha=0.08, lw=0)  # the patients
    for row, name in enumerate(names):
        (seen, new), height = outcomes[name][:, :2].mean(axis=0), -row
        ax.plot([seen, new], [height, height], "-", color=INK, lw=1)
        ax.plot(seen, height, "o", color=BLUE, label="seen" if row == 0 else None)
        ax.plot(new, height, "s", color=ORANGE, label="unseen" if row == 0 else None)
    ax.set_yticks(-np.arange(len(names)), names)
    ax.set(xlim=(0, 0.55), ylim=(0.5 - len(names), 0.5), xlabel="share misread")
    ax.set_title("Two patients, six treatments")
    ax.legend(loc="center right")
    return (
        "Unseen digits misread: "
        + "; ".join(f"{name} {outcomes[name].mean(axis=0)[1]:.0%}" for name in names)
        + "."
    )


show(draw_treatments, figsize=(5.5, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ill, fat, cure, thinner, fatter = (
    outcomes[name][:, 2:]  # squared errors, which leave-one-out estimates
    for name in (
        "UNDERFITTED, 10 features",
        "OVERFITTED, 120 features",
        "as many as leave-one-out picks",
        "the other way, 5",
        "the other way, 180",
    )
)


def cured(treated_ill, treated_fat):
    """For each seed: does the change lower the training error of the first patient, the gap and the test error of the second?"""
    gap_before, gap_after = np.diff(fat)[:, 0], np.diff(treated_fat)[:, 0]
    return (
        (treated_ill[:, 0] < ill[:, 0])
        & (gap_after < gap_before)
        & (treated_fat[:, 1] < fat[:, 1])
    )


settle(
    "C5.3",
    tested="Readers of digits that underfit (10 features) or overfit (120): does a change of their number, to the one that leave-one-out picks, "
    "lower the training error of the first, and the gap and the test error of the second?",
    holds=cured(cure, cure),
    control={
        "a change the other way, to 5 and to 180 features": cured(thinner, fatter)
    },
    evidence=f"Mean squared training error of the first: {ill[:, 0].mean():.2f}, then {cure[:, 0].mean():.2f}; gap of the second: "
    f"{np.diff(fat).mean():.2f}, then {np.diff(cure).mean():.2f}. Both are cured in {cured(cure, cure).sum()} of {len(fat)} trials.",
    turns={
        (
            'leave-one-out picks": outcome(right_p)',
            'leave-one-out picks": outcome(180)',
        ): "FALSE"
    },
)

# %% [markdown]
# One row looks odd: with five times the data the machine misreads more of what it has seen than of what it has not. A tenth of the labels that it saw are wrong, and it no longer believes them.

# %% [markdown]
# (q5-5)=
# :::{admonition} Question 5.5 · How can the generalization error be made as small as possible, and what other ways are there to reduce it?
# :class: question
# In the figure everything helps that lowers the variance without adding much bias: more data, which lower the price of every parameter; knowledge, built into copies of the data or into a penalty; the average over several machines. They can be combined, and each has a strength to be chosen, by leaving out or on data that served for nothing else.
# :::
#
# (q5-2)=
# :::{admonition} Question 5.2 · Are there other ways to deal with overfitting and underfitting, for example dynamic adjustment?
# :class: question
# Yes: capacity can also change *while* a model learns. Gradient descent on $\tfrac12\lVert A\mathbf w-\mathbf y\rVert^2$, begun at zero, has with a rate $\eta<2/s_1^2$ taken the share $1-(1-\eta s_i^2)^t$ of direction $i$ after $t$ steps, large $s_i$ first. So the effective number of parameters grows from step to step, and stopping early acts like a penalty, as the next figure shows. Growing and pruning networks, and boosting, adjust in the same spirit.
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STEPS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10**4, 10**5, 10**6)


def along_descent(seed, p=120):
    """Unseen digits misread and effective parameters after so many steps of gradient descent."""
    train, unseen = two_hundred(seed)
    features = random_features(train, seed)
    A, B = features(train.x)[:, :p], features(unseen.x)[:, :p]
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    rows = []
    for t in STEPS:
        share = 1 - (1 - (s / s[0]) ** 2) ** t  # η = 1/s₁²
        W = Vt.T @ ((share / s)[:, None] * (U.T @ one_hot(train.y)))
        rows.append((share_wrong(B @ W, unseen.y), share.sum()))
    return np.array(rows).T


descent = np.array([along_descent(seed) for seed in range(20)]).mean(axis=0)


def draw_descent(ax):
    ax.plot(
        descent[1], descent[0], "o-", color=BLUE, label="gradient descent, step by step"
    )
    ax.plot(
        effective.mean(axis=0),
        unseen_wrong.mean(axis=0),
        "s--",
        color=ORANGE,
        label="penalty, from strong to weak",
    )
    ax.set(xlabel="effective parameters", ylabel="unseen digits misread", ylim=(0, 0.5))
    ax.set_title("Stopping early acts like a penalty")
    ax.legend()
    k = int(descent[0].argmin())
    return (
        f"Of the stages that are shown, gradient descent reads best after {STEPS[k]:,} steps, with {descent[1][k]:.0f} effective parameters; "
        f"the penalty reads best with {effective.mean(axis=0)[unseen_wrong.mean(axis=0).argmin()]:.0f}."
    )


show(draw_descent)

# %% [markdown]
# :::{admonition} Exercise 4 · ridge regression
# :class: exercise
# Return the weights $(p,)$ that minimize $\lVert A\mathbf w-\mathbf y\rVert^2+\lambda\lVert\mathbf w\rVert^2$ for `A` $(n, p)$, `y` $(n,)$ and $\lambda>0$, also where $p>n$.
# :::


# %%
def ridge(A, y, λ):
    """The weights of ridge regression."""
    ...


exercises.check_ridge(ridge)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Set the gradient to zero; the matrix is invertible for every λ > 0.
def ridge(A, y, λ):
    return np.linalg.solve(A.T @ A + λ * np.eye(A.shape[1]), A.T @ y)


exercises.check_ridge(ridge)

# %% [markdown]
# :::{admonition} Exercise 5 · the shortest solution
# :class: exercise
# `A` $(n, p)$ has more columns than rows, and independent rows. Return the shortest $\mathbf w$ with $A\mathbf w=\mathbf y$.
# :::


# %%
def shortest(A, y):
    """Of all w with A w = y the one of least length."""
    ...


exercises.check_shortest(shortest)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A w = y says nothing about the part of w across the rows of A; the shortest has none: w = Aᵀ v, and A Aᵀ v = y.
def shortest(A, y):
    return A.T @ np.linalg.solve(A @ A.T, y)


exercises.check_shortest(shortest)

# %% [markdown]
# :::{admonition} Exercise 6 · effective parameters
# :class: exercise
# Return $d(\lambda)$ of {eq}`eq-5a-dof` for `A` $(n, p)$ and $\lambda\ge0$. With $\lambda=0$ it is the rank of $A$: a direction with $s_i=0$ counts for nothing.
# :::


# %%
def effective_parameters(A, λ):
    """Σ s² / (s² + λ) over the singular values s of A."""
    ...


exercises.check_effective_parameters(effective_parameters)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Singular values that are zero up to rounding are left out first.
def effective_parameters(A, λ):
    s = np.linalg.svd(A, compute_uv=False)
    s = s[s > 1e-10 * s.max()]
    return (s**2 / (s**2 + λ)).sum()


exercises.check_effective_parameters(effective_parameters)

# %% [markdown]
# (sec-5a-tpe)=
# ## What it means to learn
#
# *You have seen one machine learn one thing. After this section you can say of anything that learns what it learns, from what, and how you would know.*
#
# The definition is Mitchell's ([1997](../book/bibliography.md)): a program learns from experience $E$ (经验), with respect to a task $T$ (任务) and a performance measure $P$ (性能度量), if its performance at $T$, as measured by $P$, improves with $E$. Nothing is said about features, nor about errors. *All these things differ in task, experience and performance measure only*, remark the notes, and list eleven of them without a further word. Here they are, each as a small real problem. All but one use the digits; the translator learns to write English number names in Chinese.
#
# | task | here | measure |
# |---|---|---|
# | classification (分类) | which digit is it? | share right |
# | with missing inputs (输入缺失分类) | the same, half the pixels hidden | share right |
# | regression (回归) | how much ink is in the lower half, given the upper? | $R^2$ |
# | transcription (转录) | a strip of three digits, written out | share of strings right |
# | translation (机器翻译) | "seventy three" → 七十三 | share of phrases right |
# | structured output (结构化输出) | draw the lower half of a digit, given the upper | overlap of the ink |
# | anomaly detection (异常检测) | after many an 8: is this something else? | pairs ranked right |
# | synthesis and sampling (合成和采样) | draw a new 3 | share recognized |
# | missing values (缺失值填补) | fill twenty hidden pixels | variance explained |
# | denoising (去噪) | remove noise from an image | gain in decibels |
# | density estimation (密度估计) | how probable is this image? | log-likelihood |
#
# One loop learns them all. What it needs besides $T$, $E$ and $P$ is somebody who learns:


# %%
class Task(NamedTuple):
    draw: Callable  # (n, rng) → experience of n examples, and cases to judge it on
    learn: Callable  # (experience, rng) → whatever was learned
    measure: Callable  # (learned, cases, rng) → performance, more is better


def performance(task, n, seed, torn=False):
    """P of the task on fresh cases, after n examples of experience."""
    rng = np.random.default_rng(seed)
    experience, cases = task.draw(n, rng)
    learned = task.learn(tear(experience, rng) if torn else experience, rng)
    return task.measure(learned, cases, rng)


# %% [markdown]
# The last argument is the control. *Torn* experience holds the same pixels and the same labels, but what belonged together is dealt out anew: each pixel comes from another image, each label from another digit.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def tear(experience, rng):
    """The parts of all examples, each dealt out among the examples anew."""
    x, y = experience
    if isinstance(x, np.ndarray):
        x = rng.permuted(x, axis=0)
    return x, rng.permutation(y)


def images(n, rng, cases=80):
    order = rng.permutation(len(digits.x))
    return tuple((digits.x[i], digits.y[i]) for i in (order[:n], order[-cases:]))


def ridge_map(a, b, strength=1.0):
    """The affine map of least squares from a (N, D) to b, with a small penalty."""
    center, middle = a.mean(axis=0), b.mean(axis=0)
    a = a - center
    W = np.linalg.solve(a.T @ a + strength * np.eye(a.shape[1]), a.T @ (b - middle))
    return lambda x: (x - center) @ W + middle


def gaussian(x, width=0.02):
    """Mean and covariance; `width` on the diagonal keeps it invertible."""
    return x.mean(axis=0), np.cov(x.T, bias=True) + width * np.eye(x.shape[1])


def squared_distance(x, mean, covariance):
    """Squared distance of each row from the mean, in standard deviations."""
    d = (x - mean).T
    return (d * np.linalg.solve(covariance, d)).sum(axis=0)


def explained(predicted, truth, baseline):
    return 1 - ((predicted - truth) ** 2).sum() / ((baseline - truth) ** 2).sum()


# classification, with all pixels and with some
def read(experience, rng):
    return lambda x: nearest_neighbors(x, *experience)


def read_some_pixels(experience, rng):
    """One Gaussian a class around its mean, with a common covariance: what is hidden is left out."""
    x, y = experience
    classes = np.unique(y)
    means = np.array([x[y == c].mean(axis=0) for c in classes])
    _, spread = gaussian(x - means[np.searchsorted(classes, y)], 0.05)

    def reader(x, seen):
        gaps = [
            [squared_distance(v[None, s], m[s], spread[np.ix_(s, s)])[0] for m in means]
            for v, s in zip(x, seen, strict=True)
        ]
        return classes[np.argmin(gaps, axis=1)]

    return reader


def measure_some_pixels(reader, cases, rng):
    x, y = (part[:40] for part in cases)
    return share_right(reader(x, rng.uniform(size=x.shape) < 0.5), y)


# regression
def predict_ink(experience, rng):
    x, _ = experience
    return ridge_map(x[:, :32], x[:, 32:].sum(axis=1))


def measure_ink(predictor, cases, rng):
    ink = cases[0][:, 32:].sum(axis=1)
    return explained(predictor(cases[0][:, :32]), ink, ink.mean())


# transcription: cut, and read piece by piece
def transcribe(reader, cases, rng):
    x, y = cases
    threes = rng.integers(0, len(x), (100, 3))
    strips = np.concatenate(
        x[threes].reshape(100, 3, 8, 8).transpose(1, 0, 2, 3), axis=2
    )
    pieces = np.stack(np.split(strips, 3, axis=2), axis=1).reshape(300, 64)
    return float((reader(pieces).reshape(100, 3) == y[threes]).all(axis=1).mean())


# translation: for each English word the longest string that all its translations share
UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
UNITS += "fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def english(k):
    if k < 20:
        return [UNITS[k]]
    return [TENS[k // 10 - 2], *([UNITS[k % 10]] if k % 10 else [])]


def chinese(k):
    tens, units = ("" if n == 0 else "零一二三四五六七八九"[n] for n in divmod(k, 10))
    return (tens if k >= 20 else "") + ("十" if k >= 10 else "") + units


def phrases(n, rng):
    order = 1 + rng.permutation(99)
    pairs = [(english(k), chinese(k)) for k in order.tolist()]
    return tuple(zip(*pairs[:n])), tuple(zip(*pairs[-19:]))


def common(a, b):
    """The longest string that stands in both."""
    parts = {a[i:j] for i in range(len(a)) for j in range(i + 1, len(a) + 1)}
    return max(
        (part for part in parts if part in b), key=lambda s: (len(s), s), default=""
    )


def write_dictionary(experience, rng):
    dictionary = {}
    for words, translation in zip(*experience, strict=True):
        for word in words:
            dictionary[word] = common(dictionary.get(word, translation), translation)
    return lambda words: "".join(dictionary.get(word, "?") for word in words)


def measure_translation(translate, cases, rng):
    return float(np.mean([translate(words) == right for words, right in zip(*cases)]))


# structured output: all pixels of the lower half
def draw_on(experience, rng):
    x, _ = experience
    return ridge_map(x[:, :32], x[:, 32:])


def measure_drawing(artist, cases, rng):
    drawn, ink = artist(cases[0][:, :32]) > 0.4, cases[0][:, 32:] > 0.4
    return float((drawn & ink).sum() / (drawn | ink).sum())


# anomaly detection: whoever knows only eights
def eights(n, rng):
    experience, cases = images(len(digits.x) - 80, rng)
    x = experience[0][experience[1] == 8][:n]
    return (x, np.full(len(x), 8)), cases


def know(experience, rng):
    return gaussian(experience[0], 0.05)


def measure_anomalies(known, cases, rng):
    score, strange = squared_distance(cases[0], *known), cases[1] != 8
    return float((score[strange][:, None] > score[~strange]).mean())


# sampling
def model_each_digit(experience, rng):
    x, y = experience
    return {c: gaussian(x[y == c], 0.003) for c in np.unique(y)}


def many_images(n, rng):
    return images(n, rng, cases=1000)  # for a judge who has seen none of the experience


def measure_samples(models, cases, rng):
    asked = np.repeat(np.arange(10), 5)
    drawn = [
        rng.multivariate_normal(*models[c], method="cholesky")
        if c in models
        else rng.uniform(size=64)
        for c in asked
    ]
    return share_right(nearest_neighbors(np.array(drawn), *cases, k=3), asked)


# imputation, denoising, density
def measure_filling(known, cases, rng):
    mean, covariance = known
    filled, truth, baseline = [], [], []
    for x in cases[0][:40]:
        hidden = rng.permutation(64) < 20
        across = covariance[np.ix_(hidden, ~hidden)]
        inverse = np.linalg.inv(covariance[np.ix_(~hidden, ~hidden)])
        filled.append(mean[hidden] + across @ inverse @ (x - mean)[~hidden])
        truth.append(x[hidden])
        baseline.append(digits.x.mean(axis=0)[hidden])
    return explained(*map(np.concatenate, (filled, truth, baseline)))


def noisy(x, rng):
    return x + 0.3 * rng.standard_normal(x.shape)


def learn_to_clean(experience, rng):
    x = np.tile(experience[0], (3, 1))
    return ridge_map(noisy(x, rng), x)


def measure_cleaning(cleaner, cases, rng):
    x = cases[0]
    soiled = noisy(x, rng)
    left = ((cleaner(soiled) - x) ** 2).mean()
    return float(10 * np.log10(((soiled - x) ** 2).mean() / left))


def measure_density(known, cases, rng):
    distance = squared_distance(cases[0], *known).mean()
    size = np.linalg.slogdet(2 * np.pi * known[1])[1]
    return float(-(distance + size) / 2 / 64)


def model(experience, rng):
    return gaussian(experience[0])


def measure_reading(reader, cases, rng):
    return share_right(reader(cases[0]), cases[1])


TASKS = {
    "classification": (Task(images, read, measure_reading), "share right"),
    "missing inputs": (Task(images, read_some_pixels, measure_some_pixels), "share right"),
    "regression": (Task(images, predict_ink, measure_ink), "R²"),
    "transcription": (Task(images, read, transcribe), "share of strings right"),
    "translation": (Task(phrases, write_dictionary, measure_translation), "share of phrases right"),
    "structured output": (Task(images, draw_on, measure_drawing), "overlap of the ink"),
    "anomaly detection": (Task(eights, know, measure_anomalies), "share of pairs ranked right"),
    "sampling": (Task(many_images, model_each_digit, measure_samples), "share recognized"),
    "missing values": (Task(images, model, measure_filling), "variance explained"),
    "denoising": (Task(images, learn_to_clean, measure_cleaning), "gain in dB"),
    "density estimation": (Task(images, model, measure_density), "log-likelihood, nats a pixel"),
}  # fmt: skip
AMOUNTS = (10, 30, 80)
learned = {
    name: np.array(
        [
            [
                [performance(task, n, seed, torn) for n in AMOUNTS]
                for torn in (False, True)
            ]
            for seed in range(20)
        ]
    )
    for name, (task, _) in TASKS.items()
}  # (seeds, whole or torn, amounts)


def draw_learning(ax, task):
    whole, torn = learned[task].mean(axis=0)
    curves = {"experience": whole, "torn experience": torn}
    lines(ax, AMOUNTS, curves, xlabel="examples", ylabel=TASKS[task][1])
    log_scale(ax, "x")
    ax.set_xticks(AMOUNTS, map(str, AMOUNTS))
    ax.margins(y=0.2)
    ax.locator_params(axis="y", nbins=4)
    ax.set_title(task.capitalize())
    return (
        f"{task.capitalize()}: with {AMOUNTS[0]} and with {AMOUNTS[-1]} examples the performance ({TASKS[task][1]}) is "
        f"{whole[0]:.2f} and {whole[-1]:.2f}; with torn experience {torn[0]:.2f} and {torn[-1]:.2f}."
    )


explore(draw_learning, task=list(TASKS))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def improves(torn):
    """For each seed: is every task done better after the most examples than after the fewest?"""
    runs = np.array([row[:, int(torn)] for row in learned.values()])
    return (runs[..., -1] > runs[..., 0]).all(axis=0)


def read_by_means(experience, rng):
    """Another learner for the first task: the digit whose mean image is nearest."""
    x, y = experience
    known = np.unique(y)
    return lambda new: nearest_neighbors(
        new, np.array([x[y == c].mean(axis=0) for c in known]), known
    )


rival = Task(images, read_by_means, measure_reading)
few, many = (
    np.mean(
        [
            performance(rival, n, seed) - learned["classification"][seed, 0, k]
            for seed in range(20)
        ]
    )
    for k, n in ((0, AMOUNTS[0]), (-1, AMOUNTS[-1]))
)
by_definition(
    "C5.1",
    because="Mitchell's definition names a task, experience and a measure, and nothing else, so it is by these that problems of learning differ. Programs "
    "that solve them differ by the learner as well.",
    holds=improves(torn=False),
    evidence=f"One loop learns all {len(TASKS)} tasks together in {improves(False).sum()} of {len(improves(False))} trials, with torn experience in {improves(True).sum()}. And with task, "
    f"experience and measure of the first one left as they are, class means instead of nearest neighbors read {100 * few:+.1f} points better with {AMOUNTS[0]} examples, "
    f"{100 * many:+.1f} with {AMOUNTS[-1]}.",
)
untestable(
    "C5.30",
    reason="How the field is best divided is a matter of convention. Of the tasks above seven have experience with "
    "answers in it (supervised) and four have inputs alone (unsupervised); semi-supervised and reinforcement "
    "learning stand outside this division.",
    reference="Goodfellow, Bengio and Courville (2016), section 5.1.3",
)

# %% [markdown]
# Move through the eleven. The definition earns its place by what it excludes: with torn experience the tasks that need to know *what goes together* are not learned. Some others improve even then, since how bright each pixel is by itself can be learned from torn images, too. In seven of the tasks the experience holds answers: they are *supervised* (有监督学习). In the other four it holds inputs alone, *unsupervised* (无监督); the line is thin, for whoever cleans images makes the pairs of soiled and clean ones without help.
#
# The measure is part of the problem. A strip of three digits counts only if all three are right, so the same reader is worth less there than in plain classification. [Chapter 11](11_practical_methodology.ipynb) has more on the choice of a measure.

# %% [markdown]
# (sec-5a-summary)=
# ## What to take away
#
# 1. A predictor that has not seen the training set has the same mean error there as elsewhere; a fitted one does not. For least squares the gap is $2\sigma^2p/n$ at the same places, whatever the truth.
# 2. Squared error = noise + bias² + variance. More capacity lowers the bias; as long as $p<n$ it raises the variance. The best capacity depends on the task and on the amount of data.
# 3. The U can be computed from the training data: leave one out, in a single fit.
# 4. At $p=n$ the only fit left passes through all noise and explodes between the samples. Past it the shortest of many fits is tame. Not the number of weights counts, but their size.
# 5. A regularizer adds information, pays with training error and lowers the test error. With a penalty picked by leaving one out there is no peak, and the question of the first figure loses its sting: as many features as you can afford.
# 6. To learn is to get better at a task, by a measure, with experience.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 5.1 to 5.4, is the text the notes follow. Hastie, Tibshirani and Friedman ([2009](../book/bibliography.md)), chapter 7, treat optimism, effective parameters and the selection of models with great care. Bartlett et al. ([2020](../book/bibliography.md)) say when a fit through all noise is benign. How capacity is measured for classifiers, how sure a validation error is, and why no learner is best for everything: that is the next page of this chapter.
