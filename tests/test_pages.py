"""Every page: what its source may say and what its stored outputs show. What only a finished page owes, drafts do not."""

import base64
import html
import re

import pytest
from dlnotes import claims
from dlnotes.cards import MIME
from live import rebound
from pages import (
    DONE,
    PAGES,
    ROOT,
    cells,
    every_page,
    images,
    outputs,
    path,
    prose,
    refuse,
    said,
    sources,
    unreadable,
)
from wording import (
    authors_by_year,
    citations_without_entry,
    strange_titles,
    terms_without_entry,
)

from book.tools import ledger, plan, terms

ITEMS = claims.ledger()["items"]
COLUMN = 88  # what is longer is cut off at its most interesting end


def test_every_page_is_planned():
    unplanned = [page for page in PAGES if page not in plan.BY_PAGE]
    assert unplanned == [], "book/tools/plan.py must name them"


@every_page
@pytest.mark.parametrize("suffix", ["py", "ipynb"])
def test_both_files_can_be_read(page, suffix):
    refuse(page, [problem] if (problem := unreadable(page, suffix)) else [])


# ── What the source says ──


@every_page
def test_a_figure_can_still_be_moved_when_all_cells_have_run(page):
    refuse(page, rebound(sources(page)))


@every_page
def test_code_that_is_shown_fits_the_column(page):
    refuse(
        page,
        [
            f"“{line.strip()}” is {len(line)} characters wide, the page {COLUMN}."
            for cell in cells(page, "py")
            if cell.cell_type == "code"
            and not any(tag.startswith("hide") for tag in cell.metadata.get("tags", ()))
            for line in cell.source.splitlines()
            if len(line) > COLUMN
        ],
    )


@every_page
def test_questions_are_answered_once_and_on_their_page(page):
    """A question's answer carries its id as a label: (q6-10)= for Q6.10."""
    labels = re.findall(r"^\(q(\d+)-(\d+)\)=$", prose(page), re.MULTILINE)
    answered = [f"Q{a}.{b}" for a, b in labels]
    owed = {
        i["id"] for i in ITEMS.values() if (i["page"], i["kind"]) == (page, "question")
    }
    problems = [
        f"{q} is answered twice." for q in set(answered) if answered.count(q) > 1
    ]
    problems += [f"{q} is not a question of this page." for q in set(answered) - owed]
    if page in DONE:
        problems += [f"{q} is not answered." for q in owed - set(answered)]
    refuse(page, problems)


@every_page
def test_a_question_is_titled_as_the_list_asks_it(page):
    refuse(page, strange_titles(prose(page), ITEMS))


@every_page
def test_citations_stand_in_the_bibliography(page):
    known = authors_by_year((ROOT / "book/references.bib").read_text("utf-8"))
    refuse(page, citations_without_entry(prose(page), known))


@every_page
def test_chinese_terms_stand_in_the_glossary(page):
    known = set(terms.read_terms(ROOT / terms.GLOSSARY))
    refuse(page, terms_without_entry(prose(page), known))


LABEL = re.compile(
    r"^\(([\w-]+)\)=$|^\$\$ \(([\w-]+)\)$|^:(?:name|label): ([\w-]+)$", re.MULTILINE
)
REFERENCE = re.compile(r"\{(?:eq|ref|numref)\}`(?:[^`<]*<)?([\w-]+)>?`|\]\(#([\w-]+)\)")


@every_page
def test_references_lead_somewhere_on_the_page(page):
    labels = [next(filter(None, names)) for names in LABEL.findall(prose(page))]
    used = {next(filter(None, names)) for names in REFERENCE.findall(prose(page))}
    twice = {label for label in labels if labels.count(label) > 1}
    refuse(
        page,
        [f"the label {label} is given twice." for label in sorted(twice)]
        + [f"there is no label {label}." for label in sorted(used - set(labels))],
    )


@every_page
def test_links_between_pages_lead_to_pages_that_exist(page):
    """And citations stand as words, since JupyterLab cannot resolve {cite}."""
    linked = re.findall(r"\]\((\w+)\.ipynb[)#]", prose(page))
    problems = [
        f"it links to {name}, which does not exist yet."
        for name in linked
        if not path(name, "py").exists()
    ]
    if "{cite" in prose(page):
        problems.append(
            "{cite} is used; write Author ([year](../book/bibliography.md))."
        )
    refuse(page, problems)


