"""The chapters the book is planned to have, for the home page, the ledger and the head of each chapter.

Which of them exist is never written down; the site looks for the notebook.
"""

from typing import NamedTuple


class Chapter(NamedTuple):
    """File name without suffix, number as the notes count, title, what it is about, numbers of those it builds on."""

    page: str
    number: str
    title: str
    about: str
    needs: tuple[str, ...]


PLAN = """
01_introduction | 1 | What deep learning is | a history you can run, and learning in three steps |
02_linear_algebra | 2 | Linear algebra and PCA | products, norms, eigenvectors, and PCA three ways |
03_probability | 3 | Probability and information theory | Gaussians, entropy, divergence, sampling, mixtures | 2
04_numerical_computation | 4 | Numerical computation | overflow, gradients, Hessians, convexity | 2
05_machine_learning_basics | 5 | Machine learning basics | capacity, validation, estimators, the classical algorithms | 3 4
06a_feedforward_networks | 6a | Feed-forward networks | XOR, losses, hidden units, and what depth buys | 5
06b_backpropagation | 6b | Backpropagation | gradients by hand, by graph and by code, and how to check them | 4
07_regularization | 7 | Regularization | penalties, noise, early stopping, ensembles, dropout | 5 6b
08_optimization | 8 | Optimization | from gradient descent to Adam, schedules, initialization, normalization | 6b
09_convolutional_networks | 9 | Convolutional networks | the arithmetic, the gradients, and why weights are shared | 6b
10_recurrent_networks | 10 | Recurrent networks | unfolding in time, vanishing gradients, LSTM and GRU | 6b
11_practical_methodology | 11 | Practical methodology | metrics, baselines, search, debugging | 7 8
12_applications | 12 | Applications | a gallery of tasks, and which model fits which | 9 10
13_linear_factor_models | 13 | Linear factor models | probabilistic PCA, ICA, sparse coding, both kinds of LDA | 3
14_autoencoders | 14 | Autoencoders, VAE and GAN | denoising, the evidence lower bound, and learning to generate | 3 6b
15_representation_learning | 15 | Representation learning | pretraining, transfer, word embeddings | 14
16_structured_models | 16 | Structured probabilistic models | graphs, Boltzmann machines, deep belief networks | 3
"""


def _chapter(line: str) -> Chapter:
    page, number, title, about, needs = (part.strip() for part in line.split("|"))
    return Chapter(page, number, title, about, tuple(needs.split()))


CHAPTERS = tuple(map(_chapter, PLAN.strip().splitlines()))


def heading(page: str) -> str:
    """Number and title of a page, also of one not planned: `08b_schedules` → "8b. Schedules"."""
    for chapter in CHAPTERS:
        if chapter.page == page:
            return f"{chapter.number}. {chapter.title}"
    number, _, words = page.partition("_")
    return f"{number.lstrip('0')}. {words.replace('_', ' ').capitalize()}"
