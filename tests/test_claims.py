"""The ledger's rules at their borders, its cards, and its list."""

import re
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pytest
from dlnotes import claims
from dlnotes.claims import ledger, settle, untestable, verdict

# ── Verdicts ──


def seeds(holds: int, of: int) -> np.ndarray:
    return np.arange(of) < holds


@pytest.mark.parametrize(
    ("condition", "word", "detail"),
    [
        (True, "TRUE", ""),
        (False, "FALSE", ""),
        (np.bool_(True), "TRUE", ""),
        (np.bool_(False), "FALSE", ""),
        (seeds(20, 20), "TRUE", "20 of 20 seeds"),
        (seeds(18, 20), "TRUE", "18 of 20 seeds"),
        (seeds(17, 20), "IT DEPENDS", "on the seed: 17 of 20 seeds"),
        (seeds(10, 20), "IT DEPENDS", "on the seed: 10 of 20 seeds"),
        (seeds(3, 20), "IT DEPENDS", "on the seed: 3 of 20 seeds"),
        (seeds(2, 20), "FALSE", "2 of 20 seeds"),
        (seeds(0, 20), "FALSE", "0 of 20 seeds"),
        (seeds(90, 100), "TRUE", "90 of 100 seeds"),
        (seeds(89, 100), "IT DEPENDS", "on the seed: 89 of 100 seeds"),
        (seeds(10, 100), "FALSE", "10 of 100 seeds"),
        (seeds(11, 100), "IT DEPENDS", "on the seed: 11 of 100 seeds"),
        ([True] * 20, "TRUE", "20 of 20 seeds"),
        ({"a": True, "b": True}, "TRUE", "holds for a; b"),
        ({"a": False, "b": False}, "FALSE", "fails for a; b"),
        ({"a": True, "b": False}, "IT DEPENDS", "holds for a · fails for b"),
        (
            {"a": False, "b": np.True_, "c": True},
            "IT DEPENDS",
            "holds for b; c · fails for a",
        ),
    ],
)
def test_verdict(condition, word, detail):
    """Catches > for ≥ at the borders, `any` for `all`, and an unnamed condition."""
    assert verdict(condition) == (word, detail)


# ── Cards ──


class Card(HTMLParser):
    """What a card says: the attributes of its elements and the text of each class."""

    def __init__(self, html: str):
        super().__init__()
        self.attributes, self.text, self._open = [], {}, []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.attributes.append(dict(attrs))
        self._open.append((tag, dict(attrs).get("class")))

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        name = next(name for _, name in reversed(self._open) if name)
        self.text[name] = self.text.get(name, "") + data


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """The bundles that were displayed."""
    bundles = []
    monkeypatch.setattr(claims, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def test_card_of_a_claim(shown):
    assert settle("C6.10", True, "max = 0.25") is None
    (bundle,) = shown
    card, item = Card(bundle["text/html"]), ledger()["items"]["C6.10"]
    assert set(bundle) == {"text/html", "text/plain"}
    assert card.attributes[0] == {
        "class": "dl-claim", "id": "c6-10", "data-claim": "C6.10", "data-verdict": "TRUE",
    }  # fmt: skip
    assert card.text["dl-verdict"] == "C6.10 TRUE"
    assert card.text["dl-statement"] == item["statement"]
    assert card.text["dl-evidence"] == "max = 0.25"
    title = ledger()["documents"][item["document"]]["title"]
    assert card.text["dl-source"] == f"{title}, line {item['lines']}: {item['phrase']}"
    assert {"lang": "zh"} in card.attributes
    assert bundle["text/plain"] == f"C6.10 TRUE: {item['statement']}\nmax = 0.25"


def test_card_escapes_and_plain_text_does_not(shown):
    evidence = '0.1 < 0.2 & "a" > b'
    settle("C6.49", {"<i>x</i>": True, "y": False}, evidence)
    (bundle,) = shown
    assert "<i>" not in bundle["text/html"]
    expected = f"{evidence} (holds for <i>x</i> · fails for y)"
    card = Card(bundle["text/html"])
    assert card.text["dl-evidence"] == expected
    assert card.attributes[0]["data-verdict"] == "IT DEPENDS"
    assert bundle["text/plain"].endswith("\n" + expected)


def test_every_claim_of_the_list_makes_a_well_formed_card(shown):
    """Catches a statement or phrase with a < in it, and two claims with one anchor."""
    wanted = [item for item in ledger()["items"].values() if item["kind"] == "claim"]
    for item in wanted:
        settle(item["id"], True, "1")
    cards = [Card(bundle["text/html"]) for bundle in shown]
    assert [card.text["dl-statement"] for card in cards] == [
        item["statement"] for item in wanted
    ]
    assert len({card.attributes[0]["id"] for card in cards}) == len(wanted)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [("29", ", line 29"), ("29-31", ", lines 29-31"), ("3,7", ", lines 3,7")],
)
def test_source_counts_its_lines(shown, monkeypatch, lines, expected):
    item = ledger()["items"]["C6.10"] | {"lines": lines, "phrase": ""}
    monkeypatch.setitem(ledger()["items"], "C6.10", item)
    settle("C6.10", True, "1")
    card = Card(shown[0]["text/html"])
    assert card.text["dl-source"].endswith(
        expected
    )  # and no colon where there is no phrase
    assert {"lang": "zh"} not in card.attributes


