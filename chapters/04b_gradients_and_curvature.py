# %% [markdown]
# # Gradients and curvature
#
# You stand on the side of a valley in thick fog and want to reach its floor. All you can feel is the slope under your feet. So you step downhill, feel again, and step again; the steeper the slope, the longer the step. How much longer is a choice, the number $\eta$. Move the slider.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import numpy as np
from dlnotes import datasets, losses, optim, training
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import gradients_and_curvature as exercises
from dlnotes.experiments import boundary
from dlnotes.explore import explore, show
from dlnotes.gradcheck import numerical_gradient, relative_error
from dlnotes.layers import Linear
from dlnotes.network import Sequential
from dlnotes.plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    arrow,
    contours,
    lines,
    log_scale,
)

np.set_printoptions(precision=4, suppress=True)


CURVATURES = np.array([1.0, 10.0])


def descend_valley(η, steps=40):
    """The path of gradient descent on ½(x² + 10y²) from (−4, 1)."""
    path = [np.array([-4.0, 1.0])]
    for _ in range(steps):
        path.append(path[-1] - η * CURVATURES * path[-1])
    return np.array(path)


def valley(p):
    return (CURVATURES[:, None, None] * p**2).sum(axis=0) / 2


def draw_valley(ax, learning_rate):
    path = descend_valley(learning_rate)
    values = (CURVATURES * path**2).sum(axis=1) / 2
    contours(ax, valley, (-4.5, 3), (-2, 2), [0.3, 1.5, 4, 8, 13, 20, 30])
    inside = path[: 1 + np.argmax(np.append(np.abs(path[:, 1]) > 2.5, True))]
    ax.plot(*inside.T, "o-", color=BLUE, ms=4, lw=1)
    ax.plot(0, 0, "*", ms=13, color=ORANGE)
    ax.set(
        xlim=(-4.5, 3),
        ylim=(-2, 2),
        xlabel="x (curvature 1)",
        ylabel="y (curvature 10)",
    )
    ax.set_title(
        f"η = {learning_rate:.3g}: y is multiplied by {1 - 10 * learning_rate:.2f} a step"
    )
    word = "falls" if values[-1] < values[0] else "rises"
    return (
        f"With η = {learning_rate:.3g} a step multiplies x by {1 - learning_rate:.3f} and y by {1 - 10 * learning_rate:.3f}; "
        f"in {len(path) - 1} steps f {word} from {values[0]:.3g} to {values[-1]:.3g}."
    )


explore(draw_valley, learning_rate=np.arange(1, 23) / 100, start=3, figsize=(5.2, 3.5))

# %% [markdown]
# A little too long a step, and the walk downhill climbs out of the valley. The study notes that this book puts to the test say that the rule of the step "is not derived but invented and then defined". You will be able to judge that for yourself, to say which step is too long before you take it, and to tell a valley from a saddle.
#
# **After this chapter you can**
#
# - climb from derivative to gradient, derive the step of gradient descent, and compute the step size at which it fails;
# - classify critical points by the Hessian, and know when it stays silent;
# - run Newton's method where it helps, and say why nobody trains networks with it;
# - prove that a function is convex in four ways, and say in which variables cross-entropy is.
#
# **You need** derivatives from school, and eigenvectors of symmetric matrices from [chapter 2a](02a_linear_algebra.ipynb).
#
# The page follows the notes' sections on gradients and optimization, which follow sections 4.3 and 4.4 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Cards, and lines that unfold to cards, settle single claims of the notes.

# %% [markdown]
# (sec-4b-ladder)=
# ## From derivative to gradient
#
# *You know the derivative of a function of one variable. After this section you know the slope in every direction of a function of many, from a single vector.*
#
# The notes climb a ladder of five rungs: derivative, partial derivative, directional derivative, gradient, gradient descent. We climb with them.
#
# **Rung 1, the derivative** (导数): "roughly, the rate of change of $f(x)$ in the positive direction". In symbols, the limit of
#
# $$
# \frac{f(x+h)-f(x)}{h}\quad\text{as}\quad h\to0 .
# $$ (eq-4b-derivative)
#
# Positive direction alone? Look from both sides, at a smooth function and at one with a kink:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def rate(f, x, h):
    """Average rate of change of f between x and x + h."""
    return (f(x + h) - f(x)) / h


print("      h    x² at 1, right and left    |x| at 0, right and left")
for h in (0.1, 0.01, 0.001):
    square = (rate(np.square, 1.0, h), rate(np.square, 1.0, -h))
    kink = (rate(np.abs, 0.0, h), rate(np.abs, 0.0, -h))
    print(
        f"{h:7.3f}    {square[0]:.4f}  {square[1]:.4f} "
        f"           {kink[0]:.0f}  {kink[1]:.0f}"
    )

# %% [markdown]
# For $x^2$ both columns close in on 2. For $|x|$ the rate to the right is 1 and to the left −1, however small the step. There is no derivative.
#
# **Rung 2, the partial derivative** (偏导数) $\partial f/\partial x_i$: all variables but $x_i$ stand still. Our example for this section, at the point $(1,1)$:
#
# $$
# f(x,y) = \tfrac12x^2+2x+2y^2 ,\qquad \frac{\partial f}{\partial x} = x+2 = 3 ,\qquad \frac{\partial f}{\partial y} = 4y = 4 .
# $$ (eq-4b-ladder-example)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def hill(p):
    """f(x, y) = x²/2 + 2x + 2y² for points p of shape (2, ...)."""
    return p[0] ** 2 / 2 + 2 * p[0] + 2 * p[1] ** 2


POINT = np.array([1.0, 1.0])
h = 1e-6
partials = [
    rate(lambda t: hill(np.array([t, 1.0])), 1.0, h),
    rate(lambda t: hill(np.array([1.0, t])), 1.0, h),
]
print(f"∂f/∂x = {partials[0]:.4f}, ∂f/∂y = {partials[1]:.4f}")
points = np.random.default_rng(0).uniform(-2, 2, (20, 2))
forward = np.array(
    [
        [
            rate(lambda t: hill(np.array([t, y])), x, h),
            rate(lambda t: hill(np.array([x, t])), y, h),
        ]
        for x, y in points
    ]
)
slope_error = np.abs(forward - np.stack([points[:, 0] + 2, 4 * points[:, 1]], 1)).max()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C4.10",
    because="Where the limit from both sides exists, it is the limit from the positive side, too; “roughly” (通俗) claims no more.",
    holds=bool(slope_error < 1e-4),
    evidence=f"At {len(points)} random points the rates in the positive direction come within {10 ** np.ceil(np.log10(slope_error)):.0e} of both partial derivatives. "
    f"At the kink of |x|, where no derivative exists, the rate is {rate(np.abs, 0.0, h):.0f} to the right and {rate(np.abs, 0.0, -h):.0f} to the left.",
)

# %% [markdown]
# The everyday definition serves wherever a derivative exists, which is where both sides agree. Whether one exists it cannot tell: at the kink the rate in the positive direction is a perfectly good 1. The ReLU of most networks has such a kink; [Chapter 6b](06b_backpropagation.ipynb) shows what is done there.
#
# :::{admonition} Predict
# :class: predict
# In the direction of the $x$ axis the slope is 3, along $y$ it is 4. At 45 degrees, is it between 3 and 4, or above both? At which angle is it zero?
# :::
#
# **Rung 3, the directional derivative** (方向导数). The notes call it the rate "along the resultant direction of all $x$", which is vague. It is the rate along *one chosen* direction: a vector $\mathbf u$ of length 1. Walk from $\mathbf x$ along $\mathbf u$ for a time $t$ and differentiate. By the chain rule for several variables (each coordinate $x_i+tu_i$ contributes its rate $u_i$ times the partial derivative),
#
# $$
# D_{\mathbf u}f = \frac{d}{dt}f(\mathbf x+t\mathbf u)\Big|_{t=0} = \sum_i\frac{\partial f}{\partial x_i}\,u_i = \nabla f\cdot\mathbf u .
# $$ (eq-4b-directional)
#
# **Rung 4, the gradient** (梯度) $\nabla f$ is the vector of the partial derivatives that appears here. With the angle $\theta$ between $\nabla f$ and $\mathbf u$ and $\lVert\mathbf u\rVert=1$,
#
# $$
# D_{\mathbf u}f = \lVert\nabla f\rVert\,\lVert\mathbf u\rVert\cos\theta = \lVert\nabla f\rVert\cos\theta ,
# $$ (eq-4b-cosine)
#
# largest at $\theta=0$, where it equals $\lVert\nabla f\rVert$; zero at a right angle, along the contour line; most negative straight back. Here $\nabla f=(3,4)$, so the steepest slope must be 5, and must lie at $\arctan(4/3)$, about 53 degrees.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def unit(degrees):
    θ = np.deg2rad(degrees)
    return np.array([np.cos(θ), np.sin(θ)])


def slope_toward(f, p, u, h=1e-6):
    """Directional derivative by a central difference: two values of f, no formula."""
    return (f(p + h * u) - f(p - h * u)) / (2 * h)


EUCLID, compass = np.eye(2), np.arange(360)


def slopes_around(f, p, A=EUCLID):
    """Slopes of f at p in 360 directions, for steps u of length uᵀA u = 1."""
    u = unit(compass)
    u = u / np.sqrt(np.einsum("in,ij,jn->n", u, A, u))
    return slope_toward(f, p[:, None], u)


scan = slopes_around(hill, POINT)
steepest = compass[scan.argmax()]
print(
    f"steepest of 360 directions: {steepest}°, slope {scan.max():.4f}; gradient: "
    f"{np.rad2deg(np.arctan2(4, 3)):.1f}°, length {np.hypot(3, 4):.0f}"
)
print(f"slope at 45°: {scan[45]:.3f}")


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_direction(axes, direction_in_degrees):
    left, right = axes
    u, slope = unit(direction_in_degrees), scan[direction_in_degrees % 360]
    gradient_direction = unit(np.rad2deg(np.arctan2(4, 3)))
    contours(left, hill, (-0.6, 2.6), (-0.3, 2.3))
    arrow(left, POINT, POINT + gradient_direction, color=ORANGE, ls="--")
    arrow(left, POINT, POINT + u)
    left.set(
        aspect="equal",
        xlabel="x",
        ylabel="y",
        title="direction of the gradient (dashed), u",
    )
    right.plot(compass, scan, color=INK)
    right.plot(direction_in_degrees % 360, slope, "o", ms=10, color=BLUE)
    right.axvline(np.rad2deg(np.arctan2(4, 3)), color=ORANGE, ls="--")
    right.set(
        xticks=[0, 90, 180, 270, 360],
        xlabel="direction (degrees)",
        ylabel="slope",
        title="slope in direction u",
    )
    return (
        f"In direction {direction_in_degrees}° the measured slope is {slope:.3f}; "
        f"the steepest, {scan.max():.3f}, lies at {steepest}°, along the gradient."
    )


