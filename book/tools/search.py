"""The search index: not pages but places, each with an address that leads to it and a text free of TeX and code.

A place is a section, a verdict, a question, a term of the glossary or a figure. The index is a script that assigns
a global, so that it also loads from a folder without a server; only the search page loads it, and assets/search.js
ranks the places there. Sphinx's own index, of whole pages, is not made.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import unescape
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from . import formulas

INDEX = "places.js"
SCRIPT = "_static/search.js"
UNUSED = ("searchtools.js", "language_data.js")  # of Sphinx's own search
PROSE = (nodes.paragraph, nodes.term, nodes.title, nodes.caption, nodes.math_block)
LEFT_OUT = "…"
# Formulas that read as a line of text; any other is left out.
LINEAR = re.compile(r"</?(?:math|mrow|mi|mn|mo|mtext|mspace|mstyle)\b[^>]*>")
INVISIBLE = re.compile(
    "[\u2061-\u2064]"
)  # marks of MathML, such as function application
NAME = re.compile(r"[\w.]+(?:\(\))?")  # code that is a name may stand in a sentence
CARD = re.compile(r'class="dl-claim" id="([^"]+)"')
FIGURE = re.compile(r'<figure id="([^"]+)".*?</figure>', re.DOTALL)
SHOWN = re.compile(r'<img (?![^>]*\shidden)[^>]*?\balt="(?:Figure\. )?([^"]*)"')
CAPTION = re.compile(r"<figcaption[^>]*>(.*?)</figcaption>", re.DOTALL)


@dataclass
class Place:
    """One line of the index. `names` are what else it is called, `above` the sections that it stands in."""

    kind: str
    title: str
    id: str
    text: str = ""
    names: str = ""
    above: str = ""
    verdict: str = ""


# ── Text ──


def prose(node: nodes.Node) -> str:
    """The text of a node as one line, without displayed formulas, pictures and code."""
    return re.sub(r"\s+", " ", "".join(_words(node))).strip()


def _words(node: nodes.Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, nodes.math):
            yield formula(child.astext())
        elif isinstance(child, nodes.literal):
            code = child.astext()
            yield code if NAME.fullmatch(code) else LEFT_OUT
        elif isinstance(child, nodes.Text):
            yield child.astext()
        elif not isinstance(child, (nodes.raw, nodes.FixedTextElement, nodes.comment)):
            yield from _words(child)


def formula(tex: str) -> str:
    """σ(z) for \\sigma(z); dots for a formula that has fractions, indices or the like."""
    try:
        text = LINEAR.sub("", formulas.mathml(tex))
    except formulas.FormulaError:  # the page warns of it
        return LEFT_OUT
    return LEFT_OUT if "<" in text else INVISIBLE.sub("", unescape(text))


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


# ── Places of a page ──


def places(doctree: nodes.document, ledger: dict[str, dict]) -> Iterator[Place]:
    """Every place of a page, in its order. `ledger` has what the list and the chapters say, by anchor."""
    for section in doctree.findall(nodes.section):
        kind = "page" if isinstance(section.parent, nodes.document) else "section"
        above, inside = (_trail(node) for node in (section.parent, section))
        blocks = [c for c in section.children if not isinstance(c, nodes.section)]
        own = [block for block in blocks[1:] if not _stands_alone(block)]
        title, text = prose(blocks[0]), _text(own)
        yield Place(kind, title, _label(section), text, above=above)
        for block in blocks[1:]:
            for place in _within(block, ledger):
                place.above = inside
                yield place


def _trail(node: nodes.Node) -> str:
    """The titles of the sections around, below the page's own: "Center, scale, whiten › Whitening"."""
    found: list[str] = []
    while isinstance(node.parent, nodes.section):
        found.insert(0, prose(node[0]))
        node = node.parent
    return " › ".join(found)


def _label(section: nodes.section) -> str:
    """The label that its author gave a section outlives a change of its title."""
    given = (name for name in section["ids"] if name.startswith("sec-"))
    return next(given, section["ids"][0])


def _stands_alone(block: nodes.Node) -> bool:
    question = isinstance(block, nodes.Admonition) and "question" in block["classes"]
    return question or isinstance(block, addnodes.glossary)


