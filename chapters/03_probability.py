# %% [markdown]
# # Probability and information theory
#
# Two people get the same twenty-four measurements and look for the straight line behind them. One makes the sum of *squared* errors as small as it can be, the other the sum of *absolute* errors. Both succeed. Now misread the last measurement. Who is right?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import heapq
from math import comb, erf

import numpy as np
from dlnotes import datasets
from dlnotes.claims import recap, settle
from dlnotes.exercises import probability as exercises
from dlnotes.explore import explore, show
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, image_grid, lines, log_scale

np.set_printoptions(precision=4, suppress=True)


def fit_squared(x, y):
    """(intercept, slope) of least squares, for y (..., N)."""
    slope = ((x - x.mean()) * y).sum(axis=-1) / ((x - x.mean()) ** 2).sum()
    return y.mean(axis=-1) - slope * x.mean(), slope


def fit_absolute(x, y):
    """(intercept, slope) of least absolute errors, for y (..., N)."""
    i, j = np.triu_indices(len(x), 1)
    slopes = (y[..., j] - y[..., i]) / (x[j] - x[i])
    intercepts = y[..., i] - slopes * x[i]
    fitted = intercepts[..., None] + slopes[..., None] * x
    best = np.abs(y[..., None, :] - fitted).sum(axis=-1).argmin(axis=-1)[..., None]
    pick = [np.take_along_axis(a, best, -1)[..., 0] for a in (intercepts, slopes)]
    return tuple(pick)


x24 = 5 * np.linspace(0, 1, 24) ** 1.1  # unequal gaps: no two lines cost the same
y24 = 1 + x24 + 0.5 * np.random.default_rng(7).standard_normal(24)


def draw_outlier(ax, moved_by):
    y = y24 + moved_by * (np.arange(24) == 23)
    (a2, b2), (a1, b1) = fit_squared(x24, y), fit_absolute(x24, y)
    ax.plot(x24, y, "o", ms=4, color=INK)
    lines(ax, x24, {"squared loss": a2 + b2 * x24, "absolute loss": a1 + b1 * x24})
    ax.set(ylim=(-1, 17), xlabel="x", ylabel="y")
    ax.set_title(f"slopes {b2:.2f} (squared) and {b1:.2f} (absolute)")
    return (
        f"With the last point moved up by {moved_by:.1f}, the slope of least squares is {b2:.3f} and that of least absolute "
        f"errors {b1:.3f}; the points were made with slope 1."
    )


explore(draw_outlier, moved_by=np.linspace(0, 10, 11), start=8)

# %% [markdown]
# No amount of optimization will tell. The two do not disagree about the data or about the line, but about how the world errs. So a line of the study notes that this book puts to the test asks: *why use probability to design the loss function?* (为什么用概率论的东西来设计loss函数呢?) Below it, the notes are silent. This page answers.
#
# **After this chapter you can**
#
# - turn a conditional chance around with Bayes' rule, and notice when somebody forgot to;
# - tell three things apart that sound alike: adding variables, mixing distributions, adding curves;
# - derive a loss function from a model of the noise, and say what each loss believes;
# - compute entropy, cross-entropy, mutual information and KL divergence, build the code whose length they measure, and fit in both directions;
# - say when to integrate on a grid and when to throw dice, and put an honest error bar on the dice.
#
# **You need** derivatives and integrals from school, logarithms, and Python with NumPy.
#
# The page fills the heading "3 Probability and information theory" (概率和信息论), which stands empty in the notes, with what they say on the subject elsewhere. It runs parallel to chapter 3 and sections 5.5 and 17.1 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Cards below the experiments, and lines that unfold to cards, settle single claims of the notes. Their verdicts are computed: change an assumption, run the cell again, and watch the verdict change.

# %% [markdown]
# (sec-3-table)=
# ## A table of chances
#
# *You cannot yet turn a chance around: from how often a zero has a hole to how likely a digit with a hole is a zero. After
# this section you can.*
#
# A *random variable* (随机变量) is a number that chance decides, together with how likely each value is. Take a digit at random from the 1,797 handwritten ones of
# this book (Alpaydin and Kaynak [1998](../book/bibliography.md)). Its label $Y$ is a random variable with ten values. Let $X$ be another one: 1 if the four
# pixels in the middle of the image are nearly blank, 0 if there is ink. The *joint distribution* (联合分布) is the table of all pairs:

# %%
pixels, labels = datasets.digits()
levels = np.rint(16 * pixels).astype(int)  # gray levels 0 (blank) … 16 (full ink)
middle = levels.reshape(-1, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))
hole = (middle < 4).astype(int)

joint = np.zeros((10, 2))
np.add.at(joint, (labels, hole), 1 / len(labels))
print("digit      " + "".join(f"{digit:7d}" for digit in range(10)))
print("ink   X = 0" + "".join(f"{p:7.4f}" for p in joint[:, 0]))
print("blank X = 1" + "".join(f"{p:7.4f}" for p in joint[:, 1]))
assert np.isclose(joint.sum(), 1)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_hole(ax):
    shown = [int(np.flatnonzero(labels == k)[0]) for k in range(10)]
    titles = ["blank" if hole[i] else "ink" for i in shown]
    image_grid(ax, pixels[shown].reshape(-1, 8, 8), columns=5, titles=titles)
    for row, column in np.ndindex(2, 5):  # the middle of each image
        x, y = SQUARE + np.array([[9 * column + 3], [-12 * row - 9]])
        ax.plot(x, y, color="red", lw=2)
    blank = [str(labels[i]) for i in shown if hole[i]]
    return (
        f"The frame marks the four pixels in the middle. One of each digit: the middle is blank in {', '.join(blank)} and inked "
        "in the others."
    )


SQUARE = np.array([[0, 2, 2, 0, 0], [0, 0, 2, 2, 0]])
show(
    draw_hole,
    alt="Figure. One of each digit, with a frame around the four pixels in the middle.",
    figsize=(5.5, 2.8),
)

# %% [markdown]
# A function that gives each value its probability is a *probability mass function*, pmf (概率质量函数): never negative, summing to one. Every question about $X$ and $Y$ is answered from this table with two
# rules. The **sum rule** removes a variable; what remains is called *marginal* (边缘分布):
#
# $$
# p(y) = \sum_x p(x, y) .
# $$ (eq-3-sum-rule)
#
# The **product rule** defines the *conditional* probability (条件概率): keep the part of the table where $Y=y$, and scale it to sum to one:
#
# $$
# p(x\mid y) = \frac{p(x,y)}{p(y)} \qquad\Longleftrightarrow\qquad p(x,y) = p(x\mid y)\,p(y) .
# $$ (eq-3-product-rule)

# %%
p_digit = joint.sum(axis=1)
p_hole_given_digit = joint / p_digit[:, None]
print("P(digit)        ", p_digit)
print("P(blank | digit)", p_hole_given_digit[:, 1])
assert abs(p_hole_given_digit[0, 1] - 0.95) < 0.005
assert p_hole_given_digit[1:, 1].max() < 0.1

# %% [markdown]
# Nineteen zeros out of twenty have a blank middle. Of each other digit, fewer than one in ten does.
#
# :::{admonition} Predict
# :class: predict
# A digit with a blank middle comes along. How sure may you be that it is a zero: about 95 %, or more, or less? Commit to a number.
# :::
#
# The question asks for $p(y\mid x)$, and we know $p(x\mid y)$. Write the product rule both ways around, and divide:
#
# $$
# \begin{aligned}
# p(y\mid x)\,p(x) &= p(x, y) = p(x\mid y)\,p(y) ,\\
# p(y\mid x) &= \frac{p(x\mid y)\,p(y)}{p(x)} = \frac{p(x\mid y)\,p(y)}{\sum_{y'} p(x\mid y')\,p(y')} .
# \end{aligned}
# $$ (eq-3-bayes)
#
# This is **Bayes' rule** (贝叶斯公式). Before looking we had the *prior* (先验) $p(y)$; the *likelihood* (似然) $p(x\mid y)$ says how well each label explains what was seen; together they give the *posterior* (后验) $p(y\mid x)$.

# %%
posterior = p_hole_given_digit[:, 1] * p_digit
posterior /= posterior.sum()
counted = (labels[hole == 1] == 0).mean()
print("P(digit | blank)", posterior)
print(f"zeros among the digits with a blank middle, counted: {counted:.4f}")
assert np.isclose(posterior[0], counted) and 0.7 < counted < 0.8


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_mosaic(ax):
    """Width: P(digit). Height of the blue part: P(blank | digit)."""
    edge = 0.0
    for digit, (width, blank) in enumerate(zip(p_digit, p_hole_given_digit[:, 1])):
        ax.bar(edge, blank, width, align="edge", color=BLUE, lw=1, ec="white")
        ax.bar(
            edge,
            1 - blank,
            width,
            bottom=blank,
            align="edge",
            color=ORANGE,
            alpha=0.25,
            lw=1,
            ec="white",
        )
        ax.text(edge + width / 2, -0.06, str(digit), ha="center", va="top")
        edge += width
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], ylabel="blank or inked")
    ax.set_title("Areas are probabilities; all blue: P(blank)")
    others = posterior[1:].sum()
    return f"The blue column of the zeros is high, yet the nine low ones together make {others:.0%} of all blue."


show(draw_mosaic, figsize=(5.5, 2.8))

# %% [markdown]
# Three quarters, not nineteen twentieths. The other nine digits have a hole rarely, but there are nine of them. Confusing $p(x\mid y)$ with $p(y\mid x)$ is the classic bug of this subject. In code it is one axis: `joint / joint.sum(axis=1)` and `joint / joint.sum(axis=0)` both look like probabilities. What tells them apart is along which axis they sum to one.
#
# **A hidden choice.** Bayes' rule also answers a question that returns in [chapter 13](13_latent_variables.ipynb). Somebody tosses a coin that nobody gets to see and draws $x$ from one of two Gaussians, with the weights $\pi_k$. The sum rule gives the density of this *mixture* (混合), and Bayes' rule the probability that component $k$ made a given $x$, its *responsibility* (响应度):
#
# $$
# p(x) = \sum_k \pi_k\,\mathcal N(x;\mu_k,\sigma_k^2), \qquad r_k(x) = \frac{\pi_k\,\mathcal N(x;\mu_k,\sigma_k^2)}{\sum_j\pi_j\,\mathcal N(x;\mu_j,\sigma_j^2)} .
# $$ (eq-3-mixture)
#
# ($\mathcal N$ is the Gaussian density, introduced next.)

# %% [markdown]
# ### From masses to densities
#
# A measured length has no table: there are too many values, and each single one has probability zero. What has a probability is an *interval*. The *cumulative distribution function* (cdf, 累积分布函数) collects it, and
# the *density* (pdf, 概率密度) is its slope:
#
# $$
# F(x) = P(X\le x), \quad p(x) = F'(x), \quad P(a < X\le b) = F(b)-F(a) = \int_a^b p(x)\,dx .
# $$ (eq-3-density)
#
# The density that rules this chapter is the **Gaussian** (高斯分布), also called normal, with center $\mu$ and width $\sigma$:
#
# $$
# \mathcal N(x;\mu,\sigma^2) = \frac{1}{\sqrt{2\pi}\,\sigma}\,\exp\Bigl(-\frac{(x-\mu)^2}{2\sigma^2}\Bigr) .
# $$ (eq-3-gaussian)
#
# Why the $\sqrt{2\pi}$? The area must be one. Let $I = \int e^{-u^2/2}\,du$. Its square is an integral over the plane, and there polar coordinates bring the missing factor $r$:
#
# $$
# I^2 = \iint e^{-(u^2+v^2)/2}\,du\,dv = \int_0^{2\pi}\!\!d\varphi\int_0^\infty e^{-r^2/2}\,r\,dr = 2\pi\Bigl[-e^{-r^2/2}\Bigr]_0^\infty = 2\pi .
# $$ (eq-3-normalizer)
#
# So $I=\sqrt{2\pi}$, and $u=(x-\mu)/\sigma$ contributes the $\sigma$. Move the slider: the shaded area on the left is the height on the right.


