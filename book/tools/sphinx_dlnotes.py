"""What the site adds to Sphinx: figures as files, the ledger of claims, the list of chapters, a description for every page."""

import hashlib
import re
from html import escape
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from . import frames, ledger, ledger_page
from .contents import CHAPTERS, heading

logger = logging.getLogger(__name__)

CLAIMS = "lib/dlnotes/data/claims.json"
DESCRIPTION_LENGTH = 155  # what search engines show


def finished_pages(app: Sphinx) -> list[Path]:
    """The executed notebooks, which are the chapters that exist."""
    return sorted(Path(app.srcdir, "chapters").glob("[0-9]*.ipynb"))


def load(app: Sphinx) -> tuple[dict, list[ledger.Record]]:
    """The list of claims and what the chapters say about them, read once a build."""
    if not hasattr(app, "dlnotes_ledger"):
        claims = ledger.load_claims(Path(app.srcdir, CLAIMS))
        app.dlnotes_ledger = claims, ledger.collect(finished_pages(app))
    return app.dlnotes_ledger


def check_ledger(app: Sphinx) -> None:
    """Warn, on every build, of whatever makes the ledger untrue; the build treats warnings as errors."""
    claims, records = load(app)
    if not claims["items"]:
        logger.warning("There is no list of claims at %s.", CLAIMS)
    for problem in ledger.problems(records, claims, [path.stem for path in finished_pages(app)]):
        logger.warning("ledger: %s", problem)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Pages that look at all chapters are read again when any chapter comes, changes or goes."""
    touched = any(name.startswith("chapters/") for name in added | changed | removed)
    return [
        page for page in getattr(env, "dlnotes_overviews", ()) if touched and page in env.all_docs
    ]


class _Overview:
    """Shared by the directives and roles whose text depends on the claims and on every chapter."""

    def overview(self) -> tuple[dict, list[ledger.Record]]:
        if not hasattr(self.env, "dlnotes_overviews"):
            self.env.dlnotes_overviews = set()
        self.env.dlnotes_overviews.add(self.env.docname)
        self.env.note_dependency(CLAIMS)
        return load(self.env.app)

    def address(self, page: str) -> str:
        return self.env.app.builder.get_relative_uri(self.env.docname, f"chapters/{page}")


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


class LedgerDirective(_Overview, SphinxDirective):
    """`{ledger}`: the filter, then a section a chapter."""

    def run(self) -> list[nodes.Node]:
        claims, records = self.overview()
        finished = {path.stem for path in finished_pages(self.env.app)}
        by_id = {record.id: record for record in records}
        pages = ledger_page.pages_in_order(claims)
        result: list[nodes.Node] = [raw(ledger_page.controls(pages))]
        for page in pages:
            section = nodes.section(
                "", nodes.title("", heading(page)), ids=[f"ledger-{page.replace('_', '-')}"]
            )
            section += raw(
                ledger_page.chapter_html(page, claims, by_id, self.address, page in finished)
            )
            result.append(section)
        return result


class DocumentsDirective(_Overview, SphinxDirective):
    """`{note-documents}`: the documents the book puts to the test."""

    def run(self) -> list[nodes.Node]:
        claims, _ = self.overview()
        return [raw(ledger_page.documents_html(claims))]


class ChaptersDirective(_Overview, SphinxDirective):
    """`{chapter-list}`: the plan of the book; a chapter is a link as soon as its notebook exists."""

    def run(self) -> list[nodes.Node]:
        self.overview()
        finished = {path.stem for path in finished_pages(self.env.app)}
        rows = [self._row(chapter, chapter.page in finished) for chapter in CHAPTERS]
        return [raw(f'<ol class="dl-chapters">{"".join(rows)}</ol>')]

    def _row(self, chapter, exists: bool) -> str:
        title = escape(chapter.title)
        if exists:
            title = f'<a href="{self.address(chapter.page)}">{title}</a>'
        state = "" if exists else ' <span class="dl-planned">planned</span>'
        return (
            f'<li class="{"dl-ready" if exists else "dl-coming"}"><span class="dl-number">{chapter.number}</span>'
            f"<span><b>{title}</b>{state}<br>{escape(chapter.about)}</span></li>"
        )


class CountRole(_Overview, SphinxRole):
    """`` {ledger-count}`claims` ``: a number of the ledger, computed, so that no page has to be trusted with it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        counts = ledger_page.tally(*self.overview())
        if self.text not in counts:
            logger.warning(
                "ledger-count knows %s, not %r.",
                ", ".join(counts),
                self.text,
                location=self.get_location(),
            )
        return [nodes.Text(str(counts.get(self.text, "?")))], []


