"""One style sheet for the whole site, with only those rules and letters that some page may need.

A page waits for its style before it shows anything, and nine tenths of the theme's are for parts that this book lacks. The
faces of the running text are in it: where they arrive later, all lines are laid out twice.
"""

import base64
import posixpath
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

import tinycss2
from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from tinycss2.ast import Node

MATH_FONT = "_static/fonts/stix-two-math.woff2"
SHEET = "_static/book.css"
THEME = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
LEFT_OUT = (SHEET, "_static/pygments.css")  # dlnotes.css colors the code
NAMES = re.compile(r'(?:class|id)="([^"]*)"')
WORD = re.compile(r"[\w-]+")
ADDRESS = re.compile(r"""url\((['"]?)(?!data:|#|['"])([^)'"]+)\1\)""")
ICONS = re.compile(r'@font-face\s*\{[^}]*Font Awesome[^}]*\}|(?:\.fa[\w-]*:{1,2}before,?)+\{content:"[^"]*"\}')  # fmt: skip
FACES = re.compile(r'url\("?(fonts/stix-two-text-(?:400-normal|400-italic|700-normal)\.woff2)"?\)')  # fmt: skip
MATH = re.compile(r"<math.*?</math>", re.DOTALL)
GROUPS = ("media", "supports", "layer")
CHOICES = ("not", "is", "where", "has")  # what stands in their brackets need not exist


def link_one(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Let a page link the one sheet, and note which it would have linked."""
    linked = [str(getattr(sheet, "filename", sheet)) for sheet in context["css_files"]]
    app.dlnotes_sheets |= dict.fromkeys(sheet for sheet in linked if sheet not in LEFT_OUT)  # fmt: skip
    context["css_files"] = [SHEET]


def write_one(app: Sphinx, exception: Exception | None) -> None:
    """Write the one sheet, when all pages are there."""
    if exception or app.builder.format != "html" or not app.dlnotes_sheets:
        return  # the sheet of the last build serves where no page was written
    site, known = Path(app.outdir), set(known_names(Path(app.outdir)))
    texts = {s: (site / s).read_text("utf-8") for s in (*THEME, *app.dlnotes_sheets)}
    rules = [pruned(text, known, sheet) for sheet, text in texts.items()]
    for path in (site / "_static").rglob("*.css"):
        path.unlink()  # Sphinx copies them again each time
    style = with_faces("\n".join(rules), site)
    (site / SHEET).write_text(style, "utf-8")
    cut_down(site / MATH_FONT, site)


def with_faces(style: str, site: Path) -> str:
    """The sheet with the faces of running text in it."""

    def embedded(found: re.Match[str]) -> str:
        face = (site / "_static" / found[1]).read_bytes()
        return f'url("data:font/woff2;base64,{base64.b64encode(face).decode()}")'

    return FACES.sub(embedded, style)


def cut_down(path: Path, site: Path) -> None:
    """Leave in a font the letters of all formulas, and those that no formula writes.

    A root draws its own sign, and a single letter is shown in italics, which are letters of their own.
    """
    texts = (page.read_text("utf-8") for page in site.rglob("*.html"))
    used = {ord(c) for text in texts for formula in MATH.findall(text) for c in unescape(formula)}  # fmt: skip
    unwritten = {ord("√"), 0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)}
    options = subset.Options(hinting=False, notdef_outline=True)
    options.layout_features = ["ssty", "dtls", "flac", "kern", "mark", "mkmk", "ccmp"]
    font, cut = TTFont(path), subset.Subsetter(options)
    cut.populate(unicodes=used | unwritten)
    cut.subset(font)
    font.flavor = "woff2"
    font.save(path)


def known_names(site: Path) -> Iterator[str]:
    """Classes and ids of all pages, and all words of scripts, which may add some."""
    for path in site.rglob("*.html"):
        for found in NAMES.findall(path.read_text("utf-8")):
            yield from found.split()
    for path in site.rglob("*.js"):
        yield from WORD.findall(path.read_text("utf-8"))


def pruned(style: str, known: set[str], sheet: str) -> str:
    """A sheet without the rules that no page can match, its addresses as seen from the bundle."""
    rules = tinycss2.parse_stylesheet(ICONS.sub("", style), True, True)
    kept = "\n".join(needed(rules, known))

    def moved(found: re.Match[str]) -> str:
        there = posixpath.join(posixpath.dirname(sheet), found[2])
        return f"url({posixpath.relpath(there, posixpath.dirname(SHEET))})"

    return ADDRESS.sub(moved, kept)


def needed(rules: Iterable[Node], known: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in split(rule.prelude) if names(s) <= known]
            if selectors:
                prelude = ",".join(map(tinycss2.serialize, selectors))
                yield f"{prelude}{{{tinycss2.serialize(rule.content)}}}"
        elif (
            rule.type == "at-rule" and rule.content and rule.lower_at_keyword in GROUPS
        ):
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            if kept := "\n".join(needed(inner, known)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}"
        elif rule.type == "at-rule":
            yield rule.serialize()


def split(prelude: Iterable[Node]) -> list[list[Node]]:
    """A list of selectors, cut at its commas."""
    selectors: list[list[Node]] = [[]]
    for node in prelude:
        if node == ",":
            selectors.append([])
        else:
            selectors[-1].append(node)
    return selectors


def names(selector: Iterable[Node]) -> set[str]:
    """The classes and ids that an element must have somewhere for the selector to match."""
    found, before = set(), None
    for node in selector:
        if node.type == "hash":
            found.add(node.value)
        elif node.type == "ident" and before == ".":
            found.add(node.value)
        elif node.type == "function" and node.lower_name not in CHOICES:
            found |= names(node.arguments)
        before = node
    return found


def setup(app: Sphinx) -> None:
    app.dlnotes_sheets = {}
    app.connect("html-page-context", link_one, priority=950)
    app.connect("build-finished", write_one, priority=900)
