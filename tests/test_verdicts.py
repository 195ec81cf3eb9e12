"""Every verdict of every chapter: what its call may say, what its card shows, and that it turns."""

import ast
import builtins
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from dlnotes import claims
from dlnotes.cards import MIME
from pages import DONE, every_page, outputs, refuse, sources
from replay import argument, calls, settled

ITEMS = claims.ledger()["items"]
KINDS = ("settle", "by_definition", "untestable")
CARDS = range(4, 7)  # how many verdicts of a page stand as whole cards


def made(page: str, *names: str) -> list[ast.Call]:
    return [call for source in sources(page) for call in calls(source, *names)]


def claimed(call: ast.Call) -> str:
    (first,) = call.args
    assert isinstance(first, ast.Constant), (
        f"{ast.unparse(call)}: the id must be a literal"
    )
    return first.value


def shown(page: str) -> dict[str, dict]:
    """The verdicts as data, by claim, from the committed notebook."""
    found = [o.data[MIME] for o in outputs(page) if MIME in o.get("data", {})]
    return {data["claim"]: data for data in found}


# ── What a call may say ──


def literals(node: ast.AST) -> list[str]:
    """The words of an evidence: string literals, without subscripts, comparisons and format specs."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.FormattedValue(value=value):
            return [] if isinstance(value, ast.Constant) else literals(value)
        case ast.Subscript(value=value):
            return literals(value)
        case ast.Compare() | ast.IfExp():
            return []
    return [text for child in ast.iter_child_nodes(node) for text in literals(child)]


# Numbers that name a thing and measure nothing: a formula, a layer, where the units start.
NAMES = r"y\(1 − y\)|\blayer \d+( of \d+)?|z ≈ \d+"
TYPED = re.compile(r"(?<![\w.])\d")


@pytest.mark.parametrize(
    ("text", "typed"),
    [("max is 0.25", True), ("12 % of", True), ("(3 of", True), ("W0, float32, x², log10", False),
     ("the slope y(1 − y)", False), ("at layer 1 of 20", False), ("9 layers", True), ("β1", False)],
)  # fmt: skip
def test_typed_numbers_are_recognized(text, typed):
    assert bool(TYPED.search(re.sub(NAMES, "", text))) == typed


def typed_outcomes(call: ast.Call) -> list[str]:
    """The outcomes of a call that hang on nothing: `True`, `np.True_`, a dictionary of literals."""
    found = []
    for name in ("holds", "cases", "control"):
        value = argument(call, name)
        parts = value.values if isinstance(value, ast.Dict) else [value]
        for part in filter(None, parts):
            names = {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
            if not names - set(dir(builtins)) - {"np"}:
                found.append(f"{name}: {ast.unparse(part)}")
    return found


@pytest.mark.parametrize(
    ("call", "count"),
    [("settle('C', holds=True)", 1), ("settle('C', holds=bool(1))", 1), ("settle('C', holds=np.bool_(True))", 1),
     ("settle('C', cases={'a': True, 'b': x > 1})", 1), ("settle('C', control={'a': False})", 1),
     ("settle('C', holds=x > 1, control={'a': f(y) > 1})", 0), ("settle('C', holds=np.all(x))", 0)],
)  # fmt: skip
def test_typed_outcomes_are_recognized(call, count):
    assert len(typed_outcomes(ast.parse(call).body[0].value)) == count


@every_page
def test_outcomes_and_evidence_are_computed(page):
    """Catches settle("C6.9", holds=True, evidence="the gap is 1e-10"): a typed verdict, a typed number."""
    for call in made(page, "settle", "by_definition"):
        claim, evidence = claimed(call), argument(call, "evidence")
        assert typed_outcomes(call) == [], claim
        measured = [n for n in ast.walk(evidence) if isinstance(n, ast.FormattedValue)]
        assert measured, f"{claim}: the evidence measures nothing"
        for text in literals(evidence):
            assert not TYPED.search(re.sub(NAMES, "", text)), (
                f"{claim}: a number is typed: {text!r}"
            )


@every_page
def test_control_and_claim_are_not_the_same_measurement(page):
    """Catches a control that repeats the claim's own expression with a `not` before it."""
    for call in made(page, "settle"):
        control, claim = argument(call, "control"), argument(call, "holds")
        outcomes = control.values if isinstance(control, ast.Dict) else []
        for outcome in outcomes if claim else []:
            pair = {ast.unparse(claim), ast.unparse(outcome)}
            assert len(pair) == 2, claimed(call)
            assert not any(f"not {a}" == b for a in pair for b in pair), claimed(call)
            assert not any(f"~{a}" == b for a in pair for b in pair), claimed(call)


# ── Which claims, and their cards ──


def owed(page: str) -> set[str]:
    return {
        item["id"]
        for item in ITEMS.values()
        if item["page"] == page and item["kind"] == "claim" and "twin" not in item
    }


@every_page
def test_every_claim_of_the_page_is_settled_once_and_no_other(page):
    found = Counter(map(claimed, made(page, *KINDS)))
    assert set(found.values()) <= {1} and set(found) <= owed(page)
    if page in DONE:
        assert set(found) == owed(page)


@every_page
def test_cards_in_the_notebook_are_those_of_the_source(page):
    assert sorted(shown(page)) == sorted(map(claimed, made(page, *KINDS)))


@pytest.mark.parametrize("page", DONE)
def test_some_verdicts_stand_as_cards(page):
    cards = [data["claim"] for data in shown(page).values() if data["card"]]
    assert len(cards) in CARDS or len(cards) == len(owed(page)) < CARDS.start, cards


# ── Verdicts turn when their assumption does ──


def replayed(page: str) -> dict[str, list[str]]:
    """What tests/replay.py found: {claim: [verdict unchanged, verdict after each change]}."""
    command = [sys.executable, str(Path(__file__).with_name("replay.py")), page]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{page} cannot be replayed:\n{done.stderr[-2000:]}", pytrace=False)
    return json.loads(done.stdout)


@every_page
def test_verdicts_turn_with_their_assumptions(page):
    """Unchanged, the replay must give the card's verdict: else a turn could be its own work, as it leaves out idle cells."""
    found, cards = replayed(page), shown(page)
    problems = []
    for call in settled(sources(page)):
        first, *words = found[call.claim]
        card = cards[call.claim]["verdict"]
        if first != card:
            problems.append(
                f"{call.claim} is {card} on its card and {first} in the replay."
            )
        for (change, wanted), word in zip(call.turns.items(), words, strict=True):
            if word != wanted or word == first:
                ways = ", ".join(
                    f"“{new}” for “{old}”"
                    for old, new in zip(change[::2], change[1::2], strict=True)
                )
                problems.append(
                    f"{call.claim}: putting {ways} gives {word}, not {wanted}, and before it was {first}."
                )
    refuse(page, problems)


@pytest.mark.parametrize("page", DONE)
def test_at_least_five_verdicts_of_a_page_turn(page):
    turning = [call.claim for call in settled(sources(page)) if call.turns]
    assert len(turning) >= min(5, len(made(page, "settle")))
