"""The search: what the index of places holds, and which place comes first."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from docutils import nodes
from py_mini_racer import MiniRacer

from book.tools import search, site

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "book/_build/html"
LARGEST = 9_000  # bytes of the index as it travels, compressed, for each page

# What a reader may ask, and the place that answers it best.
FIRST = {
    "PCA whitening": "chapters/02b_principal_components.html#sec-2b-whitening",
    "why backward": "chapters/06b_backpropagation.html#from-the-last-layer-backward-and-why-that-order",
    "softmax overflow": "chapters/04a_numbers_on_a_computer.html#sec-4a-softmax",
    "梯度": "book/glossary.html#term-gradient",
    "tidu": "book/glossary.html#term-gradient",
    "vanishing": "chapters/06b_backpropagation.html#sec-6b-vanishing",
    "Eigenvalues": "book/glossary.html#term-eigenvalue",
    "why does PCA reduce dimensions": "chapters/02b_principal_components.html#q2-7",
    "c4.12": "chapters/04a_numbers_on_a_computer.html#c4-12",
    "backpropagation": "chapters/06b_backpropagation.html",
}
# asked for, a title that answers, and one that does not
ANSWERS = [
    ("whiten", "Whitening", "White noise"),
    ("whitening", "A whitened digit", "White noise"),
    ("batches", "One batch", "Bath"),
    ("entropies", "Entropy", "Enter"),
    ("stopping", "When to stop", "Steps"),
    ("classes", "Two classes", "A clad wall"),
    ("poincare", "Poincaré's map", "Points"),
    ("fangcha", "fāngchà", "fāng"),
    ("梯度", "次梯度", "程度"),
    ("newton method", "Newton's method", "Newton's cradle"),
    ("Newton's method", "Newton method", "Newton's cradle"),
    ("c4.1", "C4.1 and others", "C4, 1"),
]


@pytest.fixture(scope="session")
def index() -> dict:
    """The index of the built site."""
    assert site.ensure(ROOT) == 0, "the site does not build without warnings"
    script = (HTML / search.INDEX).read_text(encoding="utf-8")
    return json.loads(script.partition("=")[2].rstrip(";\n"))


@pytest.fixture(scope="session")
def engine():
    """The page's own script, without a page."""
    racer = MiniRacer()
    racer.eval((ROOT / "book/assets/search.js").read_text("utf-8"))
    yield racer
    racer.close()


def found(engine, index: dict, query: str) -> list[dict]:
    """The places that the script finds, the best first, each with the excerpt that it shows."""
    call = """(index, query) => {
      const places = dlSearch.prepare(index);
      return dlSearch.find(places, query).map((place) => ({ ...place, excerpt: dlSearch.excerpt(place, query) }));
    }"""
    arguments = f"{json.dumps(index)}, {json.dumps(query)}"
    return json.loads(engine.eval(f"JSON.stringify(({call})({arguments}))"))


def page_of(*places: dict) -> dict:
    ready = [{"page": 0, "kind": "section", "id": "x", **place} for place in places]
    return {"pages": [{"title": "A page", "url": "page.html"}], "places": ready}


def test_every_place_can_be_reached(index):
    texts = [(HTML / page["url"]).read_text("utf-8") for page in index["pages"]]
    for place in index["places"]:
        assert f'id="{place["id"]}"' in texts[place["page"]], place


def test_all_places_of_the_site_are_in_the_index(index):
    """As many as there are in the pages, counted another way."""
    pages = [(HTML / page["url"]).read_text("utf-8") for page in index["pages"]]
    kinds = Counter(place["kind"] for place in index["places"])
    signs = {
        "term": '<dt id="term-',
        "claim": 'class="dl-claim" id="',
        "question": '<div class="question admonition" id="',
        "figure": "<figure id=",
    }
    for kind, sign in signs.items():
        assert kinds[kind] == sum(page.count(sign) for page in pages) > 0, kind
    sections = sum(len(re.findall(r"<section\b", page)) for page in pages)
    assert kinds["page"] + kinds["section"] == sections
    assert kinds["page"] == len(pages)