explore(
    draw_direction,
    direction_in_degrees=[0, 25, 45, 53, 75, 100, 125, 143, 165, 190, 233, 270, 323],
    start=2,
    columns=2,
    figsize=(8.4, 3.6),
)

# %% [markdown]
# At 45 degrees the slope is above both partial derivatives, and it vanishes at 143°, at a right angle to the gradient. Is the gradient's direction then *always* the steepest? Two assumptions went into the derivation. Break each.
#
# *The chain rule.* It needs $f$ to be differentiable, which is more than having all slopes. Take $f = x^2y/(x^2+y^2)$ with $f(0,0)=0$. Along $\mathbf u=(\cos\theta,\sin\theta)$ it is $t\cos^2\theta\sin\theta$, so every directional derivative at the origin exists. Both partial derivatives are zero, and so is the gradient; but the slopes are not.
#
# *Length.* "Steepest" compares steps of equal length. Measure $y$ in millimeters instead of meters, and other steps are equally long. In general let $\lVert\mathbf d\rVert_A^2=\mathbf d^\top A\,\mathbf d$ with a symmetric matrix $A$ of positive eigenvalues. Such a rule for measuring length is called a *metric*.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def crease(p):
    return p[0] ** 2 * p[1] / (p[0] ** 2 + p[1] ** 2)


A, ORIGIN = np.diag([1.0, 9.0]), np.zeros(2)  # by A, a step along y is 3 times as long
crease_scan, metric_scan = slopes_around(crease, ORIGIN), slopes_around(hill, POINT, A)
print(
    "crease: gradient (0, 0), "
    f"yet slope {crease_scan.max():.4f} at {compass[crease_scan.argmax()]}°"
)
print(
    "hill, lengths measured by A: "
    f"steepest at {compass[metric_scan.argmax()]}°, not {steepest}°"
)


# %% [markdown]
# The line below tests the sentence on twenty random functions, each a sum of ten waves. Nothing but values of the function is used: the slopes at 0° and 90° are the partial derivatives.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def waves(seed):
    """A smooth function of two variables: ten sine waves with random directions."""
    rng = np.random.default_rng(seed)
    k, size, phase = rng.standard_normal((10, 2)), *rng.standard_normal((2, 10, 1))
    return lambda p: (size * np.sin(k @ p + phase)).sum(axis=0)


def gradient_is_steepest(f, p, A=EUCLID):
    """Within one degree, and a thousandth of its length."""
    gradient, slopes = slopes_around(f, p)[[0, 90]], slopes_around(f, p, A)
    length, angle = np.hypot(*gradient), np.rad2deg(np.arctan2(*gradient[::-1]))
    off = (compass[slopes.argmax()] - angle + 180) % 360 - 180
    return bool(abs(off) <= 1 and abs(slopes.max() - length) <= 1e-3 * length)


matches = [gradient_is_steepest(waves(seed), ORIGIN) for seed in range(20)]
stretched = [gradient_is_steepest(waves(seed), ORIGIN, A) for seed in range(20)]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C4.5",
    tested="Whether the vector of the partial derivatives points to the largest of 360 measured slopes and is as long as that slope is steep, for random differentiable functions.",
    holds=matches,
    control={
        "the same functions, lengths measured in another metric": stretched,
        "the crease, which has all slopes but is not differentiable": gradient_is_steepest(
            crease, ORIGIN
        ),
    },
    evidence=f"Direction and size agree for {sum(matches)} of {len(matches)} functions; in the other metric for {sum(stretched)}. "
    f"On the crease the gradient has the length {np.hypot(*crease_scan[[0, 90]]):.0f}, and the steepest slope is {crease_scan.max():.3f}.",
    turns={
        (
            "gradient_is_steepest(f, p, A=EUCLID)",
            "gradient_is_steepest(f, p, A=np.diag([1.0, 9.0]))",
        ): "FALSE"
    },
)

# %% [markdown]
# For differentiable functions and ordinary length the notes are right, in both halves of the sentence. The control with another metric is more than a curiosity: rescaling a feature *is* a change of metric, and moves the "steepest" direction. Amari ([1998](../book/bibliography.md)) chose the metric by how much the *predictions* change; the direction that results is called the natural gradient.
#
# :::{admonition} Exercise 1 · the slope toward somewhere
# :class: exercise
# A hiker stands at a point with gradient $g$ and looks toward a goal. `direction` is the vector to the goal, of any length. What slope does she face?
# :::


# %%
def directional_derivative(g, direction):
    """The derivative of a function with gradient g (D,) toward `direction` (D,)."""
    ...


exercises.check_directional_derivative(directional_derivative)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The formula needs a unit vector: divide by the length first.
def directional_derivative(g, direction):
    return g @ direction / np.linalg.norm(direction)


exercises.check_directional_derivative(directional_derivative)

# %% [markdown]
# (sec-4b-step)=
# ## Derived or invented? The step downhill
#
# *You know the direction of steepest descent. After this section you know where the step $-\eta\nabla f$ comes from, how long it may be, and what happens beyond.*
#
# **Rung 5, gradient descent** (梯度下降): $\mathbf x\leftarrow\mathbf x-\eta\,\nabla f(\mathbf x)$, with a step size or learning rate (学习率) $\eta>0$. Cauchy ([1847](../book/bibliography.md)) proposed it for solving equations. Above their ladder the notes place a remarkable sentence: the formula "is not derived but invented and then defined".
#
# Is that so? Let us try to derive it, and watch for the moment at which something has to be put in by hand. Near $\mathbf x$ all we know is the slope:
#
# $$
# f(\mathbf x+\mathbf d)\approx f(\mathbf x)+\mathbf g^\top\mathbf d ,\qquad \mathbf g=\nabla f(\mathbf x) .
# $$ (eq-4b-linear-model)
#
# Which $\mathbf d$ makes this smallest? None: the model is a tilted plane and falls forever. **Here something must be put in.** The plane is only trustworthy nearby, so charge for distance. The charge is a choice; take the square of the length, with a factor:
#
# $$
# m(\mathbf d) = f(\mathbf x)+\mathbf g^\top\mathbf d+\frac{\lVert\mathbf d\rVert^2}{2\eta} .
# $$ (eq-4b-prox)
#
# **From here on everything is forced.** Complete the square:
#
# $$
# \begin{aligned}
# m(\mathbf d) &= f(\mathbf x)+\frac1{2\eta}\bigl(\lVert\mathbf d\rVert^2+2\eta\,\mathbf g^\top\mathbf d\bigr) && \text{factor out}\\
# &= f(\mathbf x)+\frac1{2\eta}\lVert\mathbf d+\eta\,\mathbf g\rVert^2-\frac{\eta}{2}\lVert\mathbf g\rVert^2 && \text{add and subtract } \eta^2\lVert\mathbf g\rVert^2 .
# \end{aligned}
# $$ (eq-4b-square)
#
# Only the middle term depends on $\mathbf d$; it is never negative, and zero for exactly one step: $\mathbf d=-\eta\,\mathbf g$. That is gradient descent. $\eta$ is the price of distance turned upside down.
#
# A search that knows none of this should find the same step. And with another charge, say the square of the *largest coordinate* instead of the length, it should find another rule.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
NORMS = {
    "length": lambda d: np.sqrt((d**2).sum(axis=0)),
    "largest coordinate": lambda d: np.abs(d).max(axis=0),
    "sum of coordinates": lambda d: np.abs(d).sum(axis=0),
}


def best_step(g, η, norm, zooms=12, reach=10):
    """The minimizer of g·d + norm(d)²/2η in a box, on grids that shrink."""
    center, half = np.zeros(2), reach * η * np.abs(g).sum()
    for _ in range(zooms):
        axis = np.linspace(-half, half, 41)
        d = center[:, None, None] + np.stack(np.meshgrid(axis, axis))
        m = np.einsum("i,ijk->jk", g, d) + norm(d) ** 2 / (2 * η)
        center, half = d[:, *np.unravel_index(m.argmin(), m.shape)], half / 4
    return center


def draw_charges(axes):
    g = np.array([3.0, 4.0])
    grid = np.stack(np.meshgrid(*2 * [np.linspace(-0.95, 0.95, 96)]))
    told = []
    for ax, (name, norm) in zip(axes, NORMS.items(), strict=True):
        step = best_step(g, 0.1, norm)
        near = norm(grid) <= norm(step)
        ax.contour(*grid, norm(grid), [norm(step)], colors=[INK])
        ax.contourf(*grid, near, [0.5, 1], colors=[BLUE], alpha=0.2)
        ax.contour(*grid, np.einsum("i,ijk->jk", g, grid), [g @ step], colors=[BLUE])
        arrow(ax, (0, 0), step, color=ORANGE, lw=2.5)
        ax.set(aspect="equal", xticks=[], yticks=[], title=name)
        ax.grid(False)
        told.append(f"({step[0]:.1f}, {step[1]:.1f}) for the {name}")
    return (
        "Orange, the best step for g = (3, 4) and η = 0.1: "
        + ", ".join(told)
        + ". Shaded, all steps that are charged no more; on the blue line the tilted plane is as low."
    )


show(draw_charges, columns=3, figsize=(9.0, 3.0))

# %% [markdown]
# Three charges, three rules: the step goes to the last point of the shaded shape that the falling plane touches. The first is gradient descent. The second moves every coordinate by the *same* amount, and keeps of each entry of the gradient only the sign; the third moves one coordinate and no other. All three have names (gradient descent, sign descent, steepest coordinate descent), and all three are derived, each from its own notion of distance.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
CHARGES = {
    "nothing": lambda d: 0 * d[0],
    "a bound on the curvature": NORMS["length"],  # ½ λ̄ ‖d‖², with η = 1/λ̄
}


def follows(charge, seed):
    """Is the best step minus η times the gradient, however large the box of the search?"""
    rng = np.random.default_rng(seed)
    g, η = rng.standard_normal(2), rng.uniform(0.05, 1)
    steps = [best_step(g, η, charge, reach=reach) for reach in (10, 100)]
    return all(relative_error(step, -η * g) < 1e-3 for step in steps)


