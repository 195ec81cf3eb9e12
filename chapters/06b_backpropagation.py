# %% [markdown]
# # Backpropagation
#
# Three lines of Python train a small network. The study notes that this book puts to the test print them and say: *these three lines complete backpropagation between two adjacent layers, so all of backpropagation follows easily.*
#
# ```python
# l2_delta = l2_error * nonlin(l2, deriv=True)
# l1_error = l2_delta * W1  # back propagation
# l1_delta = l1_error * nonlin(l1, deriv=True)
# ```

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import json
from pathlib import Path

import numpy as np
from dlnotes import datasets, gradcheck, losses, metrics, optim, training
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import backpropagation as exercises
from dlnotes.explore import explore, show
from dlnotes.gradcheck import check_vjp
from dlnotes.layers import mlp
from dlnotes.plotting import (
    BLUE,
    INK,
    ORANGE,
    arrow,
    lines,
    log_scale,
    matrix,
    network,
)
from dlnotes.signals import arriving, own_scale, signal_norms

np.set_printoptions(precision=6, suppress=True)


def below(error):
    """The power of ten that an error stays under; from 1e-9 down it is rounding, which differs between machines."""
    return f"{10.0 ** np.ceil(np.log10(max(error, 1e-9))):.0e}"


def first_look(steps=100):
    """Losses of the network that these lines train, and the table that its first l1_delta is."""
    x, y, W0, W1 = example()
    seen = []
    for step in range(steps + 1):
        l1 = 1 / (1 + np.exp(-(W0 @ x)))
        l2 = 1 / (1 + np.exp(-(W1 @ l1)))
        seen.append(((l2 - y) ** 2).item() / 2)
        l2_delta = (y - l2) * l2 * (1 - l2)
        l1_delta = l2_delta * W1 * l1 * (1 - l1)
        if step == 0:
            table = l1_delta
        W0, W1 = W0 + x.T @ l1_delta, W1 + l2_delta * l1.T
    return np.array(seen), table


def example():
    """Input, target and weights of the notes' example."""
    W0 = np.array([[0.1, 0.8], [0.4, 0.6]])
    return np.array([[0.35], [0.9]]), np.array([[0.5]]), W0, np.array([[0.3, 0.9]])


def draw_question(axes):
    seen, table = first_look()
    axes[0].semilogy(seen)
    axes[0].set(xlabel="step", ylabel="loss")
    axes[0].set_title("The loss falls ...")
    right = {(i, j): BLUE if i == j else ORANGE for i in (0, 1) for j in (0, 1)}
    matrix(axes[1], table, form="{:.5f}", colors=right)
    axes[1].set_title("... and l1_delta is a table")
    return (
        f"In {len(seen) - 1} steps the loss falls to {seen[-1] / seen[0]:.0e} of what it was. Yet l1_delta, the blame of two "
        "hidden units, should be two numbers, those on the diagonal (blue). It is a table of four."
    )


show(draw_question, columns=2, figsize=(7.5, 3.0))

# %% [markdown]
# The program runs, no warning appears, and the loss falls at every step. Yet one of its two gradients is wrong. The mistake is in the second line, and the loss curve never tells. This page shows why it stayed hidden, gives you the instrument that finds it at once, and builds backpropagation (反向传播) in a form in which it cannot be made.
#
# **After this chapter you can**
#
# - compute every gradient of a small network by hand, and say what each factor means;
# - write the backward pass of a layer for a whole batch, from the shapes alone, and know when shapes lie;
# - turn any differentiable NumPy function into a pair *value and pullback*, and build a tape that differentiates programs with loops and branches;
# - test a gradient with differences, choose the step size for a reason, and name the bugs that each test misses;
# - say what a gradient costs, why it vanishes in deep networks, and what repairs that.
#
# **You need** derivatives and the chain rule from school, matrix products, and Python with NumPy. The section on vanishing gradients also uses mean and variance ([chapter 3](03_probability.ipynb)), the one on checking uses the rounding error $u$ ([chapter 4a](04a_numbers_on_a_computer.ipynb)), and softmax with cross-entropy uses the Jacobian of softmax ([chapter 4b](04b_gradients_and_curvature.ipynb)).
#
# The page follows the notes' sections on backpropagation and sections 6.5 and 8.2.5 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Cards, and lines that unfold to cards, settle single claims of the notes. Their verdicts are computed: change an assumption, run the cell again, and watch the verdict.

# %% [markdown]
# (sec-6b-by-hand)=
# ## One step by hand
#
# *You cannot yet say how much each weight of a network is to blame for its error. After this section you can, with nothing but the chain rule and a sheet of paper.*
#
# The notes work one example from start to end, and so do we: two inputs, two hidden units, one output, no biases, sigmoids everywhere. As in the notes, a sample is a column in this section.

# %%
x = np.array([[0.35], [0.9]])
y = np.array([[0.5]])
W0 = np.array([[0.1, 0.8], [0.4, 0.6]])
W1 = np.array([[0.3, 0.9]])


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_network(ax):
    network(ax, [["0.35", "0.9"], ["?", "?"], ["?"]], [W0.T, W1.T])
    ax.set_title("Inputs on the left, weights on the arrows")
    return f"The output should be {y.item()}. What is it, and how much is each of the six weights to blame?"


show(draw_network, figsize=(5.5, 2.9))

# %% [markdown]
# **Forward.** Each layer multiplies by its weights and bends the result with the sigmoid $\sigma(z) = 1/(1+e^{-z})$:
#
# $$
# \mathbf{z}_1 = W_0\,\mathbf{x},\quad \mathbf{a}_1 = \sigma(\mathbf{z}_1),\qquad
# z_2 = W_1\,\mathbf{a}_1,\quad \hat{y} = \sigma(z_2),\qquad
# L = \tfrac12\,(\hat{y}-y)^2 .
# $$ (eq-6b-forward)


# %%
def σ(z):
    return 1 / (1 + np.exp(-z))


def forward(W0, W1, x):
    a1 = σ(W0 @ x)
    return a1, σ(W1 @ a1)


a1, ŷ = forward(W0, W1, x)
L = ((ŷ - y) ** 2 / 2).item()
print("z1 =", (W0 @ x).ravel(), "  a1 =", a1.ravel())
print("z2 =", (W1 @ a1).ravel(), "  ŷ  =", ŷ.ravel(), f"  L = {L:.6f}")

# %% [markdown]
# Here $\mathbf z$ is called the *pre-activation*, $\mathbf a$ the *activation*, and $L$ the *loss*. (Layers count from 1 in $\mathbf z_1, \mathbf a_1$, but the notes
# count their weight matrices from 0.) The network says $\hat y$; it should say 0.5. Six weights share the blame.
# For the output there is a target to compare with. For a hidden unit there is none: nobody says what it *should* have answered. You could find out by trying: nudge one weight up and down, run the network twice, and see what the error does. That takes twelve runs for six weights, and two million for a million weights. Backpropagation gets all of them for the price of about three.
#
# :::{admonition} Predict
# :class: predict
# Before you read on: the input $x_2 = 0.9$ is larger than $x_1 = 0.35$, and the weight $w = 0.9$ from the second hidden unit
# to the output is larger than $w = 0.3$ from the first. Which of the four entries of $W_0$ will get the largest change?
# And will the changes of $W_0$ be larger or smaller than those of $W_1$?
# :::
#
# **What a derivative is for.** $\partial L/\partial w$ says how fast $L$ grows when $w$ grows and everything else stands
# still. Moving each weight a little *against* its derivative lowers $L$. Collect all weights in one list $\theta$ and all derivatives in the
# *gradient* $\nabla L$ (梯度). Why are weights updated in just
# this way, the notes ask? To first order a change $\Delta\theta$ of all weights changes the loss by the inner
# product
#
# $$
# \begin{aligned}
# \Delta L &\approx \sum_i \frac{\partial L}{\partial \theta_i}\,\Delta\theta_i = \langle \nabla L, \Delta\theta\rangle ,\\
# \text{so with } \Delta\theta = -\eta\,\nabla L: \qquad \Delta L &\approx -\eta\,\lVert\nabla L\rVert^2 < 0 ,
# \end{aligned}
# $$ (eq-6b-first-order)
#
# where $\eta > 0$ is the *learning rate* (学习率), $\langle\cdot,\cdot\rangle$ multiplies two lists entry by entry and adds up, and $\lVert g\rVert^2=\langle g, g\rangle$. Among
# all steps of one length none has a more negative inner product (Cauchy–Schwarz). "To first order" means: up to terms that shrink like the square of the step.
#
# **The sigmoid's slope.** We need one derivative before the others. With $s = \sigma(z) = (1+e^{-z})^{-1}$,
#
# $$
# \frac{ds}{dz} = \frac{e^{-z}}{(1+e^{-z})^2} = \frac{1}{1+e^{-z}}\cdot\frac{(1+e^{-z})-1}{1+e^{-z}} = s\,(1-s) .
# $$ (eq-6b-sigmoid-slope)
#
# The slope comes from the value: once $s$ is known, no further exponential is needed. A product $s(1-s)$ of two numbers that
# add up to one is largest when they are equal; so the slope never exceeds one quarter.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
z = np.linspace(-6, 6, 49)
slope_measured = (σ(z + 1e-5) - σ(z - 1e-5)) / 2e-5
slope_formula = σ(z) * (1 - σ(z))
gap = np.abs(slope_measured - slope_formula).max()
by_definition(
    "C6.9",
    because="The quotient rule turns 1/(1 + e⁻ᶻ) into e⁻ᶻ/(1 + e⁻ᶻ)², and with y for the value that is y(1 − y).",
    holds=gap < 1e-9,
    evidence=f"At {len(z)} points the slope measured by differences lies within {below(gap)} of y(1 − y).",
)
by_definition(
    "C6.10",
    because="The slope is y(1 − y); its factors add up to one, and such a product is largest where both are one half.",
    holds=slope_formula.max() <= 0.25 and z[slope_formula.argmax()] == 0,
    evidence=f"The largest of {len(z)} slopes is {slope_formula.max():.4f}, at z = {z[slope_formula.argmax()]:.1f}.",
)

# %% [markdown]
# **Backward, the output.** $L$ depends on $z_2$ only through $\hat y$. Define the *error signal* (误差项) of a unit as the
# derivative of the loss with respect to its pre-activation, $\delta = \partial L/\partial z$. Then
#
# $$
# \delta_2 = \frac{\partial L}{\partial z_2}
# = \frac{\partial L}{\partial \hat y}\cdot\frac{d\hat y}{dz_2}
# = (\hat y - y)\;\hat y\,(1-\hat y) .
# $$ (eq-6b-delta2)
#
# The weight $w$ from hidden unit $j$ to the output enters $z_2 = \sum_j w_j a_{1j}$ with the factor $a_{1j}$, and nothing else
# depends on it. Hence
#
# $$
# \frac{\partial L}{\partial W_{1,j}} = \frac{\partial L}{\partial z_2}\cdot\frac{\partial z_2}{\partial W_{1,j}} = \delta_2\,a_{1j} ,
# \qquad\text{all at once:}\quad \nabla_{W_1} L = \delta_2\,\mathbf{a}_1^\top .
# $$ (eq-6b-dW1)
#
# **Backward, the hidden layer.** The same reasoning one layer down; $\odot$ multiplies entry by entry. Unit $j$ acts on $L$ only through $z_2$, and $z_2$ contains
# $a_{1j}$ with the factor $W_{1,j}$:
#
# $$
# \begin{aligned}
# \delta_{1j} = \frac{\partial L}{\partial z_{1j}}
# &= \frac{\partial L}{\partial z_2}\cdot\frac{\partial z_2}{\partial a_{1j}}\cdot\frac{da_{1j}}{dz_{1j}}
# = \delta_2\,W_{1,j}\;a_{1j}(1-a_{1j}),\\[4pt]
# \text{all at once:}\quad \boldsymbol\delta_1 &= (W_1^\top \delta_2)\odot \mathbf{a}_1\odot(1-\mathbf{a}_1) .
# \end{aligned}
# $$ (eq-6b-delta1)
#
# $$
# \frac{\partial L}{\partial W_{0,ji}} = \delta_{1j}\,x_i , \qquad \nabla_{W_0}L = \boldsymbol\delta_1\,\mathbf{x}^\top .
# $$ (eq-6b-dW0)
#
# Every gradient is *error signal times incoming activation*. (The
# notes' program stores $y-\hat y$ instead of $\hat y-y$. So its deltas carry the opposite sign, and its update is an addition.)
#
# Nielsen ([2015](../book/bibliography.md)) gives $\delta$ a meaning before it has a formula. A demon sits at a unit and may nudge its pre-activation $z$ a little. If $\delta$ is large, he can lower the loss by a nudge; if it is near zero, the unit is about as good as it gets, and he may as well sleep. So $\delta$ measures how much a unit could still improve things.


# %%
def backward(W0, W1, x, y):
    """Gradients of L with respect to W0 and W1, equation by equation."""
    a1, ŷ = forward(W0, W1, x)
    δ2 = (ŷ - y) * ŷ * (1 - ŷ)
    dW1 = δ2 @ a1.T
    δ1 = (W1.T @ δ2) * a1 * (1 - a1)
    dW0 = δ1 @ x.T
    return dW0, dW1


