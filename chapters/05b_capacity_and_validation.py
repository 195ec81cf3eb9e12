# %% [markdown]
# # Capacity and validation
#
# A classifier with one number to choose: it calls $x$ positive where $\sin(\omega x)>0$. Eight points lie at $0.1$, $0.01$ and so on down to $10^{-8}$. Color them as you like. There is an $\omega$ for your coloring, and one for each of the 255 others.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import capacity_and_validation as exercises
from dlnotes.explore import explore, show
from dlnotes.plotting import BLUE, INK, ORANGE, lines

np.set_printoptions(precision=4, suppress=True)

COLORINGS = np.array(list(product((0, 1), repeat=8)))  # (256, 8); 1 is positive
POINTS = 10.0 ** -np.arange(1, 9)


def frequency(coloring):
    """The ω for which sin(ωx) has the wanted sign at 10⁻¹ … 10⁻⁸: each negative point adds its own half turn."""
    return np.pi * (
        1 + ((1 - coloring) * 10.0 ** np.arange(1, len(coloring) + 1)).sum()
    )


def draw_sine(ax, coloring):
    wanted = COLORINGS[coloring]
    ω = frequency(wanted)
    turns = ω * POINTS / np.pi % 2  # in half turns: below 1 the sine is positive
    for shade, start in ((BLUE, 0), (ORANGE, 1)):
        ax.axhspan(start, start + 1, color=shade, alpha=0.15, lw=0)
    for label, color, marker in ((1, BLUE, "o"), (0, ORANGE, "s")):
        here = wanted == label
        ax.plot(np.arange(1, 9)[here], turns[here], marker, color=color, ms=9)
    ax.set(
        ylim=(0, 2),
        xlim=(0.5, 8.5),
        xlabel="i, of the point 0.1 to the power i",
        ylabel="ωx in half turns",
    )
    ax.set_title(f"ω = {ω:.0f}")
    right = int(((turns < 1) == wanted).sum())
    return (
        f"Coloring {coloring}: with ω = {ω:.0f} the sine is positive at {int(wanted.sum())} of the points, and {right} of 8 have the sign "
        "that was asked for."
    )


explore(draw_sine, coloring=[0, 15, 51, 85, 102, 150, 170, 204, 219, 255], start=3)
assert all(
    ((frequency(c) * POINTS / np.pi % 2 < 1) == c).all() for c in COLORINGS
)  # all 256

# %% [markdown]
# So the number of parameters is not what limits a class of models. The study notes that this book puts to the test ask: *can capacity be quantified?* This page answers with the number that is made for it, with what that number promises and how little that is; shows that no learner is best without knowing something of the world; and ends with the measurement that settles capacity in practice, and how far to trust it.
#
# **After this chapter you can**
#
# - find the VC dimension of a small class by trying all labelings;
# - say what is free in learning, and what is not;
# - judge an estimator by its bias, its variance and their sum;
# - know how much a validation error flatters whoever has looked at many.
#
# **You need** [chapter 5a](05a_learning_from_data.ipynb).
#
# <!-- Owed on this page. A question is answered in a box, a claim is settled by a call.
#
# Q5.4: Can the capacity of a model be quantified?
# Q5.6: What theories other than the VC dimension quantify model capacity?
# Q5.8: Is non-parametric learning really just a dynamic adjustment of capacity, which takes long to train when the right capacity is not known?
# Q5.10: What is the theoretical basis of cross-validation?
# C5.6: The gap between training and test error has an upper bound, which grows with model complexity and shrinks as training data increase.
# C5.7: The VC dimension can quantify model capacity, but its theoretical bound is too loose.
# C5.8: By Occam's razor, the simpler the model, the better its generalization error.
# C5.11: A non-parametric learning algorithm can be made by embedding a parametric one in another algorithm that increases the number of parameters.
# C5.16: Cross-validation is used when the data set is too small and the error estimate L therefore has too high a variance.
# C5.17: Hyperparameters are usually not chosen on the training set, which serves to train the parameters, but on an extra validation set.
# C5.18: When data are few, cross-validation splits them several times differently into training, validation and test sets and finally averages the results.
# C5.31: A small part of the training set is split off as a validation set; the training set trains the model parameters and the validation set trains the hyperparameters.
# -->

