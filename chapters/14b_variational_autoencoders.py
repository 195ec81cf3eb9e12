# %% [markdown]
# # VAE and GAN
#
# A variational autoencoder searches for the best of all distributions, a whole function, and not for a few numbers. This page will answer the questions on generative models; so far it has the derivative with respect to a function, and the bound that a variational autoencoder raises.
#
# <!-- Owed on this page. A question is answered in a box: its label, below it :::{admonition} Question · as the list asks it, and :class: question.
# A claim is settled by a call of settle.
#
# C3.3: The KL divergence, as a measure of the distance between two distributions, uses the calculus of variations.
# C3.10: Numerical and sampling computation, the KL divergence, Gaussian noise and Gaussian mixture models are the theoretical basis of the variational autoencoder.
# Q14.4: Why can the decoder of an ordinary autoencoder not be taken out and used alone?
# Q14.5: How does each sample get its mean and variance in a variational autoencoder?
# Q14.6: Does pulling the normal distributions toward the standard normal give a VAE good generative ability, and how can this be explained?
# Q14.7: What is it that is sampled from the normal distribution in a variational autoencoder?
# Q14.8: Why is a variational autoencoder designed this way, with a code m and a noisy code c passed to the decoder?
# Q14.9: How is the Gaussian mixture model the theoretical basis of the variational autoencoder?
# Q14.10: What does the odd second term of the VAE objective, the expectation under q(z|x), mean, and is it like the EM algorithm?
# Q14.11: What is the ultimate goal of the variational approach?
# Q14.12: What can a variational autoencoder do that an autoencoder cannot?
# C14.8: An autoencoder's decoder cannot be used alone, but a VAE's should be able to produce a clear and realistic image from any sampled code, because the distribution has been obtained.
# C14.9: Each latent variable z of a VAE can be regarded as an important, continuous feature that makes up the image.
# C14.10: A VAE uses two neural networks to compute the mean and the variance of each sample.
# C14.11: Without a KL term, VAE training would make X and X̂ identical, the mean equal to the sample's value and all variances 0.
# C14.12: In a VAE, a KL divergence that pulls every normal distribution toward the standard normal is added to the reconstruction loss.
# C14.13: The two greatest differences between a VAE and an AE are the sampling distribution and the loss function.
# C14.14: A wish for some component inside a model can be met by designing a loss for it and adding it to the total loss.
# C14.15: The result of the VAE's encoder can represent any distribution.
# C14.16: The VAE's encoder is introduced to help solve the decoder, which is the most ingenious part of VAE theory.
# C14.17: In the VAE objective, E_{q(z|x)} is the posterior distribution.
# C14.18: The derivation of the VAE objective does almost nothing except insert q(z|x).
# C14.19: The VAE is a paragon of theory guiding the design of a model.
# C14.20: The variational autoencoder captures the data distribution explicitly, whereas the “GNN” captures it implicitly.
# C14.21: The differential of a functional is the variation.
# C14.22: Each latent variable of a VAE has its own distribution, which is close to the normal distribution.
# C14.25: Since the latent distributions of a VAE are continuous, their parameters can be controlled at will to generate different images.
# C14.26: In a VAE, P(x) is too difficult to compute directly, so one turns to P(x|z) instead.
# C14.27: Training a VAE means minimizing the first term (KL divergence) and maximizing the second (expected log-likelihood), and these two terms form the loss.
# C14.28: The VAE's decoder is built to compute the two parameters of P(x|z).
# C14.29: Intuitively, what a VAE is essentially meant to obtain is the sample data, that is, the training set.
# -->

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import numpy as np
from dlnotes.claims import recap, settle, untestable
from dlnotes.exercises import variational_autoencoders as exercises
from dlnotes.explore import explore
from dlnotes.plotting import lines

np.set_printoptions(precision=4, suppress=True)


def normal(x, mu=0.0, sigma=1.0):
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)


def kl_normal(mu1, sigma1, mu2, sigma2):
    """KL between two Gaussians, by the closed form of chapter 3."""
    spread = (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2)
    return np.log(sigma2 / sigma1) + spread - 1 / 2


