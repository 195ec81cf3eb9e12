# %% [markdown]
# # Latent variables
#
# Nobody says which of several sources made a sample, and yet one wants to fit all sources at once. This page will answer the questions on mixtures and linear factor models; so far it has the mixtures of Gaussians and the algorithm that climbs.
#
# <!-- Owed on this page. A question is answered in a box: its label, below it :::{admonition} Question · as the list asks it, and :class: question.
# A claim is settled by a call of settle.
#
# Q3.2: Can the parameters of a Gaussian mixture model be estimated by methods other than maximum likelihood?
# Q3.3: Why does maximum likelihood estimation of a Gaussian mixture model have no closed-form solution?
# Q3.4: Why can the EM algorithm reach an approximate solution for a Gaussian mixture model by iteration?
# Q3.5: What is LDA, a name met next to Gaussian mixture models in the study of the variational autoencoder?
# C3.6: The distribution of any data can be regarded as a superposition of several Gaussian distributions.
# C3.8: Maximum likelihood estimation of a Gaussian mixture model has no closed-form solution.
# C3.9: The EM algorithm obtains an approximate solution for a Gaussian mixture model by iteration.
# Q13.1: What does a linear factor model add to principal component analysis?
# -->

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from math import erf

import numpy as np
from dlnotes import datasets, decomposition
from dlnotes.claims import recap, settle, untestable
from dlnotes.exercises import latent_variables as exercises
from dlnotes.explore import explore, show
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, lines, log_scale

np.set_printoptions(precision=4, suppress=True)
pixels, labels = datasets.digits()
levels = np.rint(16 * pixels).astype(int)  # gray levels 0 (blank) … 16 (full ink)


def normal(x, mu=0.0, sigma=1.0):
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)


# %% [markdown]
# (sec-13-mixtures)=
# ## Mixtures of Gaussians, and the algorithm that climbs
#
# *You can fit one Gaussian by taking a mean and a variance. After this section you can fit several at once, and you know what the algorithm can and cannot promise.*
#
# ### A hidden choice
#
# A *Gaussian mixture model*, GMM (高斯混合模型), draws in two steps: first a component $z\in\{1,\dots,K\}$ with the weights $\pi_k$, which nobody gets to see (a *latent* variable, 隐变量), then $x$ from that component. The sum rule removes what is hidden:
#
# $$
# p(x) = \sum_{k=1}^K p(z=k)\,p(x\mid z=k) = \sum_k \pi_k\,\mathcal N(x;\mu_k,\Sigma_k) ,\qquad \sum_k\pi_k=1 .
# $$ (eq-13-gmm)
#
# The notes speak of "three kinds of parameters": weights, means, covariances, and there are $K$ of each. Bayes' rule gives the probability that component $k$ made a given $x$, its *responsibility* (响应度):
#
# $$
# r_k(x) = p(z=k\mid x) = \frac{\pi_k\,\mathcal N(x;\mu_k,\Sigma_k)}{\sum_j\pi_j\,\mathcal N(x;\mu_j,\Sigma_j)} .
# $$ (eq-13-responsibility)
#
# In $D$ dimensions the Gaussian is $\mathcal N(\mathbf x;\boldsymbol\mu,\Sigma) = \exp\bigl(-\tfrac12(\mathbf x-\boldsymbol\mu)^\top\Sigma^{-1}(\mathbf x-\boldsymbol\mu)\bigr)/\sqrt{(2\pi)^D\lvert\Sigma\rvert}$, with the covariance matrix $\Sigma$ in the place of $\sigma^2$ and its determinant $\lvert\Sigma\rvert$. (Along the eigenvectors of $\Sigma$, see [chapter 2a](02a_linear_algebra.ipynb), it is a product of one-dimensional Gaussians whose variances are the eigenvalues: the exponents add up, and the variances multiply to $\lvert\Sigma\rvert$.) We compute logarithms throughout, because densities underflow; the sum over $k$ is taken after shifting by the largest term.


# %%
def log_joint(x, π, μ, Σ):
    """ln π_k + ln N(x; μ_k, Σ_k) (N, K) for x (N, D), π (K,), μ (K, D), Σ (K, D, D)."""
    gap = x - μ[:, None]  # (K, N, D)
    squared = ((gap @ np.linalg.inv(Σ)) * gap).sum(axis=-1).T  # (N, K)
    log_det = np.linalg.slogdet(2 * np.pi * Σ)[1]  # ln of (2π)^D |Σ|
    return np.log(π) - log_det / 2 - squared / 2


def log_sum_exp(a):
    top = a.max(axis=-1, keepdims=True)
    return (top + np.log(np.exp(a - top).sum(axis=-1, keepdims=True)))[..., 0]


def e_step(x, π, μ, Σ):
    """Responsibilities (N, K), and the mean log-likelihood."""
    a = log_joint(x, π, μ, Σ)
    log_p = log_sum_exp(a)
    return np.exp(a - log_p[:, None]), log_p.mean()


π2, μ2, Σ2 = np.array([0.3, 0.7]), np.array([[-1.0], [2.0]]), np.ones((2, 1, 1))
for point in (-1.0, 0.2, 2.0):
    r, _ = e_step(np.array([[point]]), π2, μ2, Σ2)
    print(f"x = {point:4.1f}: responsibilities {r[0].round(4)}")

