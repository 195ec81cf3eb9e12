"""Every chapter: what its source may say, what its stored outputs show, and verdicts that can be made to flip."""

import ast
import base64
import builtins
import dis
import functools
import html
import importlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import CodeType

import jupytext
import matplotlib.pyplot as plt
import nbformat
import pytest
from dlnotes import claims

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.py"))
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)
ITEMS = claims.ledger()["items"]


def path(chapter: str, suffix: str) -> Path:
    return ROOT / "chapters" / f"{chapter}.{suffix}"


@functools.cache
def sources(chapter: str) -> list[str]:
    """The code cells of a chapter's .py file."""
    return [
        c.source
        for c in jupytext.read(path(chapter, "py")).cells
        if c.cell_type == "code"
    ]


@functools.cache
def prose(chapter: str) -> str:
    cells = jupytext.read(path(chapter, "py")).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@functools.cache
def notebook(chapter: str) -> nbformat.NotebookNode:
    return nbformat.read(path(chapter, "ipynb"), as_version=4)


def calls(chapter: str, *names: str) -> list[ast.Call]:
    """All calls settle(...), claims.settle(...) and so on, by the functions' names."""
    return [
        node
        for source in sources(chapter)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) or getattr(node.func, "attr", None))
        in names
    ]


def claimed(call: ast.Call) -> str:
    (first, *_) = call.args
    assert isinstance(first, ast.Constant), (
        f"{ast.unparse(call)}: the id must be a literal"
    )
    return first.value


@every_chapter
def test_code_that_is_shown_fits_the_column(chapter):
    """A page has room for 88 characters; what is longer is cut off at its most interesting end."""
    shown = [
        cell.source
        for cell in notebook(chapter).cells
        if cell.cell_type == "code"
        and not any(tag.startswith("hide") for tag in cell.metadata.get("tags", ()))
    ]
    wide = [line for code in shown for line in code.splitlines() if len(line) > 88]
    assert len(shown) > 20 and wide == []


# ── What the source says of claims and questions ──


def literals(node: ast.AST) -> list[str]:
    """The words of an evidence: string literals, without subscripts, calls' names and format specs."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.FormattedValue(value=value):
            return [] if isinstance(value, ast.Constant) else literals(value)
        case ast.Subscript(value=value):
            return literals(value)
        case ast.Compare() | ast.IfExp():
            return []
    return [text for child in ast.iter_child_nodes(node) for text in literals(child)]


# Numbers that name a thing and measure nothing: a formula, a layer, where the units start.
NAMES = r"y\(1 − y\)|\blayer \d+( of \d+)?|z ≈ \d+"
TYPED = re.compile(r"(?<![\w.])\d")


@pytest.mark.parametrize(
    ("text", "typed"),
    [("max is 0.25", True), ("12 % of", True), ("(3 of", True), ("W0, float32, x², log10", False),
     ("the slope y(1 − y)", False), ("at layer 1 of 20", False), ("9 layers", True), ("β1", False)],
)  # fmt: skip
def test_typed_numbers_are_recognized(text, typed):
    assert bool(TYPED.search(re.sub(NAMES, "", text))) == typed


@every_chapter
def test_verdicts_and_evidence_are_computed(chapter):
    """Catches settle("C6.9", True, "the gap is 1e-10"): a typed verdict, a typed number."""
    for call in calls(chapter, "settle"):
        claim, condition, evidence = claimed(call), *call.args[1:]
        names = {node.id for node in ast.walk(condition) if isinstance(node, ast.Name)}
        names -= set(dir(builtins))
        assert names, f"{claim}: the condition depends on nothing"
        if isinstance(condition, ast.Dict):
            constant = [v for v in condition.values if isinstance(v, ast.Constant)]
            assert not constant, f"{claim}: a condition is typed"
        measured = [
            node for node in ast.walk(evidence) if isinstance(node, ast.FormattedValue)
        ]
        assert measured, f"{claim}: the evidence measures nothing"
        for text in literals(evidence):
            assert not TYPED.search(re.sub(NAMES, "", text)), (
                f"{claim}: a number is typed: {text!r}"
            )


def settled(chapter: str) -> list[str]:
    return [claimed(call) for call in calls(chapter, "settle", "untestable")]


@every_chapter
def test_every_claim_and_question_of_the_page_is_settled_once_and_no_other(chapter):
    owed = {
        i["id"] for i in ITEMS.values() if i["page"] == chapter and i["kind"] == "claim"
    }
    assert Counter(settled(chapter)) == dict.fromkeys(owed, 1)


def test_no_claim_is_settled_on_two_pages():
    twice = Counter(claim for chapter in CHAPTERS for claim in settled(chapter))
    assert [claim for claim, n in twice.items() if n > 1] == []


@every_chapter
def test_every_question_of_the_page_is_answered_once(chapter):
    """A question's answer carries its id as a label: (q6-10)= for Q6.10."""
    answered = re.findall(r"^\(q(\d+)-(\d+)\)=$", prose(chapter), re.MULTILINE)
    owed = [
        i["id"]
        for i in ITEMS.values()
        if i["page"] == chapter and i["kind"] == "question"
    ]
    assert sorted(f"Q{a}.{b}" for a, b in answered) == sorted(owed)