@every_page
def test_the_ledger_agrees_with_the_page(page):
    cells(page, "ipynb")  # skips where there is none
    listed = ledger.load_claims(ROOT / "lib/dlnotes/data/claims.json")
    records = ledger.collect([path(page, "ipynb")])
    owing = [page] if page in DONE else []
    refuse(page, ledger.problems(records, listed, owing))


# ── What the stored outputs show ──


@every_page
def test_no_cell_ended_in_an_error_or_a_warning(page):
    """stderr holds warnings; a notebook that warns on our machine frightens a reader on theirs."""
    refuse(
        page,
        [
            f"an output says “{output.get('text') or output.get('evalue')}”."
            for output in outputs(page)
            if output.output_type == "error" or output.get("name") == "stderr"
        ],
    )


KINDS = {"text/plain", "text/html", MIME}


@every_page
def test_outputs_are_of_the_kinds_that_the_site_shows(page):
    """Catches a bare figure and a widget's view, which a reader without a kernel would miss."""
    found = {kind for output in outputs(page) for kind in output.get("data", {})}
    refuse(page, [f"an output is of the kind {kind}." for kind in found - KINDS])


MACHINE = re.compile(
    r"(?<![\w.])/(work|root|tmp|home|usr|opt|Users)/|site-packages|[A-Z]:\\\\Users"
)


@every_page
def test_no_path_of_a_machine_is_shown(page):
    pictures = [
        base64.b64decode(image["src"].split(",")[1]).decode() for image in images(page)
    ]
    found = [MACHINE.search(text) for text in said(page) + pictures]
    refuse(page, [f"an output shows {match[0]}." for match in found if match])


NEGATIVE_ZERO = re.compile(r"(?<![\w.])[-−]0(\.0*)?(?![\d.])(e[-+]\d+)?")
UNDEFINED = re.compile(r"\b(nan|NaN)\b")


@pytest.mark.parametrize(
    ("text", "found"),
    [("[-0.000 1]", True), ("a -0. b", True), ("−0.00", True), ("-0", True), ("-0.001", False),
     ("1e-07", False), ("0.0", False), ("-0.5", False), ("10-0", False), ("-0.00e+00", True)],
)  # fmt: skip
def test_negative_zeros_are_recognized(text, found):
    assert bool(NEGATIVE_ZERO.search(text)) == found


@every_page
def test_no_negative_zero_and_no_nan_is_shown(page):
    """Rounding −1e−17 to −0.000 depends on the machine, and puzzles the reader."""
    words = [re.sub(r"<[^>]*>", " ", html.unescape(text)) for text in said(page)]
    found = [
        (pattern.search(text), text)
        for text in words
        for pattern in (NEGATIVE_ZERO, UNDEFINED)
    ]
    refuse(page, [f"{m[0]} is shown in “{text[:200]}”." for m, text in found if m])


@every_page
def test_every_figure_has_alternative_text_with_its_caption(page):
    bundles = [output.get("data", {}) for output in outputs(page)]
    problems = [
        f"a figure's sentence is only “{data['text/plain']}”."
        for data in bundles
        if "<figure" in data.get("text/html", "") and len(data["text/plain"]) <= 20
    ]
    problems += [
        f"a picture's alternative text is no sentence: “{image.get('alt')}”."
        for image in images(page)
        if len(image.get("alt", "")) <= 20 or not image["alt"].endswith(".")
    ]
    refuse(page, problems)


@every_page
def test_solutions_are_right_and_stubs_are_not_yet(page):
    problems = []
    for cell in cells(page, "ipynb"):
        if cell.cell_type == "code" and "exercises.check_" in cell.source:
            solved = "hide-cell" in cell.metadata.get("tags", [])
            word = "right: " if solved else "not yet: "
            shown = cell.outputs[-1].data["text/plain"] if cell.outputs else ""
            if not shown.startswith(word):
                first = cell.source.partition("\n")[0]
                problems.append(f"“{first}” must end in “{word}”, not in “{shown}”.")
    refuse(page, problems)


@pytest.mark.parametrize("page", DONE)
def test_a_finished_page_has_what_one_expects(page):
    """At least 6 exercises, 8 figures, and 3 that move."""
    shown = [o.get("data", {}).get("text/html", "") for o in outputs(page)]
    figures = [text for text in shown if "<figure" in text]
    counts = {
        "exercises": (prose(page).count(":class: exercise"), 6),
        "figures": (len(figures), 8),
        "moving figures": (sum("dl-moving" in text for text in figures), 3),
    }
    refuse(
        page,
        [
            f"it has {count} {what}, at least {least} are expected."
            for what, (count, least) in counts.items()
            if count < least
        ],
    )