def move_frames(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn the pictures embedded in a page's outputs into files of the site."""
    if app.builder.format != "html":
        return
    folder = relative_uri(app.builder.get_target_uri(docname), "_images")
    for node in doctree.findall(nodes.raw):
        if "data:image/" in node.astext():
            html, files = frames.extract(node.astext(), folder)
            frames.save(files, Path(app.outdir, "_images"))
            node.children = [nodes.Text(html)]


class fold(nodes.General, nodes.Element):
    """An admonition that opens and closes, as the browser's own disclosure element."""


class fold_title(nodes.General, nodes.TextElement):
    """Its visible line."""


def fold_admonitions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make `:class: dropdown` work without a script, and folded cells the same way."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(nodes.Admonition)):
        if "dropdown" in node["classes"]:
            title, *body = node.children
            node.replace_self(_folded(node, title.children, body))
    for parent in doctree.findall(nodes.container):
        for index, node in enumerate(parent.children):
            if isinstance(node, HideCodeCellNode):
                parent[index] = _folded(
                    node, [nodes.Text(_name(node["prompt_show"]))], node.children
                )


def _name(prompt: str) -> str:
    """What a folded part of a cell is called here; a whole cell is folded only where it is a solution."""
    if "content" in prompt:
        return "Worked solution"
    return "Code" if "source" in prompt else "Output"


def _folded(node: nodes.Element, title: list[nodes.Node], body: list[nodes.Node]) -> fold:
    return fold("", fold_title("", "", *title), *body, ids=node["ids"])


def open_fold(translator, node: fold) -> None:
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))


def open_fold_title(translator, node: fold_title) -> None:
    translator.body.append("<summary>")


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Give every page a description: its own, or its first real paragraph, or the book's."""
    body = context.get("body", "")  # docutils gives entries of the bibliography a role that is withdrawn
    context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')
    if 'name="description"' in context.get("metatags", ""):
        return
    text = f"{pagename.capitalize()} in {app.config.html_title}: a textbook of deep learning you can run."
    if doctree:
        text = next(
            (p.astext() for p in doctree.findall(nodes.paragraph) if len(p.astext()) > 60), text
        )
    text = " ".join(text.split())
    if len(text) > DESCRIPTION_LENGTH:
        text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + " …"
    context["metatags"] = (
        f'{context.get("metatags", "")}<meta name="description" content="{escape(text)}">\n'
    )


def hurry(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Let no script but the first, which others address in the page's text, hold up the page."""
    for script in context["script_files"]:
        name = str(getattr(script, "filename", "") or "")
        if name and "documentation_options" not in name:
            script.attributes.setdefault("defer", "defer")


def use_mathjax_parts(app: Sphinx, config) -> None:
    config.mathjax_path = "mathjax/startup.js"


def slim(style: Path) -> None:
    """Take the table of two thousand icons out of the theme's style sheet; ours draws those in use."""
    text = style.read_text(encoding="utf-8")
    text = re.sub(r'(?:\.fa[\w-]*:{1,2}before,?)+\{content:"[^"]*"\}', "", text)
    text = re.sub(r"@font-face\{[^}]*Font Awesome[^}]*\}", "", text)
    style.write_text(text, encoding="utf-8")


def tidy(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        frames.prune(Path(app.outdir))
        slim(Path(app.outdir, "_static/styles/pydata-sphinx-theme.css"))


def own_digest() -> str:
    """A fingerprint of this code and the assets: as a setting, it makes Sphinx build all again."""
    book = Path(__file__).parents[1]
    sources = sorted([*book.glob("tools/*.py"), *book.glob("assets/*")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def setup(app: Sphinx) -> dict:
    app.add_config_value("dlnotes_code", own_digest(), "env", [str])
    app.add_node(
        fold, html=(open_fold, lambda translator, node: translator.body.append("</details>\n"))
    )
    app.add_node(
        fold_title,
        html=(open_fold_title, lambda translator, node: translator.body.append("</summary>\n")),
    )
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("note-documents", DocumentsDirective)
    app.add_directive("chapter-list", ChaptersDirective)
    app.add_role("ledger-count", CountRole())
    app.connect("builder-inited", check_ledger)
    app.connect("env-get-outdated", outdated)
    app.connect("doctree-resolved", move_frames)
    app.connect("doctree-resolved", fold_admonitions)
    app.connect("config-inited", use_mathjax_parts)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", hurry, priority=900)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}
