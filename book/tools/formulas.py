"""Formulas become MathML when the site is built; the reader's browser needs no script for them.

MathJax's own parser, which also sets them in JupyterLab, reads the TeX in an embedded JavaScript engine. It
knows the spaces that TeX puts between the parts of a formula, and writes them out, since browsers space by rules
of their own. Letters of another style become the characters that Unicode has for them, as MathML Core asks.
"""

import functools
import re
from html import unescape
from importlib import resources
from pathlib import Path

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

PARTS = ("loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js")
START = (
    "globalThis.MathJax = {loader: {load: []}, startup: {typeset: false, ready() {}}}"
)
ALPHABETS = ("AZ", "az", "ΑΩ", "αω", "09")
STYLES = {  # what stands for A, a, Α, α and 0; a space where there is no such letter
    "bold": "𝐀𝐚𝚨𝛂𝟎",
    "italic": "𝐴𝑎𝛢𝛼 ",
    "bold-italic": "𝑨𝒂𝜜𝜶 ",
    "script": "𝒜𝒶   ",
    "double-struck": "𝔸𝕒  𝟘",
    "sans-serif": "𝖠𝖺  𝟢",
    "monospace": "𝙰𝚊  𝟶",
}
OLDER = {  # letters that Unicode had before it had alphabets of them
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "italic": {"h": "ℎ"},
}
# A large bracket that carries an index: without a row of its own Chromium leaves it small.
LARGE = re.compile(
    r'(<m(?:sub|sup|subsup|under|over|underover)>)<mo( minsize="[^>]*>[^<]*</mo>)'
)
STYLED = re.compile(r'<(mi|mn|mo|mtext) mathvariant="([a-z-]+)"([^>]*)>([^<]*)</\1>')


class FormulaError(ValueError):
    """What MathJax does not understand; the message says why."""


@functools.cache
def engine() -> MiniRacer:
    """The JavaScript engine with MathJax's parser in it."""
    context = MiniRacer()
    context.eval(START)
    folder = resources.files("sphinx-mathjax-offline") / "static/mathjax"
    for part in PARTS:
        context.eval((folder / part).read_text("utf-8"))
    context.eval(Path(__file__).with_suffix(".js").read_text("utf-8"))
    return context


@functools.cache
def mathml(tex: str, display: bool = False) -> str:
    """The formula as a <math> element; FormulaError if it is none."""
    try:
        found = engine().call("convert", tex, display)
    except Exception as problem:
        raise FormulaError(
            str(problem).partition("Error: ")[2].partition("\n")[0]
        ) from None
    found = LARGE.sub(r'\1<mrow><mo stretchy="true"\2</mrow>', found)
    return STYLED.sub(_styled, found)


def _styled(element: re.Match[str]) -> str:
    """<mi mathvariant="bold">x</mi> → <mi>𝐱</mi>; an upright single letter needs the attribute."""
    name, style, rest, text = element.groups()
    if style not in STYLES:
        return element[0]
    letters = "".join(_letter(style, letter) for letter in unescape(text))
    return f"<{name}{rest}>{letters}</{name}>"


def _letter(style: str, letter: str) -> str:
    older = OLDER.get(style, {}).get(letter)
    for (first, last), start in zip(ALPHABETS, STYLES[style], strict=True):
        if first <= letter <= last and start != " ":
            return older or chr(ord(start) + ord(letter) - ord(first))
    return letter


# ── In Sphinx ──


def _converted(node: nodes.Element, display: bool) -> str:
    """The formula of a node, or its TeX with a warning, which fails the build."""
    try:
        return mathml(node.astext(), display)
    except FormulaError as problem:
        logger.warning("formula: %s: %s", node.astext(), problem, location=node)
        return f"<code>{node.astext()}</code>"


def visit_inline(translator, node: nodes.math) -> None:
    translator.body.append(_converted(node, display=False))
    raise nodes.SkipNode


def visit_displayed(translator, node: nodes.math_block) -> None:
    """The formula and, where it has one, its number with a link to itself."""
    body = translator.body
    body.append(translator.starttag(node, "div", CLASS="math"))
    body.append(_converted(node, display=True))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        body.append("</span>")
    body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_displayed, None))
