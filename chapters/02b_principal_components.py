# %% [markdown]
# # PCA and preprocessing
#
# A shop keeps a log. Each evening somebody writes down the day's page views (浏览量) and the day's visitors (访客数). After a year the two columns look so much alike that one of them seems too many. What does it cost to keep only one column of numbers, and which one should it be? Turn the axis: at 0° the visitors are kept, at 90° the views, and in between a mixture of both.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import combinations
from math import erf

import numpy as np
from dlnotes import datasets, decomposition, losses, metrics, optim, training
from dlnotes.claims import by_definition, recap, settle
from dlnotes.decomposition import AffineMap
from dlnotes.exercises import principal_components as exercises
from dlnotes.experiments import contest, share_right
from dlnotes.explore import explore, show
from dlnotes.layers import mlp
from dlnotes.neighbors import nearest_neighbors
from dlnotes.plotting import (
    BLUE,
    INK,
    ORANGE,
    arrow,
    image_grid,
    lines,
    plane,
)

np.set_printoptions(precision=4, suppress=True)


def rotation(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def shop_log(days=365, seed=2):
    """Views, visitors, orders, deals, revenue (yuan) of an invented shop, by day."""
    rng = np.random.default_rng(seed)
    visitors = 400 * np.exp(0.35 * rng.standard_normal(days))
    views = 3 * visitors * np.exp(0.12 * rng.standard_normal(days))
    orders = 0.06 * visitors * np.exp(0.25 * rng.standard_normal(days))
    deals = orders * rng.uniform(0.7, 0.95, days)
    revenue = 40 * deals * np.exp(0.3 * rng.standard_normal(days))
    return np.stack([views, visitors, orders, deals, revenue], axis=1)


COLUMNS = ["views", "visitors", "orders", "deals", "revenue"]
log = shop_log()

pair = log[:, :2]
z = (pair - pair.mean(axis=0)) / pair.std(axis=0)
views, visitors = z.T


def lost(kept):
    """Share of the variance of z that multiples of one kept column cannot restore."""
    multiples = kept @ z / (kept @ kept)
    return ((z - np.outer(kept, multiples)) ** 2).mean(axis=0).sum() / 2


def mixture(degrees):
    return np.cos(np.radians(degrees)) * visitors + np.sin(np.radians(degrees)) * views


days = np.random.default_rng(0).permutation(len(z))[:40]
fine = np.arange(0, 181, 3)
lost_at = np.array([lost(mixture(angle)) for angle in fine])


def draw_question(axes, angle):
    left, right = axes
    kept = mixture(angle)
    restored = np.outer(kept, kept @ z / (kept @ kept))[days]
    gaps = np.stack([z[days], restored, np.full((40, 2), np.nan)], axis=1)
    left.plot(*gaps.reshape(-1, 2).T[::-1], "-", color=INK, lw=1)
    left.plot(*restored.T[::-1], "s", ms=3, color=ORANGE, label="restored")
    left.plot(*z[days].T[::-1], "o", ms=4, color=BLUE, label="true")
    left.set(xlabel="visitors (z-score)", ylabel="views (z-score)", aspect="equal")
    left.set_title("40 days, from one number each")
    left.legend()
    right.plot(fine, lost_at, color=INK)
    right.plot(angle, lost(kept), "o", ms=9, color=ORANGE)
    right.set(xlabel="angle of the axis (degrees)", ylabel="share of variance lost")
    right.set(
        title=f"{lost(kept):.1%} lost", xticks=[0, 45, 90, 135, 180], ylim=(0, 0.6)
    )
    return (
        f"Keeping the mixture at {angle} degrees loses {lost(kept):.2%} of the variance. Keeping the visitors loses {lost(visitors):.2%}, "
        f"the views {lost(views):.2%}, and their sum, at 45 degrees, {lost(views + visitors):.2%}."
    )


explore(
    draw_question,
    angle=[0, 15, 30, 45, 60, 75, 90, 135, 180],
    columns=2,
    figsize=(8.2, 3.6),
)

# %% [markdown]
# The study notes that this book puts to the test tell this story and conclude: *if we delete one of the two, we should expect not to lose much information.* Then they question their own idea. Which column shall we delete? Is deleting right at all, or can a transformation leave fewer columns and lose less? How is the loss measured? The notes follow these questions to principal component analysis (主成分分析), PCA for short, and so does this page.
#
# **After this chapter you can**
#
# - say what a deleted column costs, in one formula;
# - derive PCA in three ways, prove that they agree, and program it in six lines;
# - choose the number of components by the spectrum or by validation, and know what neither can see;
# - center, scale and whiten data, and predict which models will care.
#
# **You need** [chapter 2a](02a_linear_algebra.ipynb): matrix products, the trace, least squares with its gradient, eigenvectors, the singular value decomposition and the pseudo-inverse.
#
# The page follows the notes' sections on PCA and on preprocessing, and section 2.12 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Every claim gets a verdict, and the verdict is computed. It stands where the test was made, as a card or as a line that unfolds; many name a change to the code that turns it. Claims and questions keep the numbers they have in the notes, so they do not come in order.

# %% [markdown]
# (sec-2b-shop)=
# ## A shop with one column too many
#
# *You cannot yet say what a deleted column costs. After this section you can, in one formula.*
#
# The notes borrow their shop from a tutorial and do not print its log, so we make one up: a year of five columns, in which visitors cause views and orders, orders cause deals, and deals cause revenue.

# %% [markdown]
# Views and visitors count different things, so first give them one unit. Write $\bar x$ for the mean of a column and $s^2 = \frac1N\sum_n (x_n-\bar x)^2$ for its
# *variance* (方差), the mean squared distance from the mean. The *covariance* (协方差) of two columns and their *correlation* (相关系数) are
#
# $$
# \operatorname{cov}(x,y) = \frac1N\sum_n (x_n-\bar x)(y_n-\bar y), \qquad \rho = \frac{\operatorname{cov}(x,y)}{s_x\,s_y} .
# $$ (eq-2b-covariance)
#
# *Standardize* (标准化) them: replace each entry by $z_n = (x_n-\bar x)/s_x$, its *z-score*. The new column has mean 0 and variance 1, and the covariance of two such columns *is* their correlation.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ρ = (views * visitors).mean()
print(f"correlation of views and visitors: {ρ:.4f}")
assert abs(ρ - np.corrcoef(pair.T)[0, 1]) < 1e-12 and 0.9 < ρ < 0.97

# %% [markdown]
# **What a deleted column costs.** We keep $v$ (visitors) and restore the views $u$ as $a\,v$ with the best number $a$. (A further constant would not help, as
# both means are zero.) The loss is the mean squared error,
#
# $$
# \begin{aligned}
# L(a) &= \tfrac1N\textstyle\sum_n (u_n - a v_n)^2\\
# &= \tfrac1N\textstyle\sum_n u_n^2 - 2a\,\tfrac1N\sum_n u_n v_n + a^2\,\tfrac1N\sum_n v_n^2 && \text{(expand)}\\
# &= 1 - 2a\rho + a^2 && \text{(variances 1, covariance } \rho)\\
# L'(a) &= -2\rho+2a = 0 \;\Longrightarrow\; a = \rho && \text{(the best } a)\\
# L(\rho) &= 1-2\rho^2+\rho^2 = 1-\rho^2
# \end{aligned}
# $$ (eq-2b-drop)
#
# The visitors themselves are kept without loss. Of a total variance of 2 we lose $(1-\rho^2)/2$. Delete the visitors instead and the same sum comes out. So for two
# standardized columns it makes no difference *which* one is deleted.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
print(f"keep the visitors       lost {lost(visitors):.4f}")
print(f"keep the views          lost {lost(views):.4f}")
print(f"keep views + visitors   lost {lost(views + visitors):.4f}")
print(f"(1 − ρ²)/2 =                 {(1 - ρ**2) / 2:.4f}")
assert abs(lost(visitors) - (1 - ρ**2) / 2) < 1e-12
assert 0.5 < lost(views + visitors) / lost(visitors) < 0.53

# %% [markdown]
# A correlation can also be seen. For centered columns {eq}`eq-2b-covariance` is a dot product divided by two lengths, and so **a correlation is the cosine of the angle between two centered columns**, two arrows among 365 dimensions.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
cosine = views @ visitors / (np.linalg.norm(views) * np.linalg.norm(visitors))
print(f"angle between the columns: {np.degrees(np.arccos(cosine)):.1f} degrees")
assert abs(cosine - ρ) < 1e-12

# %% [markdown]
# :::{admonition} Exercise 1 · what one mixture costs
# :class: exercise
# Of a table `x` $(N,D)$ only the mixture $x\mathbf w$ is kept, and every column is restored from it by the best straight line, *with a constant*. Return the share of the total variance that is lost. Neither is `x` centered nor has `w` length one.
# :::


# %%
def share_lost(x, w):
    """Share of the variance of x (N, D) that x @ w, w (D,), cannot restore."""
    ...


exercises.check_share_lost(share_lost)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Center, which takes care of the constant; then each column keeps its own best multiple of the mixture.
def share_lost(x, w):
    x = x - x.mean(axis=0)
    kept = x @ w
    multiples = kept @ x / (kept @ kept)
    return ((x - np.outer(kept, multiples)) ** 2).sum() / (x**2).sum()


exercises.check_share_lost(share_lost)

# %% [markdown]
# The sum loses about half as much. At 0° every error in the figure must be vertical, because the visitors are kept exactly; at 45° errors may lean, and the shortest way to a line is the perpendicular. Is the sum the best single column? What if the columns are five, or sixty-four pixels? For that we need axes that are neither of the columns.
#
# (sec-2b-basis)=
# ## Fewer axes
#
# *You can describe a point by other axes. After this section you can describe it by fewer, and say exactly when the numbers are coordinates.*
#
# The notes approach PCA by four "principles"; two belong here. The first you know: $A\mathbf x=\mathbf b$ translates between grids. The second turns the table: let the *rows* of $P$ be the new axes, the new *basis* (基). Then $(PX)_{kn}=\mathbf p_k^\top\mathbf x_n$ is the dot product of axis $k$ with sample $n$ (on paper, as in the notes, samples are the columns of $X$, and the small cells of the next sections follow the paper; data sets, `Z` and the library keep samples in rows). With fewer rows than dimensions, $PX$ is smaller than $X$, which is what dimensionality reduction (降维) means. (For axes at random we let `np.linalg.qr(...)[0]` turn random columns into orthonormal ones with the same span.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(5)
X = np.diag([3.0, 2.0, 0.3]) @ rng.standard_normal((3, 200))  # flat; samples in columns
P_random = np.linalg.qr(rng.standard_normal((3, 2)))[0].T
P_best = np.linalg.svd(X)[0][:, :2].T
reduced, loss_of = {}, {}
for name, P in {"random axes": P_random, "principal axes": P_best}.items():
    Y = P @ X
    reduced[name] = len(Y) < len(X)
    loss_of[name] = ((X - P.T @ Y) ** 2).sum() / (X**2).sum()
    print(f"{name:16s}{X.shape} → {Y.shape}   lost {loss_of[name]:.2%}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C2.16",
    because="PX has one row for each row of P, so with fewer rows than dimensions every sample keeps fewer numbers, whatever the rows are.",
    holds=all(reduced.values()),
    evidence=f"Both bases leave {len(Y)} numbers of {len(X)}; random axes lose {loss_of['random axes']:.1%} of the squared length, principal axes {loss_of['principal axes']:.1%}.",
)

# %% [markdown]
# Fewer axes, fewer numbers: that is all the claim says, and it is true of any axes. Whether the *information* survives is another matter.
#
# But are the numbers $\mathbf p_k^\top\mathbf x$ the coordinates of $\mathbf x$ "in the space whose basis vectors are the rows", as the notes say? Coordinates $c_k$ are what rebuilds the point, $\mathbf x=\sum_k c_k\mathbf p_k$. Take the dot product of both sides with $\mathbf p_j$:
#
# $$
# \mathbf p_j^\top\mathbf x = \sum_k c_k\,\mathbf p_j^\top\mathbf p_k = c_j \quad\text{for every } \mathbf x \quad\Longleftrightarrow\quad \mathbf p_j^\top\mathbf p_k=[j=k] .
# $$ (eq-2b-coordinates)
#
# ($[j=k]$ is 1 if $j=k$ and 0 otherwise.) Only for orthonormal rows, then. For oblique ones $P\mathbf x$ holds dot products, and the coordinates are $(P^\top)^{-1}\mathbf x$.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def oblique(rng):
    P = rng.standard_normal((2, 2))
    return P / np.linalg.norm(P, axis=1, keepdims=True)  # rows of length one


def orthonormal(rng):
    return np.linalg.qr(oblique(rng))[0]


def misses(make_rows, seed):
    """How far Σ (pₖᵀx) pₖ is from x at most, over a hundred points x."""
    rng = np.random.default_rng(seed)
    P, points = make_rows(rng), rng.standard_normal((2, 100))
    return np.abs(P.T @ (P @ points) - points).max()


rebuilding = {
    "orthonormal": np.array([misses(orthonormal, seed) for seed in range(20)]),
    "oblique": np.array([misses(oblique, seed) for seed in range(20)]),
}
P, point = oblique(rng), rng.standard_normal(2)
assert np.allclose(P.T @ np.linalg.solve(P.T, point), point)  # (Pᵀ)⁻¹ x rebuilds x

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.7",
    tested="whether the products of points with the rows of P are coordinates, that is, rebuild the points as weights of the rows; two random rows of length one in the plane",
    on="rows of the left matrix",
    cases={name: miss < 1e-9 for name, miss in rebuilding.items()},
    evidence=f"With oblique rows the rebuilt points miss by up to {rebuilding['oblique'].max():.2f}, in the median by {np.median(rebuilding['oblique']):.2f}; with orthonormal rows by nothing but rounding.",
    turns={
        (
            "return P / np.linalg.norm(P, axis=1, keepdims=True)",
            "return np.linalg.qr(P)[0]",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# So from now on axes are orthonormal. The question of the notes is which.
#
# (sec-2b-code)=
# ## PCA, way one: the best code
#
# *You can throw axes away. After this section you know what the best code for given axes is, and can measure what it loses.*
#
# Goodfellow, Bengio and Courville begin with a code (编码). An *encoder* $f$ turns a sample $\mathbf x$ of $D$ numbers into a code $\mathbf c=f(\mathbf x)$ of $K<D$ numbers; a *decoder* (解码) rebuilds it, as simply as possible: $g(\mathbf c)=B\mathbf c$, with orthonormal columns in $B$ $(D,K)$, $B^\top B=I$. (They and the notes write $D$ for $B$; we need that letter for the dimension.) Why orthonormal? Some rule is needed, because $B\mathbf c=(BM)(M^{-1}\mathbf c)$ for every invertible $M$: other axes and other numbers rebuild the same points. Nothing is lost by this rule, since every $K$-dimensional space has an orthonormal basis, and it makes the best code a single product. The best code minimizes the squared error:
#
# $$
# \begin{aligned}
# \lVert\mathbf x-B\mathbf c\rVert^2 &= \mathbf x^\top\mathbf x-2\,\mathbf x^\top B\mathbf c+\mathbf c^\top B^\top B\,\mathbf c && \text{(expand)}\\
# &= \mathbf x^\top\mathbf x-2\,\mathbf x^\top B\mathbf c+\mathbf c^\top\mathbf c && (B^\top B=I)\\
# \nabla_{\mathbf c} = -2B^\top\mathbf x+2\mathbf c = \mathbf 0 &\;\Longrightarrow\; \mathbf c = B^\top\mathbf x && \text{(the best code)}
# \end{aligned}
# $$ (eq-2b-code)
#
# These are the normal equations of least squares with $B^\top B=I$. The notes write that the best code "is simply $D\mathbf x$". Call the decoder $D$ for a moment, as they do: the product exists only if $D$ is square. So take it square, with orthonormal columns, and give both codes their chance.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def gains_by_nudging(encode, seed):
    """For 500 points, what the best of 100 small changes of the code gains."""
    rng = np.random.default_rng(seed)
    D = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    x, nudges = rng.standard_normal((3, 500)), 0.1 * rng.standard_normal((100, 3, 1))
    code = encode(D, x)
    nudged = ((x - D @ (code + nudges)) ** 2).sum(axis=1).min(axis=0)
    return ((x - D @ code) ** 2).sum(axis=0) - nudged


codes = {"Dx": lambda D, x: D @ x, "Dᵀx": lambda D, x: D.T @ x}
gains = {
    name: np.array([gains_by_nudging(encode, seed) for seed in range(20)])
    for name, encode in codes.items()
}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.5",
    tested="whether no small change of the code lowers the squared error of any rebuilt point, for random square decoders D with orthonormal columns",
    holds=gains["Dx"].max(axis=1) <= 0,
    control={"the code Dᵀx": gains["Dᵀx"].max(axis=1) <= 0},
    evidence=f"Small changes of the code Dx lower the error of {(gains['Dx'] > 0).mean():.0%} of the points; changes of the code Dᵀx lower it for {(gains['Dᵀx'] > 0).mean():.0%}.",
    turns={("lambda D, x: D @ x", "lambda D, x: D.T @ x"): "TRUE"},
)

# %% [markdown]
# A missing transpose. Encoder $B^\top\mathbf x$, decoder $B\mathbf c$. (Had the basis been stored in rows, as in the notes' own $P$, the product would be right: the slip is in the letter.)
#
# With the best code the loss takes a form that will do all the work. The rebuilt point $BB^\top\mathbf x$ is the foot of the perpendicular, so by Pythagoras
#
# $$
# \lVert\mathbf x-BB^\top\mathbf x\rVert^2 = \mathbf x^\top\mathbf x-2\,\mathbf x^\top BB^\top\mathbf x+\mathbf x^\top B\,(B^\top B)\,B^\top\mathbf x = \lVert\mathbf x\rVert^2-\lVert B^\top\mathbf x\rVert^2 .
# $$ (eq-2b-pythagoras)
#
# **Why center?** If the cloud lies far from the origin, let the decoder add a constant, $g(\mathbf c)=B\mathbf c+\mathbf m$. Which $\mathbf m$? The residual is $R(\mathbf x-\mathbf m)$ with $R=I-BB^\top$, and the mean of a squared distance is smallest from the mean: with $\mathbf m=\boldsymbol\mu+\mathbf h$, the cross term vanishes because $\sum_n(\mathbf x_n-\boldsymbol\mu)=\mathbf 0$,
#
# $$
# \frac1N\sum_n\lVert R(\mathbf x_n-\boldsymbol\mu-\mathbf h)\rVert^2 = \frac1N\sum_n\lVert R(\mathbf x_n-\boldsymbol\mu)\rVert^2+\lVert R\mathbf h\rVert^2 .
# $$ (eq-2b-center)
#
# So subtract the mean first, and assume from here on that it is zero.
#
# (sec-2b-variance)=
# ## Way two: the largest variance
#
# *You can code for given axes. After this section you can find the best axes, and prove that none are better.*
#
# The notes' third principle: choose the axis on which the projected values are most spread out, that is, have the largest variance. The code was chosen anew for every sample; the axes are not. One set must serve all, so what counts is the mean error. Average {eq}`eq-2b-pythagoras` over the centered samples, for one axis $\mathbf b$:
#
# $$
# \underbrace{\frac1N\sum_n\lVert\mathbf x_n-\mathbf b\mathbf b^\top\mathbf x_n\rVert^2}_{\text{error}} \;+\; \underbrace{\frac1N\sum_n(\mathbf b^\top\mathbf x_n)^2}_{\text{variance on the axis}} \;=\; \frac1N\sum_n\lVert\mathbf x_n\rVert^2 .
# $$ (eq-2b-sum)
#
# The right side does not know $\mathbf b$. **Smallest error and largest variance are the same demand.** Turn the axis and watch the two trade places. (These are the forty days of the first figure, centered once more; on them the total is not 2 but 2.59.)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def axis_report(points, degrees):
    """Variance on the axis, mean squared distance from it; points (2, N) centered."""
    b = rotation(degrees) @ [1.0, 0.0]
    on_axis = b @ points
    return (on_axis**2).mean(), ((points - np.outer(b, on_axis)) ** 2).sum(
        axis=0
    ).mean()


cloud = (z[days] - z[days].mean(axis=0)).T[::-1]  # visitors across, views up
angles = np.arange(0, 181, 11.25)
spread, error = np.array([axis_report(cloud, a) for a in angles]).T
smooth = np.array([axis_report(cloud, a) for a in fine]).T


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_axis(axes, axis_degrees):
    left, right = axes
    b = rotation(axis_degrees) @ [1.0, 0.0]
    feet = np.outer(b, b @ cloud)
    gap = np.full_like(cloud, np.nan)
    left.plot(
        *np.stack([cloud, feet, gap], axis=2).reshape(2, -1), "-", color=INK, lw=0.8
    )
    left.plot(*np.outer(b, [-3, 3]), "--", color=ORANGE)
    left.plot(*cloud, "o", ms=4, color=BLUE)
    plane(left, (-3, 3), (-3, 3), title=f"An axis at {axis_degrees:.0f}°")
    left.set(xlabel="visitors (z-score)", ylabel="views (z-score)")
    variance, miss = axis_report(cloud, axis_degrees)
    right.plot(fine, smooth[0], "-", color=BLUE, label="variance")
    right.plot(fine, smooth[1], "--", color=ORANGE, label="error")
    right.plot([axis_degrees] * 2, [variance, miss], "o", color=INK)
    right.set(
        xlabel="angle of the axis (degrees)",
        ylim=(0, 2.6),
        title=f"{variance:.2f} + {miss:.2f} = {variance + miss:.2f}",
    )
    right.set_xticks([0, 45, 90, 135, 180])
    right.legend(loc="upper center", ncols=2)
    return (
        f"On an axis at {axis_degrees:.0f} degrees the variance is {variance:.3f} and the error {miss:.3f}; "
        f"their sum is {variance + miss:.3f} at every angle."
    )


explore(draw_axis, axis_degrees=angles, start=1, columns=2, figsize=(8.6, 4.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
off_center = cloud + [[3.0], [-3.0]]
sums = [
    axis_report(off_center, a)[1] + (rotation(a)[:, 0] @ off_center).var()
    for a in angles
]
by_definition(
    "C2.8",
    because="Pythagoras: for every centered point the squared coordinate on the axis and the squared distance from it add up to the squared length, so the axis of largest variance is the axis of least squared error.",
    holds=np.ptp(spread + error) < 1e-9 and spread.argmax() == error.argmin(),
    evidence=f"Over {len(angles)} angles the sum stays {np.mean(spread + error):.4f}, and the best axis stands at {angles[spread.argmax()]:.0f} degrees. It takes centering: moved away from the origin, the same cloud has sums between {min(sums):.2f} and {max(sums):.2f}.",
)
assert np.ptp(sums) > 1

# %% [markdown]
# The identity hangs on centering: move the cloud away from the origin, measure the variance about its own mean, and the sum is no longer constant.
#
# **The best axis.** The variance on $\mathbf b$ is $\frac1N\sum_n\mathbf b^\top\mathbf x_n\mathbf x_n^\top\mathbf b=\mathbf b^\top C\mathbf b$ with the covariance matrix (协方差矩阵) $C=\frac1NXX^\top$; its entry $jk$ is the covariance of columns $j$ and $k$ of the log. [Chapter 2a](02a_linear_algebra.ipynb) met "largest $\mathbf b^\top C\mathbf b$ on the unit sphere" when it proved that symmetric matrices have perpendicular eigenvectors: the answer is the eigenvector $\mathbf v_1$ of $C$, and the variance there is $\lambda_1$.
#
# **And the second axis?** The notes demand that the basis be *linearly independent* and the values be spread as widely as possible. Let two axes follow that advice, each climbing $\mathbf b^\top C\mathbf b$ from its own start: a small step along the gradient, which is $2C\mathbf b$ since $C$ is symmetric, then back to length one:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def climb(C, b, steps=300, rate=0.2):
    """Gradient ascent of bᵀCb on the unit sphere; b (D,), or axes in columns (D, S)."""
    for _ in range(steps):
        b = b + rate * 2 * C @ b
        b = b / np.linalg.norm(b, axis=0)
    return b


Z = (log - log.mean(axis=0)) / log.std(axis=0)  # all five columns, standardized: (N, D)
C = Z.T @ Z / len(Z)
λ, V = np.linalg.eigh(C)
λ, V = λ[::-1], V[:, ::-1]
V = V * np.sign(V[np.abs(V).argmax(axis=0), range(5)])  # largest entries positive
two = climb(C, np.random.default_rng(0).standard_normal((5, 2)))
print(f"|cosine| between the two axes after climbing: {abs(two[:, 0] @ two[:, 1]):.6f}")
print(f"|cosine| with the first eigenvector:          {abs(two[:, 0] @ V[:, 0]):.6f}")
assert abs(two[:, 0] @ two[:, 1]) > 1 - 1e-9

# %% [markdown]
# Both climb the same hill. "Independent" does not keep them apart: a pair that differs by a hair is independent, has nearly the largest spread that two axes can have, and its second axis may lean into *any* direction. So let us rate pairs by the error of the plane they span. First, must both demands be met? Give up one at a time: take one axis twice; or take the second eigenvector and a neighbor of it that leans a little toward the first, a pair of small spread. Then, what is lost although both are met?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def plane_error(B, C):
    """Share of the variance C (D, D) outside the span of the columns of B (D, K)."""
    return 1 - np.trace(B @ np.linalg.pinv(B, rcond=1e-9) @ C) / np.trace(C)


def cost_of_neglect(C, lean=0.05):
    """Lost beyond the best pair: by one axis twice, by two of small spread, oblique and orthonormal."""
    fourth, third, second, first = np.linalg.eigh(C)[1].T[1:]
    best = plane_error(np.stack([first, second], axis=1), C)
    dependent = np.stack([first, first], axis=1)
    narrow = np.stack([second, second + lean * first], axis=1)
    orthonormal_pair = np.stack([third, fourth], axis=1)
    pairs = dependent, narrow, orthonormal_pair
    return [plane_error(B, C) - best for B in pairs]


costs = np.array([cost_of_neglect(np.corrcoef(shop_log(seed=s).T)) for s in range(20)])
second = V[:, 1] + 0.05 * V[:, 0]
spread_given_up = (λ[1] + second @ C @ second / (second @ second)) / (2 * λ[0])

rng = np.random.default_rng(7)
leaning = V[:, :1] + 0.02 * rng.standard_normal((200, 5, 1))
leaning = leaning / np.linalg.norm(leaning, axis=1, keepdims=True)
pairs = [np.hstack([V[:, :1], second]) for second in leaning]
spread_kept = min(np.trace(B.T @ C @ B) / (2 * λ[0]) for B in pairs)
lost_by_pairs = np.median([plane_error(B, C) for B in pairs])
best_plane = 1 - λ[:2].sum() / λ.sum()
print(f"independent pairs with {spread_kept:.1%} or more of the largest spread")
print(f"lose {lost_by_pairs:.1%} in the median, the best plane {best_plane:.1%}")
assert spread_kept > 0.99 and lost_by_pairs > 1.5 * best_plane

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.9",
    tested="whether the demand is needed: whether two axes that do not meet it lose at least one percent more of the variance than the best two; twenty shop logs",
    on="demand and the axes",
    cases={
        "independent (against one axis twice)": costs[:, 0] > 0.01,
        "widely spread, oblique axes": costs[:, 1] > 0.01,
        "widely spread, orthonormal axes": costs[:, 2] > 0.01,
    },
    evidence=f"One axis twice costs a further {np.median(costs[:, 0]):.1%} of the variance in the median. Two oblique axes with {spread_given_up:.0%} of the largest spread cost {max(costs[:, 1].max(), 0):.1%} at most, since they span the best plane; two orthonormal ones of small spread cost {costs[:, 2].min():.0%} at least. Nor do both demands suffice: independent pairs with {spread_kept:.1%} of the largest spread lose {lost_by_pairs:.1%} where the best plane loses {best_plane:.1%}.",
    turns={
        ("lean * first", "lean * np.arange(5)"): "TRUE",
    },
)

# %% [markdown]
# Independence is needed and not enough. Spread, added up over oblique axes, is neither needed nor enough, because the plane counts and not the two axes in it. Over orthonormal axes it is both. The notes' next sentence asks for just that: *orthonormal* axes, covariances zero, variances as large as possible. With that the problem has an answer, and the proof is short.
#
# **No $K$ orthonormal axes keep more variance than $\mathbf v_1,\dots,\mathbf v_K$.** Let the columns of $B$ be orthonormal. Together they keep the variance
#
# $$
# \begin{aligned}
# \operatorname{Tr}(B^\top CB) &= \sum_k\mathbf b_k^\top C\,\mathbf b_k = \sum_k\sum_i\lambda_i(\mathbf v_i^\top\mathbf b_k)^2 && (C=\textstyle\sum_i\lambda_i\mathbf v_i\mathbf v_i^\top)\\
# &= \sum_i\lambda_iw_i, \quad w_i = \sum_k(\mathbf v_i^\top\mathbf b_k)^2 && \text{(collect)}\\
# 0\le w_i &= \lVert B^\top\mathbf v_i\rVert^2\le\lVert\mathbf v_i\rVert^2 = 1 && \text{(Pythagoras)}\\
# \sum_iw_i &= \sum_k\sum_i(\mathbf v_i^\top\mathbf b_k)^2 = \sum_k\lVert\mathbf b_k\rVert^2 = K && (V \text{ is orthogonal})
# \end{aligned}
# $$ (eq-2b-kyfan)
#
# So we have $K$ units of weight to hand out, at most one to each eigenvalue. The sum is largest when the $K$ largest eigenvalues get all:
#
# $$
# \begin{aligned}
# \operatorname{Tr}(B^\top CB)&\le\lambda_1+\dots+\lambda_K, \quad\text{with equality for } B=(\mathbf v_1,\dots,\mathbf v_K),\\
# \text{error} &= \lambda_{K+1}+\dots+\lambda_D . \qquad\square
# \end{aligned}
# $$ (eq-2b-best)
#
# This is also the theorem of Eckart and Young. By the singular value decomposition the rows of a matrix of rank $K$ are combinations of $K$ vectors $\mathbf v_i$; take $A^\top A$ for $C$ (the proof never used that the mean was zero), and no such space is nearer to the rows of $A$ than that of the first $K$ vectors $\mathbf v_i$ of $A$ itself.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng, K = np.random.default_rng(8), 2
random_axes = np.linalg.qr(rng.standard_normal((10_000, 5, K)))[0]  # (10000, D, K)
kept = (
    np.trace(np.swapaxes(random_axes, 1, 2) @ C @ random_axes, axis1=1, axis2=2)
    / λ.sum()
)
B = V[:, :K]
scores = Z @ B
covariance = scores.T @ scores / len(scores)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C2.10",
    because="This is the demand that defines principal components. The proof above shows that the leading eigenvectors of the covariance meet all of it, and that no orthonormal axes keep more variance.",
    holds=np.allclose(B.T @ B, np.eye(K))
    and abs(covariance[0, 1]) < 1e-12
    and kept.max() <= np.trace(covariance) / λ.sum(),
    evidence=f"The first {len(B.T)} eigenvectors keep {λ[:K].sum() / λ.sum():.2%} of the variance; the best of {len(kept):,} random orthonormal pairs keeps {kept.max():.2%}, the median {np.median(kept):.0%}.",
)

# %% [markdown]
# (q2-8)=
# :::{admonition} Question 2.8 · If a set of N-dimensional vectors is to be reduced to K < N dimensions, how should K basis vectors be chosen to keep the most information?
# :class: question
# Take the eigenvectors of the covariance matrix with the $K$ largest eigenvalues. Among all orthonormal axes they keep the most variance {eq}`eq-2b-best` and so lose the least squared error {eq}`eq-2b-sum`. Their span is unique if $\lambda_K>\lambda_{K+1}$. The axes within it are not: ask for zero covariances as well, and if $\lambda_1,\dots,\lambda_K$ all differ, they are fixed up to their signs. Whether variance is *information* is a question of its own; see [below](#sec-2b-not-information).
# :::

# %% [markdown]
# (sec-2b-diagonal)=
# ## Way three: make the covariance diagonal
#
# *You have the best axes. After this section you get them in six lines, and know what uncorrelated does not mean.*
#
# The notes' fourth principle looks at the covariance $D$ (their letter, in this section only) of the new fields $Y=PX$ and wants it diagonal: no field should repeat what another one says. With centered samples in the columns,
#
# $$
# D = \tfrac1NYY^\top = \tfrac1N(PX)(PX)^\top = P\,\bigl(\tfrac1NXX^\top\bigr)P^\top = PCP^\top .
# $$ (eq-2b-dpcp)
#
# We know a $P$ that does it: $C=V\Lambda V^\top$, so $P=V^\top$, the eigenvectors as *rows*, gives $D=V^\top V\Lambda V^\top V=\Lambda$. First by hand, on the five points of the tutorial that the notes recommend (its first field $-1,-1,0,2,0$, its second $-2,0,0,1,1$; both have mean zero):
#
# $$
# C = \frac15\begin{pmatrix}6&4\\4&6\end{pmatrix},\quad \lambda = \tfrac65\pm\tfrac45 = 2,\ \tfrac25,\quad
# P = \frac1{\sqrt2}\begin{pmatrix}1&1\\-1&1\end{pmatrix},\quad PCP^\top = \begin{pmatrix}2&0\\0&\tfrac25\end{pmatrix} .
# $$ (eq-2b-five)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
X = np.array([[-1.0, -1, 0, 2, 0], [-2, 0, 0, 1, 1]])
C5 = X @ X.T / X.shape[1]
P = np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)
Y = P[:1] @ X  # keep one row
print("C =", *C5, "  kept field Y =", Y[0])
print(
    f"error {((X - P[:1].T @ Y) ** 2).sum() / 5:.4f}, "
    f"discarded eigenvalue {(P @ C5 @ P.T)[1, 1]:.4f}"
)
assert np.allclose(P @ C5 @ P.T, np.diag([2, 0.4]))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def off_diagonal(M):
    return np.abs(M - np.diag(np.diag(M))).max()


P = V.T
signs = np.diag([1.0, -1, 1, -1, -1])
turn = np.eye(3)
turn[1:, 1:] = rotation(25)  # within the two equal eigenvalues of diag(3, 1, 1)
for name, M in {
    "eigenvectors as rows": P @ C @ P.T,
    "signs changed": signs @ P @ C @ P.T @ signs,
    "turned within equal eigenvalues": turn @ np.diag([3.0, 1, 1]) @ turn.T,
    "eigenvectors as columns": V @ C @ V.T,
}.items():
    print(f"{name:34s}largest entry off the diagonal {off_diagonal(M):.2f}")

# %% [markdown]
# Rows, not columns: the last line shows an easy slip. The check is to look off the diagonal.
#
# Eigenvectors make the covariance diagonal. The notes say more: what makes it diagonal *is* its eigenvectors. So let us find a $P$ without asking for any. Start from orthonormal axes at random and turn two of them at a time, each time by the angle that makes their covariance zero. For axes $i$ and $j$ with variances $D_{ii}$, $D_{jj}$ that is $\tan2\theta=2D_{ij}/(D_{ii}-D_{jj})$, and after some rounds all covariances are zero. Are the axes now eigenvectors?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def turn_until_diagonal(P, C, rounds=12):
    """Rotate the rows of P in pairs until P C Pᵀ is diagonal."""
    P = P.copy()
    for _ in range(rounds):
        for i, j in combinations(range(len(C)), 2):
            D = P @ C @ P.T
            θ = np.arctan2(2 * D[i, j], D[i, i] - D[j, j]) / 2
            P[[i, j]] = rotation(np.degrees(-θ)) @ P[[i, j]]
    return P


def distance_from_eigenvectors(P, C):
    """The largest angle, in degrees, between an axis (a row of P) and its image under C."""
    images = P @ C
    cosines = (P * images).sum(axis=1) / (
        np.linalg.norm(P, axis=1) * np.linalg.norm(images, axis=1)
    )
    return np.degrees(np.arccos(np.minimum(cosines, 1)).max())


starts = np.random.default_rng(16).standard_normal((20, 5, 5))
turned = [turn_until_diagonal(np.linalg.qr(start)[0], C) for start in starts]
triangular = np.linalg.inv(np.linalg.cholesky(C))  # C = LLᵀ, so L⁻¹ C L⁻ᵀ = I
root = V / np.sqrt(λ) @ V.T  # C to the power −½, so again the identity
for Q in (P, triangular, root, *turned):
    assert off_diagonal(Q @ C @ Q.T) < 1e-9
angles_off = np.array([distance_from_eigenvectors(Q, C) for Q in turned])
oblique_angles = [distance_from_eigenvectors(Q, C) for Q in (triangular, root)]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C2.11",
    because="With orthonormal rows PPᵀ = PᵀP = I, and PCPᵀ = D gives CPᵀ = PᵀD: every row of P is an eigenvector.",
    holds=angles_off.max() < 0.01 < 1 < min(oblique_angles),
    evidence=f"C has entries of up to {off_diagonal(C):.3f} off the diagonal; all {len(turned)} turned sets of axes leave none and are eigenvectors. It takes orthonormal rows: two oblique sets of axes leave none either, but C turns one of the first by {oblique_angles[0]:.0f} degrees and one of the second by {oblique_angles[1]:.0f}.",
)

