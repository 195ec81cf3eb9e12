"""The strictest policy under which the site works: its own files, and the few lines of code that stand in its pages.

Hosts that read a file `_headers` (Netlify, Cloudflare Pages) send it as it is; others are told to, see README.md.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

FILE = "_headers"
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.+?)</script>", re.DOTALL)
STYLE = re.compile(r"<style[^>]*>(.+?)</style>", re.DOTALL)
HANDLER = re.compile(r'<[^>]*?\son[a-z]+="([^"]+)"')
STYLED = re.compile(r'<[^>]*?\sstyle="([^"]+)"')
RULES = {  # what may be loaded from where; all else is refused
    "default-src": "'self'",  # among it the next page, which Firefox fetches ahead
    "object-src": "'none'",
    "script-src": "'self' 'unsafe-hashes'",
    "style-src": "'self' 'unsafe-hashes'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


def policy(pages: Iterable[str]) -> str:
    """The value of Content-Security-Policy for these pages: the rules, and a hash for all code in the pages."""
    inside: dict[str, set[str]] = {"script-src": set(), "style-src": set()}
    for page in pages:
        inside["script-src"] |= {*SCRIPT.findall(page), *map(unescape, HANDLER.findall(page))}  # fmt: skip
        inside["style-src"] |= {*STYLE.findall(page), *map(unescape, STYLED.findall(page))}  # fmt: skip
    return "; ".join(
        " ".join([rule, allowed, *sorted(map(hashed, inside.get(rule, ())))])
        for rule, allowed in RULES.items()
    )


def hashed(code: str) -> str:
    digest = hashlib.sha256(code.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the policy, when all pages are there."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    found = policy(path.read_text("utf-8") for path in sorted(site.rglob("*.html")))
    text = f"/*\n  Content-Security-Policy: {found}\n"
    (site / FILE).write_text(text, "utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=950)
