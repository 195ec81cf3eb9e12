# %% [markdown]
# # Capacity and validation
#
# A classifier with one number to choose: it calls $x$ positive where $\sin(\omega x)>0$. Eight points lie at $0.1$, $0.01$ and so on down to $10^{-8}$. Color them as you like. There is an $\omega$ for your coloring, and one for each of the 255 others.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets, linear_models
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import capacity_and_validation as exercises
from dlnotes.explore import explore, show
from dlnotes.metrics import rank_correlation
from dlnotes.plotting import BLUE, INK, ORANGE, lines, log_scale

np.set_printoptions(precision=4, suppress=True)

COLORINGS = np.array(list(product((0, 1), repeat=8)))  # (256, 8); 1 is positive
POINTS = 10.0 ** -np.arange(1, 9)


def frequency(coloring):
    """The ω for which sin(ωx) has the wanted sign at 10⁻¹ … 10⁻⁸: each negative point adds its own half turn."""
    return np.pi * (
        1 + ((1 - coloring) * 10.0 ** np.arange(1, len(coloring) + 1)).sum()
    )


CLOSE = np.linspace(-1, 1, 61)


def draw_sine(ax, coloring):
    """Each point with the wave around it, seen through a lens: one turn is as wide as the gap to the next point."""
    wanted = COLORINGS[coloring]
    ω = frequency(wanted)
    turns = ω * POINTS / np.pi % 2  # in half turns: below 1 the sine is positive
    for shade, low in ((BLUE, 0), (ORANGE, -1.3)):
        ax.axhspan(low, low + 1.3, color=shade, alpha=0.15, lw=0)
    for i, turn in enumerate(turns, start=1):
        color, marker = ((ORANGE, "s"), (BLUE, "o"))[wanted[i - 1]]
        wave = np.sin(np.pi * (turn + CLOSE))
        ax.plot(i + 0.42 * CLOSE, wave, "-", color=INK, lw=1, alpha=0.6)
        ax.plot(i, np.sin(np.pi * turn), marker, color=color, ms=9)
    ax.set(
        ylim=(-1.3, 1.3),
        xlim=(0.5, 8.5),
        xlabel="i, of the point 0.1 to the power i",
        ylabel="sin ωx near the point",
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
# So the number of parameters is not what limits a class of models. The study notes that this book puts to the test ask: *can capacity be quantified?* This page lets five measures of it compete, finds out what a guarantee is worth, shows that no learner is best without knowing something of the world, and ends with the measurement that settles capacity in practice: validation, and how far to trust it.
#
# **After this chapter you can**
#
# - find the VC dimension of a small class by trying all labelings, and say what it guarantees;
# - measure the capacity of a fitted model in ways that foretell its gap;
# - say what is free in learning, and what is not;
# - judge an estimator by its bias, its variance and their sum;
# - choose a model on few data, and know how much the winner's error flatters.
#
# **You need** leave-one-out, effective parameters and double descent from [chapter 5a](05a_learning_from_data.ipynb).

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


def widest_line(points, labels, directions=720):
    """Direction (2,) and threshold of the line that keeps the two colors farthest apart; None if one color is missing."""
    labels = np.array(labels, dtype=bool)
    if labels.all() or not labels.any():
        return None
    angles = np.arange(directions) * 2 * np.pi / directions
    normals = np.stack([np.cos(angles), np.sin(angles)])
    along = points @ normals  # (n, directions)
    low, high = along[~labels].max(axis=0), along[labels].min(axis=0)
    best = (high - low).argmax()
    return normals[:, best], (high + low)[best] / 2


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
one_inside = np.vstack([triangle, [[0.3, 0.3]]])
square = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def draw_labelings(ax, points):
    places = {
        "triangle": triangle,
        "in a row": in_a_row,
        "square": square,
        "one inside": one_inside,
    }[points]
    n, made = len(places), labelings_by_lines(places)
    columns = 2 ** (n - 1)
    for k, labels in enumerate(product((0, 1), repeat=n)):
        corner = np.array([k % columns * 3.0, -(k // columns) * 3.5])
        size = 1.4 / max(places.max(), 1)
        box = corner + np.array([[-0.5, -1.4], [1.9, -1.4], [1.9, 1.8], [-0.5, 1.8]])
        ax.fill(*box.T, color=INK, alpha=0.07, lw=0)
        for (x, y), label in zip(places * size + corner, labels, strict=True):
            color, marker = ((BLUE, "o"), (ORANGE, "s"))[label]
            ax.plot(x, y, marker, color=color, ms=5)
        if labels in made and (line := widest_line(places * size, labels)):
            normal, threshold = line
            foot = corner + threshold * normal
            ends = foot + np.outer(np.linspace(-4, 4, 400), [-normal[1], normal[0]])
            inside = ((ends > box.min(axis=0)) & (ends < box.max(axis=0))).all(axis=1)
            ax.plot(*ends[inside].T, "-", color=INK, lw=1)
        if labels not in made:
            ax.text(*(corner + (0.7, -1.05)), "no line", ha="center", color=INK)
    ax.set(xlim=(-0.8, columns * 3.0 - 0.8), ylim=(-5, 2), aspect="equal")
    ax.set_axis_off()
    ax.set_title(f"{len(made)} of {2**n} labelings")
    return f"{points.capitalize()}: straight lines make {len(made)} of the {2**n} labelings of {n} points."


explore(
    draw_labelings,
    points=["triangle", "in a row", "square", "one inside"],
    figsize=(5.5, 2.2),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C5.5",
    because="This is the definition: some set of d points is split in every way, and no set of one point more. (It says nothing of other sets of "
    "d points.)",
    holds=all(largest[name] == known for name, (_, known) in CLASSES.items()),
    evidence="The largest sets that were found among random ones are as large as the dimensions that are known: "
    + ", ".join(f"{name} {largest[name]}" for name in CLASSES)
    + f"; of three points in a row lines make {len(labelings_by_lines(in_a_row))} labelings.",
)

# %% [markdown]
# "At most $d$" is right as a statement about the best set; three points in a row, which no line splits in every way, are no objection. A line in the plane has three parameters and dimension three. (With $p$ features and no constant a linear classifier has dimension $p$.) The sine has one parameter, and its dimension is infinite: the construction above goes on for any number of points.
#
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
# (sec-5b-promise)=
# ## What the number promises
#
# *You can count what a class can do. After this section you know what follows for data that it has not seen.*
#
# Why should it matter how many labelings a class can make? Because a class that can make all of them learns nothing by matching the one it is shown. Vapnik turned this into a guarantee (the form here is that of his book of [1995](../book/bibliography.md)): let $h$ be the VC dimension, $m$ the number of samples and $\eta$ a small probability. Then with probability $1-\eta$, for *all* members of the class at once,
#
# $$
# \begin{aligned}
# \text{error on }&\text{new ones}\le\text{error on the }m\\
# &+\sqrt{\frac{h\,\bigl(\ln\frac{2m}h+1\bigr)-\ln\frac\eta4}{m}} .
# \end{aligned}
# $$ (eq-5b-vc)
#
# The notes call the root the *confidence term* (置信风险) and write its first bracket as $\ln(\frac{2m}h+1)$, with the one in the wrong place; the slip makes the promise a little better than it is. The term grows with $h$ and falls with $m$. Is the promise kept, and what is it worth? Let a reader tell odd digits from even ones, by the sign of least squares with $p$ random features, so that $h=p$:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
digits = datasets.digits()
SAMPLES = (100, 200, 400, 800, 1400)


def confidence(h, m, η=0.05):
    return np.sqrt((h * (np.log(2 * m / h) + 1) - np.log(η / 4)) / m)


def random_features(x, seed, p):
    """x ↦ p random ReLU features, as in chapter 5a."""
    return linear_models.random_features(x, p, rng=np.random.default_rng(1000 + seed))


def odd_or_even(seed, p, m):
    """Errors of a reader on its m samples and on 350 others."""
    order = np.random.default_rng(seed).permutation(len(digits.x))
    x, y = digits.x[order], np.where(digits.y[order] % 2, 1, -1)
    features = random_features(digits.x, seed, p)  # fixed before any label is seen
    w = np.linalg.lstsq(features(x[:m]), y[:m], rcond=None)[0]
    wrong = np.sign(features(x) @ w) != y
    return wrong[:m].mean(), wrong[-350:].mean()


def sine_reader(seed, m=200, places=2000):
    """Errors of the sine on m of the points 10⁻¹ … 10⁻²⁰⁰⁰ with random labels, and on 400 more; in whole numbers, which are exact."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, places + 1)
    order = 1 + rng.permutation(places)
    seen, new = order[:m], order[m : m + 400]
    ω = 1 + sum(
        10 ** int(i) for i in set(seen.tolist()) if labels[i] == 0
    )  # in units of π
    says = lambda i: int(ω % (2 * 10 ** int(i)) < 10 ** int(i))
    return tuple(np.mean([says(i) != labels[i] for i in some]) for some in (seen, new))


kept = np.array([[odd_or_even(seed, 20, m) for m in SAMPLES] for seed in range(20)])
larger = np.array(
    [[odd_or_even(seed, p, 400) for p in (5, 20, 60)] for seed in range(20)]
)
sines = np.array([sine_reader(seed) for seed in range(20)])


def draw_promise(ax):
    train, new = kept.mean(axis=0).T
    bound = train + confidence(20, np.array(SAMPLES))
    curves = {"guaranteed": bound, "on new digits": new, "on the samples": train}
    lines(ax, SAMPLES, curves, xlabel="samples", ylabel="share misread")
    log_scale(ax, "x")
    ax.axhline(0.5, color=INK, lw=1, alpha=0.4)
    ax.set(ylim=(0, 1.2), title="Odd or even, with twenty features")
    return (
        f"With {SAMPLES[0]} and {SAMPLES[-1]:,} samples the guarantee is {bound[0]:.2f} and {bound[-1]:.2f}, the error on new digits {new[0]:.2f} and "
        f"{new[-1]:.2f}, on the samples {train[0]:.2f} and {train[-1]:.2f}. Guessing errs by one half (the line)."
    )


show(draw_promise)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
gap = np.diff(kept, axis=2)[..., 0]
gap_by_size = np.diff(larger, axis=2)[..., 0]
SMALL = 0.05
needed = next(m for m in range(100, 10**6, 100) if confidence(20, m) < SMALL)
settle(
    "C5.6",
    tested=f"Readers with VC dimension 20 and {SAMPLES[0]} to {SAMPLES[-1]:,} samples, and with dimension 5, 20 and 60 and 400 samples: does the gap between "
    f"new and old error stay below the confidence term, as is promised with probability {0.95}? (With the bracket where it belongs; the notes misprint it.)",
    holds=(gap < confidence(20, np.array(SAMPLES))).all(axis=1)
    & (gap_by_size < confidence(np.array([5, 20, 60]), 400)).all(axis=1),
    control={
        "the sine, if its one parameter is taken for its dimension": sines[:, 1]
        - sines[:, 0]
        < confidence(1, 200)
    },
    evidence=f"Mean gap with {SAMPLES[0]} and {SAMPLES[-1]:,} samples: {gap[:, 0].mean():.3f} and {gap[:, -1].mean():.3f} (term {confidence(20, SAMPLES[0]):.2f} and "
    f"{confidence(20, SAMPLES[-1]):.2f}); with the smallest and the largest dimension {gap_by_size[:, 0].mean():.3f} and {gap_by_size[:, -1].mean():.3f} (term "
    f"{confidence(5, 400):.2f} and {confidence(60, 400):.2f}). The sine is wrong on {sines[:, 0].mean():.0%} of what it saw and {sines[:, 1].mean():.0%} of the rest.",
    turns={
        (
            "confidence(20, np.array(SAMPLES))).all",
            "confidence(20, np.array(SAMPLES)) / 30).all",
        ): "FALSE"
    },
)


def too_loose(guarantee, true):
    """For each seed: is the promised error more than twice the true one, with 60 features and 400 samples, and with 20 and 1,400?"""
    return (guarantee > 2 * true).all(axis=0)


both = np.stack([larger[:, -1], kept[:, -1]])  # (two sizes, seeds, old and new error)
terms = np.array([[confidence(60, 400)], [confidence(20, 1400)]])
by_dimension, true = both[..., 0] + terms, both[..., 1]
by_holding_out = true + np.sqrt(np.log(1 / 0.05) / (2 * 350))
settle(
    "C5.7",
    tested="Two readers of odd and even digits: is the error that their VC dimension guarantees more than twice the true one, on both?",
    holds=too_loose(by_dimension, true),
    control={
        "what 350 held-out digits guarantee (Hoeffding's inequality), in place of the dimension": too_loose(
            by_holding_out, true
        )
    },
    evidence=f"They misread {true[0].mean():.0%} and {true[1].mean():.0%} of new digits; guaranteed are {by_dimension[0].mean():.0%} and {by_dimension[1].mean():.0%} by the dimension, "
    f"{by_holding_out[0].mean():.0%} and {by_holding_out[1].mean():.0%} by holding out. For a term below {SMALL}, even dimension {20} needs {needed:,} samples.",
    turns={
        (
            "holds=too_loose(by_dimension, true)",
            "holds=too_loose(by_holding_out, true)",
        ): "FALSE"
    },
    card=True,
)

# %% [markdown]
# The guarantee speaks of the worst member of the class, in the worst of worlds, and says so before any data are seen. A few hundred digits that were held out say more. (Their own guarantee is Hoeffding's: with probability $1-\eta$ the true error exceeds the one that was measured on $m$ fresh samples by at most $\sqrt{\ln(1/\eta)/2m}$.) What the bound is good for is insight: it shows that learning is possible at all, and that the number of samples need grow only with what the class can do, not with the number of its parameters.
#
# :::{admonition} Exercise 2 · the confidence term
# :class: exercise
# Return the second term of {eq}`eq-5b-vc` for the VC dimension `h`, `m` samples and the probability `eta`.
# :::


# %%
def confidence_term(h, m, eta):
    """What is added to the training error."""
    ...


exercises.check_confidence_term(confidence_term)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The one stands outside the logarithm; minus ln(η/4) is ln(4/η), a positive number.
def confidence_term(h, m, eta):
    return np.sqrt((h * (np.log(2 * m / h) + 1) + np.log(4 / eta)) / m)


exercises.check_confidence_term(confidence_term)

# %% [markdown]
# ### Five measures compete
#
# A bound for a whole class cannot tell one fitted model from another. Page [5a](05a_learning_from_data.ipynb) had models with 20 to 3,000 features and with all kinds of penalties; a measure of capacity is good if it orders them as their gaps between new and old error do. Five candidates:
#
# - the *number of parameters* $p$;
# - the *effective parameters* $d(\lambda)$ of page 5a;
# - the *length of the weights* $\lVert W\rVert$, for features divided by $\sqrt p$, so that more of them do not by themselves mean larger ones; bounds on margins and norms use it;
# - *random labels*: how much of pure coin tosses, in place of the labels, can the learner reproduce? (The idea of the *Rademacher complexity*, Bartlett and Mendelson [2002](../book/bibliography.md). Of a linear fit $S$ it is $\operatorname{Tr}(2S-S^2)/n$ on average, so close to the effective parameters.)
# - *stability*: how far does the prediction for a sample move if that sample is left out? (Bousquet and Elisseeff [2002](../book/bibliography.md); for a fit through all samples that is the leave-one-out error itself.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
WIDTHS, PENALTIES = (
    (20, 60, 120, 180, 220, 260, 300, 400, 600, 1000, 3000),
    (0, 1, 10, 100, 1000, 10**4),
)
MEASURES = (
    "parameters",
    "effective parameters",
    "length of weights",
    "random labels",
    "stability",
)


def squared(errors):
    return (errors**2).sum(axis=1).mean()


def noisy_digits(seed, n):
    """n digits and 600 others, and for each the wanted outputs (·, 10); a tenth of the labels are wrong."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    x, y = digits.x[order], digits.y[order]
    T = np.eye(10)[datasets.mislabel(y, 10, share=0.1, rng=rng)]
    return x[:n], T[:n], x[-600:], T[-600:]


def capacities(seed, n=200):
    """For each model: gap, error on new digits, training error, and the five measures."""
    x, T, new_x, new_T = noisy_digits(seed, n)
    features = random_features(x, seed, max(WIDTHS))
    coins = np.random.default_rng(seed).choice([-1, 1], (n, 20))
    A, B, rows = features(x), features(new_x), []
    for p in WIDTHS:
        U, s, Vt = np.linalg.svd(A[:, :p], full_matrices=False)
        along, new_along = U.T @ T, B[:, :p] @ Vt.T
        for λ in PENALTIES:
            share = s**2 / (s**2 + λ)
            W = (share / s)[:, None] * along  # in the coordinates of Vt
            residual = T - U @ (share[:, None] * along)
            tossed = coins - U @ (share[:, None] * (U.T @ coins))
            if λ == 0 and p >= n:  # the limit of residual / (1 − leverage)
                inverse = U / s**2 @ U.T
                left_out = inverse @ T / np.diag(inverse)[:, None]
            else:
                left_out = residual / (1 - U**2 @ share)[:, None]
            moved = np.sqrt(((left_out - residual) ** 2).sum(axis=1)).mean()
            new, old = squared(new_T - new_along @ W), squared(residual)
            rows.append(
                (
                    new - old,
                    new,
                    old,
                    p,
                    share.sum(),
                    np.linalg.norm(W) * np.sqrt(p),
                    1 - (tossed**2).mean(),
                    moved,
                )
            )
    return np.array(rows)


models = np.array([capacities(seed) for seed in range(20)])  # (seeds, models, 8)


def agreement(a, b):
    """Rank correlation of two columns, for each seed."""
    return np.array([rank_correlation(x, y) for x, y in zip(a, b, strict=True)])


settings = np.array(list(product(WIDTHS, PENALTIES)))  # (models, 2)
everyone, middling, bare = settings[:, 0] > 0, settings[:, 1] == 10, settings[:, 1] == 0


def agree(measure, among):
    """Rank correlation of a measure with the gap, for each seed."""
    return agreement(models[:, among, 0], models[:, among, 3 + MEASURES.index(measure)])


GROUPS = {
    f"all {len(settings)} models": (everyone, INK, "o"),
    "one penalty, λ = 10": (middling, BLUE, "s"),
    "no penalty": (bare, ORANGE, "^"),
}


def draw_against_gap(axes, measure):
    column, gaps = 3 + MEASURES.index(measure), models[0, :, 0]
    for among, color, marker in GROUPS.values():
        axes[0].plot(models[0, among, column], gaps[among], marker, color=color, ms=5)
    log_scale(axes[0], "xy")
    axes[0].set(xlabel=measure, ylabel="gap", title="66 models, one trial")
    for row, (name, (among, color, marker)) in enumerate(GROUPS.items()):
        values = [agree(name, among).mean() for name in MEASURES]
        axes[1].plot(values, -np.arange(5), marker, color=color, ms=8, alpha=0.8)
        axes[1].text(-0.05, -2.8 - 0.55 * row, name, color=color, va="center")
    axes[1].axhspan(-MEASURES.index(measure) - 0.4, 0.4 - MEASURES.index(measure), color=INK, alpha=0.08, lw=0)  # fmt: skip
    axes[1].set_yticks(-np.arange(5), MEASURES)
    axes[1].set(xlim=(-0.1, 1.1), ylim=(-4.5, 0.5), xlabel="rank correlation", title="Who foretells the gap?")  # fmt: skip
    return f"{measure.capitalize()}: rank correlation with the gap, mean of 20 trials, " + ", ".join(f"{agree(measure, among).mean():.2f} ({name})" for name, (among, *_) in GROUPS.items()) + "."  # fmt: skip


explore(draw_against_gap, columns=2, measure=list(MEASURES), figsize=(9, 3.6))
assert (
    agree("stability", everyone).mean()
    > 0.95
    > 0.6
    > agree("parameters", everyone).mean()
)
assert (
    agree("parameters", middling).mean() > 0.99
    and abs(agree("parameters", bare).mean()) < 0.3
)
assert (
    min(agree(name, bare).mean() for name in ("length of weights", "stability")) > 0.9
)

# %% [markdown]
# With one penalty for all, the number of parameters orders the models perfectly. Let the penalty vary, or go without one past the peak, and it says little. Effective parameters and random labels see the penalty, but not the second descent: all fits through every sample have $d=200$ and reproduce all coins. Length and stability see both.
#
# (q5-4)=
# :::{admonition} Question 5.4 · Can the capacity of a model be quantified?
# :class: question
# In more than one way, and each answers another question. Of a *class*, before any data: the VC dimension says what it could do. Of a *learner*, on given inputs: effective parameters and random labels say how much of anything it would reproduce. Of one *fitted model*: the length of its weights and its stability. The figure shows when they foretell the gap.
# :::
#
# (q5-6)=
# :::{admonition} Question 5.6 · What theories other than the VC dimension quantify model capacity?
# :class: question
# Those behind the figure: covariance penalties (effective parameters), Rademacher complexity (random labels), bounds by margin and norm, and stability. Beyond them, description length counts the bits in which the model and its mistakes can be sent, and PAC-Bayes weighs how far training moves a distribution over models from where it began. Shalev-Shwartz and Ben-David ([2014](../book/bibliography.md)) treat all of these.
# :::
#
# *Occam's razor* (奥卡姆剃刀) is often quoted here: *the simpler, the better the generalization error*, say the notes. Simple may mean few features, or short weights. And it matters what else is equal. Past the peak one can take the shortest fit through all samples and add to its weights whatever the samples do not notice: the fit stays perfect, the number of features stays, only the length grows.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DETOURS = (0, 0.5, 1, 2, 4)  # what is added, in lengths of the shortest weights


def with_detours(seed, n=200, p=3000):
    """Lengths of W, and errors on new digits, of fits through all samples that differ only in what the samples do not notice."""
    train_x, train_T, new_x, new_T = noisy_digits(seed, n)
    features = random_features(train_x, seed, p)
    A, B = features(train_x), features(new_x)
    rng = np.random.default_rng(seed)
    solve = lambda T: A.T @ np.linalg.solve(A @ A.T, T)  # the shortest W with A W = T
    W, free = solve(train_T), rng.standard_normal((p, 10))
    free -= solve(A @ free)
    free *= np.linalg.norm(W) / np.linalg.norm(free)
    fits = [W + t * free for t in DETOURS]
    assert max(np.abs(A @ fit - train_T).max() for fit in fits) < 1e-6
    return [(np.linalg.norm(fit), squared(new_T - B @ fit)) for fit in fits]


detours = np.array([with_detours(seed) for seed in range(20)])
new_error, widest = models[..., 1], settings[:, 0] == WIDTHS[-1]


def simpler_is_better(simplicity, error):
    """For each seed: does the order by this measure nearly agree with that by error on new digits (rank correlation above 0.8)?"""
    return agreement(simplicity, error) > 0.8


few, short = (MEASURES.index(name) + 3 for name in ("parameters", "length of weights"))
settle(
    "C5.8",
    tested="Readers of digits: is a simpler one better on new digits, so that the order by simplicity nearly agrees with the order by error?",
    on="measure of simplicity, and what else is equal",
    cases={
        "fewer features, one penalty": simpler_is_better(
            models[:, middling, few], new_error[:, middling]
        ),
        "fewer features, no penalty": simpler_is_better(
            models[:, bare, few], new_error[:, bare]
        ),
        "shorter weights, by a stronger penalty": simpler_is_better(
            models[:, widest, short], new_error[:, widest]
        ),
        "shorter weights, the same features and the same perfect fit": simpler_is_better(
            detours[..., 0], detours[..., 1]
        ),
    },
    evidence=f"With one penalty more features mean less error (rank correlation {agreement(models[:, middling, few], new_error[:, middling]).mean():.2f}); the weights of the "
    f"strongest penalty are the shortest, and do not read best. Among perfect fits the squared error grows with the length from {detours[:, 0, 1].mean():.2f} to {detours[:, -1, 1].mean():.2f}.",
    turns={
        ("W + t * free for t in DETOURS", "W * (1 + 0 * t) for t in DETOURS"): "FALSE"
    },
    card=True,
)

# %% [markdown]
# The razor cuts among explanations that fit *equally well*: there, the one with the shorter weights wins. It does not favor a simple model that fits badly. And simple must be measured by what the learner prefers, not by counting symbols.
#
# (sec-5b-lunch)=
# ## What is free
#
# *You can say how much a class can adapt to. After this section you know why adapting is not yet learning.*
#
# The notes: *there is no universal model* (没有免费午餐, no free lunch). The theorem behind it is Wolpert's ([1996](../book/bibliography.md)), and it can be enumerated. Take three bits: eight inputs, the corners of a cube. A "world" is one of the 256 ways to color them. A learner sees five corners and predicts the other three. *Nearest neighbors* let the nearest seen corners vote; *majority* calls all as most seen ones are, and *anti-majority* says the opposite; *linear* fits a plane by least squares and cuts at one half; *parity* colors by whether the number of ones is odd or even, whichever way agrees with more of what was seen. Let them loose on *all* worlds. The slider weighs the worlds: each *border*, an edge of the cube whose ends have different colors, multiplies the weight of a world by a factor. (On the left, a world that is typical for the weights.)


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
    return (np.column_stack([new, np.ones(len(new))]) @ W > 0.5 + 1e-9).astype(int)


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


def corners():
    """Places (8, 2) of the corners of a cube in the plane."""
    return BITS @ np.array([[0.45, 0.35], [0.0, 1.0], [1.0, 0.0]])


def typical_world(smoothness):
    """The first world, balanced in its colors, whose borders are as many as the weighted mean."""
    weight = np.exp(-smoothness * borders)
    mean = (weight @ borders) / weight.sum()
    balanced = COLORINGS.sum(axis=1) == 4
    return COLORINGS[np.where(balanced, np.abs(borders - mean), np.inf).argmin()]


def draw_lunch(axes, smoothness):
    weight = np.exp(-smoothness * borders)
    weight /= weight.sum()
    world, places = typical_world(smoothness), corners()
    for i, j in np.argwhere(np.triu(pairs)):
        differ = world[i] != world[j]
        axes[0].plot(*places[[i, j]].T, "-" if differ else ":", color=INK, lw=2.5 if differ else 1)  # fmt: skip
    for i, (place, label) in enumerate(zip(places, world, strict=True)):
        color, marker = ((BLUE, "o"), (ORANGE, "s"))[label]
        axes[0].plot(*place, marker, color=color, ms=12)
        if i in HIDDEN:
            axes[0].annotate("?", place, xytext=(9, 5), textcoords="offset points")
    axes[0].set(xlim=(-0.25, 1.75), ylim=(-0.2, 1.6), aspect="equal")
    axes[0].set_title("A typical world: ? is hidden")
    axes[0].set_axis_off()
    values = {name: float(weight @ scores) for name, scores in right.items()}
    for row, value in enumerate(values.values()):
        axes[1].plot([0.5, value], [-row, -row], "-", color=INK)
        axes[1].plot(
            value, -row, "o", color=BLUE if value > 0.5 - 1e-9 else ORANGE, ms=9
        )
    axes[1].set_yticks(-np.arange(len(values)), list(values))
    axes[1].set(xlim=(0, 1), xlabel="hidden labels right")
    axes[1].axvline(0.5, color=INK, lw=1, alpha=0.5)
    axes[1].set_title(
        "All worlds alike"
        if smoothness == 0
        else f"Each border: factor {np.exp(-smoothness):.2f}"
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
    columns=2,
    figsize=(9, 3.2),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
smooth = np.exp(-0.5 * borders) / np.exp(-0.5 * borders).sum()


def all_alike(weight):
    """Do all learners have the same mean score?"""
    return np.ptp([weight @ scores for scores in right.values()]) < 1e-9


by_definition(
    "C5.12",
    because="Whatever a learner predicts of a hidden label, as many worlds agree as disagree; so over all worlds alike every learner is right half of "
    "the time. What should be the goal of the field is a conclusion, not a theorem.",
    holds=all_alike(np.full(len(COLORINGS), 1 / len(COLORINGS)))
    and not all_alike(smooth),
    evidence=f"Over all worlds each of {len(LEARNERS)} learners has {np.mean(right['linear']):.3f} of the hidden labels right; in smooth worlds the nearest neighbors have "
    f"{smooth @ right['nearest neighbors']:.2f} and the opposite of the majority {smooth @ right['anti-majority']:.2f}.",
    card=True,
)

# %% [markdown]
# Exactly one half for everyone, even for the one who predicts the opposite of what it saw. The reason fits in a line: for whatever a learner predicts of a hidden label, as many worlds agree as disagree. Move the slider, and the tie is gone. As soon as neighbors tend to have the same label, neighbors and majority win; to the left of zero, where they tend to differ, the contrarian and parity do. So the theorem does not say that all algorithms are equal. It says that whoever is better has assumed something about the world, and the notes draw the right conclusion: the task is to find *which priors fit the real world*.
#
# (q5-9)=
# :::{admonition} Question 5.9 · Is the no-free-lunch theorem of machine learning not exactly what the algorithms book already says?
# :class: question
# There are two relatives. Wolpert ([1996](../book/bibliography.md)) averages the error of *learners* over all target functions, as above. Wolpert and Macready ([1997](../book/bibliography.md)) average the success of *search and optimization* algorithms over all objective functions, which is nearer to what books on algorithms say of search. Same argument, different subject: over all functions alike, what was seen says nothing about what was not.
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
# The classic example is the variance of $m$ numbers. Divide the sum of squared deviations from the mean by $m$, by $m-1$ or by $m+1$? Its expectation is $(m-1)\sigma^2$: $m$ squares about the true mean, less what the sample's own mean takes away, $m\cdot\sigma^2/m$. So $m-1$ has no bias, and $m$ has a bias of $-\sigma^2/m$ that dies away. Which is nearest to the truth, for normal numbers?

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
    bias = {
        f"divided by {name}": [s.mean() / (m + k) - 1 for m, s in sums.items()]
        for name, k in DIVISORS.items()
    }
    error = {
        f"divided by {name}": q[:, 0] ** 2 + q[:, 1] for name, q in qualities.items()
    }
    lines(axes[0], COUNTS, bias, log="x", xlabel="m", title="Bias")
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
    evidence=f"Of the same {m} normal numbers, unbiased estimation divides by {m - 1}, the smallest mean squared error by {m + 1}.",
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


def gap_of(name, m=10, draws=20_000):
    """Mean squared error on m new numbers, less that on the m numbers that the estimate was made from."""
    old, new = np.random.default_rng(0).standard_normal((2, draws, m))
    estimate = ESTIMATES[name](old)[:, None]
    return ((new - estimate) ** 2).mean() - ((old - estimate) ** 2).mean()


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
    f"with it. Read as the gap between the errors on old and new samples, it does not even name it without bias: mean and first value both have the gap {gap_of('mean'):.2f}.",
    turns={
        (
            "for names in (UNBIASED, ESTIMATES)",
            "for names in (UNBIASED, UNBIASED)",
        ): "TRUE"
    },
)

# %% [markdown]
# *The variance can be regarded as generalization ability*, say the notes. It can where nothing is biased. A constant has no variance at all, and has learned nothing. Between the two lies a trade: multiply the mean of ten numbers by $c$. Its bias is $(c-1)\mu$ and its variance $c^2\sigma^2/m$; the sum is smallest at $c=\mu^2/(\mu^2+\sigma^2/m)$, always below one.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
MEANS = 0.5 + np.random.default_rng(0).standard_normal((4000, 10)).mean(axis=1)  # σ = 1


def draw_shrunk(ax, c):
    ax.hist(
        c * MEANS,
        np.linspace(-0.8, 1.8, 66),
        color=BLUE,
        alpha=0.5,
        label="c × mean of ten",
    )
    ax.axvline(0.5, color=INK, label="truth")
    ax.axvline(0.5 * c, color=BLUE, ls="--", label="mean of the estimates")
    bias2, variance = (0.5 * (c - 1)) ** 2, c**2 / 10
    ax.set(
        xlim=(-0.8, 1.8),
        ylim=(0, 900),
        yticks=[],
        xlabel="estimate",
        ylabel="of 4,000 samples",
    )
    ax.set_title(
        f"bias² {bias2:.3f} + variance {variance:.3f} = {bias2 + variance:.3f}"
    )
    ax.legend(loc="upper right")
    return (
        f"With c = {c:g} the expected squared error is {bias2 + variance:.3f}; measured in 4,000 samples of ten numbers with mean 0.5 and deviation 1: "
        f"{((c * MEANS - 0.5) ** 2).mean():.3f}."
    )


explore(draw_shrunk, c=[0.2, 0.4, 0.6, 0.71, 0.8, 0.9, 1.0], start=6)

# %% [markdown]
# Nobody knows $\mu$, or there would be nothing to estimate. But *some* shrinking, chosen from data, is what ridge regression does to weights, and the reason is this figure.
#
# :::{admonition} Exercise 3 · the price of shrinking
# :class: exercise
# Return the bias, the variance and the mean squared error of $c$ times the mean of `m` independent numbers of mean `mu` and standard deviation `sigma`, as an estimate of `mu`.
# :::


# %%
def shrunk(c, mu, sigma, m):
    """(bias, variance, mean squared error)."""
    ...


exercises.check_shrunk(shrunk)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The mean of m numbers has variance σ²/m, and a factor comes out of a variance squared.
def shrunk(c, mu, sigma, m):
    bias, variance = (c - 1) * mu, c**2 * sigma**2 / m
    return bias, variance, bias**2 + variance


exercises.check_shrunk(shrunk)

# %% [markdown]
# (sec-5b-outer)=
# ## An outer loop that sets the capacity
#
# *You know that capacity should fit the amount of data. After this section you can let the data set it.*
#
# *Non-parametric* (非参数) learners do not fix their capacity beforehand. *One can be made*, say the notes, *by embedding a parametric learner in another algorithm that increases the number of its parameters*; and they object: *that is only a dynamic adjustment of capacity, and takes long if one does not know the right one*. Take polynomials inside and leave-one-out outside, for a truth that is no polynomial, $\lvert x\rvert$. How long does it take? Factor $A=QR$ once, with orthonormal columns $\mathbf q_j$. The first $d$ columns of $Q$ span the same space as the first $d$ of $A$, so all fits and all leverages come as running sums:
#
# $$
# \hat{\mathbf y}^{(d)}=\sum_{j\le d}\mathbf q_j\,(\mathbf q_j^\top\mathbf y),\qquad H_{ii}^{(d)}=\sum_{j\le d}Q_{ij}^2 .
# $$ (eq-5b-running)


# %%
def leave_one_out_curve(A, y):
    """Leave-one-out errors (p,) of the first 1, 2, … p columns of A (n, p)."""
    Q = np.linalg.qr(A)[0]
    fitted = np.cumsum(Q * (Q.T @ y), axis=1)  # (n, p)
    leverage = np.cumsum(Q**2, axis=1)
    to_others = np.maximum(1 - leverage, 1e-9)
    return (((y[:, None] - fitted) / to_others) ** 2).mean(axis=0)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = (20, 50, 100, 300, 1000, 3000)
GRID = np.linspace(-1, 1, 2001)


def powers(x, p):
    return np.polynomial.legendre.legvander(x, p - 1)


def outer_loop(seed, n, most=40):
    """Errors of the fits to n samples with 1, 2, … coefficients, and the number that leave-one-out picks."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    y = np.abs(x) + 0.2 * rng.standard_normal(n)
    most = min(n // 2, most)
    picked = 1 + int(leave_one_out_curve(powers(x, most), y).argmin())
    fits = [np.linalg.lstsq(powers(x, p), y, rcond=None)[0] for p in range(1, most + 1)]
    errors = [((powers(GRID, len(w)) @ w - np.abs(GRID)) ** 2).mean() for w in fits]
    return np.array(errors + [np.inf] * (40 - most)), picked


loops = [[outer_loop(seed, n) for n in AMOUNTS] for seed in range(20)]
numbers = np.array([[picked for _, picked in row] for row in loops])  # (seeds, amounts)
errors = np.array(
    [[e for e, _ in row] for row in loops]
)  # (seeds, amounts, coefficients)
free = np.median(np.take_along_axis(errors, numbers[..., None] - 1, 2)[..., 0], axis=0)
fixed = np.median(errors, axis=0)  # (amounts, coefficients)


def draw_loop(ax):
    curves = {f"{p} coefficients": fixed[:, p - 1] for p in (3, 7, 15)}
    curves = {name: np.where(np.isfinite(e), e, np.nan) for name, e in curves.items()}
    curves["as many as leave-one-out picks"] = free
    lines(ax, AMOUNTS, curves, log="xy", xlabel="samples", ylabel="squared error")
    ax.set(ylim=(1e-4, 0.3), title="Capacity that grows with the data")
    return (
        "Coefficients that leave-one-out picks, median of 20 trials: "
        + ", ".join(
            f"{c:.0f} from {n:,} samples"
            for n, c in zip(AMOUNTS, np.median(numbers, axis=0), strict=True)
        )
        + "."
    )


show(draw_loop)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
middle = np.median(numbers, axis=0)
by_definition(
    "C5.11",
    because="It is a construction: without a limit on the outer loop the class of functions is no longer that of finitely many parameters, and its "
    "capacity is set by the data.",
    holds=bool((np.diff(middle) >= 0).all() and middle[-1] > 2 * middle[0]),
    evidence=f"The number that is picked grows from {middle[0]:.0f} to {middle[-1]:.0f}. With {AMOUNTS[-1]:,} samples the error of {7} coefficients is {fixed[-1, 6] / free[-1]:.1f} times as "
    f"large as the loop's.",
)

# %% [markdown]
# (q5-8)=
# :::{admonition} Question 5.8 · Is non-parametric learning really just a dynamic adjustment of capacity, which takes long to train when the right capacity is not known?
# :class: question
# The outer loop is: it sets the capacity by the data, and that is its strength, since no fixed capacity is right for all amounts. It need not take long. Where the candidates are nested, as here, all of them cost one factorization; ridge regression has its whole path from one singular value decomposition. Only where every candidate must be trained anew does the remark hold. And other non-parametric learners, such as nearest neighbors, have no outer loop: they keep the data instead.
# :::
#
# :::{admonition} Exercise 4 · the whole curve at once
# :class: exercise
# Return the *training* errors (p,), mean squared, of least squares with the first 1, 2, … p columns of `A` $(n, p)$ for `y` $(n,)$. The columns are independent. Factor or fit only once.
# :::


# %%
def training_curve(A, y):
    """Mean squared training errors for growing numbers of columns."""
    ...


exercises.check_training_curve(training_curve)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each orthonormal column takes the square of its coordinate off the squared length of y.
def training_curve(A, y):
    Q = np.linalg.qr(A)[0]
    return (y @ y - np.cumsum((Q.T @ y) ** 2)) / len(y)


exercises.check_training_curve(training_curve)

# %% [markdown]
# (sec-5b-cross-validation)=
# ## Validation on few data
#
# *You can hold samples out. After this section you can do so when there are too few of them.*
#
# The training set fits the parameters. A part that is set aside, the *validation set* (验证集), serves to choose *hyperparameters* (超参数) such as the degree of a polynomial; a third part, the *test set*, judges the choice. With thirty samples each part is tiny. *Cross-validation* (交叉验证) lets every sample serve: deal them into $k$ folds, fit $k$ times without one of the folds, and average the $k$ errors on the folds left out.
#
# :::{admonition} Predict
# :class: predict
# Thirty samples of $\lvert x\rvert$ with noise, and a constant, two sines and two cosines to fit them. What does two-fold cross-validation report: the error of the fit to all thirty, something smaller, or something larger?
# :::


# %%
def cross_validated(A, y, k):
    """Mean squared error on folds left out; sample i lies in fold i mod k."""
    fold = np.arange(len(y)) % k
    errors = np.empty(len(y))
    for out in range(k):
        here = fold == out
        w = np.linalg.lstsq(A[~here], y[~here], rcond=None)[0]
        errors[here] = y[here] - A[here] @ w
    return (errors**2).mean()


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_deal(ax, k):
    for row in range(k):
        for sample in range(30):
            out = sample % k == row
            ax.plot(sample, -row, "s", color=ORANGE if out else BLUE, ms=7 if k < 10 else 4, alpha=1 if out else 0.35)  # fmt: skip
    ax.set(xlim=(-1, 30), ylim=(-k + 0.3, 0.7), xlabel="sample", ylabel="fit")
    ax.set_yticks([0, 1 - k], ["1", f"{k}"])
    ax.set_title(f"{k} fits; each sample is left out once")
    return f"{k} folds: {k} fits to {30 - 30 // k} samples each (pale: learned from), judged by the {30 // k} left out."


explore(draw_deal, k=[2, 3, 5, 10, 30], start=2, figsize=(5.5, 2.6))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
FOLDS = (2, 3, 5, 10, 30)


def waves(x):
    """One, sin πx, cos πx, sin 2πx, cos 2πx: (n, 5)."""
    return np.column_stack(
        [x**0, *(f(k * np.pi * x) for k in (1, 2) for f in (np.sin, np.cos))]
    )


def corner(rng, n):
    x = rng.uniform(-1, 1, n)
    return x, np.abs(x) + 0.3 * rng.standard_normal(n)


def true_error(features, w):
    return ((features(GRID) @ w - np.abs(GRID)) ** 2).mean() + 0.3**2


def fit(features, x, y):
    return np.linalg.lstsq(features(x), y, rcond=None)[0]


def estimates(seed, n=30):
    """Of one data set: true error of its fit, estimates (a held-out fifth, k folds), and true errors after fewer samples."""
    x, y = corner(np.random.default_rng(seed), n)
    m = n - n // 5
    held = ((y[m:] - waves(x[m:]) @ fit(waves, x[:m], y[:m])) ** 2).mean()
    crossed = [cross_validated(waves(x), y, k) for k in FOLDS]
    fewer = [
        true_error(waves, fit(waves, x[: n - n // k], y[: n - n // k])) for k in FOLDS
    ]
    return [true_error(waves, fit(waves, x, y)), held, *crossed, *fewer]


many = np.array([estimates(seed) for seed in range(2000)])
truth, held_out, crossed, fewer = many[:, 0], many[:, 1], many[:, 2:7], many[:, 7:]


def draw_folds(ax):
    curves = {
        "reported by cross-validation": crossed.mean(axis=0),
        "true error, trained on as many": fewer.mean(axis=0),
    }
    lines(ax, FOLDS, curves, xlabel="folds k", ylabel="squared error")
    log_scale(ax, "x")
    ax.set_xticks(FOLDS, map(str, FOLDS))
    ax.axhline(truth.mean(), color=INK, lw=1, ls="--")
    ax.set(ylim=(0.08, 0.16), title="What k folds estimate")
    return (
        "Reported with k folds, mean of 2,000 data sets: "
        + ", ".join(
            f"{value:.3f} (k = {k})"
            for k, value in zip(FOLDS, crossed.mean(axis=0), strict=True)
        )
        + f". The fit to all thirty has {truth.mean():.3f} (dashed)."
    )


show(draw_folds)

# %% [markdown]
# Each fold's error is an honest one: no sample judged a fit that had seen it. So its mean over data sets is *exactly* the expected error of a fit to $n(k-1)/k$ samples; the two curves differ by chance only. With two folds that is a fit to fifteen samples, which is worse: cross-validation is pessimistic, the less so the more folds. And since all $n$ samples serve in turn, the average is steadier than one small held-out part.
#
# (q5-10)=
# :::{admonition} Question 5.10 · What is the theoretical basis of cross-validation?
# :class: question
# One line: the error on a left-out fold is an unbiased estimate of the expected error after $n(k-1)/k$ samples, and the mean of $k$ unbiased estimates is unbiased. The bias against the fit to all $n$ is what a learning curve loses between $n(k-1)/k$ and $n$. What it does *not* have is an unbiased estimate of its own spread: the folds share samples, so their errors are not independent (Bengio and Grandvalet [2004](../book/bibliography.md) prove that none exists).
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def spread(estimate, true):
    """Standard deviation of an estimate around the true error, in units of the mean true error."""
    return np.sqrt(((estimate - true) ** 2).mean()) / true.mean()


plenty = np.array([estimates(seed, n=3000)[:2] for seed in range(100)])
of_held, of_crossed, of_plenty = (
    spread(held_out, truth),
    spread(crossed[:, FOLDS.index(10)], truth),
    spread(plenty[:, 1], plenty[:, 0]),
)
settle(
    "C5.16",
    tested="With thirty samples: is a held-out fifth off by more than a fifth of the true error, and cross-validation with ten folds closer by at least a quarter?",
    holds=of_held > 0.2 and of_crossed < 0.75 * of_held,
    control={
        "three thousand samples: is a held-out fifth off by so much?": of_plenty > 0.2
    },
    evidence=f"Typical distance from the true error, relative to it: held out {of_held:.0%}, ten folds {of_crossed:.0%}; with three thousand samples held out {of_plenty:.1%}.",
    turns={("holds=of_held > 0.2", "holds=of_plenty > 0.2"): "FALSE"},
)


def powers_up_to(p):
    return lambda x: powers(x, p)


def one_wave(k):
    return lambda x: np.column_stack([np.sin(k * x), np.cos(k * x)])


DEGREES = [powers_up_to(p) for p in range(1, 21)]
FREQUENCIES = [one_wave(k / 2) for k in range(1, 21)]


def picks(seed, candidates, n=60):
    """True errors of the candidate that a held-out fifth picks, of the one that the training error picks, and of the best."""
    x, y = corner(np.random.default_rng(seed), n)
    m = n - n // 5
    fits = [(c, fit(c, x[:m], y[:m])) for c in candidates]
    on = lambda x, y: lambda pair: ((y - pair[0](x) @ pair[1]) ** 2).mean()
    chosen = min(fits, key=on(x[m:], y[m:])), min(fits, key=on(x[:m], y[:m]))
    return *(true_error(*pair) for pair in chosen), min(
        true_error(*pair) for pair in fits
    )


by_fifth, by_training, by_best = np.array(
    [picks(seed, DEGREES) for seed in range(20)]
).T
alike = np.array([picks(seed, FREQUENCIES) for seed in range(20)])
settle(
    "C5.17",
    tested="Twenty degrees, fitted to 48 samples: has the one that 12 validation samples pick a smaller error than the one that the training error picks?",
    holds=by_fifth < by_training,
    control={
        "twenty waves of two coefficients each, a choice that does not change the capacity": alike[
            :, 0
        ]
        < alike[:, 1]
    },
    evidence=f"Median errors: {np.median(by_fifth):.3f} by validation, {np.median(by_training):.3g} by training error, {np.median(by_best):.3f} at best. Of the waves the two "
    f"ways pick the same in {(alike[:, 0] == alike[:, 1]).sum()} of {len(alike)} trials.",
    turns={("holds=by_fifth < by_training", "holds=by_training < by_fifth"): "FALSE"},
)
by_definition(
    "C5.31",
    because="This is what the words are for: whatever is fitted by minimizing the training error is called a parameter, whatever is chosen "
    "by the error on samples set aside a hyperparameter. A small part is enough where few candidates are compared.",
    holds=np.median(by_fifth) < np.median(by_training),
    evidence=f"A fifth of sixty samples picks a degree whose error is {np.median(by_fifth / by_best):.2f} times the best one's, in the median of {len(by_fifth)} trials.",
)

# %% [markdown]
# ### What must stand inside the loop
#
# *One splits several times into training, validation and test set, and averages the results*, say the notes. It matters what is done anew in each split. Take forty samples with *random* labels, so that nobody can do better than one half, and five hundred features that mean nothing. Pick the twenty features that go best with the labels, and let the nearest class mean decide. Cross-validate, with five folds. Once the picking is done with all data, before they are split; once anew in each split, by its training part alone.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def go_best(x, y, count=20):
    """The features whose difference between the classes is largest, in units of their spread."""
    difference = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)
    return np.argsort(-np.abs(difference) / x.std(axis=0))[:count]


def reported(seed, inside, n=40, k=5):
    """Share wrong in k-fold cross-validation, with the features picked inside or outside of the loop."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 500)), rng.integers(0, 2, n)
    fold, wrong, chosen = np.arange(n) % k, np.empty(n), go_best(x, y)
    for out in range(k):
        here = fold == out
        if inside:
            chosen = go_best(x[~here], y[~here])
        means = [x[~here & (y == c)][:, chosen].mean(axis=0) for c in (0, 1)]
        distance = [((x[here][:, chosen] - mean) ** 2).sum(axis=1) for mean in means]
        wrong[here] = np.argmin(distance, axis=0) != y[here]
    return wrong.mean()


outside, inside = (
    np.array([reported(seed, where) for seed in range(200)]) for where in (False, True)
)


def draw_inside(ax):
    bins = np.linspace(-0.0125, 1.0125, 42)
    ax.hist(outside, bins, color=ORANGE, alpha=0.6, label="picked with all data")
    ax.hist(inside, bins, color=BLUE, alpha=0.6, label="picked in each split")
    ax.axvline(0.5, color=INK, label="truth")
    ax.set(xlabel="error that is reported", ylabel="of 200 data sets", xlim=(-0.02, 1))
    ax.set_title("Reading random labels, it seems")
    ax.legend()
    return f"The mean error that is reported is {outside.mean():.0%} if the features were picked with all data, {inside.mean():.0%} if in each split; the truth is one half."


show(draw_inside)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def three_parts(seed, n=40, k=5, candidates=30):
    """Means over k rotations: error of the winner on the fold that chose it, and on the fold kept for testing."""
    rng = np.random.default_rng(seed)
    x, y, fold = rng.standard_normal((n, 500)), rng.integers(0, 2, n), np.arange(n) % k
    sets = [rng.choice(500, 20, replace=False) for _ in range(candidates)]
    reports = []
    for test in range(k):
        validation = (test + 1) % k
        fit = ~np.isin(fold, (test, validation))
        wrong = []
        for some in sets:
            means = [x[fit & (y == c)][:, some].mean(axis=0) for c in (0, 1)]
            distance = [((x[:, some] - mean) ** 2).sum(axis=1) for mean in means]
            miss = np.argmin(distance, axis=0) != y
            wrong.append((miss[fold == validation].mean(), miss[fold == test].mean()))
        reports.append(min(wrong, key=lambda pair: pair[0]))
    return np.mean(reports, axis=0)


of_winner, of_test = np.array([three_parts(seed) for seed in range(100)]).T


def honest(reports):
    """Is the mean report within three standard errors of one half?"""
    return abs(reports.mean() - 0.5) < 3 * reports.std(ddof=1) / np.sqrt(len(reports))


settle(
    "C5.18",
    tested="Thirty candidates for forty samples with random labels, in five rotations of training, validation and test part: is the mean of the errors on the "
    "test parts, each of the candidate that the validation part chose, one half, within three standard errors?",
    holds=honest(of_test),
    control={
        "the mean of the winners' errors on the validation parts": honest(of_winner)
    },
    evidence=f"Mean report of {len(of_test)} data sets: {of_test.mean():.1%} by the test parts, {of_winner.mean():.1%} by the validation parts. (What is averaged are errors; "
    "the winners differ from rotation to rotation.)",
    turns={("holds=honest(of_test)", "holds=honest(of_winner)"): "FALSE"},
    card=True,
)

# %% [markdown]
# Whatever looks at the labels belongs inside: the choice of features, of a scale, of a degree. Then the average judges the *whole procedure*, choice included. To choose inside, one needs a validation part within each training part. The notes' three parts are just that, and the card shows what the third is for. Hastie, Tibshirani and Friedman ([2009](../book/bibliography.md), section 7.10) found the outer way in the literature more than once.
#
# :::{admonition} Exercise 5 · k folds
# :class: exercise
# Return the mean squared error of `k`-fold cross-validation for the predictor that answers with the mean of its training targets, whatever the input. `y` $(n,)$ holds the targets; sample $i$ lies in fold $i$ mod $k$; average over the *samples*.
# :::


# %%
def folds_of_the_mean(y, k):
    """Cross-validated squared error of the constant predictor."""
    ...


exercises.check_folds_of_the_mean(folds_of_the_mean)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each fold is judged by the mean of all other samples.
def folds_of_the_mean(y, k):
    fold = np.arange(len(y)) % k
    means = np.array([y[fold != out].mean() for out in range(k)])
    return ((y - means[fold]) ** 2).mean()


exercises.check_folds_of_the_mean(folds_of_the_mean)

# %% [markdown]
# (sec-5b-best-of-many)=
# ## The best of many
#
# *You choose models on validation data. After this section you know how much the winner's error flatters.*
#
# What happens to a validation error when it has chosen among many? Let $k$ models, all of them guessing at random, be judged on 100 validation samples with two classes, and keep the best.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
TRIED = (1, 3, 10, 30, 100, 300, 1000)


def best_of(k, seed, samples=100):
    """Accuracy of the best of k guessers on validation samples, and the same guesser on as many fresh ones."""
    rng = np.random.default_rng(seed)
    right = rng.binomial(samples, 0.5, k) / samples
    return right.max(), rng.binomial(samples, 0.5) / samples


flattery = np.array([[best_of(k, seed) for k in TRIED] for seed in range(200)])


limit = 0.5 + np.sqrt(np.log(TRIED) / (2 * 100))  # equation (eq-5b-flattery)


def draw_flattery(ax):
    validation, fresh = flattery.mean(axis=0).T
    curves = {
        "on the data that chose it": validation,
        "on fresh data": fresh,
        "limit": limit,
    }
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
assert (flattery[..., 0].mean(axis=0) <= limit + 1e-9).all()

# %% [markdown]
# How fast does it grow? The share right of a guesser on $m$ samples is a mean of independent numbers between 0 and 1; by Hoeffding's lemma its distance $X$ from $\tfrac12$ has $\mathbb E\,e^{tX}\le e^{t^2/8m}$ for every $t>0$. For the largest of $k$ of them
#
# $$
# \begin{aligned}
# e^{t\,\mathbb E\max X} &\le \mathbb E\,e^{t\max X}\\
# &\le \textstyle\sum\mathbb E\,e^{tX} \le k\,e^{t^2/8m}\\
# \mathbb E\max X &\le \frac{\ln k}t+\frac t{8m}\\
# &= \sqrt{\frac{\ln k}{2m}}\quad\text{at }t=\sqrt{8m\ln k}.
# \end{aligned}
# $$ (eq-5b-flattery)
#
# (The first step is Jensen's inequality, the second bounds a maximum by a sum.) On average, then, the flattery grows with the root of the logarithm of the number of models only (a single winner may be flattered more): a validation set stands a good deal of choosing. But it does grow, so the winner needs a judge who has not been asked before. That is what a test set is for, and it is used up by being used.
#
# :::{admonition} Exercise 6 · how many samples for a fair choice
# :class: exercise
# Return the smallest whole number of validation samples for which the limit $\sqrt{\ln k/2m}$ of {eq}`eq-5b-flattery` is at most `allowed`, for `k` $\ge2$ models.
# :::


# %%
def samples_for(k, allowed):
    """The number of validation samples."""
    ...


exercises.check_samples_for(samples_for)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Solve for m, and round up.
def samples_for(k, allowed):
    return int(np.ceil(np.log(k) / (2 * allowed**2)))


exercises.check_samples_for(samples_for)

# %% [markdown]
# (sec-5b-summary)=
# ## What to take away
#
# 1. The number of parameters alone does not measure capacity: a sine with one splits any number of points in every way, and where a penalty or a second descent comes in, other measures foretell the gap and it does not.
# 2. The VC dimension gives a guarantee that holds and is nearly useless as a number; samples that were held out say more.
# 3. Averaged over all worlds alike, no learner is better than another on what it has not seen.
# 4. The error of an estimate is bias² plus variance; either alone misleads.
# 5. Capacity can be left to an outer loop, which for nested models costs one factorization.
# 6. Cross-validation is unbiased for a fit to $n(k-1)/k$ samples, if whatever looks at the labels stands inside the loop.
# 7. The winner's validation error flatters, on average by $\sqrt{\ln k/2m}$ at the most.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Shalev-Shwartz and Ben-David ([2014](../book/bibliography.md)) prove the theorems of this page and their converses. Hastie, Tibshirani and Friedman ([2009](../book/bibliography.md)), chapter 7, is the best account of validation in practice. Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 5.2 to 5.5, is the text that the notes follow. Which learners there are before deep ones, and where they fail: that is the next page, [5c](05c_classical_algorithms.ipynb).