# %% [markdown]
# ### Why there is no closed form
#
# One Gaussian is easy: set the slopes of $\sum_n\ln\mathcal N(x_n;\mu,\sigma^2)$ to zero and out come sample mean and sample variance, as in the forward fit of chapter 3. Now $\ell=\sum_n\ln\sum_k\pi_k\mathcal N(x_n;\mu_k,\sigma_k^2)$. The sum stands *inside* the logarithm. Differentiate, using $\partial_\mu\mathcal N = \mathcal N\,(x-\mu)/\sigma^2$:
#
# $$
# \begin{aligned}
# \frac{\partial\ell}{\partial\mu_k} &= \sum_n\frac{\pi_k\,\mathcal N(x_n;\mu_k,\sigma_k^2)}{\sum_j\pi_j\mathcal N(x_n;\mu_j,\sigma_j^2)}\cdot\frac{x_n-\mu_k}{\sigma_k^2}
# = \sum_n r_{nk}\,\frac{x_n-\mu_k}{\sigma_k^2} = 0\\
# &\Longrightarrow\quad \mu_k = \frac{\sum_n r_{nk}\,x_n}{\sum_n r_{nk}} .
# \end{aligned}
# $$ (eq-13-gmm-mean)
#
# The same calculation for the width gives a weighted variance, and for the weights (subtract a multiple $\lambda$ of the constraint $\sum_k\pi_k=1$, set the slopes to zero, and choose $\lambda$, a *Lagrange multiplier*, so that the constraint holds: at the best weights no shift *within* the constraint may help, so the slope of $\ell$ must be a multiple of the slope of the constraint)
#
# $$
# \begin{aligned}
# \frac{\partial\ell}{\partial\sigma_k} &= \sum_n r_{nk}\Bigl(\frac{(x_n-\mu_k)^2}{\sigma_k^3}-\frac1{\sigma_k}\Bigr) = 0 \;\Rightarrow\; \sigma_k^2 = \frac{\sum_n r_{nk}(x_n-\mu_k)^2}{\sum_n r_{nk}} ,\\
# \frac{\partial}{\partial\pi_k}\Bigl[\ell-\lambda\sum_j\pi_j\Bigr] &= \sum_n\frac{r_{nk}}{\pi_k}-\lambda=0 \;\Rightarrow\; \pi_k=\frac1N\sum_n r_{nk} ,
# \end{aligned}
# $$ (eq-13-gmm-rest)
#
# where $\lambda=N$ because the $\pi_k$ and, for each $n$, the $r_{nk}$ sum to one. These *look* like solutions. They are not: the $r_{nk}$ on the right depend on all the unknowns on the left.


# %%
def m_step(x, r):
    """π (K,), μ (K, D), Σ (K, D, D) as weighted shares, means and covariances."""
    weight = r.sum(axis=0)
    μ = r.T @ x / weight[:, None]
    gap = x - μ[:, None]  # (K, N, D)
    Σ = (r.T[..., None] * gap).transpose(0, 2, 1) @ gap / weight[:, None, None]
    return weight / len(x), μ, Σ


# %% [markdown]
# If these formulas were solutions, inserting once, from any start, would do. Let us see that it does not. Insert random starting means, and look at the slope $\partial\ell/\partial\mu$ that ought to have vanished. As controls, one component, and three with known memberships:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(12)
z_line = rng.choice(3, 300, p=[0.5, 0.3, 0.2])
x_line = (np.array([-2.0, 1.0, 4.0])[z_line] + 0.8 * rng.standard_normal(300))[:, None]


def slope_after_one_step(K, seed, memberships=None):
    """Largest |∂ℓ/∂μ|/N after inserting once into the formulas, from K random starting means."""
    start = np.random.default_rng(seed).choice(x_line[:, 0], K, replace=False)
    r, _ = e_step(x_line, np.full(K, 1 / K), start[:, None], np.ones((K, 1, 1)))
    π, μ, Σ = m_step(x_line, r if memberships is None else memberships)
    r = e_step(x_line, π, μ, Σ)[0] if memberships is None else memberships
    return np.abs((r[..., None] * (x_line[:, None] - μ) / Σ[:, 0]).mean(axis=0)).max()


hidden = {
    K: np.array([slope_after_one_step(K, seed) for seed in range(20)])
    for K in (1, 2, 3)
}
known = slope_after_one_step(3, 0, memberships=np.eye(3)[z_line])
for K, found in hidden.items():
    print(
        f"{K} hidden component{'s' * (K > 1)}: solved in one step from {(found < 1e-9).sum()} of 20 starts"
    )
