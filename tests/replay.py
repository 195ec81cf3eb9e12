"""Turns verdicts: makes the changes that a chapter's `turns` name, runs the cells it takes, and reports what follows.

    python tests/replay.py 06b_backpropagation      prints {claim: [verdict unchanged, verdict of each change]}

The cells that any verdict needs are run once. Where a change comes, the process forks: the copy goes on with the
changed cell, the original with its own, so what stands before a change is never run again. Where processes cannot
fork (Windows), each change starts from the first cell.
"""

import ast
import dis
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import jupytext
import matplotlib
from dlnotes import claims, explore

CHAPTERS = Path(__file__).parents[1] / "chapters"


class Settled(NamedTuple):
    """A call of settle: its claim, the cell it stands in, and its turns."""

    claim: str
    cell: int
    turns: dict[tuple[str, ...], str]


def code_cells(page: str) -> list[str]:
    cells = jupytext.read(CHAPTERS / f"{page}.py").cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def calls(source: str, *names: str) -> list[ast.Call]:
    """The calls of functions that go by these names, settle(...) as well as claims.settle(...)."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in names
    ]


def argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def without_turns(source: str) -> str:
    """The source with {} for the turns themselves, in which the changed text stands once more."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:n])) for n in range(len(lines))]
    text = source.encode()
    found = [argument(call, "turns") for call in calls(source, "settle")]
    for node in sorted(filter(None, found), key=lambda n: -n.lineno):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        text = text[:start] + b"{}" + text[end:]
    return text.decode()


def settled(sources: list[str]) -> list[Settled]:
    """Every claim that turns, in order."""
    found = []
    for number, source in enumerate(sources):
        for call in calls(source, "settle"):
            turns = argument(call, "turns")
            if turns is not None:
                found.append(
                    Settled(call.args[0].value, number, ast.literal_eval(turns))
                )
    return found


def changed(cells: list[str], change: tuple[str, ...]) -> list[str]:
    """The cells after the change; ValueError unless each text stands exactly once in the chapter's code."""
    for old, new in zip(change[::2], change[1::2], strict=True):
        places = sum(cell.count(old) for cell in cells)
        if places != 1:
            raise ValueError(f"{old!r} stands {places} times in the code, not once")
        cells = [cell.replace(old, new) for cell in cells]
    return cells


class WithoutAsserts(ast.NodeTransformer):
    """The chapter's asserts guard the unchanged world; here the world is changed."""

    def visit_Assert(self, node: ast.Assert) -> ast.Pass:
        return ast.copy_location(ast.Pass(), node)


def compiled(cells: list[str]) -> list[CodeType]:
    trees = (WithoutAsserts().visit(ast.parse(cell)) for cell in cells)
    return [compile(tree, f"code cell {i}", "exec") for i, tree in enumerate(trees, 1)]


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


def needed_for(target: int, codes: list[CodeType]) -> list[int]:
    """`target` and the cells before it that define what it needs, or what those need."""
    names = [names_of(code) for code in codes[: target + 1]]
    chosen, wanted = {target}, names[target][0]
    while new := {i for i in range(target) if names[i][1] & wanted} - chosen:
        chosen |= new
        wanted = wanted.union(*(names[i][0] for i in new))
    return sorted(chosen)


class Stage:
    """A namespace in which cells run; verdicts are noted, nothing is displayed."""

    def __init__(self):
        self.verdicts: dict[str, str] = {}
        quiet = dict.fromkeys(
            ("show", "explore", "recap", "by_definition", "untestable", "print"),
            lambda *_, **__: None,
        )
        self.fixed = quiet | {"settle": self.settle}
        for module in (claims, explore):  # before a cell imports and calls them
            for name in self.fixed.keys() & vars(module).keys():
                setattr(module, name, self.fixed[name])
        self.space = {"__name__": "chapter"} | self.fixed

    def settle(self, claim, *, holds=None, on="", cases=None, **_) -> None:
        self.verdicts[claim] = claims.verdict(holds, on, cases).word

    def run(self, codes: list[CodeType], numbers: Iterable[int]) -> None:
        for number in numbers:
            exec(codes[number], self.space)
            self.space |= self.fixed  # after the imports have run


def after(
    change: tuple[str, ...], call: Settled, cells: list[str], stage: Stage, start: int
) -> str:
    """The verdict after a change, from cell `start` on, or what went wrong."""
    try:
        codes = compiled(changed(cells, change))
        stage.run(codes, (i for i in needed_for(call.cell, codes) if i >= start))
        return stage.verdicts[call.claim]
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def turned(
    change: tuple[str, ...], call: Settled, cells: list[str], stage: Stage, start: int
) -> str:
    """`after` in a forked process, so that nothing of it is left here."""
    if not hasattr(os, "fork"):
        return after(change, call, cells, Stage(), 0)
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, after(change, call, cells, stage, start).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read().decode()
    os.wait()
    return said


def replay(page: str) -> dict[str, list[str]]:
    """For each claim that turns, its verdict and that after each of its changes."""
    sources = code_cells(page)
    cells = [without_turns(source) for source in sources]
    codes, found = compiled(cells), settled(sources)
    needed = {i for call in found for i in needed_for(call.cell, codes)}
    waiting = [(first_place(c, cells), call, c) for call in found for c in call.turns]
    stage, words = Stage(), {}
    for number in sorted(needed | {place for place, *_ in waiting}):
        for place, call, change in waiting:
            if place == number:
                words[call.claim, change] = turned(change, call, cells, stage, place)
        if number in needed:
            stage.run(codes, [number])
    return {
        call.claim: [
            stage.verdicts[call.claim],
            *(words[call.claim, change] for change in call.turns),
        ]
        for call in found
    }


def first_place(change: tuple[str, ...], cells: list[str]) -> int:
    """The first cell that the change touches, or the first of all if it does not stand where it should."""
    return min(
        (i for old in change[::2] for i, cell in enumerate(cells) if old in cell),
        default=0,
    )


if __name__ == "__main__":
    os.chdir(CHAPTERS)  # chapters read files relative to their folder
    matplotlib.use("Agg")
    print(json.dumps(replay(sys.argv[1])))