# %% [markdown]
# (sec-5b-shattering)=
# ## Counting what a class can do
#
# *You have seen that counting parameters misleads. After this section you can count something better.*
#
# A class of classifiers *shatters* (打散) a set of points if for each of the labelings of these points some member of the class produces it. The *VC dimension*, after Vapnik and Chervonenkis ([1971](../book/bibliography.md)), is the size of the largest set that is shattered. The notes say: *VC dimension d means that the functions can split at most d points arbitrarily*. Mind the two quantifiers. *Some* set of $d$ points must be shattered, and *no* set of $d+1$. Try it with straight lines in the plane: for each set of points, which labelings does a line produce?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def labelings_by_lines(points, directions=720):
    """All labelings of points (n, 2) that a straight line can make: along each direction, cut the order anywhere."""
    found = set()
    for angle in (np.arange(directions) + 0.37) * 2 * np.pi / directions:
        along = points @ np.array([np.cos(angle), np.sin(angle)])
        for threshold in [-np.inf, *along]:
            found.add(tuple((along > threshold).astype(int).tolist()))
    return found


def labelings_by_thresholds(points):
    """x > t or x ≤ t, on the line."""
    x = points[:, 0]
    above = {tuple((x > t).astype(int).tolist()) for t in [-np.inf, *x]}
    return above | {tuple(1 - v for v in labels) for labels in above}


def labelings_by_intervals(points):
    """a < x ≤ b."""
    x = points[:, 0]
    ends = [-np.inf, *x]
    return {
        tuple(((a < x) & (x <= b)).astype(int).tolist()) for a in ends for b in ends
    }


def labelings_by_boxes(points):
    """Rectangles with sides along the axes."""
    (x, y), found = points.T, set()
    for a, b, c, d in product(*2 * [[-np.inf, *x]], *2 * [[-np.inf, *y]]):
        inside = (a < x) & (x <= b) & (c < y) & (y <= d)
        found.add(tuple(inside.astype(int).tolist()))
    return found


CLASSES = {
    "thresholds": (labelings_by_thresholds, 2),
    "intervals": (labelings_by_intervals, 2),
    "lines": (labelings_by_lines, 3),
    "boxes": (labelings_by_boxes, 4),
}  # with the dimension that is known


def shattered(labelings, points):
    return len(labelings(points)) == 2 ** len(points)


def some_set_shattered(labelings, n, tries=200):
    """Is one of many random sets of n points shattered?"""
    rng = np.random.default_rng(n)
    return any(shattered(labelings, rng.standard_normal((n, 2))) for _ in range(tries))


largest = {
    name: max(n for n in range(1, 6) if some_set_shattered(labelings, n, 60))
    for name, (labelings, _) in CLASSES.items()
}
triangle = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
in_a_row = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
print("largest set that was shattered:", largest)
print(
    f"lines make {len(labelings_by_lines(triangle))} of 8 labelings of a triangle, "
    f"{len(labelings_by_lines(in_a_row))} of three points in a row"
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C5.5",
    tested="Among random sets of points on the line or in the plane: is the largest set that a class of classifiers splits in "
    "every way as large as its VC dimension, and no set larger by one?",
    holds=all(largest[name] == known for name, (_, known) in CLASSES.items()),
    control={
        "three points in a row, for lines, whose dimension is three: are these split in every way?": shattered(
            labelings_by_lines, in_a_row
        )
    },
    evidence="Largest sets: "
    + ", ".join(f"{name} {largest[name]}" for name in CLASSES)
    + f"; of three points in a row lines make {len(labelings_by_lines(in_a_row))} labelings.",
    turns={
        (
            '"lines": (labelings_by_lines, 3)',
            '"lines": (labelings_by_lines, 4)',
        ): "FALSE"
    },
)

# %% [markdown]
# "At most $d$" is right as a statement about the best set; three points in a row, which no line splits in every way, are no objection. A line in the plane has three parameters and dimension three. The sine has one parameter, and its dimension is infinite: the construction above goes on for any number of points.
#
# (sec-5b-lunch)=
# ## What is free
#
# *You can say how much a class can adapt to. After this section you know why adapting is not yet learning.*
#
# The notes: *there is no universal model* (没有免费午餐, no free lunch). The theorem behind it is Wolpert's ([1996](../book/bibliography.md)), and it can be enumerated. Take three bits, so eight inputs; a "world" is one of the 256 ways to label them. A learner sees five labels and predicts the other three. Let several learners loose on *all* worlds:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
BITS = np.array(list(product((0, 1), repeat=3)))
SEEN, HIDDEN = np.array([0, 1, 2, 4, 7]), np.array([3, 5, 6])


