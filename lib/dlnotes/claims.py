"""Verdicts: what the notes claim, and what a computation says of it.

    settle(
        "C3.4",
        tested="extra bits of a code that was made for q and is used on p, against D(p‖q), for pairs at random",
        holds=gaps(kl) < 0.01,
        control={"the divergence the other way around, D(q‖p)": gaps(reversed_kl) < 0.01},
        evidence=f"the largest gap is {gaps(kl).max():.4f} bits",
        turns={("kl(p, q)", "kl(q, p)"): "FALSE"},
    )

The statement comes from the list in data/claims.json, the verdict from `holds` or `cases`, the evidence from
measured values; none of them is typed into the chapter. A claim that is true by definition, or that no
computation can decide, says so: `by_definition`, `untestable`. The regression test compares the cards that these
functions display, and the site's ledger is made from them.
"""

import functools
import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import NamedTuple

import numpy as np
from IPython.display import display

from . import cards
from .cards import Card, Outcome
from .datasets import damaged

ENOUGH_SEEDS = 20
MOST, FEW = 0.9, 0.1

Holds = bool | np.bool_ | Sequence[bool] | np.ndarray
_shown: dict[str, Card] = {}  # the cards of this session, for `recap`


@functools.cache
def ledger() -> dict:
    """The list of claims and questions: {"documents": {id: {...}}, "items": {id: {...}}}."""
    path = resources.files("dlnotes") / "data/claims.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        items = {item["id"]: item for item in data["items"]}
        return {"documents": data["documents"], "items": items}
    except (ValueError, KeyError, TypeError):
        raise damaged(path) from None


class Verdict(NamedTuple):
    """TRUE, FALSE or IT DEPENDS, and the tally or the cases behind it."""

    word: str
    detail: str


def verdict(
    holds: Holds | None = None, on: str = "", cases: Mapping[str, Holds] | None = None
) -> Verdict:
    """What became of a test.

    holds: a boolean, or a row of at least 20 booleans, one for each random seed: at least 90 % TRUE, at most 10 %
    FALSE, otherwise IT DEPENDS on the seed. Or `cases` of the variable that `on` names, each with its own boolean
    or row: all alike TRUE or FALSE, mixed IT DEPENDS on that variable.

    Errors: TypeError for what is no boolean, ValueError for too few seeds, fewer than two cases or no variable.
    """
    if (holds is None) == (cases is None):
        raise ValueError("give either holds or cases, got both or neither")
    if cases is None:
        return _by_seed("holds", holds)
    if not on.strip() or len(cases) < 2:
        raise ValueError(
            f"cases must be at least two values of a variable that on names, got on={on!r} and {len(cases)} cases"
        )
    found = {name: _by_seed(f"case {name!r}", case) for name, case in cases.items()}
    words = {case.word for case in found.values()}
    sides = "; ".join(f"{name}, {case.detail}" for name, case in found.items())
    if len(words) == 1:
        return Verdict(words.pop(), f"Whatever the {on}: {sides}.")
    return Verdict("IT DEPENDS", f"It depends on the {on}: {sides}.")


def _by_seed(name: str, holds: Holds) -> Verdict:
    """The verdict on one boolean, or on one for each seed."""
    outcomes = np.asarray(holds)
    if outcomes.dtype != bool or outcomes.ndim > 1:
        raise TypeError(f"{name} must be a boolean or a row of booleans, got {holds!r}")
    if outcomes.ndim == 0:
        return Verdict("TRUE", "holds") if outcomes else Verdict("FALSE", "fails")
    if len(outcomes) < ENOUGH_SEEDS:
        raise ValueError(
            f"{name}: one seed may illustrate, {ENOUGH_SEEDS} may prove; got {len(outcomes)}"
        )
    share = outcomes.mean()
    tally = f"holds in {outcomes.sum()} of {len(outcomes)} seeds"
    if share >= MOST:
        return Verdict("TRUE", tally)
    return Verdict("FALSE", tally) if share <= FEW else Verdict("IT DEPENDS", tally)