@every_chapter
def test_references_lead_somewhere_on_the_page(chapter):
    text = prose(chapter)
    labels = re.findall(
        r"^\(([\w-]+)\)=$|^\$\$ \(([\w-]+)\)$|^:(?:name|label): ([\w-]+)$",
        text,
        re.MULTILINE,
    )
    labels = [name for names in labels for name in names if name]
    assert len(labels) == len(set(labels))
    used = re.findall(
        r"\{(?:eq|ref|numref)\}`(?:[^`<]*<)?([\w-]+)>?`|\]\(#([\w-]+)\)", text
    )
    assert {name for names in used for name in names if name} <= set(labels)


# ── What the stored outputs show ──


def outputs(chapter: str) -> list[nbformat.NotebookNode]:
    return [
        output for cell in notebook(chapter).cells for output in cell.get("outputs", [])
    ]


def images(chapter: str) -> list[dict]:
    """The attributes of every <img> in an output."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: (
        found.append(dict(attrs)) if tag == "img" else None
    )
    for output in outputs(chapter):
        parser.feed(output.get("data", {}).get("text/html", ""))
    return found


def said(chapter: str) -> list[str]:
    """All that outputs say in words: streams, plain text, and HTML without its pictures."""
    texts = []
    for output in outputs(chapter):
        data = output.get("data", {})
        texts += [
            output.get("text", ""),
            data.get("text/plain", ""),
            data.get("text/html", ""),
        ]
    return [re.sub(r"data:image/[^\"]*", "", text) for text in texts]


@every_chapter
def test_no_cell_ended_in_an_error_or_a_warning(chapter):
    """stderr holds warnings; a notebook that warns on our machine frightens a reader on theirs."""
    assert [
        o
        for o in outputs(chapter)
        if o.output_type == "error" or o.get("name") == "stderr"
    ] == []


MACHINE = re.compile(
    r"(?<![\w.])/(work|root|tmp|home|usr|opt|Users)/|site-packages|[A-Z]:\\\\Users"
)


@every_chapter
def test_no_path_of_a_machine_is_shown(chapter):
    pictures = [
        base64.b64decode(image["src"].split(",")[1]).decode()
        for image in images(chapter)
    ]
    assert pictures
    for text in said(chapter) + pictures:
        assert not MACHINE.search(text), MACHINE.search(text)


NEGATIVE_ZERO = re.compile(r"(?<![\w.])[-−]0(\.0*)?(?![\d.])(e[-+]\d+)?")


@pytest.mark.parametrize(
    ("text", "found"),
    [("[-0.000 1]", True), ("a -0. b", True), ("−0.00", True), ("-0", True), ("-0.001", False),
     ("1e-07", False), ("0.0", False), ("-0.5", False), ("10-0", False), ("-0.00e+00", True)],
)  # fmt: skip
def test_negative_zeros_are_recognized(text, found):
    assert bool(NEGATIVE_ZERO.search(text)) == found


@every_chapter
def test_no_negative_zero_and_no_nan_is_shown(chapter):
    """Rounding −1e−17 to −0.000 depends on the machine, and puzzles the reader."""
    for text in map(html.unescape, said(chapter)):
        text = re.sub(r"<[^>]*>", " ", text)
        assert not NEGATIVE_ZERO.search(text), text
        assert not re.search(r"\b(nan|NaN)\b", text), text


@every_chapter
def test_every_figure_has_alternative_text_with_its_caption(chapter):
    for output in outputs(chapter):
        data = output.get("data", {})
        assert not [kind for kind in data if kind.startswith("image/")], (
            "use show() for figures"
        )
        if "<figure" in data.get("text/html", ""):
            assert len(data["text/plain"]) > 20
    assert images(chapter)
    for image in images(chapter):
        assert len(image["alt"]) > 20 and image["alt"].endswith(".")


@every_chapter
def test_solutions_are_right_and_stubs_are_not_yet(chapter):
    for cell in notebook(chapter).cells:
        if cell.cell_type == "code" and "exercises.check_" in cell.source:
            word = (
                "right: "
                if "hide-cell" in cell.metadata.get("tags", [])
                else "not yet: "
            )
            assert cell.outputs[-1].data["text/plain"].startswith(word)


@every_chapter
def test_cards_in_the_notebook_are_those_of_the_source(chapter):
    assert sorted(cards(chapter)) == sorted(settled(chapter))


@functools.cache
def cards(chapter: str) -> dict[str, str]:
    """claim: verdict, from the committed notebook."""
    pattern = re.compile(r'data-claim="([^"]*)" data-verdict="([^"]*)"')
    return dict(match for text in said(chapter) for match in pattern.findall(text))


# ── Verdicts flip when their assumption does ──

# Each chapter's cases: (claim, what is replaced in its source as `plain` writes it, the verdict that follows)
FLIPS = [
    (chapter, *flip)
    for chapter in CHAPTERS
    for flip in importlib.import_module(f"cases.{chapter.split('_', 1)[1]}").FLIPS
]


class WithoutAsserts(ast.NodeTransformer):
    """The chapter's asserts guard the unchanged world; here the world is changed."""

    def visit_Assert(self, node: ast.Assert) -> ast.Pass:
        return ast.copy_location(ast.Pass(), node)


