"""Reads verdicts and answers out of executed notebooks and compares them with the list of claims.

Nothing here knows Sphinx: the site draws the ledger from these records and fails on the problems,
and a test can ask for both.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dlnotes.cards import MIME, anchor

VERDICTS = ("TRUE", "FALSE", "IT DEPENDS", "BY DEFINITION", "UNTESTABLE")
_ANSWER = re.compile(r"^\((q\d+-\d+)\)=\s*$", re.MULTILINE)
_BOX = re.compile(r"\s*:::+\{admonition\}[^\n]*\n(?::[^\n]*\n)*\s*(.*?)(?:\n\s*\n|\n:::|$)", re.DOTALL)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z*($“\"])")
SHORT = 36  # characters: "Yes." and "In four ways." need the next sentence


@dataclass
class Record:
    """One item of the ledger as a page shows it: a settled claim or an answered question."""

    id: str
    page: str
    verdict: str = "ANSWERED"
    tested: str = ""
    result: str = ""
    control: str = ""
    card: bool = False
    answer: str = ""

    @property
    def anchor(self) -> str:
        """The id in the page: C6.10 → c6-10."""
        return anchor(self.id)


def load_claims(path: Path) -> dict:
    """The list of claims and questions, or an empty one where the file is not there yet."""
    if not path.exists():
        return {"documents": {}, "items": []}
    return json.loads(path.read_text(encoding="utf-8"))


def collect(notebooks: Iterable[Path]) -> list[Record]:
    """Every verdict and every answer label of the notebooks, in reading order."""
    return [record for notebook in notebooks for record in _of_notebook(notebook)]


def _of_notebook(path: Path) -> list[Record]:
    records = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            records += [
                Record(
                    "Q" + label[1][1:].replace("-", "."),
                    path.stem,
                    answer=opening(text[label.end() :]),
                )
                for label in _ANSWER.finditer(text)
            ]
        for output in cell.get("outputs", []):
            if found := output.get("data", {}).get(MIME):
                claim = found.pop("claim")
                records.append(Record(claim, path.stem, **found))
    return records


def opening(text: str) -> str:
    """The sentence an answer begins with, as it is written in the box that follows its label."""
    box = _BOX.match(text)
    if not box:
        return ""
    sentences = _SENTENCE.split(" ".join(box[1].split()))
    said = sentences.pop(0)
    while sentences and len(said) < SHORT:
        said += " " + sentences.pop(0)
    return said


def problems(records: list[Record], claims: dict, done: Iterable[str]) -> list[str]:
    """What keeps the ledger from being true, one sentence each; an empty list when nothing does.

    `done` names the finished pages: every item of theirs must be settled there, or have a twin that is settled.
    """
    items = {item["id"]: item for item in claims["items"]}
    return [*_wrong_records(records, items), *_missing(records, items, set(done))]


def _wrong_records(records: list[Record], items: dict[str, dict]) -> Iterable[str]:
    places: dict[str, str] = {}
    for record in records:
        item = items.get(record.id)
        if item is None:
            yield f"{record.page} settles {record.id}, which is not in the list of claims."
        elif "twin" in item:
            yield f"{record.page} settles {record.id}, whose verdict is that of {item['twin']}."
        elif record.page != item["page"]:
            yield f"{record.page} settles {record.id}, which belongs to {item['page']}."
        if record.id in places:
            yield f"{record.id} is settled twice: in {places[record.id]} and in {record.page}."
        if record.verdict not in (*VERDICTS, "ANSWERED"):
            yield f"{record.page} gives {record.id} the unknown verdict {record.verdict!r}."
        places[record.id] = record.page


def _missing(
    records: list[Record], items: dict[str, dict], done: set[str]
) -> Iterable[str]:
    settled = {record.id for record in records}
    for identifier, item in items.items():
        owed = item["page"] in done and "twin" not in item
        if owed and identifier not in settled:
            yield f"{item['page']} is finished but does not settle {identifier}."


def by_claim(records: list[Record], claims: dict) -> dict[str, Record]:
    """The record of every item that has one; twins share one."""
    found = {record.id: record for record in records}
    twins = {item["id"]: item["twin"] for item in claims["items"] if "twin" in item}
    return found | {id: found[twin] for id, twin in twins.items() if twin in found}


def surprising(item: dict, record: Record | None) -> bool:
    """Whether a verdict differs from what was expected before any experiment."""
    if record is None or item["kind"] != "claim":
        return False
    held = "TRUE" if record.verdict == "BY DEFINITION" else record.verdict
    return held != item.get("expected", held)
