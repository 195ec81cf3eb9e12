"""The ledger: what the notes claim, and what the computation says of it.

    settle("C6.10", slope.max() <= 0.25, f"max σ′(z) = {slope.max():.4f}")

The statement comes from the list in data/claims.json, the verdict from the condition, the evidence from
measured values; none of them is typed into the chapter. The result is a card that the regression test
compares and from which the site's ledger page is made.
"""

import functools
import html
import json
import re
from importlib import resources

import numpy as np
from IPython.display import display

ENOUGH_SEEDS = 20
MOST, FEW = 0.9, 0.1

_settled: dict[str, str] = {}  # the verdicts of this session, for `recap`


@functools.cache
def ledger() -> dict:
    """The list of claims and questions: {"documents": {id: {...}}, "items": {id: {...}}}."""
    data = json.loads(
        resources.files("dlnotes")
        .joinpath("data/claims.json")
        .read_text(encoding="utf-8")
    )
    return {
        "documents": data["documents"],
        "items": {item["id"]: item for item in data["items"]},
    }


def verdict(condition) -> tuple[str, str]:
    """TRUE, FALSE or IT DEPENDS, and on what.

    condition: a boolean; or {name: boolean}, where all must hold for TRUE and none for FALSE; or an array of
    at least 20 booleans, one per random seed: at least 90 % TRUE, at most 10 % FALSE.
    """
    if isinstance(condition, bool | np.bool_):
        return ("TRUE" if condition else "FALSE"), ""
    if isinstance(condition, dict):
        return _by_condition(condition)
    return _by_seed(np.asarray(condition))


def _by_condition(conditions: dict[str, bool]) -> tuple[str, str]:
    for name, holds in conditions.items():
        if not isinstance(holds, bool | np.bool_):
            raise TypeError(f"condition {name!r} must be a boolean, got {holds!r}")
    if len(conditions) < 2:
        raise ValueError(
            f"a dictionary needs at least two conditions to depend on, got {len(conditions)}"
        )
    holds = [name for name, ok in conditions.items() if ok]
    fails = [name for name, ok in conditions.items() if not ok]
    if not fails:
        return "TRUE", "holds for " + "; ".join(holds)
    if not holds:
        return "FALSE", "fails for " + "; ".join(fails)
    return "IT DEPENDS", "holds for " + "; ".join(holds) + " · fails for " + "; ".join(
        fails
    )


def _by_seed(outcomes: np.ndarray) -> tuple[str, str]:
    if outcomes.dtype != bool or outcomes.ndim != 1:
        raise TypeError(
            f"condition must be a boolean, a dictionary or a row of booleans, got {outcomes!r}"
        )
    if len(outcomes) < ENOUGH_SEEDS:
        raise ValueError(
            f"one seed may illustrate, {ENOUGH_SEEDS} may prove; got {len(outcomes)}"
        )
    share, tally = outcomes.mean(), f"{outcomes.sum()} of {len(outcomes)} seeds"
    if share >= MOST:
        return "TRUE", tally
    return ("FALSE", tally) if share <= FEW else ("IT DEPENDS", f"on the seed: {tally}")


def settle(claim: str, condition, evidence: str) -> None:
    """Display the card of `claim` (such as "C6.10") with the verdict on `condition` and the measured `evidence`.

    Errors: KeyError for an id that is not a claim of the notes; TypeError or ValueError for a condition that
    decides nothing, and for evidence that is empty or contains nan.
    """
    item = _claim(claim)
    if not evidence.strip() or re.search(r"\bnan\b", evidence.lower()):
        raise ValueError(f"evidence must state measured values, got {evidence!r}")
    word, detail = verdict(condition)
    _card(item, word, f"{evidence} ({detail})" if detail else evidence)


def _claim(claim: str) -> dict:
    """The entry of a claim in the list."""
    item = ledger()["items"].get(claim)
    if item is None or item["kind"] != "claim":
        raise KeyError(f"{claim!r} is not a claim of the notes")
    return item


def recap() -> None:
    """Display the verdicts of this session so far, one line a claim, in the order of the notes' list."""
    order = [claim for claim in ledger()["items"] if claim in _settled]
    rows = [
        (claim, _settled[claim], ledger()["items"][claim]["statement"])
        for claim in order
    ]
    cells = "".join(
        f'<tr><th scope="row"><a href="#{_anchor(claim)}">{claim}</a></th><td>{word}</td>'
        f"<td>{html.escape(statement)}</td></tr>"
        for claim, word, statement in rows
    )
    table = (
        '<table class="dl-recap"><thead><tr><th scope="col">claim</th><th scope="col">verdict</th>'
        f'<th scope="col">the notes say</th></tr></thead><tbody>{cells}</tbody></table>'
    )
    plain = "\n".join(f"{claim} {word}" for claim, word, _ in rows)
    display({"text/html": table, "text/plain": plain}, raw=True)


def untestable(claim: str, reason: str, reference: str) -> None:
    """Display the card of a claim that no computation can decide, with the reason and where to read."""
    _card(_claim(claim), "UNTESTABLE", f"{reason} See {reference}.")


def _card(item: dict, word: str, evidence: str) -> None:
    _settled[item["id"]] = word
    title = ledger()["documents"][item["document"]]["title"]
    source = (
        f"{title}, line{'s' if set('-,') & set(item['lines']) else ''} {item['lines']}"
    )
    phrase = (
        f': <span lang="zh">{html.escape(item["phrase"])}</span>'
        if item["phrase"]
        else ""
    )
    card = (
        f'<div class="dl-claim" id="{_anchor(item["id"])}" data-claim="{item["id"]}" data-verdict="{word}">'
        f'<p class="dl-verdict"><b>{item["id"]}</b> <b>{word}</b></p>'
        f'<p class="dl-statement">{html.escape(item["statement"])}</p>'
        f'<p class="dl-evidence">{html.escape(evidence)}</p>'
        f'<p class="dl-source">{html.escape(source)}{phrase}</p></div>'
    )
    plain = f"{item['id']} {word}: {item['statement']}\n{evidence}"
    display({"text/html": card, "text/plain": plain}, raw=True)


def _anchor(claim: str) -> str:
    """The fragment that links to a card: C6.10 is at #c6-10."""
    return claim.lower().replace(".", "-")