# %% [markdown]
# The notes had just demanded orthonormal axes. Without that demand the sentence is false. The inverse Cholesky factor of $C$ makes the covariance the identity, and so does $C^{-1/2}$, which returns below as a [whitening](#sec-2b-whitening); the rows of neither are eigenvectors.
#
# (q2-9)=
# :::{admonition} Question 2.9 · How can a matrix P be found such that the covariance matrix D of Y = PX is diagonal?
# :class: question
# Center $X$, form $C$, and put its eigenvectors into the rows of $P$. By {eq}`eq-2b-dpcp` then $D=\Lambda$. Such a $P$ always exists, because $C$ is symmetric. The fields become *uncorrelated*, which is less than independent:
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
t = np.linspace(0, 2 * np.pi, 200, endpoint=False)
ring = np.stack([np.cos(t), np.sin(t)])
print(
    "ring: correlation of the coordinates is zero:",
    abs(np.corrcoef(ring)[0, 1]) < 1e-12,
)
print(f"ring: correlation of their squares: {np.corrcoef(ring**2)[0, 1]:.3f}")

# %% [markdown]
# On a ring the coordinates are uncorrelated, and yet one square determines the other. PCA has nothing left to do there; finding *independent* fields is the task of independent component analysis, in Chapter 13.
#
# ### Six lines, and the library
#
# The steps of the algorithm, whose figure is lost in the notes: center; covariance; eigenvectors; sort; keep $K$; project. Here under the library's name and signature, samples in rows. The library returns an `AffineMap` that remembers the training mean, so that later samples are treated alike.


