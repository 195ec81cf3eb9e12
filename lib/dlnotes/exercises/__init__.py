"""Exercises, each declared once: the right answer, the cases it is tried on, typical mistakes with their hints.

    check_square = Exercise(
        "x²",
        right=lambda x: x * x,
        cases=lambda rng: [(rng.standard_normal(3),), (np.full((2, 2), 1e12),)],
        mistakes={"a square is not twice the number": lambda x: 2 * x},
        praise="a number times itself",
    )

`check_square(answer)` tries the reader's function and says one of

    not yet: ...      the stub is untouched
    not right: ...    what was expected and what came, or the hint of the mistake that gives the same
    right: ...        the praise
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass

import numpy as np

from .answers import (
    NotYet,
    Wrong,
    alike,
    answered,
    ask,
    brief,
    describe,
    difference,
    numbers,
    several,
    word,
)

__all__ = [
    "SCALES",
    "Exercise",
    "Feedback",
    "Wrong",
    "answered",
    "brief",
    "numbers",
    "several",
]

SCALES = (1.0, 1e12, 1e-12)
SEED = 2016


@dataclass(frozen=True)
class Feedback:
    """What a check found; shows as its sentence."""

    status: str
    message: str

    def __repr__(self) -> str:
        return f"{self.status}: {self.message}"


def _same(some: list, others: list) -> bool:
    return all(map(alike, some, others, len(some) * [1e-12]))


def call(answer: Callable, *args):
    """How most answers are tried."""
    return answer(*args)


@dataclass(frozen=True, eq=False)
class Exercise:
    """A question with its right answer; called with the reader's answer, it gives Feedback and never raises.

    name: what feedback calls the result; a tuple of names where there are several.
    right, mistakes, wrong, also_right: answers as a reader would write them. `mistakes` maps a hint to the
        answer that deserves it; `wrong` ones get no hint of their own. The last two serve the tests alone.
    cases: rng → the tuples of arguments, or {what feedback calls them: arguments}. They are made anew for every
        answer, so that none sees what another did to them. First comes the case that tells most mistakes apart.
    gradients: their names, where the answer returns (value, pullback).
    words: the words to choose from, where the answer is one of them.
    apply: (answer, *arguments) → result, where that is more than a call.
    accepts: for an answer that is no function: raises Wrong unless it has the property that was asked for.
    tolerance: the largest error, relative to the largest entry of the expected result.
    floor: an error that always passes, where a result may be zero but for rounding.
    silent: no floating-point warning may appear.
    """

    name: str | tuple[str, ...]
    _: KW_ONLY
    right: object
    mistakes: dict[str, object]
    praise: str
    cases: Callable = lambda rng: []
    gradients: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    apply: Callable = call
    accepts: Callable | None = None
    tolerance: float = 1e-6
    floor: float = 0.0
    silent: bool = False
    wrong: tuple = ()
    also_right: tuple = ()

    def __call__(self, answer) -> Feedback:
        warned = "raise" if self.silent else "ignore"
        try:
            with np.errstate(
                divide=warned, over=warned, invalid=warned, under="ignore"
            ):
                self._examine(answered(answer))
        except NotYet:
            return Feedback(
                "not yet",
                "replace the ... by your answer, return it, and run the cell again",
            )
        except Wrong as wrong:
            return Feedback("not right", str(wrong))
        return Feedback("right", self.praise)

    def arguments(self) -> list[tuple]:
        """The arguments of every case, made anew."""
        cases = self.cases(np.random.default_rng(SEED))
        return list(cases.values() if isinstance(cases, dict) else cases)

    def _examine(self, answer) -> None:
        if self.accepts:
            self.accepts(answer)
            return
        if not callable(answer):
            raise Wrong(f"hand over a function, yours is {brief(answer)}")
        both = zip(self.arguments(), self.arguments(), strict=True)
        for case, (args, untouched) in enumerate(both):
            try:
                self._try(answer, case, args, untouched)
            except NotYet:
                if case == 0:
                    raise
                message = "your function returns nothing here; is a return missing?"
                raise Wrong(f"{message} (tried with {self.case(case)})") from None
            except Wrong as wrong:
                raise Wrong(f"{wrong} (tried with {self.case(case)})") from None

    @property
    def slips(self) -> list[tuple[str, object]]:
        """(hint, an answer that deserves it), one a pair."""
        return [
            (hint, answer)
            for hint, answers in self.mistakes.items()
            for answer in (answers if isinstance(answers, tuple) else (answers,))
        ]

    def _try(self, answer, case: int, args: tuple, untouched: tuple) -> None:
        """Compare result by result with the right answer, so that the first wrong one is told."""
        results, right = self.results(answer, args), self.results(self.right, untouched)
        given = []
        for name, got, expected in zip(self.names, results, right, strict=True):
            given.append(got)
            self._demand_unchanged(args, untouched)
            if not alike(got, expected, self.tolerance, self.floor):
                hint = self._hint(case, given, expected)
                raise Wrong(
                    f"{name}: {hint}" if hint else difference(name, got, expected)
                )

    def results(self, answer, args: tuple) -> Iterator:
        """The results of an answer, one after the other; Wrong where they are none."""
        result = answered(ask(answer, self.apply, answer, *args))
        if self.words:
            yield word(result, self.words)
        elif self.gradients:
            yield from self._value_and_gradients(answer, result)
        elif isinstance(self.name, str):
            yield numbers(self.name, result)
        else:
            yield from map(numbers, self.name, several(result, self.name))

    def _value_and_gradients(self, answer, result) -> Iterator[np.ndarray]:
        """The pullback is used twice, also after a later call of the answer, as a network with shared layers would."""
        value, backward = several(result, (self.name, "its pullback"))
        if not callable(backward):
            raise Wrong(f"the pullback must be a function, yours is {brief(backward)}")
        value = numbers(self.name, value)
        yield value
        dy, other = np.random.default_rng(6).standard_normal((2, *value.shape))
        first = self._pulled_back(answer, backward, dy)
        if not _same(first, self._pulled_back(answer, backward, dy)):
            raise Wrong("your pullback answers otherwise when it is called again")
        ask(answer, self.apply, answer, *self.arguments()[0])
        if not _same(first, self._pulled_back(answer, backward, dy)):
            raise Wrong(
                "after a later call your first pullback answers otherwise; let each call keep its own values"
            )
        yield from first
        yield from self._pulled_back(answer, backward, other)

    def _pulled_back(self, answer, backward, dy: np.ndarray) -> list[np.ndarray]:
        """The gradients that the pullback makes of dy."""
        given = dy.copy()
        gradients = ask(answer, backward, given)
        if not np.array_equal(dy, given):
            raise Wrong(
                "your pullback changed its argument; compute a new array instead"
            )
        if len(self.gradients) == 1:
            gradients = (gradients,)
        return list(map(numbers, self.gradients, several(gradients, self.gradients)))

    @property
    def names(self) -> tuple[str, ...]:
        """What feedback calls the results, in the order of `results`."""
        first = (self.name,) if isinstance(self.name, str) else self.name
        return first + 2 * self.gradients

    def _hint(self, case: int, given: list, expected) -> str | None:
        """The first mistake that gives the same up to here; rather one that is right on all cases before."""
        same = [
            (hint, mistake)
            for hint, mistake in self.slips
            if self._gives(mistake, case, given)
            and not self._gives(mistake, case, [*given[:-1], expected])
        ]
        for hint, mistake in same:
            right = (list(self.results(self.right, a)) for a in self.arguments())
            if all(self._gives(mistake, before, next(right)) for before in range(case)):
                return hint
        return same[0][0] if same else None

    def _gives(self, answer, case: int, results: list) -> bool:
        """Whether the answer's first results on a case are these."""
        own = self.results(answer, self.arguments()[case])
        try:
            near = (self.tolerance, self.floor)
            return all(alike(got, next(own), *near) for got in results)
        except (Wrong, NotYet):  # here the answer gives nothing
            return False

    @property
    def argument_names(self) -> list[str]:
        """What the arguments are called, by the signature of the right answer."""
        asked = self.right if self.apply is call else self.apply
        parameters = list(inspect.signature(asked).parameters.values())
        names = [p.name for p in parameters if p.default is p.empty]
        return names if self.apply is call else names[1:]

    def _demand_unchanged(self, args: tuple, untouched: tuple) -> None:
        for name, after, before in zip(
            self.argument_names, args, untouched, strict=True
        ):
            if not callable(before) and not np.array_equal(before, after):
                raise Wrong(
                    f"your function changed its argument {name}; compute a new array instead"
                )

    def case(self, number: int) -> str:
        """What feedback calls the case: its name, or its arguments."""
        cases = self.cases(np.random.default_rng(SEED))
        if isinstance(cases, dict):
            return list(cases)[number]
        return ", ".join(map(describe, self.argument_names, cases[number]))