dW0, dW1 = backward(W0, W1, x, y)
print("∂L/∂W1 =", dW1)
print("∂L/∂W0 =", *dW0, sep="\n         ")
assert np.abs(dW0).argmax() == 3 and np.abs(dW0).max() < np.abs(dW1).min()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
δ2 = (ŷ - y) * ŷ * (1 - ŷ)
δ1 = (W1.T @ δ2) * a1 * (1 - a1)
hidden = [
    f"{a:.2f}\n{δ:.5f}".replace("0.", ".") for a, δ in zip(a1.ravel(), δ1.ravel())
]
numbers = [[f"{v:.2f}" for v in x.ravel()], hidden, [f"{δ2.item():.5f}"[1:]]]


def draw_blame(ax):
    network(ax, numbers, [dW0.T, dW1.T])
    ax.set_title("Each gradient: a where its arrow starts,\ntimes δ where it ends")
    return (
        "The hidden units carry a above δ, the inputs only a, the output only δ. Along the arrow from x₂ to the "
        f"second hidden unit: {x[1, 0]:.1f} · {δ1[1, 0]:.5f} = {dW0[1, 1]:.5f}."
    )


show(draw_blame)

# %% [markdown]
# Multiply along any arrow. A weight does not learn if its input is silent ($a=0$), nor if the unit it leads to is saturated ($\sigma'\approx0$). And since the activations of sigmoid units are all positive, one sample pushes all weights from such units into one unit the same way, all up or all down.
#
# The bottom right entry of $W_0$ wins, as both hints suggested: large input, large weight above. And every derivative of
# $W_0$ is smaller than every derivative of $W_1$. Each step down has multiplied by a weight and by a slope
# of at most one quarter. Keep that in mind; it returns as the [vanishing gradient](#sec-6b-vanishing).
#
# Is it right? Nudge one weight up by $\varepsilon$ and down by $\varepsilon$, and see what the loss does:
#
# $$
# \frac{\partial L}{\partial w} \approx \frac{L(w+\varepsilon)-L(w-\varepsilon)}{2\varepsilon} .
# $$ (eq-6b-central)
#
# The notes describe this *gradient check* (梯度检查) with $\varepsilon = 10^{-4}$. It needs the forward pass only, so no mistake of the
# derivation can leak into it.


# %%
def loss(W0, W1, x, y):
    return ((forward(W0, W1, x)[1] - y) ** 2 / 2).sum()


def numerical_gradient(f, x, epsilon=1e-5):
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = epsilon
        gradient[i] = (f(x + step) - f(x - step)) / (2 * epsilon)
    return gradient


def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
measured_W0 = numerical_gradient(lambda W: loss(W, W1, x, y), W0, epsilon=1e-4)
measured_W1 = numerical_gradient(lambda W: loss(W0, W, x, y), W1, epsilon=1e-4)
by_hand = np.concatenate([dW0.ravel(), dW1.ravel()])
measured = np.concatenate([measured_W0.ravel(), measured_W1.ravel()])
print("by hand ", by_hand)
print("measured", measured)
assert relative_error(by_hand, measured) < 1e-8
assert np.allclose(gradcheck.numerical_gradient(np.sum, W0), np.ones((2, 2)))

# %% [markdown]
# All six agree. The *relative error* of two arrays is 0 when they are equal and 1 at the most; the library has both functions under these names. Now take the step, $\eta = 1$ as in the notes, and compare with what
# {eq}`eq-6b-first-order` promised.

# %%
η = 1.0
promised = -η * (by_hand**2).sum()
delivered = loss(W0 - η * dW0, W1 - η * dW1, x, y) - L
print(f"promised change of L {promised:.6f}, delivered {delivered:.6f}")
print("W0 after one step:", *(W0 - η * dW0), sep="\n  ")
print("W1 after one step:", W1 - η * dW1)
assert 0.98 < delivered / promised < 1.02

# %% [markdown]
# The step delivers what the gradient promised, to within two percent; the difference is the curvature that a
# linear prediction ignores. Repeat it a hundred times and the network answers 0.501. Where does the change happen?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
history, V0, V1 = [], W0.copy(), W1.copy()
for _ in range(101):
    history.append((V0, V1))
    g0, g1 = backward(V0, V1, x, y)
    V0, V1 = V0 - η * g0, V1 - η * g1


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_step(ax, step):
    V0, V1 = history[step]
    a1, ŷ = forward(V0, V1, x)
    δ2 = (ŷ - y) * ŷ * (1 - ŷ)
    numbers = [[f"{v:.4g}" for v in column.ravel()] for column in (x, a1, ŷ)]
    network(ax, numbers, [V0.T, V1.T])
    ax.set_title(f"After {step} steps: output {ŷ.item():.4f}, target {y.item()}")
    return (
        f"After {step} steps z₂ = {(V1 @ a1).item():.4f}, δ₂ = {δ2.item():.2e}, and the loss is {loss(V0, V1, x, y):.2e}; "
        f"the next step changes the second layer by {-δ2[0, 0] * a1[0, 0]:.1e} and {-δ2[0, 0] * a1[1, 0]:.1e}."
    )