slope_alone = [
    np.abs(best_step(np.array([3.0, 4.0]), 0.1, CHARGES["nothing"], reach=r)).max()
    for r in (10, 100)
]
derived = {
    name: [follows(charge, seed) for seed in range(20)]
    for name, charge in CHARGES.items()
}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C4.8",
    tested="Whether the step has to be invented: whether a search for the lowest value, by all that is known of the function, ends elsewhere than at −η times the gradient.",
    on="knowledge besides the slope",
    cases={name: ~np.array(row) for name, row in derived.items()},
    evidence="The search ends at −η times the gradient in "
    + ", ".join(
        f"{sum(row)} of {len(row)} cases with {name}" for name, row in derived.items()
    )
    + f". With the slope alone it ends at the edge of its box: if the box is {slope_alone[1] / slope_alone[0]:.0f} times as large, so is the step.",
    turns={
        (
            '"a bound on the curvature": NORMS["length"]',
            '"a bound on the curvature": NORMS["sum of coordinates"]',
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# So the notes are half right. Invented are what "near" means, here the *square* of the length, and its price. The rule then follows, by algebra: the search confirms {eq}`eq-4b-square` and proves no more than that. One charge need not be invented: if the curvature is known to be at most $\bar\lambda$, then $\frac12\bar\lambda\lVert\mathbf d\rVert^2$ is the price at which the model is never too low, as we shall see at once. (Put another norm beside the bound and the verdict turns.)
#
# ### How long may the step be?
#
# "Naturally", the notes go on, one moves along the negative gradient *to reduce the function*. They give no step size. When does the step really reduce $f$? Let $\bar\lambda$ bound the curvature (曲率): everywhere and along every line, walked at unit speed, the second derivative exists and is at most $\bar\lambda$. Then $f$ lies below a parabola:
#
# $$
# \begin{aligned}
# \varphi(t) &= f(\mathbf x+t\mathbf d),\qquad \varphi''(t)\le\bar\lambda\lVert\mathbf d\rVert^2 && \text{(the assumption)}\\
# \varphi'(t) &\le \varphi'(0)+\bar\lambda\lVert\mathbf d\rVert^2\,t && \text{integrate once}\\
# \varphi(1) &\le \varphi(0)+\varphi'(0)+\tfrac{\bar\lambda}2\lVert\mathbf d\rVert^2 && \text{integrate from 0 to 1}\\
# f(\mathbf x+\mathbf d) &\le f(\mathbf x)+\mathbf g^\top\mathbf d+\tfrac{\bar\lambda}2\lVert\mathbf d\rVert^2 && \text{with } \varphi'(0)=\mathbf g^\top\mathbf d .
# \end{aligned}
# $$ (eq-4b-descent-lemma)
#
# Insert $\mathbf d=-\eta\,\mathbf g$:
#
# $$
# f(\mathbf x-\eta\,\mathbf g)\;\le\; f(\mathbf x)-\eta\Bigl(1-\frac{\eta\bar\lambda}2\Bigr)\lVert\mathbf g\rVert^2 .
# $$ (eq-4b-descent)
#
# The bracket is positive as long as $\eta<2/\bar\lambda$. Below that, *every* step reduces $f$, from everywhere, until the gradient is zero. The model {eq}`eq-4b-prox` with $\eta=1/\bar\lambda$ is this very parabola. So each step jumps to the lowest point of a bowl that touches $f$ where you stand and lies nowhere below it:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def hilly(x):
    """A function of one variable, its slope, and the largest curvature it has anywhere."""
    return x**2 / 8 + np.cos(2 * x) / 4, x / 4 - np.sin(2 * x) / 2, 1.25


def draw_bowl(ax, position):
    t = np.linspace(-4.2, 4.2, 301)
    (value, slope, bound), (f, _, _) = hilly(position), hilly(t)
    end = position - slope / bound
    bowl = value + slope * (t - position) + bound * (t - position) ** 2 / 2
    assert (bowl >= f - 1e-12).all()
    lines(ax, t, {"f": f, "the bowl": bowl})
    ax.plot(position, value, "o", color=INK)
    ax.plot(end, hilly(end)[0], "s", color=INK)
    ax.set(ylim=(-0.4, 2.4), xlabel="x", ylabel="value")
    ax.set_title(f"From x = {position:.1f} to {end:.2f}")
    return (
        f"From x = {position:.1f}, where f = {value:.2f} and the slope is {slope:.2f}, the bowl's lowest point is x = {end:.2f}. "
        f"The bowl promises a fall of at least {slope**2 / bound / 2:.2f}; f falls by {value - hilly(end)[0]:.2f}."
    )


explore(draw_bowl, position=np.linspace(-3.4, 3.4, 18), start=2, figsize=(5.5, 3.2))

# %% [markdown]
# Is $2/\bar\lambda$ a real limit, or the weakness of a proof? On a valley $f=\tfrac12(\lambda_1x_1^2+\lambda_2x_2^2)$ each coordinate goes its own way, $x_i\leftarrow x_i-\eta\lambda_ix_i$, so after $k$ steps
#
# $$
# x_i^{(k)} = (1-\eta\lambda_i)^k\,x_i^{(0)},\qquad |1-\eta\lambda_i|<1\iff 0<\eta<\frac2{\lambda_i} .
# $$ (eq-4b-factors)
#
# The steepest coordinate is the first to explode, at $\eta=2/\lambda_{\max}$. A bowl $\tfrac12\mathbf x^\top H\mathbf x$ that lies askew does the same along its eigenvectors, as [chapter 2b](02b_principal_components.ipynb) finds for a linear model: each part is multiplied by $1-\eta\lambda_i$, and the cliff stands at $2/\lambda_{\max}$ of $H$.
#
# :::{admonition} Predict
# :class: predict
# In a valley with the curvatures 1 and 10, at which $\eta$ is the cliff? And at which $\eta$ does the path reach the bottom of the steep side in a single step?
# :::
#
# Then move the slider of the first figure, which shows this valley, across both values.
#
# Three regimes. Up to $\eta=0.1$ the path slides in from one side; at 0.1 the factor of $y$ is zero, and one step is enough. Between 0.1 and 0.2 it jumps from wall to wall and still arrives. At 0.2 it jumps forever, above it climbs the walls. Slow, zigzag, explosion: loss curves of networks show the same three faces.
#
# The cliff, measured: bisection (try the middle, keep the half with the turn, repeat) finds the largest rate at which gradient descent still comes closer, on twenty random bowls in five dimensions.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def random_bowl(seed, D=5):
    rng = np.random.default_rng(seed)
    B = rng.standard_normal((D, D))
    return B @ B.T + 0.1 * np.eye(D), rng.standard_normal(D)


def falls_always(H, x, η, steps=100):
    """Does every step of gradient descent on ½ xᵀH x reduce it? (Stops where it is as good as zero.)"""
    value = x @ H @ x / 2
    for _ in range(steps):
        x = x - η * H @ x
        before, value = value, x @ H @ x / 2
        if not value < before:
            return False
        if value < 1e-12:
            break
    return True


below, above, cliff_ratio = [], [], []
for seed in range(20):
    H, x = random_bowl(seed)
    limit = 2 / np.linalg.eigvalsh(H)[-1]
    below.append(
        all(falls_always(H, x, r * limit) for r in (0.01, 0.3, 0.6, 0.9, 0.99))
    )
    above.append(falls_always(H, x, 1.05 * limit))
    end = lambda η: (
        np.linalg.matrix_power(np.eye(5) - η * H, 1000) @ x
    )  # 1000 steps at once
    cliff = boundary(
        lambda η: np.linalg.norm(end(η)) < np.linalg.norm(x),
        0.1 * limit,
        1.1 * limit,
        steps=30,
    )
    cliff_ratio.append(cliff / limit)
print(
    f"measured cliff divided by 2/λ_max, 20 bowls: {min(cliff_ratio):.3f} to {max(cliff_ratio):.3f}"
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C4.6",
    tested="Whether every one of a hundred steps along the negative gradient reduces the function, on random bowls in five dimensions; the limit is 2/λ_max, λ_max being the largest curvature.",
    on="step size",
    cases={"below 2/λ_max": below, "above it": above},
    evidence=f"Below the limit every step falls on {sum(below)} of {len(below)} bowls; above it on {sum(above)}. "
    f"The largest step size that still comes closer, found by bisection, lies between {min(cliff_ratio):.3f} and {max(cliff_ratio):.3f} times the limit.",
    turns={
        ("1.05 * limit", "0.525 * limit"): "TRUE",
        ("(0.01, 0.3, 0.6, 0.9, 0.99)", "(1.01, 1.3)"): "FALSE",
    },
    card=True,
)

# %% [markdown]
# The direction is right, and the sentence is still not true without a length. Above the limit a single step may still go down, as long as little of the way lies in the steepest direction; a hundred, five percent above it, do not. (Halve the `1.05` to see the card turn.)
#
# ### A loss that is not a parabola
#
# Tell handwritten 3s from 8s with *logistic regression* (逻辑回归), the two-class form of softmax. The score of an image $\mathbf x$ is $z=\mathbf x\cdot\mathbf w$, and $p=\sigma(z)=1/(1+e^{-z})$ the probability of an 8. The binary cross-entropy of chapter 3 is $-\ln p=\ln(1+e^z)-z$ for an 8, with the label $t=1$, and $-\ln(1-p)=\ln(1+e^z)$ for a 3, with $t=0$: the softplus of [chapter 4a](04a_numbers_on_a_computer.ipynb). In one formula, with a small penalty that keeps the weights finite:
#
# $$
# f(\mathbf w) = \frac1N\sum_n\bigl[\ln(1+e^{z_n})-t_nz_n\bigr]+\frac\mu2\lVert\mathbf w\rVert^2 .
# $$ (eq-4b-logistic)
#
# One derivative is $\frac{d}{dz}[\ln(1+e^z)-tz]=\sigma(z)-t$. One more is $\sigma(z)(1-\sigma(z))$, at most one quarter. The chain rule gives gradient and curvature (the matrix of second derivatives, of which the next section has more to say):
#
# $$
# \nabla f = \frac1NX^\top(\sigma(\mathbf z)-\mathbf t)+\mu\mathbf w,\qquad
# H = \frac1NX^\top\mathrm{diag}\bigl(\sigma(\mathbf z)(1-\sigma(\mathbf z))\bigr)X+\mu I .
# $$ (eq-4b-logistic-derivatives)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
images, digit = datasets.digits()
chosen = np.isin(digit, (3, 8))
X = np.hstack(
    [images[chosen], np.ones((chosen.sum(), 1))]
)  # a last column of ones for the bias
t = (digit[chosen] == 8).astype(float)
μ = 0.01


def f38(w):
    z = X @ w
    return (np.logaddexp(0, z) - t * z).mean() + μ / 2 * w @ w


def gradient38(w):
    return X.T @ (F.sigmoid(X @ w)[0] - t) / len(t) + μ * w


def hessian38(w):
    p = F.sigmoid(X @ w)[0]
    return (X.T * (p * (1 - p))) @ X / len(t) + μ * np.eye(len(w))


w = np.random.default_rng(0).standard_normal(65)
assert relative_error(gradient38(w), numerical_gradient(f38, w)) < 1e-7

# %% [markdown]
# The curvature changes with $\mathbf w$. At the start, $\mathbf w=0$, every $\sigma'$ is one quarter, and the curvature is as large as it can be: the bound over all $\mathbf w$ is $\bar\lambda=\lambda_{\max}(X^\top X)/4N+\mu$. At the minimum many scores are far from zero, where the sigmoid is nearly flat, and $\lambda_{\max}$ of $H$ is smaller. So there are two limits. A rate below $2/\bar\lambda$ is safe everywhere. A rate above $2/\lambda_{\max}$ *at the minimum* cannot settle there: near the minimum the loss is a bowl, and {eq}`eq-4b-factors` throws it out.
#
# :::{admonition} Predict
# :class: predict
# Between these two limits, does gradient descent from $\mathbf w=0$ reach the minimum, or does the large curvature at the start spoil it for good?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def solve38(η, steps=2000):
    """Losses of gradient descent from w = 0."""
    w, found = np.zeros(65), []
    for _ in range(steps):
        found.append(f38(w))
        w = w - η * gradient38(w)
    return np.array(found), w


_, w_star = solve38(1.2, 3000)
λ_bound = np.linalg.eigvalsh(X.T @ X)[-1] / (4 * len(t)) + μ
λ_end = np.linalg.eigvalsh(hessian38(w_star))[-1]
assert np.linalg.norm(gradient38(w_star)) < 1e-8
print(f"2/λ̄ over all w: {2 / λ_bound:.3f};   2/λ_max at the minimum: {2 / λ_end:.3f}")
relative_rates = np.array(
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.15, 1.2, 1.3]
)
excess38 = np.array(
    [solve38(r * 2 / λ_end, 600)[0][-200:].max() - f38(w_star) for r in relative_rates]
)
settled = excess38 < 1e-3
print("settled at the rates (times 2/λ_max)", relative_rates[settled])
print("did not settle at                   ", relative_rates[~settled])
assert (settled == (relative_rates < 1)).all()
assert solve38(relative_rates[settled][-1] * 2 / λ_end, 10)[0].max() > np.log(2)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_losses(ax):
    runs = {
        f"{share:.2g} of the limit": solve38(share * 2 / λ_end, 401)[0] - f38(w_star)
        for share in (0.999 * λ_end / λ_bound, 0.95, 1.3)
    }
    lines(
        ax,
        np.arange(401),
        runs,
        log="y",
        xlabel="step",
        ylabel="loss above its minimum",
        title="Beyond the limit: near, and thrown out",
    )
    safe, bold, over = runs.values()
    return f"Rates as shares of 2/λ_max at the minimum. The rate that is safe everywhere never climbs and is {safe[-1]:.0e} above the minimum after {len(safe) - 1} steps; the larger one climbs to {bold.max():.1f} at first and comes as near as {bold[-1]:.0e}. Beyond the limit the path comes near, too, but is thrown out again and again, with losses {'above' if over[100:].max() > over[0] else 'below'} the first one even after step 100."


show(draw_losses, figsize=(5.5, 3.6))

# %% [markdown]
# It settles, although the loss may climb at first. That is an observation about this loss and no theorem: a rate below $2/\lambda_{\max}$ at the minimum must settle *if it once comes near*, and with other data it may jump to and fro forever far from it (Meng et al. [2024](../book/bibliography.md)). In practice neither limit is known in advance, and one raises the rate until the loss misbehaves.

# %% [markdown]
# :::{admonition} Exercise 2 · steepest in another metric
# :class: exercise
# Among all $\mathbf d$ with $\mathbf d^\top A\,\mathbf d=1$ find the one with the most negative slope $\mathbf g^\top\mathbf d$. $A$ is symmetric with positive eigenvalues. (Minimize $\mathbf g^\top\mathbf d+\frac1{2\eta}\mathbf d^\top A\,\mathbf d$, then rescale: the minimizer has some length, and among all steps of that length it has the lowest slope, since all pay the same. For symmetric $A$ the gradient of $\frac12\mathbf d^\top A\,\mathbf d$ is $A\,\mathbf d$: $\partial/\partial d_i$ of $\frac12\sum_{jk}A_{jk}d_jd_k$ is $\sum_kA_{ik}d_k$.)
# :::


# %%
def steepest_direction(g, A):
    """The d (D,) with dᵀ A d = 1 along which the slope g·d is most negative."""
    ...


exercises.check_steepest_direction(steepest_direction)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The gradient of the model, g + A d / η, vanishes at d = −η A⁻¹ g. Only the length is left to adjust.
def steepest_direction(g, A):
    d = -np.linalg.solve(A, g)
    return d / np.sqrt(d @ A @ d)


exercises.check_steepest_direction(steepest_direction)

# %% [markdown]
# (sec-4b-hessian)=
# ## Jacobian, Hessian, and what a zero gradient means
#
# *You can walk downhill until the ground is level. After this section you can tell what level ground is: a valley floor, a summit, a pass, or none of these.*
#
# The notes introduce two matrices of derivatives, "for input and output in several dimensions". Sort them apart. The *Jacobian* (雅可比矩阵) belongs to a function with several **outputs** and holds their first derivatives. The *Hessian* (海森矩阵) belongs to a function with **one** output and holds its second derivatives:
#
# $$
# J_{ij} = \frac{\partial f_i}{\partial x_j},\qquad\qquad H_{ij} = \frac{\partial^2 f}{\partial x_i\,\partial x_j} .
# $$ (eq-4b-jacobian)
#
# The link between them: $H$ is the Jacobian of the gradient. (A function with several outputs has one Hessian for each of them, a stack of matrices.) Both can be measured column by column with differences:


# %%
def numerical_jacobian(f, x, ε=1e-5):
    """J[i, j] = ∂fᵢ/∂xⱼ for f from (D,) to (M,)."""
    columns = [(f(x + step) - f(x - step)) / (2 * ε) for step in ε * np.eye(len(x))]
    return np.stack(columns, axis=1)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def softmax(z):
    return F.softmax(z)[0]


x = np.array([1.0, 2.0, 0.5])
p = softmax(x)
J = np.diag(p) - np.outer(p, p)
print("measured Jacobian of softmax:", *numerical_jacobian(softmax, x), sep="\n  ")
assert np.allclose(J, numerical_jacobian(softmax, x), atol=1e-8)
assert np.abs(J.sum(axis=1)).max() < 1e-15

# %% [markdown]
# The formula in the cell follows from the quotient rule. With $S=\sum_ke^{x_k}$ and $[i=j]$ equal to 1 if $i=j$, else 0,
#
# $$
# \frac{\partial}{\partial x_j}\frac{e^{x_i}}{S} = \frac{[i=j]\,e^{x_i}S-e^{x_i}e^{x_j}}{S^2} = p_i\bigl([i=j]-p_j\bigr) ,
# \qquad J = \mathrm{diag}(\mathbf p)-\mathbf p\,\mathbf p^\top .
# $$ (eq-4b-softmax-jacobian)
#
# Each row sums to zero, $J\mathbf 1=\mathbf 0$. The reason: adding the same number to all scores changes nothing, since the factor $e^c$ cancels ([chapter 4a](04a_numbers_on_a_computer.ipynb)). An invariance of a function is a zero direction of its Jacobian.
#
# If the second derivatives are continuous, their order does not matter (Schwarz), and the Hessian is symmetric.

# %% [markdown]
# ### What the Hessian says
#
# Go from $\mathbf x$ along a unit vector $\mathbf u$. The second derivative along the way is
#
# $$
# \frac{d^2}{dt^2}f(\mathbf x+t\mathbf u)\Big|_{t=0} = \sum_{i,j}u_i\,H_{ij}\,u_j = \mathbf u^\top H\,\mathbf u .
# $$ (eq-4b-curvature)
#
# Write $\mathbf u=\sum_kc_k\mathbf q_k$ in the eigenvectors of $H$, with $\sum_kc_k^2=1$. Then $H\mathbf u=\sum_kc_k\lambda_k\mathbf q_k$ and
#
# $$
# \mathbf u^\top H\,\mathbf u = \sum_k\lambda_k\,c_k^2 ,\qquad \lambda_{\min}\le\mathbf u^\top H\,\mathbf u\le\lambda_{\max} ,
# $$ (eq-4b-rayleigh)
#
# a weighted mean of the eigenvalues. Now stand at a *critical point* (临界点), where $\nabla f=\mathbf 0$. Nothing is left of Taylor's series but
#
# $$
# f(\mathbf x+t\mathbf u) = f(\mathbf x)+\frac{t^2}2\,\mathbf u^\top H\,\mathbf u+o(t^2) .
# $$ (eq-4b-taylor)
#
# ($o(t^2)$ stands for terms that vanish faster than $t^2$. If the second derivatives are continuous, they do so equally fast in all directions.) If all eigenvalues are positive, every direction goes up, by nearly $\lambda_{\min}t^2/2$ or more: a local minimum. All negative: a local maximum. Both signs: up one way and down another, a *saddle point* (鞍点), which the notes omit. If some are zero and the others agree, the leading term is silent, and higher ones decide.
#
# Here is a landscape with nine critical points (Himmelblau's function, scaled down and tilted). Newton's method, the subject of the next section, finds them from a grid of starts; each is then given its type by the eigenvalues. (There are no others: the two partial derivatives are polynomials of degree three, which have at most nine common zeros.)
#
# :::{admonition} Predict
# :class: predict
# Four of the nine are minima. Between any two neighboring valleys a path must cross a pass. How many saddles and how many summits do you expect among the other five?
# :::
#
# Walk through them.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
TILT = 0.1


def land(p, tilt=(TILT, 0.0)):
    x, y = p
    himmelblau = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
    return himmelblau / 100 + tilt[0] * x + tilt[1] * y


def land_gradient(p, tilt=(TILT, 0.0)):
    x, y = p
    a, b = x**2 + y - 11, x + y**2 - 7
    return np.stack(
        [(4 * x * a + 2 * b) / 100 + tilt[0], (2 * a + 4 * y * b) / 100 + tilt[1]]
    )


def land_hessian(p):
    x, y = p
    mixed = (4 * x + 4 * y) / 100
    return np.array(
        [
            [(12 * x**2 + 4 * y - 42) / 100, mixed],
            [mixed, (12 * y**2 + 4 * x - 26) / 100],
        ]
    )


def newton_steps(p, steps, tilt=(TILT, 0.0)):
    """Newton's method from many starts p (2, n) at once; 2 × 2 systems solved by Cramer's rule."""
    for _ in range(steps):
        (a, b), (_, d) = land_hessian(p)
        g0, g1 = land_gradient(p, tilt)
        p = p - np.stack([d * g0 - b * g1, a * g1 - b * g0]) / (a * d - b * b)
    return p


def critical_points(tilt):
    """Where Newton's method comes to rest, lowest first: (2, n)."""
    landed = newton_steps(starts, 60, tilt)
    level = np.abs(land_gradient(landed, tilt)).max(axis=0) < 1e-10
    points = np.unique(landed[:, level].round(6), axis=1)
    return points[:, land(points, tilt).argsort()]


side = np.linspace(-5, 5, 20)
starts = np.stack(np.meshgrid(side, side)).reshape(2, -1)
critical = critical_points((TILT, 0.0))
KIND = {(2, 0): "minimum", (0, 2): "maximum", (1, 1): "saddle"}


def kind_of(p):
    eigenvalues = np.linalg.eigvalsh(land_hessian(p))
    return KIND[int((eigenvalues > 0).sum()), int((eigenvalues < 0).sum())]


kinds = [kind_of(p) for p in critical.T]
assert kinds.count("minimum") - kinds.count("saddle") + kinds.count("maximum") == 1


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_critical(ax, critical_point):
    heights = [-0.3, -0.1, 0.1, 0.3, 0.6, 1, 1.5, 2, 3, 5]
    contours(ax, land, (-5, 5), (-5, 5), heights)
    p = critical[:, critical_point]
    values, vectors = np.linalg.eigh(land_hessian(p))
    for value, vector in zip(values, vectors.T):
        reach = 1.1 * np.sqrt(abs(value)) * vector
        ax.plot(
            *(p[:, None] + np.outer(reach, [-1, 1])),
            color=BLUE if value > 0 else ORANGE,
            ls="-" if value > 0 else "--",
            lw=3,
        )
    for q in critical.T:
        marker = {"minimum": "v", "maximum": "^", "saddle": "x"}[kind_of(q)]
        ax.plot(*q, marker, color=INK, ms=8)
    ax.set(
        aspect="equal",
        xlabel="x",
        ylabel="y",
        title=f"{kind_of(p)}: eigenvalues {values[0]:.2f}, {values[1]:.2f}",
    )
    return (
        f"The critical point at ({p[0]:.2f}, {p[1]:.2f}) has f = {land(p):.3f} and the eigenvalues {values[0]:.2f} and {values[1]:.2f}: "
        f"a {kind_of(p)}. Along solid bars the ground curves upward, along dashed ones downward, the longer the more."
    )


explore(
    draw_critical,
    critical_point=list(range(critical.shape[1])),
    start=5,
    figsize=(5, 4.6),
)

# %% [markdown]
# Four minima (▼), four saddles (×), one summit (▲). That is no accident: on ground that rises in every direction far out, minima − saddles + summits = 1, as long as no eigenvalue is zero. And the four minima lie at different heights. "The Hessian can be used to judge whether a critical point is the extremum 最值", the notes write: the *largest or smallest value of all*. It cannot. It only looks at the immediate neighborhood, and decides about 极值, the *local* extremum. The notes' next sentence does say "local". Judge both readings, on twenty landscapes with a random tilt: do positive eigenvalues single out the points that are lowest of all, or lowest nearby?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
θ = np.linspace(0, 2 * np.pi, 73)
CIRCLE = np.stack([np.cos(θ), np.sin(θ)])


def lowest_nearby(p, points, tilt):
    return (land(p[:, None] + 1e-3 * CIRCLE, tilt) > land(p, tilt)).all()


def lowest_of_all(p, points, tilt):
    return land(p, tilt) <= land(points, tilt).min() + 1e-9


def singled_out(lowest, seed):
    """Do positive eigenvalues, among all critical points, mean `lowest`, and nothing else?"""
    tilt = TILT * np.random.default_rng(seed).uniform(-1, 1, 2)
    points = critical_points(tilt)
    return all((kind_of(p) == "minimum") == lowest(p, points, tilt) for p in points.T)


nearby = [singled_out(lowest_nearby, seed) for seed in range(20)]
of_all = [singled_out(lowest_of_all, seed) for seed in range(20)]
depths = [land(p) for p in critical.T if kind_of(p) == "minimum"]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C4.3",
    tested="Whether, among the points of zero gradient that a search finds, the Hessian's eigenvalues are all positive exactly where the function is lowest. No eigenvalue is zero there.",
    on="meaning of “extremum”",
    cases={
        "lowest of all (最值), as the sentence says": of_all,
        "lowest nearby, as the next sentence says": nearby,
    },
    evidence=f"The Hessian tells the lowest point nearby on {sum(nearby)} of {len(nearby)} landscapes, the lowest of all on {sum(of_all)}. "
    f"The landscape drawn above has {critical.shape[1]} critical points and {len(depths)} local minima, with values from {min(depths):.3f} to {max(depths):.3f}.",
    turns={("TILT = 0.1", "TILT = 0.0"): "TRUE"},
    card=True,
)