def _text(blocks: list[nodes.Node]) -> str:
    found = (
        LEFT_OUT if isinstance(node, nodes.math_block) else prose(node)
        for block in blocks
        for node in block.findall(lambda node: isinstance(node, PROSE))
    )
    return " ".join(line for line in found if line)


def _within(block: nodes.Node, ledger: dict[str, dict]) -> Iterator[Place]:
    """The terms, questions, verdicts and figures of a block."""
    if isinstance(block, addnodes.glossary):
        for item in block.findall(nodes.definition_list_item):
            yield term(item)
    elif _stands_alone(block):
        yield question(block, ledger)
    else:
        for node in block.findall(nodes.raw):
            html = node.astext()
            for found in CARD.finditer(html):
                yield verdict(found[1], ledger)
            for found in FIGURE.finditer(html):
                yield figure(found)


def term(item: nodes.definition_list_item) -> Place:
    """An entry of the glossary; its other names are Chinese and pinyin."""
    names = item.findall(
        lambda node: (
            isinstance(node, nodes.emphasis)
            or (isinstance(node, nodes.inline) and "language-zh" in node["classes"])
        )
    )
    name, meaning = item[0], item[-1]
    other = " ".join(node.astext() for node in names)
    return Place("term", prose(name), name["ids"][0], _text([meaning]), other)


def question(box: nodes.Admonition, ledger: dict[str, dict]) -> Place:
    """A question of the notes and its answer."""
    title = prose(box[0]).partition(" · ")[2] or prose(box[0])
    identifier = box["ids"][0]
    names = ledger.get(identifier, {}).get("names", "")
    return Place("question", title, identifier, _text(box.children[1:]), names)


def verdict(identifier: str, ledger: dict[str, dict]) -> Place:
    """A claim, what was tested, and how it came out."""
    return Place("claim", id=identifier, **ledger[identifier])


def figure(found: re.Match[str]) -> Place:
    """What is drawn, and the sentence that says what to see."""
    title, caption = SHOWN.search(found[0]), CAPTION.search(found[0])
    text = _plain(caption[1]) if caption else ""
    return Place("figure", _plain(title[1]) if title else text, found[1], text)


def by_anchor(claims: dict, records: list) -> dict[str, dict]:
    """What the list and the chapters say about each claim and question, under the id that it has in its page."""
    items = {item["id"]: item for item in claims["items"]}
    found = {}
    for record in records:
        item = items.get(record.id, {"statement": record.id, "phrase": ""})
        found[record.anchor] = {
            "title": item["statement"],
            "names": f"{record.id} {item['phrase']}",
            "text": " ".join(filter(None, (record.result, record.tested))),
            "verdict": record.verdict,
        }
    return found


# ── The site ──


def index(app: Sphinx, ledger: dict[str, dict]) -> str:
    """The script with all places of all pages; what a place does not have is not written."""
    pages, found = [], []
    for number, name in enumerate(sorted(app.env.found_docs)):
        title = app.env.titles[name].astext()
        pages.append({"title": title, "url": app.builder.get_target_uri(name)})
        for place in places(app.env.get_doctree(name), ledger):
            said = {key: value for key, value in asdict(place).items() if value}
            found.append({"page": number, **said})
    data = json.dumps({"pages": pages, "places": found}, ensure_ascii=False)
    return f"globalThis.dlPlaces = {data};\n"


def replace_search(app: Sphinx) -> None:
    """Sphinx makes neither its index nor its page."""
    app.builder.search = False


def search_page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """Write the index and the page that uses it."""
    if app.builder.name != "html":
        return
    script = index(app, by_anchor(*app.dlnotes_ledger))
    Path(app.outdir, INDEX).write_text(script, encoding="utf-8")
    own = (Path(app.srcdir) / "book/assets/search.js").read_text("utf-8")
    versions = {
        name: hashlib.sha256(text.encode()).hexdigest()[:8]
        for name, text in ((INDEX, script), (SCRIPT, own))
    }
    yield "search", {"search_scripts": versions}, "search.html"


def clear(app: Sphinx, exception: Exception | None) -> None:
    """Take away what only Sphinx's own search would use."""
    if exception is None and app.builder.format == "html":
        Path(app.outdir, "searchindex.js").unlink(missing_ok=True)
        for name in UNUSED:
            Path(app.outdir, "_static", name).unlink(missing_ok=True)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", replace_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", clear)
