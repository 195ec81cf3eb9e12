"""Exercises: the stub is "not yet", mistakes get a telling answer, and the chapter's own solution is right.

Solutions are read from the chapters, so that book and test cannot drift apart. The wrong answers of a
chapter stand in tests/cases.
"""

import ast
import importlib
from collections import Counter
from pathlib import Path

import jupytext
import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import losses
from dlnotes.exercises import Feedback

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.py"))


def topic(chapter: Path) -> str:
    """The name of a chapter without its number: that of its exercises and of its cases."""
    return chapter.stem.split("_", 1)[1]


CHECKS = {
    chapter: importlib.import_module(f"dlnotes.exercises.{topic(chapter)}")
    for chapter in CHAPTERS
}
EVERY = [
    pytest.param(chapter, name, id=f"{topic(chapter)}, {name}")
    for chapter, module in CHECKS.items()
    for name, function in vars(module).items()
    if name.startswith("check_") and function.__module__ == module.__name__
]
every_check = pytest.mark.parametrize(("chapter", "check"), EVERY)


def names(chapter: Path) -> list[str]:
    return sorted(param.values[1] for param in EVERY if param.values[0] == chapter)


class Recorder:
    """Stands for the module of checks: notes what a cell hands to which check."""

    def __init__(self):
        self.answers = {}

    def __getattr__(self, check: str):
        return lambda answer: self.answers.__setitem__(check, answer)


def answers(chapter: Path, solution: bool) -> dict:
    """What the chapter's cells hand to each check: its stubs, or its solutions."""
    recorder = Recorder()
    for cell in jupytext.read(chapter).cells:
        hidden = "hide-cell" in cell.metadata.get("tags", [])
        if (
            cell.cell_type == "code"
            and "exercises.check_" in cell.source
            and hidden == solution
        ):
            exec(
                compile(cell.source, str(chapter), "exec"),
                {"np": np, "F": F, "losses": losses, "exercises": recorder},
            )
    return recorder.answers


STUBS = {chapter: answers(chapter, solution=False) for chapter in CHAPTERS}
SOLUTIONS = {chapter: answers(chapter, solution=True) for chapter in CHAPTERS}


def run(chapter: Path, check: str, answer) -> str:
    with np.errstate(all="ignore"):
        feedback = getattr(CHECKS[chapter], check)(answer)
    assert isinstance(feedback, Feedback) and feedback.message.strip()
    return repr(feedback)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=topic)
def test_every_check_has_one_stub_and_one_solution(chapter):
    assert sorted(STUBS[chapter]) == sorted(SOLUTIONS[chapter]) == names(chapter)
    called = Counter(
        node.func.attr
        for cell in jupytext.read(chapter).cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names(chapter)
    )
    assert called == dict.fromkeys(names(chapter), 2)


@every_check
def test_stub_is_not_yet(chapter, check):
    for stub in (STUBS[chapter][check], None, ...):
        assert run(chapter, check, stub).startswith("not yet: replace the ...")


@every_check
def test_solution_is_right_and_stays_right(chapter, check):
    """Twice: a check must not change what it is given, nor depend on how often it ran."""
    solution = SOLUTIONS[chapter][check]
    first = run(chapter, check, solution)
    assert first.startswith("right: ") and run(chapter, check, solution) == first


@every_check
def test_code_that_raises_is_told_and_does_not_stop_the_page(chapter, check):
    if callable(SOLUTIONS[chapter][check]):
        said = run(chapter, check, lambda *_, **__: {}["W"])
        assert said.startswith("not right: your code raised KeyError: ")
    else:
        assert run(chapter, check, "much").startswith("not right: ")


@every_check
def test_an_answer_of_another_kind_is_not_right(chapter, check):
    for answer in (lambda *_: "?", lambda *_: (), "x", []):
        assert run(chapter, check, answer).startswith("not right: ")


MISTAKES = [
    (chapter, *mistake)
    for chapter in CHAPTERS
    for mistake in importlib.import_module(f"cases.{topic(chapter)}").MISTAKES
]


@pytest.mark.parametrize(("chapter", "check", "answer", "told"), MISTAKES)
def test_a_mistake_is_told(chapter, check, answer, told):
    said = run(chapter, check, answer)
    assert said.startswith("not right: ") and told in said


@pytest.mark.parametrize("chapter", CHAPTERS, ids=topic)
def test_at_least_three_mistakes_for_every_check(chapter):
    found = Counter(check for page, check, *_ in MISTAKES if page == chapter)
    assert set(found) == set(names(chapter)) and min(found.values()) >= 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_the_reader_can_still_interrupt(stop):
    def answer(*_):
        raise stop

    for chapter in CHAPTERS:
        for name in names(chapter):
            if callable(SOLUTIONS[chapter][name]):
                with pytest.raises(stop):
                    getattr(CHECKS[chapter], name)(answer)