# %% [markdown]
# (sec-14b-variation)=
# ## When the unknown is a function
#
# *You can set a derivative to zero to find a best number. After this section you can do it to find a best function.*
#
# In the bound the lower bound of [chapter 13](13_latent_variables.ipynb) the E-step chose the best *distribution* $q$. A rule that turns a function into a number is a *functional* (泛函), and the notes say: *the differential of a functional is the variation* (变分). Let us see what that is. Nudge the function $q$ in the direction of another function $\eta$, and collect what is of first order:
#
# $$
# J[q+\varepsilon\eta] = J[q] + \varepsilon\int\frac{\delta J}{\delta q}(x)\,\eta(x)\,dx + O(\varepsilon^2) .
# $$ (eq-14b-variation)
#
# Compare with $f(\theta+\varepsilon u) = f(\theta)+\varepsilon\sum_i\frac{\partial f}{\partial\theta_i}u_i+\dots$: the sum has become an integral, and $\delta J/\delta q$, the *first variation*, is the gradient. On a grid of spacing $h$ the integral is $h\sum_i$, so
#
# $$
# \frac{\delta J}{\delta q}(x_i) \approx \frac1h\,\frac{\partial J}{\partial q_i} .
# $$ (eq-14b-variation-grid)
#
# An example with a derivative in it, $J[q]=\int_0^1\bigl(\tfrac12q'^2-fq\bigr)dx$ with $q$ fixed at both ends (a loaded string). Since $\eta$ vanishes at the ends, integrating by parts gives
#
# $$
# \frac{d}{d\varepsilon}J[q+\varepsilon\eta]\Big|_0 = \int(q'\eta'-f\eta)\,dx = \int(-q''-f)\,\eta\,dx
# \quad\Longrightarrow\quad \frac{\delta J}{\delta q} = -q''-f .
# $$ (eq-14b-string)

# %%
x_string = np.linspace(0, 1, 101)
h_string = x_string[1]
load = 1 + np.sin(7 * x_string)


def J(q):
    return (np.diff(q) ** 2).sum() / (2 * h_string) - (load * q).sum() * h_string


q = np.sin(np.pi * x_string) ** 2  # any function that vanishes at the ends
nudges = 1e-6 * np.eye(101)[1:-1]
by_nudging = np.array([J(q + e) - J(q - e) for e in nudges]) / 2e-6 / h_string
by_formula = -np.diff(q, 2) / h_string**2 - load[1:-1]
print(f"largest difference below 1e-6: {np.abs(by_nudging - by_formula).max() < 1e-6}")
too_small = np.abs(by_nudging).max() / np.abs(by_nudging * h_string).max()
print(f"without the division by h the 'gradient' is {too_small:.0f} times too small")

# %% [markdown]
# The classic slip is in the last line: forget $1/h$, and the gradient fades as the grid gets finer.
#
# **The least presumptuous density.** Of all densities with mean 0 and variance 1, which has the largest entropy $H[q]=-\int q\ln q\,dx$? With multipliers for the three constraints, set the first variation to zero:
#
# $$
# \begin{aligned}
# \frac{\delta}{\delta q}\Bigl[-\int q\ln q+\lambda_0\!\int q+\lambda_1\!\int xq+\lambda_2\!\int x^2q\Bigr] &= -\ln q-1+\lambda_0+\lambda_1x+\lambda_2x^2 = 0\\
# \Longrightarrow\quad q(x) &= e^{\lambda_0-1+\lambda_1x+\lambda_2x^2} .
# \end{aligned}
# $$ (eq-14b-maxent)
#
# The exponential of a quadratic: a Gaussian, and the constraints make it $\mathcal N(0,1)$. Zero slope alone does not say *largest*. This does: since $\ln\mathcal N$ is quadratic, every $q$ with the same moments has the same cross-entropy with it, and
#
# $$
# 0\le\mathrm{KL}(q\Vert\mathcal N) = -H[q] - \int q\ln\mathcal N = -H[q]-\int\mathcal N\ln\mathcal N = H[\mathcal N]-H[q] .
# $$ (eq-14b-maxent-proof)
#
# So whoever knows only mean and variance of the errors, and wants to assume as little else as possible, assumes Gaussian errors, and by chapter 3 a squared loss. Watch it happen. Start from a density with two humps, of variance 1, move along $-\ln q$ (the constant $-1$ goes into $\lambda_0$; as a change of $\ln q$, so that $q$ stays positive), and restore the three constraints after each step by choosing the $\lambda$:

