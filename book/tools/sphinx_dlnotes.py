"""What the site adds to Sphinx: the ledger of claims and the plan of the book, and what the
modules `folds` and `lighten` do to each page."""

import hashlib
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from . import folds, ledger, ledger_page, lighten
from .contents import CHAPTERS, Chapter, heading

logger = logging.getLogger(__name__)

CLAIMS = "lib/dlnotes/data/claims.json"


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
    """Warn, on every build, of whatever makes the ledger untrue; warnings fail the build."""
    claims, records = load(app)
    if not claims["items"]:
        logger.warning("There is no list of claims at %s.", CLAIMS)
    for problem in ledger.problems(
        records, claims, [path.stem for path in finished_pages(app)]
    ):
        logger.warning("ledger: %s", problem)


def outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Pages that look at all chapters are read again when a chapter comes, changes or goes."""
    touched = any(name.startswith("chapters/") for name in added | changed | removed)
    overviews = getattr(env, "dlnotes_overviews", ())
    return [page for page in overviews if touched and page in env.all_docs]


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


class _Overview:
    """Shared by directives and roles whose text depends on the claims and on every chapter."""

    def overview(self) -> tuple[dict, list[ledger.Record]]:
        if not hasattr(self.env, "dlnotes_overviews"):
            self.env.dlnotes_overviews = set()
        self.env.dlnotes_overviews.add(self.env.docname)
        self.env.note_dependency(CLAIMS)
        return load(self.env.app)

    def finished(self) -> set[str]:
        return {path.stem for path in finished_pages(self.env.app)}

    def address(self, page: str) -> str:
        return self.env.app.builder.get_relative_uri(
            self.env.docname, f"chapters/{page}"
        )


class LedgerDirective(_Overview, SphinxDirective):
    """`{ledger}`: the filter, then a section a chapter."""

    def run(self) -> list[nodes.Node]:
        claims, records = self.overview()
        by_id, finished = {record.id: record for record in records}, self.finished()
        pages = ledger_page.pages_in_order(claims)
        result: list[nodes.Node] = [raw(ledger_page.controls(pages))]
        for page in pages:
            done = page in finished
            html = ledger_page.chapter_html(page, claims, by_id, self.address, done)
            identifier = f"ledger-{page.replace('_', '-')}"
            title = nodes.title("", heading(page))
            result.append(nodes.section("", title, raw(html), ids=[identifier]))
        return result


class DocumentsDirective(_Overview, SphinxDirective):
    """`{note-documents}`: the documents the book puts to the test."""

    def run(self) -> list[nodes.Node]:
        claims, _ = self.overview()
        return [raw(ledger_page.documents_html(claims))]


class ChaptersDirective(_Overview, SphinxDirective):
    """`{chapter-list}`: the plan of the book; a chapter is a link once its notebook exists."""

    def run(self) -> list[nodes.Node]:
        self.overview()
        finished = self.finished()
        rows = [self._row(chapter, chapter.page in finished) for chapter in CHAPTERS]
        return [raw(f'<ol class="dl-chapters">{"".join(rows)}</ol>')]

    def _row(self, chapter: Chapter, exists: bool) -> str:
        title = f"<b>{escape(chapter.title)}</b>"
        if exists:
            title = f'<a href="{self.address(chapter.page)}">{title}</a>'
        else:
            title += ' <span class="dl-planned">planned</span>'
        kind = "dl-ready" if exists else "dl-coming"
        return (
            f'<li class="{kind}"><span class="dl-number">{chapter.number}</span>'
            f"<span>{title}<br>{escape(chapter.about)}</span></li>"
        )


class CountRole(_Overview, SphinxRole):
    """`` {ledger-count}`claims` ``: a number of the ledger, counted and not typed."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        counts = ledger_page.tally(*self.overview())
        if self.text not in counts:
            names = ", ".join(counts)
            where = self.get_location()
            logger.warning(
                "ledger-count knows %s, not %r.", names, self.text, location=where
            )
        return [nodes.Text(str(counts.get(self.text, "?")))], []


def own_digest() -> str:
    """A fingerprint of this code and the assets: as a setting, it makes Sphinx build all again."""
    book = Path(__file__).parents[1]
    sources = sorted([*book.glob("tools/*.py"), *book.glob("assets/*")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def setup(app: Sphinx) -> dict:
    app.add_config_value("dlnotes_code", own_digest(), "env", [str])
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("note-documents", DocumentsDirective)
    app.add_directive("chapter-list", ChaptersDirective)
    app.add_role("ledger-count", CountRole())
    app.connect("builder-inited", check_ledger)
    app.connect("env-get-outdated", outdated)
    folds.setup(app)
    lighten.setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}