def names_of(code: CodeType) -> tuple[set[str], set[str]]:
    """Global names that a cell needs before it defines them, and names that it defines."""
    needed, defined = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in defined:
            needed.add(step.argval)
        elif step.opname == "STORE_NAME":
            defined.add(step.argval)
        elif isinstance(step.argval, CodeType):  # a function's body
            needed |= names_of(step.argval)[0] - defined
    return needed, defined


def cells_for(target: int, cells: list[CodeType]) -> list[int]:
    """`target` and the cells before it that define what it needs, or what those need."""
    chosen, wanted = {target}, names_of(cells[target])[0]
    while new := {i for i in range(target) if names_of(cells[i])[1] & wanted} - chosen:
        chosen |= new
        wanted = wanted.union(*(names_of(cells[i])[0] for i in new))
    return sorted(chosen)


def plain(source: str) -> str:
    """A cell in Python's own layout, so that no change here hangs on a line break or a quote."""
    return ast.unparse(WithoutAsserts().visit(ast.parse(source)))


def run_to(chapter: str, claim: str, changes=()) -> str:
    """The verdict on `claim` after the cells it needs were run with `changes` made to the source."""
    cells = [plain(source) for source in sources(chapter)]
    for old, new in changes:
        assert sum(cell.count(old) for cell in cells) == 1, f"not exactly once: {old}"
        cells = [cell.replace(old, new) for cell in cells]
    (target,) = (i for i, cell in enumerate(cells) if f"settle('{claim}'," in cell)
    codes = [
        compile(cell, f"{chapter}, code cell {i}", "exec")
        for i, cell in enumerate(cells[: target + 1], start=1)
    ]
    verdicts = {}
    stage = {
        "settle": lambda claim, condition, evidence: verdicts.update(
            {claim: claims.verdict(condition)[0]}
        ),
        "show": lambda *_, **__: None,
        "explore": lambda *_, **__: None,
    }
    space = {"__name__": chapter, "print": lambda *_, **__: None}
    for i in cells_for(target, codes):
        exec(codes[i], space)
        space |= stage  # after the imports have run
    return verdicts[claim]


@pytest.fixture
def in_chapters(monkeypatch):
    """Chapters read files relative to their folder; figures they leave open are closed."""
    monkeypatch.chdir(ROOT / "chapters")
    plt.switch_backend("Agg")
    yield
    plt.close("all")


@pytest.mark.parametrize(("chapter", "claim", "changes", "expected"), FLIPS)
def test_a_verdict_flips_with_its_assumption(
    in_chapters, chapter, claim, changes, expected
):
    assert cards(chapter)[claim] != expected
    assert run_to(chapter, claim, changes) == expected


@pytest.mark.parametrize(("chapter", "claim"), sorted({flip[:2] for flip in FLIPS}))
def test_an_unchanged_chapter_gives_the_verdict_of_its_card(
    in_chapters, chapter, claim
):
    """Otherwise a flip could be the work of the runner, which leaves out cells it takes for idle."""
    assert run_to(chapter, claim) == cards(chapter)[claim]


@every_chapter
def test_at_least_five_verdicts_of_every_chapter_flip(chapter):
    flipped = {claim for page, claim, *_ in FLIPS if page == chapter}
    assert len(flipped) >= min(5, len(set(cards(chapter))))