# %%
def pca(x, K):
    mean = x.mean(axis=0)  # 1 center
    C = (x - mean).T @ (x - mean) / len(x)  # 2 covariance
    λ, V = np.linalg.eigh(C)  # 3 eigenvectors
    λ, V = λ[::-1], V[:, ::-1]  # 4 largest first
    largest = np.abs(V).argmax(axis=0)  # (a rule for the signs:
    V = V * np.sign(V[largest, np.arange(len(V))])  # largest entry positive)
    B = V[:, :K]  # 5 keep K
    return AffineMap(mean, B, B.T, λ)  # 6 encode: (x − mean) B


ours, library = pca(log, 2), decomposition.pca(log, 2)
assert all(map(np.allclose, ours, library))
print("this cell and the library agree:", all(map(np.allclose, ours, library)))
code = library.encode(log)
rebuilt = library.decode(code)
print(
    f"error {((log - rebuilt) ** 2).sum(axis=1).mean():.4g} = "
    f"discarded eigenvalues {library.spectrum[2:].sum():.4g}"
)
assert np.isclose(((log - rebuilt) ** 2).sum(axis=1).mean(), library.spectrum[2:].sum())

# %% [markdown]
# The library goes through the SVD of the centered data instead: $X=U\Sigma V^\top$ with samples in rows gives $C=\frac1NX^\top X=V\frac{\Sigma^2}NV^\top$, the same $V$ with $\lambda_i=\sigma_i^2/N$, and no squaring. (Many programs, `np.cov` among them, divide by $N-1$ instead: all eigenvalues are larger by one factor, and axes, codes and shares are the same. We divide by $N$, because only then do the discarded eigenvalues *equal* the mean squared error.) Now all ways on the same data. *Best code* alternates between the best codes for given axes and the best axes for given codes; by the normal equations the latter have the span of the columns of $Z^\top\,\text{codes}$, and a covariance is never formed. *Largest variance* is a climb that makes the axes orthonormal again after each step.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def climb_together(C, B, steps=300, rate=0.2):
    for _ in range(steps):
        B = np.linalg.qr(B + rate * 2 * C @ B)[0]
    return B


