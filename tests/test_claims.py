"""The rules of verdicts at their borders, what is refused, and what cards say."""

from html.parser import HTMLParser

import numpy as np
import pytest
from dlnotes import claims
from dlnotes.cards import MIME, anchor
from dlnotes.claims import by_definition, ledger, recap, settle, untestable, verdict

# ── Verdicts ──


def seeds(holds: int, of: int = 20) -> np.ndarray:
    return np.arange(of) < holds


@pytest.mark.parametrize(
    ("holds", "word", "detail"),
    [
        (True, "TRUE", "holds"),
        (False, "FALSE", "fails"),
        (np.bool_(True), "TRUE", "holds"),
        (np.bool_(False), "FALSE", "fails"),
        (seeds(20), "TRUE", "holds in 20 of 20 seeds"),
        (seeds(18), "TRUE", "holds in 18 of 20 seeds"),
        (seeds(17), "IT DEPENDS", "holds in 17 of 20 seeds"),
        (seeds(3), "IT DEPENDS", "holds in 3 of 20 seeds"),
        (seeds(2), "FALSE", "holds in 2 of 20 seeds"),
        (seeds(0), "FALSE", "holds in 0 of 20 seeds"),
        (seeds(90, 100), "TRUE", "holds in 90 of 100 seeds"),
        (seeds(89, 100), "IT DEPENDS", "holds in 89 of 100 seeds"),
        (seeds(10, 100), "FALSE", "holds in 10 of 100 seeds"),
        (seeds(11, 100), "IT DEPENDS", "holds in 11 of 100 seeds"),
        ([True] * 20, "TRUE", "holds in 20 of 20 seeds"),
    ],
)
def test_verdict_on_a_boolean_and_on_seeds(holds, word, detail):
    """Catches > for ≥ at the borders, and a mean of one seed."""
    assert verdict(holds) == (word, detail)


@pytest.mark.parametrize(
    ("cases", "word", "detail"),
    [
        ({"low": True, "high": True}, "TRUE", "Whatever the dose: low, holds; high, holds."),
        ({"low": False, "high": False}, "FALSE", "Whatever the dose: low, fails; high, fails."),
        ({"low": True, "high": False}, "IT DEPENDS", "It depends on the dose: low, holds; high, fails."),
        ({"low": seeds(20), "high": seeds(2)}, "IT DEPENDS",
         "It depends on the dose: low, holds in 20 of 20 seeds; high, holds in 2 of 20 seeds."),
        ({"low": seeds(10), "high": True}, "IT DEPENDS",
         "It depends on the dose: low, holds in 10 of 20 seeds; high, holds."),
        ({"low": seeds(10), "high": seeds(12)}, "IT DEPENDS",
         "Whatever the dose: low, holds in 10 of 20 seeds; high, holds in 12 of 20 seeds."),
    ],
)  # fmt: skip
def test_verdict_on_cases(cases, word, detail):
    """Catches `any` for `all`, a case without its seeds, and a variable that is not named."""
    assert verdict(on="dose", cases=cases) == (word, detail)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({}, ValueError, "either holds or cases"),
        ({"holds": True, "cases": {"a": True, "b": False}, "on": "x"}, ValueError, "either holds or cases"),
        ({"cases": {"a": True, "b": False}}, ValueError, "a variable that on names, got on=''"),
        ({"cases": {"a": True}, "on": "x"}, ValueError, "and 1 cases"),
        ({"cases": {"a": True, "b": 1.0}, "on": "x"}, TypeError, "case 'b' must be a boolean or a row of booleans, got 1.0"),
        ({"holds": np.nan}, TypeError, "holds must be a boolean"),
        ({"holds": "yes"}, TypeError, "holds must be a boolean"),
        ({"holds": 1}, TypeError, "holds must be a boolean"),
        ({"holds": seeds(5, 20).reshape(4, 5)}, TypeError, "holds must be a boolean or a row"),
        ({"holds": seeds(19, 19)}, ValueError, "one seed may illustrate, 20 may prove; got 19"),
        ({"cases": {"a": True, "b": seeds(3, 3)}, "on": "x"}, ValueError, "case 'b': one seed may illustrate"),
    ],
)  # fmt: skip
def test_what_decides_nothing_is_refused(arguments, kind, words):
    with pytest.raises(kind, match=words):
        verdict(**arguments)


# ── Calls ──


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """The bundles that were displayed."""
    bundles = []
    monkeypatch.setattr(claims, "display", lambda bundle, raw: bundles.append(bundle))
    monkeypatch.setattr(claims, "_shown", {})
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return bundles


