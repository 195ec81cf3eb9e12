"""Formulas: TeX's spaces, Unicode's letters, what browsers must be told, and every formula of the book."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from pages import cells, every_page, refuse

from book.tools.formulas import FormulaError, mathml


def inside(tex: str, display: bool = False) -> str:
    """What stands in the <math> element."""
    return re.fullmatch(r"<math[^>]*>(.*)</math>", mathml(tex, display))[1]


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a", "<mi>a</mi>"),
        ("a=b", '<mi>a</mi><mo lspace="0.278em" rspace="0">=</mo><mspace width="0.278em"></mspace><mi>b</mi>'),
        ("-a", '<mo lspace="0" rspace="0">&#x2212;</mo><mi>a</mi>'),
        (r"\ln a", '<mi>ln</mi><mo lspace="0" rspace="0">&#x2061;</mo><mspace width="0.167em"></mspace><mi>a</mi>'),
        ("x^{a+b}", '<msup><mi>x</mi><mrow><mi>a</mi><mo lspace="0" rspace="0">+</mo><mi>b</mi></mrow></msup>'),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\mathbf{0}", "<mn>𝟎</mn>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\mathbb{E}", "<mi>𝔼</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"\mathrm{d}", '<mi mathvariant="normal">d</mi>'),
        (r"\boldsymbol\delta", "<mi>𝜹</mi>"),
        (r"\hat y", '<mover accent="true"><mi>y</mi><mo stretchy="false" lspace="0" rspace="0">^</mo></mover>'),
        ("f'", '<msup><mi>f</mi><mo lspace="0" rspace="0" class="dl-prime">&#x2032;</mo></msup>'),
        (r"\text{if } x<y", '<mtext>if&#xA0;</mtext><mi>x</mi><mo lspace="0.278em" rspace="0">&lt;</mo>'
         '<mspace width="0.278em"></mspace><mi>y</mi>'),
    ],
)  # fmt: skip
def test_a_formula_is_what_tex_means(tex, expected):
    """Catches a lost space, a letter of the wrong style, a hat that floats, a prime that shrinks."""
    assert inside(tex) == expected


def test_rows_of_aligned_equations_are_displayed_and_meet_at_their_sign():
    table = inside(
        r"\begin{aligned} a &= \frac12 \\ b &= c \end{aligned}", display=True
    )
    assert table.startswith('<mtable displaystyle="true" class="dl-aligned">')
    assert re.findall(r'<mtd class="([\w-]+)">', table) == 2 * ["dl-right", "dl-left"]


def test_matrices_are_centered():
    table = inside(r"\begin{pmatrix} a & b \end{pmatrix}")
    assert re.findall(r'class="([\w-]+)"', table) == [
        "dl-table",
        "dl-center",
        "dl-center",
    ]


def test_only_displayed_formulas_are_blocks():
    assert mathml("a", True).startswith('<math display="block">')
    assert mathml("a").startswith("<math>")


@pytest.mark.parametrize(
    ("tex", "reason"),
    [(r"\frac{1", "Missing close brace"), (r"\begin{aligned} a", r"Missing \\end{aligned}"),
     (r"\nosuch", "Undefined control sequence")],
)  # fmt: skip
def test_what_is_no_formula_is_refused(tex, reason):
    with pytest.raises(FormulaError, match=reason):
        mathml(tex)


# What MathML Core has, so that every browser shows it.
CORE = set(
    "math mi mn mo mtext mspace mrow mfrac msqrt mroot mstyle msub msup msubsup munder mover munderover mtable mtr mtd".split()
)
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$([^$\n]+)\$")


def formulas(text: str) -> list[tuple[str, bool]]:
    """The formulas of a cell of prose, and whether they stand by themselves."""
    text = re.sub(r"```.*?```|`[^`\n]+`", " ", text, flags=re.DOTALL)
    shown = [(tex, True) for tex in DISPLAYED.findall(text)]
    return shown + [(tex, False) for tex in INLINE.findall(DISPLAYED.sub(" ", text))]


PARTS = dict.fromkeys("msub msup mfrac mover munder".split(), 2) | dict.fromkeys(
    ("msubsup", "munderover"), 3
)


def misfits(tex: str, display: bool) -> list[str]:
    """The elements of a formula that have not as many parts as MathML gives them."""
    root = ElementTree.fromstring(
        unescape(mathml(tex, display).replace("&lt;", "&amp;lt;"))
    )
    return [e.tag for e in root.iter() if len(e) != PARTS.get(e.tag, len(e))]


@every_page
def test_every_formula_of_the_page_is_understood_and_needs_no_more_than_core(page):
    prose = [c.source for c in cells(page, "py") if c.cell_type == "markdown"]
    problems = []
    for tex, display in (f for text in prose for f in formulas(text)):
        try:
            used = set(re.findall(r"<(\w+)", mathml(tex, display)))
        except FormulaError as problem:
            problems.append(f"“{tex}”: {problem}.")
            continue
        problems += [f"“{tex}” needs <{name}>." for name in used - CORE]
        problems += [
            f"“{tex}”: <{name}> has too few or too many parts."
            for name in misfits(tex, display)
        ]
    refuse(page, problems)


@pytest.mark.parametrize("tex", [r"\Bigl(x\Bigr)^2", r"\bigl(x\bigr)_{ij}", r"\Bigl\lvert x\Bigr\rvert_1^2"])  # fmt: skip
def test_a_large_bracket_with_an_index_has_a_row_of_its_own(tex):
    """Alone, as the base of an index, it is drawn small by Chromium and sunk below the line."""
    found = mathml(tex)
    assert re.search(r'<m(sub|sup|subsup)><mrow><mo stretchy="true" minsize', found)
    assert not re.search(r"<m(sub|sup|subsup)><mo minsize", found)