def settle(
    claim: str,
    *,
    tested: str,
    evidence: str,
    holds: Holds | None = None,
    on: str = "",
    cases: Mapping[str, Holds] | None = None,
    control: Mapping[str, Holds] | None = None,
    turns: Mapping[tuple[str, ...], str] | None = None,
    card: bool = False,
) -> None:
    """Display the verdict on `claim` (such as "C6.10"): one line that unfolds, or a whole `card`.

    tested: what was measured, in a sentence. evidence: what came out, with its numbers. holds, on, cases: see
    `verdict`. control: {a case whose answer is known to be the other one: what the same measurement says there}; only
    cases that differ are each other's control. turns: {(text, replacement, …): the verdict that follows}, changes of
    the chapter's source that turn the verdict; a test makes them.

    Errors: KeyError for an id that is no claim of the notes; TypeError or ValueError for a test that decides nothing,
    for evidence without a number or with nan, and for a control that comes out like the claim. (In a live JupyterLab
    the last one is shown on the card instead: whoever changes an assumption should see what follows from it.)
    """
    item = _claim(claim)
    _sentence("tested", tested)
    _measured(evidence)
    word, detail = verdict(holds, on, cases)
    detail = "" if np.ndim(holds) == 0 and cases is None else detail  # one boolean
    outcomes = _controls(claim, word, control, cases)
    _turns(turns or {})
    _show(Card(item, word, tested, evidence, detail, outcomes, turns or {}, card))


def by_definition(
    claim: str, *, because: str, holds: bool, evidence: str, card: bool = False
) -> None:
    """Display a claim that is true by algebra, by definition or by construction: shown, and counted apart.

    because: the definition or the line of algebra. holds, evidence: what a computation shows of it.
    Errors: ValueError if `holds` is false, since then the reason is wrong; as in `settle` for the rest.
    """
    item = _claim(claim)
    _sentence("because", because)
    _measured(evidence)
    if _by_seed("holds", holds).word != "TRUE":
        raise ValueError(
            f"{claim} is said to be true by definition, but what was computed denies it"
        )
    _show(Card(item, "BY DEFINITION", because, evidence, whole=card))


def untestable(claim: str, *, reason: str, reference: str) -> None:
    """Display a claim that no computation can decide (history, importance, taste), with the reason and where to read."""
    _sentence("reason", reason)
    _sentence("reference", reference)
    _show(Card(_claim(claim), "UNTESTABLE", reason, f"See {reference}."))


def recap() -> None:
    """Display the verdicts of this session so far, one line a claim, in the order of the notes' list."""
    found = [_shown[claim] for claim in ledger()["items"] if claim in _shown]
    display(cards.table(found), raw=True)


def _claim(claim: str) -> dict:
    """The entry of a claim in the list."""
    item = ledger()["items"].get(claim)
    if item is None or item["kind"] != "claim":
        raise KeyError(f"{claim!r} is not a claim of the notes")
    return item


def _sentence(name: str, text: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} must say something, got {text!r}")


def _measured(evidence: str) -> None:
    _sentence("evidence", evidence)
    if re.search(r"\bnan\b", evidence.lower()) or not re.search(r"\d", evidence):
        raise ValueError(f"evidence must state measured values, got {evidence!r}")


def _controls(claim: str, word: str, control, cases) -> list[Outcome]:
    """What the controls say; refused unless each is decided, and the other way than the claim."""
    if not control and (cases is None or word != "IT DEPENDS"):
        raise ValueError(
            f"{claim} needs a control: the same measurement on a case whose answer is known to be the other one"
        )
    outcomes = []
    for name, holds in (control or {}).items():
        found, detail = _by_seed(f"control {name!r}", holds)
        lost = found in (word, "IT DEPENDS")
        if lost and "JPY_SESSION_NAME" not in os.environ:
            raise ValueError(
                f"{claim} is {word} and its control {name!r} {found}: a control's answer must be known, and the other one"
            )
        outcomes.append(Outcome(name, detail, lost))
    return outcomes


def _turns(turns: Mapping[tuple[str, ...], str]) -> None:
    for change, word in turns.items():
        pairs = isinstance(change, tuple) and len(change) >= 2 and len(change) % 2 == 0
        if not pairs or word not in ("TRUE", "FALSE", "IT DEPENDS"):
            raise ValueError(
                f"turns must map (text, replacement, …) to a verdict, got {change!r}: {word!r}"
            )


def _show(card: Card) -> None:
    _shown[card.item["id"]] = card
    display(cards.bundle(card, ledger()["documents"]), raw=True)