# %%
x_axis = np.linspace(-5, 5, 201)
dx_axis = x_axis[1] - x_axis[0]
constraints = np.stack([np.ones(201), x_axis, x_axis**2])  # ∫q = 1, ∫xq = 0, ∫x²q = 1


def restore(log_q):
    """q ∝ exp(log_q + λ · constraints) with the three moments, λ by Newton's method."""
    λ = np.zeros(3)
    for _ in range(50):
        q = np.exp(log_q + λ @ constraints)
        miss = np.array([1, 0, 1]) - constraints @ q * dx_axis
        # Newton: the slopes of the three moments in λ are the integrals of q cᵢ cⱼ
        λ = λ + np.linalg.solve((constraints * q) @ constraints.T * dx_axis, miss)
    return q


def differential_entropy(q):
    return -(q * np.log(q)).sum() * dx_axis


humps = normal(x_axis, -0.9, 0.45) + normal(x_axis, 0.9, 0.45)
climb = [restore(np.log(humps))]
for _ in range(40):
    climb.append(restore(np.log(climb[-1]) - 0.12 * np.log(climb[-1])))
entropies = np.array([differential_entropy(q) for q in climb])
assert (np.diff(entropies) > 0).all() and np.abs(
    climb[-1] - normal(x_axis)
).max() < 0.02

# %% tags=["hide-input"] jupyter={"source_hidden": true}
gaussian_entropy = np.log(2 * np.pi * np.e) / 2


def draw_climb(ax, step):
    curves = {"q": climb[step], "standard Gaussian": normal(x_axis)}
    lines(ax, x_axis, curves)
    ax.set(xlim=(-3.5, 3.5), ylim=(0, 0.52), xlabel="x", ylabel="density")
    ax.set_title(f"entropy {entropies[step]:.4f}, Gaussian {gaussian_entropy:.4f}")
    return (
        f"After {step} steps the entropy is {entropies[step]:.4f} nats; the Gaussian of the same mean and variance has "
        f"{gaussian_entropy:.4f}. The largest gap between the two curves is {np.abs(climb[step] - normal(x_axis)).max():.3f}."
    )


explore(draw_climb, step=[0, 1, 2, 3, 4, 6, 8, 10, 14, 20, 30, 40])

# %% [markdown]
# The humps melt into a bell, and no step lowers the entropy. Now the notes' sentence that the KL divergence "uses the calculus of variations" (用到了变分法) to measure how far two distributions are apart. Does it? Vary nothing, and see how far from the answer you stay. To *measure*, take the definition, a plain sum; the answer is the closed form of chapter 3. As a control take a task that is a search among functions, to find the $q$ with the smallest $\mathrm{KL}(q\Vert p)$; the answer is zero. Twenty random pairs of Gaussians for each:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
drawn = np.random.default_rng(17).uniform((-2, 0.5, -2, 0.5), 2, (20, 4))
x_fine, dx_fine = np.linspace(-30, 30, 6001, retstep=True)


def kl_by_sum(log_q, log_p):
    return (np.exp(log_q) * (log_q - log_p)).sum() * dx_fine


def varied(log_q, log_p, steps):
    """q after steps along −δKL/δq = −ln(q/p) − 1 − λ, as a change of ln q, λ by ∫q = 1."""
    for _ in range(steps):
        log_q = log_q - (log_q - log_p) / 2
        log_q = log_q - np.log(np.exp(log_q).sum() * dx_fine)
    return log_q