K = 2
B_code = np.linalg.qr(np.random.default_rng(9).standard_normal((5, K)))[0]
for _ in range(200):
    codes = Z @ B_code  # the best codes for these axes
    B_code = np.linalg.qr(Z.T @ codes)[0]  # the best axes for these codes
B_svd = np.linalg.svd(Z, full_matrices=False)[2][:K].T
ways = {
    "best code": B_code,
    "largest variance": climb_together(C, two),
    "diagonal covariance": V[:, :K],
    "SVD, as in the library": B_svd,
}
for name, B in ways.items():
    error = ((Z - Z @ B @ B.T) ** 2).sum(axis=1).mean()
    print(f"{name:24s}error {error:.6f}   variance kept {np.trace(B.T @ C @ B):.6f}")
    assert np.allclose(B @ B.T, V[:, :K] @ V[:, :K].T, atol=1e-6)
from dlnotes.decomposition import pca  # from here on, the library's

# %% [markdown]
# One answer, four roads. (Compare $BB^\top$, the projection, not $B$: signs, and for some roads the axes within the plane, are free.)
#
# ### Why does it reduce the dimension?
#
# (q2-7)=
# :::{admonition} Question 2.7 · Why do the steps of the PCA algorithm reduce the dimension of the data?
# :class: question
# The $K$ numbers $B^\top(\mathbf x-\boldsymbol\mu)$ replace $D$, at the price $\lambda_{K+1}+\dots+\lambda_D$. That is cheap exactly if the data lie near a flat sheet of dimension $K$. PCA does not *make* data low-dimensional; it finds out whether they are, in the sense of flat.
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(10)
N = 400
flat = rng.uniform(-1, 1, (N, 2)) @ np.array(
    [[1.0, 0.3, 0.5], [-0.2, 0.9, 0.4]]
) + 0.03 * rng.standard_normal((N, 3))
ball = rng.standard_normal((N, 3))
angle, height = rng.uniform(1.5 * np.pi, 4.5 * np.pi, N), rng.uniform(-9, 9, N)
roll = np.stack(
    [angle * np.cos(angle), height, angle * np.sin(angle)], axis=1
)  # two numbers, rolled up
clouds = {"a noisy plane": flat, "a ball": ball, "a rolled-up sheet": roll}
shares = {
    name: pca(points, 3).spectrum / pca(points, 3).spectrum.sum()
    for name, points in clouds.items()
}
for name, share in shares.items():
    print(
        f"{name:20s}shares of variance {share.round(3)}   lost at K = 2: {share[2]:.1%}"
    )
assert (
    shares["a noisy plane"][2] < 0.01
    and shares["a rolled-up sheet"][2] > 0.2 < shares["a ball"][2]
)

# %% [markdown]
# The plane is found. The ball has no preferred direction, and nothing can be dropped. The rolled-up sheet *is* two-dimensional, since two numbers made every point; but it is not flat, and PCA asks for flat. Curved sheets are what autoencoders are for (Chapter 14).

# %% [markdown]
# (sec-2b-not-information)=
# ## Variance is not information
#
# *You can keep the most variance. After this section you know what else to ask before you do.*
#
# :::{admonition} Predict
# :class: predict
# Two kinds of objects are measured by two instruments. Along one direction the measurements scatter a lot, and in the same way for both kinds; along the other they scatter little, and the kinds differ. You keep the first principal component. How often will the best threshold on it name the right kind?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(11)
kind = np.arange(400) % 2
wide, narrow = (
    3 * rng.standard_normal(400),
    0.25 * rng.standard_normal(400) + 0.5 * (2 * kind - 1),
)
objects = np.stack([wide, narrow], axis=1) @ rotation(25).T + [4, 2]
both = pca(objects, 2)
scores = both.encode(objects)


def best_threshold_accuracy(score, kind):
    """The best that one threshold on one number can do, in either direction."""
    hits = [(((score > t) == kind).mean()) for t in np.sort(score)]
    return max(max(hits), 1 - min(hits))


accuracy = [best_threshold_accuracy(scores[:, i], kind) for i in (0, 1)]
share = both.spectrum / both.spectrum.sum()
for i in (0, 1):
    print(
        f"component {i + 1}: {share[i]:6.1%} of the variance, "
        f"{accuracy[i]:.1%} right with one threshold"
    )
assert share[0] > 0.95 and accuracy[0] < 0.6 and accuracy[1] > 0.95


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_kinds(ax):
    for k, style in enumerate(({"mec": BLUE}, {"mec": ORANGE, "mfc": "none"})):
        points = objects[kind == k][:80].T
        ax.plot(*points, "os"[k], ms=4, color=BLUE, label=f"kind {k}", **style)
    for i, length in ((0, 6), (1, 2.2)):
        tip = both.shift + length * both.decoder[i]
        arrow(ax, both.shift, tip, color=INK)
        ax.text(*(tip + [0.15, 0.05]), f"component {i + 1}")
    ax.set(xlim=(-2.2, 13.2), aspect="equal")
    ax.set(xlabel="instrument 1", ylabel="instrument 2")
    ax.set_title("Nearly all the variance, hardly any signal")
    ax.legend()
    return (
        f"Two kinds side by side across the narrow direction. Component 1 has {share[0]:.1%} of the variance and separates {accuracy[0]:.1%} of the objects; "
        f"component 2 has {share[1]:.1%} and separates {accuracy[1]:.1%}."
    )


show(draw_kinds, figsize=(5.5, 3.9))

# %% [markdown]
# The component with nearly all the variance is hardly better than a coin, and the one that PCA would throw away is nearly always right. PCA never saw the kinds. Methods that do, such as linear discriminant analysis, can find the second direction; Chapter 13 derives one.
#
# (q2-5)=
# :::{admonition} Question 2.5 · How is the amount of information lost in dimensionality reduction measured?
# :class: question
# In PCA by the mean squared error of reconstruction, which equals the sum of the discarded eigenvalues {eq}`eq-2b-best`. Call it squared error or lost variance. It is not information in Shannon's sense: it depends on the units of the columns, and it does not know what the data are for. If you know what they are for, measure that instead, on validation data.
# :::
#
# **Collinearity.** One promise of the second document of notes is that PCA *solves collinearity* (共线性), that is, features that repeat each other, and that the smaller model is the better bargain. The *condition number* (条件数) of the normal equations, the largest eigenvalue of $X^\top X$ over the smallest, says how badly features repeat each other. The explained share $R^2$ of the variance of new targets says what a model is worth; a bargain should cost nothing there. Test it where the truth is known: six features, three of them nearly combinations of the rest; twenty training samples; a target that follows either the first or the last principal direction. Least squares on all features, on two components, and, as a rival of the same price, on two of the columns:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
axes6 = np.linalg.qr(np.random.default_rng(12).standard_normal((6, 6)))[0]
scales6 = np.sqrt([4.0, 1.0, 0.25, 0.01, 0.005, 0.002])


def regression_trial(signal, seed, scales=scales6, K=2, N=20):
    """For all features, K components and K columns: condition number, R² on new data, coefficients."""
    rng = np.random.default_rng(seed)

    def sample(n):
        latent = rng.standard_normal((n, 6))
        y = latent[:, signal] + 0.5 * rng.standard_normal(n)
        return latent * scales @ axes6.T, y

    (x, y), (x_new, y_new) = sample(N), sample(500)
    found = []
    for encoder in (np.eye(6), pca(x, K).encoder, np.eye(6)[:, :K]):
        inputs = (x - x.mean(axis=0)) @ encoder
        w = encoder @ np.linalg.lstsq(inputs, y - y.mean())[0]
        miss = (x_new - x.mean(axis=0)) @ w + y.mean() - y_new
        r2 = 1 - (miss**2).mean() / y_new.var()
        found.append((np.linalg.cond(inputs) ** 2, r2, w))
    return found


def bargain(trial):
    """Two components: collinearity falls tenfold, and new data are explained as well."""
    (cond_all, r2_all, _), (cond_few, r2_few, _), _ = trial
    return cond_few < cond_all / 10 and r2_few >= r2_all - 0.01


trials = {
    name: [regression_trial(i, seed) for seed in range(200)]
    for name, i in {"first": 0, "last": 5}.items()
}
uncorrelated = [regression_trial(0, seed, scales=np.ones(6)) for seed in range(200)]
fit, wobble = {}, {}
print(f"{'signal':8s}{'model':16s}R² on new data   coefficients   condition number")
for name, runs in trials.items():
    for i, model in enumerate(("all features", "two components", "two columns")):
        cond, r2, w = zip(*(trial[i] for trial in runs))
        fit[name, i], wobble[name, i] = np.median(r2), np.std(w, axis=0).mean()
        spread = f"± {wobble[name, i]:.2f}"
        print(
            f"{name:8s}{model:16s}{fit[name, i]:14.2f}{spread:>15s}{np.median(cond):19.3g}"
        )

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.12",
    tested="whether two principal components in the place of six features lower the condition number of the normal equations ten times or more, and explain as much of new data (R², but for one point in a hundred); least squares on samples of twenty",
    on="fate of the direction that carries the signal",
    cases={
        "the first, which is kept": [bargain(trial) for trial in trials["first"]],
        "the last, which is dropped": [bargain(trial) for trial in trials["last"]],
    },
    control={
        "six features of equal variance, none collinear": [
            bargain(trial) for trial in uncorrelated
        ]
    },
    evidence=f"Median R² with all features and with two components: {fit['first', 0]:.2f} and {fit['first', 1]:.2f} when the signal is in the first direction, {fit['last', 0]:.2f} and {fit['last', 1]:.2f} when it is in the last; with two of the columns {fit['first', 2]:.2f} and {fit['last', 2]:.2f}. The coefficients become steady in either case: from sample to sample they vary by {wobble['first', 0]:.2f} before and by {max(wobble['first', 1], wobble['last', 1]):.2f} at most after.",
    turns={
        (
            "np.sqrt([4.0, 1.0, 0.25, 0.01, 0.005, 0.002])",
            "np.sqrt([4.0, 4.0, 4.0, 4.0, 4.0, 4.0])",
        ): "FALSE"
    },
    card=True,
)
for name in trials:
    assert wobble[name, 1] < wobble[name, 0] / 10