GOOD = {
    "tested": "The slope on a grid.", "holds": True, "control": {"tanh": False}, "evidence": "at most 0.25",
}  # fmt: skip
SIDES = {"low": True, "high": False}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        # Five faults that would make a verdict worth nothing.
        ({"control": {"tanh": True}}, ValueError, "C6.10 is TRUE and its control 'tanh' TRUE: a control's answer"),
        ({"control": None}, ValueError, "C6.10 needs a control"),
        ({"evidence": "the largest slope is nan"}, ValueError, "evidence must state measured values"),
        ({"evidence": "it is small"}, ValueError, "evidence must state measured values"),
        ({"holds": seeds(1, 1)}, ValueError, "one seed may illustrate"),
        # And the others.
        ({"control": {}}, ValueError, "C6.10 needs a control"),
        ({"holds": False, "control": {"tanh": False}}, ValueError, "is FALSE and its control 'tanh' FALSE"),
        ({"control": {"tanh": False, "relu": True}}, ValueError, "its control 'relu' TRUE"),
        ({"control": {"tanh": seeds(10)}}, ValueError, "its control 'tanh' IT DEPENDS"),
        ({"control": {"tanh": None}}, TypeError, "control 'tanh' must be a boolean"),
        ({"holds": None, "cases": {"a": True, "b": True}, "on": "x", "control": None}, ValueError, "needs a control"),
        ({"holds": seeds(10), "control": None}, ValueError, "needs a control"),
        ({"tested": " "}, ValueError, "tested must say something"),
        ({"evidence": ""}, ValueError, "evidence must say something"),
        ({"turns": {"a": "TRUE"}}, ValueError, "turns must map"),
        ({"turns": {("a", "b", "c"): "TRUE"}}, ValueError, "turns must map"),
        ({"turns": {("a", "b"): "MAYBE"}}, ValueError, "turns must map"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_fail_is_refused(shown, changes, kind, words):
    with pytest.raises(kind, match=words):
        settle("C6.10", **GOOD | changes)
    assert shown == []


@pytest.mark.parametrize("claim", ["C99.1", "Q6.1", "c6.10", ""])
def test_only_claims_of_the_list_are_settled(shown, claim):
    for call in (
        lambda: settle(claim, **GOOD),
        lambda: by_definition(claim, because="So.", holds=True, evidence="2 < 3"),
        lambda: untestable(claim, reason="History.", reference="Rosenblatt (1958)"),
    ):
        with pytest.raises(KeyError, match="is not a claim of the notes"):
            call()


def test_cases_that_differ_are_each_others_control(shown):
    settle("C6.10", tested="So.", on="dose", cases=SIDES, evidence="1 and 2")
    assert shown[0][MIME]["verdict"] == "IT DEPENDS"


def test_in_a_live_notebook_a_lost_control_is_said_and_not_raised(shown, monkeypatch):
    """Whoever changes an assumption should see the verdict turn, and what became of the control."""
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    settle("C6.10", **GOOD | {"holds": False})
    assert shown[0][MIME]["verdict"] == "FALSE"
    assert shown[0][MIME]["control"] == "Tanh, fails, no longer apart from the claim."


def test_a_definition_that_a_computation_denies_is_refused(shown):
    with pytest.raises(ValueError, match=r"C6\.10 is said to be true by definition"):
        by_definition("C6.10", because="So.", holds=False, evidence="3 > 2")
    assert shown == []


# ── Cards ──


class Html(HTMLParser):
    """The elements of a card as (tag, attributes) and its text; every one must be closed where it belongs."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self.text, self._open = [], "", []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(("card", "outer"), [(True, "article"), (False, "details")])
def test_a_verdict_as_card_and_as_line(shown, card, outer):
    turns = {("a < b", "a > b"): "FALSE"}
    settle("C6.10", **GOOD, card=card, turns=turns)
    (bundle,) = shown
    item, html = ledger()["items"]["C6.10"], Html(bundle["text/html"])
    title = ledger()["documents"][item["document"]]["title"]
    assert html.elements[0] == (
        outer,
        {"class": "dl-claim", "id": "c6-10", "data-verdict": "TRUE", "aria-label": "Verdict on claim C6.10"},
    )  # fmt: skip
    assert [tag for tag, _ in html.elements].count("summary") == 1 + (not card)
    for words in (
        item["statement"], "Tested. The slope on a grid.", "Result. At most 0.25.", "Control. Tanh, fails.",
        "put a > b for a < b: FALSE", f"{title}, line {item['lines']}: {item['phrase']}",
    ):  # fmt: skip
        assert words in html.text
    assert bundle["text/plain"].splitlines() == [
        f"C6.10 TRUE: {item['statement']}",
        "Tested: The slope on a grid.",
        "Result: At most 0.25.",
        "Control: Tanh, fails.",
    ]
    assert bundle[MIME] == {
        "claim": "C6.10", "verdict": "TRUE", "tested": "The slope on a grid.", "result": "At most 0.25.",
        "control": "Tanh, fails.", "card": card,
    }  # fmt: skip


def test_seeds_and_cases_are_told_on_the_card(shown):
    settle("C6.10", **GOOD | {"holds": seeds(19), "control": {"tanh": seeds(1)}})
    settle("C6.9", tested="So.", on="dose", cases=SIDES, evidence="1 and 2")
    assert shown[0][MIME]["result"] == "At most 0.25. Holds in 19 of 20 seeds."
    assert shown[0][MIME]["control"] == "Tanh, holds in 1 of 20 seeds."
    assert (
        shown[1][MIME]["result"]
        == "1 and 2. It depends on the dose: low, holds; high, fails."
    )


def test_cards_escape_and_plain_text_does_not(shown):
    settle(
        "C6.10", tested="<i>", holds=True, control={"<b>": False}, evidence="0 < 1 & 2"
    )
    tags = {tag for tag, _ in Html(shown[0]["text/html"]).elements}
    assert not tags & {"i"} and "<i>" in Html(shown[0]["text/html"]).text
    assert shown[0]["text/plain"].endswith("Result: 0 < 1 & 2.\nControl: <b>, fails.")


def test_cards_of_what_needs_no_experiment(shown):
    by_definition("C6.10", because="σ(1 − σ) ≤ ¼.", holds=True, evidence="max 0.25")
    untestable("C6.9", reason="History.", reference="Linnainmaa (1970)")
    assert [bundle[MIME]["verdict"] for bundle in shown] == [
        "BY DEFINITION",
        "UNTESTABLE",
    ]
    assert shown[0]["text/plain"].splitlines()[1:] == [
        "True by definition: σ(1 − σ) ≤ ¼.",
        "Result: Max 0.25.",
    ]
    assert shown[1]["text/plain"].splitlines()[1:] == [
        "Why not: History.",
        "Where to read: See Linnainmaa (1970).",
    ]


def test_every_claim_of_the_list_makes_a_well_formed_card(shown):
    """Catches a statement or phrase with a < in it, a source without a document, and two claims with one anchor."""
    wanted = [item for item in ledger()["items"].values() if item["kind"] == "claim"]
    for item in wanted:
        settle(item["id"], **GOOD)
    cards = [Html(bundle["text/html"]) for bundle in shown]
    for card, item in zip(cards, wanted, strict=True):
        assert item["statement"] in card.text and item["phrase"] in card.text
        titles = [ledger()["documents"][a[:3]]["title"] for a in item["also"]]
        assert all(f"also {title}, line" in card.text for title in titles)
    assert len({card.elements[0][1]["id"] for card in cards}) == len(wanted)


@pytest.mark.parametrize(
    ("lines", "also", "expected"),
    [
        ("29", [], ", line 29"),
        ("29-31", [], ", lines 29–31"),
        ("3,7", [], ", lines 3,7"),
        ("3", ["001 L5-6"], ", line 3; also Deep Learning Book Reading Notes, lines 5–6"),
    ],
)  # fmt: skip
def test_a_card_names_every_source(shown, monkeypatch, lines, also, expected):
    changed = {"lines": lines, "phrase": "", "also": also}
    item = ledger()["items"]["C6.10"] | changed
    monkeypatch.setitem(ledger()["items"], "C6.10", item)
    settle("C6.10", **GOOD)
    assert Html(shown[0]["text/html"]).text.endswith(
        expected
    )  # no colon without phrase


def test_recap_lists_what_was_settled_in_the_order_of_the_list(shown):
    settle("C6.10", **GOOD)
    settle("C6.9", **GOOD | {"evidence": "gap 1"})
    settle("C6.10", **GOOD | {"evidence": "at most 0.2"})  # run again
    recap()
    assert shown[-1]["text/plain"] == "C6.9 TRUE: Gap 1.\nC6.10 TRUE: At most 0.2."
    html = Html(shown[-1]["text/html"])
    rows = [a["data-verdict"] for tag, a in html.elements if tag == "tr" and a]
    links = [a["href"] for tag, a in html.elements if tag == "a"]
    assert rows == ["TRUE", "TRUE"] and links == ["#c6-9", "#c6-10"]
    assert "At most 0.2" in html.text and "At most 0.25" not in html.text


def test_anchors():
    assert anchor("C6.10") == "c6-10" and anchor("Q10.2") == "q10-2"


@pytest.mark.parametrize(
    "content", [b'{"items": [', b'{"items": [{}]}', b"[]", b"\xff"]
)
def test_a_damaged_list_is_named(content, tmp_path, monkeypatch):
    path = tmp_path / "data/claims.json"
    path.parent.mkdir()
    path.write_bytes(content)
    monkeypatch.setattr(claims.resources, "files", lambda package: tmp_path)
    with pytest.raises(ValueError) as raised:
        ledger.__wrapped__()
    assert str(raised.value).startswith(f"{path} is damaged: download the book again")
