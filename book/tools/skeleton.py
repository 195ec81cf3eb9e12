"""`make chapter CHAPTER=05a`: the files a page consists of, with everything in its place, to be filled in."""

import json
import sys
from pathlib import Path
from string import Template

from book.tools import plan

CLAIMS = "lib/dlnotes/data/claims.json"
NEXT = """\
1. Write {source}, which lists what the page owes, and declare its exercises in {exercises}.
2. make notebooks CHAPTER={short} executes it, make book shows it as a draft, make test CHAPTER={short} checks it.
3. New sources go to book/references.bib, new terms to book/glossary.md; all settled? Write `done` in book/tools/plan.py."""


class Form(Template):
    """A template with marks such as @title, since $ and {} mean something in a chapter."""

    delimiter = "@"


def run(root: Path) -> int:
    """Write the files of one page that are not there yet, and say what comes next."""
    pages = plan.chosen([chapter.page for chapter in plan.CHAPTERS])
    if len(pages) != 1:
        some = " or ".join(page.partition("_")[0] for page in pages[:2])
        print(f"Say which page, for example: make chapter CHAPTER={some}.", file=sys.stderr)  # fmt: skip
        return 2
    (page,) = pages
    source, exercises = f"chapters/{page}.py", plan.exercises_file(page)
    marks = fillings(root, plan.BY_PAGE[page])
    for name, form in ((source, "chapter"), (exercises, "exercises")):
        path = root / name
        if path.exists():
            print(f"{name} is there already and stays as it is.")
            continue
        text = (root / f"book/templates/{form}.txt").read_text("utf-8")
        path.write_text(Form(text).substitute(marks), "utf-8", newline="\n")
        print(f"{name} is written.")
    short = page.partition("_")[0]
    print(NEXT.format(source=source, exercises=exercises, short=short))
    return 0


def fillings(root: Path, chapter: plan.Chapter) -> dict[str, str]:
    """What is put in place of the marks."""
    items = json.loads((root / CLAIMS).read_text("utf-8"))["items"]
    return {
        "title": chapter.title,
        "topic": Path(plan.exercises_file(chapter.page)).stem,
        "number": chapter.number,
        "chapter": chapter.number.rstrip("abc"),
        "needs": needs(chapter),
        "owed": "\n".join(
            f"# {item['id']}: {item['statement']}"
            for item in items
            if item["page"] == chapter.page and "twin" not in item
        ),
    }


def needs(chapter: plan.Chapter) -> str:
    """The pages it builds on, named as the plan has them."""
    names = [f"Chapter {number}" for number in chapter.needs]
    return " and ".join(names) or "school calculus and Python with NumPy"