def neighbor(seen, y, new):
    distance = np.abs(new[:, None] - seen[None]).sum(axis=2)
    nearest = distance == distance.min(axis=1, keepdims=True)
    return ((nearest * y).sum(axis=1) * 2 > nearest.sum(axis=1)).astype(int)


def majority(seen, y, new):
    return np.full(len(new), int(y.mean() > 0.5))


def linear(seen, y, new):
    W = np.linalg.lstsq(np.column_stack([seen, np.ones(len(seen))]), y, rcond=None)[0]
    return (np.column_stack([new, np.ones(len(new))]) @ W > 0.5).astype(int)


def parity(seen, y, new):
    """Whichever of parity and its opposite agrees with more of what was seen."""
    agrees = (seen.sum(axis=1) % 2 == y).mean() >= 0.5
    return new.sum(axis=1) % 2 if agrees else 1 - new.sum(axis=1) % 2


LEARNERS = {
    "nearest neighbors": neighbor,
    "majority": majority,
    "linear": linear,
    "parity": parity,
    "anti-majority": lambda *a: 1 - majority(*a),
}


def off_training(learner):
    """Share of the hidden labels that are right, in each of the 256 worlds."""
    worlds = COLORINGS
    return np.array(
        [
            (learner(BITS[SEEN], w[SEEN], BITS[HIDDEN]) == w[HIDDEN]).mean()
            for w in worlds
        ]
    )