# %%
def normal(x, mu=0.0, sigma=1.0):
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)


def normal_cdf(x, mu=0.0, sigma=1.0):  # erf, since no elementary formula exists
    return np.array([(1 + erf(v / np.sqrt(2))) / 2 for v in np.ravel((x - mu) / sigma)])


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_density(axes, x, sigma):
    left, right = axes
    grid = np.linspace(-3, 3, 181)
    p, F = normal(grid, 0, sigma), normal_cdf(grid, 0, sigma)
    area = normal_cdf(np.array([x]), 0, sigma)[0]
    left.plot(grid, p)
    left.fill_between(grid, p, where=grid <= x, color=BLUE, alpha=0.3, lw=0)
    left.set(xlabel="x", ylabel="density p(x)", title="area up to x …")
    right.plot(grid, F, color=ORANGE)
    right.plot([x, x], [0, area], color=INK, lw=1)
    right.plot(x, area, "o", color=ORANGE)
    right.set(xlabel="x", ylabel="cdf F(x)", title=f"… is the height F = {area:.3f}")
    return (
        f"Gaussian with σ = {sigma:.2g}: P(X ≤ {x:.2f}) = {area:.3f}. The density peaks at {p.max():.3f}, "
        f"the cdf never leaves the range from {F.min():.3f} to {F.max():.3f}."
    )


explore(
    draw_density,
    x=np.linspace(-3, 3, 11),
    sigma=[0.3, 1.0, 2.0],
    start=6,
    columns=2,
    figsize=(8, 3.4),
)

# %% [markdown]
# Read the left axis: this density exceeds 1. A density is not a probability. It has a unit (per meter, say), and can be as large as it likes on a short stretch.
#
# ### What to expect
#
# The *expectation* (期望) averages a function of $X$ with its probabilities; *variance* (方差) and *covariance* (协方差) are expectations of products of deviations:
#
# $$
# \begin{aligned}
# \mathbb E[f(X)] &= \sum_x p(x)f(x)\;\;\text{or}\;\int p(x)f(x)\,dx ,\\
# \operatorname{Var}X &= \mathbb E\bigl[(X-\mathbb E X)^2\bigr] = \mathbb E[X^2]-(\mathbb E X)^2,\\
# \operatorname{Cov}(X,Y) &= \mathbb E\bigl[(X-\mathbb E X)(Y-\mathbb E Y)\bigr].
# \end{aligned}
# $$ (eq-3-moments)
#
# (For the second line expand the square: $\mathbb E[X^2]-2\,\mathbb EX\,\mathbb EX+(\mathbb EX)^2$.) For the Gaussian put $x=\mu+\sigma u$: by symmetry $u$ has mean 0, so $X$ has mean $\mu$; and by parts
#
# $$
# \mathbb E[u^2] = \frac1{\sqrt{2\pi}}\int u\cdot u\,e^{-u^2/2}\,du = \frac1{\sqrt{2\pi}}\Bigl(\bigl[-u\,e^{-u^2/2}\bigr]_{-\infty}^{\infty}+\int e^{-u^2/2}\,du\Bigr) = 1 ,
# $$ (eq-3-gaussian-variance)
#
# so the variance is $\sigma^2$. The root of a variance is called *standard deviation* (标准差).
#
# Expectation is linear, because sums are. Variance is not: a factor $c$ leaves it as $c^2$, and for a sum, with $\tilde X = X-\mathbb EX$ and $\tilde Y = Y - \mathbb EY$,
#
# $$
# \begin{aligned}
# \operatorname{Var}(X+Y) &= \mathbb E\bigl[(\tilde X+\tilde Y)^2\bigr] = \mathbb E[\tilde X^2] + \mathbb E[\tilde Y^2] + 2\,\mathbb E[\tilde X\tilde Y]\\
# &= \operatorname{Var}X+\operatorname{Var}Y+2\operatorname{Cov}(X,Y) .
# \end{aligned}
# $$ (eq-3-variance-sum)
#
# Two variables are *independent* (独立) if the table is a product, $p(x,y)=p(x)\,p(y)$. Then $\mathbb E[\tilde X\tilde Y] = \mathbb E\tilde X\cdot\mathbb E\tilde Y=0$: the covariance vanishes. The converse fails. Let $X$ be $-1$, $0$ or $1$, each with probability one third, and $Y=X^2$: knowing $X$ you know $Y$, and yet the covariance is $\mathbb E[X^3]-\mathbb E X\,\mathbb E[X^2]=0$. Covariance sees only straight-line dependence.

# %% [markdown]
# :::{admonition} Exercise 1 · turn a chance around
# :class: exercise
# Write Bayes' rule for one observation: `prior` has shape (K,), `likelihood` shape (K, M) with rows $p(x\mid y=k)$, and `x` is the value that was seen.
# :::


# %%
def posterior_of(prior, likelihood, x):
    """p(y | x) of shape (K,), from p(y) (K,) and p(x | y) (K, M)."""
    ...


exercises.check_posterior_of(posterior_of)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The column of the likelihoods at x, weighted by the prior, scaled to sum to one.
def posterior_of(prior, likelihood, x):
    weighted = likelihood[:, x] * prior
    return weighted / weighted.sum()


exercises.check_posterior_of(posterior_of)

# %% [markdown]
# :::{admonition} Exercise 2 · covariance from a table
# :class: exercise
# `joint` has shape (I, J); `x` (I,) and `y` (J,) hold the values that belong to its rows and columns. Return $\operatorname{Cov}(X, Y)$.
# :::


# %%
def covariance(joint, x, y):
    """Cov(X, Y) from p(x, y) (I, J) and the values x (I,), y (J,)."""
    ...


exercises.check_covariance(covariance)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Marginals by the sum rule, means from them, then the expectation of the product of deviations.
def covariance(joint, x, y):
    mean_x, mean_y = joint.sum(axis=1) @ x, joint.sum(axis=0) @ y
    return (x - mean_x) @ joint @ (y - mean_y)


exercises.check_covariance(covariance)

# %% [markdown]
# (sec-3-sum)=
# ## Adding variables is not adding densities
#
# *You cannot yet say how a sum of two uncertain numbers is distributed. After this section you can, and you will not confuse it with two things that look like it.*
#
# The notes say it forcefully: *the sum of two Gaussian distributions is by no means the addition of corresponding coordinates.* Start with dice. To throw a total of 4 you throw 1 and 3, or 2 and 2, or 3 and 1. Each way is a product (the dice are independent), and the ways add up:
#
# $$
# P(X+Y=s) = \sum_x P(X=x)\,P(Y=s-x) .
# $$ (eq-3-dice)
#
# This operation is called a *convolution* (卷积), $p * q$.

# %%
die = np.full(6, 1 / 6)
two_dice = np.convolve(die, die)
print("totals 2 … 12, times 36: ", np.rint(36 * two_dice).astype(int))
print(
    f"sum to one: the convolution {np.isclose(two_dice.sum(), 1)}; "
    f"'coordinate by coordinate' gives a total of {(die + die).sum():.0f}"
)

# %% [markdown]
# Adding the two tables coordinate by coordinate does not even give a distribution. For densities the sum becomes an integral. To see why, differentiate the cdf of $S = X+Y$. Given $X=x$, the event $S\le s$ means $Y\le s-x$:
#
# $$
# \begin{aligned}
# F_S(s) &= \int p(x)\,P(Y\le s-x)\,dx = \int p(x)\,F_Y(s-x)\,dx ,\\
# p_S(s) &= \frac{dF_S}{ds} = \int p(x)\,q(s-x)\,dx = (p*q)(s) .
# \end{aligned}
# $$ (eq-3-convolution)
#
# The first line used independence: to know that $X=x$ does not change the chances of $Y$. Now let both be Gaussian. Write $a = x-\mu_1$ and $t = s-\mu_1-\mu_2$, so that $s-x-\mu_2 = t-a$, and let $\sigma^2=\sigma_1^2+\sigma_2^2$. The exponent of the product is $-\tfrac12$ times
#
# $$
# \frac{a^2}{\sigma_1^2}+\frac{(t-a)^2}{\sigma_2^2}
# = \frac{\sigma^2}{\sigma_1^2\sigma_2^2}\Bigl(a-\frac{\sigma_1^2}{\sigma^2}\,t\Bigr)^2 + \frac{t^2}{\sigma^2} ,
# $$ (eq-3-complete-square)
#
# by completing the square in $a$ (compare the coefficients of $a^2$, $at$ and $t^2$ on both sides). Only the first term contains $a$. By {eq}`eq-3-normalizer` its integral is $\sqrt{2\pi}\,\sigma_1\sigma_2/\sigma$, and what remains is
#
# $$
# p_S(s) = \frac{1}{2\pi\sigma_1\sigma_2}\cdot\frac{\sqrt{2\pi}\,\sigma_1\sigma_2}{\sigma}\;e^{-t^2/2\sigma^2}
# = \mathcal N\bigl(s;\ \mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2\bigr) .
# $$ (eq-3-gaussian-sum)
#
# Means add, variances add (widths do not), and the shape stays. In the figure $X$ and $Y$ have different means and widths. On the left, $p(x)$ and the mirrored, shifted $q(s-x)$; the shaded area under their product is one height of the curve on the right.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
grid = np.linspace(-6, 8, 561)
h = grid[1] - grid[0]
p_x, q_y = normal(grid, -1, 0.6), normal(grid, 2, 1.1)
convolved = np.convolve(p_x, q_y) * h  # at the sums of grid points, from −12 to 16
sums = np.linspace(-12, 16, len(convolved))
exact = normal(sums, 1, np.hypot(0.6, 1.1))
assert np.abs(convolved - exact).max() < 1e-6


def draw_convolution(axes, s):
    left, right = axes
    x = np.linspace(-4, 4, 161)
    first, second = normal(x, -1, 0.6), normal(s - x, 2, 1.1)
    height = normal(s, 1, np.hypot(0.6, 1.1))
    lines(left, x, {"p(x)": first, "q(s − x)": second})
    left.fill_between(x, first * second, color=GREEN, alpha=0.5, lw=0)
    left.set(ylim=(0, 0.9), xlabel="x", ylabel="density", title="product: shaded")
    left.legend(loc="upper right")
    seen = np.linspace(-4, 6, 201)
    curve = normal(seen, 1, np.hypot(0.6, 1.1))
    right.plot(seen, curve, color=GREEN, lw=1)
    right.plot(seen[seen <= s], curve[seen <= s], color=GREEN, lw=3)
    right.plot(s, height, "o", color=GREEN)
    right.set(xlabel="s", ylabel="density of X + Y", title=f"area at s: {height:.3f}")
    return f"At s = {s:.2f} the area under p(x) q(s − x) is {height:.4f}: the density of X + Y there."


explore(
    draw_convolution, s=np.linspace(-3, 5, 11), start=4, columns=2, figsize=(8, 3.4)
)

# %% [markdown]
# Three curves can be made of two densities, and three different things happen in the world:
#
# - **Convolution**: draw both, *add the numbers*.
# - **Mixture** (混合), $\tfrac12p+\tfrac12q$: toss a coin, then draw *one* of them.
# - **Adding the curves**, $p+q$: nothing happens; the area is 2.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(0)
first, second = (
    -1 + 0.6 * rng.standard_normal(20_000),
    2 + 1.1 * rng.standard_normal(20_000),
)
either = np.where(rng.uniform(size=20_000) < 0.5, first, second)


