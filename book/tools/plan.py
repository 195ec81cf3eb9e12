"""The pages the book is planned to have, which of them are done, and what a reader means by a number.

A page without files is planned; one with files is a draft until the word `done` stands in its line
here. A draft is built and shown with a banner, and owes nothing yet.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Chapter(NamedTuple):
    """File name without suffix, title, what it is about, numbers of the pages it builds on, whether it is done."""

    page: str
    title: str
    about: str
    needs: tuple[str, ...]
    done: bool

    @property
    def number(self) -> str:
        """As the notes count, with a letter where a chapter has several pages: 2, 5a."""
        return number(self.page)


PLAN = """
01_introduction | What deep learning is | a history you can run, and learning in three steps | |
02a_linear_algebra | Linear algebra | products, systems, norms, eigenvectors, singular values | | done
02b_principal_components | PCA and preprocessing | the best axes three ways, and what scaling changes | 2a | done
03_probability | Probability and information theory | Bayes, Gaussians, losses, entropy, divergence, sampling | 2a | done
04a_numbers_on_a_computer | Numbers on a computer | overflow, stable softmax, rounding, condition | | done
04b_gradients_and_curvature | Gradients and curvature | descent, Hessians, Newton, convexity | 2a | done
05a_learning_from_data | Learning from data | tasks, capacity, bias and variance, regularization | 2a 3 | done
05b_capacity_and_validation | Capacity and validation | VC dimension, no free lunch, estimators, cross-validation | 5a | done
05c_classical_algorithms | Classical algorithms | neighbors, trees, kernels, clusters | 5b | done
06a_feedforward_networks | Feed-forward networks | XOR, output units, and the losses that fit them | 4b 5c | done
06b_backpropagation | Backpropagation | gradients by hand, by graph and by code, and how to check them | 4b | done
06c_units_width_depth | Hidden units, width and depth | which nonlinearity, and what depth buys | 6a 6b | done
07a_penalties_and_data | Penalties, data and time | what shrinks weights, what data can be made up, and when to stop | 5a 6b | done
07b_ensembles_and_dropout | Ensembles and dropout | many networks, one that is many, and a contest of methods | 7a | done
08a_descent | Descent | how far a step may go, what a part of the samples tells, and how near noise lets you come | 6b | done
08b_troubles_and_cures | Troubles and cures | six troubles, looked for in real networks; initialization, normalization | 8a | done
08c_optimizers | Optimizers | momentum, Adam, schedules, second order and beyond | 8b | done
09a_convolution | Convolution | the arithmetic, the gradients, and why weights are shared | 6b | done
09b_convolutional_networks | Convolutional networks | local windows, sharing and pooling, and what each is worth | 8b 9a | done
09c_filters_and_layers | Filters and layers | what filters learn, how many and how deep, and what they cost | 9b | done
10a_recurrence | Recurrence | unfolding in time, vanishing gradients, LSTM and GRU | 6b |
10b_sequences | Sequences | encoder and decoder, attention, language | 10a |
11_practical_methodology | Practical methodology | metrics, baselines, search, debugging | 7b 8c |
12_applications | Applications | a gallery of tasks, and which model fits which | 9c 10b |
13_latent_variables | Latent variables | mixtures and EM, probabilistic PCA, ICA, sparse coding | 3 |
14a_autoencoders | Autoencoders | undercomplete, sparse, denoising, contractive | 6b |
14b_variational_autoencoders | VAE and GAN | the evidence lower bound, and learning to generate | 13 14a |
15_representation_learning | Representation learning | pretraining, transfer, word embeddings | 14a |
16_structured_models | Structured probabilistic models | graphs, Boltzmann machines, deep belief networks | 3 |
"""


def number(page: str) -> str:
    """The number a page's name begins with: `05a_learning_from_data` → 5a."""
    return page.partition("_")[0].lstrip("0")


def _chapter(line: str) -> Chapter:
    page, title, about, needs, state = (part.strip() for part in line.split("|"))
    return Chapter(page, title, about, tuple(needs.split()), state == "done")


CHAPTERS = tuple(map(_chapter, PLAN.strip().splitlines()))
BY_PAGE = {chapter.page: chapter for chapter in CHAPTERS}
DONE = [chapter.page for chapter in CHAPTERS if chapter.done]


def heading(page: str) -> str:
    """Number and title of a page of the plan: `02a_linear_algebra` → "2a. Linear algebra"."""
    return f"{number(page)}. {BY_PAGE[page].title}"


def existing(root: Path) -> list[str]:
    """The pages of which at least one file is there."""
    files = [*root.glob("chapters/[0-9]*.py"), *root.glob("chapters/[0-9]*.ipynb")]
    return sorted({path.stem for path in files})


def meant(asked: str, pages: Iterable[str]) -> list[str]:
    """The pages that `asked` means: 05a or 5a that page, 05 or 5 also 05a and 05b; none if it means nothing."""
    wanted = asked.lower().lstrip("0")
    return [
        page
        for page in pages
        if asked == page or wanted in (number(page), number(page).rstrip("abc"))
    ]


def chosen(pages: Iterable[str]) -> list[str]:
    """Of these pages those that CHAPTER means, all where it is not set; ends the program where it means none."""
    asked, pages = os.environ.get("CHAPTER", ""), list(pages)
    found = meant(asked, pages) if asked else pages
    if asked and not found:
        known = ", ".join(map(number, pages)) or "none"
        sys.exit(f"There is no chapter {asked}; there are: {known}.")
    return found


def exercises_file(page: str) -> str:
    """Where a page's exercises are declared: `05a_learning_from_data` → …/exercises/learning_from_data.py."""
    return f"lib/dlnotes/exercises/{page.partition('_')[2]}.py"
