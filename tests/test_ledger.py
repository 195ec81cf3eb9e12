"""The ledger: what is read out of notebooks, and what is refused."""

import json
import re

import pytest
from dlnotes.cards import MIME

from book.tools import ledger, ledger_page

CLAIMS = {
    "documents": {
        "002": {
            "title": "深度学习入门系列之doc",
            "english": "Getting into deep learning",
            "note": "a glossary",
        }
    },
    "items": [
        {
            "id": "C6.10",
            "kind": "claim",
            "page": "06b",
            "document": "002",
            "lines": "29",
            "phrase": "最大值是1/4",
            "statement": "At most 1/4.",
        },
        {
            "id": "C6.11",
            "kind": "claim",
            "page": "06b",
            "document": "002",
            "lines": "29-31",
            "phrase": "",
            "statement": "It <shrinks>.",
        },
        {
            "id": "Q6.6",
            "kind": "question",
            "page": "06b",
            "document": "002",
            "lines": "1",
            "phrase": "吗",
            "statement": "Why?",
        },
        {
            "id": "C7.1",
            "kind": "claim",
            "page": "07",
            "document": "002",
            "lines": "2",
            "phrase": "是",
            "statement": "Later.",
        },
    ],
}


def card(claim: str, verdict: str = "TRUE", **more) -> dict:
    data = {
        "claim": claim,
        "verdict": verdict,
        "tested": "A grid.",
        "result": "max < 0.25",
        "control": "tanh: FALSE",
    }
    return {"data": {"text/html": "<p>", MIME: data | more}}


def notebook(folder, name: str, markdown: str, *outputs: dict):
    """A notebook with one cell of text and one cell of code that displayed `outputs`."""
    cells = [
        {"cell_type": "markdown", "source": markdown.splitlines(keepends=True)},
        {
            "cell_type": "code",
            "outputs": [
                {"output_type": "stream"},
                {"data": {"text/html": ["<p>"]}},
                *outputs,
            ],
        },
    ]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


ANSWER = "(q6-6)=\n:::{admonition} Question 6.6\nBecause.\n:::"


def test_collects_cards_and_answers(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", ANSWER, card("C6.10"), card("C6.11", "IT DEPENDS"))]
    )
    assert [(r.id, r.verdict, r.anchor, r.page) for r in records] == [
        ("Q6.6", "ANSWERED", "q6-6", "06b"),
        ("C6.10", "TRUE", "c6-10", "06b"),
        ("C6.11", "IT DEPENDS", "c6-11", "06b"),
    ]
    assert (records[1].result, records[1].control) == ("max < 0.25", "tanh: FALSE")
    assert ledger.problems(records, CLAIMS, ["06b"]) == []


@pytest.mark.parametrize(
    "outputs, page, expected",
    [
        ([card("C6.10")], "06b", "06b is finished but does not settle C6.11."),
        (
            [card("C6.10"), card("C6.11"), card("C6.99")],
            "06b",
            "06b settles C6.99, which is not in the list of claims.",
        ),
        (
            [card("C6.10"), card("C6.11"), card("C6.10")],
            "06b",
            "C6.10 is settled twice: in 06b and in 06b.",
        ),
        (
            [card("C6.10"), card("C6.11"), card("C7.1")],
            "06b",
            "06b settles C7.1, which belongs to 07.",
        ),
        ([card("C6.10"), card("C6.11", "MAYBE")], "06b", "the unknown verdict 'MAYBE'"),
    ],
)
def test_problems_are_named(tmp_path, outputs, page, expected):
    found = ledger.problems(
        ledger.collect([notebook(tmp_path, page, ANSWER, *outputs)]), CLAIMS, [page]
    )
    assert len(found) == 1 and expected in found[0]


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ("Because. It is so in every case.", "Because. It is so in every case."),
        ("It holds because every step is one of two kinds. More.", "It holds because every step is one of two kinds."),
        ("It holds, since\n$a_j. B$ is small\nthroughout. *More* of it.", "It holds, since $a_j. B$ is small throughout."),
        ("A first paragraph that is long enough to stand.\n\nA second.", "A first paragraph that is long enough to stand."),
    ],
)  # fmt: skip
def test_an_answer_opens_with_its_first_sentence_that_says_something(
    tmp_path, box, said
):
    text = f"(q6-6)=\n:::{{admonition}} Question 6.6 · Why?\n:class: question\n{box}\n:::\n\nElsewhere."
    (record,) = ledger.collect([notebook(tmp_path, "06b", text)])
    assert record.answer == said


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("1 < 2, *always*, **so** `W.T`.", "1 &lt; 2, <em>always</em>, <b>so</b> <code>W.T</code>."),
        ("It ends, {eq}`eq-3-end`: see [there](02_x.ipynb).", "It ends: see there."),
        ("It is best, and {eq}`eq-3-end` says so.", "It is best, and an equation there says so."),
        ('A graph (计算图), "a tree".', "A graph, “a tree”."),
    ],
)  # fmt: skip
def test_a_sentence_of_a_chapter_stands_alone_in_the_ledger(text, html):
    assert ledger_page.prose(text) == html


def test_a_question_shows_its_answer_with_its_formulas(tmp_path):
    answer = ANSWER.replace(
        "Because.", r"Each output has a signal $\delta_k$ of its own."
    )
    records = {r.id: r for r in ledger.collect([notebook(tmp_path, "06b", answer)])}
    html = ledger_page.chapter_html("06b", CLAIMS, records, str, exists=True)
    (said,) = re.findall('<p class="dl-answer">(.*?)</p>', html)
    assert said.startswith("Each output has a signal <math><msub>")
    assert said.endswith("</math> of its own.") and "\\" not in said