# %% [markdown]
# Without the tilt all four minima have the same value, zero, and even the global reading comes true.
#
# The next sentence, on its own, is the theorem that {eq}`eq-4b-taylor` proves: eigenvalues all positive, a local minimum; all negative, a local maximum. Try it in five dimensions, on functions $\frac12\mathbf x^\top H\mathbf x$ plus random cubic terms, which are critical at the origin. Look at five hundred neighbors in random directions, and at the two along each eigenvector. One eigenvalue that is zero, or of the other sign, must break it.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def extreme(signs, seed, reach=1e-3):
    """Is the origin lowest nearby (or, if most signs are negative, highest)?"""
    rng, D = np.random.default_rng(seed), len(signs)
    Q = np.linalg.qr(rng.standard_normal((D, D)))[0]  # eigenvectors in columns
    λ, cubic = signs * rng.uniform(0.5, 2, D), rng.standard_normal((D, D, D))
    u = rng.standard_normal((500, D))
    u = np.concatenate([u / np.linalg.norm(u, axis=1, keepdims=True), Q.T, -Q.T])
    x = reach * u
    f = (x @ Q) ** 2 @ λ / 2 + np.einsum("ijk,ni,nj,nk->n", cubic, x, x, x)
    return bool((np.sign(signs.sum()) * f > 0).all())


