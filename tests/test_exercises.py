"""Exercises: the stub is "not yet", every mistake gets its hint, and the chapter's own solution is right.

Everything follows from the declarations in dlnotes.exercises. Stubs and solutions are read from the chapters, so
that book and test cannot drift apart.
"""

import ast
import importlib
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import jupytext
import numpy as np
import pages
import pytest
from dlnotes.exercises import Exercise, Feedback
from dlnotes.exercises.answers import alike

CHAPTERS = [pages.path(page, "py") for page in pages.PAGES]


class Recorder:
    """Stands for the page's exercises: notes what a cell hands to which check."""

    def __init__(self):
        self.answers = {}
        self.calls = Counter()

    def __getattr__(self, check: str):
        def note(answer):
            self.answers[check] = answer
            self.calls[check] += 1

        return note


def imports(cells: list) -> str:
    """All that a chapter imports."""
    trees = [ast.parse(cell.source) for cell in cells]
    nodes = [node for tree in trees for node in tree.body]
    return "\n".join(
        ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)
    )


def handed_over(cells: list, file: Path, imported: str) -> Recorder:
    """What the cells hand to each check."""
    recorder = Recorder()
    for cell in cells:
        names = {}
        exec(imported, names)
        exec(compile(cell.source, str(file), "exec"), names | {"exercises": recorder})
    return recorder


def page(chapter: Path) -> SimpleNamespace | None:
    """The exercises of a chapter with their stubs and solutions; None if it has none."""
    code = [c for c in jupytext.read(chapter).cells if c.cell_type == "code"]
    cells = [cell for cell in code if "exercises.check_" in cell.source]
    if not cells:
        return None
    topic = chapter.stem.split("_", 1)[1]
    module = importlib.import_module(f"dlnotes.exercises.{topic}")
    solutions = [c for c in cells if "hide-cell" in c.metadata.get("tags", [])]
    stubs = [c for c in cells if c not in solutions]
    return SimpleNamespace(
        exercises={n: e for n, e in vars(module).items() if isinstance(e, Exercise)},
        stubs=handed_over(stubs, chapter, imports(code)),
        solutions=handed_over(solutions, chapter, imports(code)),
    )


PAGES, BROKEN = {}, {}
for chapter in CHAPTERS:
    try:
        PAGES[chapter.stem] = page(chapter)
    except Exception as error:  # one page's trouble is not the others'
        BROKEN[chapter.stem] = f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("chapter", [chapter.stem for chapter in CHAPTERS])
def test_a_page_has_one_stub_and_one_solution_for_every_exercise(chapter):
    if chapter in BROKEN:
        pytest.fail(f"the exercises of {chapter}: {BROKEN[chapter]}", pytrace=False)
    if found := PAGES[chapter]:
        once = dict.fromkeys(found.exercises, 1)
        assert found.stubs.calls == found.solutions.calls == once


EVERY = [
    pytest.param(
        exercise,
        found.stubs.answers.get(name),
        found.solutions.answers.get(name),
        id=f"{chapter}, {name}",
    )
    for chapter, found in PAGES.items()
    if found
    for name, exercise in found.exercises.items()
]
every_exercise = pytest.mark.parametrize(("exercise", "stub", "solution"), EVERY)
FUNCTIONS = [p for p in EVERY if not p.values[0].accepts]
every_function = pytest.mark.parametrize(("exercise", "stub", "solution"), FUNCTIONS)


def said(exercise: Exercise, answer) -> str:
    feedback = exercise(answer)
    assert isinstance(feedback, Feedback) and feedback.message.strip()
    return repr(feedback)


@every_exercise
def test_the_stub_is_not_yet(exercise, stub, solution):
    for answer in (stub, None, ...):
        assert said(exercise, answer).startswith("not yet: replace the ...")


@every_function
@pytest.mark.parametrize("nothing", [..., (..., ...), [..., 1.0]], ids=str)
def test_a_stub_that_returns_dots_is_not_yet(exercise, stub, solution, nothing):
    assert said(exercise, lambda *_: nothing).startswith("not yet: ")


def test_a_return_that_is_missing_on_some_path_is_told():
    """Catches "not yet: replace the ..." for an answer that was right before."""
    exercise = Exercise("the size", right=abs, cases=lambda rng: [(2.0,), (-3.0,)], mistakes={}, praise="x")  # fmt: skip

    def answer(x):
        if x > 0:
            return x

    assert "is a return missing?" in repr(exercise(answer))
    assert repr(exercise(lambda x: None)).startswith("not yet")


def test_a_forgotten_return_is_named():
    from dlnotes.exercises import backpropagation as b

    half = said(b.check_gain_backward, lambda X, g, dY: (dY * g, None))
    assert "dg is missing: it is None" in half
    assert "the pullback returns None" in said(
        b.check_project, lambda X, W: (X @ W @ W.T, lambda dY: None)
    )


class Remembering:
    """A layer that leaves what it needs on itself, where the next call overwrites it."""

    def __init__(self, f):
        self.f = f

    def __call__(self, x):
        value, self.pullback = self.f(x)
        return x + value, lambda dy: dy + self.pullback(dy)


