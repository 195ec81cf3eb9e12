"""Draws the ledger: what the notes claim and ask, what came of it, and where to look."""

import re
from collections.abc import Callable, Iterable
from html import escape

from dlnotes.cards import anchor, sources, titled

from .formulas import mathml
from .ledger import VERDICTS, Record, by_claim, surprising
from .plan import CHAPTERS, heading

Link = Callable[[str], str]  # from a page's name to its address as seen from the ledger

CONTROLS = """
<form class="dl-filter" data-filters="ledger" hidden role="search" aria-label="Filter the ledger">
  <label>Words <input type="search" name="words" autocomplete="off"></label>
  <label>Kind <select name="kind"><option value="">all</option>{kinds}</select></label>
  <label>Chapter <select name="page"><option value="">all</option>{pages}</select></label>
  <label>Verdict <select name="verdict"><option value="">all</option>{verdicts}</select></label>
  <label>Expected <select name="surprise"><option value="">all</option>{surprises}</select></label>
  <output aria-live="polite"></output>
</form>
"""


def tally(claims: dict, records: list[Record]) -> dict[str, int]:
    """The numbers the book quotes about itself, by name."""
    items, found = claims["items"], by_claim(records, claims)
    kinds = [item["kind"] for item in items]
    verdicts = [found[item["id"]].verdict for item in items if item["id"] in found]
    counts = {
        "claims": kinds.count("claim"),
        "questions": kinds.count("question"),
        "asked": sum(item.get("asked", False) for item in items),
        "reconstructed": sum(item.get("reconstructed", False) for item in items),
        "answered": verdicts.count("ANSWERED"),
        "surprises": sum(surprising(item, found.get(item["id"])) for item in items),
    }
    counts["settled"] = len(verdicts) - counts["answered"]
    return counts | {_name(verdict): verdicts.count(verdict) for verdict in VERDICTS}


def _name(verdict: str) -> str:
    return verdict.lower().replace(" ", "-")


def picture(counts: dict[str, int]) -> str:
    """One bar: of all claims, how many came out how, and how many are not yet tested."""
    shares = {verdict: counts[_name(verdict)] for verdict in VERDICTS}
    shares["NOT YET TESTED"] = counts["claims"] - counts["settled"]
    shares = {verdict: count for verdict, count in shares.items() if count}
    bar = "".join(
        f'<span data-verdict="{verdict}" style="flex-grow:{count}"></span>'
        for verdict, count in shares.items()
    )
    legend = "".join(
        f'<li data-verdict="{verdict}"><b>{count}</b> {verdict.lower()}</li>'
        for verdict, count in shares.items()
    )
    return (
        f'<figure class="dl-tally"><div aria-hidden="true">{bar}</div>'
        f"<figcaption>The {counts['claims']} claims of the notes: <ul>{legend}</ul></figcaption></figure>"
    )


def controls(pages: Iterable[str]) -> str:
    """The filter above the ledger; a script shows it, so that without one nothing dead stands."""
    verdicts = (*VERDICTS, "ANSWERED", "NOT YET TESTED")
    return CONTROLS.format(
        kinds=_options({"C": "claims", "Q": "questions"}),
        pages=_options({page: heading(page) for page in pages}),
        verdicts=_options({verdict: verdict.lower() for verdict in verdicts}),
        surprises=_options({"yes": "came out otherwise", "no": "as expected"}),
    )


def _options(names: dict[str, str]) -> str:
    return "".join(
        f'<option value="{value}">{escape(name)}</option>'
        for value, name in names.items()
    )


def pages_in_order(claims: dict) -> list[str]:
    """Every page that owns an item, in the order of the book."""
    order = [chapter.page for chapter in CHAPTERS]
    pages = {item["page"] for item in claims["items"]}
    return sorted(
        pages,
        key=lambda page: (order.index(page) if page in order else len(order), page),
    )