def test_an_untestable_claim_says_why_and_where_to_read(shown):
    untestable("C6.10", "History.", "Linnainmaa (1970)")
    card = Card(shown[0]["text/html"])
    assert card.attributes[0]["data-verdict"] == "UNTESTABLE"
    assert card.text["dl-evidence"] == "History. See Linnainmaa (1970)."


# ── The list ──

ITEMS = list(ledger()["items"].values())
PAGES = {
    "01_introduction", "02_linear_algebra", "03_probability", "04_numerical_computation",
    "05_machine_learning_basics", "06a_feedforward_networks", "06b_backpropagation",
    "07_regularization", "08_optimization", "09_convolutional_networks", "10_recurrent_networks",
    "11_practical_methodology", "12_applications", "13_linear_factor_models", "14_autoencoders",
    "15_representation_learning", "16_structured_models",
}  # fmt: skip


def chapter(item: dict) -> int:
    return int(re.fullmatch(r"[CQ](\d+)\.\d+", item["id"])[1])


def test_the_list_is_complete():
    """438 unique ids: 321 claims and 117 questions, as the map of the notes counts them."""
    assert Counter(item["kind"] for item in ITEMS) == {"claim": 321, "question": 117}
    assert len({item["id"] for item in ITEMS}) == len(ITEMS) == 438
    for item in ITEMS:
        assert item["id"][0] == {"claim": "C", "question": "Q"}[item["kind"]]


def test_ids_are_sorted_by_chapter_and_numbered_without_gaps():
    assert [chapter(item) for item in ITEMS] == sorted(chapter(item) for item in ITEMS)
    for kind in ("claim", "question"):
        for number in range(1, 17):
            ids = [
                int(i["id"].split(".")[1])
                for i in ITEMS
                if i["kind"] == kind and chapter(i) == number
            ]
            assert ids == list(range(1, len(ids) + 1))


def test_every_item_is_filled_in():
    fields = {"id", "kind", "page", "document", "lines", "also", "phrase", "statement"}
    for item in ITEMS:
        assert set(item) == fields, item["id"]
        assert all(item[field].strip() for field in fields - {"phrase", "also"}), item[
            "id"
        ]
        assert item["page"] in PAGES and int(item["page"][:2]) == chapter(item), item[
            "id"
        ]
        assert item["document"] in ledger()["documents"], item["id"]
        assert re.fullmatch(r"\d+(-\d+)?(,\s*\d+(-\d+)?)*", item["lines"]), item["id"]


def test_documents_have_titles():
    for document in ledger()["documents"].values():
        assert document["title"] and document["english"] and document["note"]