explore(
    draw_step,
    step=[0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 85, 100],
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
moved = [
    np.abs(last - first).max()
    for last, first in zip(history[-1], history[0], strict=True)
]
L_after_100 = loss(*history[100], x, y)
print(
    f"largest change in W0 {moved[0]:.3f}, in W1 {moved[1]:.3f};  L after 100 steps {L_after_100:.1e}"
)
assert moved[1] > 5 * moved[0]
assert round(forward(*history[100], x)[1].item(), 3) == 0.501  # as the text above says

# %% [markdown]
# The two weights next to the output move more than five times as far as the four below. Remember this, too.
#
# :::{admonition} Exercise 1 · the slope of tanh
# :class: exercise
# A hidden unit may use $y = \tanh z = \dfrac{e^z - e^{-z}}{e^z + e^{-z}}$ instead. Derive $dy/dz$ in terms of $y$ alone,
# as in {eq}`eq-6b-sigmoid-slope`, and write the function that turns $\partial L/\partial y$ into $\partial L/\partial z$. It must not
# compute tanh again.
# :::


# %%
def tanh_delta(y, dy):
    """∂L/∂z from y = tanh(z) and dy = ∂L/∂y, both of any shape."""
    ...


exercises.check_tanh_delta(tanh_delta)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. By the quotient rule dy/dz = ((eᶻ + e⁻ᶻ)² − (eᶻ − e⁻ᶻ)²) / (eᶻ + e⁻ᶻ)² = 1 − y².
def tanh_delta(y, dy):
    return dy * (1 - y**2)


exercises.check_tanh_delta(tanh_delta)

# %% [markdown]
# (sec-6b-listing)=
# ## The listing whose loss falls
#
# *You cannot yet tell a wrong gradient from a right one by watching it train. After this section you will not try to.*
#
# Here is the notes' program, ported from Python 2 and otherwise left alone: the same three lines of backpropagation, the same two
# updates. (`nonlin(l, deriv=True)` is `l * (1 - l)`.)


# %%
def notes_deltas(W1, l1, l2, y):
    """l1_delta and l2_delta, as three lines of the notes compute them."""
    l2_error = y - l2
    l2_delta = l2_error * l2 * (1 - l2)
    l1_error = l2_delta * W1  # back propagation
    l1_delta = l1_error * l1 * (1 - l1)
    return l1_delta, l2_delta


def notes_update(W0, W1, x, y):
    """What the notes' listing adds to W0 and W1 in one step."""
    l1, l2 = forward(W0, W1, x)
    l1_delta, l2_delta = notes_deltas(W1, l1, l2, y)
    return x.T @ l1_delta, l2_delta * l1.T


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def train(update, W0, W1, x, y, steps=100):
    """The losses before each step and after the last."""
    losses_seen = []
    for _ in range(steps):
        losses_seen.append(loss(W0, W1, x, y))
        up0, up1 = update(W0, W1, x, y)
        W0, W1 = W0 + up0, W1 + up1
    return np.array([*losses_seen, loss(W0, W1, x, y)])


L_notes = train(notes_update, W0, W1, x, y)
for step in (0, 1, 10, 50, 100):
    print(f"step {step:3d}   L = {L_notes[step]:.3e}")
assert (np.diff(L_notes) < 0).all() and L_notes[-1] < 1e-4 * L_notes[0]

# %% [markdown]
# The loss falls at every single step, by more than four orders of magnitude.
#
# :::{admonition} Predict
# :class: predict
# Our own gradients make the loss fall as well. If you saw only the two curves, could you say which gradient is right? What would a curve have to look like to make you suspicious?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def our_update(W0, W1, x, y):
    return tuple(-g for g in backward(W0, W1, x, y))


L_ours = train(our_update, W0, W1, x, y)


def draw_losses(ax):
    curves = {"the notes' listing": L_notes, "our gradients": L_ours}
    title = "Which of these two has a broken gradient?"
    lines(ax, range(101), curves, log="y", xlabel="step", ylabel="loss L", title=title)
    return (
        f"Both curves fall at every step. After 100 steps the listing stands at {L_notes[-1]:.1e}, "
        f"our gradients at {L_ours[-1]:.1e}: {L_notes[-1] / L_ours[-1]:.1f} times lower."
    )


show(draw_losses)

# %% [markdown]
# Ask the differences. The update is meant to be $-\eta\nabla L$ with $\eta = 1$, so its negative must be the gradient.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
up0, up1 = notes_update(W0, W1, x, y)
print("W1  listing ", -up1, "  measured", measured_W1)
print("W0  listing ", *np.broadcast_to(-up0, W0.shape))  # as W0 + up0 will do
print("    measured", *measured_W0)
error_W1 = relative_error(-up1, measured_W1)
error_W0 = relative_error(np.broadcast_to(-up0, W0.shape), measured_W0)
print(f"relative error of W0: {error_W0:.2f}")
assert error_W1 < 1e-8

# %% [markdown]
# $W_1$ is perfect. $W_0$ is wrong, and wrong in a telling way: its two rows are *the same*. Two different hidden units, with different weights
# to the output, cannot deserve the same blame. To find the line, print the shapes:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
l1, l2 = forward(W0, W1, x)
l2_delta = (y - l2) * l2 * (1 - l2)
l1_error = l2_delta * W1
l1_delta = l1_error * l1 * (1 - l1)
for name in ("l1", "l2_delta", "W1", "l1_error", "l1_delta", "W0"):
    print(f"{name:9s}{globals()[name].shape}")
print("x.T @ l1_delta", (x.T @ l1_delta).shape)

# %% [markdown]
# `l1` is a column, shape (2, 1). `l1_error` is a row, shape (1, 2), because it was made from the row `W1` without transposing. Their
# elementwise product should not exist. NumPy, asked to multiply a row by a column element by element, stretches both to a 2 × 2 table of
# *all pairs* (broadcasting, 广播):
#
# $$
# \underbrace{(e_1,\; e_2)}_{\text{row}} \odot \underbrace{\begin{pmatrix} s_1\\ s_2\end{pmatrix}}_{\text{column}}
# \;\overset{\text{NumPy}}{=}\;
# \begin{pmatrix} e_1 s_1 & e_2 s_1\\ e_1 s_2 & e_2 s_2\end{pmatrix} \;\overset{\text{meant}}{\ne}\;
# \begin{pmatrix} e_1 s_1\\ e_2 s_2\end{pmatrix} .
# $$ (eq-6b-broadcast)
#
# The right answer stands on the diagonal, and off it stands unit 1's error with unit 2's slope. Then
# `x.T @ l1_delta` has shape (1, 2), and `W0 += …` broadcasts a second time: the same row is added to both rows of $W_0$.
# Two silent stretches turn a shape error into a plausible number.
#
# The repair takes two lines: `W1.T @ l2_delta`, which sums over the outputs and is a column like `l1`, and `l1_delta @ x.T`, an outer product instead of
# an inner one. (Mend only the first, and the update shrinks to a single number that is added to all four weights.)


# %%
def mended_deltas(W1, l1, l2, y):
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_error = W1.T @ l2_delta  # (2, 1): a column, like l1
    return l1_error * l1 * (1 - l1), l2_delta


def mended_update(W0, W1, x, y):
    l1, l2 = forward(W0, W1, x)
    l1_delta, l2_delta = mended_deltas(W1, l1, l2, y)
    return l1_delta @ x.T, l2_delta @ l1.T


# %% tags=["hide-input"] jupyter={"source_hidden": true}
assert relative_error(-mended_update(W0, W1, x, y)[0], measured_W0) < 1e-8


def delta_error(deltas, W0, W1):
    """How far l1_delta is from −∂L/∂z1, which is measured by nudging z1."""
    z1 = W0 @ x
    l1 = σ(z1)
    l1_delta, _ = deltas(W1, l1, σ(W1 @ l1), y)
    slopes = numerical_gradient(lambda z: ((σ(W1 @ σ(z)) - y) ** 2 / 2).sum(), z1)
    return relative_error(*np.broadcast_arrays(l1_delta, -slopes))


as_printed = delta_error(notes_deltas, W0, W1)
one_unit = delta_error(notes_deltas, W0[:1], W1[:, :1])
transposed = delta_error(mended_deltas, W0, W1)
settle(
    "C6.49",
    tested="The l1_delta that the three lines compute for the network of the example, against the slope of the error "
    "with respect to the hidden pre-activations, measured by differences.",
    holds=as_printed < 1e-6,
    control={
        "the same three lines with a single hidden unit, where no row can meet a column": one_unit
        < 1e-6,
        "two hidden units and W1 transposed in the second line": transposed < 1e-6,
    },
    evidence=f"As printed, l1_delta has shape {l1_delta.shape} beside an l1 of shape {l1.shape}, and a relative error of "
    f"{as_printed:.2f}; with one hidden unit the error is below {below(one_unit)}, with the transpose below {below(transposed)}.",
    turns={
        (
            "l1_error = l2_delta * W1  # back propagation",
            "l1_error = W1.T @ l2_delta",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# As printed, the three lines fail as soon as there are two hidden units; their idea survives: propagate, multiply by the slope, go on. (To see the card change, put
# `W1.T @ l2_delta` into `notes_deltas` and run the cells again. A test of this book does exactly that.)
#
# **Why did the loss fall?** Because $W_1$ learns correctly, and on this task $W_1$ alone is enough. Freeze one matrix and train the other:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
only_W1 = train(lambda *a: (0, our_update(*a)[1]), W0, W1, x, y)
only_W0 = train(lambda *a: (our_update(*a)[0], 0), W0, W1, x, y)
only_W0_notes = train(lambda *a: (notes_update(*a)[0], 0), W0, W1, x, y)
print(f"only W1 learns:                        L = {only_W1[-1]:.1e}")
print(f"only W0 learns, with our gradient:     L = {only_W0[-1]:.1e}")
print(f"only W0 learns, with the listing's:    L = {only_W0_notes[-1]:.1e}")
assert only_W1[-1] < L_ours[-1] < 1e-5 < only_W0_notes[-1] < only_W0[-1]

# %% [markdown]
# $W_1$ alone does all the work. And here the broken gradient of $W_0$ gets even further than the right one, because it is larger and happens to point downhill. That is luck. The right step and the listing's have an inner product of either sign:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(0)
uphill = []
for _ in range(1000):
    start = [rng.standard_normal(shape) for shape in ((2, 2), (1, 2), (2, 1))]
    target = rng.uniform(size=(1, 1))
    up0, right = notes_update(*start, target)[0], our_update(*start, target)[0]
    uphill.append((np.broadcast_to(up0, right.shape) * right).sum() < 0)
print(
    f"random inputs and weights: uphill for W0 in {np.mean(uphill):.0%} of 1000 starts"
)
assert 0.2 < np.mean(uphill) < 0.3

# %% [markdown]
# So **a falling loss does not prove a gradient.** Every gradient in this book is derived, then checked by differences, and in the library's tests compared with PyTorch as well. And since NumPy stretches shapes without a word (predictions (N, 1) minus targets (N,) give a table of N × N), the library refuses to.

# %% [markdown]
# :::{admonition} Exercise 2 · mend the listing for two outputs
# :class: exercise
# Let the network have several outputs: `W1` has shape (K, 2) and `delta2` shape (K, 1). Write the hidden error signal
# $\boldsymbol\delta_1$ in the column layout of this section. Which axis is summed over, and does your formula say so?
# :::


# %%
def hidden_delta(W1, delta2, a1):
    """δ1 (H, 1) from W1 (K, H), δ2 (K, 1) and the hidden activations a1 (H, 1)."""
    ...


exercises.check_hidden_delta(hidden_delta)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Hidden unit j reaches the loss through every output k, so the products W1[k, j] δ2[k] add up:
# that sum over k is what the matrix product with the transpose does.
def hidden_delta(W1, delta2, a1):
    return (W1.T @ delta2) * a1 * (1 - a1)


exercises.check_hidden_delta(hidden_delta)

# %% [markdown]
# (sec-6b-chain)=
# ## The chain rule, layer by layer
#
# *You can differentiate one network of six weights. After this section you can differentiate one of any depth and width, for a
# whole batch, in one short loop.*
#
# ### Several outputs
#
# (q6-10)=
# :::{admonition} Question 6.10 · The output is a vector, so several output units are needed: how is w updated then?
# :class: question
# Each output $k$ has an error signal of its own, $\delta_k$. A weight *into* output $k$ listens to that one alone:
# $\partial L/\partial W_{kj} = \delta_k\,a_j$. A hidden unit feeds all outputs, so the blame from all of them **adds up**:
# $\delta_j = \sigma'(z_j)\sum_k W_{kj}\,\delta_k$.
# :::
#
# Why a sum? When $a_j$ moves by a small $h$, every $z_k$ moves by $W_{kj}h$, and each moves the loss by $\delta_k W_{kj} h$ (first order).
# The loss feels all these moves together. In general, for a path that splits and joins again,
#
# $$
# \frac{\partial L}{\partial a} = \sum_k \frac{\partial L}{\partial z_k}\,\frac{\partial z_k}{\partial a} ,
# $$ (eq-6b-multivariate)
#
# the chain rule in several variables: *along a path derivatives multiply, over paths they add*. With sigmoid outputs and squared error,
# the output signals form the vector $\boldsymbol\delta_2 = (\hat{\mathbf y}-\mathbf y)\odot\hat{\mathbf y}\odot(1-\hat{\mathbf y})$. The functions `forward` and
# `backward` above did not need to be told: `W1.T @ δ2` sums over $k$ already. 3Blue1Brown's film has a good picture for this sum: each output unit that is wrong casts a vote on how
# every hidden activation should change, weighted by the connection, and the hidden unit follows the sum of all votes.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(1)
V0, V1, target = (
    rng.standard_normal((2, 2)),
    rng.standard_normal((2, 2)),
    rng.uniform(size=(2, 1)),
)
shared, top = backward(V0, V1, x, target)
first, second = (backward(V0, V1[[k]], x, target[[k]]) for k in (0, 1))
measured = numerical_gradient(lambda W: loss(W, V1, x, target), V0)
assert relative_error(shared, measured) < 1e-8
assert np.allclose(shared, first[0] + second[0])
assert np.allclose(top, np.vstack([first[1], second[1]]))


def draw_paths(ax):
    """One hidden unit, two outputs, one loss: the path splits and joins."""
    ax.set_axis_off()
    spots = {"a": (0, 0), "z₁": (1.5, 0.7), "z₂": (1.5, -0.7), "L": (3, 0)}
    slopes = {
        ("a", "z₁"): "w₁",
        ("a", "z₂"): "w₂",
        ("z₁", "L"): "δ₁",
        ("z₂", "L"): "δ₂",
    }
    for (tail, tip), label in slopes.items():
        color = BLUE if "₁" in label else ORANGE
        arrow(ax, spots[tail], spots[tip], color=color, shrinkA=16, shrinkB=16)
        middle = np.add(spots[tail], spots[tip]) / 2
        ax.text(*middle * [1, 1.45], label, color=color, ha="center", va="center")
    for name, spot in spots.items():
        ax.plot(*spot, "o", ms=30, mfc="none", mec=INK)
        ax.text(*spot, name, ha="center", va="center")
    ax.set(xlim=(-0.4, 3.4), ylim=(-1.2, 1.2))
    ax.set_title("∂L/∂a = δ₁w₁ + δ₂w₂")
    return (
        "Along the upper path (blue) the derivatives multiply to δ₁w₁, along the lower one (orange) to δ₂w₂. The loss feels "
        "both, so they add."
    )


show(draw_paths, figsize=(5.5, 2.4))

# %% [markdown]
# ### The lecture's network, forward and backward
#
# Hung-yi Lee's lecture, which the notes retell, splits the work in two. For any weight that leads from an activation $a$ to a
# pre-activation $z$,
#
# $$
# \frac{\partial L}{\partial w} = \underbrace{\frac{\partial z}{\partial w}}_{\text{forward pass: } a}\;\cdot\;
# \underbrace{\frac{\partial L}{\partial z}}_{\text{backward pass: } \delta} .
# $$ (eq-6b-lee)
#
# The first factor is whatever comes *in* through the weight: read it off while computing forward. The second factor obeys a recursion from the
# output down. The lecture's network has two inputs, $(1,-1)$, and three layers of two sigmoid units. Weights and biases are in the cell, as far as the notes' text lets us reconstruct the figure. Take three weights: one that
# leaves the second input, one that leaves the second unit of layer 1, one that leaves the second unit of layer 2. Their forward factors are the activations these three start from:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
lee_W = [
    np.array([[1.0, -2.0], [-1.0, 1.0]]),
    np.array([[2.0, -1.0], [-2.0, -1.0]]),
    np.array([[3.0, -1.0], [-1.0, 4.0]]),
]
lee_b = [np.array([[1.0], [0.0]]), np.zeros((2, 1)), np.array([[-2.0], [2.0]])]
activations = [np.array([[1.0], [-1.0]])]
for W, b in zip(lee_W, lee_b, strict=True):
    activations.append(σ(W @ activations[-1] + b))
print("forward factors:", [round(a[1, 0].item(), 2) for a in activations[:3]])

# %% [markdown]
# **The backward pass is a network too.** Look at {eq}`eq-6b-delta1` again: $\boldsymbol\delta_1 = \sigma'(\mathbf z_1)\odot(W_1^\top\boldsymbol\delta_2)$. It takes signals in at the
# top, mixes them with the transposed weights, and multiplies each by a number, $\sigma'(z)$. The lecture draws these units as *amplifiers* (放大器).
# There is no bending: once the forward pass is done, $\sigma'(z)$ is a constant. So the backward network is **linear** in the signal
# that is fed into it:
#
# $$
# \text{back}(\alpha\,\mathbf u + \beta\,\mathbf v) = \alpha\,\text{back}(\mathbf u) + \beta\,\text{back}(\mathbf v) .
# $$ (eq-6b-linear)
#
# Proof: it is composed of multiplications by $W^\top$ and by diagonal matrices $\text{diag}(\sigma'(\mathbf z))$, each of which is linear, and compositions of
# linear maps are linear. $\square$

# %% tags=["hide-input"] jupyter={"source_hidden": true}
lee_slopes = [a * (1 - a) for a in activations[1:]]


def back(signal):
    """From ∂L/∂a at the top to ∂L/∂z of every layer, output layer last."""
    δs = []
    for W, slope in zip(reversed(lee_W), reversed(lee_slopes), strict=True):
        δ = slope * signal
        δs.append(δ)
        signal = W.T @ δ
    return δs[::-1]


u, v = rng.standard_normal((2, 2, 1))
α, β = 2.5, -0.7
mixed = [α * p + β * q for p, q in zip(back(u), back(v), strict=True)]
superposition = max(
    np.abs(p - q).max() for p, q in zip(back(α * u + β * v), mixed, strict=True)
)
gains = np.concatenate(lee_slopes)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C6.48",
    because="The chain rule evaluates σ′ where the forward pass has left z. What remains on the way back are products with "
    "Wᵀ and with those numbers, and both are linear.",
    holds=superposition < 1e-12,
    evidence=f"Superposition holds to within {below(superposition)} in the lecture's network; the gains of its {gains.size} "
    f"amplifiers lie between {gains.min():.3f} and {gains.max():.3f}.",
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_backward(ax, second_signal):
    δs = back(np.array([[1.0], [second_signal]]))
    numbers = [[f"{v:.3f}" for v in δ.ravel()] for δ in δs]
    network(ax, numbers, [W.T for W in lee_W[1:]], backward=True, marker="<")
    ax.set_title("The backward network: signals run from right to left")
    return (
        f"Fed with ∂L/∂a = (1, {second_signal:.3g}) at the output, the amplifiers pass "
        f"δ = ({δs[0][0, 0]:.4f}, {δs[0][1, 0]:.4f}) to the first layer."
    )


explore(draw_backward, second_signal=np.linspace(-2, 2, 17), start=8)

# %% [markdown]
# Fed in at the right are the signals 1 and the slider's; each triangle holds what its amplifier makes of them. Every number is a straight-line function of the slider (the upper right one does not depend on it). The first layer receives signals more than a hundred times smaller than what was fed in: an "amplifier" with a gain of at most one quarter attenuates.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
strongest = max(
    np.abs(back(np.array([[1.0], [s]]))[0]).max() / np.hypot(1, s)
    for s in np.linspace(-2, 2, 17)
)
assert strongest < 0.01

# %% [markdown]
# ### From the last layer backward, and why that order
#
# In practice, the notes say, one computes the derivatives from the last layer back to the first. One could also start at a weight and follow every
# path up to the output. Both give the same number. The first visits each unit once, because $\delta$ of a layer serves everything below it. The second walks each path on its own, and the number of paths is
# the width to the power of the number of layers above.
#
# Reuse alone does not choose the direction. One can also nudge one weight and carry the nudge *up* from layer to layer, without walking any path twice; that is *forward mode*. Each further weight needs a sweep of its own. A sweep back answers for one loss what moves it, and serves all weights at once. A network has many weights and one loss, so go backward.

# %% [markdown]
# ### A batch, and the change of layout
#
# Real training pushes $N$ samples through at once, and the loss $L$ is the mean over them. From here on samples are **rows**: $X$ has shape $(N, D)$ and a layer computes
#
# $$
# Z = XW + \mathbf 1\,\mathbf b^\top,\qquad X\,(N,D),\; W\,(D,K),\; \mathbf b\,(K),\; Z\,(N,K) ,
# $$ (eq-6b-affine)
#
# so $W$ here is the transpose of the notes' $W$. All gradients follow from {eq}`eq-6b-multivariate`, entry by entry. Write $dZ$ for $\partial L/\partial Z$, and so
# on; an array and its gradient have the same shape. $Z_{nk} = \sum_d X_{nd}W_{dk} + b_k$ gives
#
# $$
# dX_{nd} = \sum_k dZ_{nk}W_{dk}, \qquad dW_{dk} = \sum_n X_{nd}\,dZ_{nk}, \qquad db_k = \sum_n dZ_{nk} ,
# $$ (eq-6b-affine-entries)
#
# $$
# dX = dZ\,W^\top, \qquad dW = X^\top dZ, \qquad d\mathbf b = \textstyle\sum_n dZ_n .
# $$ (eq-6b-affine-backward)
#
# Note what is summed: $dX$ sums over the outputs of one sample, $dW$ and $d\mathbf b$ over the samples. One weight serves all samples, so it collects blame from all. You need to remember little: of the products of $X$ $(N,D)$ and $dZ$ $(N,K)$ only $X^\top dZ$ has the shape of $W$. Shapes find the formula. They do not *prove* it, as
# square matrices show: there $dZ\,W$ fits as well as $dZ\,W^\top$.
#
# **A network of any depth.** With $\delta^{(l)} = \partial L/\partial Z^{(l)}$ and activations $A^{(l)} = \sigma(Z^{(l)})$, $A^{(0)} = X$,
#
# $$
# \begin{aligned}
# \delta^{(M)} &= \frac{\partial L}{\partial A^{(M)}}\odot\sigma'(Z^{(M)}),\\
# \delta^{(l)} &= \bigl(\delta^{(l+1)}W^{(l+1)\top}\bigr)\odot\sigma'(Z^{(l)}), \qquad
# \frac{\partial L}{\partial W^{(l)}} = A^{(l-1)\top}\delta^{(l)} ,\qquad
# \frac{\partial L}{\partial \mathbf b^{(l)}} = \textstyle\sum_n \delta_n^{(l)} .
# \end{aligned}
# $$ (eq-6b-layers)
#
# ($M$ is the number of layers. The $1/N$ of the mean enters once, in $\partial L/\partial A^{(M)}$, and travels down with $\delta$: that is why the weight gradients are sums.)


# %%
def mlp_gradients(Ws, bs, X, Y):
    """All gradients of L = 1/N Σ ½‖A − y‖² for sigmoid layers: forward, then back."""
    A = [X]
    for W, b in zip(Ws, bs, strict=True):
        A.append(σ(A[-1] @ W + b))
    dA, dWs, dbs = (A[-1] - Y) / len(X), [], []
    for W, a_in, a_out in zip(
        reversed(Ws), reversed(A[:-1]), reversed(A), strict=False
    ):
        δ = dA * a_out * (1 - a_out)
        dWs.insert(0, a_in.T @ δ)
        dbs.insert(0, δ.sum(axis=0))
        dA = δ @ W.T
    return dWs, dbs


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def mlp_loss(Ws, bs, X, Y):
    A = X
    for W, b in zip(Ws, bs, strict=True):
        A = σ(A @ W + b)
    return ((A - Y) ** 2).sum() / (2 * len(X))


def replaced(arrays, i, array):
    return [*arrays[:i], array, *arrays[i + 1 :]]


for depth in range(1, 6):
    sizes = [3, *[4] * (depth - 1), 2]
    Ws = [rng.standard_normal(shape) for shape in zip(sizes, sizes[1:])]
    bs = [rng.standard_normal(K) for K in sizes[1:]]
    X, Y = rng.standard_normal((6, 3)), rng.uniform(size=(6, 2))
    dWs, dbs = mlp_gradients(Ws, bs, X, Y)
    for i in range(depth):
        measured_W = numerical_gradient(
            lambda W: mlp_loss(replaced(Ws, i, W), bs, X, Y), Ws[i]
        )
        measured_b = numerical_gradient(
            lambda b: mlp_loss(Ws, replaced(bs, i, b), X, Y), bs[i]
        )
        assert relative_error(dWs[i], measured_W) < 1e-7
        assert relative_error(dbs[i], measured_b) < 1e-7
print("1 to 5 layers: all gradients agree with differences")

# %% [markdown]
# The backward half is one short loop, whatever the depth.
#
# **Which δ?** The notes also print the gradient as $\nabla = \sigma'\,\delta\,x$. Whether that is right depends on what $\delta$ is taken to be. If
# $\delta = \partial L/\partial a$, the factor $\sigma'$ is needed. With the definition of this book and most others,
# $\delta = \partial L/\partial z$, it would be counted twice. Two readings, one check:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def gradient_of_W0(δ_is):
    """∇ = σ′ δ x for the example, with δ read as ∂L/∂a or as ∂L/∂z."""
    a1, ŷ = forward(W0, W1, x)
    dL_da = W1.T @ ((ŷ - y) * ŷ * (1 - ŷ))
    slope = a1 * (1 - a1)
    δ = dL_da if δ_is == "∂L/∂a" else slope * dL_da
    return slope * δ @ x.T


readings = {
    name: relative_error(gradient_of_W0(name), measured_W0)
    for name in ("∂L/∂a", "∂L/∂z")
}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C6.63",
    tested="The formula's gradient of W0 in the worked example against differences, with either meaning of δ.",
    on="meaning of δ",
    cases={f"δ = {name}": error < 1e-6 for name, error in readings.items()},
    evidence=f"With δ = ∂L/∂a the relative error is below {below(readings['∂L/∂a'])}, with δ = ∂L/∂z it is {readings['∂L/∂z']:.2f}.",
    turns={("else slope * dL_da", "else dL_da"): "TRUE"},
)

# %% [markdown]
# **Full and partial connection.** The notes ask what distinguishes the two. For the gradient, nothing: a missing connection is a weight that is multiplied by a zero, $W\odot K$ with a mask $K$ of zeros and ones, and by the chain rule its gradient is masked as well.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
mask = np.array(
    [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=float
)  # each output sees two neighbors
W, X = rng.standard_normal((3, 4)), rng.standard_normal((5, 3))
dW = (X.T @ np.ones((5, 4))) * mask
measured_dW = numerical_gradient(lambda V: (X @ (V * mask)).sum(), W)
agree = relative_error(dW, measured_dW) < 1e-8
assert agree and not measured_dW[mask == 0].any()


def draw_layers(axes):
    for ax, weights, name in zip(axes, (np.ones((4, 3)), mask.T), ("dense", "local")):
        network(ax, [[""] * 4, [""] * 3], [weights], labels=False)
        ax.set_title(f"{name}: {int(weights.sum())} weights")
    return (
        f"In the dense layer each of the 3 outputs sees all 4 inputs, in the local one only two neighbors: "
        f"{int(mask.sum())} weights instead of {mask.size}."
    )


show(draw_layers, columns=2, figsize=(7.5, 2.8))

# %% [markdown]
# Partial connection means fewer weights, and a decision about which inputs a unit may see. With neighbors connected and the same few weights used at every place, this is a convolution; the chapter on convolutional networks begins there.
#
# :::{admonition} Exercise 3 · a gain per feature
# :class: exercise
# A layer multiplies feature $d$ of every sample by a gain of its own: $Y_{nd} = X_{nd}\,g_d$, with $X$ $(N, D)$ and $g$ $(D)$. Derive both
# gradients entry by entry, as in {eq}`eq-6b-affine-entries`, and return them. Which of the two is summed over the batch?
# :::


# %%
def gain_backward(X, g, dY):
    """(dX, dg) of shapes (N, D) and (D,) for Y = X g, given dY (N, D)."""
    ...


exercises.check_gain_backward(gain_backward)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. X[n, d] occurs in Y[n, d] alone; g[d] occurs in Y[n, d] for every n, so its blame adds up over n.
def gain_backward(X, g, dY):
    return dY * g, (dY * X).sum(axis=0)


exercises.check_gain_backward(gain_backward)

# %% [markdown]
# (sec-6b-pairs)=
# ## Every function returns its value and its pullback
#
# *Your backward pass works for chains of sigmoid layers. After this section you can differentiate anything you can compose.*
#
# `mlp_gradients` has to know the whole network. Change one activation and you must edit the loop. The way out is to let every function
# answer for itself. It knows how it computed its value, so it also knows how to send a gradient back through. Let it return both:
#
# $$
# f:\; x \;\longmapsto\; \bigl(\,y,\;\; \text{backward}: dy \mapsto dx\,\bigr),
# \qquad dx_i = \sum_j dy_j\,\frac{\partial y_j}{\partial x_i} .
# $$ (eq-6b-pullback)
#
# `backward` is called the *pullback* or vector–Jacobian product: it multiplies the row $dy$ into the Jacobian matrix $J$, with entries $J_{ji}=\partial y_j/\partial x_i$, without ever building that matrix. Here
# are two, under the names and signatures they have in the library. Read {eq}`eq-6b-affine-backward` and {eq}`eq-6b-sigmoid-slope` in them:


# %%
def linear(x, W, b):
    y = x @ W + b

    def backward(dy):
        return dy @ W.T, x.T @ dy, dy.sum(axis=0)

    return y, backward


def sigmoid(z):
    y = 1 / (1 + np.exp(-z))
    return y, lambda dy: dy * y * (1 - y)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
X, W, b = (
    rng.standard_normal((5, 3)),
    rng.standard_normal((3, 2)),
    rng.standard_normal(2),
)
for ours, library, args in ((linear, F.linear, (X, W, b)), (sigmoid, F.sigmoid, (X,))):
    y_ours, back_ours = ours(*args)
    y_library, back_library = library(*args)
    dy = rng.standard_normal(y_ours.shape)
    agree = np.allclose(y_ours, y_library) and all(
        map(np.allclose, back_ours(dy), back_library(dy))
    )
    assert agree


def draw_pullback(ax):
    """A function as a box: a wire in and out, and a wire back."""
    ax.set_axis_off()
    ax.plot([1, 2, 2, 1, 1], [0, 0, 1, 1, 0], color=INK)
    wires = [((0, 0.72), (1, 0.72), "x"), ((2, 0.72), (3, 0.72), "y")]
    for tail, tip, name in wires:
        arrow(ax, tail, tip, color=BLUE)
        ax.text(tail[0] + 0.5, 0.8, name, color=BLUE, ha="center")
    for tail, tip, name in (((3, 0.28), (2, 0.28), "dy"), ((1, 0.28), (0, 0.28), "dx")):
        arrow(ax, tail, tip, color=ORANGE)
        ax.text(tip[0] + 0.5, 0.36, name, color=ORANGE, ha="center")
    ax.text(1.5, 0.72, "f", color=BLUE, ha="center", va="center")
    ax.text(1.5, 0.28, "backward", color=ORANGE, ha="center", va="center")
    ax.set(xlim=(-0.1, 3.1), ylim=(-0.1, 1.1))
    ax.set_title("A function and its pullback")
    return "The value goes to the right. What the loss feels at y comes back on the second wire, and leaves the box as what it feels at x."


show(draw_pullback, figsize=(5.5, 2.0))

# %% [markdown]
# From here on the library's versions serve; `lib/dlnotes/functional.py` is a table of such pairs, made to be read. `backward` is
# defined inside `linear`, so it still sees the `x` and `W` of *that* call after `linear` has returned. Such a function is called a *closure*. Nothing is stored on an object, so nothing can be stale: a layer object that leaves its value on `self` for `backward` to find, and is used twice, has overwritten the value that its first use needs.
#
# **Composition** (复合) chains the pullbacks in reverse. Only the gradients of the weights are missing yet; everything else of backpropagation is here:


# %%
def compose(*functions):
    def composed(x):
        pullbacks = []
        for f in functions:
            x, pullback = f(x)
            pullbacks.append(pullback)

        def backward(dy):
            for pullback in reversed(pullbacks):
                dy = pullback(dy)
            return dy

        return x, backward

    return composed


bent = compose(F.sigmoid, F.tanh, F.softmax)
assert check_vjp(bent, rng.standard_normal((4, 3)), rng=rng) < 1e-8

# %% [markdown]
# `check_vjp` is the library's gradient check: it draws a random direction $u$ for the argument and a random $v$ for the value, and compares
#
# $$
# \langle v,\; J u\rangle \approx \Bigl\langle v,\; \frac{f(x+\varepsilon u)-f(x-\varepsilon u)}{2\varepsilon}\Bigr\rangle
# \qquad\text{with}\qquad \langle \text{backward}(v),\; u\rangle .
# $$ (eq-6b-adjoint)
#
# The two must agree, because both are $v^\top J u$: one multiplies $J$ from the right first, the other from the left. A pullback is the *adjoint* of the derivative.
#
# **Sharing.** An array used in two places is a path that splits; by {eq}`eq-6b-multivariate` its gradients **add**. In a network with
# tied weights, $Y = \tanh(XW)\,W^\top$, the matrix $W$ works twice:


# %%
def tied(X, W):
    A, back_A = F.linear(X, W)
    H, back_H = F.tanh(A)
    Y, back_Y = F.linear(H, W.T)

    def backward(dY):
        dH, dWT = back_Y(dY)
        dX, dW = back_A(back_H(dH))
        return dX, dW + dWT.T  # two uses, two contributions

    return Y, backward


# %% tags=["hide-input"] jupyter={"source_hidden": true}
error = check_vjp(
    tied, rng.standard_normal((6, 4)), rng.standard_normal((4, 3)), rng=rng
)
assert error < 1e-8

# %% [markdown]
# **Where the weights come in.** `compose` takes functions of one argument; `linear` has three. The library's `Layer` binds the weights to it. On the way back it adds $dW$ and $d\mathbf b$ to the `.grad` of its parameters and hands on $dX$ alone; `Sequential` is `compose`. An *optimizer* then takes the step, $-\eta$ times `.grad`, or a refined one. And because every pullback *adds* to `.grad`, gradients must be set to zero before each backward pass; forgetting it is a classic bug, and you will meet it again in the [table of planted bugs](#sec-6b-checking).

# %% [markdown]
# (sec-6b-fused)=
# ### Softmax and cross-entropy: two hard functions, one easy pair
#
# For classification the outputs $\mathbf z$ become probabilities, $p_i = e^{z_i}/\sum_j e^{z_j}$, and the loss is the negative logarithm of the probability of the right class $c$,
# $\ell = -\ln p_c$. The softmax mixes all its inputs. [Chapter 4b](04b_gradients_and_curvature.ipynb) derived its slopes, $\partial p_i/\partial z_j=p_i([i=j]-p_j)$, where $[i=j]$ is 1 if $i=j$ and 0 otherwise. So its pullback is
#
# $$
# dz_j = \sum_i dp_i\,p_i\,([i=j]-p_j) = p_j\,\Bigl(dp_j - \sum_i dp_i\,p_i\Bigr) .
# $$ (eq-6b-softmax)
#
# Now take the
# logarithm first: $\ell = -\ln p_c = -z_c + \ln\sum_k e^{z_k}$, and
#
# $$
# \frac{\partial \ell}{\partial z_j} = -[j=c] + \frac{e^{z_j}}{\sum_k e^{z_k}} = p_j - [j=c] .
# $$ (eq-6b-ce)
#
# Prediction minus target: everything else has canceled. The notes call the result "simple and beautiful" and say one can write it directly into
# code. They are right:


# %%
def one_line(logits, labels):
    return (F.softmax(logits)[0] - np.eye(3)[labels]) / len(labels)


def the_long_way(logits, labels):
    """Back through −ln p, then back through the softmax."""
    p, back_p = F.softmax(logits)
    return back_p(np.where(np.eye(3)[labels] == 1, -1 / (p * len(labels)), 0.0))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
labels = np.array([0, 2, 1, 1])
logits = rng.standard_normal((4, 3))
_, backward_ce = losses.cross_entropy(logits, labels)
for gradient in (one_line, the_long_way):
    assert relative_error(gradient(logits, labels), backward_ce()) < 1e-8


def cross_entropy(z, labels):
    return losses.cross_entropy(z, labels)[0]


def squared_error(z, labels):
    return ((F.softmax(z)[0] - np.eye(3)[labels]) ** 2).sum() / (2 * len(labels))


def slope_errors(gradient, loss=cross_entropy):
    """Relative error of the gradient for 20 batches of ordinary logits and as many of huge ones."""
    errors = np.empty((2, 20))
    for i, seed in np.ndindex(errors.shape):
        draws = np.random.default_rng(seed)
        z = (1, 1000)[i] * draws.standard_normal((12, 3))
        labels = draws.integers(0, 3, 12)
        measured = numerical_gradient(lambda z: loss(z, labels), z)
        with np.errstate(all="ignore"):  # the long way divides by p = 0
            errors[i, seed] = relative_error(gradient(z, labels), measured)
    return errors


errors = slope_errors(one_line)
settle(
    "C6.32",
    tested="The gradient written as one line, (p − one-hot)/N, against differences of the loss, on batches with logits of "
    "ordinary size and on batches with logits a thousand times as large.",
    holds=(errors < 1e-6).all(axis=0),
    control={
        "the same line for the squared error of the probabilities": (
            slope_errors(one_line, squared_error) < 1e-6
        ).all(axis=0),
        "the gradient composed of the slopes of −ln p and of the softmax": (
            slope_errors(the_long_way) < 1e-6
        ).all(axis=0),
    },
    evidence=f"On {errors.size} batches the relative error of the line stays below {below(errors.max())}.",
    turns={("np.eye(3)[labels]) / len(labels)", "np.eye(3)[labels])"): "FALSE"},
)

# %% [markdown]
# The fused pair is not only shorter. The long way divides by $p$, and a confident mistake makes $p$ underflow. The fused loss never forms $p_c$, and it takes the largest score $m$ out of its $\ln\sum_ke^{z_k}=m+\ln\sum_ke^{z_k-m}$, which would overflow otherwise ([chapter 4a](04a_numbers_on_a_computer.ipynb)).
#
# **A classic bug** lives here as well: normalizing over the wrong axis. With `axis=0` the "probabilities" of each class sum to one *over the
# batch*. Shapes fit, the loss is a number, and it can even fall. The check that sees it at a glance is an invariant: every row must sum to one.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def softmax_over_batch(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


print("row sums, right axis:", F.softmax(logits)[0].sum(axis=1))
print("row sums, wrong axis:", softmax_over_batch(logits).sum(axis=1))

# %% [markdown]
# :::{admonition} Exercise 4 · tied weights
# :class: exercise
# Write the pair for $Y = X\,W\,W^\top$ with one matrix $W$ $(D, K)$: return $Y$ and a `backward` that gives $(dX, dW)$.
# :::


# %%
def project(X, W):
    """Y = X W Wᵀ and its pullback dY → (dX, dW)."""
    ...


exercises.check_project(project)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Two uses of W, two contributions; the second is transposed because W was.
def project(X, W):
    A, back_A = F.linear(X, W)
    Y, back_Y = F.linear(A, W.T)

    def backward(dY):
        dA, dWT = back_Y(dY)
        dX, dW = back_A(dA)
        return dX, dW + dWT.T

    return Y, backward


exercises.check_project(project)

# %% [markdown]
# :::{admonition} Exercise 5 · log-softmax
# :class: exercise
# $y_i = z_i - \ln\sum_k e^{z_k}$ over the last axis, for any leading axes. Write the pair. The value must survive logits of ±1000, and `backward`
# must not build a Jacobian: write $dz_j=\sum_i dy_i\,\partial y_i/\partial z_j$, and see which sum does not depend on $j$.
# :::


# %%
def log_softmax(z):
    """y = z − ln Σ eᶻ over the last axis, and its pullback."""
    ...


exercises.check_log_softmax(log_softmax)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. ∂yᵢ/∂zⱼ = [i = j] − pⱼ, so dz = dy − p Σ dy. Shifting by the maximum keeps the exponentials finite.
def log_softmax(z):
    shifted = z - z.max(axis=-1, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return y, lambda dy: dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)


exercises.check_log_softmax(log_softmax)

# %% [markdown]
# (sec-6b-tape)=
# ## A tape in sixty lines
#
# *You still write each backward pass yourself. After this section the machine writes it, for any program.*
#
# (q6-6)=
# :::{admonition} Question 6.6 · Must derivatives be hard-coded because code cannot differentiate? Or is it implemented by a tree?
# :class: question
# The notes first write that code cannot differentiate, then, one line later, that it can: hard-code the basic rules, build a computational
# graph (计算图), propagate; "probably with a tree". The second thought is right, except for the tree. Three ways exist: *numerical* (differences),
# *symbolic* (rewrite the formula), and *automatic*: run the program, note which rule was used on which values, and play the notes back
# in reverse. And the notes form a graph in which a value may have several consumers, not a tree.
# :::
#
# The basic rules are there already: they are the pairs of the last section. What is missing is the record. A `Node` holds a value, the nodes it was made from, and the pullback.


# %%
class Node:
    """A value that remembers the nodes it came from and how to send them gradients."""

    def __init__(self, value, parents=(), pullback=None):
        self.value, self.parents, self.pullback = value, parents, pullback
        self.grad = 0.0

    def __add__(self, other):
        return lift(add)(self, other)

    def __mul__(self, other):
        return lift(multiply)(self, other)

    def __matmul__(self, other):
        return lift(F.linear)(self, other)

    __radd__, __rmul__ = __add__, __mul__


def lift(f):
    """Let f, which returns (value, pullback), act on Nodes and be recorded."""

    def lifted(*args):
        nodes = [a if isinstance(a, Node) else Node(a) for a in args]
        value, pullback = f(*(node.value for node in nodes))
        return Node(value, nodes, pullback)

    return lifted


# %% [markdown]
# Two more rules, sum and product, each with its pullback. Broadcasting copies, and the gradient of a copy adds up; `F.sum_to` does that sum.


# %%
def add(a, b):
    return a + b, lambda dy: (F.sum_to(dy, np.shape(a)), F.sum_to(dy, np.shape(b)))


def multiply(a, b):
    return a * b, lambda dy: (
        F.sum_to(dy * b, np.shape(a)),
        F.sum_to(dy * a, np.shape(b)),
    )


# %% [markdown]
# Then the walk back. A node may pass its gradient on only when *all* its consumers have reported. A topological order guarantees that: list each node
# after its parents, and go through the list in reverse.


# %%
def topological(root):
    """Every node that root depends on, each after its parents."""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


def backpropagate(root):
    """Fill .grad of every node with ∂root/∂node; returns how many pullbacks ran."""
    order = topological(root)
    for node in order:
        node.grad = np.zeros_like(node.value)
    root.grad = np.ones_like(root.value)
    recorded = [node for node in reversed(order) if node.pullback]
    for node in recorded:
        gradients = node.pullback(node.grad)
        gradients = gradients if isinstance(gradients, (tuple, list)) else (gradients,)
        for parent, gradient in zip(node.parents, gradients, strict=True):
            parent.grad = parent.grad + gradient
    return len(recorded)


# %% [markdown]
# That is the entire machine; the sorted list of nodes is the *tape*. Try a small graph that is not a tree, $f = a\,b + a$, where $a$ is used twice.
#
# :::{admonition} Predict
# :class: predict
# At $a=3$, $b=4$, write down $\partial f/\partial a$ and $\partial f/\partial b$ with a pencil. Which number would you get for $a$ if the walk *replaced* the gradient of a node instead of adding to it?
# :::

# %%
a, b = Node(np.array(3.0)), Node(np.array(4.0))
f = a * b + a
backpropagate(f)
print(f"f = {f.value},  ∂f/∂a = {a.grad},  ∂f/∂b = {b.grad}")
assert (a.grad, b.grad) == (4.0 + 1.0, 3.0)

# %% [markdown]
# The graph itself, drawn from `Node.parents`: the value $v$ of each node, and the gradient $g$ that came back.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_graph(ax, places, names):
    """Nodes at their places, an arrow from each parent to its child."""
    ax.set_axis_off()
    for node, (column, row) in places.items():
        for k, parent in enumerate(node.parents):
            bend = (
                0.25
                * (k - 0.5)
                * (len(node.parents) > 1 and node.parents[0] is node.parents[1])
            )
            style = {"arrowstyle": "-|>", "color": BLUE, "shrinkA": 34, "shrinkB": 34}
            style["connectionstyle"] = f"arc3,rad={bend}"
            ax.annotate("", (column, row), places[parent], arrowprops=style)
        ax.plot(column, row, "o", ms=60, mfc="none", mec=INK)
        text = f"{names[node]}\nv = {node.value:g}\ng = {node.grad:g}"
        ax.text(column, row, text, ha="center", va="center")
    ax.margins(0.22, 0.35)


def draw_sum(ax):
    product = f.parents[0]
    places = {a: (0, 1), b: (0, 0), product: (1.2, 0), f: (2.4, 0.5)}
    draw_graph(ax, places, {a: "a", b: "b", product: "a · b", f: "a · b + a"})
    ax.set_title("A graph, not a tree: a has two consumers")
    return (
        f"The value a = {a.value:g} goes into the product and into the sum, so its gradient {a.grad:g} is the sum "
        f"of {product.grad * b.value:g} and {f.grad:g}."
    )


show(draw_sum, figsize=(5.5, 2.7))

# %% [markdown]
# Replacing would leave the gradient of whichever path reports last, here 4 of the 5. (Square a number fourteen times: $2^{14}$ paths lead from the result to the start, and the tape calls fourteen pullbacks.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
start = Node(np.array(1.001))
end = start
for _ in range(14):
    end = end * end
pullbacks_called = backpropagate(end)
by_power_rule = 2**14 * 1.001 ** (2**14 - 1)
squares_error = abs(start.grad / by_power_rule - 1)
assert squares_error < 1e-9 and pullbacks_called == 14

# %% [markdown]
# ### It differentiates programs
#
# The tape never sees the source code. It sees which operations ran. So a loop is unrolled, and of a branch only the side that was taken exists. (At the boundary between two branches the value may jump; the tape knows nothing of that.) Here is a program with both, and its
# slope against differences:


# %%
def program(x):
    """Until it is large: square, or triple and add one, as the value asks."""
    steps = 0
    while (x.value if isinstance(x, Node) else x) < 50:
        value = x.value if isinstance(x, Node) else x
        x = x * x if value > 2 else 3 * x + 1
        steps += 1
    return x, steps


# %% tags=["hide-input"] jupyter={"source_hidden": true}
STARTS = np.linspace(0.11, 3.9, 40)


def differentiated(program):
    """Does the tape agree with differences at every start?"""
    gaps = []
    for start in STARTS:
        leaf = Node(np.array(start))
        end, _ = program(leaf)
        backpropagate(end)
        measured = (program(start + 1e-6)[0] - program(start - 1e-6)[0]) / 2e-6
        gaps.append(abs(leaf.grad - measured) / abs(measured))
    return max(gaps) < 1e-6


rounds = sorted({program(start)[1] for start in STARTS})
print(f"{len(STARTS)} starts, loops of {rounds} rounds")
print(f"the tape agrees with differences: {differentiated(program)}")


def on_plain_numbers(f):
    """A program whose first step, f, is computed outside the graph."""

    def program_from(x):
        inside = isinstance(x, Node)
        value = f(x.value if inside else x)
        return program(Node(value) if inside else value)

    return program_from


without_rule = on_plain_numbers(np.exp)
settle(
    "C6.33",
    tested="Whether the derivative of a program with a loop and a branch, which nobody wrote down, is out of the tape's "
    "reach: whether it disagrees with differences at one of the starts.",
    holds=not differentiated(program),
    control={
        "the exponential before the program, for which the tape has been given no rule": not differentiated(
            without_rule
        )
    },
    evidence=f"Over {rounds[0]} to {rounds[-1]} rounds and {len(STARTS)} starts the tape and differences agree.",
    turns={("parent.grad = parent.grad + gradient", "parent.grad = gradient"): "TRUE"},
    card=True,
)

# %% [markdown]
# The network of the first section on the tape, against the gradients that we derived by hand (rows are samples from here on, so the weights are transposed):

# %%
node_W0, node_W1 = Node(W0.T), Node(W1.T)
output = lift(F.sigmoid)(lift(F.sigmoid)(Node(x.T) @ node_W0) @ node_W1)
L_node = lift(lambda prediction: losses.squared_error(prediction, y))(output)
backpropagate(L_node)
tape_error = max(
    relative_error(node_W0.grad.T, by_hand[:4].reshape(2, 2)),
    relative_error(node_W1.grad.T, by_hand[4:][None]),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C6.34",
    tested="Whether rules, graph and propagation suffice: on the network of the first section, against the gradients "
    "derived by hand; on repeated squaring, where nodes are shared; and on the program with loop and branch.",
    holds=tape_error < 1e-12 and squares_error < 1e-9 and differentiated(program),
    control={
        "the program's first step is left out of the graph": differentiated(
            on_plain_numbers(lambda x: 3 * x + 1)
        ),
        "a step has no rule": differentiated(without_rule),
    },
    evidence=f"The tape of {len(topological(L_node))} nodes gives the gradients derived by hand to within {below(tape_error)}, "
    f"the derivative of fourteen squarings to within {below(squares_error)}, and agrees with differences at all {len(STARTS)} starts of the program.",
    turns={("parent.grad = parent.grad + gradient", "parent.grad = gradient"): "FALSE"},
)

# %% [markdown]
# Nothing in the tape knows about networks. A new operation costs one pair. That is also how the large frameworks do it (Baydin et al. [2018](../book/bibliography.md) survey the field).
#
# The library of this book uses pairs *without* a tape. Its networks are mostly chains, where composing pullbacks is enough, and the code you debug is then the code you read.
#
# :::{admonition} Exercise 6 · a new rule for the tape
# :class: exercise
# Write the pair `divide(a, b)` for $a/b$, elementwise on arrays of equal shape, so that `lift(divide)` works on Nodes.
# :::


# %%
def divide(a, b):
    """a / b and the pullback dy → (da, db)."""
    ...


exercises.check_divide(divide)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. ∂(a/b)/∂a = 1/b and ∂(a/b)/∂b = −a/b².
def divide(a, b):
    return a / b, lambda dy: (dy / b, -dy * a / b**2)


exercises.check_divide(divide)

# %% [markdown]
# (sec-6b-checking)=
# ## Gradient checking as an instrument
#
# *You have been comparing with differences all along. After this section you know how far to trust them, and which mistakes they cannot see.*
#
# ### The step has a best size
#
# How wrong is the central difference itself? Expand $L$ around $w$ (Taylor):
#
# $$
# L(w\pm\varepsilon) = L \pm \varepsilon L' + \tfrac{\varepsilon^2}{2}L'' \pm \tfrac{\varepsilon^3}{6}L''' + O(\varepsilon^4) .
# $$ (eq-6b-taylor)
#
# Subtract the two and divide by $2\varepsilon$. The even terms cancel:
#
# $$
# \begin{aligned}
# \frac{L(w+\varepsilon)-L(w-\varepsilon)}{2\varepsilon} &= L' + \frac{\varepsilon^2}{6}L''' + O(\varepsilon^4) ,\\[4pt]
# \frac{L(w+\varepsilon)-L(w)}{\varepsilon} &= L' + \frac{\varepsilon}{2}L'' + O(\varepsilon^2) .
# \end{aligned}
# $$ (eq-6b-truncation)
#
# So the central difference errs by $\varepsilon^2$, the one-sided by $\varepsilon$: for one more evaluation you get twice the digits. That speaks for a small $\varepsilon$. But $L$ is computed in
# floating point, with an error of about $u\lvert L\rvert$, where $u \approx 1.1\cdot10^{-16}$ in double precision. (Here it will be a few times that, because $L$ is itself made from a small difference.) The subtraction keeps that error, and the division by $2\varepsilon$ blows it up:
#
# $$
# \text{error}(\varepsilon) \approx \frac{\varepsilon^2}{6}\lvert L'''\rvert + \frac{u\lvert L\rvert}{\varepsilon},
# \qquad \varepsilon^* = \Bigl(\frac{3u\lvert L\rvert}{\lvert L'''\rvert}\Bigr)^{1/3} .
# $$ (eq-6b-best-step)
#
# The sum is smallest at $\varepsilon^*$ (set its derivative to zero: $\varepsilon\lvert L'''\rvert/3 = u\lvert L\rvert/\varepsilon^2$.) On logarithmic axes the error must look like a V. Does it? Take all six weights of the example:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
θ = np.concatenate([W0.ravel(), W1.ravel()])


def L_of(θ, dtype=float):
    W = θ.astype(dtype)
    return loss(
        W[:4].reshape(2, 2), W[4:].reshape(1, 2), x.astype(dtype), y.astype(dtype)
    )


def differences(ε, kind, dtype=float):
    """All six derivatives by central or one-sided differences in the given precision."""
    ε = dtype(ε)
    steps = ε * np.eye(6, dtype=dtype)
    ahead, behind = (
        np.array([L_of(θ.astype(dtype) + s * e, dtype) for e in steps]) for s in (1, -1)
    )
    return (
        (ahead - behind) / (2 * ε)
        if kind == "central"
        else (ahead - L_of(θ, dtype)) / ε
    )


sizes = np.logspace(-1, -13, 25)
kinds = {
    "central": ("central", float),
    "one-sided": ("one-sided", float),
    "central, float32": ("central", np.float32),
}
error = {
    name: [relative_error(differences(ε, *kind), by_hand) for ε in sizes]
    for name, kind in kinds.items()
}
at_1e4 = {name: error[name][6] for name in kinds}
print(
    f"at ε = {sizes[6]:.0e}: central {at_1e4['central']:.1e}, one-sided {at_1e4['one-sided']:.1e}"
)
assert at_1e4["central"] < 1e-3 * at_1e4["one-sided"]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
h = 1e-2
ahead2, ahead1, back1, back2 = (
    np.array([L_of(θ + k * h * e) for e in np.eye(6)]) for k in (2, 1, -1, -2)
)
third = np.linalg.norm(
    (ahead2 - 2 * ahead1 + 2 * back1 - back2) / (2 * h**3)
)  # |L‴|, itself by differences
size = 2 * np.linalg.norm(by_hand)
truncation = sizes**2 * third / 6 / size
rounding = np.finfo(float).eps / 2 * L * np.sqrt(6) / sizes / size


def draw_v(ax, ε):
    lines(ax, sizes, error, log="xy", xlabel="step ε", ylabel="relative error")
    i = np.abs(np.log(sizes / ε)).argmin()
    ax.axvline(ε, color=INK, lw=1)
    ax.plot(sizes, truncation + rounding, "-", color=INK, lw=6, alpha=0.3)
    ax.set_ylim(1e-12, 10)
    larger = "truncation" if truncation[i] > rounding[i] else "rounding"
    ax.set_title(f"ε = {ε:.0e}: {larger} dominates")
    return (
        f"At ε = {ε:.0e} theory gives the central difference a truncation error of {truncation[i]:.0e} and a rounding "
        f"error of {rounding[i]:.0e}; {larger} dominates. The broad gray line is their sum."
    )


explore(draw_v, ε=sizes, start=6)

# %% [markdown]
# Walk down the right arm: every step of ten gains two digits for the central difference, one for the one-sided. Then the left arm: rounding takes them back. The minimum lies about where {eq}`eq-6b-best-step` puts it (the norm over six weights brings in a $\sqrt6$):

# %% tags=["hide-input"] jupyter={"source_hidden": true}
best = sizes[np.argmin(error["central"])]
predicted = (3 * np.finfo(float).eps / 2 * L * np.sqrt(6) / third) ** (1 / 3)
print(
    f"predicted best step {predicted:.0e}; the measured minimum lies within a factor of ten: {0.1 < best / predicted < 10}"
)
assert 0.1 < best / predicted < 10 and min(error["central, float32"]) > 1e-5

# %% [markdown]
# **When correct gradients fail.** The notes demand that derivative and difference agree to at least four digits at $\varepsilon = 10^{-4}$. A correct gradient can fail that in single precision, within $\varepsilon$ of a kink such as the ReLU's, and where one tiny slope stands beside large ones. So a failed check is a question. Is it precision? Use float64. A kink within reach? Then two step sizes disagree; `check_vjp` compares two and says so. A tiny slope? Compare relative to the whole gradient. Here is the first of these in numbers:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ε = 1e-4


def digits_agree(derived, measured):
    """At least four significant digits, for every weight."""
    return bool((np.abs(derived - measured) < 0.5e-4 * np.abs(derived)).all())


def four_digits(dtype=float, factor=1.0):
    """For 20 random networks 3-4-2 and a sample each: do all weights agree, if one slope is `factor` times the right one?"""
    row = []
    for seed in range(20):
        draws = np.random.default_rng(seed)
        shapes = ((3, 4), (4, 2), (4,), (2,), (1, 3), (1, 2))
        V0, V1, b0, b1, X, Y = (draws.standard_normal(s).astype(dtype) for s in shapes)
        (d0, d1), _ = mlp_gradients([V0, V1], [b0, b1], X, Y)
        d0[0, 0] *= factor
        m0 = numerical_gradient(lambda V: mlp_loss([V, V1], [b0, b1], X, Y), V0, ε)
        m1 = numerical_gradient(lambda V: mlp_loss([V0, V], [b0, b1], X, Y), V1, ε)
        row.append(digits_agree(d0, m0) and digits_agree(d1, m1))
    return row


single = four_digits(np.float32)
double = four_digits()
settle(
    "C6.51",
    tested=f"Correct gradients against central differences with ε = {ε:g}: do all weights of a sigmoid network agree to "
    "four significant digits, for random networks and samples?",
    on="precision of the arithmetic",
    cases={"float64": double, "float32": single},
    control={"float64, one slope one percent off": four_digits(factor=1.01)},
    evidence=f"All weights agree in {sum(double)} of {len(double)} networks in float64 and in {sum(single)} of "
    f"{len(single)} in float32.",
    turns={("single = four_digits(np.float32)", "single = four_digits()"): "TRUE"},
    card=True,
)

# %% [markdown]
#
# ### Which check finds which bug?
#
# Ten bugs, planted one at a time into a correct gradient: a tanh layer with a softmax on top, with a square `W2`, so that even a forgotten transpose runs. None of them raises an error. Twenty networks, data sets and directions are drawn at random; for each bug and each check we count in how many of the twenty the check objects. *The loss falls*: it is lower after 100 steps with $\eta=0.1$. *Every weight*: central differences, on one sample or on the batch. *One direction*: one difference along a random direction of all the parameters together. *The same call twice*: both answers are equal.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BUGS = (
    "the 1/N is missing",
    "W2 instead of its transpose",
    "slope of tanh forgotten",
    "slope taken at z instead of y",
    "softmax over the batch",
    "bias: mean instead of sum",
    "output bias never learns",
    "only the first sample counts",
    "one weight one percent off",
    "old gradient not reset",
)
leftover = {}


def gradients(θ, X, labels, bug=""):
    W1, b1, W2, b2 = θ
    Z1 = X @ W1 + b1
    H = np.tanh(Z1)
    P = F.softmax((H @ W2 + b2).T)[0].T if bug == BUGS[4] else F.softmax(H @ W2 + b2)[0]
    dZ = (P - np.eye(len(b2))[labels]) / (1 if bug == BUGS[0] else len(X))
    dH = dZ @ (W2 if bug == BUGS[1] else W2.T)
    δ = dH * {BUGS[2]: 1.0, BUGS[3]: 1 - Z1**2}.get(bug, 1 - H**2)
    dW1 = X[:1].T @ δ[:1] if bug == BUGS[7] else X.T @ δ
    dW1[0, 0] *= 1.01 if bug == BUGS[8] else 1
    db1 = δ.mean(axis=0) if bug == BUGS[5] else δ.sum(axis=0)
    found = [dW1, db1, H.T @ dZ, dZ.sum(axis=0) * (bug != BUGS[6])]
    if bug == BUGS[9]:
        found = leftover["g"] = [
            g + old for g, old in zip(found, leftover.get("g", [0] * 4), strict=True)
        ]
    return found


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def objective(θ, X, labels):
    H, _ = F.tanh(X @ θ[0] + θ[1])
    return losses.cross_entropy(H @ θ[2] + θ[3], labels)[0]


def flat(arrays):
    return np.concatenate([a.ravel() for a in arrays])


def unflat(v, like):
    pieces = np.split(v, np.cumsum([p.size for p in like])[:-1])
    return [piece.reshape(p.shape) for piece, p in zip(pieces, like, strict=True)]


def falls(bug, θ, X, labels, u):
    now = θ
    with np.errstate(
        all="ignore"
    ):  # a wrong gradient may run away: then it did not fall
        for _ in range(100):
            now = [p - 0.1 * g for p, g in zip(now, gradients(now, X, labels, bug))]
        return objective(now, X, labels) < objective(θ, X, labels)


def shapes_fit(bug, θ, X, labels, u):
    return [g.shape for g in gradients(θ, X, labels, bug)] == [p.shape for p in θ]


def every_weight(bug, θ, X, labels, u):
    measured = numerical_gradient(lambda v: objective(unflat(v, θ), X, labels), flat(θ))
    return relative_error(flat(gradients(θ, X, labels, bug)), measured) < 1e-6


def every_weight_alone(bug, θ, X, labels, u):
    return every_weight(bug, θ, X[:1], labels[:1], u)


def one_direction(bug, θ, X, labels, u):
    along = numerical_gradient(
        lambda t: objective(unflat(flat(θ) + t[0] * u, θ), X, labels), np.zeros(1)
    )
    wrong = abs(flat(gradients(θ, X, labels, bug)) @ u - along[0])
    return wrong < 1e-6 * np.linalg.norm(flat(gradients(θ, X, labels)))


def twice(bug, θ, X, labels, u):
    return np.allclose(*(flat(gradients(θ, X, labels, bug)) for _ in range(2)))


CHECKS = {
    "the loss falls": falls,
    "shapes fit": shapes_fit,
    "every weight, one sample": every_weight_alone,
    "every weight, a batch": every_weight,
    "one direction, a batch": one_direction,
    "the same call twice": twice,
}


def random_case(seed):
    rng = np.random.default_rng(seed)
    θ = [rng.standard_normal(shape) for shape in ((4, 3), (3,), (3, 3), (3,))]
    return (
        θ,
        rng.standard_normal((12, 4)),
        rng.integers(0, 3, 12),
        rng.standard_normal(27),
    )


objections = np.zeros((len(BUGS), len(CHECKS)), int)
for case in map(random_case, range(20)):
    for j, check in enumerate(CHECKS.values()):
        leftover.clear()
        assert check("", *case)  # a correct gradient passes every check
        for i, bug in enumerate(BUGS):
            leftover.clear()
            objections[i, j] += not check(bug, *case)

# %% [markdown]
# :::{admonition} Predict
# :class: predict
# Ten bugs, six checks. How many of the ten does "the loss falls" catch? And is there a bug that checking every single weight misses?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
always = dict(zip(CHECKS, (objections == 20).sum(axis=0).tolist()))


def draw_objections(ax):
    for (i, j), count in np.ndenumerate(objections):
        color = {0: INK, 20: BLUE}.get(count, ORANGE)
        style = {"ha": "center", "va": "center", "weight": "bold"}
        ax.text(j, i, str(count) if count else "·", color=color, **style)
    slanted = {"rotation": 50, "ha": "left", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(CHECKS)), list(CHECKS), **slanted)
    ax.set_yticks(range(len(BUGS)), BUGS)
    ax.set(xlim=(-0.6, len(CHECKS) - 0.4), ylim=(len(BUGS) - 0.4, -0.6))
    ax.set_title("In how many of 20 cases\nthe check objects")
    ax.xaxis.tick_top()
    found = ", ".join(f"{name} {count}" for name, count in always.items())
    return f"Bugs of {len(BUGS)} that a check found in every case: {found}."


show(draw_objections, figsize=(5.5, 4.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
assert always["shapes fit"] == 0 and always["the loss falls"] <= 2
assert always["every weight, a batch"] == always["one direction, a batch"] == 9
assert always["the same call twice"] == 1
never_alone = [bug for bug, row in zip(BUGS, objections) if row[2] == 0]
print("never found on a single sample:", *never_alone, sep="\n  ")

# %% [markdown]
# (Blue: found always; orange: sometimes.) Shapes find nothing here, and a falling loss close to nothing. With $N = 1$ sum and mean are the same, so on a single sample a missing $1/N$, a mean for a sum, and a forgotten rest of the batch cannot be seen. One random direction over all parameters found
# what the check of every weight found, for two evaluations instead of two for every weight. (It has a limit: it sees an error only if that is large enough *relative to the whole gradient*, so a tiny error in one of very many weights may drown.)
# And the old gradient that nobody reset is found only by calling twice: the first call is right, and the other checks make only one.
#
# The notes leave it to you whether to check one weight or all, and one sample or several. The two halves of that permission differ. One weight is not enough: a mistake in one layer leaves the weights of the others right, so all must be checked, or a random direction through all. One sample is enough for the formula of a sample. Compared weight by weight to four digits, as the notes have it, it shows each mistake in that formula (the table compares the whole gradient, in which one percent of one weight may drown). Mistakes in how samples are put together need several samples at once; one after another will not do.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
OF_THL_BATCH = (BUGS[0], BUGS[5], BUGS[7])  # how samples are put together
OF_A_SAMPLE = (*BUGS[1:5], BUGS[6], BUGS[8])  # the formula for one of them


def found(bugs, samples):
    """In which of 20 networks the check of the notes finds all the bugs, with one sample after another."""
    row = []
    for θ, X, labels, _ in map(random_case, range(20)):
        agree = dict.fromkeys(bugs, True)
        for n in range(samples):
            one = X[[n]], labels[[n]]
            L_of_θ = lambda v: objective(unflat(v, θ), *one)
            measured = numerical_gradient(L_of_θ, flat(θ), ε)
            for bug in bugs:
                agree[bug] &= digits_agree(flat(gradients(θ, *one, bug)), measured)
        row.append(not any(agree.values()))
    return np.array(row)


seen, false_alarms = found(OF_A_SAMPLE, 1), found(("",), 1)
settle(
    "C6.52",
    tested=f"The check as the notes describe it: one sample, each weight nudged by {ε:g}, four digits. In random networks, "
    "does it find every planted mistake in the formula for a sample?",
    holds=seen,
    control={
        "mistakes in how samples are put together, with the check repeated on three samples": found(
            OF_THL_BATCH, 3
        )
    },
    evidence=f"One sample shows all {len(OF_A_SAMPLE)} mistakes in {seen.sum()} of {len(seen)} networks; a correct gradient is "
    f"refused in {false_alarms.sum()} of them.",
    turns={
        (
            "seen, false_alarms = found(OF_A_SAMPLE, 1)",
            "seen, false_alarms = found(OF_THL_BATCH, 1)",
        ): "FALSE"
    },
)

# %% [markdown]
# So the recipe of this book: **double precision, a batch of several samples, random directions, two step sizes, one argument at a time so that a failure names the culprit, and every call made twice.** That is what
# `check_vjp` and the library's tests do with each function.
#
# :::{admonition} Exercise 7 · a checker of your own
# :class: exercise
# Write the check along one direction: given `f` (array to number), its gradient `g` at `x`, and a direction `u`, return $\lvert g\cdot u - m\rvert/(\lvert g\cdot u\rvert+\lvert m\rvert)$, where $m$ is the
# *central* difference of $f$ along $u$ with step `epsilon`.
# :::


# %%
def direction_error(f, x, g, u, epsilon):
    """Relative disagreement of g with the central difference of f at x along u."""
    ...


exercises.check_direction_error(direction_error)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The derivative of t ↦ f(x + t u) at t = 0 is g · u; two evaluations measure it.
def direction_error(f, x, g, u, epsilon):
    derived = (g * u).sum()
    measured = (f(x + epsilon * u) - f(x - epsilon * u)) / (2 * epsilon)
    return abs(derived - measured) / (abs(derived) + abs(measured))


exercises.check_direction_error(direction_error)

# %% [markdown]
# (sec-6b-cost)=
# ## What a gradient costs
#
# *You have two ways to a gradient. After this section you know the price of each, and why only one of them can train a network.*
#
# Count multiplications. A layer with $D$ inputs and $K$ outputs needs $NDK$ of them for a batch of $N$. Going back it computes $dX = dZ\,W^\top$, again $NDK$, and
# $dW = X^\top dZ$, again $NDK$. So a backward pass costs two forward passes, and value and gradient together three, *however many weights there are*. (One also reads "two in all"; that counts $dX$ and forgets $dW$, which is as large.) Differences need two forward
# passes **for every weight**:
#
# $$
# \text{backpropagation: } 3\,F, \qquad\qquad \text{central differences: } 2P\cdot F ,
# $$ (eq-6b-cost)
#
# for $P$ parameters and $F$ multiplications in one forward pass.
#
# Does the code do what the formula says? Let the arrays count the multiplications of their matrix products while it runs (what happens element by element is left out):


# %% tags=["hide-input"] jupyter={"source_hidden": true}
class Counted(np.ndarray):
    """An array that counts the multiplications of its matrix products."""

    total = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain = [np.asarray(value) for value in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if ufunc is np.matmul:
            Counted.total += result.size * plain[0].shape[-1]
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def multiplications(f, *args):
    Counted.total = 0
    f(*args)
    return Counted.total


def by_differences(Ws, bs, X, Y):
    """The same gradients without backpropagation."""
    dWs, dbs = [], []
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        L_of_W = lambda V: mlp_loss(replaced(Ws, i, V), bs, X, Y)
        L_of_b = lambda c: mlp_loss(Ws, replaced(bs, i, c), X, Y)
        dWs.append(numerical_gradient(L_of_W, W))
        dbs.append(numerical_gradient(L_of_b, b))
    return dWs, dbs


print("   parameters      forward  with gradient  ratio  differences/gradient")
counts = []
for width in (4, 16, 64, 256):
    layers = [(64, width), (width, width), (width, 10)]
    Ws = [rng.standard_normal(shape).view(Counted) for shape in layers]
    bs = [np.zeros(K) for _, K in layers]
    X, Y = rng.standard_normal((32, 64)).view(Counted), rng.uniform(size=(32, 10))
    once, full = (
        multiplications(mlp_loss, Ws, bs, X, Y),
        multiplications(mlp_gradients, Ws, bs, X, Y),
    )
    P = sum(W.size for W in Ws) + sum(b.size for b in bs)
    if not counts:  # only in the smallest network: it takes patience
        the_slow_way = multiplications(by_differences, Ws, bs, X, Y) / once
    counts.append((P, once, full))
    print(
        f"{P:13,d}{once:13,d}{full:15,d}{full / once:7.2f}{2 * P * once / full:17,.0f}"
    )
ratios = [full / once for _, once, full in counts]
print(f"differences, counted with {counts[0][0]} parameters: {the_slow_way:.0f} passes")
assert the_slow_way == 2 * counts[0][0]

# %% tags=["hide-input"] jupyter={"source_hidden": true}
MODERATE = 10  # forward passes that a gradient may cost and still be called efficient
settle(
    "C6.47",
    tested=f"Multiplications for the value and all gradients, counted while the code runs: at most {MODERATE} times those of "
    "one forward pass, for networks of every size?",
    holds=max(ratios) <= MODERATE,
    control={"central differences, in the smallest network": the_slow_way <= MODERATE},
    evidence=f"Backpropagation costs {ratios[0]:.2f} forward passes with {counts[0][0]:,} parameters and {ratios[-1]:.2f} with "
    f"{counts[-1][0]:,}; differences cost {the_slow_way:,.0f} with {counts[0][0]:,}.",
)

# %% [markdown]
# That the gradient of any scalar program made of differentiable elementary operations costs a small constant times the program itself is a theorem, the cheap gradient principle (for arithmetic operations Baur and Strassen [1983](../book/bibliography.md); Griewank and Walther [2008](../book/bibliography.md)). The price is memory: the values of the forward pass must be kept until the backward pass has used them.
#
# Operations are not seconds. The times below were measured once, side by side, by `make bench`, and are stored with the machine they come from; this page reads the file.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
bench = json.loads(Path("../benchmarks/results.json").read_text())["backpropagation"]
for row in bench["gradient_cost"]:
    ratio = row["differences"] / row["backpropagation"]
    print(
        f"{row['parameters']:7,d} parameters: differences take {ratio:7,.0f} times as long"
    )
# %% [markdown]
# :::{admonition} Exercise 8 · count
# :class: exercise
# For a fully connected network with layer sizes such as `[64, 32, 10]` and a batch of `N`, return the number of multiplications in matrix products
# for the forward pass, and for the backward pass **if the gradient with respect to the input is not computed** (nobody needs it in training).
# :::


# %%
def count_multiplications(sizes, N):
    """(forward, backward) multiplications of all matrix products."""
    ...


exercises.check_count_multiplications(count_multiplications)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each layer costs N·D·K for XW and for XᵀdZ; all but the first also N·D·K for dZ Wᵀ.
def count_multiplications(sizes, N):
    layers = [N * D * K for D, K in zip(sizes[:-1], sizes[1:], strict=True)]
    return sum(layers), 2 * sum(layers) - layers[0]


exercises.check_count_multiplications(count_multiplications)

# %% [markdown]
# (sec-6b-vanishing)=
# ## Vanishing, exploding
#
# *You can compute the gradient of a deep network. After this section you can predict its size from the forward pass alone.*
#
# In the first section the derivatives of $W_0$ came out smaller than those of $W_1$. The notes draw the conclusion: each sigmoid layer multiplies the gradient by $\sigma' \le \tfrac14$, so
# it becomes smaller and smaller: a *vanishing gradient* (梯度消失). That is half of the story. Equation {eq}`eq-6b-layers` has two factors per layer, $\delta^{(l)} = (\delta^{(l+1)}W^\top)\odot\sigma'$: the slope *and the weights*.
#
# **How large is one step back?** Let the entries of $W$ $(n \times n)$ be independent with mean 0 and variance $s^2/n$, independent of $\delta$ and of the slopes. The mixed terms $\delta_k\delta_mW_{jk}W_{jm}$ then have mean zero. Multiply by the squared slope of unit $j$ and sum over the $n$ units:
#
# $$
# \mathbb E\bigl[(\delta W^\top)_j^2\bigr] = \sum_k \mathbb E[\delta_k^2]\,\mathbb E[W_{jk}^2] = \frac{s^2}{n}\,\mathbb E\lVert\delta\rVert^2
# \quad\Longrightarrow\quad
# \mathbb E\lVert\delta^{(l)}\rVert^2 = s^2\;\overline{\sigma'^2}\;\mathbb E\lVert\delta^{(l+1)}\rVert^2 ,
# $$ (eq-6b-factor)
#
# where $\overline{\sigma'^2}$ is the mean squared slope in the layer. The signal shrinks or grows by $s\cdot\mathrm{rms}(\sigma')$ per layer (rms: the root of the mean square). For a sigmoid at rest, with $z$ near 0, that is $s/4$; for a tanh at rest $s$; for a ReLU, which has slope 1 on one half
# and 0 on the other, $s/\sqrt2$. ($s=1$ is the start that Glorot and Bengio ([2010](../book/bibliography.md)) propose for such square layers.)
#
# We measure it in networks of twenty layers of 64 units each, on random inputs, with a random signal sent in at the end. From layer 20 down to layer 1 are nineteen steps: the factor counts to the power of nineteen. (The independence is an assumption: $\delta$ and $W$ meet only once on the way back, but the slopes depend on the same $W$. Whether that matters, the measurement says.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ACTIVATIONS = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu}

# %% [markdown]
# :::{admonition} Predict
# :class: predict
# For sigmoids {eq}`eq-6b-factor` gives $s/4$ at rest. So $s=4$ should carry the signal through twenty layers unharmed. Does it? And can still larger weights make a sigmoid gradient *explode*?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print("factor per layer, predicted as s · rms(σ′) and measured")
off = {}
for name, activation in ACTIVATIONS.items():
    for scale in (0.5, 1.0, 4.0, 32.0):
        norms, slopes = signal_norms(activation, scale)
        measured = (norms[0] / norms[-1]) ** (1 / 19)
        predicted = scale * np.exp(np.log(slopes[:-1]).mean())
        off[name, scale] = measured / predicted - 1
        print(
            f"{name:8s} s = {scale:4g}   predicted {predicted:6.3f}   measured {measured:6.3f}"
        )
assert max(abs(value) for (_, scale), value in off.items() if scale <= 4) < 0.05
assert off["tanh", 32.0] < -0.1

# %% [markdown]
# Up to $s = 4$ the prediction holds within five percent per layer, for all three. Far in saturation, at $s = 32$, a single network tends to lie below it: the equation speaks of the mean square, and where few units pass anything, a few lucky networks make up most of that mean. Now move the scale of the weights:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_norms(ax, weight_scale):
    styles = {"sigmoid": "-", "tanh": "--", "ReLU": "-."}
    ends = {}
    for name, activation in ACTIVATIONS.items():
        norms, _ = signal_norms(activation, weight_scale)
        ax.plot(np.arange(1, 21), norms / norms[-1], styles[name], label=name)
        ends[name] = norms[0] / norms[-1]
    log_scale(ax, "y")
    ax.set(
        ylim=(1e-20, 1e12),
        xlabel="layer (20 is next to the loss)",
        ylabel="‖δ‖ relative to layer 20",
    )
    ax.set_xticks([1, 5, 10, 15, 20])
    ax.set_title(f"Weights of scale s = {weight_scale:.3g}")
    ax.legend(loc="lower right")
    return (
        f"At weight scale {weight_scale:.3g} the signal that reaches layer 1 is "
        + ", ".join(
            f"{end:.1e} times that of layer 20 for {name}" for name, end in ends.items()
        )
        + "."
    )


explore(draw_norms, weight_scale=np.geomspace(0.5, 32, 19), start=3)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
scales = {"1 (Glorot)": 1.0, "4": 4.0, "32": 32.0}
through_sigmoid = {name: arriving(F.sigmoid, s) for name, s in scales.items()}
sigmoid_scale = own_scale(F.sigmoid)
print(f"the signal keeps its size at s = {sigmoid_scale:.1f} for the sigmoid")
assert 8 < sigmoid_scale < 16

settle(
    "C6.11",
    tested="The signal at layer 1 of 20 sigmoid layers over that at layer 20, in random networks: is it below one?",
    on="scale of the weights",
    cases={f"scale {name}": ratio < 1 for name, ratio in through_sigmoid.items()},
    evidence="Median ratio: "
    + ", ".join(
        f"{np.median(ratio):.0e} at scale {scales[name]:g}"
        for name, ratio in through_sigmoid.items()
    )
    + f". The turn comes at a scale of about {sigmoid_scale:.0f}.",
    turns={('"32": 32.0', '"32": 8.0'): "TRUE"},
    card=True,
)

# %% [markdown]
# For moderate weights the notes are right, and dramatically so. But the bound $\sigma'\le\tfrac14$ is not the reason alone. Weights of scale 4 should balance it, says $s/4$; they do not, because large weights drive the units
# from rest into saturation, where the slope is far below a quarter. Still larger weights make the signal grow *in spite of* the small slopes: pre-activations spread like $s$, so only a share of about $1/s$ of the units has a slope worth speaking of, rms$(\sigma')$ falls like $1/\sqrt s$, and the factor
# $s\cdot\mathrm{rms}(\sigma')$ grows like $\sqrt s$.
#
# Does the ReLU, whose slope is 1, take nothing away, as the notes say? Half of its units are silent, hence its factor $s/\sqrt2$; [chapter 8b](08b_troubles_and_cures.ipynb) puts the claim to a test, and trains twenty layers of either kind. The factor is 1 for $s=\sqrt2$: the initialization of He et al. ([2015](../book/bibliography.md)).

# %% [markdown]
# ### A bridge for the gradient
#
# If each layer *adds* something to its input, $\mathbf a^{(l)} = \mathbf a^{(l-1)} + f(\mathbf a^{(l-1)})$, the pullback adds too:
#
# $$
# d\mathbf a^{(l-1)} = d\mathbf a^{(l)} + \text{back}_f\bigl(d\mathbf a^{(l)}\bigr) ,
# $$ (eq-6b-residual)
#
# and the first term crosses any number of layers unharmed. These are residual networks (残差网络), introduced by He et al. ([2016](../book/bibliography.md)). The bridge helps most where $\text{back}_f$ is small, as it is for sigmoids with weights of scale 1; with larger weights the sum can grow from layer to layer.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
layers_50 = np.arange(1, 51)
plain = signal_norms(F.sigmoid, 1.0, depth=50)[0]
bridged = signal_norms(F.sigmoid, 1.0, depth=50, residual=True)[0]


def draw_bridge(ax):
    curves = {
        "plain sigmoid network": plain / plain[-1],
        "the same with a bridge": bridged / bridged[-1],
    }
    lines(ax, layers_50, curves, log="y", title="Adding instead of replacing")
    ax.set(xlabel="layer (50 is next to the loss)", ylabel="‖δ‖ relative to layer 50")
    return (
        f"Through {len(plain)} sigmoid layers the signal falls to {plain[0] / plain[-1]:.0e}; with the bridge it arrives at "
        f"{bridged[0] / bridged[-1]:.2g} times its size."
    )


show(draw_bridge)
assert 0.01 < bridged[0] / bridged[-1] < 100

# %% [markdown]
# :::{admonition} Exercise 9 · a residual block as a pair
# :class: exercise
# Write `residual(f)`: it takes a function that returns (value, pullback) and returns a new one for $y = x + f(x)$.
# :::


# %%
def residual(f):
    """The function x ↦ (x + f(x), pullback)."""
    ...


exercises.check_residual(residual)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. x is used twice, so two contributions add up: dy unharmed, and dy through f.
def residual(f):
    def block(x):
        value, pullback = f(x)
        return x + value, lambda dy: dy + pullback(dy)

    return block


exercises.check_residual(residual)

# %% [markdown]
# (sec-6b-digits)=
# ## From a gradient to a network that learns
#
# *You can compute any gradient and trust it. After this section you have watched one at work.*
#
# (q6-21)=
# :::{admonition} Question 6.21 · How is a neural network trained?
# :class: question
# Repeat: a forward pass, the loss, a backward pass from the last layer, a step against the gradient. Stop when the error on held-out data no longer falls. The loop below runs a fixed number of epochs (passes over the data) instead; stopping by validation has its place in the chapter on regularization.
# What remains are choices: which loss, how many samples per step, how long a step, and from where to start.
# :::


# %%
def train_visibly(net, loss, optimizer, x, target, batch_size, epochs, rng):
    """The loop that every later chapter uses as `training.fit`, written out once."""
    history = []
    for _ in range(epochs):
        for batch in training.minibatches(len(x), batch_size, rng=rng):
            optimizer.zero_grad()
            prediction, backward_net = net.forward(x[batch], training=True)
            value, backward_loss = loss(prediction, target[batch])
            backward_net(backward_loss())
            optimizer.step()
            history.append(float(value))
    return history


# %% tags=["hide-input"] jupyter={"source_hidden": true}
data = datasets.spirals(64, rng=np.random.default_rng(0))
net = mlp((2, 8, 2), rng=np.random.default_rng(0))
optimizer = optim.SGD(net.parameters(), 0.1)
changes = {
    size: len(train_visibly(net, losses.cross_entropy, optimizer, *data, size, 1, rng))
    for size in (1, 32, len(data.y))
}
by_definition(
    "C6.50",
    because="The sentence describes stochastic gradient descent, where a step follows each sample's own backward pass; with "
    "more samples a step, a step follows the mean over several samples.",
    holds=changes[1] == len(data.y),
    evidence=f"Changes of the parameters in one pass over {len(data.y)} samples: "
    + ", ".join(f"{count} with {size} a step" for size, count in changes.items())
    + ".",
)

# %% [markdown]
# How often that recipe succeeds, and on what it depends, is counted in [chapter 6a](06a_feedforward_networks.ipynb) for XOR (异或), the smallest task that needs a hidden layer; how many samples a step should use, in [chapter 8a](08a_descent.ipynb); and whether a network beats methods that need no gradient at all, in [chapter 11](11_practical_methodology.ipynb).

# %% [markdown]
# ### Watch a network bend a plane
#
# Two spirals, two inputs, two hidden layers of 32 ReLU units. Each frame is a later stage of one training run; the color is the probability of the second arm. (Red: the second arm, white squares. Blue: the first, black dots. Dark: undecided.) At the left end the untrained network gives nearly every point to one arm. After ten steps there is a straight border; then it bends and winds until each point lies in its own color. (These are the training points. How such a border behaves between and beyond them is a question for the chapter on regularization.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
spiral = datasets.spirals(300, turns=1.0, rng=np.random.default_rng(2))
net = mlp((2, 32, 32, 2), rng=np.random.default_rng(0))
optimizer = optim.Adam(net.parameters(), 0.01)
grid = np.stack(
    np.meshgrid(np.linspace(-1.1, 1.1, 60), np.linspace(-1.1, 1.1, 60)), axis=-1
)
stages, snapshots = (
    [0, 5, 10, 20, 30, 45, 60, 80, 100, 130, 160, 200, 250, 300, 400, 500],
    {},
)
for earlier, stage in zip([0, *stages], stages):
    for _ in range(stage - earlier):
        training.train_step(net, losses.cross_entropy, optimizer, spiral.x, spiral.y)
    snapshots[stage] = (
        F.softmax(net(grid.reshape(-1, 2)))[0][:, 1].reshape(60, 60),
        metrics.accuracy(net(spiral.x), spiral.y),
    )


def draw_spiral(ax, training_steps):
    p, right = snapshots[training_steps]
    ax.imshow(
        p, extent=(-1.1, 1.1, -1.1, 1.1), origin="lower", cmap="berlin", vmin=0, vmax=1
    )
    for label, marker in ((0, "o"), (1, "s")):
        points = spiral.x[spiral.y == label]
        ax.plot(
            *points.T, marker, ms=4, mfc="white" if label else "black", mec=INK, mew=0.5
        )
    ax.set(
        xticks=[], yticks=[], title=f"After {training_steps} steps: {right:.0%} right"
    )
    ax.grid(False)
    return f"After {training_steps} steps the network classifies {right:.1%} of the {len(spiral.y)} points of the two spirals correctly."


explore(draw_spiral, training_steps=stages, start=len(stages) - 1, figsize=(4.4, 4.2))

# %% [markdown]
# (sec-6b-summary)=
# ## What to take away
#
# 1. $\delta = \partial L/\partial z$; every weight gradient is *error signal times incoming activation*, summed over the samples. Along a path derivatives multiply, over paths they add.
# 2. A falling loss does not prove a gradient. The notes' listing lost two transpositions, NumPy stretched the shapes, and the second layer learned well enough to hide it.
# 3. Let every function return its value and its pullback, in one scope. Then backpropagation is: compose the pullbacks in reverse, and add where paths meet.
# 4. A tape is a sorted list of such pairs. It differentiates whatever ran, loops and branches included; as a graph, not as a tree.
# 5. Check gradients in double precision, with central differences along random directions, on a batch, with two step sizes, and twice. Know what each check cannot see.
# 6. Value and gradient cost three forward passes in multiplications of matrix products, whatever the number of parameters. Differences cost two for each parameter. Going backward pays because there is one loss and there are many weights.
# 7. Per layer the signal is multiplied by weights *and* slopes, $s\cdot\mathrm{rms}(\sigma')$. The right initialization keeps that product near one, most easily for the ReLU; bridges lead around it.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Rumelhart, Hinton and Williams ([1986](../book/bibliography.md)) made the method famous; Linnainmaa (1970, in English [1976](../book/bibliography.md)) and Werbos (1974, for networks [1982](../book/bibliography.md)) had it before. Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), section 6.5, treat the graph view; Nielsen ([2015](../book/bibliography.md)), chapter 2, the four equations with
# much patience. Baydin et al. ([2018](../book/bibliography.md)) survey automatic differentiation and Griewank and Walther ([2008](../book/bibliography.md)) are its book. The notes' own sources are Hung-yi Lee's lecture on backpropagation and 3Blue1Brown's series on neural networks.
