"""How pages are delivered, light and findable: pictures as files, scripts that wait, a description."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from . import frames

DESCRIPTION_LENGTH = 155  # what search engines show
STYLE = "styles/pydata-sphinx-theme.css"
SCRIPT = "scripts/pydata-sphinx-theme.js"
SEARCH = 'document.querySelectorAll(["pre",'


def move_frames(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn the pictures embedded in a page's outputs into files of the site."""
    if app.builder.format != "html":
        return
    folder = relative_uri(app.builder.get_target_uri(docname), "_images")
    for node in doctree.findall(nodes.raw):
        html, files = frames.extract(node.astext(), folder)
        frames.save(files, Path(app.outdir, "_images"))
        node.children = [nodes.Text(html)]


def describe(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Give every page a description: its own, or its first real paragraph, or the book's."""
    tags = context.setdefault("metatags", "")
    if 'name="description"' in tags:
        return
    page = pagename.capitalize()
    text = (
        f"{page} in {app.config.html_title}: a textbook of deep learning you can run."
    )
    if doctree:
        paragraphs = (
            paragraph.astext() for paragraph in doctree.findall(nodes.paragraph)
        )
        text = next((found for found in paragraphs if len(found) > 60), text)
    text = " ".join(text.split())
    if len(text) > DESCRIPTION_LENGTH:
        text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + " …"
    context["metatags"] = f'{tags}<meta name="description" content="{escape(text)}">\n'


def postpone_scripts(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Let no script hold up the page but two small ones that the text of some pages addresses."""
    for script in context["script_files"]:
        name = str(getattr(script, "filename", "") or "")
        if name and not re.search("documentation_options|doctools", name):
            script.attributes.setdefault("defer", "defer")


def mend_roles(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Entries of the bibliography: docutils gives them a role that the standard has withdrawn."""
    if "body" in context:
        context["body"] = context["body"].replace(
            'role="doc-biblioentry"', 'role="listitem"'
        )


def slim(static: Path) -> None:
    """Lighten the theme's files. Where a later theme reads differently, nothing changes.

    Out of the style goes the table of two thousand icons; ours draws those in use. Out of the
    script goes a search for boxes that scroll, which measures all code of a page again and again; dlnotes.js asks the
    browser instead.
    """
    style, script = (static / name for name in (STYLE, SCRIPT))
    text = style.read_text(encoding="utf-8")
    text = re.sub(r'(?:\.fa[\w-]*:{1,2}before,?)+\{content:"[^"]*"\}', "", text)
    text = re.sub(r"@font-face\{[^}]*Font Awesome[^}]*\}", "", text)
    style.write_text(text, encoding="utf-8")
    text = script.read_text(encoding="utf-8")
    text = text.replace("{" + SEARCH, "{return;" + SEARCH)
    script.write_text(text, encoding="utf-8")


def tidy(app: Sphinx, exception: Exception | None) -> None:
    """Finish the files: nothing that no page shows, nothing that no page uses."""
    if exception is None and app.builder.format == "html":
        frames.prune(Path(app.outdir))
        slim(Path(app.outdir, "_static"))


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", move_frames)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", postpone_scripts, priority=900)
    app.connect("build-finished", tidy)