one_sign, one_zero, one_other = np.ones(5), np.ones(5), np.ones(5)
one_zero[0], one_other[0] = 0, -1
peaks = {
    sign: [extreme(sign * one_sign, seed) for seed in range(20)] for sign in (1, -1)
}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
flat_ones = [extreme(one_zero, seed) for seed in range(20)]
mixed_ones = [extreme(one_other, seed) for seed in range(20)]
by_definition(
    "C4.13",
    because="Taylor's theorem: where the second derivatives are continuous and the gradient is zero, f(x + tu) − f(x) is t²/2 · uᵀHu, which has the sign of the eigenvalues, plus what vanishes faster, equally fast in all directions u.",
    holds=all(peaks[1]) and all(peaks[-1]),
    evidence=f"Of {len(peaks[1])} functions of five variables each, {sum(peaks[1])} with positive eigenvalues are lowest there among all sampled neighbors, {sum(peaks[-1])} with negative ones highest; with one eigenvalue zero {sum(flat_ones)}, with one of the other sign {sum(mixed_ones)}.",
)
assert not any(flat_ones + mixed_ones)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
silent = {
    "x² + y⁴": lambda x, y: x**2 + y**4,
    "x² − y⁴": lambda x, y: x**2 - y**4,
    "x⁴ + y⁴": lambda x, y: x**4 + y**4,
    "monkey saddle": lambda x, y: x**3 - 3 * x * y**2,
}
for name, f in silent.items():
    rim = f(*(1e-3 * CIRCLE))
    print(
        f"{name:14s}near its critical point f is {'never below' if (rim >= 0).all() else 'above and below'} its value there"
    )

# %% [markdown]
# And where an eigenvalue is zero the Hessian is silent. $x^2+y^4$ and $x^2-y^4$ have the *same* Hessian at the origin, with eigenvalues 2 and 0; the first has a minimum there, the second a saddle. For $x^4+y^4$ the Hessian is all zeros, and yet there is a minimum: positive eigenvalues are enough for one, not necessary. The *monkey saddle* $x^3-3xy^2$ has a Hessian of zeros, three ways up and three ways down (two for the legs, one for the tail).
#
# (q4-2)=
# :::{admonition} Question 4.2 · How can one decide whether a critical point is the optimum?
# :class: question
# From its neighborhood alone one cannot. All eigenvalues positive: a local minimum. All negative: a local maximum. Both signs: a saddle, whatever the rest. Zeros beside eigenvalues of one sign, or zeros alone: undecided; look at higher derivatives, or at the function. A *local* minimum is the global one if the function is convex, the subject of the [last section](#sec-4b-convex). Otherwise ask first whether there is an optimum at all: $x^3-3x$ has a local minimum at 1 and falls without end on the left. If there is, compare the values at all critical points, at kinks and on the boundary of the domain, and hope to have found them all.
# :::

# %% [markdown]
# At a minimum *no* eigenvalue may be negative, and a network has thousands of variables. Dauphin et al. ([2014](../book/bibliography.md)) argue, from theory and from experiments, that some are negative at most critical points, so that saddles rather than bad minima slow training down.
#
# :::{admonition} Exercise 3 · minimum, maximum, saddle, undecided
# :class: exercise
# Return one of these four words for a symmetric $H$ with any number of rows. A computed eigenvalue is hardly ever exactly zero; treat it as zero if its size is at most $10^{-9}$ times that of the largest.
# :::


# %%
def classify(H):
    """The type of a critical point with the Hessian H (D, D)."""
    ...


exercises.check_classify(classify)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Both signs settle it at once, zeros or not. Only then do zeros leave the question open.
def classify(H):
    eigenvalues = np.linalg.eigvalsh(H)
    small = 1e-9 * np.abs(eigenvalues).max()
    up, down = (eigenvalues > small).any(), (eigenvalues < -small).any()
    if up and down:
        return "saddle"
    if (np.abs(eigenvalues) <= small).any():
        return "undecided"
    return "minimum" if up else "maximum"


exercises.check_classify(classify)

# %% [markdown]
# :::{admonition} Exercise 4 · the Hessian without the matrix
# :class: exercise
# For a million parameters $H$ has a million million entries. But $H\mathbf v$ for one vector is a directional derivative of the gradient. Compute it from two calls of `gradient`.
# :::


# %%
def hessian_vector(gradient, x, v):
    """H v at x, from the function `gradient` alone; x and v of shape (D,)."""
    ...


exercises.check_hessian_vector(hessian_vector)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A central difference of the gradient along v. H v is linear in v, so v keeps its length.
def hessian_vector(gradient, x, v):
    ε = 1e-5
    return (gradient(x + ε * v) - gradient(x - ε * v)) / (2 * ε)


exercises.check_hessian_vector(hessian_vector)