# %% [markdown]
# The coefficients do become steady, wherever the signal is. Whether the smaller model is a bargain depends on whether the signal was kept. Two columns, picked blindly, mostly cure collinearity as well; what PCA adds is that it keeps the strongest direction whole. (On all features the numbers do not depend on where the signal is, since samples and noise are the same and least squares misses only by what the noise does to it.) But note *what* steadied them: dropping directions, not rotating. With all six components the rotation cancels, $(XV)(V^\top\mathbf w)=X\mathbf w$, and every prediction stays as it was.

# %% [markdown]
# (sec-2b-digits)=
# ## Real digits
#
# *You know PCA on toys. After this section you can use it on images and choose the number of components for a reason.*
#
# 1,797 digits of 64 pixels. The axes are learned on the training part only; what you see below are digits that PCA has never met. One shuffle could be a lucky one, so there are twenty; the pictures show the first.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
splits = [
    datasets.split(datasets.digits(), validation=300, test=400, seed=seed)
    for seed in range(20)
]
data = splits[0]
axes_digits = pca(data.train.x, 64)
shown = np.array([np.flatnonzero(data.validation.y == digit)[0] for digit in range(10)])


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_digits(ax, components):
    space = pca(data.train.x, components)
    true = data.validation.x[shown]
    rebuilt = space.decode(space.encode(true))
    error = (
        ((data.validation.x - space.decode(space.encode(data.validation.x))) ** 2)
        .sum(axis=1)
        .mean()
    )
    total = ((data.validation.x - space.shift) ** 2).sum(axis=1).mean()
    tiles = np.clip(np.stack([true, rebuilt]).round(9), 0, 1).reshape(2, 10, 8, 8)
    mosaic = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan)
    ax.imshow(mosaic.transpose(0, 2, 1, 3).reshape(20, 100), vmin=0, vmax=1)
    ax.set_axis_off()
    ax.set_title(f"{components} of 64 numbers keep {1 - error / total:.0%}")
    return f"Ten unseen digits above, rebuilt from {components} numbers each below; {1 - error / total:.1%} of the variance of the validation digits is kept."


explore(
    draw_digits,
    components=[1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 25, 30, 36, 43, 50, 64],
    start=7,
    figsize=(5.5, 2),
)

# %% [markdown]
# And what does an axis look like? It has 64 entries, one for each pixel, so it is a picture, too:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_axes(ax):
    mean = axes_digits.shift / axes_digits.shift.max()
    pictures = [
        mean,
        *(0.5 + 0.5 * b / np.abs(b).max() for b in axes_digits.decoder[:9]),
    ]
    image_grid(ax, np.stack(pictures).round(9).reshape(-1, 8, 8), columns=10)
    ax.set_title("The mean, and the first nine axes")
    first = axes_digits.spectrum[:9].sum() / axes_digits.spectrum.sum()
    return f"The mean digit and the nine axes of largest variance: light pixels are raised by the axis, dark ones lowered. These nine numbers a digit hold {first:.0%} of the variance."


show(
    draw_axes,
    alt="Figure. The mean digit, and the first nine principal axes as pictures.",
    figsize=(5.5, 1.2),
)

# %% [markdown]
# (q2-4)=
# :::{admonition} Question 2.4 · Instead of simply deleting columns, can the original data be transformed into fewer columns so that the least information is lost?
# :class: question
# Yes. For codes and decoders that are linear, and loss measured as squared error, PCA is that transformation, and {eq}`eq-2b-best` says that none is better. (A decoder with oblique columns reaches the same subspaces, so it cannot win either.) Deleting columns is the special case in which each number of the code must be one of the columns.
# The price of mixing: a principal component has no name, and you still have to measure all columns to compute it.
# :::
#
# :::{admonition} Predict
# :class: predict
# An unseen digit gets the label of the training digit with the nearest code. How many components, of 64, read as well as all of them: 5, 20, 40? And is that more or fewer than it takes to keep 95 % of the variance?
# :::
#
# **How many components?** One habit is to keep 95 % of the variance. Another is to ask the task. Read each digit of the *validation set* (验证集), set aside for such choices, as its nearest neighbor (最近邻): give it the label of the training digit with the nearest code. Take the smallest $K$ whose accuracy is within half a point of the best. A *test set* (测试集), which had no part in the choice, judges it:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def neighbor_of_codes(train, K, rng):
    """Label a digit like the training digit with the nearest code of K numbers."""
    space = pca(train.x, K)
    known = space.encode(train.x)
    return lambda x: nearest_neighbors(space.encode(x), known, train.y)


def accuracies(part):
    """On the validation digits of a split, with each number of components."""
    predicts = (neighbor_of_codes(part.train, K, rng=None) for K in KS)
    x, y = part.validation
    return [share_right(predict(x), y) for predict in predicts]


def components_of_95(part):
    """The smallest K that keeps 95 % of the variance of the training digits."""
    spectrum = pca(part.train.x, 64).spectrum
    return int(np.argmax(np.cumsum(spectrum) >= 0.95 * spectrum.sum())) + 1


KS = [1, 2, 5, 10, 15, 20, 25, 28, 30, 40, 64]
mean_curve = np.mean([accuracies(part) for part in splits], axis=0)
choice = contest(
    {"by validation": (neighbor_of_codes, KS), "all": (neighbor_of_codes, [64])},
    splits,
    margin=0.005,
)
chosen_K = choice.chosen[:, 0].astype(int)
rule_K = np.array([components_of_95(part) for part in splits])
few, every = choice.scores.mean(axis=0)
cumulative = np.cumsum(axes_digits.spectrum) / axes_digits.spectrum.sum()
print(f"95 % of the variance: K = {rule_K.min()} to {rule_K.max()}")
print(f"by validation, {len(splits)} splits: K = {sorted(chosen_K.tolist())}")
print(f"test accuracy with the chosen K {few:.2%}, with all 64 {every:.2%}")
fewer = (chosen_K < rule_K).sum()
print(f"validation asks for fewer in {fewer} of {len(splits)} splits")
assert fewer >= 12 and abs(few - every) < 0.01 and not choice.edge.any()
assert np.ptp(mean_curve[KS.index(15) :]) < 0.01 and mean_curve[KS.index(5)] < 0.92

# %% tags=["hide-input"] jupyter={"source_hidden": true}
kept_by = {
    "variance kept": cumulative[np.array(KS) - 1],
    "nearest neighbor, validation (mean of 20 splits)": mean_curve,
}


def draw_choice(ax):
    lines(ax, KS, kept_by, marker="o", xlabel="components K", ylabel="share")
    ax.axhline(0.1, ls=":", color=INK)
    ax.text(40, 0.12, "chance, one of ten")
    ax.set(ylim=(0, 1.02), title="The task is content before the variance is")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.2))
    at = {K: [curve[KS.index(K)] for curve in kept_by.values()] for K in (5, 20)}
    return (
        "Variance kept and accuracy of the nearest neighbor: "
        + "; ".join(
            f"with {K} components {v:.0%} and {a:.1%}" for K, (v, a) in at.items()
        )
        + "."
    )


show(draw_choice)

# %% [markdown]
# Most splits are content with fewer components than the 95 % rule keeps, and the test accuracy is that of all 64 within one percent. The chosen $K$ varies from split to split, because the curve is flat there: from 15 on it hardly matters, below 10 it matters a lot. The 95 % rule is no law either. It knows nothing of the task. Here it errs on the generous side; in the [section before](#sec-2b-not-information) it would have kept exactly the wrong component.
#
# (q2-6)=
# :::{admonition} Question 2.6 · How are the concrete steps of dimensionality reduction decided from the original data?
# :class: question
# Center; scale if the columns have different units; eigenvectors of the covariance (in practice the SVD); look at the spectrum, where a sharp drop suggests a $K$; otherwise choose $K$ by what the code is for, on validation data. Learn every one of these steps from the training part only.
# :::
#
# :::{admonition} Exercise 2 · how many components
# :class: exercise
# Return the smallest $K$ whose components keep *at least* the given share of the variance. `variances` come sorted, largest first.
# :::


# %%
def components_for(variances, share):
    """Smallest K with (λ₁ + … + λ_K) / Σλ ≥ share."""
    ...


exercises.check_components_for(components_for)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The first index where the running sum reaches the share, plus one because indices count from zero. The total is the
# last running sum: `np.sum` adds in another order, and may differ from it in the last bit.
def components_for(variances, share):
    running = np.cumsum(variances)
    return int(np.argmax(running >= share * running[-1])) + 1


exercises.check_components_for(components_for)

# %% [markdown]
# :::{admonition} Exercise 3 · what unseen samples lose
# :class: exercise
# Learn mean and $K$ principal axes on `train`, and return the mean squared length of the error when the samples of `new` are rebuilt from $K$ numbers each.
# :::


# %%
def rebuilding_error(train, new, K):
    """Mean ‖x − x̂‖² over new (M, D); mean and K axes are learned on train (N, D)."""
    ...


exercises.check_rebuilding_error(rebuilding_error)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Rows of Vᵀ are the axes. What was learned on the training set stays as it is.
def rebuilding_error(train, new, K):
    mean = train.mean(axis=0)
    B = np.linalg.svd(train - mean, full_matrices=False)[2][:K].T
    x = new - mean
    return ((x - x @ B @ B.T) ** 2).sum(axis=1).mean()


exercises.check_rebuilding_error(rebuilding_error)

# %% [markdown]
# (sec-2b-preprocessing)=
# ## Center, scale, whiten
#
# *You have seen preprocessing as a recipe. After this section you know what each step changes, what it cannot change, and which models care.*
#
# The second document of notes lists four steps for the input of a network: mean removal (去均值), normalization (归一化), PCA and whitening (白化). It says that preprocessing *raises the quality of the data*. We take them one by one.
#
# ### Mean removal

# %% tags=["hide-input"] jupyter={"source_hidden": true}
tables = {"digits": data.train.x, "shop log": log}
largest_mean = {
    name: np.abs((x - x.mean(axis=0)).mean(axis=0) / x.std(axis=0).max()).max()
    for name, x in tables.items()
}
new_mean = np.abs((data.test.x - data.train.x.mean(axis=0)).mean(axis=0)).max()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C2.15",
    because="The sum of x − x̄ over the samples is the sum of x minus N times its mean, which is zero.",
    holds=max(largest_mean.values()) < 1e-9,
    evidence=f"The columns of {len(tables)} tables have mean zero within rounding afterwards. On new digits, shifted by the same training mean, a pixel is off by up to {new_mean:.3f}.",
)

# %% [markdown]
# On new data the mean is not exactly zero, and it must not be made so. The shift belongs to the model. Whoever centers the test data by *their own* mean uses a different model for every batch. Suppose the digits to be read arrive sorted by digit:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
train_mean = data.train.x.mean(axis=0)
seen = data.train.x - train_mean, data.train.y
hits = np.zeros(2)
for digit in range(10):
    batch = data.test.x[data.test.y == digit]
    for i, shift in enumerate((train_mean, batch.mean(axis=0))):
        hits[i] += (nearest_neighbors(batch - shift, *seen) == digit).sum()
shifted_right, shifted_own = hits / len(data.test.y)
print(
    f"nearest neighbor, training mean: {shifted_right:.1%}; "
    f" each batch by its own mean: {shifted_own:.1%}"
)
assert shifted_own < 0.6 < 0.95 < shifted_right

# %% [markdown]
# Removing its own mean removed what made a batch of sevens sevens. PCA needs the centering, too: without it the cloud's distance from the origin counts as variance, and the "first component" of a distant cloud points at its mean.

# %% [markdown]
# ### Scaling
#
# Two recipes, here under the library's names. Each remembers what it saw:
#
# $$
# \text{min–max: } \frac{x-\min}{\max-\min}\in[0,1], \qquad\qquad \text{z-score: } \frac{x-\bar x}{s},\ \text{ mean } 0,\ \text{variance } 1 .
# $$ (eq-2b-scaling)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def scaling(x, shift, scale):
    return AffineMap(
        shift, np.diag(1 / scale), np.diag(scale), np.sort(x.var(axis=0))[::-1]
    )