missed = {"measuring": [], "searching": [], "searching, varied": []}
for m1, s1, m2, s2 in drawn:
    log_q = -(((x_fine - m1) / s1) ** 2) / 2 - np.log(np.sqrt(2 * np.pi) * s1)
    log_p = -(((x_fine - m2) / s2) ** 2) / 2 - np.log(np.sqrt(2 * np.pi) * s2)
    measured, answer = kl_by_sum(log_q, log_p), kl_normal(m1, s1, m2, s2)
    missed["measuring"].append(abs(measured - answer))
    missed["searching"].append(kl_by_sum(varied(log_q, log_p, 0), log_p))
    missed["searching, varied"].append(kl_by_sum(varied(log_q, log_p, 40), log_p))
close = 1e-9
missed = {task: np.abs(misses) for task, misses in missed.items()}
for task, misses in missed.items():
    print(f"{task:18s}answered within {close:.0e} for {(misses < close).sum()} pairs")
assert (missed["searching, varied"] < close).all()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C3.3",
    tested=f"Whether something is missing if no function is varied: the divergence of {len(drawn)} random pairs of Gaussians by its definition, a plain sum, against the closed form.",
    holds=missed["measuring"] > close,
    control={
        "the search for the q with the smallest divergence from p": missed["searching"]
        > close
    },
    evidence=f"The plain sum comes within {close:.0e} of the closed form for {(missed['measuring'] < close).sum()} of {len(drawn)} pairs. The search, if nothing is varied, stays "
    f"at least {missed['searching'].min():.3f} nats from its answer; along the first variation it arrives for {(missed['searching, varied'] < close).sum()} of {len(drawn)} pairs.",
)

# %% [markdown]
# To measure with KL uses no calculus of variations; to *search* with it does. One *may* bring it in even for measuring, since KL is also the largest value of a functional. For any function $f$ let $Z=\mathbb E_q[e^f]$ and $q_f = q\,e^f/Z$; then
#
# $$
# \mathbb E_p[f]-\ln Z = \mathrm{KL}(p\Vert q)-\mathrm{KL}(p\Vert q_f) \le \mathrm{KL}(p\Vert q) ,
# $$ (eq-14b-kl-supremum)
#
# with equality for $f=\ln(p/q)$. What does rest on variations is *variational inference*, which looks for the function $q$ that makes a KL divergence small. There, with a multiplier for $\int q=1$,
#
# $$
# \frac{\delta}{\delta q}\Bigl[\int q\ln\frac qp+\lambda\int q\Bigr] = \ln\frac qp+1+\lambda = 0 \quad\Longrightarrow\quad q\propto p ,
# $$ (eq-14b-vi)
#
# so among *all* functions the best $q$ is $p$ itself, which is the E-step. When the posterior is out of reach one searches a smaller family, as the reverse fit above did among single Gaussians.
#
# :::{admonition} Exercise 11 · a variation on a grid
# :class: exercise
# For $J[q]=\int\bigl(\tfrac12q'^2+\tfrac12c\,q^2\bigr)dx$ with $q$ fixed at both ends, derive the first variation and return it at the interior points of a grid with spacing `h`: shape (n − 2,) for `q` (n,). On a grid, $q''\approx(q_+-2q+q_-)/h^2$ with the right and the left neighbor, which is `np.diff(q, 2) / h**2`.
# :::


# %%
def first_variation(q, c, h):
    """δJ/δq at the interior points, for J = ∫ ½q′² + ½c q² dx."""
    ...


exercises.check_first_variation(first_variation)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. ∫(q′η′ + c q η) = ∫(−q″ + c q) η, and q″ ≈ (q₊ − 2q + q₋)/h².
def first_variation(q, c, h):
    return -np.diff(q, 2) / h**2 + c * q[1:-1]


exercises.check_first_variation(first_variation)