print(f"three components, memberships known: solved in one step: {known < 1e-9}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
assert min(hidden[2].min(), hidden[3].min()) > 1e-3
assert hidden[1].max() < 1e-9 and known < 1e-9
untestable(
    "C3.8",
    reason="That no formula exists at all is a theorem or nothing: a computation can only show that one formula fails, as above. The theorem says that the estimates are "
    "no algebraic function of the data: arithmetic and roots do not reach them.",
    reference="Améndola, Drton and Sturmfels (2016)",
)

# %% [markdown]
# (q3-3)=
# :::{admonition} Question 3.3 · Why has maximum likelihood for a Gaussian mixture no closed form?
# :class: question
# Because nobody tells which component made which point. That leaves a sum inside the logarithm, and the formulas {eq}`eq-13-gmm-mean` and {eq}`eq-13-gmm-rest` for the parameters contain responsibilities, which themselves contain all parameters. With known memberships ($r_{nk}$ is 0 or 1) or with one component ($r_{n1}=1$) the circle is open, and the same formulas are the solution at once. The experiment shows just this: *these* formulas are circular. That no others exist takes a proof; the next lines give one for the smallest case.
# :::
#
# **No formula for two points** (may be skipped). Let $p(x)=\tfrac12\mathcal N(x;0,1)+\tfrac12\mathcal N(x;\mu,1)$, with two samples, 1 and 2. The ratio of the two densities at $x_n$ is $e_n = e^{\mu x_n-\mu^2/2}$, so the second component has the responsibility $r_n=e_n/(1+e_n)$. Multiply $\sum_n r_n(x_n-\mu)=0$ by $(1+e_1)(1+e_2)$:
#
# $$
# (1-\mu)\,e^{\mu-\mu^2/2}+(2-\mu)\,e^{2\mu-\mu^2/2}+(3-2\mu)\,e^{3\mu-\mu^2} = 0 .
# $$ (eq-13-transcendental)
#
# A solution is a weighted mean of the samples, so $1<\mu<2$, and then the three exponents differ. Call a number *algebraic* if it solves a polynomial equation with integer coefficients; whatever one makes of integers by arithmetic and roots is algebraic. A theorem of Lindemann and Weierstrass says: exponentials of different algebraic numbers, with algebraic coefficients, add up to zero only if all coefficients are zero. If $\mu$ were algebraic, $1-\mu$ and $2-\mu$ would both be zero. So it is not: no formula of arithmetic and roots gives the $\mu$ of even these two points. (Formulas that contain logarithms are not excluded by this argument.) As a number, $\mu$ is easily had, by inserting again and again:

# %%
x_pair, m = np.array([1.0, 2.0]), 1.5
for _ in range(200):
    e = np.exp(m * x_pair - m**2 / 2)
    m = (e / (1 + e)) @ x_pair / (e / (1 + e)).sum()
left_side = (1 - m) * e[0] + (2 - m) * e[1] + (3 - 2 * m) * e[0] * e[1]
print(f"μ = {m:.6f}; the equation holds within rounding: {abs(left_side) < 1e-12}")
assert abs(left_side) < 1e-12

# %% [markdown]
# ### EM: go around the circle
#
# The obvious idea is to iterate: guess parameters, compute responsibilities (*E-step*), insert them into the formulas (*M-step*), and repeat. This is the **EM algorithm** (EM算法; Dempster, Laird and Rubin [1977](../book/bibliography.md)). Why should that improve anything? Call all parameters together $\theta$; everything below depends on it, and we write it only where it changes. Take any distribution $q(z)$ over the hidden variable and split, for one $x$,
#
# $$
# \begin{aligned}
# \ln p(x) &= \sum_z q(z)\ln p(x) && \textstyle\sum_z q=1\\
# &= \sum_z q(z)\ln\frac{p(x,z)}{p(z\mid x)} && \text{product rule}\\
# &= \underbrace{\sum_z q(z)\ln\frac{p(x,z)}{q(z)}}_{\mathcal F(q,\theta)} + \underbrace{\sum_z q(z)\ln\frac{q(z)}{p(z\mid x)}}_{\mathrm{KL}(q\Vert p(z\mid x))\;\ge\;0} . && \text{insert } q/q
# \end{aligned}
# $$ (eq-13-bound)
#
# Add this over the samples, each with a $q$ of its own. So $\mathcal F$ is a **lower bound** (下界), also called ELBO, of the log-likelihood for every $q$, and it touches where $q$ is the posterior. The E-step sets $q=r$: now the bound touches at the current $\theta_t$. The M-step moves to the $\theta$ that is best for the bound. That is easy, because in $\mathcal F$ the logarithm stands inside the sum: its slope is that of {eq}`eq-13-gmm-mean` and {eq}`eq-13-gmm-rest` with the $r_{nk}$ held fixed, so the same formulas are now its solution. Hence
#
# $$
# \ell(\theta_{t+1}) \;\ge\; \mathcal F(r_t,\theta_{t+1}) \;\ge\; \mathcal F(r_t,\theta_t) \;=\; \ell(\theta_t) .
# $$ (eq-13-monotone)
#
# First step: the bound lies below the curve. Second: the M-step took the $\theta$ that is best for the bound. Third: the E-step had made it touch.
#
# It can be drawn if there is one unknown. Let $p(x)=0.7\,\mathcal N(x;\mu,1)+0.3\,\mathcal N(x;-\mu,1)$ with unknown $\mu$. The bound is then a parabola:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(13)
x_sign = rng.choice([1.0, -1.0], 200, p=[0.7, 0.3]) * 1.5 + rng.standard_normal(200)


def sign_joint(μ):
    """ln p(x, z) (N, 2) of the model with means μ and −μ."""
    gaps = x_sign[:, None] - np.array([1, -1]) * μ
    return np.log([0.7, 0.3]) - gaps**2 / 2 - np.log(2 * np.pi) / 2


def sign_loglik(μ):
    return log_sum_exp(sign_joint(μ)).mean()


def sign_bound(μ, r):
    return (r * (sign_joint(μ) - np.log(r))).sum(axis=1).mean()


def sign_step(μ):
    a = sign_joint(μ)
    r = np.exp(a - log_sum_exp(a)[:, None])
    return r, (r @ np.array([1.0, -1.0]) * x_sign).mean()


μ_axis = np.linspace(-3, 3, 121)
ℓ_axis = np.array([sign_loglik(μ) for μ in μ_axis])


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_bound(ax, iteration, begin):
    μ = begin
    for _ in range(iteration):
        r, μ = sign_step(μ)
    r, μ_next = sign_step(μ)
    bound = np.array([sign_bound(m, r) for m in μ_axis])
    lines(ax, μ_axis, {"log-likelihood": ℓ_axis, "lower bound": bound})
    ax.plot(μ, sign_loglik(μ), "o", color=INK)
    ax.plot(μ_next, sign_bound(μ_next, r), "^", color=ORANGE)
    ax.set(ylim=(-3.6, -1.6), xlabel="μ", ylabel="nats a sample")
    ax.set_title(f"Step {iteration}: touch at the dot, climb to the triangle")
    return (
        f"Step {iteration}: the bound touches the log-likelihood {sign_loglik(μ):.4f} at μ = {μ:.3f} and has its top "
        f"at μ = {μ_next:.3f}, where the log-likelihood is {sign_loglik(μ_next):.4f}."
    )


explore(
    draw_bound,
    iteration=[0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20],
    start=3,
    begin=[-0.15, 0.15, 2.8],
)
tops = {}
for begin in (-0.15, 0.15):
    μ = begin
    for _ in range(200):
        μ = sign_step(μ)[1]
    tops[begin] = sign_loglik(μ)
    print(f"start {begin:5.2f}: ends at μ = {μ:.3f}, log-likelihood {tops[begin]:.4f}")
assert tops[-0.15] < tops[0.15] - 0.01

# %% [markdown]
# Follow one point through several steps: at each the dashed bound touches the curve, and the climb of the bound drags the likelihood up with it. This start, left of zero, leads to a *smaller* hill, with the two means exchanged while their weights are not; from 0.15, says the line below the figure, EM reaches the higher one. (In a live notebook a second slider moves the start.) There the slope vanishes too, and EM stays. Now real data: the digits 0, 6 and 7, projected onto their first two principal components ([chapter 2b](02b_principal_components.ipynb)), without their labels.

# %%
chosen = np.isin(labels, (0, 6, 7))
x_digits = decomposition.pca(pixels[chosen], 2).encode(pixels[chosen])


def steepest(x, r, π, μ, Σ):
    """Largest slope of the mean log-likelihood in π, μ and Σ, at r."""
    π_new, μ_new, Σ_new = m_step(x, r)
    toward, precision = μ_new - μ, np.linalg.inv(Σ)
    off = Σ_new + toward[:, :, None] * toward[:, None] - Σ
    in_μ = precision @ (π_new[:, None] * toward)[..., None]
    in_Σ = π_new[:, None, None] * (precision @ off @ precision) / 2
    return max(np.abs(slope).max() for slope in (π_new / π - 1, in_μ, in_Σ))


def em(x, K, seed, flat=1e-6, patience=3000):
    """All (π, μ, Σ, mean log-likelihood) until the slope is flat, and that slope."""
    rng = np.random.default_rng(seed)
    π, μ = np.full(K, 1 / K), x[rng.choice(len(x), K, replace=False)]
    Σ, path, slope = np.repeat(np.cov(x.T)[None], K, axis=0), [], np.inf
    while slope > flat and len(path) < patience:
        r, loglik = e_step(x, π, μ, Σ)
        path.append((π, μ, Σ, loglik))
        slope = steepest(x, r, π, μ, Σ)
        π, μ, Σ = m_step(x, r)
    return path, slope


restarts, slopes_left = zip(*(em(x_digits, 3, seed) for seed in range(50)))
traces = [np.array([loglik for *_, loglik in path]) for path in restarts]
assert all((np.diff(trace) > -1e-12).all() for trace in traces)  # never a step down
final = np.array([trace[-1] for trace in traces])
reached = final > final.max() - 0.01
early = np.array([trace[:100].max() for trace in traces]) > final.max() - 0.01
print(
    f"{len(final)} starts, up to {max(map(len, restarts))} iterations: "
    f"best {final.max():.4f}, worst {final.min():.4f} nats a sample;  "
    f"within 0.01 of the best: {reached.sum()}, in 100 iterations {early.sum()}"
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
delay = np.array([(trace < final.max() - 0.01).sum() for trace in traces])
best_run = restarts[np.argmax(delay * early)]  # the slowest of the early ones
climb = [entry[3] for entry in best_run]  # flat for long, then a jump
assert climb[30] - climb[10] < 0.05 < climb[60] - climb[30]
assert best_run[20][0].min() < 0.1 < best_run[60][0].min()
assert reached.sum() - early.sum() == 1  # one that looked stuck arrives after all
assert max(delay * reached) > 300

# %% [markdown]
# The figure shows the slowest of the runs that arrive within a hundred iterations. For many iterations almost nothing happens, while one component covers two digits and another has hardly any weight; then it takes one digit over, and the likelihood jumps. A curve that is flat is not one that has finished: one more run arrives, hundreds of iterations later. So we let each run go on until the slope vanishes.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
scatter = x_digits[::4]
unit_circle = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 41)), np.sin(np.linspace(0, 2 * np.pi, 41))]
)