def standardization(x):
    return scaling(x, x.mean(axis=0), x.std(axis=0))


def min_max(x):
    return scaling(x, x.min(axis=0), x.max(axis=0) - x.min(axis=0))


for ours, library in (
    (standardization, decomposition.standardization),
    (min_max, decomposition.min_max),
):
    assert all(map(np.allclose, ours(log), library(log)))
from dlnotes.decomposition import min_max, standardization


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def three_columns(seed, tail=1.0, N=5000):
    """N rows of three shapes in three units: uniform, normal, and lognormal."""
    rng = np.random.default_rng(seed)
    shapes = rng.uniform(0, 5, N), rng.standard_normal(N), rng.lognormal(0, tail, N)
    return np.stack(shapes, axis=1) * [1, 1000, 0.01]


def unit_rows(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def disparity(x):
    """Largest range over smallest, and largest standard deviation over smallest."""
    return [size.max() / size.min() for size in (np.ptp(x, axis=0), x.std(axis=0))]


recipes = {
    "as they come": lambda x: x,
    "min–max": lambda x: min_max(x).encode(x),
    "z-score": lambda x: standardization(x).encode(x),
    "rows of length one": unit_rows,
}
ratios = {
    name: np.array([disparity(recipe(three_columns(seed))) for seed in range(20)])
    for name, recipe in recipes.items()
}
print(f"{'largest over smallest':22s}{'range':>10s}{'deviation':>12s}")
for name, found in ratios.items():
    width, deviation = np.median(found, axis=0)
    print(f"{name:22s}{width:10,.1f}{deviation:12,.1f}")
heavy = [disparity(recipes["z-score"](three_columns(s, tail=3)))[0] for s in range(20)]
print(f"ranges after z-scores with a very heavy tail: {np.median(heavy):.1f}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.18",
    tested="whether three columns of different unit and shape have one scale afterwards, up to a tenth",
    on="recipe and the meaning of scale",
    cases={
        f"{name}, {scale}": ratios[name][:, i] < 1.1
        for name in ("min–max", "z-score")
        for i, scale in enumerate(("range", "standard deviation"))
    },
    control={
        name: ratios[name][:, 0] < 1.1
        for name in ("as they come", "rows of length one")
    },
    evidence=f"Before, the ranges differ by a factor of {np.median(ratios['as they come'][:, 0]):,.0f} in the median; after min–max by {ratios['min–max'][:, 0].max():.1f}, after z-scores by {np.median(ratios['z-score'][:, 0]):.1f}, and by {np.median(heavy):.0f} if a column has a very heavy tail. What z-scores make equal is the standard deviation, which min–max leaves apart by {np.median(ratios['min–max'][:, 1]):.1f}.",
    turns={("[:, i] < 1.1", "[:, i] < 1e9"): "TRUE"},
)

# %% [markdown]
# Min–max makes the ranges equal, z-scores the deviations, and neither does both. A heavy tail stays long after z-scores, and min–max lets a single outlier squeeze everybody else. Mind the words, too. The notes give 归一化, 标准化 and 正则化 as three names of one thing. The first two are what you see above. The third usually means *regularization*, which is something else altogether; in the tutorial that the notes link it is the scaling of each sample to length one, which does nothing of the kind to the columns.
#
# **Why models care.** A nearest neighbor adds up squared differences, so the column whose numbers spread most decides almost alone, and how far numbers spread is a matter of their unit. *Gradient descent*, small steps downhill $\mathbf w\leftarrow\mathbf w-\eta\nabla L$, cares too. For a linear model, half the mean squared error is $L=\frac12(\mathbf w-\mathbf w^*)^\top H(\mathbf w-\mathbf w^*)$ plus a constant, with the best weights $\mathbf w^*$ and $H=\frac1NX^\top X$, samples in rows. Follow the error $\mathbf e=\mathbf w-\mathbf w^*$ through $t$ steps of size $\eta$:
#
# $$
# \begin{aligned}
# \mathbf e_{t+1} &= \mathbf e_t-\eta H\mathbf e_t = (I-\eta H)\,\mathbf e_t && (\nabla L=H\mathbf e)\\
# \mathbf v_i^\top\mathbf e_t &= (1-\eta\lambda_i)^t\;\mathbf v_i^\top\mathbf e_0 && (H\mathbf v_i=\lambda_i\mathbf v_i)\\
# \eta = \tfrac1{\lambda_1}:\quad \text{slowest factor } &= 1-\frac{\lambda_D}{\lambda_1} = 1-\frac1\kappa && (\eta>2/\lambda_1 \text{ diverges})
# \end{aligned}
# $$ (eq-2b-descent)
#
# Since $(1-\frac1\kappa)^t\approx e^{-t/\kappa}$, the number of steps is proportional to $\kappa$, the condition number of $H$. Scaling changes it, and [whitening](#sec-2b-whitening) makes it 1:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
kappas = {}
for name, x in {
    "raw": log,
    "centered": log - log.mean(axis=0),
    "z-scores": standardization(log).encode(log),
    "whitened": decomposition.whitening(log).encode(log),
}.items():
    λ_H = np.linalg.eigvalsh(x.T @ x / len(x))
    kappas[name] = λ_H[-1] / λ_H[0]
    print(f"{name:10s}condition number of H: {kappas[name]:.4g}")
assert kappas["raw"] > kappas["z-scores"] * 1000 and np.isclose(kappas["whitened"], 1)

# %% [markdown]
# :::{admonition} Exercise 4 · z-scores that do not leak
# :class: exercise
# Return the z-scores of `new` in the units of `train`. A constant column of `train` has no unit; return zeros for it.
# :::


# %%
def z_scores(train, new):
    """z-scores of new (M, D) by mean and standard deviation of train (N, D)."""
    ...


exercises.check_z_scores(z_scores)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Mean and deviation come from the training set, also for new data. A constant
# column shows in its range: its mean is rounded, so its deviation may be 1e-17.
def z_scores(train, new):
    deviation = train.std(axis=0)
    flat = np.ptp(train, axis=0) == 0
    return np.where(
        flat, 0.0, (new - train.mean(axis=0)) / np.where(flat, 1.0, deviation)
    )


exercises.check_z_scores(z_scores)

# %% [markdown]
# ### Are images an exception?
#
# The notes say that normalization is *not used for images*, since their values lie between 0 and 255 already and share one scale, so that *nothing needs to be adjusted*. They do share one scale. But does its size matter? Let the inputs be $c$ times larger. In the first layer $\mathbf z=\mathbf w^\top(c\,\mathbf x)$, so what the network sees is the effective weight $\mathbf w'=c\,\mathbf w$, and
#
# $$
# \frac{\partial L}{\partial\mathbf w} = c\,\frac{\partial L}{\partial\mathbf w'} \;\Longrightarrow\; \Delta\mathbf w' = c\,\Delta\mathbf w = -\eta\,c^2\,\frac{\partial L}{\partial\mathbf w'} .
# $$ (eq-2b-unit)
#
# Inputs 255 times larger mean a learning rate $255^2$ times larger in the first layer *only*, and a start with weights 255 times larger. So there are two questions. Does one factor for all pixels matter? And, which is the claim: does each pixel need a scale *of its own*, as columns in different units do?
#
# A small network learns to read digits (32 weighted sums of the pixels, then ten; [chapter 6b](06b_backpropagation.ipynb) explains it). We feed it
#
# - the raw pixels, 0 to 255, and the same divided by 255;
# - the pixels shifted only, and shifted and divided by *one* number;
# - z-scores, a scale for *each* pixel;
# - and, as the control, pixels that have lost their common unit: each is multiplied by a factor of its own, between 0.03 and 30.
#
# Each input gets the learning rate that is best on validation digits and is judged on test digits, on twenty splits. (The best rate is never the first or last that was tried.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SMALL, LARGE = [0.0001, 0.001, 0.01, 0.1, 1], [0.01, 0.1, 1, 10]  # learning rates


def own_scales(train, x, units):
    return (x - train.mean(axis=0)) / np.maximum(train.std(axis=0), 1e-9)


def one_scale(train, x, units=1.0):
    train, x = units * train, units * x
    return (x - train.mean(axis=0)) / train.std()


INPUTS = {
    "raw, 0 … 255": (lambda train, x, units: 255 * x, SMALL),
    "shifted only": (lambda train, x, units: 255 * (x - train.mean(axis=0)), SMALL),
    "divided by 255": (lambda train, x, units: x, LARGE),
    "one scale for all pixels": (lambda train, x, units: one_scale(train, x), LARGE),
    "a scale for each pixel": (own_scales, LARGE),
    "own units, one scale": (one_scale, LARGE),
}


def network_on(prepare):
    """A method for `contest`: six epochs of SGD on prepared pixels."""

    def fit(train, rate, rng):
        net = mlp((64, 32, 10), rng=rng)
        units = 10 ** rng.uniform(-1.5, 1.5, 64)
        x, sgd = prepare(train.x, train.x, units), optim.SGD(net.parameters(), rate)
        training.fit(
            net, losses.cross_entropy, sgd, x, train.y, epochs=6, batch_size=64, rng=rng
        )
        return lambda x: net(prepare(train.x, x, units)).argmax(axis=1)

    return fit


methods = {name: (network_on(f), rates) for name, (f, rates) in INPUTS.items()}
with np.errstate(over="ignore", invalid="ignore"):  # a rate may be far too large
    images = contest(methods, splits)
assert not images.edge.any()
image_runs = dict(zip(images.names, images.scores.T))
print(f"{'mean test accuracy':28s}of 20 splits")
for name, runs in image_runs.items():
    print(f"{name:28s}{runs.mean():.0%}")

x, labels = data.train
read = [nearest_neighbors(c * data.test.x, c * x, labels) for c in (1, 255)]
assert np.array_equal(*read)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def keeps_up(name, rival, margin=0.02):
    """For each split: at most two points behind the rival."""
    return image_runs[name] > image_runs[rival] - margin


settle(
    "C2.13",
    tested="whether a network on digits stays within two points of its rival if a scaling step is left out, each input at the rate that is best on its validation digits",
    on="step that is left out",
    cases={
        "a scale for each pixel": keeps_up(
            "one scale for all pixels", "a scale for each pixel"
        ),
        "one scale for all pixels": keeps_up("raw, 0 … 255", "divided by 255"),
    },
    control={
        "a scale for each pixel, of pixels in units of their own": keeps_up(
            "own units, one scale", "a scale for each pixel"
        )
    },
    evidence="Mean test accuracy: "
    + ", ".join(f"{name} {runs.mean():.0%}" for name, runs in image_runs.items())
    + ".",
    turns={
        ("255 * x, SMALL", "one_scale(train, x), LARGE"): "TRUE",
    },
    card=True,
)
mean_of = {name: runs.mean() for name, runs in image_runs.items()}
assert mean_of["one scale for all pixels"] > mean_of["a scale for each pixel"]
assert (image_runs["a scale for each pixel"] > image_runs["own units, one scale"]).all()
assert mean_of["shifted only"] > mean_of["raw, 0 … 255"] + 0.2
assert mean_of["one scale for all pixels"] > mean_of["shifted only"]
assert mean_of["divided by 255"] > mean_of["raw, 0 … 255"] + 0.2

# %% [markdown]
# The reason is right, and so is half of the conclusion. Pixels share one unit, so a scale for each of them brings nothing. Here it even costs a little: pixels that are almost always empty get the same say as the strokes. Take the common unit away, and the network does better with that step on every split.
#
# But "nothing needs to be adjusted" is too much. On raw pixels one learning rate must serve two layers whose needs differ by the factor of {eq}`eq-2b-unit`, and in six epochs even the best rate leaves the network far behind. Dividing by 255 brings most of it back, and so does shifting alone; both together do best. So images *are* adjusted, by one shift and one number for all pixels. (With more epochs the differences shrink. The nearest neighbor, which only compares distances, does not care about that number.)
#
# (sec-2b-whitening)=
# ### Whitening
#
# *Whitening* makes the covariance the identity. Turn to the principal axes, then divide each by its standard deviation: with the encoder $W=V\Lambda^{-1/2}$,
#
# $$
# \operatorname{cov}(W^\top\mathbf x) = W^\top CW = \Lambda^{-1/2}V^\top(V\Lambda V^\top)V\Lambda^{-1/2} = I .
# $$ (eq-2b-whiten)
#
# Any rotation $Q$ afterwards leaves it white, $Q^\top IQ=I$. The choice $Q=V^\top$ turns back: $W=V\Lambda^{-1/2}V^\top$, called ZCA (Bell and Sejnowski [1997](../book/bibliography.md)). Its result $\mathbf y$ is the white one nearest to the original in the mean square. Only the cross term depends on $Q$, and the diagonal of an orthogonal matrix cannot exceed 1:
#
# $$
# \begin{aligned}
# \frac1N\sum_n\mathbf x_n^\top\mathbf y_n &= \operatorname{Tr}(Q^\top\Lambda^{-1/2}V^\top C) = \operatorname{Tr}(\Lambda^{1/2}\,V^\top Q^\top)\\
# &\le \operatorname{Tr}(\Lambda^{1/2}), \quad\text{equal for } Q=V^\top .
# \end{aligned}
# $$ (eq-2b-zca)
#
# A small $\varepsilon$ added to $\Lambda$ keeps directions without variance from blowing up.


# %%
def whitening(x, *, epsilon=0.0, zca=False):
    mean, B, _, λ = pca(x, x.shape[1])
    scale = np.sqrt(λ + epsilon)
    encoder, decoder = B / scale, (B * scale).T
    if zca:
        encoder, decoder = encoder @ B.T, B @ decoder
    return AffineMap(mean, encoder, decoder, λ)


for options in ({}, {"zca": True}, {"epsilon": 0.1}):
    assert all(
        map(np.allclose, whitening(Z, **options), decomposition.whitening(Z, **options))
    )
from dlnotes.decomposition import whitening

# %% tags=["hide-input"] jupyter={"source_hidden": true}
centered_digits = data.validation.x - data.train.x.mean(axis=0)
alike = {}
for name, options in {"PCA": {}, "ZCA": {"zca": True}}.items():
    white = whitening(data.train.x, epsilon=0.01, **options).encode(data.validation.x)
    pairs = zip(centered_digits, white)
    alike[name] = np.median([np.corrcoef(a, b)[0, 1] for a, b in pairs])
assert abs(alike["PCA"]) < 0.1 < 0.7 < alike["ZCA"]
N = 3000
SOURCES = {
    "uniform": lambda rng: rng.uniform(-1, 1, (N, 2)),
    "two-humped": lambda rng: (
        0.3 * rng.standard_normal((N, 2)) + rng.choice([-1.0, 1.0], (N, 2))
    ),
    "exponential": lambda rng: rng.exponential(1, (N, 2)),
    "normal": lambda rng: rng.standard_normal((N, 2)),
}
mixing = np.diag([2.0, 1.0]) @ rotation(30).T


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_white_digits(ax):
    first = data.validation.x[:5] - data.train.x.mean(axis=0)
    zca = whitening(data.train.x, epsilon=0.01, zca=True)
    white = zca.encode(data.validation.x[:5])
    rows = [first / np.abs(first).max(), white / np.abs(white).max()]
    image_grid(ax, np.concatenate(rows).reshape(-1, 8, 8), columns=5)
    return (
        f"Five unseen digits, centered (above) and whitened by ZCA (below). Whitening keeps them recognizable, with a median correlation of "
        f"{alike['ZCA']:.2f}, and makes neighboring pixels nearly uncorrelated: edges stand out."
    )


show(
    draw_white_digits,
    alt="Figure. Five centered digits, and the same digits whitened by ZCA below them.",
    figsize=(5.5, 2.5),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
before = SOURCES["uniform"](np.random.default_rng(14))[:300] @ mixing
stages = {
    "Before": before,
    "Whitened": whitening(before).encode(before),
    "Whitened, ZCA": whitening(before, zca=True).encode(before),
}


def draw_whitening(axes):
    for ax, (title, points) in zip(axes, stages.items()):
        ax.plot(*points.T, "o", ms=3, color=BLUE)
        (first, both), (_, second) = np.cov(points.T, bias=True)
        title += f"\nvar {first:.2f}, {second:.2f}; cov {abs(both):.2f}"
        plane(ax, (-3, 3), (-3, 3), title=title, xlabel="first field")
    axes[0].set_ylabel("second field")
    return f"A parallelogram of {len(before)} points. Whitening makes both variances 1 and the covariance 0, and the shape a square with straight edges: nothing like a normal cloud."


show(draw_whitening, figsize=(9.2, 4.0), columns=3)

# %% [markdown]
# So much for the covariance. The notes say more: *whitening means transforming the features into a normal distribution* (正态分布). An affine map can shift, stretch and turn. It cannot bend: whatever is seen of the white cloud from one side, $\mathbf a^\top W^\top(\mathbf x-\bar{\mathbf x})$, could be seen of the original from another side, $W\mathbf a$. And since white data may be turned at will, look at them from all sides. A normal cloud looks normal from each. To test it, compare the share of values below each $z$ with that of a normal distribution; the largest difference is the Kolmogorov–Smirnov distance. For $N$ truly normal values it exceeds $1.63/\sqrt N$ in one sample of a hundred (a known constant of the test, checked by simulation below), and more rarely still if they were standardized by their own mean and deviation, as here.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
normal_share = np.vectorize(lambda z: (1 + erf(z / np.sqrt(2))) / 2)


def ks_distance(values):
    """Largest gap between the shares of `values` and of a standard normal."""
    values, n = np.sort(values), len(values)
    share = normal_share(values)
    return max(
        (np.arange(1, n + 1) / n - share).max(), (share - np.arange(n) / n).max()
    )


SIDES = np.stack([rotation(angle)[0] for angle in np.arange(0, 180, 15)], axis=1)


def whitened_gaps(draw, seed):
    """Distances from normal of the white cloud, seen from 12 sides; sources mixed at random."""
    rng = np.random.default_rng(seed)
    sources, (first, second) = draw(rng), rng.uniform(0, 180, 2)
    mixture = sources @ rotation(first) @ np.diag([2.0, 1.0]) @ rotation(second)
    white = whitening(mixture).encode(mixture)
    assert np.allclose(np.cov(white.T, bias=True), np.eye(2))
    return [ks_distance(seen) for seen in (white @ SIDES).T]


limit = 1.63 / np.sqrt(N)
generators = [np.random.default_rng(s) for s in range(1000)]
passing = [
    ks_distance(rng.standard_normal(300)) < 1.63 / np.sqrt(300) for rng in generators
]
print(f"of {len(passing)} normal samples {np.mean(passing):.1%} pass the limit")
assert np.mean(passing) > 0.975
normal_gap = {
    name: np.array([whitened_gaps(draw, seed) for seed in range(20)])
    for name, draw in SOURCES.items()
}
print(f"distance from normal after whitening (limit {limit:.4f}), 20 draws, 12 sides:")
for name, gaps in normal_gap.items():
    print(f"  {name:14s}{gaps.min():.4f} to {gaps.max():.4f}")
worst_side = {name: gaps.max(axis=1) for name, gaps in normal_gap.items()}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
*others, normal = normal_gap
settle(
    "C2.14",
    tested="whether two sources, mixed at random and whitened, are as near to a normal distribution from every side as normal samples are (Kolmogorov–Smirnov, limit of one in a hundred)",
    on="shape of the sources",
    cases={name: worst_side[name] < limit for name in others},
    control={"sources that were normal before": worst_side[normal] < limit},
    evidence=f"All covariances became the identity, but from the worst side the distances from normal are {', '.join(f'{np.median(worst_side[name]):.3f} ({name})' for name in others)} in the median, where chance explains {limit:.3f}. Only what was normal before is so after, {np.median(worst_side[normal]):.3f}.",
    turns={
        (
            "lambda rng: rng.uniform(-1, 1, (N, 2))",
            "lambda rng: rng.standard_normal((N, 2))",
        ): "IT DEPENDS"
    },
    card=True,
)

# %% [markdown]
# The covariance is the identity, and nothing was bent. From some sides even the white uniform cloud looks nearly normal, along its diagonal for instance, where both sources are added. That is the mixing and not the whitening, and it grows with the number of sources (the central limit theorem).

# %% [markdown]
# :::{admonition} Exercise 5 · white, and still upright
# :class: exercise
# Return the samples of `x` $(N, D)$ whitened by ZCA: centered, with the identity as covariance, turned back to the old axes.
# :::


# %%
def zca(x):
    """(x − mean) V Λ^(−1/2) Vᵀ, with the covariance V Λ Vᵀ of x (N, D)."""
    ...


exercises.check_zca(zca)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Turn to the axes, divide by the deviations, turn back.
def zca(x):
    x = x - x.mean(axis=0)
    variances, V = np.linalg.eigh(x.T @ x / len(x))
    return x @ V / np.sqrt(variances) @ V.T


exercises.check_zca(zca)

# %% [markdown]
# ### Does preprocessing help?
#
# "It raises the quality of the data and helps the model to its best result." Here is a task with natural units: visits to the shop, described by bytes transferred, seconds, pages, discount offered, and the share of earlier visits that ended in a purchase. Whether the visit sells depends most on the last two, a little on the seconds, and on bytes and pages not at all.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def visits(n, rng):
    """n visits in their natural units, and whether each ended in a purchase."""
    transferred, seconds = rng.lognormal(13, 0.8, n), rng.gamma(2, 120, n)
    pages, discount, loyalty = (
        1.0 + rng.poisson(4, n),
        rng.uniform(0, 0.3, n),
        rng.uniform(0, 1, n),
    )
    score = 27 * (discount - 0.15) + 5 * (loyalty - 0.5) + 0.8 * (np.log(seconds) - 5)
    bought = (score + 0.5 * rng.logistic(size=n) > 0).astype(int)
    return datasets.Samples(
        np.stack([transferred, seconds, pages, discount, loyalty], axis=1), bought
    )


def grow(x, y, depth):
    """A decision tree: ask the question x[j] ≤ t that leaves the purest halves, and again in each half."""
    n, p = len(y), y.mean()
    if depth == 0 or p in (0, 1):
        return p
    options = []
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        xs, left = x[order, j], np.arange(1, n)
        ones = np.cumsum(y[order])[:-1]
        impurity = ones * (1 - ones / left) + (y.sum() - ones) * (
            1 - (y.sum() - ones) / (n - left)
        )
        impurity[xs[1:] == xs[:-1]] = np.inf
        i = int(impurity.argmin())
        options.append((impurity[i], j, xs[i]))
    impurity, j, t = min(options)
    if not np.isfinite(impurity):
        return p
    below = x[:, j] <= t
    return (
        j,
        t,
        grow(x[below], y[below], depth - 1),
        grow(x[~below], y[~below], depth - 1),
    )


def ask(tree, sample):
    while isinstance(tree, tuple):
        j, t, below, above = tree
        tree = below if sample[j] <= t else above
    return tree


def tree_model(train, test):
    tree = grow(*train, depth=5)
    return np.mean([(ask(tree, x) > 0.5) == y for x, y in zip(*test)])


def neighbor_model(train, test):
    return share_right(nearest_neighbors(test.x, *train, k=5), test.y)


# %% [markdown]
# Four models: five nearest neighbors, a decision tree (决策树) that asks up to five questions of the form $x_j\le t$ in a row, logistic regression (the softmax classifier with two classes) and a small network. The last two descend the gradient for 120 steps, each with the step $\eta=1/\lambda_1$ of {eq}`eq-2b-descent`, the largest that never overshoots in the linear model. Twenty draws of 200 training and 200 test visits.
#
# :::{admonition} Predict
# :class: predict
# Which of the four models will be hopeless on the raw columns? Which will not change by a single answer when the columns are scaled? And will any model prefer whitened columns to z-scores?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def gradient_model(*hidden):
    def run(train, test):
        N, D = train.x.shape
        net = mlp((D, *hidden, 2), rng=np.random.default_rng(0))
        rate = 1 / np.linalg.eigvalsh(train.x.T @ train.x / N)[-1]
        optimizer = optim.SGD(net.parameters(), rate)
        for _ in range(120):
            training.train_step(net, losses.cross_entropy, optimizer, *train)
        return metrics.accuracy(net(test.x), test.y)

    return run


MODELS = {
    "nearest neighbors": neighbor_model,
    "decision tree": tree_model,
    "logistic regression": gradient_model(),
    "small network": gradient_model(16),
}
PREPARE = {
    "raw": lambda x: AffineMap(
        0 * x[0], np.eye(x.shape[1]), np.eye(x.shape[1]), x.var(axis=0)
    ),
    "centered": lambda x: AffineMap(
        x.mean(axis=0), np.eye(x.shape[1]), np.eye(x.shape[1]), x.var(axis=0)
    ),
    "min–max": min_max,
    "z-score": standardization,
    "whitened": whitening,
}


def prepared(make, train, test):
    seen = make(train.x)
    return datasets.Samples(seen.encode(train.x), train.y), datasets.Samples(
        seen.encode(test.x), test.y
    )


table = np.zeros((len(MODELS), len(PREPARE), 20))
guess = []
for seed in range(20):
    rng = np.random.default_rng(seed)
    train, test = visits(200, rng), visits(200, rng)
    guess.append((test.y == (train.y.mean() > 0.5)).mean())
    for j, make in enumerate(PREPARE.values()):
        for i, model in enumerate(MODELS.values()):
            table[i, j, seed] = model(*prepared(make, train, test))
print(f"{'mean test accuracy':22s}" + "".join(f"{name:>10s}" for name in PREPARE))
for name, row in zip(MODELS, table.mean(axis=2)):
    print(f"{name:22s}" + "".join(f"{value:10.1%}" for value in row))
print(f"{'more frequent in training':26s}{np.mean(guess):6.1%}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
raw_at, z_at, white_at = (
    list(PREPARE).index(p) for p in ("raw", "z-score", "whitened")
)
FRIENDLY = np.array([1e-6, 1 / 60, 1, 100, 100])  # megabytes, minutes, pages, %, %


def in_friendly_units(preparation, seed):
    """Nearest neighbors on the same visits, what matters in large numbers."""
    rng = np.random.default_rng(seed)
    parts = visits(200, rng), visits(200, rng)
    parts = [datasets.Samples(x * FRIENDLY, y) for x, y in parts]
    return neighbor_model(*prepared(PREPARE[preparation], *parts))


friendly = {
    preparation: np.array([in_friendly_units(preparation, s) for s in range(20)])
    for preparation in ("raw", "z-score")
}
helped = {name: runs[z_at] > runs[raw_at] for name, runs in zip(MODELS, table)}
helped["nearest neighbors, friendly units"] = friendly["z-score"] > friendly["raw"]
settle(
    "C2.17",
    tested="whether z-scores raise the test accuracy on the visits above that with raw columns, for each model with the same budget",
    on="model and the units",
    cases=helped,
    evidence="Mean accuracy, raw and as z-scores: "
    + ", ".join(
        f"{name} {runs[raw_at].mean():.1%} and {runs[z_at].mean():.1%}"
        for name, runs in zip(MODELS, table)
    )
    + f", nearest neighbors in friendly units (megabytes, minutes, percent) {friendly['raw'].mean():.1%} and {friendly['z-score'].mean():.1%}.",
    turns={("seen = make(train.x)", "seen = standardization(train.x)"): "FALSE"},
    card=True,
)
assert np.array_equal(table[1, raw_at], table[1, z_at])
gains = (table[:, white_at] - table[:, z_at]).mean(axis=1)
assert gains.max() < 0.005 and gains[1] < -0.005
assert table[[0, 2, 3], raw_at].mean(axis=1).max() < np.mean(guess) + 0.05


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_table(ax):
    for j, (name, marker) in enumerate(zip(PREPARE, "os^Dv")):
        found = 100 * table[:, j].mean(axis=1)
        rows = np.arange(len(MODELS)) + 0.12 * (j - 2)
        ax.plot(found, rows, marker, ms=7, label=name)
    ax.axvline(100 * np.mean(guess), ls=":", color=INK, label="best guess")
    ax.set(yticks=range(len(MODELS)), yticklabels=MODELS, xlabel="test accuracy, %")
    ax.invert_yaxis()
    ax.set_title("Who cares about the preparation?")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=3)
    best = table.mean(axis=2).max(axis=1)
    return (
        "Mean test accuracy over twenty draws; the best preparation of each model reaches "
        + ", ".join(f"{value:.0%} ({name})" for name, value in zip(MODELS, best))
        + "."
    )


show(draw_table, figsize=(5.5, 4.0))

# %% [markdown]
# In these units, methods that add up squared differences, or that descend a gradient for 120 steps, are lost on raw columns and recover by scaling. Units are not always against you: count megabytes, minutes and percent, and the nearest neighbors do better on raw columns than on z-scores, because what matters then has the largest numbers. The tree gives *exactly* the same answers before and after: it only compares values within one column, and scaling keeps their order.
#
# Whitening gives no model more than z-scores do, and the tree loses by it, since it now has to ask about mixtures. But the columns of these visits were drawn independently, so z-scores had left whitening nothing to do. Let every column carry along the sum of all five, so that they overlap, and ask the two models again that measure distances or descend:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def overlapping(seed):
    """The same visits as z-scores, with the sum of the five added to each column."""
    rng = np.random.default_rng(seed)
    parts = visits(200, rng), visits(200, rng)
    overlap = standardization(parts[0].x).encoder @ (np.eye(5) + 1)
    return [datasets.Samples(x @ overlap, y) for x, y in parts]


overlaps = {
    (name, preparation): np.mean(
        [
            MODELS[name](*prepared(PREPARE[preparation], *overlapping(seed)))
            for seed in range(20)
        ]
    )
    for name in ("nearest neighbors", "logistic regression")
    for preparation in ("z-score", "whitened")
}
for (name, preparation), value in overlaps.items():
    print(f"overlapping columns, {name:20s}{preparation:10s}{value:.1%}")
    if preparation == "whitened":
        assert value > overlaps[name, "z-score"] + 0.005
        assert np.isclose(value, table[list(MODELS).index(name), white_at].mean())

# %% [markdown]
# Overlap costs both models something under z-scores, above all the one that descends. Whitening undoes it entirely: the numbers are those of the independent columns. Preprocessing adds no information. It decides what a distance and a step mean.
#
# (sec-2b-answer)=
# ## Back to the shop
#
# *You opened this chapter with a suspicion about two columns. Now you can settle it.*
#
# Standardize both columns. Their covariance matrix has ones on the diagonal and $\rho$ beside it, so its eigenvalues are quickly found:
#
# $$
# \begin{aligned}
# \det\begin{pmatrix}1-\lambda&\rho\\\rho&1-\lambda\end{pmatrix} = (1-\lambda)^2-\rho^2 = 0 &\;\Longrightarrow\; \lambda=1\pm\rho,\quad \mathbf v=\tfrac1{\sqrt2}\begin{pmatrix}1\\\pm1\end{pmatrix},\\
# \text{PCA keeps } 1+|\rho| \text{ of } 2 &\;\Longrightarrow\; \text{it loses } \frac{1-|\rho|}2 \text{ of all} .
# \end{aligned}
# $$ (eq-2b-two)
#
# So the sum was the best single column (for $\rho<0$ the difference), and deleting, measured against the best mixture, costs
#
# $$
# \frac{(1-\rho^2)/2}{(1-|\rho|)/2} = 1+|\rho|
# $$ (eq-2b-price)
#
# times as much: nearly twice, just where deleting looks safest.


# %% [markdown]
# **Five columns.** With more columns than two, *which* is a real question. Try every subset, restore the rest by regression, and compare with PCA:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def subset_loss(kept):
    """Share of the variance of Z lost when all is restored from the kept columns."""
    kept = list(kept)
    return ((Z - Z[:, kept] @ np.linalg.lstsq(Z[:, kept], Z)[0]) ** 2).mean(
        axis=0
    ).sum() / 5


spectrum = pca(Z, 5).spectrum
for K in range(1, 5):
    options = {kept: subset_loss(kept) for kept in combinations(range(5), K)}
    kept = min(options, key=options.get)
    names = " + ".join(COLUMNS[i] for i in kept)
    best, worst, mixed = options[kept], max(options.values()), spectrum[K:].sum() / 5
    print(
        f"keep {K}: {names:36s}lost {best:6.2%}, worst {worst:6.2%}, PCA {mixed:6.2%}"
    )
    assert worst > best > mixed

# %% [markdown]
# (q2-3)=
# :::{admonition} Question 2.3 · Which column of a data set should be deleted so that the least information is lost?
# :class: question
# The one that the others predict best, that is, with the smallest residual variance when it is regressed on all others. With two standardized columns it does not matter which, and the loss is $(1-\rho^2)/2$. In raw units deleting the one with the smaller variance loses less, so the answer depends on the units. Best of all, if you may, delete none and mix: for two standardized columns that loses $(1-|\rho|)/2$.
# :::
#
# **And the harmless question of the introduction?** "Not much information" was measured in variance. The shop may want something else. Let the target be the sum of the two standardized columns, how busy the day was; or their difference, whether people looked at more pages than usual for so many visitors. Which share $R^2$ of the target's variance can the kept column explain? With $\operatorname{cov}(u\pm v,\,v)=\rho\pm1$ and $\operatorname{var}(u\pm v)=2\pm2\rho$, the squared correlation with $v$ is
#
# $$
# R^2_\pm = \frac{(1\pm\rho)^2}{2(1\pm\rho)} = \frac{1\pm\rho}2 .
# $$ (eq-2b-r2)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def explained(target, kept):
    """R²: share of the variance of `target` explained by one column."""
    return np.corrcoef(target, kept)[0, 1] ** 2


QUESTIONS = {"their sum": lambda u, v: u + v, "their difference": lambda u, v: u - v}
table_r2 = {
    name: [
        explained(question(views, visitors), kept) for question in QUESTIONS.values()
    ]
    for name, kept in {
        "visitors kept": visitors,
        "sum kept (PCA)": views + visitors,
    }.items()
}
assert np.allclose(table_r2["visitors kept"], [(1 + ρ) / 2, (1 - ρ) / 2])
for name, (a, b) in table_r2.items():
    print(
        f"{name:16s}explains {a:6.1%} of the sum and {max(b, 0):6.1%} of the difference"
    )


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def shares_kept(seed, shuffle=False):
    """What the visitors keep of both columns' variance, and of each question, in one log."""
    views, visitors = shop_log(seed=seed)[:, :2].T
    if shuffle:
        views = np.random.default_rng(seed).permutation(views)
    u, v = ((x - x.mean()) / x.std() for x in (views, visitors))
    asked = [explained(question(u, v), v) for question in QUESTIONS.values()]
    return [(1 + explained(u, v)) / 2, *asked]


kept_of = np.array([shares_kept(seed) for seed in range(20)]).T
unrelated = np.array([shares_kept(seed, shuffle=True) for seed in range(20)]).T
settle(
    "C2.6",
    tested="whether nine tenths or more of what the shop wants remain when the views are deleted, in twenty shop logs",
    on="quantity that is wanted afterwards",
    cases=dict(zip(("the variance of both columns", *QUESTIONS), kept_of > 0.9)),
    control={
        "the variance of both, the views of the days shuffled": unrelated[0] > 0.9
    },
    evidence=f"Of the variance of both columns {kept_of[0].mean():.0%} remain on average, of their sum {kept_of[1].mean():.0%}, of their difference {kept_of[2].mean():.0%}.",
    turns={
        ("lambda u, v: u - v", "lambda u, v: 2 * u + v"): "TRUE",
        (
            "0.12 * rng.standard_normal(days)",
            "1.2 * rng.standard_normal(days)",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# The notes' expectation is right for what the columns have in common, and wrong for what sets them apart; and PCA, which deletes more cleverly, deletes the difference *completely*. If two columns are nearly equal, their difference may be noise, or it may be the one thing worth knowing. No formula of this chapter can tell you which. The person who keeps the log can.
#
# :::{admonition} Exercise 6 · the cheapest column
# :class: exercise
# Return the index of the column of `x` $(N, D)$ whose deletion loses least: the one with the smallest residual variance after regression, *with a constant*, on all others. The columns keep their units.
# :::


# %%
def cheapest_column(x):
    """Index of the column that the others restore with the smallest squared error."""
    ...


exercises.check_cheapest_column(cheapest_column)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Center first; that takes care of the constant.
def cheapest_column(x):
    x = x - x.mean(axis=0)
    errors = []
    for j in range(x.shape[1]):
        others = np.delete(x, j, axis=1)
        residual = x[:, j] - others @ np.linalg.lstsq(others, x[:, j])[0]
        errors.append((residual**2).mean())
    return int(np.argmin(errors))


exercises.check_cheapest_column(cheapest_column)

# %% [markdown]
# (sec-2b-summary)=
# ## What to take away
#
# 1. A correlation is the cosine of an angle between centered columns.
# 2. Best code and largest variance are one problem, by Pythagoras. The leading eigenvectors of the covariance solve it, and make the covariance diagonal; the loss is the sum of the discarded eigenvalues.
# 3. Variance is not information. It depends on units and ignores the task; choose $K$ on validation data.
# 4. Whitening gives the identity as covariance and bends nothing. Scaling matters to distances, to gradient steps and to PCA; not to trees.
# 5. Of two standardized columns, a deleted one costs $(1-\rho^2)/2$, a discarded component $(1-|\rho|)/2$; and if you needed the difference, nearly all you wanted.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 2, is the text the notes follow, and its section 2.12 derives PCA by the best code. Pearson ([1901](../book/bibliography.md)) found the line of closest fit, our way one; Hotelling ([1933](../book/bibliography.md)) the components of largest variance, our way two; Eckart and Young ([1936](../book/bibliography.md)) the nearest matrix of lower rank. The notes recommend a Chinese tutorial on the mathematics of PCA (blog.codinglabs.org), from which the shop and the "principles" come.