def test_unanswered_question_of_a_finished_page_is_missing(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", "no label", card("C6.10"), card("C6.11"))]
    )
    assert ledger.problems(records, CLAIMS, ["06b"]) == [
        "06b is finished but does not settle Q6.6."
    ]


def test_unfinished_pages_owe_nothing():
    assert ledger.problems([], CLAIMS, []) == []


def with_items(**changes: dict) -> dict:
    """The list with some entries changed, by id (C6.10 as C6_10)."""
    items = [i | changes.get(i["id"].replace(".", "_"), {}) for i in CLAIMS["items"]]
    return CLAIMS | {"items": items}


def test_a_twin_owes_nothing_and_shares_the_verdict(tmp_path):
    claims = with_items(C7_1={"twin": "C6.10"})
    records = ledger.collect(
        [notebook(tmp_path, "06b", ANSWER, card("C6.10"), card("C6.11"))]
    )
    assert ledger.problems(records, claims, ["06b", "07"]) == []
    assert ledger.by_claim(records, claims)["C7.1"].anchor == "c6-10"
    assert ledger_page.tally(claims, records)["settled"] == 3
    again = ledger.collect([notebook(tmp_path, "07", "", card("C7.1"))])
    assert ledger.problems(again, claims, []) == [
        "07 settles C7.1, whose verdict is that of C6.10."
    ]


@pytest.mark.parametrize(
    ("expected", "verdict", "surprise"),
    [("TRUE", "TRUE", False), ("TRUE", "FALSE", True), ("IT DEPENDS", "TRUE", True), ("TRUE", "BY DEFINITION", False),
     ("FALSE", "BY DEFINITION", True), ("UNTESTABLE", "UNTESTABLE", False), ("TRUE", "UNTESTABLE", True)],
)  # fmt: skip
def test_what_came_out_otherwise_than_expected_is_a_surprise(
    expected, verdict, surprise
):
    item = CLAIMS["items"][0] | {"expected": expected}
    record = ledger.Record("C6.10", "06b", verdict)
    assert ledger.surprising(item, record) == surprise
    assert not ledger.surprising(item, None)
    claims = with_items(C6_10={"expected": expected})
    html = ledger_page.chapter_html("06b", claims, {"C6.10": record}, str, exists=True)
    assert f'data-surprise="{"yes" if surprise else "no"}"' in html
    assert (f"expected {expected.lower()}" in html) == surprise


def test_implied_questions_and_lost_figures_are_told(tmp_path):
    claims = with_items(Q6_6={"asked": False}, C7_1={"reconstructed": True})
    html = "".join(
        ledger_page.chapter_html(p, claims, {}, str, exists=True) for p in ("06b", "07")
    )
    assert "implied, not asked" in html and "its figure is lost" in html
    counts = ledger_page.tally(claims, [])
    assert (counts["asked"], counts["reconstructed"]) == (0, 1)
    assert ledger_page.tally(with_items(Q6_6={"asked": True}), [])["asked"] == 1


def test_tally_counts_what_is_there(tmp_path):
    cards = [card("C6.10", "BY DEFINITION"), card("C6.11", "IT DEPENDS")]
    records = ledger.collect([notebook(tmp_path, "06b", ANSWER, *cards)])
    assert ledger_page.tally(CLAIMS, records) == {
        "claims": 3, "questions": 1, "asked": 0, "reconstructed": 0, "answered": 1, "settled": 2, "surprises": 0,
        "true": 0, "false": 0, "it-depends": 1, "by-definition": 1, "untestable": 0,
    }  # fmt: skip


def test_chapter_of_the_ledger_links_to_its_cards_and_escapes(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", ANSWER, card("C6.10"), card("C6.11"))]
    )
    by_id = {record.id: record for record in records}
    html = ledger_page.chapter_html(
        "06b", CLAIMS, by_id, lambda page: f"../chapters/{page}.html", exists=True
    )
    assert '<a href="../chapters/06b.html#c6-10"><b>C6.10</b></a> <b>TRUE</b>' in html
    assert "It &lt;shrinks&gt;." in html and "max &lt; 0.25" in html
    assert '<span lang="zh">最大值是1/4</span>' in html
    assert ", line 29:" in html and ", lines 29–31</p>" in html


def test_a_chapter_to_come_is_folded_and_says_so():
    html = ledger_page.chapter_html("07", CLAIMS, {}, str, exists=False)
    assert (
        html.startswith('<div class="dl-ledger"><details>')
        and "1 claim and 0 questions, not yet tested" in html
    )
    assert 'data-verdict="NOT YET TESTED"' in html and "href" not in html


def test_the_picture_shows_every_claim_once():
    records = [
        ledger.Record(name, "06b", verdict)
        for name, verdict in (
            ("C6.10", "TRUE"),
            ("C6.11", "FALSE"),
            ("Q6.6", "ANSWERED"),
        )
    ]
    html = ledger_page.picture(ledger_page.tally(CLAIMS, records))
    assert re.findall(r"<b>(\d+)</b> ([a-z ]+)", html) == [
        ("1", "true"), ("1", "false"), ("1", "not yet tested"),
    ]  # fmt: skip
    assert re.findall(r"flex-grow:(\d+)", html) == ["1", "1", "1"]