def draw_em(axes, iteration):
    left, right = axes
    π, μ, Σ, loglik = best_run[iteration]
    left.plot(*scatter.T, ".", ms=3, color=INK, alpha=0.6)
    for weight, center, cov, color, dash in zip(
        π, μ, Σ, (BLUE, ORANGE, GREEN), ("-", "--", "-.")
    ):
        for size in (1, 2):
            ring = center[:, None] + size * np.linalg.cholesky(cov) @ unit_circle
            left.plot(*ring, ls=dash, color=color, lw=2.4 - 0.8 * size)
        left.annotate(f"{weight:.2f}", center, color=color, weight="bold")
    left.set(xlabel="first component", ylabel="second", title="1 and 2 widths")
    trace = [entry[3] for entry in best_run[:61]]
    right.plot(trace, color=INK)
    right.plot(iteration, loglik, "o", color=ORANGE)
    right.set(xlabel="iteration", ylabel="log-likelihood (nats a sample)")
    right.set_title(f"now at {loglik:.3f}")
    return (
        f"Iteration {iteration}: weights {', '.join(f'{w:.2f}' for w in π)}, mean log-likelihood {loglik:.3f}; "
        f"the first iteration began at {trace[0]:.3f}."
    )


explore(
    draw_em,
    iteration=[0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 60],
    start=4,
    columns=2,
    figsize=(8, 3.8),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
guess = e_step(x_digits, *best_run[-1][:3])[0].argmax(axis=1)
table = np.array(
    [
        [(guess[labels[chosen] == digit] == k).sum() for k in range(3)]
        for digit in (0, 6, 7)
    ]
)
print("digits 0, 6, 7 (rows) in the three components (columns):", *table, sep="\n")
agreement = table.max(axis=1).sum() / table.sum()
commonest = table.sum(axis=1).max() / table.sum()
print(f"agreement with the labels that EM never saw: {agreement:.1%}")
print(f"with every image called the commonest of the three: {commonest:.1%}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
top = final > final.max() - 1e-4


def draw_starts(axes):
    left, right = axes
    for trace, good in zip(traces[:12], reached[:12]):
        dash, color = ("-", BLUE) if good else ("--", ORANGE)
        left.plot(1 + np.arange(len(trace)), trace, dash, color=color, lw=1.2)
    log_scale(left, "x")
    left.set(xlabel="iteration", ylabel="nats a sample")
    left.set_title("12 starts (dashed: stays below)")
    bins = np.linspace(final.min() - 0.01, final.max() + 0.01, 25)
    right.hist(final, bins, color=BLUE)
    right.set(xlabel="final log-likelihood", ylabel="starts")
    right.set_title(f"{len(final)} starts: not all arrive")
    return (
        f"EM never stepped down, but from {len(final)} starts it ended on hills between {final.min():.3f} and {final.max():.3f} nats "
        f"a sample; {reached.sum()} starts came within a hundredth of the best one seen, {top.sum()} of them to its very top."
    )


show(draw_starts, columns=2, figsize=(8, 3.4))
assert (final[~reached] < final.max() - 0.1).all()
assert agreement > 0.95 and set(table.argmax(axis=1)) == {0, 1, 2}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rounds = [len(path) for path in restarts]
once = [em(x_digits, 3, seed, patience=2)[1] < 1e-6 for seed in range(20)]
alone = np.array([em(x_digits, 1, seed)[0][-1][3] for seed in range(20)])
settle(
    "C3.9",
    tested=f"Where EM ends for three Gaussians on images of three digits, from {len(final)} random starts: whether every slope of the likelihood falls below a millionth, and whether the "
    "likelihood comes within a hundredth of a nat a sample of the best one seen.",
    on="reading of 'solution'",
    cases={
        "a place where the slope vanishes": np.array(slopes_left) <= 1e-6,
        "the largest likelihood": reached,
    },
    control={
        "the slope after a single round": once,
        "the largest likelihood of a single Gaussian": alone > alone.max() - 0.01,
    },
    evidence=f"The slopes vanish after {np.median(rounds):.0f} iterations in the median and {max(rounds):,} at most. {reached.sum()} starts come within a hundredth of the best, "
    f"{top.sum()} of them to the highest hill itself; the worst stays {final.max() - final.min():.2f} nats a sample below.",
    turns={("em(x_digits, 3, seed) for", "em(x_digits, 1, seed) for"): "TRUE"},
    card=True,
)

# %% [markdown]
# The starts that count as good sit on two hills of nearly the same height, too near for the histogram to tell apart. All others ended at least a tenth of a nat below, so the verdict does not hang on the hundredth. EM solves the *equations*, as nearly as one likes. Whether that is the *maximum* is decided by the start.
#
# (q3-4)=
# :::{admonition} Question 3.4 · Why can EM then reach an approximate solution by iteration?
# :class: question
# Because every round ends no lower than it began, {eq}`eq-13-monotone`: the E-step makes the bound touch, the M-step lifts it in closed form. A likelihood that never falls and is bounded settles. Where the parameters settle with it, EM no longer moves them; then {eq}`eq-13-gmm-mean` and {eq}`eq-13-gmm-rest` hold, and the slope is zero: usually a local maximum, and *which* one depends on the start. So "approximate" hides two things: the limit is approached and not hit, and it may be the wrong hill. Start many times and keep the best.
# :::
#
# ### The likelihood has no top
#
# "Bounded", said the answer. Is it? Let one component sit exactly on a sample $x_1$ and shrink. There its density is $1/(\sqrt{2\pi}\sigma)\to\infty$, while the other component keeps all other samples at a finite price. So
#
# $$
# \ell \;\ge\; \ln\frac{\pi_1}{\sqrt{2\pi}\,\sigma} + \sum_{n\ge2}\ln\bigl(\pi_2\,\mathcal N(x_n;\mu_2,\sigma_2^2)\bigr) \;\longrightarrow\; \infty \qquad(\sigma\to0) .
# $$ (eq-13-unbounded)

# %%
widths = 10.0 ** -np.arange(0, 301, 50)
shrinking = []
for width in widths:
    own = np.log([0.5, 0.5]) - np.log(2 * np.pi) / 2 - np.log([width, x_line.std()])
    z = (x_line - [x_line[0, 0], x_line.mean()]) / [width, x_line.std()]
    shrinking.append(log_sum_exp(own - np.clip(z, -1e9, 1e9) ** 2 / 2).sum())
for width, total in zip(widths, shrinking):
    print(f"σ = {width:.0e}   log-likelihood {total:9.2f}")
assert np.allclose(np.diff(shrinking[1:]), 50 * np.log(10), rtol=1e-6)

# %% [markdown]
# The first step goes down: a component that serves one sample no longer serves the others. From then on each factor of $10^{-50}$ buys $50\ln10\approx115$ nats, without end. The maximum-likelihood estimate of a mixture with free widths *does not exist*; what EM finds, and what one wants, is a good local maximum. In practice a run sometimes climbs this spike and ends in a division by zero. The cure is a small floor under the variances.
#
# ### Other ways to the parameters
#
# (q3-2)=
# :::{admonition} Question 3.2 · Can the parameters be estimated by other methods than maximum likelihood?
# :class: question
# Yes. *Moments*: choose the parameters whose moments match those of the data. *Bayes*: put a prior on the parameters and explore the posterior, for instance by Gibbs sampling, or take its maximum (MAP). Also: minimum-distance methods, and k-means, which is EM with all widths equal and shrunk to zero, so that responsibilities become 0 or 1. And the likelihood itself can be climbed by plain gradient ascent, {eq}`eq-13-gmm-mean`. The experiment compares three.
# :::
#
# **Moments.** Pearson ([1894](../book/bibliography.md)) dissected measurements of crabs into two Gaussians that way. Let both widths be 1 and unknown be $\pi$ (weight of the second), $\mu_1$ and $d=\mu_2-\mu_1>0$. Write $x = \mu_1 + d\,z+\epsilon$ with $z\in\{0,1\}$, $P(z=1)=\pi$. Let $m_1$ be the mean, and $m_2$ and $m_3$ the means of the squared and the cubed deviations from it. For $z$ alone they are $\pi$, $\pi(1-\pi)$ and $(1-\pi)(-\pi)^3+\pi(1-\pi)^3=\pi(1-\pi)(1-2\pi)$. Noise adds 1 to the variance and nothing to $m_3$, so
#
# $$
# \begin{aligned}
# m_1 &= \mu_1+\pi d,\qquad
# a := m_2-1 = \pi(1-\pi)\,d^2,\qquad m_3 = \pi(1-\pi)(1-2\pi)\,d^3 ,\\
# k &:= \frac{m_3}{a} = (1-2\pi)\,d,\qquad k^2 = d^2-4\pi(1-\pi)d^2 = d^2-4a ,\\
# d &= \sqrt{k^2+4a},\qquad \pi=\tfrac12\Bigl(1-\frac kd\Bigr),\qquad \mu_1=m_1-\pi d .
# \end{aligned}
# $$ (eq-13-moments-gmm)
#
# (The third line follows from the second.) A closed form! **Gibbs sampling** (Geman and Geman [1984](../book/bibliography.md)) alternates between hidden and visible: draw each $z_n$ from its responsibilities; then, given the $z$, draw $\pi$ and the means from their posteriors, which are simple because memberships are now "known". With a flat prior on $\pi$, Bayes' rule makes its posterior proportional to $\pi^{n_2}(1-\pi)^{n_1}$, a *Beta distribution*, where $n_1$ and $n_2$ count the members; with a broad Gaussian prior on each mean, exponents add up to a quadratic, and the posterior is Gaussian again. The average over the rounds is the estimate. All three estimate from the same data, 40 data sets for each size:


# %%
def by_moments(x):
    m1 = x.mean(axis=1)
    c = x - m1[:, None]
    a, m3 = np.maximum((c**2).mean(axis=1) - 1, 0.01), (c**3).mean(axis=1)
    d = np.sqrt((m3 / a) ** 2 + 4 * a)
    π = (1 - m3 / a / d) / 2
    return np.stack([π, m1 - π * d, m1 - π * d + d])


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def share_of_second(x, π, μ1, μ2):
    """P(z = 1 | x) for unit widths; x (S, N), parameters (S,)."""
    logit = np.log(π / (1 - π)) + (μ2 - μ1) * (x.T - (μ1 + μ2) / 2)
    return (1 / (1 + np.exp(-logit))).T


def by_em(x, steps=100):
    θ = np.array([np.full(len(x), 0.5), *np.quantile(x, (0.25, 0.75), axis=1)])
    for _ in range(steps):
        r = share_of_second(x, *θ)
        n2 = r.sum(axis=1)
        rest = x.shape[1] - n2
        θ = np.stack(
            [
                n2 / x.shape[1],
                ((1 - r) * x).sum(axis=1) / rest,
                (r * x).sum(axis=1) / n2,
            ]
        )
    return θ


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def by_gibbs(x, rounds=150, burn_in=50, seed=0):
    rng = np.random.default_rng(seed)
    θ, kept = (
        np.array([np.full(len(x), 0.5), *np.quantile(x, (0.25, 0.75), axis=1)]),
        [],
    )
    for _ in range(rounds):
        z = rng.uniform(size=x.shape) < share_of_second(x, *θ)
        n2 = z.sum(axis=1)
        n1 = x.shape[1] - n2
        π = rng.beta(1 + n2, 1 + n1)
        sums = np.stack([(x * ~z).sum(axis=1), (x * z).sum(axis=1)])
        precision = np.stack([n1, n2]) + 0.01  # prior N(0, 10²)
        θ = np.stack(
            [
                π,
                *(
                    sums / precision
                    + rng.standard_normal(sums.shape) / np.sqrt(precision)
                ),
            ]
        )
        kept.append(θ)
    return np.mean(kept[burn_in:], axis=0)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
truth = np.array([0.3, -1.0, 1.5])
sizes, rms_of = np.array([100, 300, 1000, 3000]), {}
for N in sizes:
    rng = np.random.default_rng(N)
    z = rng.uniform(size=(40, N)) < truth[0]
    x = np.where(z, truth[2], truth[1]) + rng.standard_normal((40, N))
    for method in (by_moments, by_em, by_gibbs):
        error = method(x)[1:] - truth[1:, None]
        rms_of.setdefault(method.__name__, []).append(np.sqrt(np.mean(error**2)))

print("rms error of the two means from", *sizes, "samples")
for method, e in rms_of.items():
    print(f"{method:12s}" + "".join(f"{value:8.3f}" for value in e))
for e in rms_of.values():
    assert e[-1] < e[0] / 3
assert rms_of["by_moments"][-1] > 1.1 * rms_of["by_em"][-1]
assert 0.8 < rms_of["by_gibbs"][-1] / rms_of["by_em"][-1] < 1.2

# %% [markdown]
# All three find the means, and more data bring all three closer. Moments are the cheapest and, with many samples, the least exact; they make a good start for EM. Gibbs does about as well as EM here, and the spread of its rounds comes as an error bar for free.
#
# ### Is everything a mixture of Gaussians?
#
# *Any distribution of data can be regarded as a superposition of several Gaussians*, say the notes. How many are several? To leave sampling error aside, run EM on the density itself: points of a fine grid, weighted by a target $p$. Since the fit maximizes $\sum_i p_i\ln q(x_i)$, it makes $\mathrm{KL}(p\Vert q)$ small. We judge it by the total variation, which compares all kinds of distributions, and call a twentieth near. (Why it should work: blur $p$ with a narrow Gaussian. By the convolution of chapter 3 the result is a mixture with a component at every $x$, and a sum of many approximates that integral.) Two targets with sharp features: the uniform density on (0, 1), and the skewed exponential density.


# %%
def fit_density(x, p, K, steps=200):
    """π, μ, σ of K components fitted to weights p on points x, by EM from quantiles."""
    μ = np.interp((np.arange(K) + 0.5) / K, np.cumsum(p), x)
    π, σ = np.full(K, 1 / K), np.full(K, (x[-1] - x[0]) / (2 * K))
    for _ in range(steps):
        a = np.log(π) + np.log(normal(x[:, None], μ, σ) + 1e-300)
        r = p[:, None] * np.exp(a - log_sum_exp(a)[:, None])
        weight = r.sum(axis=0)
        π, μ = weight / weight.sum(), r.T @ x / weight
        σ = np.sqrt((r * (x[:, None] - μ) ** 2).sum(axis=0) / weight)
        σ = np.maximum(σ, x[1] - x[0])  # else a component may shrink onto one point
    return π, μ, σ


# %% tags=["hide-input"] jupyter={"source_hidden": true}
targets = {
    "uniform": (np.linspace(0, 1, 402)[1:-1], np.full(400, 1 / 400)),
    "exponential": (np.linspace(0, 8, 1202)[1:-1], None),
}
decay = np.exp(-targets["exponential"][0])
targets["exponential"] = (targets["exponential"][0], decay / decay.sum())
component_counts = [1, 2, 3, 5, 10, 20, 50]
left_over = {}
for name, (x, p) in targets.items():
    step = x[1] - x[0]
    for K in component_counts:
        π, μ, σ = fit_density(x, p, K)
        q = (π * normal(x[:, None], μ, σ)).sum(axis=1) * step
        tv = (np.abs(p - q).sum() + 1 - q.sum()) / 2  # 1 − Σq lies outside the grid
        left_over.setdefault(name, []).append(tv)

# %% [markdown]
# And a third target, from real data: the gray levels. Half of all pixels are *exactly* zero. A density gives an exact value the probability zero, however narrow it is. To see it, put one component of width $\sigma$ on each of the 17 levels, with the right weights, and look at tiny intervals around the levels. All of the data lie inside, whatever the width of the intervals; of the mixture next to nothing does, if only the intervals are much narrower than $\sigma$:

# %%
tiny = 1e-10
inside_data = np.mean(np.abs(levels - np.rint(levels)) < tiny)
inside_mixture = {σ: erf(tiny / (σ * np.sqrt(2))) for σ in 10.0 ** -np.arange(1, 8)}
tv_gray = inside_data - max(inside_mixture.values())  # the distance is at least this
print(f"within {tiny:.0e} of a gray level: {inside_data:.0%} of the data; of mixtures")
print(", ".join(f"{mass:.0e} (σ = {σ:.0e})" for σ, mass in inside_mixture.items()))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
near = 0.05
enough = {
    name: next((K for K, tv in zip(component_counts, found) if tv < near), None)
    for name, found in left_over.items()
}


def draw_components(ax):
    title = "Sharp edges take many Gaussians"
    lines(ax, component_counts, left_over, log="xy", marker="o", title=title)
    ax.set(xlabel="components K", ylabel="total variation left", ylim=(1e-3, 1))
    ends = (f"{name} {tv[0]:.3f} and {tv[-1]:.4f}" for name, tv in left_over.items())
    return (
        f"No number of components makes an edge, but each more comes nearer: the distance that remains with "
        f"{component_counts[0]} and with {component_counts[-1]} is {'; '.join(ends)}."
    )


show(draw_components, figsize=(5.5, 3.4))
one_suffices = bool(left_over["uniform"][0] < near)
settle(
    "C3.6",
    tested=f"Whether a mixture of at most {max(component_counts)} Gaussians comes within {near:.0%} of the target in total variation; for the gray levels, with a bell on each of them.",
    on="existence of a density",
    cases={f"with one ({name})": count is not None for name, count in enough.items()}
    | {"without one (gray levels of pixels)": bool(tv_gray < near)},
    control={"one Gaussian instead of several, for the uniform density": one_suffices},
    evidence="Components that suffice, of the numbers tried: "
    + ", ".join(f"{count} ({name})" for name, count in enough.items())
    + f". For the gray levels the distance is at least {tv_gray:.3f}, down to bells of width {min(inside_mixture):.0e}.",
    turns={
        (
            "component_counts = [1, 2, 3, 5, 10, 20, 50]",
            "component_counts = [1, 1, 2, 2, 3, 3, 3]",
        ): "FALSE",
    },
    card=True,
)

# %% [markdown]
# It depends on the target, and on what "several" and "is" mean. An edge is approached more and more closely with more components, and never reached. And a distribution with mass on single values has no density at all; mixtures come close to it only in the sense that narrow bells near 0 are *near* 0. Take Gaussian noise of one gray level as part of the data, as in the section on blur and noise, and 17 bells are exact.
#
# (q3-5)=
# :::{admonition} Question 3.5 · What is LDA?
# :class: question
# Two things share the three letters. **Latent Dirichlet allocation** (Blei, Ng and Jordan [2003](../book/bibliography.md)) is a model of texts, and probably the one meant: it is a relative of the Gaussian mixture with hidden variables, a bound and an EM-like algorithm. In a mixture each *document* would have one hidden topic; in LDA every document has its own mixture weights, drawn from a Dirichlet distribution, and every *word* its own topic. **Linear discriminant analysis** (after Fisher [1936](../book/bibliography.md)) is a supervised projection: the direction in which known classes lie far apart compared with their width. The chapter on linear factor models builds both; here is a glimpse of each.
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(14)
print("topics of the ten words of three documents")
for _ in range(3):
    mixture, lda = (
        np.full(10, rng.choice(3)),
        rng.choice(3, 10, p=rng.dirichlet(np.full(3, 0.5))),
    )
    print(f"  mixture: {mixture}   latent Dirichlet allocation: {lda}")

(a, a_new), (b, b_new) = (
    np.array_split(pixels[labels == digit], 2) for digit in (3, 8)
)
within = np.cov(a.T) + np.cov(b.T) + 1e-3 * np.eye(64)
directions = {
    "linear discriminant": np.linalg.solve(within, a.mean(axis=0) - b.mean(axis=0)),
    "first principal component": decomposition.pca(np.vstack([a, b]), 1).encoder[:, 0],
}
separation = {}
for name, w in directions.items():
    threes, eights = a_new @ w, b_new @ w  # digits that were not used for w
    spread = np.sqrt((threes.var() + eights.var()) / 2)
    separation[name] = abs(threes.mean() - eights.mean()) / spread
    print(f"{name:26s}: new threes and eights lie {separation[name]:.1f} widths apart")
assert separation["linear discriminant"] > separation["first principal component"]

# %% [markdown]
# :::{admonition} Exercise 9 · responsibilities that do not underflow
# :class: exercise
# `a` (N, K) holds $\ln\pi_k+\ln\mathcal N(x_n;\mu_k,\Sigma_k)$, and its entries may all lie near $-1000$. Return the responsibilities (N, K).
# :::


# %%
def responsibilities(a):
    """p(z = k | x_n) of shape (N, K), from the logarithms a (N, K) of p(x_n, z = k)."""
    ...


exercises.check_responsibilities(responsibilities)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A constant added to a row cancels in the quotient; subtract the largest entry, then nothing underflows.
def responsibilities(a):
    p = np.exp(a - a.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


exercises.check_responsibilities(responsibilities)

# %% [markdown]
# :::{admonition} Exercise 10 · the M-step
# :class: exercise
# In one dimension: from samples `x` (N,) and responsibilities `r` (N, K) return the new weights, means and *variances*, each of shape (K,), by {eq}`eq-13-gmm-mean` and {eq}`eq-13-gmm-rest`.
# :::


# %%
def maximize(x, r):
    """(π, μ, σ²), each (K,), from x (N,) and responsibilities r (N, K)."""
    ...


exercises.check_maximize(maximize)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each sample counts for component k as much as k is responsible for it; the variance uses the new mean.
def maximize(x, r):
    weight = r.sum(axis=0)
    mu = r.T @ x / weight
    return weight / len(x), mu, (r * (x[:, None] - mu) ** 2).sum(axis=0) / weight


exercises.check_maximize(maximize)

# %% [markdown]
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
