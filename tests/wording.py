"""What the prose of a page refers to and does not have: sources, terms, the list's own questions."""

import re

CITATION = re.compile(r"\[(\d{4})[a-z]?\]\([^)]*bibliography\.md\)")
ENTRY = re.compile(r"@\w+\{[^@]*")
AUTHORS = re.compile(r"author\s*=\s*\{(.*)\},?\n")
YEAR = re.compile(r"year\s*=\s*\{(\d{4})\}")
# A term in brackets: one to eight Chinese characters, or several such words, after the English one.
BRACKET = re.compile(r"\(([^()\n]*[\u4e00-\u9fff][^()\n]*)\)")
WORD = re.compile(r"[\u4e00-\u9fff]+")
LONGEST_TERM = 8
# A phrase of the notes is quoted before it: "size of a vector" (向量大小), or *why …?* (为什么…).
QUOTED = ('"', "”", '"*', "?*", '*"')
QUESTION = re.compile(r"^\(q(\d+)-(\d+)\)=\n+:::\{admonition\} (.*)$", re.MULTILINE)
SHARED = 0.8  # of a title's words that must stand in the list's question; paraphrases of today have 0.82 and more


def authors_by_year(bibliography: str) -> dict[str, set[str]]:
    """From the text of a .bib file: for each year the last names of all who published in it."""
    found: dict[str, set[str]] = {}
    for entry in ENTRY.findall(bibliography):
        authors, year = AUTHORS.search(entry), YEAR.search(entry)
        if authors and year:
            names = re.split(r"\s+and\s+", authors[1])
            last = {name.partition(",")[0].strip("{} ") for name in names}
            found.setdefault(year[1], set()).update(last)
    return found


def citations_without_entry(text: str, known: dict[str, set[str]]) -> list[str]:
    """Sentences about the citations of which no author, named since the last one, has an entry of that year."""
    problems, end = [], 0
    for found in CITATION.finditer(text):
        before = text[max(end, found.start() - 90) : found.start()]
        names = known.get(found[1], set())
        if not any(re.search(rf"\b{re.escape(name)}\b", before) for name in names):
            words = " ".join(before.split()[-5:])
            problems.append(f"“{words} {found[1]}” is not in book/references.bib.")
        end = found.end()
    return problems


def terms_without_entry(text: str, glossary: set[str]) -> list[str]:
    """Sentences about the Chinese terms in brackets that the glossary does not explain."""
    problems = []
    for found in BRACKET.finditer(text):
        before = text[max(0, found.start() - 30) : found.start()]
        words = WORD.findall(found[1])
        quoted = before.rstrip().endswith(QUOTED) or re.search(r"[?:,]$", found[1])
        if quoted or any(len(word) > LONGEST_TERM for word in words):
            continue
        problems += [
            f"“{' '.join(before.split()[-3:])} ({found[1]})”: {word} is not in book/glossary.md."
            for word in words
            if word not in glossary
        ]
    return problems


def strange_titles(text: str, items: dict[str, dict]) -> list[str]:
    """Sentences about the questions whose title has another number than their label, or asks something else."""
    problems = []
    for chapter, place, title in QUESTION.findall(text):
        identifier = f"Q{chapter}.{place}"
        start = f"Question {chapter}.{place} · "
        asked = items.get(identifier, {}).get("statement", "")
        if not title.startswith(start):
            problems.append(f"{identifier}: its title must begin with “{start}”.")
        elif shared(title.removeprefix(start), asked) < SHARED:
            problems.append(
                f"{identifier} is titled “{title}”; the list asks “{asked}”"
            )
    return problems


def shared(title: str, asked: str) -> float:
    """The share of a title's words that stand, inflected perhaps, in the list's question."""
    own, listed = (
        {word[:5] for word in re.findall(r"[a-z]+", text.lower())}
        for text in (title, asked)
    )
    return len(own & listed) / max(1, len(own))