# %% [markdown]
# (sec-4b-newton)=
# ## Newton's method
#
# *You know what the Hessian says about a place. After this section you use it to choose the step, and you know what that costs and when it misleads.*
#
# Gradient descent charges the same price for distance in every direction, {eq}`eq-4b-prox`. But the ground itself says how far each direction can be trusted: where it curves strongly, the slope changes soon. So replace the invented charge by the measured curvature, Taylor's second order model:
#
# $$
# q(\mathbf d) = f(\mathbf x)+\mathbf g^\top\mathbf d+\tfrac12\mathbf d^\top H\,\mathbf d ,
# \qquad \nabla q(\mathbf d) = \mathbf g+H\,\mathbf d = \mathbf 0
# \quad\Longrightarrow\quad \mathbf d = -H^{-1}\mathbf g .
# $$ (eq-4b-newton)
#
# If all eigenvalues of $H$ are positive, completing the square as in {eq}`eq-4b-square` shows that this is the minimizer: $q(\mathbf d)=q_{\min}+\frac12(\mathbf d+H^{-1}\mathbf g)^\top H(\mathbf d+H^{-1}\mathbf g)$, and the last term is positive except at that step. This is *Newton's method* (牛顿法). No learning rate appears; the curvature has taken its place.
#
# The notes put the difference well: gradient descent looks for the steepest slope; Newton's method "also considers whether the slope becomes larger after the step". In one variable: the slope after a step $d$ will be about $f'+f''d$, and Newton chooses $d$ so that this is zero.
#
# :::{admonition} Predict
# :class: predict
# $f=x^4/4-x^2+0.3x$ has two valleys with a hill between. Newton's method starts near the top of the hill. Where does it go?
# :::
#
# Slide the point along and watch the parabola.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def double(x):
    return x**4 / 4 - x**2 + 0.3 * x


def double_slopes(x):
    return x**3 - 2 * x + 0.3, 3 * x**2 - 2


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_newton(ax, position):
    s = np.linspace(-2.3, 2.3, 120)
    g, c = double_slopes(position)
    target = position - g / c
    ax.plot(s, double(s), color=INK)
    ax.plot(
        s,
        double(position) + g * (s - position) + c * (s - position) ** 2 / 2,
        color=BLUE,
        ls="--",
    )
    ax.plot(position, double(position), "o", ms=9, color=BLUE)
    ax.plot(target, double(position) - g**2 / (2 * c), "s", ms=9, color=ORANGE)
    ax.set(
        xlim=(-2.3, 2.3), ylim=(-2.2, 2.2), xlabel="x", ylabel="f(x) and its parabola"
    )
    word = "up" if c < 0 else "down"
    ax.set_title(f"curvature {c:.2f}: Newton goes {word} its parabola")
    return (
        f"At x = {position:.2f} the slope is {g:.2f} and the curvature {c:.2f}; the parabola's vertex lies at {target:.2f}, "
        f"and f changes from {double(position):.3f} to {double(target):.3f}."
    )


explore(
    draw_newton,
    position=[-2.2, -1.8, -1.4, -1.0, -0.7, -0.4, -0.1, 0.2, 0.4, 0.6, 1.0, 1.4, 1.8],
    start=1,
)

# %% [markdown]
# Near a valley floor one jump nearly arrives. Around the hilltop the parabola opens *downward*, its vertex is a maximum, and Newton climbs to it without hesitation. The equation solved was "slope zero", and a summit solves it too.
#
# Test the notes' sentence as an experiment. Three bowls with the same slope at the origin, but different curvatures. What do the two methods propose?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def newton_step(g, H):
    return -np.linalg.solve(H, g)


def steepest_step(g, H, η=0.05):
    return -η * g


g = np.array([1.0, 1.0])
bowls = {
    "flat": np.diag([1.0, 1.0]),
    "steep in y": np.diag([1.0, 10.0]),
    "steep in both": np.diag([10.0, 10.0]),
}
descent = {name: steepest_step(g, H) for name, H in bowls.items()}
newton = {name: newton_step(g, H) for name, H in bowls.items()}
for name, H in bowls.items():
    left = np.abs(g + H @ descent[name]).max()
    print(
        f"{name:14s}gradient descent {descent[name]}, "
        f"slope left {left:.2f};  Newton {newton[name]}"
    )

# %% [markdown]
# Newton's step is shorter where the slope will change sooner, turns away from the steepest direction where curvatures differ, and expects a slope of zero at its end. A bowl has the same curvature everywhere, which makes this easy. So take the loss of {eq}`eq-4b-logistic` on the digits, at twenty random weights, and change one thing only, how the slope along a random direction $\mathbf u$ goes on *after* the step. A term $\frac c2(\mathbf u\cdot(\mathbf v-\mathbf w))^2$ does this, and leaves the slope at $\mathbf w$ as it was: on the way down the slope falls off sooner if $c>0$, later if $c<0$. (With $c>-\mu$ the curvature stays positive.) Which method takes a shorter step along $\mathbf u$ in the first case, and a longer one in the second?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def stretch(propose, w, u, c):
    """By what factor the step along u grows when c is added to the curvature there."""
    bent = lambda v: gradient38(v) + c * u * (u @ (v - w))
    steps = [propose(s(w), numerical_jacobian(s, w)) for s in (gradient38, bent)]
    return (u @ steps[1]) / (u @ steps[0])


def heeds(propose, seed):
    """Shorter where the slope falls off sooner, longer where it falls off later."""
    w, u = np.random.default_rng(seed).standard_normal((2, 65))
    u = u / np.linalg.norm(u)
    return bool(
        stretch(propose, w, u, 1) < 0.9 and stretch(propose, w, u, -μ / 2) > 1.1
    )


heeding = [heeds(newton_step, seed) for seed in range(20)]
blind = [heeds(steepest_step, seed) for seed in range(20)]


def slope_left(seed):
    """Length of the gradient after Newton's step, as a share of that before."""
    w = np.random.default_rng(seed).standard_normal(65)
    after = gradient38(w + newton_step(gradient38(w), hessian38(w)))
    return np.linalg.norm(after) / np.linalg.norm(gradient38(w))


left = np.array([slope_left(seed) for seed in range(20)])
low, high = left.min(), left.max()
print(f"slope left by Newton's step, 20 random weights: {low:.2f} to {high:.2f}")
assert low < 0.5 and high > 1

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C4.9",
    because="Newton's step solves g + Hd = 0, so it depends on how the slope changes, H; more curvature c along u divides the step along u by 1 + c uᵀH⁻¹u. The step −ηg does not contain H.",
    holds=all(heeding) and not any(blind),
    evidence=f"On the loss of threes against eights Newton's step becomes shorter along a direction where the slope is made to fall off sooner, and longer where later, at {sum(heeding)} of {len(heeding)} random weights; that of gradient descent at {sum(blind)}.",
)

# %% [markdown]
# The notes describe the difference well, off the quadratic, too. Considered is not foreseen, though: the model expects a slope of zero after the step, and where the curvature changes on the way, the slope left can even be larger than before.
#
# ### First order, second order
#
# The names count the derivatives a method looks at. Count them for real, on the digits of {eq}`eq-4b-logistic`: wrap gradient and Hessian so that they count their calls, and run both methods until the gradient is shorter than $10^{-6}$. Newton's method has no rate to tune; its rival gets the best of seven.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def counted(function, calls, name):
    def wrapped(w):
        calls[name] = calls.get(name, 0) + 1
        return function(w)

    return wrapped


def minimize38(step, most=5000):
    """Calls of each kind, and the gradient norms on the way."""
    calls, w, norms = {"gradient": 0, "Hessian": 0}, np.zeros(65), []
    gradient, hessian = (
        counted(gradient38, calls, "gradient"),
        counted(hessian38, calls, "Hessian"),
    )
    for _ in range(most):
        g = gradient(w)
        norms.append(np.linalg.norm(g))
        if norms[-1] < 1e-6:
            break
        w = w + step(g, lambda: hessian(w))
    return calls, np.array(norms)


tuned = [
    minimize38(lambda g, H, r=r: -r * 2 / λ_end * g)
    for r in (0.3, 0.5, 0.7, 0.9, 0.95, 1.0, 1.05)
]
counts_gd = [calls["gradient"] for calls, _ in tuned]
assert 0 < np.argmin(counts_gd) < len(tuned) - 1  # not on the edge of the grid
calls_gd, _ = tuned[np.argmin(counts_gd)]
calls_newton, norms_newton = minimize38(lambda g, H: newton_step(g, H()))
print("gradient descent:", calls_gd)
print("Newton's method: ", calls_newton)
print("gradient norms of Newton's method:", " ".join(f"{v:.0e}" for v in norms_newton))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C4.4",
    because="The names count the derivatives that a method looks at.",
    holds=calls_gd["Hessian"] == 0 < calls_newton["Hessian"],
    evidence=f"Until the gradient is small, gradient descent asked for {calls_gd['gradient']} gradients and {calls_gd['Hessian']} Hessians, "
    f"Newton's method for {calls_newton['gradient']} and {calls_newton['Hessian']}.",
)

# %% [markdown]
# Near the end the number of right digits roughly doubles with each of Newton's steps. (Methods that *estimate* curvature from gradients, called quasi-Newton, stand between the two; Nocedal and Wright [2006](../book/bibliography.md) treat them.)
#
# **Why is gradient descent so slow?** Because of the *condition number* (条件数) $\kappa=\lambda_{\max}/\lambda_{\min}$. In a valley with curvatures between $\lambda_{\min}$ and $\lambda_{\max}$ one rate must serve all directions. The slowest factor is the larger of $|1-\eta\lambda_{\min}|$ and $|1-\eta\lambda_{\max}|$; between $1/\lambda_{\max}$ and $1/\lambda_{\min}$ the first falls with $\eta$ and the second rises, so the best rate makes them equal (it is a little less than twice the $1/\lambda_{\max}$ of [chapter 2b](02b_principal_components.ipynb)):
#
# $$
# 1-\eta\lambda_{\min} = \eta\lambda_{\max}-1
# \;\Longrightarrow\;
# \eta^* = \frac2{\lambda_{\min}+\lambda_{\max}},\qquad
# \text{factor} = \frac{\lambda_{\max}-\lambda_{\min}}{\lambda_{\max}+\lambda_{\min}} = \frac{\kappa-1}{\kappa+1} .
# $$ (eq-4b-best-rate)
#
# To shrink the error by $10^{-6}$ takes $k$ steps with $\bigl(\frac{\kappa-1}{\kappa+1}\bigr)^k=10^{-6}$, and since $\ln\frac{\kappa-1}{\kappa+1}\approx-\frac2\kappa$ for large $\kappa$,
#
# $$
# k = \frac{6\ln10}{-\ln\frac{\kappa-1}{\kappa+1}}\approx\frac{6\ln10}{2}\,\kappa\approx6.9\,\kappa .
# $$ (eq-4b-iterations)
#
# Newton's method on a quadratic needs one step, whatever $\kappa$ is, since its model *is* the function. (It needs no more on a quadratic with a saddle; there the one step leads to the saddle.) Move the slider.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def walk(κ, newton, most=100_000):
    """The path on ½(x² + κy²) from (1, 1) until the distance has shrunk by 1e-6."""
    λ, path = np.array([1.0, κ]), [np.ones(2)]
    while np.linalg.norm(path[-1]) > 1e-6 * np.sqrt(2) and len(path) <= most:
        g = λ * path[-1]
        path.append(path[-1] - (g / λ if newton else 2 / (1 + κ) * g))
    return np.array(path)


