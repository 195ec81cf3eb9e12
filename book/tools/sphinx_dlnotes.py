"""What the site adds to Sphinx: the ledger of claims, the plan of the book, the head and foot of
pages, and what the modules `delivery`, `figures`, `folds` and `terms` do to each page."""

import hashlib
import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from . import (
    delivery,
    figures,
    folds,
    formulas,
    ledger,
    ledger_page,
    plan,
    policy,
    search,
    signposts,
    stylesheets,
    terms,
)

logger = logging.getLogger(__name__)

CLAIMS = "lib/dlnotes/data/claims.json"
SOURCES = "_sources/chapters"  # where Sphinx keeps the notebooks of a page for download


def notebooks(app: Sphinx) -> list[Path]:
    """The executed notebooks, which are the chapters that exist."""
    return sorted(Path(app.srcdir, "chapters").glob("[0-9]*.ipynb"))


def load(app: Sphinx) -> tuple[dict, list[ledger.Record]]:
    """The list of claims and what the chapters say about them, read once a build."""
    if not hasattr(app, "dlnotes_ledger"):
        claims = ledger.load_claims(Path(app.srcdir, CLAIMS))
        app.dlnotes_ledger = claims, ledger.collect(notebooks(app))
    return app.dlnotes_ledger


def check_ledger(app: Sphinx) -> None:
    """Warn, on every build, of whatever makes the ledger untrue; warnings fail the build."""
    claims, records = load(app)
    if not claims["items"]:
        logger.warning("There is no list of claims at %s.", CLAIMS)
    for problem in ledger.problems(records, claims, plan.DONE):
        logger.warning("ledger: %s", problem)


def outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Pages that look at all chapters are read again when one changes; every chapter, when one comes or goes."""
    come_or_gone = any(name.startswith("chapters/") for name in added | removed)
    touched = any(name.startswith("chapters/") for name in changed)
    if come_or_gone:  # the heads of chapters link to those they build on
        return sorted(env.all_docs)
    overviews = getattr(env, "dlnotes_overviews", ())
    return [page for page in overviews if touched and page in env.all_docs]


def open_chapters(app: Sphinx, doctree: nodes.document) -> None:
    """Put a page's number into the navigation, and under its title how long it takes, and that it is a draft."""
    env, root = app.env, Path(app.srcdir)
    chapter = plan.BY_PAGE.get(env.docname.removeprefix("chapters/"))
    if chapter is None:
        return
    minutes = signposts.reading_minutes(read(root, chapter.page))
    written = {path.stem for path in notebooks(app)}
    line = signposts.opening(
        chapter, minutes, written, "{}.html".format, signposts.repository(root)
    )
    if not chapter.done:
        line += signposts.banner(signposts.progress(chapter.page, *load(app)))
    next(doctree.findall(nodes.title)).parent.insert(1, raw(line))
    entry = next(env.tocs[env.docname].findall(addnodes.compact_paragraph)).children[0]
    for title in (env.titles[env.docname], entry):
        title.insert(0, nodes.Text(f"{chapter.number} "))


def read(root: Path, page: str) -> nbformat.NotebookNode:
    return nbformat.read(root / f"chapters/{page}.ipynb", as_version=4)


def configure(app: Sphinx, config: Config) -> None:
    """The foot of every page, from what pyproject.toml says."""
    config.html_theme_options["extra_footer"] = signposts.footer(Path(app.srcdir))


def copy_sources(app: Sphinx, exception: Exception | None) -> None:
    """Beside each chapter's notebook its Python file, to download."""
    target = Path(app.outdir, SOURCES)
    if exception is None and target.is_dir():
        for path in notebooks(app):
            shutil.copy(path.with_suffix(".py"), target)


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

    def written(self) -> set[str]:
        return {path.stem for path in notebooks(self.env.app)}

    def address(self, page: str) -> str:
        return self.env.app.builder.get_relative_uri(
            self.env.docname, f"chapters/{page}"
        )


class LedgerDirective(_Overview, SphinxDirective):
    """`{ledger}`: the filter, then a section a chapter."""

    def run(self) -> list[nodes.Node]:
        claims, records = self.overview()
        by_id, written = {record.id: record for record in records}, self.written()
        pages = ledger_page.pages_in_order(claims)
        result: list[nodes.Node] = [raw(ledger_page.controls(pages))]
        for page in pages:
            done = page in written
            html = ledger_page.chapter_html(page, claims, by_id, self.address, done)
            identifier = f"ledger-{page.replace('_', '-')}"
            title = nodes.title("", plan.heading(page))
            result.append(nodes.section("", title, raw(html), ids=[identifier]))
        return result


class DocumentsDirective(_Overview, SphinxDirective):
    """`{note-documents}`: the documents the book puts to the test."""

    def run(self) -> list[nodes.Node]:
        claims, _ = self.overview()
        return [raw(ledger_page.documents_html(claims))]


class TallyDirective(_Overview, SphinxDirective):
    """`{ledger-picture}`: one look at how much of the notes held."""

    def run(self) -> list[nodes.Node]:
        return [raw(ledger_page.picture(ledger_page.tally(*self.overview())))]


class ChaptersDirective(_Overview, SphinxDirective):
    """`{chapter-list}`: the plan of the book; a chapter is a link once its notebook exists."""

    def run(self) -> list[nodes.Node]:
        self.overview()
        root = Path(self.env.app.srcdir)
        times = {p: signposts.reading_minutes(read(root, p)) for p in self.written()}
        return [raw(signposts.chapter_list(times, self.address))]


class MapDirective(_Overview, SphinxDirective):
    """`{chapter-map}`: which chapter builds on which."""

    def run(self) -> list[nodes.Node]:
        self.overview()
        return [raw(signposts.chapter_map(self.written(), self.address))]


class FigureDirective(_Overview, SphinxDirective):
    """`{chapter-figure} 04a_numbers_on_a_computer draw_valley`: the figure a chapter makes with that function."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        self.overview()
        page, function = self.arguments
        if page not in self.written():
            raise self.error(f"there is no page {page} to take a figure from.")
        for cell in read(Path(self.env.app.srcdir), page).cells:
            if cell.cell_type == "code" and f"def {function}(" in cell.source:
                shown = [output.get("data", {}) for output in cell.outputs]
                found = [data["text/html"] for data in shown if "text/html" in data]
                if found:
                    return [raw(found[0])]
        raise self.error(f"{page} shows no figure where it defines {function}.")


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
    sources = sorted([*book.glob("tools/*.*"), *book.glob("assets/*.*")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def setup(app: Sphinx) -> dict:
    app.add_config_value("dlnotes_code", own_digest(), "env", [str])
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("note-documents", DocumentsDirective)
    app.add_directive("ledger-picture", TallyDirective)
    app.add_directive("chapter-list", ChaptersDirective)
    app.add_directive("chapter-map", MapDirective)
    app.add_directive("chapter-figure", FigureDirective)
    app.add_role("ledger-count", CountRole())
    app.connect("config-inited", configure)
    app.connect("builder-inited", check_ledger)
    app.connect("doctree-read", open_chapters, priority=900)  # after titles are taken
    app.connect("build-finished", copy_sources)
    app.connect("env-get-outdated", outdated)
    delivery.setup(app)
    figures.setup(app)
    folds.setup(app)
    formulas.setup(app)
    policy.setup(app)
    search.setup(app)
    stylesheets.setup(app)
    terms.setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}