def draw_three(ax):
    bins, shown = np.linspace(-4, 6, 41), (grid > -4) & (grid < 6)
    ax.hist(first + second, bins, density=True, color=GREEN, alpha=0.35, label="X + Y")
    outline = {"histtype": "step", "color": BLUE, "label": "X or Y"}
    ax.hist(either, bins, density=True, **outline)
    curves = {
        "mixture": (p_x + q_y)[shown] / 2,
        "p + q": (p_x + q_y)[shown],
        "convolution": normal(grid[shown], 1, np.hypot(0.6, 1.1)),
    }
    title = "Three curves, only two of them happen"
    lines(ax, grid[shown], curves, xlabel="value", ylabel="density", title=title)
    return (
        f"The histogram of X + Y follows the convolution, that of 'X or Y' the mixture; areas: convolution "
        f"{exact.sum() * h:.2f}, mixture {(p_x + q_y).sum() * h / 2:.2f}, p + q {(p_x + q_y).sum() * h:.2f}."
    )


show(draw_three)

# %% [markdown]
# Independence did all the work in {eq}`eq-3-convolution`. So test the claim in three worlds. In each, $X$ and $Y$ are standard Gaussians, and only their *relation* differs: independent; $Y=-X$; and $Y=\pm X$ with the sign from a coin, where the covariance is zero. The measure of misfit is the *total variation* distance, half the sum of $\lvert p-q\rvert$ over the bins: 0 if equal, 1 if they never overlap. Chance alone leaves some: with $n$ draws a bin of probability $p$ is off by $\sqrt{p/n}$ or so, in the mean by $\sqrt{2/\pi}$ times that, and half of the sum is about $\sum\sqrt{p/2\pi n}$. We call it a fit up to three times that, and ask twenty seeds.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
worlds = {
    "independent": lambda rng, x: rng.standard_normal(x.shape),
    "Y = ±X, uncorrelated": lambda rng, x: rng.choice([-1.0, 1.0], x.shape) * x,
    "Y = −X": lambda rng, x: -x,
}
edges = np.linspace(-8, 8, 65)
by_convolution = np.diff(normal_cdf(edges, 0, np.sqrt(2)))
by_adding = np.diff(normal_cdf(edges))  # (p + q) / 2, scaled to area one
chance = np.sqrt(by_convolution / (2 * np.pi * 100_000)).sum()


def misfits(world, expected, n=100_000):
    """Total variation between X + Y, counted, and what was expected: one per seed."""
    found = []
    for rng in map(np.random.default_rng, range(20)):
        x = rng.standard_normal(n)
        counted = np.histogram(x + world(rng, x), edges)[0] / n
        found.append(np.abs(counted - expected).sum() / 2)
    return np.array(found)


tv = {name: misfits(world, by_convolution) for name, world in worlds.items()}
tv_adding = misfits(worlds["independent"], by_adding)
for name, found in tv.items():
    print(f"{name:22s}distance from the convolution {found.mean():.3f}")