conditions = 2 ** np.arange(1, 10)
walks = {
    "gradient descent": [walk(κ, newton=False) for κ in conditions],
    "Newton": [walk(κ, newton=True) for κ in conditions],
}
needed = {m: np.array([len(path) - 1 for path in paths]) for m, paths in walks.items()}
predicted = np.ceil(-6 * np.log(10) / np.log((conditions - 1) / (conditions + 1)))
assert (np.abs(needed["gradient descent"] - predicted) <= 1).all()
assert (needed["Newton"] == 1).all()


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_walks(axes, condition_number):
    left, right = axes
    i = list(conditions).index(condition_number)
    bowl = lambda p: (p[0] ** 2 + condition_number * p[1] ** 2) / 2
    levels = np.array([0.03, 0.15, 0.4, 0.7, 1.0]) * (1 + condition_number) / 2
    contours(left, bowl, (-1.2, 1.2), (-1.2, 1.2), levels, linewidths=0.5)
    for (method, paths), style, color in zip(
        walks.items(), ("o-", "s--"), (BLUE, ORANGE)
    ):
        left.plot(*paths[i][:41].T, style, color=color, ms=4, lw=1, label=method)
        right.plot(conditions, needed[method], style, color=color, ms=4, label=method)
        right.plot(condition_number, needed[method][i], style[0], color=color, ms=11)
    left.set(aspect="equal", xlabel="x (curvature 1)", ylabel="y (curvature κ)")
    left.set_title("the first forty steps")
    log_scale(right)
    right.legend()
    right.set(xlabel="condition number κ", ylabel="steps to one millionth")
    right.set_title("every unit of κ costs")
    steps = needed["gradient descent"][i]
    return (
        f"Condition number {condition_number}: gradient descent at its best rate needs {steps} steps to one millionth of the distance, "
        f"{steps / condition_number:.2f} times κ; Newton's method needs {needed['Newton'][i]}."
    )


explore(draw_walks, condition_number=conditions, start=3, columns=2, figsize=(8.4, 3.8))

# %% [markdown]
# :::{admonition} Exercise 5 · the best rate
# :class: exercise
# Return the rate $\eta^*$ that shrinks the error fastest on the bowl $\frac12\mathbf x^\top H\mathbf x$, and the factor of the slowest direction at that rate. $H$ is symmetric with positive eigenvalues.
# :::


# %%
def best_rate(H):
    """η* and its slowest factor for H (D, D): (rate, factor)."""
    ...


exercises.check_best_rate(best_rate)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Smallest and largest eigenvalue share the rate fairly. If they are equal, one step is enough: the factor is zero.
def best_rate(H):
    λ = np.linalg.eigvalsh(H)
    return 2 / (λ[0] + λ[-1]), (λ[-1] - λ[0]) / (λ[-1] + λ[0])


exercises.check_best_rate(best_rate)

# %% [markdown]
# **Why then does nobody train networks with it?** There are three reasons.
#
# *Cost.* The Hessian of $D$ weights has $D^2$ entries, and solving with it takes about $D^3/3$ multiplications. For a network of a million weights that is a million million entries.

# %% [markdown]
# *It may run away.* For $f=\sqrt{1+x^2}$, a friendly bowl with one minimum, $f'=x/\sqrt{1+x^2}$ and $f''=(1+x^2)^{-3/2}$, so
#
# $$
# x-\frac{f'}{f''} = x-x\,(1+x^2) = -x^3 .
# $$ (eq-4b-runaway)
#
# From $|x|<1$ it converges, and very fast; from $|x|>1$ it flies off just as fast. Far from the minimum the parabola is too flat, and its vertex too far.
#
# *It is attracted by every critical point.* Start both methods from the same 400 points of the landscape, and see where they come to rest.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
descended = starts
for _ in range(1500):
    descended = descended - 0.1 * land_gradient(descended)
ends = {"gradient descent": descended, "Newton": newton_steps(starts, 60)}
fates = {
    name: np.array(
        [
            kind_of(p) if np.abs(land_gradient(p)).max() < 1e-6 else "nowhere"
            for p in points.T
        ]
    )
    for name, points in ends.items()
}


def draw_ends(axes):
    styles = ("minimum", "v", BLUE), ("saddle", "x", ORANGE), ("maximum", "^", GREEN)
    for ax, (name, fate) in zip(axes, fates.items()):
        for kind, marker, color in styles:
            here = starts[:, fate == kind]
            ax.plot(*here, marker, ls="", ms=5, color=color, label=kind)
        ax.set(aspect="equal", xlabel="x of the start", ylabel="y of the start")
        ax.set_title(f"{name}: {(fate == 'saddle').sum()} end on a saddle")
    axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return (
        "; ".join(
            f"{name}: "
            + ", ".join(f"{(fate == kind).sum()} {kind}" for kind, _, _ in styles)
            for name, fate in fates.items()
        )
        + f". Each of the {starts.shape[1]} marks stands where a walk began, and shows what it ended on."
    )


show(draw_ends, columns=2, figsize=(9.4, 3.9))
saddles = {name: (fate == "saddle").sum() for name, fate in fates.items()}
assert saddles["Newton"] > 50 and saddles["gradient descent"] == 0

# %% [markdown]
# From these starts gradient descent never ends on a pass. Newton's method often does, for to it a saddle is as good a zero of the gradient as any. If saddles are the rule in high dimension, that is a grave fault. Chapter 8 meets the compromises: methods that use a little curvature, cheaply.

# %% [markdown]
# (sec-4b-convex)=
# ## Convex functions, and how one proves it
#
# *You know that a local minimum may be a poor one. After this section you know the class of functions where that cannot happen, four ways to prove that a function belongs to it, and on which side of the line a network stands.*
#
# A function is *convex* (凸函数) if no chord cuts below its graph: for all points $\mathbf a,\mathbf b$ and $0\le t\le1$,
#
# $$
# f\bigl((1-t)\,\mathbf a+t\,\mathbf b\bigr)\le(1-t)\,f(\mathbf a)+t\,f(\mathbf b) .
# $$ (eq-4b-convex)
#
# What it buys: **every local minimum is a global one.** Suppose $\mathbf a$ is a local minimum and some $\mathbf b$ is lower, $f(\mathbf b)<f(\mathbf a)$. By {eq}`eq-4b-convex`, $f$ at the point a small $t$ along the chord is at most $(1-t)f(\mathbf a)+tf(\mathbf b)<f(\mathbf a)$. But that point is as near to $\mathbf a$ as you like: contradiction. $\square$
#
# The notes report that "cross-entropy is a convex function", and their author asks, being curious:
#
# (q4-1)=
# :::{admonition} Question 4.1 · How can a function be proved to be convex?
# :class: question
# In four ways, on a domain that holds the chord between any two of its points. (1) By the definition: show that chords lie above. (2) By tangents: $f(\mathbf b)\ge f(\mathbf a)+\nabla f(\mathbf a)^\top(\mathbf b-\mathbf a)$ for all $\mathbf a,\mathbf b$. (3) By curvature: $\mathbf v^\top H\mathbf v\ge0$ everywhere, for every $\mathbf v$. (Ways 2 and 3 need the derivatives to exist.) (4) By rules: sums with positive factors, maxima, and $f(A\mathbf x+\mathbf b)$ of convex functions are convex. An experiment can only *refute*: one chord below the graph is enough. All four follow, with cross-entropy as the example.
# :::
#
# **(3) proves (1).** On the way from $\mathbf a$ to $\mathbf b$ let $\varphi(t)=f(\mathbf a+t(\mathbf b-\mathbf a))$. By {eq}`eq-4b-curvature`, $\varphi''(t)=(\mathbf b-\mathbf a)^\top H(\mathbf b-\mathbf a)\ge0$, so $\varphi'$ never decreases. Then the mean slope over $[0,t]$ is at most that over $[t,1]$:
#
# $$
# \frac{\varphi(t)-\varphi(0)}{t}\le\varphi'(t)\le\frac{\varphi(1)-\varphi(t)}{1-t}
# \quad\Longrightarrow\quad
# \varphi(t)\le(1-t)\,\varphi(0)+t\,\varphi(1) .
# $$ (eq-4b-second-order)
#
# (Multiply by $t(1-t)$ and collect $\varphi(t)$.) **(3) proves (2)** as well: a slope that never decreases never falls below its start, so $\varphi(1)\ge\varphi(0)+\varphi'(0)$.
#
# **(2) proves (1).** Take the tangent at $\mathbf c=(1-t)\,\mathbf a+t\,\mathbf b$. By (2), $f(\mathbf a)\ge f(\mathbf c)+\nabla f(\mathbf c)^\top(\mathbf a-\mathbf c)$, and the same with $\mathbf b$. Add $(1-t)$ times the first to $t$ times the second. The gradient drops out, because $(1-t)(\mathbf a-\mathbf c)+t(\mathbf b-\mathbf c)=\mathbf 0$, and {eq}`eq-4b-convex` is left.
#
# **The rules of (4).** Sums: add the inequalities {eq}`eq-4b-convex` of the parts. Maxima: at each point of the chord the larger part is below *its* chord, which is below the chord of the maximum. Affine maps: put $\mathbf x=(1-t)\mathbf a+t\mathbf b$ into $A\mathbf x+\mathbf c$ and get $(1-t)(A\mathbf a+\mathbf c)+t(A\mathbf b+\mathbf c)$: chords go to chords, and so $f(A\mathbf x+\mathbf c)$ inherits {eq}`eq-4b-convex` from $f$.
#
# **Cross-entropy in the scores.** For one sample with right class $c$, $\ell(\mathbf z)=\mathrm{LSE}(\mathbf z)-z_c$ with $\mathrm{LSE}(\mathbf z)=\ln\sum_ke^{z_k}$. The gradient of LSE is softmax, $\partial\,\mathrm{LSE}/\partial z_j=e^{z_j}/\sum_ke^{z_k}=p_j$; the linear term $z_c$ has no curvature; so the Hessian is the Jacobian of softmax, {eq}`eq-4b-softmax-jacobian`, and
#
# $$
# \mathbf v^\top\bigl(\mathrm{diag}(\mathbf p)-\mathbf p\,\mathbf p^\top\bigr)\mathbf v
# = \sum_ip_iv_i^2-\Bigl(\sum_ip_iv_i\Bigr)^2 = \mathrm{Var}_{\mathbf p}(v)\;\ge\;0 ,
# $$ (eq-4b-variance)
#
# the variance of a quantity that takes the value $v_i$ with probability $p_i$. A variance is never negative. Convex, and the proof fits on a line. Try to break the first three:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def chord_gap(f, a, b):
    """How far f rises above its chord from a to b; positive refutes convexity."""
    t = np.linspace(0, 1, 21)
    path = np.array([f((1 - s) * a + s * b) for s in t])
    return (path - ((1 - t) * path[0] + t * path[-1])).max()


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def ce_first(z):
    """Cross-entropy of one sample whose right class is 0."""
    return -F.log_softmax(z)[0][0]


