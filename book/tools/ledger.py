"""Reads verdicts and answers out of executed notebooks and compares them with the list of claims.

Nothing here knows Sphinx: the site draws the ledger from these records and fails on the problems,
and a test can ask for both.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

VERDICTS = ("TRUE", "FALSE", "IT DEPENDS", "UNTESTABLE")
_ANSWER = re.compile(r"^\((q\d+-\d+)\)=\s*$", re.MULTILINE)
_PARTS = {"dl-statement": "statement", "dl-evidence": "evidence"}


@dataclass
class Record:
    """One item of the ledger as a chapter shows it: a settled claim or an answered question."""

    id: str
    page: str
    anchor: str
    verdict: str = "ANSWERED"
    statement: str = ""
    evidence: str = ""


class _Cards(HTMLParser):
    """Collects the claim cards of one output."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.records, self._field = page, [], ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "data-claim" in values:
            self.records.append(
                Record(
                    values["data-claim"],
                    self.page,
                    values.get("id", ""),
                    values.get("data-verdict", ""),
                )
            )
        elif tag == "p" and self.records:
            self._field = _PARTS.get(values.get("class", ""), "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._field = ""

    def handle_data(self, data: str) -> None:
        if self._field:
            setattr(
                self.records[-1],
                self._field,
                getattr(self.records[-1], self._field) + data,
            )


def load_claims(path: Path) -> dict:
    """The list of claims and questions, or an empty one where the file is not there yet."""
    if not path.exists():
        return {"documents": {}, "items": []}
    return json.loads(path.read_text(encoding="utf-8"))


def anchor(identifier: str) -> str:
    """The id in the page of a claim's card or a question's answer: C6.10 → c6-10."""
    return identifier.lower().replace(".", "-")


def collect(notebooks: Iterable[Path]) -> list[Record]:
    """Every claim card and every answer label of the notebooks, in reading order."""
    return [record for notebook in notebooks for record in _of_notebook(notebook)]


def _of_notebook(path: Path) -> list[Record]:
    records = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            labels = _ANSWER.findall("".join(cell["source"]))
            records += [
                Record("Q" + label[1:].replace("-", "."), path.stem, label)
                for label in labels
            ]
        for output in cell.get("outputs", []):
            cards = _Cards(path.stem)
            cards.feed("".join(output.get("data", {}).get("text/html", "")))
            records += cards.records
    return records


def problems(records: list[Record], claims: dict, finished: Iterable[str]) -> list[str]:
    """What keeps the ledger from being true, one sentence each; an empty list when nothing does.

    `finished` names the pages that exist: every item of theirs must be settled there.
    """
    items = {item["id"]: item for item in claims["items"]}
    return [*_wrong_records(records, items), *_missing(records, items, set(finished))]


def _wrong_records(records: list[Record], items: dict[str, dict]) -> Iterable[str]:
    places: dict[str, str] = {}
    for record in records:
        if record.id not in items:
            yield f"{record.page} settles {record.id}, which is not in the list of claims."
        elif record.page != items[record.id]["page"]:
            yield f"{record.page} settles {record.id}, which belongs to {items[record.id]['page']}."
        if record.id in places:
            yield f"{record.id} is settled twice: in {places[record.id]} and in {record.page}."
        if record.verdict not in (*VERDICTS, "ANSWERED"):
            yield f"{record.page} gives {record.id} the unknown verdict {record.verdict!r}."
        if record.anchor != anchor(record.id):
            expected = anchor(record.id)
            yield f"{record.page} shows {record.id} with the id {record.anchor!r}, not {expected!r}."
        places[record.id] = record.page


def _missing(
    records: list[Record], items: dict[str, dict], finished: set[str]
) -> Iterable[str]:
    settled = {record.id for record in records}
    for identifier, item in items.items():
        if item["page"] in finished and identifier not in settled:
            yield f"{item['page']} is finished but does not settle {identifier}."
