"""How a verdict looks: a card, a line that unfolds to one, a row of the closing table, plain text, and data.

The HTML is for JupyterLab and the site, the plain text for a terminal, and the JSON for the tools that make the
ledger, so that nobody has to read a verdict out of HTML.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MIME = "application/vnd.dlnotes.verdict+json"
LABELS = {"BY DEFINITION": "True by definition", "UNTESTABLE": "Why not"}


class Outcome(NamedTuple):
    """A control: what it is, what came of it, and whether it no longer differs from the claim."""

    name: str
    detail: str
    lost: bool = False


@dataclass(frozen=True)
class Card:
    """All that is shown of one verdict. `item` is the claim's entry in the list."""

    item: dict
    word: str
    tested: str
    evidence: str
    detail: str = ""
    controls: Sequence[Outcome] = ()
    turns: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    whole: bool = False

    @property
    def result(self) -> str:
        """The evidence and, behind it, the tally or the cases."""
        return " ".join(map(sentence, filter(None, (self.evidence, self.detail))))

    @property
    def control(self) -> str:
        """The controls in one sentence."""
        return sentence("; ".join(map(_control, self.controls)))


def _control(outcome: Outcome) -> str:
    lost = ", no longer apart from the claim" if outcome.lost else ""
    return f"{outcome.name}, {outcome.detail}{lost}"


def sentence(text: str) -> str:
    """The text with a capital, if it begins with a word and not with a symbol, and with a full stop, unless it has one."""
    text = re.sub(r"^[a-z]+(?=[ ,:])", lambda word: word[0].capitalize(), text.strip())
    return f"{text}." if text and text[-1] not in ".!?”)" else text


def anchor(identifier: str) -> str:
    """The fragment that links to a card or an answer: C6.10 is at #c6-10."""
    return identifier.lower().replace(".", "-")


def bundle(card: Card, documents: dict) -> dict:
    """The card as a MIME bundle."""
    data = {
        "claim": card.item["id"],
        "verdict": card.word,
        "tested": sentence(card.tested),
        "result": card.result,
        "control": card.control,
        "card": card.whole,
    }
    head = f"{card.item['id']} {card.word}: {card.item['statement']}"
    plain = "\n".join([head, *(f"{name}: {said}" for name, said in _rows(card))])
    return {"text/html": _html(card, documents), "text/plain": plain, MIME: data}


def _rows(card: Card) -> list[tuple[str, str]]:
    """What was tested, the result, the control."""
    rows = [
        (LABELS.get(card.word, "Tested"), sentence(card.tested)),
        ("Where to read" if card.word == "UNTESTABLE" else "Result", card.result),
        ("Control", card.control),
    ]
    return [(name, said) for name, said in rows if said]


def _html(card: Card, documents: dict) -> str:
    item = card.item
    name, outer = ("dl-verdict", "p") if card.whole else ("dl-verdict", "summary")
    statement = f'<span class="dl-statement">{html.escape(item["statement"])}</span>'
    head = f'<{outer} class="{name}"><b>{item["id"]}</b> <b>{card.word}</b> {statement}</{outer}>'
    rows = "".join(
        f"<p><b>{label}.</b> {html.escape(said)}</p>" for label, said in _rows(card)
    )
    source = f'<p class="dl-source">{sources(item, documents)}</p>'
    tag = "article" if card.whole else "details"
    return (
        f'<{tag} class="dl-claim" id="{anchor(item["id"])}" data-verdict="{card.word}" '
        f'aria-label="Verdict on claim {item["id"]}">'
        f"{head}{rows}{_turns(card.turns)}{source}</{tag}>"
    )


def _turns(turns: Mapping[tuple[str, ...], str]) -> str:
    """How to turn the verdict, folded."""
    if not turns:
        return ""
    ways = "".join(
        f"<li>{_change(change)}: {word}</li>" for change, word in turns.items()
    )
    return (
        f'<details class="dl-turns"><summary>Turn it</summary><ul>{ways}</ul></details>'
    )


def _change(change: tuple[str, ...]) -> str:
    """(old, new, old, new, …) in words."""
    return ", and ".join(
        f"put <code>{html.escape(new)}</code> for <code>{html.escape(old)}</code>"
        for old, new in zip(change[::2], change[1::2], strict=True)
    )


def sources(item: dict, documents: dict) -> str:
    """Where the notes say it: "title, line 29; also …: their words"."""
    also = [place.replace(" L", " ").split(" ", 1) for place in item.get("also", [])]
    places = [(item["document"], item["lines"]), *also]
    found = "; also ".join(_place(documents[name]["title"], at) for name, at in places)
    phrase = html.escape(item["phrase"])
    return found + (f': <span lang="zh">{phrase}</span>' if phrase else "")


def _place(title: str, lines: str) -> str:
    plural = "s" if set("-,") & set(lines) else ""
    return f"{titled(title)}, line{plural} {html.escape(lines.replace('-', '–'))}"


def titled(title: str) -> str:
    """A document's title, marked as Chinese where it is, so that it is spoken and drawn as such."""
    text = html.escape(title)
    return text if title.isascii() else f'<span lang="zh">{text}</span>'


def table(found: Sequence[Card]) -> dict:
    """The closing table of a chapter: claim, verdict, statement, evidence."""
    heads = ("claim", "verdict", "the notes say", "evidence")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        f'<tr data-verdict="{card.word}"><th scope="row"><a href="#{anchor(card.item["id"])}">{card.item["id"]}</a></th>'
        f'<td class="dl-word">{card.word}</td><td>{html.escape(card.item["statement"])}</td>'
        f"<td>{html.escape(card.result)}</td></tr>"
        for card in found
    )
    html_table = f'<table class="dl-recap"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    plain = "\n".join(f"{card.item['id']} {card.word}: {card.result}" for card in found)
    return {"text/html": html_table, "text/plain": plain}
