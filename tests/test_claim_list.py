"""The list of claims and questions: complete, filled in, and on the pages that are planned."""

import json
import re
from collections import Counter
from importlib import resources

# The file itself, because `ledger` keeps only the last of two items with one id.
FILE = resources.files("dlnotes").joinpath("data/claims.json")
DATA = json.loads(FILE.read_text(encoding="utf-8"))
DOCUMENTS, ITEMS = DATA["documents"], DATA["items"]
BY_ID = {item["id"]: item for item in ITEMS}
CLAIMS = [item for item in ITEMS if item["kind"] == "claim"]
QUESTIONS = [item for item in ITEMS if item["kind"] == "question"]
PAGES = {
    "01_introduction", "02a_linear_algebra", "02b_principal_components", "03_probability",
    "04a_numbers_on_a_computer", "04b_gradients_and_curvature", "05a_learning_from_data",
    "05b_capacity_and_validation", "05c_classical_algorithms",
    "06a_feedforward_networks", "06b_backpropagation", "06c_units_width_depth",
    "07a_penalties_and_data", "07b_ensembles_and_dropout", "08a_descent",
    "08b_troubles_and_cures", "08c_optimizers", "09a_convolution",
    "09b_convolutional_networks", "09c_filters_and_layers", "10a_recurrence", "10b_sequences",
    "11_practical_methodology", "12_applications", "13_latent_variables",
    "14a_autoencoders", "14b_variational_autoencoders", "15_representation_learning",
    "16_structured_models",
}  # fmt: skip
FIELDS = {"id", "kind", "page", "document", "lines", "also", "phrase", "statement"}
OWN = {"claim": ("expected", "."), "question": ("asked", "?")}
MARKS = {"reconstructed", "twin"}  # stand only on the few items they hold for
LINES = r"\d+(-\d+)?(,\d+(-\d+)?)*"


def chapter(item: dict) -> int:
    return int(re.fullmatch(r"[CQ](\d+)\.\d+", item["id"])[1])


def test_the_list_is_complete():
    """333 claims and 117 questions: as many as the five documents hold."""
    assert len(CLAIMS) == 333
    assert len(QUESTIONS) == 117
    assert len(ITEMS) == len(BY_ID) == 450
    assert all(item["id"].startswith("C") for item in CLAIMS)
    assert all(item["id"].startswith("Q") for item in QUESTIONS)


def test_ids_are_sorted_by_chapter_and_numbered_without_gaps():
    assert [chapter(item) for item in ITEMS] == sorted(map(chapter, ITEMS))
    for items in (CLAIMS, QUESTIONS):
        for number, count in Counter(map(chapter, items)).items():
            letter = items[0]["id"][0]
            expected = [f"{letter}{number}.{i}" for i in range(1, count + 1)]
            assert [i["id"] for i in items if chapter(i) == number] == expected


# What the notes say early and the book shows where it is used: mixtures in chapter 13, functionals in 14.
ELSEWHERE = dict.fromkeys("Q3.2 Q3.3 Q3.4 Q3.5 C3.6 C3.8 C3.9".split(), 13)
ELSEWHERE |= {"C3.3": 14, "C3.10": 14, "C6.12": 8, "C6.13": 8, "C6.27": 8}


def test_every_page_has_items_and_every_item_a_page_of_its_chapter():
    assert {item["page"] for item in ITEMS} == PAGES
    for item in ITEMS:
        place = ELSEWHERE.get(item["id"], chapter(item))
        assert int(item["page"][:2]) == place, item["id"]


def test_every_item_is_filled_in():
    for item in ITEMS:
        own, end = OWN[item["kind"]]
        assert set(item) - MARKS == FIELDS | {own}, item["id"]
        for field in FIELDS - {"also"}:
            assert item[field] and item[field] == item[field].strip(), item["id"]
        assert item["statement"].rstrip("”").endswith(end), item["id"]


def test_sources_can_be_found():
    """Catches a document that is not listed, and a place that is named twice."""
    for item in ITEMS:
        sources = [f"{item['document']} L{item['lines']}", *item["also"]]
        for source in sources:
            document, lines = source.split(" L")
            assert document in DOCUMENTS, item["id"]
            assert re.fullmatch(LINES, lines), item["id"]
        assert len(set(sources)) == len(sources), item["id"]


def test_every_claim_has_the_verdict_that_was_expected():
    """Also catches an expectation that was changed after the experiment."""
    words = Counter(item["expected"] for item in CLAIMS)
    assert words == {"TRUE": 166, "IT DEPENDS": 120, "FALSE": 39, "UNTESTABLE": 8}


def test_questions_say_whether_the_notes_ask_them():
    """Catches the words "true" and "false", which both count as true."""
    assert all(isinstance(item["asked"], bool) for item in QUESTIONS)
    assert sum(item["asked"] for item in QUESTIONS) == 96


def test_what_was_reconstructed_from_a_lost_figure_says_so():
    marked = [item["id"] for item in ITEMS if "reconstructed" in item]
    assert marked == ["Q12.1", "C12.1", "C12.2", "C12.3"]
    assert all(BY_ID[name]["reconstructed"] is True for name in marked)


def test_a_twin_is_settled_by_another_claim():
    """Catches a twin that is missing, a question, or waits for a twin of its own."""
    twins = {item["id"]: item["twin"] for item in ITEMS if "twin" in item}
    assert twins == {"C9.27": "C2.13"}
    for name, twin in twins.items():
        assert BY_ID[twin]["kind"] == BY_ID[name]["kind"] == "claim"
        assert twin not in twins
        assert BY_ID[twin]["expected"] == BY_ID[name]["expected"]
        assert BY_ID[twin]["lines"] == BY_ID[name]["lines"]


def test_documents_have_titles():
    for document in DOCUMENTS.values():
        assert document["title"] and document["english"] and document["note"]
