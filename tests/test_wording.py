"""The checks of prose, on sentences that are right and sentences that are not."""

import pytest
from wording import (
    authors_by_year,
    citations_without_entry,
    strange_titles,
    terms_without_entry,
)

BIB = """\
@book{g,
  author = {Goodfellow, Ian and Bengio, Yoshua},
  year = {2016}
}
@misc{n,
  author = {Nielsen, Michael},
  year = {2015}
}
"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Goodfellow, Bengio and\nCourville ([2016](../book/bibliography.md)).", 0),
        ("Bengio's book ([2016](../book/bibliography.md)) and Nielsen's ([2015](../book/bibliography.md))", 0),
        ("Bengio ([2015](../book/bibliography.md))", 1),
        ("Nielsen ([2015](../book/bibliography.md)) and Smith ([2015](../book/bibliography.md))", 1),
        ("Bengio ([1999](../book/bibliography.md)), Smith ([2016](../book/bibliography.md))", 2),
        ("the [bibliography](../book/bibliography.md)", 0),
    ],
)  # fmt: skip
def test_citations_without_entry_are_recognized(text, wrong):
    assert len(citations_without_entry(text, authors_by_year(BIB))) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("*bisection* (二分法)", 0), ("*descent* (下降)", 1), ("broadcasting (broadcasting, 广播、二分法)", 1),
        ('the heading "size of a vector" (向量大小)', 0), ("*why this function?* (为什么设计)", 0),
        ("the words (这个句子太长了所以不是术语)", 0), ("after (即:)", 0), ("no brackets 下降", 0),
    ],
)  # fmt: skip
def test_terms_without_entry_are_recognized(text, wrong):
    assert len(terms_without_entry(text, {"二分法"})) == wrong


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("Question 3.3 · Why has maximum likelihood for a mixture no closed form?", 0),
        ("Question 3.4 · Why has maximum likelihood for a mixture no closed form?", 1),
        ("Why has maximum likelihood for a mixture no closed form?", 1),
        ("Question 3.3 · Why can the algorithm reach a solution by iteration?", 1),
    ],
)
def test_strange_titles_are_recognized(title, wrong):
    asked = "Why does maximum likelihood for a mixture have no closed form?"
    text = f"(q3-3)=\n:::{{admonition}} {title}\n:class: question"
    assert len(strange_titles(text, {"Q3.3": {"statement": asked}})) == wrong
