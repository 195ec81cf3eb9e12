"""The ledger: what is read out of notebooks, and what is refused."""

import json
import re

import pytest

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


def card(claim: str, verdict: str = "TRUE") -> str:
    return (
        f'<div class="dl-claim" id="{ledger.anchor(claim)}" data-claim="{claim}" '
        f'data-verdict="{verdict}"><p class="dl-verdict"><b>{claim}</b> <b>{verdict}</b></p>'
        '<p class="dl-statement">At most 1/4.</p>'
        '<p class="dl-evidence">max &lt; 0.25</p><p class="dl-source">notes, line 29</p></div>'
    )


def notebook(folder, name: str, markdown: str, *outputs: str):
    """A notebook with one cell of text and one cell of code that displayed `outputs`."""
    cells = [
        {"cell_type": "markdown", "source": markdown.splitlines(keepends=True)},
        {
            "cell_type": "code",
            "outputs": [
                {"output_type": "stream"},
                *({"data": {"text/html": [html]}} for html in outputs),
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
    assert (records[1].statement, records[1].evidence) == ("At most 1/4.", "max < 0.25")
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
        (
            [card("C6.10"), card("C6.11").replace('id="c6-11"', 'id="x"')],
            "06b",
            "with the id 'x'",
        ),
    ],
)
def test_problems_are_named(tmp_path, outputs, page, expected):
    found = ledger.problems(
        ledger.collect([notebook(tmp_path, page, ANSWER, *outputs)]), CLAIMS, [page]
    )
    assert len(found) == 1 and expected in found[0]


def test_unanswered_question_of_a_finished_page_is_missing(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", "no label", card("C6.10"), card("C6.11"))]
    )
    assert ledger.problems(records, CLAIMS, ["06b"]) == [
        "06b is finished but does not settle Q6.6."
    ]


def test_unfinished_pages_owe_nothing():
    assert ledger.problems([], CLAIMS, []) == []


def test_tally_counts_what_is_there(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", ANSWER, card("C6.10"), card("C6.11", "IT DEPENDS"))]
    )
    counts = ledger_page.tally(CLAIMS, records)
    notes = {"claims": 3, "questions": 1, "answered": 1, "settled": 2}
    assert counts == notes | {"true": 1, "false": 0, "it-depends": 1, "untestable": 0}


def test_chapter_of_the_ledger_links_to_its_cards_and_escapes(tmp_path):
    records = ledger.collect(
        [notebook(tmp_path, "06b", ANSWER, card("C6.10"), card("C6.11"))]
    )
    by_id = {record.id: record for record in records}
    html = ledger_page.chapter_html(
        "06b", CLAIMS, by_id, lambda page: f"../chapters/{page}.html", finished=True
    )
    assert '<a href="../chapters/06b.html#c6-10"><b>C6.10</b></a> <b>TRUE</b>' in html
    assert "It &lt;shrinks&gt;." in html and "max &lt; 0.25" in html
    assert '<span lang="zh">最大值是1/4</span>' in html
    assert ", line 29:" in html and ", lines 29–31</p>" in html


def test_a_chapter_to_come_is_folded_and_says_so():
    html = ledger_page.chapter_html("07", CLAIMS, {}, str, finished=False)
    assert (
        html.startswith('<div class="dl-ledger"><details>')
        and "1 claim and 0 questions, not yet tested" in html
    )
    assert 'data-verdict="NOT YET TESTED"' in html and "href" not in html


def test_the_picture_shows_every_claim_once():
    records = [
        ledger.Record(id=name, verdict=verdict, page="06b", anchor="", evidence="")
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