def test_a_pullback_keeps_the_values_of_its_own_call():
    from dlnotes.exercises import backpropagation as b

    held, total = {}, []

    def overwritten(a, b):
        held.update(a=a, b=b)
        return a / b, lambda dy: (dy / held["b"], -dy * held["a"] / held["b"] ** 2)

    def piling_up(X, W):
        def backward(dY):
            total.append(X.T @ dY @ W + dY.T @ X @ W)
            return dY @ W @ W.T, sum(total)

        total.clear()
        return X @ W @ W.T, backward

    assert "after a later call" in said(b.check_divide, overwritten)
    assert "when it is called again" in said(b.check_project, piling_up)
    assert said(b.check_residual, Remembering).startswith("not right: ")


@every_exercise
def test_right_answers_are_right_and_stay_right(exercise, stub, solution):
    """Twice: a check must not change what it is given, nor depend on how often it ran."""
    for answer in (solution, exercise.right, *exercise.also_right, solution):
        assert said(exercise, answer) == f"right: {exercise.praise}"


@every_exercise
def test_every_mistake_is_told_with_its_hint(exercise, stub, solution):
    assert len(exercise.mistakes) >= 3
    for hint, mistake in exercise.slips:
        told = said(exercise, mistake)
        assert told.startswith("not right: ") and hint in told, f"{hint!r}: {told}"


@every_exercise
def test_wrong_answers_are_not_right(exercise, stub, solution):
    another_kind = ("x", [], 3.7, {}, object(), 1j, lambda *_: "?", lambda *_: ())
    unreadable = (
        lambda *_: [[1], [1, 2]],
        lambda *_: {},
        lambda *_: 1j,
        lambda *_: len,
    )
    for answer in (*exercise.wrong, *another_kind, *unreadable):
        told = said(exercise, answer)
        assert told.startswith("not right: ")
        assert answer in exercise.wrong or "your code raised" not in told


def first_result(exercise: Exercise, change):
    """The right answer with its first result changed."""

    def answer(*args):
        result = exercise.right(*args)
        if exercise.gradients or isinstance(exercise.name, tuple):
            return change(result[0]), *result[1:]
        return change(result)

    return answer


def test_zero_is_exact_unless_an_exercise_leaves_room_for_rounding():
    zero, nearly, wrong = np.zeros(2), np.full(2, 1e-13), np.full(2, 1e-11)
    assert not alike(nearly, zero, 1e-6)
    assert alike(nearly, zero, 1e-6, floor=1e-12)
    assert not alike(wrong, zero, 1e-6, floor=1e-12)


@every_function
@pytest.mark.parametrize(
    "change",
    [lambda v: np.asarray(v)[None], lambda v: 1.01 * np.asarray(v)],
    ids=["an axis too many", "a percent too much"],
)
def test_a_near_miss_is_not_right(exercise, stub, solution, change):
    if not exercise.words and exercise.apply is Exercise.apply:
        told = said(exercise, first_result(exercise, change))
        assert told.startswith("not right: ")


@every_function
def test_one_of_several_results_is_not_right(exercise, stub, solution):
    if isinstance(exercise.name, tuple) or exercise.gradients:
        told = said(exercise, lambda *args: exercise.right(*args)[0])
        assert told.startswith("not right: ")


def erring(*_, **__):
    nothing = {}
    return nothing["W"]


@every_function
def test_an_error_is_told_with_its_line(exercise, stub, solution):
    line = erring.__code__.co_firstlineno + 2
    told = f"your code raised KeyError: 'W', in line {line}: return nothing[\"W\"]"
    assert told in said(exercise, erring)


def arrays(args: tuple) -> list[int]:
    """Which of the arguments can be changed in place."""
    return [i for i, a in enumerate(args) if isinstance(a, np.ndarray | list)]


def changing(function, which: int):
    """`function`, or the function it returns, then changes one of its arrays in place."""

    def answer(*args):
        result = function(*args)
        if found := arrays(args):
            array = args[found[which]]
            array[0] = array[0] + array[0] + 1
        return changing(result, which) if callable(result) else result

    return answer


TAKES_ARRAYS = [p for p in FUNCTIONS if any(map(arrays, p.values[0].arguments()))]


@pytest.mark.parametrize(("exercise", "stub", "solution"), TAKES_ARRAYS)
def test_an_answer_that_changes_its_argument_is_told(exercise, stub, solution):
    for which, position in enumerate(arrays(exercise.arguments()[0])):
        told = f"changed its argument {exercise.argument_names[position]};"
        assert told in said(exercise, changing(exercise.right, which))


SEVERAL = [p for p in FUNCTIONS if isinstance(p.values[0].name, tuple)]


@pytest.mark.parametrize(("exercise", "stub", "solution"), SEVERAL)
def test_a_list_is_as_good_as_a_tuple(exercise, stub, solution):
    assert said(exercise, lambda *a: list(solution(*a))).startswith("right: ")


@every_function
def test_the_reader_can_still_interrupt(exercise, stub, solution):
    for stop in (KeyboardInterrupt, SystemExit):

        def answer(*_, stop=stop):
            raise stop

        with pytest.raises(stop):
            exercise(answer)