print(f"chance alone leaves   {chance:.3f}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C3.1",
    tested=f"The total variation between the distribution of X + Y, counted over draws of two standard Gaussians, and their convolution; up to {3 * chance:.3f}, "
    "three times what chance leaves, passes as a fit.",
    on="dependence of the two variables",
    cases={name: found < 3 * chance for name, found in tv.items()},
    control={
        "the two densities added point by point, for independent variables": tv_adding
        < 3 * chance
    },
    evidence="The distance from the convolution is "
    + ", ".join(f"{d.min():.3f} to {d.max():.3f} ({name})" for name, d in tv.items())
    + f"; from the added densities, scaled to area one, it is {tv_adding.min():.3f} to {tv_adding.max():.3f}.",
    turns={
        (
            "rng.choice([-1.0, 1.0], x.shape) * x",
            "rng.standard_normal(x.shape)",
            "lambda rng, x: -x",
            "lambda rng, x: rng.standard_normal(x.shape)",
        ): "TRUE",
        (
            "lambda rng, x: rng.standard_normal(x.shape)",
            "lambda rng, x: x",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# If the variables are independent, the notes are right about the convolution; they do not say that it takes that. And they are right that adding the densities is something else. The second world is the instructive one: two Gaussians, covariance zero, and the sum is zero half of the time. Uncorrelated is less than independent, and "both Gaussian" is less than "jointly Gaussian".
#
# ### Blur is not noise
#
# The notes list "adding Gaussian noise" (高斯噪声) among the foundations, and link to an article on Gaussian *blur* (高斯模糊). Both have a Gaussian in them. Blur convolves the *signal* with a Gaussian, and its $\sigma$ is a length. Noise adds a random number to each *value*, and its $\sigma$ is a gray value.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
position = np.arange(96)
signal = ((position > 15) & (position < 45)) * 1.0 + (abs(position - 68) < 4) * 0.7
unit_noise = np.random.default_rng(2).standard_normal(96)


def blurred(signal, sigma):
    offsets = np.arange(-24, 25)
    kernel = normal(offsets, 0, sigma)
    return np.convolve(signal, kernel / kernel.sum(), mode="same")


def draw_blur_and_noise(axes):
    blur, noisy = blurred(signal, 2.0), signal + 0.12 * unit_noise
    for ax, y, color in zip(axes, (blur, noisy), (BLUE, ORANGE)):
        ax.plot(position, signal, "-", color=INK, lw=1)
        ax.plot(position, y, "-", color=color, lw=1.6)
        ax.set(xlabel="position (pixels)", ylabel="gray value")
        ax.tick_params(labelleft=True)
    axes[0].set_title("blurred, σ = 2 pixels")
    axes[1].set_title("noisy, σ = 0.12 gray values")
    jump = [np.abs(np.diff(y)).max() for y in (blur, noisy)]
    return (
        f"Blur smooths the steps, noise roughens the flat parts: the largest jump between neighbors is "
        f"{jump[0]:.2f} in the blurred signal and {jump[1]:.2f} in the noisy one."
    )


show(draw_blur_and_noise, columns=2, sharey=True, figsize=(8, 3.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(4)
copies = signal + 0.12 * rng.standard_normal((400, 96))
rms_noise, rms_blur = (
    np.sqrt(np.mean((estimate - signal) ** 2))
    for estimate in (copies.mean(axis=0), blurred(signal, 2.0))
)
print(
    f"mean of 400 noisy copies: rms error {rms_noise:.4f}; "
    f" 400 blurred copies are all alike: {rms_blur:.4f}"
)
assert rms_noise < rms_blur / 5

# %% [markdown]
# (The *rms* error is the root of the mean square of the errors.) Noise averages out, blur stays. And yet the convolution is in both: noise convolves the *distribution of the gray values*, exactly as {eq}`eq-3-convolution` says for a sum of independent variables. Check it on real pixels. Half of all pixels of the digits are blank, so their histogram has a spike at zero; noise turns spikes into bells.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng, σ = np.random.default_rng(5), 1.5
bins = np.linspace(-8.25, 24.25, 66)
noisy_levels = np.histogram(levels + σ * rng.standard_normal(levels.shape), bins)[0]
share = np.bincount(levels.ravel(), minlength=17) / levels.size
predicted = sum(s * np.diff(normal_cdf(bins, k, σ)) for k, s in enumerate(share))
distance = np.abs(noisy_levels / levels.size - predicted).sum() / 2
print(
    "noisy gray values against histogram ∗ Gaussian: "
    f"total variation {distance:.4f}, {levels.size:,} pixels"
)
assert distance < 0.01 and 0.45 < share[0] < 0.55

# %% [markdown]
# :::{admonition} Exercise 3 · n dice
# :class: exercise
# A die has faces $0, 1, \dots, K-1$ with probabilities `p`. Return the pmf of the total of `n` independent throws, as an array that begins at total 0. It should be right for `n = 0`, too.
# :::


# %%
def total_of(p, n):
    """The pmf of the sum of n independent draws from p (K,): shape (n (K − 1) + 1,)."""
    ...


exercises.check_total_of(total_of)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Zero throws have total 0 for certain; each throw convolves once more.
def total_of(p, n):
    total = np.ones(1)
    for _ in range(n):
        total = np.convolve(total, p)
    return total


exercises.check_total_of(total_of)

# %% [markdown]
# (sec-3-loss)=
# ## A loss is a belief about noise
#
# *You cannot yet say which of two losses is right. After this section you can name, for each loss, the noise that it believes in, and build a loss for noise of your own.*
#
# Start with the smallest problem there is. A coin shows 7 heads in 10 throws. How biased is it? If heads have probability $\theta$, the ten throws in their order have the probability
#
# $$
# p(\text{throws}\mid\theta) = \theta^7(1-\theta)^3 .
# $$ (eq-3-coin)
#
# Read as a function of $\theta$ this is the *likelihood* (似然函数). *Maximum likelihood* (极大似然估计) picks the $\theta$ under which what happened was least surprising. (Is that not the old bug, $p(\text{throws}\mid\theta)$ in the place of $p(\theta\mid\text{throws})$? For the latter one needs a prior. With a flat one both have their top at the same place; the top under another prior is called the *maximum a posteriori*, MAP.) Take the logarithm, which keeps the place of the maximum and turns products into sums, and set its slope to zero:
#
# $$
# \frac{d}{d\theta}\bigl[7\ln\theta + 3\ln(1-\theta)\bigr] = \frac7\theta-\frac3{1-\theta} = 0
# \quad\Longrightarrow\quad \theta = \frac{7}{10} .
# $$ (eq-3-coin-solution)

# %%
θ = np.linspace(0.05, 0.95, 19)
likelihood = θ**7 * (1 - θ) ** 3
print(f"best of 19 values: θ = {θ[likelihood.argmax()]:.2f}")
guesses = np.full(len(labels), 0.1)  # each digit guessed with probability one tenth
print(
    f"likelihood of {len(labels)} guesses: {np.prod(guesses)}; "
    f" its logarithm: {np.log(guesses).sum():.1f}"
)

# %% [markdown]
# The second line shows why nobody multiplies likelihoods: the product of so many probabilities is exactly zero in floating point. Sum logarithms. (With the natural logarithm, $-\ln p$ is counted in *nats*.)
#
# **The recipe.** Let a network (or a line, or a constant) output a number $f$, and read it as the *parameter of a distribution* for the target. Independent samples multiply, so the *negative log-likelihood* (负对数似然) is a sum over the samples, and that sum is the loss:
#
# $$
# L(\theta) = -\ln\prod_n p\bigl(y^{(n)}\mid f_\theta(\mathbf x^{(n)})\bigr) = \sum_n \underbrace{-\ln p\bigl(y^{(n)}\mid f_\theta(\mathbf x^{(n)})\bigr)}_{\text{loss of one sample}} .
# $$ (eq-3-nll)
#
# Now insert four distributions, with residual $r=y-f$:
#
# $$
# \begin{aligned}
# \text{Gaussian:}\quad & p=\tfrac{1}{\sqrt{2\pi}\sigma}e^{-r^2/2\sigma^2} & \Rightarrow\; -\ln p &= \tfrac{1}{2\sigma^2}\,r^2 + \ln\sigma+\tfrac12\ln2\pi ,\\
# \text{Laplace:}\quad & p=\tfrac{1}{2b}e^{-\lvert r\rvert/b} & \Rightarrow\; -\ln p &= \tfrac1b\,\lvert r\rvert+\ln 2b ,\\
# \text{Bernoulli:}\quad & p=f^{\,y}(1-f)^{1-y} & \Rightarrow\; -\ln p &= -y\ln f-(1-y)\ln(1-f) ,\\
# \text{categorical:}\quad & p=\textstyle\prod_k f_k^{\,y_k} & \Rightarrow\; -\ln p &= -\textstyle\sum_k y_k\ln f_k = -\ln f_c .
# \end{aligned}
# $$ (eq-3-four-losses)
#
# Bernoulli (伯努利分布) is the coin; categorical (范畴分布) a die with $K$ faces, where $y$ is *one-hot*: one at the true class $c$, zero elsewhere. The right column holds, up to constants that do not depend on $f$, squared error, absolute error, binary cross-entropy and cross-entropy. They are not four ideas. They are one, and four beliefs about noise.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_belief(axes):
    left, right = axes
    r = np.linspace(-5, 5, 201)
    gauss, laplace = normal(r), np.exp(-np.abs(r) * np.sqrt(2)) / np.sqrt(2)
    squared, absolute = -np.log(gauss), -np.log(laplace)
    lines(left, r, {"Gaussian": gauss, "Laplace": laplace}, ylabel="density")
    lines(right, r, {"squared": squared, "absolute": absolute}, ylabel="−ln p (nats)")
    left.set(xlabel="residual r", title="what you believe …")
    right.set(xlabel="residual r", title="… is what you pay")
    return (
        f"A residual of {r[-1]:.0f} costs {squared[-1]:.1f} nats under the Gaussian and {absolute[-1]:.1f} under the Laplace "
        f"distribution of the same variance, so outliers pull a squared loss harder."
    )


show(draw_belief, columns=2, figsize=(8, 3.4))

# %% [markdown]
# Under a Gaussian of width 1 a residual of 5 is nearly impossible. A squared loss will bend the whole line to avoid it. A Laplace distribution has heavier tails, finds it merely unlucky, and charges a fixed price per unit.
#
# What does each loss ask for when the model is a single constant $m$? Set the slopes to zero:
#
# $$
# \begin{aligned}
# \frac{d}{dm}\sum_n (y_n-m)^2 &= -2\sum_n(y_n-m) = 0 &&\Rightarrow\; m = \text{mean},\\
# \frac{d}{dm}\sum_n\lvert y_n-m\rvert &= \#\{y_n<m\}-\#\{y_n>m\} = 0 &&\Rightarrow\; m=\text{median} .
# \end{aligned}
# $$ (eq-3-mean-median)
#
# (The second slope exists where $m$ is none of the $y_n$; at the median it changes its sign.) The mean listens to how far away a point is; the median only to the side. For a line, the sum of absolute errors is piecewise linear in intercept and slope, so it is smallest at a corner, where two residuals vanish; hence the code tries every line through two points. That is how the figure at the top of the page was drawn.


# %% [markdown]
# **Why exponentials?** A network puts out scores without bounds; a die needs $K$ positive numbers that sum to one. So make each score positive by some smooth increasing function and divide by the sum. Which function? The *softmax* takes the exponential, $p_i=e^{z_i}/\sum_je^{z_j}$, and here is why. Ask that the odds of two classes depend on the *difference* of their scores alone, $p_i/p_j=r(z_i-z_j)$. Odds multiply, $\frac{p_i}{p_k}=\frac{p_i}{p_j}\cdot\frac{p_j}{p_k}$, so
#
# $$
# r(a+b)=r(a)\,r(b) \;\Longrightarrow\; r'(a)=r'(0)\,r(a) \;\Longrightarrow\; r(a)=e^{\beta a},\qquad \ln\frac{p_i}{p_j}=\beta\,(z_i-z_j) .
# $$ (eq-3-odds)
#
# (Differentiate with respect to $b$ at $b=0$; $r(0)=1$.) The softmax is the case $\beta=1$. A difference of scores *is* then a logarithm of odds, and hence its name, logit. Three things can be read off. The same number added to all scores changes nothing. With two classes, $p_1=1/(1+e^{-(z_1-z_2)})$, the sigmoid. And the largest score gets the largest probability whatever $\beta>0$: all of it as $\beta\to\infty$, an equal share as $\beta\to0$. ($1/\beta$ is called the *temperature*.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
slopes = {
    fit.__name__: [fit(x24, y24 + d * (np.arange(24) == 23))[1] for d in (0, 10)]
    for fit in (fit_squared, fit_absolute)
}
for name, (before, after) in slopes.items():
    print(f"{name:13s} slope before {before:.3f}, after {after:.3f}")
assert (
    abs(np.diff(slopes["fit_absolute"])) < 0.05 < 0.3 < np.diff(slopes["fit_squared"])
)
off = {name: [abs(s - 1) for s in pair] for name, pair in slopes.items()}
assert off["fit_squared"][0] < off["fit_absolute"][0]
assert off["fit_squared"][1] > off["fit_absolute"][1]

# %% [markdown]
# In that figure the second person is right: one value was misread, and the absolute loss hardly noticed. Without the misread value the first one comes nearer to the true slope of 1. Is absolute error better, then? Only if the world errs that way. Let three worlds make 400 data sets each, all with true slope 1, and let both losses estimate it:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
noises = {
    "Gaussian": lambda rng, shape: rng.standard_normal(shape),
    "Laplace": lambda rng, shape: rng.laplace(size=shape) / np.sqrt(2),
    "one in ten misread": lambda rng, shape: (
        rng.standard_normal(shape) * np.where(rng.uniform(size=shape) < 0.1, 10, 1)
    ),
}
rms = {}
for name, noise in noises.items():
    y = 1 + x24 + noise(np.random.default_rng(8), (400, 24))
    rms[name] = [
        np.sqrt(np.mean((fit(x24, y)[1] - 1) ** 2))
        for fit in (fit_squared, fit_absolute)
    ]
    print(
        f"{name:20s} rms error of the slope: "
        f"squared {rms[name][0]:.3f}, absolute {rms[name][1]:.3f}"
    )
assert rms["Gaussian"][0] < rms["Gaussian"][1]
assert all(rms[name][1] < rms[name][0] for name in ("Laplace", "one in ten misread"))

# %% [markdown]
# Under Gaussian noise the squared loss wins; under the two others the absolute loss does, and with misread values by a wide margin. Each loss wins in the world it believes in. (The third is nobody's belief, but it resembles the heavy tails more.) A wrong belief need not make the fit wrong: the noise is symmetric, and all six are right on average. It makes it less exact.
#
# ### Probabilities as targets
#
# For yes-or-no targets, compare three losses on their home ground. Suppose the truth is "yes" with probability 0.7, and the model says $f$. The expected losses are
#
# $$
# \begin{aligned}
# \text{cross-entropy:}&\; -0.7\ln f-0.3\ln(1-f), & \tfrac{d}{df}=0 &\Rightarrow f=0.7 ;\\
# \text{squared:}&\; 0.7(1-f)^2+0.3f^2, & -1.4(1-f)+0.6f=0 &\Rightarrow f=0.7;\\
# \text{absolute:}&\; 0.7(1-f)+0.3f, & \text{slope } {-0.4} &\Rightarrow f=1 .
# \end{aligned}
# $$ (eq-3-expected-losses)

# %% [markdown]
# Absolute error asks for overconfidence. Squared error and cross-entropy both ask for the truth, so honesty alone does not select cross-entropy. What does is the *slope*. Let the probability come from a logit, $f=1/(1+e^{-z})$. By the quotient rule $f' = e^{-z}/(1+e^{-z})^2 = f(1-f)$. Let the target be 1:
#
# $$
# \frac{d}{dz}\bigl[-\ln f\bigr] = -\frac{f(1-f)}{f} = f-1, \qquad
# \frac{d}{dz}\,\tfrac12(1-f)^2 = (f-1)\,f(1-f) .
# $$ (eq-3-saturation)
#
# The logarithm undoes the exponential inside the sigmoid. Without it, a confident mistake ($f\to0$) has no gradient left to learn from.
#
# :::{admonition} Predict
# :class: predict
# A unit should say 1 and starts at $z=-8$, almost certain of 0. With cross-entropy and learning rate 1 it takes nine steps to change its mind. How many with squared error: 20, 200, 2000? And would a larger learning rate mend that?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def correction(gradient, rate, z=-8.0, steps=4000):
    """Logits after 0 … steps steps of gradient descent; the target is 1."""
    path = [z]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(1 / (1 + np.exp(-path[-1]))))
    return np.array(path)


LOSSES = {
    "cross-entropy": (lambda f: f - 1, 1.0),
    "squared error": (lambda f: (f - 1) * f * (1 - f), 1.0),
    "squared error, rate 27/4": (lambda f: (f - 1) * f * (1 - f), 27 / 4),
}
patience = {name: int((correction(*loss) < 0).sum()) for name, loss in LOSSES.items()}
print("steps until the logit turns positive")
for name, steps in patience.items():
    print(f"  {name:26s}{steps:5d}")
assert patience["cross-entropy"] == 9
assert patience["squared error"] > 100 * patience["cross-entropy"]
assert patience["squared error, rate 27/4"] > 30 * patience["cross-entropy"]


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_correction(ax, start_logit):
    paths = {n: correction(*loss, start_logit, 60) for n, loss in LOSSES.items()}
    curves = {name: 1 / (1 + np.exp(-path)) for name, path in paths.items()}
    lines(ax, np.arange(61), curves)
    first = curves["cross-entropy"][0]
    ax.set(xlabel="steps", ylabel="f, which should be 1", ylim=(-0.03, 1.3))
    ax.set_title(f"start: z = {start_logit:.0f}, f = {first:.4f}")
    ax.legend(loc="center right")
    ends = "; ".join(f"{name} f = {f[-1]:.3f}" for name, f in curves.items())
    return f"From z = {start_logit:.0f}, after 60 steps: {ends}."


explore(draw_correction, start_logit=np.arange(-8.0, 1.0), start=4)

# %% [markdown]
# Is the comparison fair? The slope of the squared error, $f(1-f)^2$ in size, is nowhere larger than $\tfrac4{27}$, at $f=\tfrac13$. So multiply its rate by $\tfrac{27}4$: now its longest step is 1, and no step of cross-entropy is longer. It still needs many times as long. A rate of 500 would bring this one unit home in a few steps; but one rate has to serve all samples, and it would throw those near $f=\tfrac13$ by more than seventy units of $z$ at a step. Cross-entropy is steepest where the mistake is greatest, and squared error is flat there.
#
# **Prediction minus target.** The slope $f-1$ is $f-y$ for $y=1$, and you will meet it again and again. It is no accident. The coin, the die, counts, and the Gaussian of width one share a form: with a score $z$ (for the die a vector, with a dot product),
#
# $$
# p(y\mid z)=h(y)\,e^{yz-A(z)},\qquad A(z)=\ln(1+e^z),\;\; \ln\textstyle\sum_k e^{z_k},\;\; e^z,\;\; \tfrac12z^2 \text{ in this order.}
# $$ (eq-3-family)
#
# The loss is $A(z)-yz$, plus what does not depend on $z$. Probabilities sum to one, $\sum_y h(y)\,e^{yz}=e^{A(z)}$. Differentiate and divide by $e^A$ (for the Gaussian, with an integral):
#
# $$
# A'(z)=\sum_y y\,p(y\mid z)=\mathbb E[y]=f \quad\Longrightarrow\quad \frac{d}{dz}\bigl[A(z)-yz\bigr]=f-y .
# $$ (eq-3-prediction-minus-target)
#
# (The Laplace distribution is not of this form; the slope of its loss is a sign.)
#
# (q3-1)=
# :::{admonition} Question 3.1 · Why is probability theory used to design loss functions?
# :class: question
# Because most losses *are* statements about noise, whether one says so or not. Take $e^{-\text{loss}}$ as a function of the target. If the area under this curve is the same for every prediction, scale it to area one: that is the noise under which minimizing the loss is maximum likelihood. (For the hinge loss of a support vector machine the area differs, so it states no belief.) Probability says it openly. Reading the output as the parameter of $p(y\mid x)$ gives one recipe, {eq}`eq-3-nll`, for every kind of target, instead of one invention each. It tells which loss suits which data: the slopes above were best estimated by the loss that matched the noise. It makes outputs mean something (a probability of 0.7, a width $\sigma$), it puts losses of different parts on one scale, and with sigmoid or softmax outputs it gives gradients that do not die on confident mistakes. The price: believe in Gaussian noise where outliers occur, and one misread number moves the whole line.
# :::
#
# :::{admonition} Exercise 4 · a loss for counts
# :class: exercise
# Targets are counts $0, 1, 2, \dots$ with Poisson noise, $p(y\mid\lambda)=\lambda^y e^{-\lambda}/y!$, and the network outputs $z = \ln\lambda$. Derive the loss, leave out what does not depend on $z$, and return the mean loss and its gradient with respect to $z$ (N,).
# :::


# %%
def poisson_loss(z, y):
    """(loss, gradient): mean of −ln p(y | λ = eᶻ) without ln y!, and ∂loss/∂z (N,)."""
    ...


exercises.check_poisson_loss(poisson_loss)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. −ln p = λ − y ln λ + ln y! = eᶻ − y z + constant; its slope is eᶻ − y: prediction minus target again.
def poisson_loss(z, y):
    return (np.exp(z) - y * z).mean(), (np.exp(z) - y) / len(z)


exercises.check_poisson_loss(poisson_loss)

# %% [markdown]
# :::{admonition} Exercise 5 · fit the Laplace distribution
# :class: exercise
# Maximum likelihood for $p(y)=\frac{1}{2b}e^{-\lvert y-m\rvert/b}$: return the best $(m, b)$ for data `y` (N,). The second needs the derivative of {eq}`eq-3-four-losses` with respect to $b$.
# :::


# %%
def fit_laplace(y):
    """The maximum-likelihood (m, b) of a Laplace distribution for y (N,)."""
    ...


exercises.check_fit_laplace(fit_laplace)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. m is the median. For b: d/db [N ln 2b + Σ|y − m|/b] = N/b − Σ|y − m|/b² = 0, so b = mean |y − m|.
def fit_laplace(y):
    m = np.median(y)
    return m, np.abs(y - m).mean()


exercises.check_fit_laplace(fit_laplace)

# %% [markdown]
# (sec-3-entropy)=
# ## What a wrong belief costs, in bits
#
# *You cannot yet say how much worse one distribution describes the data than another. After this section you can measure it with a code you built yourself.*
#
# ### Entropy is a length
#
# A weather station sends one of four words a day: sun, rain, fog, snow, with probabilities ½, ¼, ⅛, ⅛. Two bits a day would do: 00, 01, 10, 11. Can one send less? Give the frequent word a short name: 0, 10, 110, 111. No name begins another one, so a stream of bits can be cut without commas; such a code is called a *prefix code* (前缀码). On average it takes
#
# $$
# \tfrac12\cdot1+\tfrac14\cdot2+\tfrac18\cdot3+\tfrac18\cdot3 = 1.75 \text{ bits} .
# $$ (eq-3-weather)
#
# Each length is $-\log_2 p$. That number is the *information* (信息量) of an event: one bit per halving of the probability. Its expectation is the **entropy** (熵), in bits with $\log_2$, in *nats* with $\ln$:
#
# $$
# H(p) = \mathbb E_p[-\log p(X)] = -\sum_i p_i\log p_i .
# $$ (eq-3-entropy)
#
# For other probabilities, Huffman's method ([1952](../book/bibliography.md)) finds the best prefix code: merge the two rarest symbols, again and again; every merge puts one more bit in front of all names in it.


# %%
def huffman(p):
    """A shortest prefix code for the probabilities p (K,): K strings of bits."""
    names = [""] * len(p)
    heap = [(probability, i, [i]) for i, probability in enumerate(p)]
    heapq.heapify(heap)
    while len(heap) > 1:
        (p0, _, zeros), (p1, order, ones) = heapq.heappop(heap), heapq.heappop(heap)
        for bit, members in (("0", zeros), ("1", ones)):
            for i in members:
                names[i] = bit + names[i]
        heapq.heappush(heap, (p0 + p1, len(p) + order, zeros + ones))
    return names


def entropy(p):
    return -(p[p > 0] * np.log2(p[p > 0])).sum()


def mean_length(p, code):
    return (p * [len(name) for name in code]).sum()


p_weather = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8])
print(
    "weather:",
    huffman(p_weather),
    f" mean length {mean_length(p_weather, huffman(p_weather))}, "
    f"entropy {entropy(p_weather)} bits",
)

# %% [markdown]
# Now real data: the 17 gray levels of the digit images. A folded cell builds the code, writes the first hundred images as one string of bits, and reads them back.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
p_gray = np.bincount(levels.ravel(), minlength=17) / levels.size
code = huffman(p_gray)
message = levels[:100].ravel()
bits = "".join(code[level] for level in message)

decode, name, received = {name: level for level, name in enumerate(code)}, "", []
for bit in bits:
    name += bit
    if name in decode:
        received.append(decode[name])
        name = ""
assert received == message.tolist() and name == ""
assert (message == 0).mean() > p_gray[0]  # more blank pixels than usual
print(
    f"blank pixel: {code[0]!r}, gray level 9: {code[9]!r}; "
    f" {len(bits) / len(message):.3f} bits a pixel in this message"
)
print(
    f"mean length {mean_length(p_gray, code):.4f}, "
    f"entropy {entropy(p_gray):.4f}, fixed length 5 bits"
)

# %% [markdown]
# Nothing was lost, and the mean length under $p$ sits a hair above the entropy. (The message itself came out shorter: its hundred images have more blank pixels than the rest.) The mean can never be below. Why? In a prefix code a name of length $l_i$ owns the fraction $2^{-l_i}$ of all infinite bit strings, and no two names own a common one. So $Z=\sum_i 2^{-l_i}\le1$ (Kraft's inequality), and $q_i = 2^{-l_i}/Z$ is a distribution. Then
#
# $$
# \begin{aligned}
# \sum_i p_i l_i - H(p) &= \sum_i p_i\log_2\frac{p_i}{2^{-l_i}} = \sum_i p_i\log_2\frac{p_i}{q_i} - \log_2 Z \;\ge\; \sum_i p_i\log_2\frac{p_i}{q_i} ,\\
# -\sum_i p_i\ln\frac{p_i}{q_i} &= \sum_{i:\,p_i>0} p_i\ln\frac{q_i}{p_i} \le \sum_{i:\,p_i>0} p_i\Bigl(\frac{q_i}{p_i}-1\Bigr) \le 0 .
# \end{aligned}
# $$ (eq-3-gibbs)
#
# The second line uses $\ln t\le t-1$, with equality only at $t=1$. So the sum on the right of the first line is never negative, and zero only for $q=p$. Nor need the mean be much above: the lengths $-\log_2p_i$, rounded up, satisfy Kraft's inequality too, and lengths that do belong to some prefix code. So the best code stays within one bit of the entropy. The sum deserves its name:
#
# ### The price of the wrong code
#
# Suppose the world follows $p$, but your code was made for $q$: lengths $-\log q_i$. You pay the **cross-entropy** (交叉熵); what you pay beyond the entropy is the **Kullback–Leibler divergence** (KL散度; Kullback and Leibler [1951](../book/bibliography.md)):
#
# $$
# H(p,q) = -\sum_i p_i\log q_i, \qquad
# \mathrm{KL}(p\Vert q) = \sum_i p_i\log\frac{p_i}{q_i} = H(p,q)-H(p) \ge 0 .
# $$ (eq-3-kl)

# %%
p_hills = np.array([1 / 4, 1 / 8, 1 / 8, 1 / 2])  # a mountain station, mostly snow
extra = mean_length(p_weather, huffman(p_hills)) - mean_length(
    p_weather, huffman(p_weather)
)


def kl_bits(p, q):
    return (p[p > 0] * np.log2(p[p > 0] / q[p > 0])).sum()


print(
    "valley weather in the mountain's code: "
    f"{extra} bits a day too many; KL = {kl_bits(p_weather, p_hills)}"
)

# %% [markdown]
# Drawn as areas, this becomes a picture (Olah ([2015](../book/bibliography.md)) draws codes this way). Each word is a rectangle: its width is how often the world sends it, its height how long its name is. So its area is what it costs a day, and the total area is the bill. A name of length $l$ uses up the fraction $2^{-l}$ of all bit strings, so a name can only become shorter if another becomes longer.
#
# Let the belief be $q\propto p^a$. At $a=1$ it is the truth; at 0 all weathers count as equally likely; above 1 the frequent is exaggerated, and below 0 the rare is taken for the frequent. The slider moves the power $a$:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_code(axes, power):
    q = p_weather**power / (p_weather**power).sum()
    H, extra_bits = entropy(p_weather), kl_bits(p_weather, q)
    names = ("sun", "rain", "fog", "snow")
    edges = np.concatenate([[0], np.cumsum(p_weather)])[:4]
    for ax, belief in zip(axes, (p_weather, q)):
        heights = -np.log2(belief)
        own = -np.log2(p_weather)
        ax.bar(edges, np.minimum(heights, own), p_weather, align="edge", ec=INK)
        longer = heights > own
        style = {"color": ORANGE, "hatch": "//", "ec": INK, "align": "edge"}
        above, floor = (heights - own)[longer], own[longer]
        ax.bar(edges[longer], above, p_weather[longer], bottom=floor, **style)
        for name, edge, width in zip(names, edges, p_weather):
            turned = {"rotation": 90} if width < 0.2 else {}
            ax.text(edge + width / 2, -0.2, name, ha="center", va="top", **turned)
        ax.set(xlim=(0, 1), ylim=(0, 6), xticks=[], ylabel="length of the name (bits)")
    axes[0].set_title(f"its own code: area {H:.2f}")
    axes[1].set_title(f"a code for q ∝ p^{power:.2g}: area {H + extra_bits:.2f}")
    return (
        f"Belief q ∝ p^{power:.2g}: each day costs {H:.2f} bits of entropy and {extra_bits:.3f} bits of divergence, "
        f"cross-entropy {H + extra_bits:.3f} bits."
    )


explore(draw_code, power=np.linspace(-1, 3, 9), start=2, columns=2, figsize=(8, 3.6))

# %% [markdown]
# On the left the area is the entropy. On the right some names are longer than they should be (hatched) and others shorter, and the total is always larger; it is the same only at $q=p$. (Overconfidence costs too: push the slider beyond 1.)
#
# The notes say that KL uses entropy to express how much information an approximation loses. The weather came out even because all its lengths are whole. Other codes round, by up to a bit a name; give names to blocks of $n$ symbols instead of single ones, and the rounding is shared by $n$. So take pairs of random distributions over three symbols, in blocks of six, and compare the extra bits a symbol with the divergence. We call it equal up to the rounding of one block, $\tfrac16$ bit. A test that the reverse divergence passes as well would tell little; therefore every pair must have $\mathrm{KL}(p\Vert q)$ and $\mathrm{KL}(q\Vert p)$ further apart than twice that.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def blocks(p, size):
    """The distribution of `size` independent symbols taken together."""
    joint = p
    for _ in range(size - 1):
        joint = np.outer(joint, p).ravel()
    return joint


def extra_bits(p, q, size):
    """What q's code costs more than p's own on symbols from p, in bits a symbol."""
    world = blocks(p, size)
    wrong, own = huffman(blocks(q, size)), huffman(world)
    return (mean_length(world, wrong) - mean_length(world, own)) / size


size = 6
rounding = 1 / size  # a bit a block
drawn = 0.05 + 0.85 * np.random.default_rng(18).dirichlet(np.ones(3), (1000, 2))
pairs = [(p, q) for p, q in drawn if abs(kl_bits(p, q) - kl_bits(q, p)) > 2 * rounding][
    :40
]
paid = np.array([extra_bits(p, q, size) for p, q in pairs])
divergence = np.array([kl_bits(p, q) for p, q in pairs])
reverse = np.array([kl_bits(q, p) for p, q in pairs])
print(f"{len(pairs)} pairs of distributions: {paid.mean():.3f} bits a symbol too many")
print(f"mean divergence {divergence.mean():.3f}, reverse {reverse.mean():.3f} bits")
assert len(pairs) == 40

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C3.4",
    tested=f"Extra bits a symbol of Huffman codes that were made for q and are used on p, against KL(p‖q), for {len(pairs)} random pairs of distributions, "
    f"coded in blocks of {size}; up to {rounding:.2f} bits apart, the rounding of one block, counts as equal.",
    holds=np.abs(paid - divergence) < rounding,
    control={
        "the divergence the other way around, KL(q‖p)": np.abs(paid - reverse)
        < rounding
    },
    evidence=f"The extra bits and KL(p‖q) differ by {np.abs(paid - divergence).mean():.3f} bits on average and by at most "
    f"{np.abs(paid - divergence).max():.3f}; from KL(q‖p) the extra bits differ by {np.abs(paid - reverse).mean():.2f} on average.",
    turns={
        (
            "divergence = np.array([kl_bits(p, q)",
            "divergence = np.array([kl_bits(q, p)",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# ### What one variable tells about another
#
# How many bits does the blank middle of the first section tell about the digit? Before looking, the digit has the entropy $H(Y)$. After seeing $X=x$ it has the entropy of the posterior; on average over $x$ this is the *conditional entropy* (条件熵), and the difference is the *mutual information* (互信息):
#
# $$
# \begin{aligned}
# H(Y\mid X) &= \sum_x p(x)\,H\bigl(p(\cdot\mid x)\bigr) = -\sum_{x,y}p(x,y)\log p(y\mid x) ,\\
# I(X;Y) &= H(Y)-H(Y\mid X) = \sum_{x,y}p(x,y)\log\frac{p(x,y)}{p(x)\,p(y)} = \mathrm{KL}\bigl(p(x,y)\,\Vert\,p(x)\,p(y)\bigr) \ge 0 .
# \end{aligned}
# $$ (eq-3-mutual-information)
#
# (For the last line insert $p(y\mid x)=p(x,y)/p(x)$.) It is the price of believing that the two are independent, and zero only if they are. It is symmetric: the digit tells as much about its middle as the middle about the digit.

# %%
p_hole = joint.sum(axis=0)
H_digit = entropy(p_digit)
H_given = sum(p * entropy(column / p) for p, column in zip(p_hole, joint.T))
information = kl_bits(joint.ravel(), np.outer(p_digit, p_hole).ravel())
print(f"H(digit) {H_digit:.3f} bits, H(digit | middle) {H_given:.3f} bits")
print(
    f"mutual information {information:.3f} bits, of {entropy(p_hole):.3f} in one look"
)
assert np.isclose(H_digit - H_given, information)

# %% [markdown]
# The price of a wrong belief is paid in bits, and KL names the sum, in one direction: what $q$'s code loses on a world that follows $p$. Which brings us to the claim in the notes that the notes themselves take back.
#
# ### A divergence is not a distance
#
# *KL can measure the distance between two distributions*, they say, and four lines later: *in fact it does not, because there is no symmetry.* A distance, or *metric* (度量), has to be (1) zero for equal arguments only, (2) the same both ways, (3) never longer directly than by a detour (triangle inequality), and (4) a finite number. Count how many random triples of three-valued distributions break each rule. Is the missing symmetry the reason? Take it away and nothing else: the sum of both ways, $\mathrm{KL}(p\Vert q)+\mathrm{KL}(q\Vert p)$, is symmetric. As a control, put $\sqrt{\mathrm{JS}}$ through the same test, where $\mathrm{JS}(p,q) = \tfrac12\mathrm{KL}(p\Vert m)+\tfrac12\mathrm{KL}(q\Vert m)$ with $m=\tfrac12(p+q)$; its root is known to be a metric (Endres and Schindelin [2003](../book/bibliography.md)).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def kl(p, q):
    """KL(p‖q) in nats along the last axis; 0 ln 0 = 0, and ∞ where q = 0 < p."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return terms.sum(axis=-1)


def both_ways(p, q):
    return kl(p, q) + kl(q, p)


def root_js(p, q):
    m = (p + q) / 2
    return np.sqrt((kl(p, m) + kl(q, m)) / 2)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def violations(distance, seed, trials=1000):
    """The share of random triples that break each rule of a distance."""
    a, b, c = np.random.default_rng(seed).dirichlet(np.ones(3), (3, trials))
    detour = distance(a, b) + distance(b, c)
    sure, other = np.eye(3)[:2]
    return {
        "zero for equals only": np.mean(
            (np.abs(distance(a, a)) > 1e-7) | (distance(a, b) <= 0)
        ),
        "symmetric": np.mean(~np.isclose(distance(a, b), distance(b, a))),
        "no detour is shorter": np.mean(distance(a, c) > detour + 1e-12),
        "finite": float(not np.isfinite(distance(sure, other))),
    }


candidates = {"KL": kl, "KL both ways": both_ways, "√JS": root_js}
found = {
    name: [violations(distance, seed) for seed in range(20)]
    for name, distance in candidates.items()
}
is_metric = {
    name: [not any(v.values()) for v in rules] for name, rules in found.items()
}
detours = {
    name: np.mean([v["no detour is shorter"] for v in rules])
    for name, rules in found.items()
}
for name, rules in found.items():
    broken = [rule for rule in rules[0] if any(v[rule] for v in rules)]
    print(f"{name:13s}breaks: {', '.join(broken) or 'nothing'}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
fair, biased = np.array([0.5, 0.5]), np.array([0.9, 0.1])
settle(
    "C3.2",
    tested="Whether KL obeys the four rules of a distance, on random triples of three-valued distributions and on two sure events. 'Distance' is meant as in the line that takes the sentence back.",
    holds=is_metric["KL"],
    control={"√JS, which is known to be a metric": is_metric["√JS"]},
    evidence=f"A fair coin and one with {biased[0]:.0%} heads are {kl(fair, biased):.3f} nats apart one way and {kl(biased, fair):.3f} the other; a detour is shorter "
    f"in {detours['KL']:.0%} of the triples.",
    turns={('{"KL": kl,', '{"KL": root_js,'): "TRUE"},
)
settle(
    "C3.11",
    tested="Whether KL differs between its two directions, which is enough to be no distance; and whether, with the missing symmetry restored and nothing else "
    "changed, the sum of both directions is one.",
    on="reading of 'because'",
    cases={
        "a lack of symmetry is enough": [v["symmetric"] > 0 for v in found["KL"]],
        "symmetry is all that is lacking": is_metric["KL both ways"],
    },
    control={"√JS in the place of the sum of both directions": is_metric["√JS"]},
    evidence=f"KL differs between its directions in {np.mean([v['symmetric'] for v in found['KL']]):.0%} of the random pairs. The sum of both is symmetric, and still a "
    f"detour is shorter in {detours['KL both ways']:.0%} of the triples; with √JS in {detours['√JS']:.0%}.",
    turns={("return kl(p, q) + kl(q, p)", "return root_js(p, q)"): "TRUE"},
    card=True,
)

# %% [markdown]
# The first line unfolds to the claim, the card is its retraction. Of the four rules KL keeps the first only. The retraction is right, and its reason is enough; but whoever concludes that a symmetric version would be a distance is mistaken. "Divergence" is the honest word. Nor is the lack of symmetry a blemish; it is a choice, as you are about to see.
#
# ### Two ways to fit
#
# For densities the sums become integrals. (The entropy may then be negative; a divergence still may not.) For Gaussians the divergence has a closed form. With $\ln p-\ln q = \ln\frac{\sigma_2}{\sigma_1} - \frac{(x-\mu_1)^2}{2\sigma_1^2}+\frac{(x-\mu_2)^2}{2\sigma_2^2}$, and $\mathbb E_p(x-\mu_1)^2=\sigma_1^2$, $\mathbb E_p(x-\mu_2)^2 = \sigma_1^2+(\mu_1-\mu_2)^2$:
#
# $$
# \mathrm{KL}\bigl(\mathcal N(\mu_1,\sigma_1^2)\Vert\mathcal N(\mu_2,\sigma_2^2)\bigr) = \ln\frac{\sigma_2}{\sigma_1}+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}-\frac12 .
# $$ (eq-3-kl-gaussians)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def kl_normal(mu1, sigma1, mu2, sigma2):
    return (
        np.log(sigma2 / sigma1)
        + (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2)
        - 1 / 2
    )


wide = np.linspace(-30, 30, 60_001)
p_, q_ = normal(wide), normal(wide, 1, 2)
inside = p_ > 1e-300
by_sum = (p_[inside] * np.log(p_[inside] / q_[inside])).sum() * (wide[1] - wide[0])
print(f"KL(N(0,1)‖N(1,4)): formula {kl_normal(0, 1, 1, 2):.4f}, plain sum {by_sum:.4f}")
print(f"the other way:     formula {kl_normal(1, 2, 0, 1):.4f}")
assert abs(by_sum - kl_normal(0, 1, 1, 2)) < 1e-6

# %% [markdown]
# Now approximate a two-humped $p$ by a *single* Gaussian $q=\mathcal N(m, s^2)$. The *forward* fit minimizes $\mathrm{KL}(p\Vert q)$. Only its cross-entropy depends on $m$ and $s$:
#
# $$
# \begin{aligned}
# H(p,q) &= \frac{\mathbb E_p(x-m)^2}{2s^2}+\ln s+\tfrac12\ln2\pi ,\\
# \frac{\partial H}{\partial m} &= -\frac{\mathbb E_p[x]-m}{s^2}=0 \quad\Rightarrow\quad m=\mathbb E_p[x] ,\\
# \frac{\partial H}{\partial s} &= -\frac{\mathbb E_p(x-m)^2}{s^3}+\frac1s=0 \quad\Rightarrow\quad s^2=\operatorname{Var}_p x .
# \end{aligned}
# $$ (eq-3-moment-matching)
#
# It copies mean and variance. The *reverse* fit minimizes $\mathrm{KL}(q\Vert p) = \mathbb E_q[\ln q-\ln p]$, an average over $q$: places where $q$ is absent do not count, but putting $q$ where $p$ is tiny costs dearly.
#
# :::{admonition} Predict
# :class: predict
# Two humps, far apart, the left one a little heavier. Where will each fit put its single hump?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
line = np.linspace(-9, 9, 361)
dx = line[1] - line[0]
m_grid, s_grid = np.meshgrid(np.linspace(-5, 5, 101), np.geomspace(0.4, 5, 61))
q_all = normal(line, m_grid[..., None], s_grid[..., None]) + 1e-300
q_entropy = (q_all * np.log(q_all)).sum(axis=-1) * dx


def fits(gap):
    """p on the line, and (m, s) of the forward and of the reverse fit."""
    p = 0.55 * normal(line, -gap / 2, 0.7) + 0.45 * normal(line, gap / 2, 0.7)
    mean = (p * line).sum() * dx
    forward = mean, np.sqrt((p * (line - mean) ** 2).sum() * dx)
    reverse_kl = q_entropy - (q_all * np.log(p + 1e-300)).sum(axis=-1) * dx
    best = np.unravel_index(reverse_kl.argmin(), reverse_kl.shape)
    return p, forward, (m_grid[best], s_grid[best])


def draw_fits(ax, gap):
    p, (m1, s1), (m2, s2) = fits(gap)
    ax.fill_between(line, p, color=INK, alpha=0.25, lw=0, label="p")
    curves = {"forward": normal(line, m1, s1), "reverse": normal(line, m2, s2)}
    lines(ax, line, curves)
    ax.set(ylim=(0, 0.65), xlim=(-6, 6), xlabel="x", ylabel="density")
    apart = abs(m1 - m2) > 1
    ax.set_title(
        "Forward covers both, reverse seeks one" if apart else "Both sit in the middle"
    )
    return (
        f"Humps {gap:.1f} apart: the forward fit has mean {round(m1, 2) + 0.0:.2f} and width {s1:.2f}, "
        f"the reverse fit mean {round(m2, 2) + 0.0:.2f} and width {s2:.2f}."
    )


explore(draw_fits, gap=np.linspace(0, 6, 11), start=8)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
p_six, (m_forward, s_forward), (m_reverse, s_reverse) = fits(6.0)
print(
    f"gap 6: forward m = {m_forward:.2f}, s = {s_forward:.2f}; "
    f" reverse m = {m_reverse:.2f}, s = {s_reverse:.2f}"
)
wasted = normal(line, m_forward, s_forward)[p_six < 0.02].sum() * dx
print(f"mass of the forward fit where p is below 0.02: {wasted:.0%}")
assert abs(m_forward) < 0.5 and s_forward > 2.5 and m_reverse < -2.8 and s_reverse < 0.8

# %% [markdown]
# The forward fit covers both humps and, once they are far apart, puts about half of its mass where there is next to nothing (*mode covering*). The reverse fit takes one hump and ignores the other (*mode seeking*). Maximum likelihood is a forward fit, as we show next. Variational methods, which the notes need for the variational autoencoder, fit in reverse.
#
# ### Maximum likelihood is a forward fit
#
# Let $\hat p$ be the *empirical distribution*, which gives each of the $N$ samples the weight $1/N$. Then
#
# $$
# \mathrm{KL}(\hat p\Vert p_\theta) = \underbrace{\sum_x\hat p(x)\ln\hat p(x)}_{-H(\hat p),\ \text{data only}}\;\underbrace{-\sum_x\hat p(x)\ln p_\theta(x)}_{H(\hat p,\,p_\theta)} ,
# \qquad H(\hat p,p_\theta) = -\frac1N\sum_n\ln p_\theta(x^{(n)}) .
# $$ (eq-3-ml-kl)
#
# The cross-entropy *is* the mean negative log-likelihood, and the divergence differs from it by a constant. Three curves, one shape. For the coin of {eq}`eq-3-coin`, and for the gray levels with a deliberately poor model, the number of heads in 16 throws of a coin with bias $\theta$ (binomial):

# %% tags=["hide-input"] jupyter={"source_hidden": true}
θ = np.linspace(0.02, 0.98, 97)[:, None]
coin = np.hstack([1 - θ, θ])
binomial = np.hstack([comb(16, k) * θ**k * (1 - θ) ** (16 - k) for k in range(17)])
heads_and_tails = np.repeat([1, 0], [7, 3])


def shares(samples, values):
    return np.bincount(samples, minlength=values) / len(samples)


def three_curves(samples, model, p_data):
    """Mean NLL of the samples, cross-entropy and KL from p_data, for every row of model (parameters, values)."""
    nll = np.array([-log_p[samples].mean() for log_p in np.log(model)])
    return nll, -(p_data * np.log(model)).sum(axis=1), kl(p_data, model)


curves = {
    "coin": three_curves(heads_and_tails, coin, shares(heads_and_tails, 2)),
    "gray levels": three_curves(levels.ravel(), binomial, p_gray),
}


def draw_three_curves(axes):
    for ax, (name, (nll, ce, divergence)) in zip(axes, curves.items(), strict=True):
        ax.plot(θ[::6, 0], nll[::6], "o", ms=4, color=INK, label="mean NLL")
        lines(ax, θ[:, 0], {"cross-entropy": ce, "KL": divergence}, xlabel="θ")
        ax.axvline(θ[ce.argmin(), 0], color=INK, lw=1)
        ax.set(title=name, ylabel="nats a sample", ylim=(0, 3.2 * ce.min()))
    lowest = (
        f"{name} at θ = {θ[ce.argmin(), 0]:.2f}, where {abs(d.min()):.3f} nats of KL are left"
        for name, (_, ce, d) in curves.items()
    )
    return f"The curves run in parallel and have their minimum at one place: {'; '.join(lowest)}."


show(draw_three_curves, columns=2, figsize=(8, 3.4))
for nll, ce, divergence in curves.values():
    assert max(np.ptp(nll - ce), np.ptp(ce - divergence)) < 1e-9
    assert nll.argmin() == ce.argmin() == divergence.argmin()

# %% [markdown]
# Look at the right panel: the curve of KL stays far above zero. Maximum likelihood finds the *nearest* member of the family you offered; it does not promise that it is near.
#
# Near to what? The algebra holds for the *empirical* distribution. The notes speak of “the true distribution of the data” (数据真实分布). So draw samples of a hundred pixels, let all pixels of the data set be the truth, and compare the likelihood of the samples with the divergence from either, for twenty draws:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def runs_parallel(samples, p_data):
    """Whether NLL and KL from p_data differ by a constant over all θ."""
    nll, _, divergence = three_curves(samples, binomial, p_data)
    return bool(np.ptp(nll - divergence) < 1e-9)


def best_θ(p_data):
    return θ[kl(p_data, binomial).argmin(), 0]


draws = {
    N: [np.random.default_rng(seed).choice(17, N, p=p_gray) for seed in range(20)]
    for N in (100, 10_000)
}
off = {
    N: np.mean([abs(best_θ(shares(x, 17)) - best_θ(p_gray)) for x in found])
    for N, found in draws.items()
}
for N, distance in off.items():
    print(f"{N:6d} samples: θ of maximum likelihood off by {distance:.3f} on average")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C3.5",
    tested=f"Whether the mean negative log-likelihood of {len(draws[100][0])} gray levels and the KL divergence of a binomial model differ by a constant only, over all θ, for samples "
    "drawn from the pixels of the digits.",
    on="distribution of the data that is meant",
    cases={
        "the empirical one, of the samples": [
            runs_parallel(x, shares(x, 17)) for x in draws[100]
        ],
        "the true one behind them": [runs_parallel(x, p_gray) for x in draws[100]],
    },
    evidence=f"The nearest θ to the true distribution is {best_θ(p_gray):.2f}; maximum likelihood misses it by "
    + " and ".join(f"{d:.3f} with {N:,} samples" for N, d in off.items())
    + ", on average.",
    turns={("kl(p_data, model)", "kl(model, p_data)"): "FALSE"},
    card=True,
)

# %% [markdown]
# So maximum likelihood minimizes the divergence from the *samples*. With more of them that comes ever closer to the divergence from the truth, and never becomes the same. For a continuous model the divergence itself is infinite: each sample carries mass under $\hat p$ and none under $p_\theta$. One then reads the samples as draws from a density $p_{\text{data}}$. The mean of $-\ln p_\theta(x^{(n)})$ estimates $H(p_{\text{data}},p_\theta)$, and the other term still does not contain $\theta$.
#
# :::{admonition} Exercise 6 · cross-entropy without accidents
# :class: exercise
# Return $H(p, q)$ in *bits* for two pmfs (K,). Symbols with $p_i=0$ cost nothing, whatever $q_i$ is; a symbol with $q_i=0<p_i$ costs infinitely much. No warning may appear.
# :::


# %%
def cross_entropy_bits(p, q):
    """H(p, q) = −Σ p log₂ q in bits, for p and q of shape (K,)."""
    ...


exercises.check_cross_entropy_bits(cross_entropy_bits)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Look only at what can happen; if that includes something believed impossible, the price is infinite.
def cross_entropy_bits(p, q):
    possible = p > 0
    if (q[possible] == 0).any():
        return np.inf
    return -(p[possible] * np.log2(q[possible])).sum()


exercises.check_cross_entropy_bits(cross_entropy_bits)

# %% [markdown]
# :::{admonition} Exercise 7 · a code of your own
# :class: exercise
# Five symbols have probabilities 0.4, 0.2, 0.2, 0.1, 0.1. Give a prefix code with the smallest possible mean length, as a list of five strings. By hand, please.
# :::

# %%
my_code = ...

exercises.check_prefix_code(my_code)

# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Merge 0.1 + 0.1 = 0.2; then two of the three 0.2s, then 0.2 + 0.4 = 0.6, then all: 2.2 bits.
my_code = ["00", "10", "11", "010", "011"]

exercises.check_prefix_code(my_code)

# %% [markdown]
# (sec-3-sampling)=
# ## Grid or dice
#
# *You can write an expectation as an integral, but you cannot yet compute it in ten dimensions. After this section you can, with an error bar.*
#
# The notes tell the reader to begin with *numerical computation and sampling computation* (数值计算和采样计算). Both answer the same question: what is $I=\int f(x)\,p(x)\,dx$? The numerical way lays a grid and adds up. The sampling way, the **Monte Carlo method** (蒙特卡洛方法; Metropolis and Ulam [1949](../book/bibliography.md)), draws $x^{(n)}$ from $p$ and averages:
#
# $$
# \hat I_N = \frac1N\sum_{n=1}^N f(x^{(n)}) .
# $$ (eq-3-monte-carlo)
#
# The oldest toy: throw darts at the unit square. The share inside the quarter circle tends to its area $\pi/4$. How far off is $\hat I_N$? With $s^2=\operatorname{Var}f(x)$, and draws independent of each other,
#
# $$
# \begin{aligned}
# \mathbb E\,\hat I_N &= \frac1N\sum_n\mathbb E f(x^{(n)}) = I , &&\text{expectation is linear}\\
# \operatorname{Var}\hat I_N &= \frac1{N^2}\sum_n\operatorname{Var}f(x^{(n)}) = \frac{s^2}{N} , &&\text{independent: covariances vanish}\\
# P\bigl(\lvert\hat I_N-I\rvert\ge\varepsilon\bigr) &\le \frac{s^2}{N\varepsilon^2}\to0 . &&\text{Chebyshev, below}
# \end{aligned}
# $$ (eq-3-root-n)
#
# The last line is the *law of large numbers* (大数定律). It follows from the second, because an event $\lvert D\rvert\ge\varepsilon$ of probability $P$ alone contributes at least $P\varepsilon^2$ to $\mathbb E[D^2]$. The typical error is the *standard error* (标准误差) $s/\sqrt N$: for one more digit, a hundred times the samples. And the *central limit theorem* (中心极限定理) gives the errors a shape: whatever the shape of $f$, if $s$ is finite, their distribution approaches a Gaussian of that width. (We look at it, below, and do not prove it.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
darts = np.random.default_rng(9).uniform(size=(400, 2))
scores = np.hypot(*darts.T) < 1
N_values = np.unique(np.geomspace(8, 400, 11).astype(int))
repeated = {
    N: 4 * np.random.default_rng(10).binomial(N, np.pi / 4, 4000) / N for N in N_values
}


def draw_darts(axes, darts_thrown):
    left, right = axes
    N = darts_thrown
    inside, angle = scores[:N], np.linspace(0, np.pi / 2, 50)
    for hit, marker, color in ((inside, "o", BLUE), (~inside, "x", ORANGE)):
        left.plot(*darts[:N][hit].T, marker, ms=3, color=color, ls="none")
    left.plot(np.cos(angle), np.sin(angle), "-", color=INK, lw=1.5)
    estimate = 4 * inside.mean()
    left.set(aspect="equal", xticks=[0, 1], yticks=[0, 1])
    left.set_title(f"{N} darts: π ≈ {estimate:.3f}")
    width = 4 * np.sqrt(np.pi / 4 * (1 - np.pi / 4) / N)
    # bins aligned with the possible values, so that discreteness does not show as gaps
    step = max(1, round(width * N / 4 / 2)) * 4 / N
    bins = np.arange(np.floor(2.0 / step), 4.3 / step) * step + step / 2 - 2 / N
    right.hist(repeated[N], bins, density=True, color=BLUE, alpha=0.5)
    seen = np.linspace(2, 4.2, 201)
    right.plot(seen, normal(seen, np.pi, width), color=ORANGE)
    right.set(xlim=(2, 4.2), xlabel="estimate of π", ylabel="density")
    right.set_title(f"standard error {width:.3f}")
    return (
        f"{N} darts give π ≈ {estimate:.3f}. Repeated {len(repeated[N])} times, the estimates scatter with standard deviation "
        f"{repeated[N].std():.3f}; theory says {width:.3f}."
    )


explore(
    draw_darts,
    darts_thrown=[int(N) for N in N_values],
    start=6,
    columns=2,
    figsize=(8, 3.8),
)

# %% [markdown]
# ### The curse of the grid
#
# Cut each axis into $m$ intervals and evaluate $f$ in the middle of each (the *midpoint rule*). For a smooth $f$ the error falls like $m^{-2}$: about the middle of an interval the linear part of $f$ cancels, the curvature leaves something like $m^{-3}$, and there are $m$ intervals. In one dimension that is far better than $1/\sqrt N$. In $d$ dimensions the grid has $n=m^d$ points, and its error falls like $n^{-2/d}$.
#
# :::{admonition} Predict
# :class: predict
# From which dimension on do the dice win?
# :::
#
# Take $f(\mathbf x)=\prod_{j=1}^d\tfrac\pi2\sin(\pi x_j)$ on the unit cube; each factor integrates to one, so $I=1$ in every dimension. For a product the sum over the whole grid is the product of the sums over the axes, so we can afford grids of any size (for $d=2$ we check that against the full grid).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def f(x):
    return np.prod(np.pi / 2 * np.sin(np.pi * x), axis=-1)


def axis_sum(m):
    """The midpoint rule with m intervals, for one factor of f."""
    return (np.pi / 2 * np.sin(np.pi * (np.arange(m) + 0.5) / m)).mean()


square = np.stack(np.meshgrid(*[(np.arange(7) + 0.5) / 7] * 2), axis=-1)
assert np.isclose(f(square).mean(), axis_sum(7) ** 2)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
dimensions, samples = (1, 2, 5, 10), np.array([16, 64, 256, 1024])
rms_dice, rms_grid, slope = {}, {}, {}
for d in dimensions:
    rng = np.random.default_rng(d)
    estimates = [
        f(rng.uniform(size=(500, N, d))).mean(axis=1) for N in samples
    ]  # 500 repetitions each
    rms_dice[d] = np.array([np.sqrt(np.mean((e - 1) ** 2)) for e in estimates])
    slope[d] = np.polyfit(np.log(samples), np.log(rms_dice[d]), 1)[0]
    m = max(m for m in range(1, 1025) if m**d <= samples[-1])
    rms_grid[d] = abs(axis_sum(m) ** d - 1)
    print(
        f"d = {d:2d}   dice: rms error {rms_dice[d][-1]:.4f}, slope {slope[d]:.2f}"
        f"   grid of {m**d} points: {rms_grid[d]:.2g}"
    )


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_grid_and_dice(axes):
    left, right = axes
    for d, style in zip(dimensions, ("-o", "--s", "-.^", ":D")):
        m = np.arange(2, 1025)
        m = m[m < 1.1e6 ** (1 / d)]
        m = m[np.unique(np.geomspace(1, len(m), 9).astype(int) - 1)]
        errors = [abs(axis_sum(k) ** d - 1) for k in m]
        left.plot(m.astype(float) ** d, errors, style, ms=4, label=f"d = {d}")
        right.plot(samples, rms_dice[d], style, ms=4, label=f"d = {d}")
    for ax, name in ((left, "Grid: slope −2/d"), (right, "Dice: slope −½")):
        log_scale(ax)
        ax.set(xlabel="evaluations of f", ylabel="relative error", title=name)
        ax.tick_params(labelleft=True)
    right.legend(loc="lower left")
    left.set_ylim(1e-7, 9)
    return (
        f"With at most {samples[-1]} evaluations the grid errs by {rms_grid[1]:.0e} in one dimension and by "
        f"{rms_grid[10]:.0%} in ten; the dice err by {rms_dice[1][-1]:.1%} and {rms_dice[10][-1]:.1%}, always with slope −½. "
        f"In five dimensions it is {rms_grid[5]:.0%} against {rms_dice[5][-1]:.1%}."
    )


show(draw_grid_and_dice, columns=2, sharex=True, sharey=True, figsize=(8, 3.8))
assert all(rms_grid[d] < rms_dice[d][-1] for d in (1, 2))
assert all(rms_dice[d][-1] < rms_grid[d] for d in (5, 10))
assert all(abs(s + 0.5) < 0.05 for s in slope.values())

# %% [markdown]
# The notes say that numerical computation and computation by sampling come closer to *each other* as the sample grows. So give both the same number of evaluations, 64 and then 4,096, which is a whole grid in one, two, three and six dimensions, and see whether the gap between them falls to less than half. The control is $1/x$, which has no mean to come close to:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def gap(f, d, N, rng, repeats=30):
    """Median distance between a grid and dice, each with N evaluations of f."""
    m = round(N ** (1 / d))
    on_grid = f((np.indices((m,) * d).reshape(d, -1).T + 0.5) / m).mean()
    by_dice = f(rng.uniform(size=(repeats, N, d))).mean(axis=1)
    return np.median(np.abs(by_dice - on_grid))


few, many = 64, 4096


def shrinkage(f, d):
    """The gap with many evaluations, relative to that with few: one per seed."""
    rngs = map(np.random.default_rng, range(20))
    return np.array([gap(f, d, many, rng) / gap(f, d, few, rng) for rng in rngs])


shrunk = {d: shrinkage(f, d) for d in (1, 2, 3, 6)}
without_mean = shrinkage(lambda x: 1 / x[..., 0], 1)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C3.7",
    tested=f"Whether the gap between a grid and dice, each with the same number of evaluations of a smooth function, falls to less than half when that number grows from {few} to {many:,}.",
    on="dimension d",
    cases={f"{d}": ratio < 0.5 for d, ratio in shrunk.items()},
    control={"an integrand without a finite mean, 1/x": without_mean < 0.5},
    evidence="Of the gap there is left, in the mean and at most, "
    + ", ".join(
        f"{r.mean():.0%} and {r.max():.0%} (d = {d})" for d, r in shrunk.items()
    )
    + f"; without a finite mean it is {without_mean.mean():.0%}, and {without_mean.min():.0%} at least.",
    turns={("np.pi / 2 * np.sin(np.pi * x)", "1 / x"): "FALSE"},
)

# %% [markdown]
# They approach each other in every dimension, and both approach the integral, if there is one. What brings them together differs: the dice with a rate that does not mind the dimension, the grid with one that does. Read the fine print, though: the *slope* does not depend on $d$, the *height* does. Here $s^2 = (\pi^2/8)^d-1$, because $\mathbb E[(\tfrac\pi2\sin\pi x)^2]=\pi^2/8$, so in ten dimensions the same error takes more samples than in one. Here the grid wins in one and two dimensions, the dice in five and ten: the rates $n^{-2/d}$ and $n^{-1/2}$ break even at $d=4$.

# %% [markdown]
# ### When the dice lie
#
# The derivation assumed a finite variance. Take $x=u^{-2/3}$ with $u$ uniform: its mean is $\int_0^1u^{-2/3}du=3$, its variance $\int u^{-4/3}du-9$ is infinite. The average still converges, but more slowly; and the usual error bar, $\pm2$ standard errors estimated from the same samples, promises a coverage of 95 % that it does not keep:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(11)
for name, draw, mean in (
    ("exponential", lambda shape: rng.exponential(size=shape), 1.0),
    ("heavy tail", lambda shape: rng.uniform(size=shape) ** (-2 / 3), 3.0),
):
    medians, coverage = [], 0.0
    for N in samples:
        x = draw((1000, N))
        error = x.mean(axis=1) - mean
        medians.append(np.median(np.abs(error)))
        coverage = (np.abs(error) < 2 * x.std(axis=1, ddof=1) / np.sqrt(N)).mean()
    rate = np.polyfit(np.log(samples), np.log(medians), 1)[0]
    print(
        f"{name:12s}rate {rate:.2f}, ±2 standard errors cover the truth in {coverage:.1%}"
    )
assert coverage < 0.85 and rate > -0.4  # the heavy tail

# %% [markdown]
# The error bar does not see the missing tail, because the tail is what has not been sampled yet. Take away the mean as well, with $x=1/u$, and there is nothing to converge to.
#
# :::{admonition} Exercise 8 · an estimate with its error bar
# :class: exercise
# `values` (N,) are independent evaluations of $f$. Return the Monte Carlo estimate and its standard error, with the unbiased variance (divide by $N-1$).
# :::


# %%
def estimate(values):
    """(mean, standard error of the mean) of values (N,)."""
    ...


exercises.check_estimate(estimate)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The spread of the values is s; the mean of N of them is known √N times better.
def estimate(values):
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


exercises.check_estimate(estimate)

# %% [markdown]
# (sec-3-summary)=
# ## What to take away
#
# 1. A joint table answers every question by the sum rule and the product rule. $p(x\mid y)$ is not $p(y\mid x)$; the axis of normalization tells them apart.
# 2. Adding independent variables convolves their densities; choosing between them mixes the densities; adding the curves is nothing. Uncorrelated is less than independent.
# 3. Most losses in use are negative log-likelihoods. Squared error believes in Gaussian noise, absolute error in Laplace noise, cross-entropy in coins and dice. Outliers expose the wrong belief.
# 4. Entropy is the mean length of the best code, up to rounding to whole bits; KL is the extra length for using a code made for something else. It is no distance, and its direction is a choice: forward covers, reverse seeks.
# 5. Maximum likelihood, minimum cross-entropy and minimum forward KL, from the distribution of the samples, are one and the same. They find the nearest member of the family, near or not.
# 6. Dice err by $s/\sqrt N$ in every dimension, grids by $n^{-2/d}$. An error bar is only as good as the finite variance behind it.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 3 and the sections named at the beginning, covers the same ground in fewer examples. Shannon's paper ([1948](../book/bibliography.md)) is where entropy became a length, and still a pleasure; Cover and Thomas ([2006](../book/bibliography.md)) is the textbook. The notes' own sources are a derivation of the sum of two Gaussians, an explanation of KL and blog posts on Monte Carlo; everything those links were needed for is derived above. Mixtures of Gaussians and EM are the subject of [chapter 13](13_latent_variables.ipynb), the calculus of variations and the bound of the variational autoencoder of [chapter 14b](14b_variational_autoencoders.ipynb).