worst = {"chord": [], "tangent": [], "curvature": []}
for seed in range(200):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 6)) * rng.choice([0.1, 1, 10, 100])
    p = softmax(a)
    tangent = ce_first(a) + (p - np.eye(6)[0]) @ (b - a)
    worst["chord"].append(chord_gap(ce_first, a, b))
    worst["tangent"].append(tangent - ce_first(b))
    worst["curvature"].append(-np.linalg.eigvalsh(np.diag(p) - np.outer(p, p))[0])
for way, violations in worst.items():
    print(
        f"{way:10s}largest violation in {len(violations)} trials below 1e-12: "
        f"{max(violations) < 1e-12}"
    )

# %% [markdown]
# Now real data, and the question behind the notes' sentence: convex *in what*? A loss is a function of the weights. In a linear model the scores are affine in the weights, $Z=XW$, so way (4) applies and the loss is convex in $W$.
#
# :::{admonition} Predict
# :class: predict
# Put a hidden layer between. Sums, affine maps and cross-entropy are all there. What breaks? Think of a trained network in which you exchange two hidden units, together with their weights.
# :::
#
# The exchanged network computes the same function: same loss, other point in weight space. *If* the loss were convex, then on the chord between the two it could only be lower or equal. But halfway the two units are averaged, hence identical, and the network has one unit less to work with.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
data = datasets.split(datasets.digits(), validation=300, test=400)
x300, y300 = data.train.x[:300], data.train.y[:300]
SHAPES = [(64, 6), (6,), (6, 10), (10,)]


def unpack(θ):
    parts = np.split(θ, np.cumsum([np.prod(s) for s in SHAPES])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, SHAPES)]


def hidden_loss(θ):
    W1, b1, W2, b2 = unpack(θ)
    return losses.cross_entropy(np.tanh(x300 @ W1 + b1) @ W2 + b2, y300)[0]


def cross_entropy(scores, y):
    return losses.cross_entropy(scores, y)[0]


def squared_error(scores, y):
    """Of the probabilities; no convex function of the scores."""
    return losses.squared_error(F.softmax(scores)[0], np.eye(10)[y])[0]


def largest_gap(loss, x, y, seed, chords=10):
    """The worst of ten chords between random weights θ of the scores x θ."""
    rng = np.random.default_rng(seed)
    f = lambda θ: loss(x @ θ.reshape(-1, 10), y)
    ends = 3 * rng.standard_normal((chords, 2, 10 * x.shape[1]))
    return max(chord_gap(f, a, b) for a, b in ends)


def trained_weights(seed):
    rng = np.random.default_rng(seed)
    net = Sequential(Linear(64, 6, rng=rng), F.tanh, Linear(6, 10, rng=rng))
    training.fit(
        net,
        losses.cross_entropy,
        optim.Momentum(net.parameters(), 0.3),
        x300,
        y300,
        epochs=60,
        batch_size=300,
        rng=rng,
    )
    return np.concatenate([p.value.ravel() for p in net.parameters()])


def exchanged(θ, i=0, j=1):
    """The same network with hidden units i and j exchanged."""
    W1, b1, W2, b2 = (part.copy() for part in unpack(θ))
    W1[:, [i, j]], b1[[i, j]], W2[[i, j]] = W1[:, [j, i]], b1[[j, i]], W2[[j, i]]
    return np.concatenate([part.ravel() for part in (W1, b1, W2, b2)])


found = {"scores": [], "linear": [], "hidden": []}
bent = {"scores": [], "linear": []}
for seed in range(20):
    one_score = np.eye(1), y300[[seed]]  # here the weights θ are the scores of a digit
    for loss, gaps in ((cross_entropy, found), (squared_error, bent)):
        gaps["scores"].append(largest_gap(loss, *one_score, seed))
        gaps["linear"].append(largest_gap(loss, x300, y300, seed))
    θ = trained_weights(seed)
    assert abs(hidden_loss(θ) - hidden_loss(exchanged(θ))) < 1e-12
    found["hidden"].append(chord_gap(hidden_loss, θ, exchanged(θ)))
for name, gaps in found.items():
    print(f"{name:8s}chords violated: {sum(gap > 1e-9 for gap in gaps)} of {len(gaps)}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
convex = {name: [gap < 1e-9 for gap in gaps] for name, gaps in found.items()}
settle(
    "C4.7",
    tested="Whether cross-entropy rises nowhere above a chord: between random scores of a digit, between random weights of a linear model (the worst of ten chords each), and between a trained network and its twin with two hidden units exchanged.",
    on="variables",
    cases={
        "the scores": convex["scores"],
        "the weights of a linear model": convex["linear"],
        "the weights of a network with a hidden layer": convex["hidden"],
    },
    control={
        "squared error of the probabilities, same chords between scores": [
            gap < 1e-9 for gap in bent["scores"]
        ],
        "squared error of the probabilities, same chords between weights of a linear model": [
            gap < 1e-9 for gap in bent["linear"]
        ],
    },
    evidence=f"Chords are violated on {convex['scores'].count(False)}, {convex['linear'].count(False)} and {convex['hidden'].count(False)} of {len(convex['hidden'])} seeds; "
    f"between a trained network and its exchanged twin the loss rises up to {max(found['hidden']):.2f} above the chord.",
    turns={
        (
            "W1[:, [i, j]], b1[[i, j]], W2[[i, j]] = W1[:, [j, i]], b1[[j, i]], W2[[j, i]]",
            "W2[[i, j]] = 2.5 * W2[[i, j]]",
        ): "TRUE",
        (
            "return losses.cross_entropy(scores, y)[0]",
            "return squared_error(scores, y)",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# "Cross-entropy is convex" is true of the scores and of linear models, by proof. It is false for networks with a hidden layer, by twenty counterexamples. (In the weights of the *last* layer the scores are affine, and no chord is violated.) So nothing guarantees that a local minimum of a network is a good one; for a linear model convexity does.
#
# Look at one chord. The loss is the same at both ends. (For comparison: a chord on which only the last layer changes, along which the loss is convex.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
θ_one = trained_weights(0)
CHORD = np.linspace(0, 1, 41)


def along(other):
    return np.array([hidden_loss((1 - s) * θ_one + s * other) for s in CHORD])


profiles = {f"{i}": along(exchanged(θ_one, 0, i)) for i in range(1, 6)}
last_layer = θ_one.copy()
last_layer[64 * 6 + 6 :] *= 2.5
profile_last = along(last_layer)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_chord(ax, second_unit):
    profile = profiles[f"{second_unit}"]
    ax.plot(CHORD, profile, color=BLUE, label=f"units 0 and {second_unit} exchanged")
    ax.plot([0, 1], profile[[0, -1]], color=BLUE, ls="--", lw=1)
    ax.plot(CHORD, profile_last, color=GREEN, ls="-.", label="last layer × 2.5")
    ax.plot([0, 1], profile_last[[0, -1]], color=GREEN, ls="--", lw=1)
    ax.set(
        ylim=(0, 0.8),
        xlabel="position t along the chord",
        ylabel="loss (nats, natural logarithms)",
        title="Two equally good networks, a hill between them",
    )
    ax.legend()
    return (
        f"Between a network and its twin with units 0 and {second_unit} exchanged the loss is {profile[0]:.3f} at both ends and up to {profile.max():.3f} between. "
        f"When only the last layer changes, it stays below its chord."
    )


explore(draw_chord, second_unit=[1, 2, 3, 4, 5])

# %% tags=["hide-input"] jupyter={"source_hidden": true}
for profile in profiles.values():
    assert profile.max() > profile[0] + 0.1 and abs(profile[0] - profile[-1]) < 1e-12
assert (
    profile_last <= (1 - CHORD) * profile_last[0] + CHORD * profile_last[-1] + 1e-12
).all()

# %% [markdown]
# :::{admonition} Exercise 6 · a chord that violates
# :class: exercise
# Write the tool of this section: how far does $f$ rise above its chord from $\mathbf a$ to $\mathbf b$, at most? Use 101 evenly spaced points, both ends included.
# :::


# %%
def largest_chord_gap(f, a, b):
    """The largest f(point) − chord(point) over 101 points from a to b."""
    ...


exercises.check_chord_gap(largest_chord_gap)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. At both ends the gap is zero, so the result is never negative: zero means "no violation found here".
def largest_chord_gap(f, a, b):
    t = np.linspace(0, 1, 101)
    values = np.array([f((1 - s) * a + s * b) for s in t])
    return (values - ((1 - t) * values[0] + t * values[-1])).max()


exercises.check_chord_gap(largest_chord_gap)

# %% [markdown]
# (sec-4b-summary)=
# ## What to take away
#
# 1. $D_{\mathbf u}f=\nabla f\cdot\mathbf u$. The gradient is the steepest direction for a differentiable function and Euclidean length.
# 2. Gradient descent minimizes slope plus price of distance. The price is chosen, the rule follows. It descends if $\eta<2/\bar\lambda$, a bound on all curvatures, and from almost any start it cannot settle above $2/\lambda_{\max}$ at the minimum.
# 3. At a critical point the eigenvalues of the Hessian tell minimum, maximum and saddle, locally, and are silent at zero.
# 4. Newton's method replaces the price by the curvature: one step on any quadratic with an invertible Hessian, where gradient descent at its best rate takes about $6.9\,\kappa$ steps to a millionth, if $\kappa$ is large. It goes to any critical point, and costs $D^3$.
# 5. Cross-entropy is convex in the scores, because its curvature is a variance; in the weights of a linear model, because scores are affine in them; in hidden weights it is not.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 4.3 and 4.4, are the source of the notes. Boyd and Vandenberghe ([2004](../book/bibliography.md)) treat convex functions and the rules for proving them in their chapter 3; Nocedal and Wright ([2006](../book/bibliography.md)) treat gradient descent, Newton's method and everything between. [Chapter 6b](06b_backpropagation.ipynb) takes up the gradients themselves, Chapter 8 the optimizers.
