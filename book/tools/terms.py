"""Links the Chinese terms in the chapters to the glossary, each where a page first uses it."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

GLOSSARY = "book/glossary.md"
_ENTRY = re.compile(r"^(\S.*)\n  \[(.+?)\]\{\.language-zh\}", re.MULTILINE)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_UNTOUCHED = (nodes.reference, nodes.title, nodes.literal, nodes.literal_block, nodes.math, pending_xref)  # fmt: skip


def read_terms(path: Path) -> dict[str, str]:
    """Chinese term → English term. One entry may give several Chinese words, separated by 、."""
    return {
        word: english
        for english, chinese in _ENTRY.findall(path.read_text("utf-8"))
        for word in chinese.split("、")
    }


def link_terms(app: Sphinx, doctree: nodes.document) -> None:
    """In a chapter, turn the first mention of each term into a link to its entry."""
    env = app.env
    if not env.docname.startswith("chapters/"):
        return
    env.note_dependency(GLOSSARY)
    waiting = dict(read_terms(Path(app.srcdir, GLOSSARY)))
    for text in list(doctree.findall(nodes.Text)):
        if not any(isinstance(node, _UNTOUCHED) for node in ancestors(text)):
            pieces = split(text.astext(), waiting, env.docname)
            if len(pieces) > 1:
                text.parent.replace(text, pieces)


def ancestors(node: nodes.Node):
    while node := node.parent:
        yield node


def split(text: str, waiting: dict[str, str], page: str) -> list[nodes.Node]:
    """The text cut at Chinese words that wait for their link; each is taken off the list."""
    pieces, end = [], 0
    for found in _CHINESE.finditer(text):
        english = waiting.pop(found[0], None)
        if english is None:
            continue
        link = pending_xref(
            "", refdomain="std", reftype="term", reftarget=english, refdoc=page, refwarn=True, refexplicit=True,
        )  # fmt: skip
        link += nodes.inline("", found[0], classes=["language-zh", "dl-term"])
        pieces += [nodes.Text(text[end : found.start()]), link]
        end = found.end()
    return [*pieces, nodes.Text(text[end:])]


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", link_terms)