# %% [markdown]
# (sec-14b-vae)=
# ## What all this is for
#
# *You have the tools one by one. After this section you know where they meet.*
#
# The notes list sampling, KL divergence, Gaussian noise and Gaussian mixtures as the theoretical basis of the variational autoencoder, VAE (变分自编码器; Kingma and Welling [2014](../book/bibliography.md)), which Chapter 14 will build. Its model is a mixture with a *continuous* hidden choice: draw $z\sim\mathcal N(0,1)$, then $x$ from a Gaussian around $g(z)$,
#
# $$
# \begin{aligned}
# p(x) &= \int\mathcal N(z;0,1)\,\mathcal N\bigl(x;g(z),s^2\bigr)\,dz ,\\
# \ln p(x) &\ge \underbrace{\mathbb E_q\bigl[\ln\mathcal N(x;g(z),s^2)\bigr]}_{\text{by sampling}}-\mathrm{KL}\bigl(q(z)\Vert\mathcal N(0,1)\bigr) ,
# \end{aligned}
# $$ (eq-14b-vae)
#
# which is the lower bound of [chapter 13](13_latent_variables.ipynb) with $p(x,z)=p(z)\,p(x\mid z)$, for a noisy code $q(z)=\mathcal N(z;m,v^2)$. What does each of the four do in it? Remove three of them from a toy model, one at a time, $g(z)=3\tanh(2z)$ and $s=\tfrac12$, and see whether something breaks. The fourth, sampling, is not needed for a single $z$: our own check lays a grid. For it we go to twenty dimensions, where two thousand points do not even make two an axis.

# %%
z = np.linspace(-6, 6, 1201)
dz = z[1] - z[0]


def g(z):
    return 3 * np.tanh(2 * z)


def log_evidence(x):
    return np.log((normal(z) * normal(x[:, None], g(z), 0.5)).sum(axis=1) * dz)


def bound(x, m, v, with_kl=True):
    """The lower bound for one x and a code N(m, v²), averaged over 2,000 draws."""
    draws = m + v * np.random.default_rng(15).standard_normal(2000)
    fit = np.log(normal(x, g(draws), 0.5)).mean()
    return fit - kl_normal(m, v, 0, 1) * with_kl


# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(16)
x_vae = g(rng.standard_normal(300)) + 0.5 * rng.standard_normal(300)
codes = [(m, v) for m in np.linspace(-2, 2, 17) for v in (0.05, 0.1, 0.2, 0.4)]
probe = np.array([-3.0, 0.5, 2.6])
with_kl = [max(bound(x, *code) for code in codes) for x in probe]
without_kl = [max(bound(x, *code, with_kl=False) for code in codes) for x in probe]
tiny = 1e-12
silent = max(bound(2.6, m, tiny) for m in np.linspace(-2, 2, 17))
one_gaussian = np.log(normal(x_vae, x_vae.mean(), x_vae.std())).mean()
# the mean of z² in many dimensions (exactly 1), with the same budget for draws and for a grid on [-3, 3]
d_latent, budget = 20, 2000
draws = rng.standard_normal((budget, d_latent))
dice_error = abs((draws**2).sum(axis=1).mean() / d_latent - 1)
per_axis = max(m for m in range(1, 10) if m**d_latent <= budget)
axis = np.linspace(-3, 3, 2 * per_axis + 1)[1::2]
grid_error = abs((normal(axis) * axis**2).sum() / normal(axis).sum() - 1)
broken = {
    "no KL term": any(without_kl > log_evidence(probe)),
    "no noise on the code": silent < with_kl[2] - 10,
    "one Gaussian instead of many": one_gaussian < log_evidence(x_vae).mean() - 0.1,
    "no sampling, a grid": bool(dice_error < grid_error / 10),
}
assert all(broken.values())
assert all(b < e for b, e in zip(with_kl, log_evidence(probe)))
print(f"ln p(x)             {log_evidence(probe)}")
print(f"best bound          {np.array(with_kl)}")
print(f"without the KL term {np.array(without_kl)}")
print(f"with noise of {tiny:.0e} on the code, last x: {silent:.1f}")
print(
    f"mean ln p(x): mixture {log_evidence(x_vae).mean():.3f}, one Gaussian {one_gaussian:.3f}"
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C3.10",
    reason="What a subject rests on, and what one should understand first, is a matter of teaching: another derivation of the same model starts elsewhere. A toy model "
    "can show what each part does in it, not that the parts are its foundation.",
    reference="Kingma and Welling (2014)",
)

# %% [markdown]
# Each of the four does something in this model, and sampling does as soon as $z$ has many dimensions. (A code without noise costs without limit: the KL term grows like $-\ln v$.) Whether that makes them the basis, whether one must study them in that order, or whether another road leads there, is a matter of taste, and the line above says so.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