def chapter_html(
    page: str, claims: dict, records: dict[str, Record], link: Link, exists: bool
) -> str:
    """One page's part: the count and the items, folded away while the page is not written."""
    items = [item for item in claims["items"] if item["page"] == page]
    entries = "".join(
        _entry(item, records.get(item["id"]), claims["documents"], link)
        for item in items
    )
    listing = f'<ul class="dl-entries">{entries}</ul>'
    counts = _counts(items)
    if exists:
        part = f'<p>{counts}, tested in <a href="{link(page)}">the chapter</a>.</p>{listing}'
    else:
        part = (
            f"<details><summary>{counts}, not yet tested</summary>{listing}</details>"
        )
    return f'<div class="dl-ledger">{part}</div>'


def _counts(items: list[dict]) -> str:
    claims = sum(item["kind"] == "claim" for item in items)
    questions = len(items) - claims
    return f"{claims} claim{'s' * (claims != 1)} and {questions} question{'s' * (questions != 1)}"


def _entry(item: dict, record: Record | None, documents: dict, link: Link) -> str:
    verdict = record.verdict if record else "NOT YET TESTED"
    surprise = surprising(item, record)
    name = f"<b>{item['id']}</b>"
    if record:
        name = f'<a href="{link(record.page)}#{record.anchor}">{name}</a>'
    said = (
        [record.result, record.control and f"Control: {record.control}"]
        if record
        else []
    )
    rows = "".join(f'<p class="dl-evidence">{escape(row)}</p>' for row in said if row)
    if record and record.answer:
        rows += f'<p class="dl-answer">{prose(record.answer)}</p>'
    expected = f" <span>expected {item['expected'].lower()}</span>" if surprise else ""
    return (
        f'<li id="ledger-{anchor(item["id"])}" data-page="{item["page"]}" data-kind="{item["id"][0]}" '
        f'data-verdict="{verdict}"{_surprise(surprise, record)}>'
        f'<p class="dl-verdict">{name} <b>{verdict}</b>{expected}</p>'
        f'<p class="dl-statement">{escape(item["statement"])}{_origin(item)}</p>{rows}'
        f'<p class="dl-source">{sources(item, documents)}</p></li>'
    )


# What a sentence loses elsewhere: references within its chapter (named where they bear it), and Chinese terms in brackets.
_BEARING = re.compile(r"(?<= (?:and|but) )\{eq\}`[^`]*`")
_ASIDE = re.compile(r",?\s*\{\w+\}`[^`]*`|\s*\([\u4e00-\u9fff、]+\)")
_QUOTED = re.compile(r'"([^"]*)"')
_MARKS = (
    (re.compile(r"\[([^]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"`([^`]*)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"\*(.+?)\*"), r"<em>\1</em>"),
)


def prose(text: str) -> str:
    """A sentence of a chapter as HTML that stands alone: formulas set, links and references dropped."""
    text = _ASIDE.sub("", _BEARING.sub("an equation there", text))
    parts = re.split(r"\$([^$]+)\$", text)
    parts[1::2] = map(mathml, parts[1::2])
    parts[::2] = (escape(_QUOTED.sub("“\\1”", part)) for part in parts[::2])
    html = "".join(parts)
    for mark, instead in _MARKS:
        html = mark.sub(instead, html)
    return html


def _surprise(surprise: bool, record: Record | None) -> str:
    """Only what was tested can surprise."""
    if record is None or record.verdict == "ANSWERED":
        return ""
    return f' data-surprise="{"yes" if surprise else "no"}"'


def _origin(item: dict) -> str:
    """Where an item is not in so many words in the notes."""
    if item.get("reconstructed"):
        return " <i>(reconstructed: its figure is lost)</i>"
    if item.get("asked") is False:
        return " <i>(implied, not asked in so many words)</i>"
    return ""


def documents_html(claims: dict) -> str:
    """The five documents: title, what it means, what they are."""
    rows = ""
    for document in claims["documents"].values():
        meaning = f"{document.get('english', '')}: {document.get('note', '')}"
        rows += f"<dt>{titled(document['title'])}</dt><dd>{escape(meaning)}</dd>"
    return f'<dl class="dl-documents">{rows}</dl>'