def test_the_index_has_neither_tex_nor_code_nor_html(index):
    for place in index["places"]:
        for name in ("title", "text"):
            assert not re.search(
                r"\\|\$|</\w|<\w+>|<\w+ \w+=|\bimport \w|[\u2061-\u2064]",
                place.get(name, ""),
            ), place


def test_claims_carry_their_verdict_and_the_words_of_the_notes(index):
    listed = json.loads((ROOT / "lib/dlnotes/data/claims.json").read_text("utf-8"))
    words = {item["id"]: item["phrase"] for item in listed["items"]}
    claims = [place for place in index["places"] if place["kind"] == "claim"]
    for claim in claims:
        assert claim["verdict"] and claim["title"] and claim["text"], claim
        number, _, phrase = claim["names"].partition(" ")
        assert number.lower().replace(".", "-") == claim["id"]
        assert phrase == words[number], claim


def test_the_index_is_small_and_only_the_search_page_loads_it(index):
    compressed = gzip.compress((HTML / search.INDEX).read_bytes())
    assert len(compressed) < LARGEST * len(index["pages"])
    users = [p.name for p in HTML.rglob("*.html") if search.INDEX in p.read_text()]
    assert users == ["search.html"]
    left = ("searchindex.js", *(f"_static/{name}" for name in search.UNUSED))
    assert [name for name in left if (HTML / name).exists()] == []


@pytest.mark.parametrize(("query", "address"), FIRST.items())
def test_the_right_place_comes_first(engine, index, query, address):
    places = found(engine, index, query)
    assert [place["url"] for place in places[:1]] == [address]


@pytest.mark.parametrize("query", ["vanishing", "梯度"])
def test_a_term_shows_its_definition(engine, index, query):
    terms = [p for p in found(engine, index, query)[:3] if p["kind"] == "term"]
    assert "A gradient that" in terms[0]["excerpt"] or "All partial" in terms[0]["excerpt"]  # fmt: skip
    assert terms[0]["excerpt"] == terms[0]["text"]


@pytest.mark.parametrize(("asked", "title", "other"), ANSWERS)
def test_what_answers_a_word(engine, asked, title, other):
    titles = page_of({"title": title}, {"title": other})
    assert [place["title"] for place in found(engine, titles, asked)] == [title]


def test_all_words_must_occur_and_a_title_counts_more_than_a_text(engine):
    one, two, three = (
        {"title": "Learning", "text": "Nothing about the other."},
        {"title": "Something else", "text": "The rate, and learning. " * 20},
        {"title": "The learning rate", "text": "How far one goes."},
    )
    places = found(engine, page_of(one, two, three), "learning rate")
    assert [p["title"] for p in places] == ["The learning rate", "Something else"]
    assert found(engine, page_of(one), "") == found(engine, page_of(one), "?") == []


def test_the_excerpt_is_the_sentence_that_was_asked_for(engine):
    text = "It starts slowly. " * 30 + "Here a dove flies. " + "It ends. " * 30
    (place,) = found(engine, page_of({"title": "Birds", "text": text}), "doves")
    assert place["excerpt"].startswith("… Here a dove flies.")
    assert len(place["excerpt"]) < 300
    term = {"kind": "term", "title": "bird", "text": text}
    assert found(engine, page_of(term), "dove")[0]["excerpt"] == text


def test_prose_keeps_what_reads_as_a_sentence():
    line = nodes.paragraph()
    line += [
        nodes.Text("The slope "),
        nodes.math("", r"\sigma(z)"),
        nodes.Text(" of "),
        nodes.literal("", "F.linear"),
        nodes.Text("\nis "),
        nodes.math("", r"\frac12"),
        nodes.Text(", "),
        nodes.literal("", "x = y + 1"),
        nodes.raw("", "<br>", format="html"),
        nodes.Text("."),
    ]
    assert search.prose(line) == "The slope σ(z) of F.linear is …, …."