right = {name: off_training(learner) for name, learner in LEARNERS.items()}
pairs = (
    np.abs(BITS[:, None] - BITS[None]).sum(axis=2) == 1
)  # inputs that differ by a bit
borders = np.array([(pairs & (w[:, None] != w[None])).sum() // 2 for w in COLORINGS])


def draw_lunch(ax, smoothness):
    weight = np.exp(-smoothness * borders)
    weight /= weight.sum()
    values = {name: float(weight @ scores) for name, scores in right.items()}
    for row, value in enumerate(values.values()):
        ax.plot([0.5, value], [-row, -row], "-", color=INK)
        ax.plot(value, -row, "o", color=BLUE if value >= 0.5 else ORANGE, ms=9)
    ax.set_yticks(-np.arange(len(values)), list(values))
    ax.set(xlim=(0, 1), xlabel="hidden labels right")
    ax.axvline(0.5, color=INK, lw=1, alpha=0.5)
    ax.set_title(
        "All worlds alike"
        if smoothness == 0
        else f"Each border costs a factor {np.exp(-smoothness):.2f}"
    )
    return (
        f"With smoothness {smoothness:g}: "
        + ", ".join(f"{name} {value:.2f}" for name, value in values.items())
        + " of the hidden labels right on average."
    )


explore(
    draw_lunch,
    smoothness=[-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0],
    start=3,
    figsize=(5.5, 3),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
smooth = np.exp(-0.5 * borders) / np.exp(-0.5 * borders).sum()


def all_alike(weight):
    """Do all learners have the same mean score?"""
    return np.ptp([weight @ scores for scores in right.values()]) < 1e-9


settle(
    "C5.12",
    tested=f"{len(LEARNERS)} learners that see {len(SEEN)} of {len(BITS)} labels: over all {len(COLORINGS)} worlds, do they predict the hidden "
    "labels equally well, so that none is universal?",
    holds=all_alike(np.full(len(COLORINGS), 1 / len(COLORINGS))),
    control={"worlds weighted by their smoothness": all_alike(smooth)},
    evidence=f"Over all worlds each has {np.mean(right['linear']):.3f} of the hidden labels right; in smooth worlds the nearest neighbors have "
    f"{smooth @ right['nearest neighbors']:.2f} and the opposite of the majority {smooth @ right['anti-majority']:.2f}.",
    turns={
        (
            "all_alike(np.full(len(COLORINGS), 1 / len(COLORINGS)))",
            "all_alike(smooth)",
        ): "FALSE"
    },
    card=True,
)

# %% [markdown]
# Exactly one half for everyone, even for the one who predicts the opposite of what it saw. The reason fits in a line: for whatever a learner predicts of a hidden label, as many worlds agree as disagree. Move the slider, and the tie is gone. As soon as neighbors tend to have the same label, neighbors and majority win; to the left of zero, where they tend to differ, the contrarian and parity do. So the theorem does not say that all algorithms are equal. It says that whoever is better has assumed something about the world, and the notes draw the right conclusion: the task is to find *which priors fit the real world*.
#
# (q5-9)=
# :::{admonition} Question 5.9 · Is the no-free-lunch theorem of machine learning not exactly what the algorithms book already says?
# :class: question
# There are two relatives. Wolpert ([1996](../book/bibliography.md)) averages the error of *learners* over all target functions, as above. Wolpert and Macready ([1997](../book/bibliography.md)) average the success of *search and optimization* algorithms over all objective functions, which is what a book on algorithms tells. Same argument, different subject: over all functions alike, what was seen says nothing about what was not.
# :::
#
# (sec-5b-estimators)=
# ## Estimators
#
# *You judge models by bias and variance. After this section you can judge a rule that estimates a number.*
#
# A *point estimate* (点估计) is a single best guess of a quantity, computed from data. The notes ask of it what we asked of models: its *bias*, the distance of its mean from the truth, and its *variance* over samples. For an estimate $\hat\theta$ of $\theta$ the same two lines as in [chapter 5a](05a_learning_from_data.ipynb) give
#
# $$
# \mathbb E\,(\hat\theta-\theta)^2 = (\mathbb E\,\hat\theta-\theta)^2+\operatorname{var}\hat\theta .
# $$ (eq-5b-mse)
#
# The classic example is the variance of $m$ numbers. Divide the sum of squared deviations from the mean by $m$, by $m-1$ or by $m+1$? Its expectation is $(m-1)\sigma^2$: $m$ squares about the true mean, less what the sample's own mean takes away, $m\cdot\sigma^2/m$. So $m-1$ has no bias, and $m$ has a bias of $-\sigma^2/m$ that dies away. Which is nearest to the truth?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
COUNTS = np.array([2, 3, 5, 10, 20, 50, 100])
DIVISORS = {"m − 1": -1, "m": 0, "m + 1": 1}


def variance_estimates(m, draws=20_000):
    """Sums of squared deviations of m normal numbers of variance one."""
    x = np.random.default_rng(m).standard_normal((draws, m))
    return ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)


sums = {m: variance_estimates(m) for m in COUNTS.tolist()}
qualities = {
    name: np.array(
        [(abs((s / (m + k)).mean() - 1), (s / (m + k)).var()) for m, s in sums.items()]
    )
    for name, k in DIVISORS.items()
}  # (sizes, bias and variance)


def draw_estimators(axes):
    bias = {f"divided by {name}": q[:, 0] for name, q in qualities.items()}
    error = {
        f"divided by {name}": q[:, 0] ** 2 + q[:, 1] for name, q in qualities.items()
    }
    lines(axes[0], COUNTS, bias, log="xy", xlabel="m", title="Bias")
    lines(axes[1], COUNTS, error, log="xy", xlabel="m", title="Mean squared error")
    best = min(error, key=lambda name: error[name][2])
    return f"With five numbers the smallest mean squared error is that of the sum {best}: {error[best][2]:.2f}."


show(draw_estimators, columns=2, figsize=(8, 3.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
m = 5
with_bias, without_bias = sums[m] / (m + 1), sums[m] / (m - 1)
apart = abs(with_bias.mean() - 1) ** 2 + with_bias.var() - ((with_bias - 1) ** 2).mean()
by_definition(
    "C5.19",
    because="The mean squared error of an estimate is the square of its bias plus its variance; the bias is the same in every "
    "sample, the variance is what differs between samples.",
    holds=abs(apart) < 1e-9,
    evidence=f"For the variance of {m} numbers, with the largest of the three divisors: bias² {abs(with_bias.mean() - 1) ** 2:.3f} and variance {with_bias.var():.3f} "
    f"add up to the error {((with_bias - 1) ** 2).mean():.3f}.",
)
by_definition(
    "C5.20",
    because="This is how the words are defined. An estimate with m in the denominator shows both: biased for every m, and "
    "asymptotically unbiased.",
    holds=bool(
        np.all(np.diff(qualities["m"][:, 0]) < 0)
        and qualities["m − 1"][:, 0].max() < 0.05
    ),
    evidence=f"Divided by m, the bias falls from {qualities['m'][0, 0]:.2f} with {COUNTS[0]} numbers to {qualities['m'][-1, 0]:.3f} with {COUNTS[-1]}; divided "
    f"by one less it is at most {qualities['m − 1'][:, 0].max():.3f}.",
)
by_definition(
    "C5.32",
    because="A point estimate is defined as one value that is best by some criterion. Which one depends on the criterion, and it "
    "does not say how sure it is.",
    holds=((with_bias - 1) ** 2).mean() < ((without_bias - 1) ** 2).mean(),
    evidence=f"Of the same {m} numbers, unbiased estimation divides by {m - 1}, the smallest mean squared error by {m + 1}.",
)


ESTIMATES = {
    "mean": lambda x: x.mean(axis=1),
    "median": lambda x: np.median(x, axis=1),
    "first value": lambda x: x[:, 0],
    "half the mean": lambda x: x.mean(axis=1) / 2,
    "always two": lambda x: np.full(len(x), 2.0),
}
UNBIASED = ("mean", "median", "first value")


def names_the_best(quality, names, truth=0.5, m=10, draws=2000, seeds=20):
    """For each seed: has the estimate of smallest `quality` also the smallest mean squared error?"""
    row = []
    for seed in range(seeds):
        x = truth + np.random.default_rng(seed).standard_normal((draws, m))
        found = {name: ESTIMATES[name](x) for name in names}
        error = {name: ((e - truth) ** 2).mean() for name, e in found.items()}
        row.append(
            min(found, key=lambda name: quality(found[name]))
            == min(error, key=error.get)
        )
    return row


among_unbiased, among_all = (
    names_the_best(np.var, names) for names in (UNBIASED, ESTIMATES)
)
settle(
    "C5.22",
    tested="Estimates of a mean from ten numbers: has the one with the smallest variance over samples the smallest error?",
    on="bias of the estimates that are compared",
    cases={"all without bias": among_unbiased, "some with bias": among_all},
    control={
        "the largest variance instead, without bias": names_the_best(
            lambda e: -e.var(), UNBIASED
        )
    },
    evidence=f"The variance names the best estimate in {sum(among_unbiased)} of {len(among_unbiased)} trials without bias and in {sum(among_all)} "
    "with it.",
    turns={
        (
            "for names in (UNBIASED, ESTIMATES)",
            "for names in (UNBIASED, UNBIASED)",
        ): "TRUE"
    },
)

# %% [markdown]
# *The variance can be regarded as generalization ability*, say the notes. It can where nothing is biased. A constant has no variance at all, and has learned nothing.
#
# (sec-5b-best-of-many)=
# ## The best of many
#
# *You choose models on validation data. After this section you know how much the winner's error flatters.*
#
# The training set fits parameters, the *validation set* (验证集) chooses hyperparameters (超参数). Why not choose on the training set as well? And what happens to the validation error when it has chosen among many? Let $k$ models, all of them guessing at random, be judged on 100 validation samples with two classes, and keep the best.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
TRIED = (1, 3, 10, 30, 100, 300, 1000)


def best_of(k, seed, samples=100):
    """Accuracy of the best of k guessers on validation samples, and the same guesser on as many fresh ones."""
    rng = np.random.default_rng(seed)
    right = rng.binomial(samples, 0.5, k) / samples
    return right.max(), rng.binomial(samples, 0.5) / samples


flattery = np.array([[best_of(k, seed) for k in TRIED] for seed in range(200)])


def draw_flattery(ax):
    validation, fresh = flattery.mean(axis=0).T
    curves = {"on the data that chose it": validation, "on fresh data": fresh}
    lines(
        ax,
        TRIED,
        curves,
        log="x",
        xlabel="models tried",
        ylabel="accuracy of the winner",
    )
    ax.set(ylim=(0.4, 0.8), title="All of them only guess")
    return f"The best of {TRIED[-1]:,} guessers is right on {validation[-1]:.0%} of the validation samples, and on {fresh[-1]:.0%} of fresh ones."


show(draw_flattery)

# %% [markdown]
# :::{admonition} Exercise 1 · how many labelings
# :class: exercise
# Return the number of different labelings that thresholds of both directions ($x>t$ and $x\le t$) produce on the numbers `x` (n,). Some of the numbers may be equal.
# :::


# %%
def count_labelings(x):
    """How many labelings of x the thresholds make."""
    ...


exercises.check_count_labelings(count_labelings)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Between n different numbers and beyond them there are n + 1 places to cut, in two directions; the two labelings
# that are all alike are counted twice.
def count_labelings(x):
    return 2 * len(set(np.asarray(x).tolist()))


exercises.check_count_labelings(count_labelings)

# %% [markdown]
# (sec-5b-summary)=
# ## What to take away
#
# 1. The number of parameters does not measure capacity: a sine with one splits any number of points in every way.
# 2. Without assumptions about the world no learner is better than another on what it has not seen.
# 3. The error of an estimate is bias² plus variance; either alone misleads.
# 4. The winner's validation error flatters, the more so the more were tried.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
