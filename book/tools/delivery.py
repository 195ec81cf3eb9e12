"""How pages are delivered, light and findable: pictures as files, scripts that wait, a description."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from . import frames
from .stylesheets import MATH_FONT

DESCRIPTION_LENGTH = 155  # what search engines show
SCRIPT = "scripts/pydata-sphinx-theme.js"
PLAIN_CODE = re.compile(r'<span class="(?:n|p|o|w|nb|nn|ne|nv|fm|vm)">([^<]*)</span>')
LAZY = 'loading="lazy" decoding="async"'
FIRST_PICTURE = re.compile(rf"(<img [^>]*){LAZY}((?:(?! hidden>)[^>])*>)")
LOADED = re.compile(r'<script [^>]*src="([^"?]+)')
UNUSED = re.compile("doctools|sphinx_highlight")
# Pages opened as files may use the font, but not ask for it ahead; hence no plain link.
FETCH_AHEAD = """\
<script data-font="{}">
if (location.protocol !== "file:")
  document.head.append(Object.assign(document.createElement("link"), {{
    rel: "preload", as: "font", type: "font/woff2", crossOrigin: "",
    href: document.currentScript.dataset.font,
  }}));
</script>
"""
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
    """Let no script hold up the page, and leave out those that serve no page of this book."""
    named = [s for s in context["script_files"] if getattr(s, "filename", None)]
    used = [s for s in named if not UNUSED.search(str(s.filename))]
    for script in used:
        script.attributes.setdefault("defer", "defer")
    context["script_files"] = used


def mend_body(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Two habits of the writer: a role that the standard has withdrawn, and an element around each word of code.

    dlnotes.css colors keywords, literals, comments and defined names; half the elements of a page stood around others.
    And the page's first picture, on the first screen, is fetched at once, where the others wait.
    """
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        body = FIRST_PICTURE.sub(r'\1fetchpriority="high"\2', body, count=1)
        context["body"] = PLAIN_CODE.sub(r"\1", body)


def fetch_font_ahead(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """A page with formulas asks for their letters at once, not when they are to be drawn."""
    if "<math" in context.get("body", ""):
        address = context["pathto"](MATH_FONT, 1)
        context["metatags"] = FETCH_AHEAD.format(address) + context.get("metatags", "")


def slim(script: Path) -> None:
    """Out of the theme's script goes a search for boxes that scroll, which measures all code of a page again and again.

    dlnotes.js asks the browser instead. Where a later theme reads differently, nothing changes.
    """
    text = script.read_text(encoding="utf-8")
    text = text.replace("{" + SEARCH, "{return;" + SEARCH)
    script.write_text(text, encoding="utf-8")


def prune_scripts(site: Path) -> None:
    """Remove the scripts that no page loads, and maps of their sources."""
    loaded = {
        Path(address).name
        for page in site.rglob("*.html")
        for address in LOADED.findall(page.read_text("utf-8"))
    }
    for path in [*site.glob("_static/**/*.js"), *site.glob("_static/**/*.map")]:
        if path.name not in loaded:
            path.unlink()


def tidy(app: Sphinx, exception: Exception | None) -> None:
    """Finish the files: nothing that no page shows, nothing that no page uses."""
    if exception is None and app.builder.format == "html":
        frames.prune(Path(app.outdir))
        prune_scripts(Path(app.outdir))
        slim(Path(app.outdir, "_static", SCRIPT))


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", move_frames)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend_body)
    app.connect("html-page-context", fetch_font_ahead, priority=600)
    app.connect("html-page-context", postpone_scripts, priority=900)
    app.connect("build-finished", tidy)
