"""Break the library, one small change at a time, and see whether the tests notice.

    python tests/mutate.py 60 --seed 3                      sixty changes, drawn at random
    python tests/mutate.py --only optim.py                  every change of one file
    python tests/mutate.py 9 --only losses.py --page 06b    does the notebook notice?

Each mutant changes one sign, factor, axis, comparison or call in a copy of the library. A survivor is
a hole in the tests, or a change without effect; EQUIVALENT lists the latter with the reason.
"""

import argparse
import ast
import contextlib
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LIBRARY = Path("lib/dlnotes")
# The tests of the library, and which of its files each was made for: it runs first, the others after it.
TESTS = {
    "functions": "activations arrays functional losses normalization",
    "conv": "conv pooling windows",
    "layers": "init layers network recurrent_layers",
    "optim": "optim schedules",
    "errors": "arguments kinds",
} | {
    name: name
    for name in "datasets decomposition experiments gradcheck metrics neighbors recurrent training".split()
}
SECONDS = 200  # for one run of the tests or of a notebook
# (file, before, after): why no test could see it
EQUIVALENT = {
    ("arrays.py", "gradient.shape[i + added] > 1", "gradient.shape[i + added] >= 1"):
        "the sum over an axis of length one is its entry",
    ("recurrent.py", "h[0]", "h[1]"): "only the shape of the state is used",
    ("recurrent.py", "c[0]", "c[1]"): "only the shape of the state is used",
    ("conv.py", "dy.shape[1] <= C", "dy.shape[1] < C"): "both ways give the same dx",
    ("optim.py", "norm <= limit", "norm < limit"): "at the limit the factor is 1",
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: the file, its line, what stood there, what stands there now, and the new source."""

    file: str
    line: int
    before: str
    after: str
    source: bytes

    @property
    def change(self) -> tuple[str, str, str]:
        return self.file, self.before, self.after

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  →  {self.after}"


# ── Making mutants ──

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COMPARISONS = {
    ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE], ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
}  # fmt: skip
AXES = {-1: -2, -2: -1, 0: 1, 1: 0}
DROPPED = "abs sqrt exp log log1p copy reversed sum mean float sum_to".split()
SWAPPED = {
    "mean": "sum", "sum": "mean", "max": "min", "min": "max",
    "maximum": "minimum", "minimum": "maximum",
}  # fmt: skip


def integer(node: ast.AST) -> int | None:
    """The value of an integer literal, also of a negative one."""
    match node:
        case ast.UnaryOp(ast.USub(), ast.Constant(int() as value)):
            return -value
        case ast.Constant(int() as value) if not isinstance(value, bool):
            return value
    return None


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of `node`."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
            if integer(right) is not None:
                yield left
            if isinstance(op, ast.Mult) and integer(left) is not None:
                yield right
        case ast.BinOp(left, ast.Pow()):
            yield left
        case ast.AugAssign(target, op, value):
            yield ast.Assign([target], value, lineno=0)
            if type(op) in OPERATORS:
                yield ast.AugAssign(target, OPERATORS[type(op)](), value)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand) if integer(node) is None:
            yield operand
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.Constant(2):
            yield ast.Constant(3)
        case ast.Attribute(value, "mT" | "T"):
            yield value
        case ast.keyword("axis", value) if integer(value) in AXES:
            yield ast.keyword("axis", ast.Constant(AXES[integer(value)]))
        case ast.Subscript(value, index) if integer(index) in AXES:
            yield ast.Subscript(value, ast.Constant(AXES[integer(index)]))
        case ast.Slice(lower, upper, step) if integer(lower) not in (None, 2):
            yield ast.Slice(ast.Constant(integer(lower) + 1), upper, step)
        case ast.Compare(left, ops, rights):
            for i, op in enumerate(ops):
                for other in COMPARISONS.get(type(op), []):
                    yield ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], rights)
        case ast.IfExp(test, body, otherwise):
            yield ast.IfExp(test, otherwise, body)
        case ast.Call():
            yield from other_calls(node)
        case ast.Expr(ast.Call()):
            yield ast.Pass()


def other_calls(call: ast.Call) -> Iterator[ast.AST]:
    """What is called upon, without the call, and the opposite call: the sum for the mean."""
    match call.func:
        case ast.Attribute(ast.Name("np" | "math"), name) | ast.Name(name):
            inner = call.args[0] if call.args else call
        case ast.Attribute(inner, name):
            pass
        case _:
            return
    if name in DROPPED:
        yield inner
    if name in SWAPPED and ast.unparse(call.func) != "sum":  # there is no plain mean
        opposite = ast.unparse(call.func).removesuffix(name) + SWAPPED[name]
        yield ast.Call(ast.Name(opposite), call.args, call.keywords)


def worth_changing(node: ast.AST, inside: bool = False) -> Iterator[ast.AST]:
    """What stands in the bodies of functions, without annotations, defaults and the messages of errors."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.arguments):
        return
    if inside:
        yield node
    if isinstance(node, ast.FunctionDef):
        children, inside = node.body, True
    else:
        skipped = getattr(node, "annotation", None)
        children = [c for c in ast.iter_child_nodes(node) if c is not skipped]
    for child in children:
        yield from worth_changing(child, inside)


def mutants(file: str) -> Iterator[Mutant]:
    """Every change of a file; the rest of its text stays as it is."""
    text = (ROOT / LIBRARY / file).read_bytes()
    starts = [0, *itertools.accumulate(map(len, text.splitlines(keepends=True)))]
    for old in worth_changing(ast.parse(text)):
        for new in variants(old):
            before, after = (" ".join(ast.unparse(n).split()) for n in (old, new))
            if before == after:
                continue
            bracketed = isinstance(new, ast.expr) and not isinstance(new, ast.Slice)
            start = starts[old.lineno - 1] + old.col_offset
            end = starts[old.end_lineno - 1] + old.end_col_offset
            put = f"({after})" if bracketed else after
            source = text[:start] + put.encode() + text[end:]
            yield Mutant(file, old.lineno, before, after, source)


# ── Trying them ──


def run(folder: Path, *command: str) -> str:
    """What pytest noticed in the copy of the book, or ''."""
    environment = os.environ | {
        "PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # loading them takes longer than most tests
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", *command],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "the time limit"
    if done.returncode == 0:
        return ""
    match = re.search(r"^(?:FAILED|ERROR) (?:\w+/)?(.*?)(?: - .*)?$", done.stdout, re.M)
    return match[1] if match else "a test run that does not start"


def noticed(folder: Path, file: str, page: str | None) -> str:
    """The test or the cell that fails, or ''."""
    if page:
        [notebook] = (folder / "chapters").glob(f"{page}_*.ipynb")
        return run(
            folder, "-p", "nbval.plugin", "--nbval", "--nbval-current-env",
            "--nbval-sanitize-with=tests/nbval_sanitize.cfg", f"chapters/{notebook.name}",
        )  # fmt: skip
    first = [t for t, files in TESTS.items() if Path(file).stem in files.split()]
    others = [t for t in TESTS if t not in first]
    first, others = ([f"tests/test_{t}.py" for t in tests] for tests in (first, others))
    return (first and run(folder, *first)) or run(folder, *others)


@contextlib.contextmanager
def copied_book() -> Iterator[Path]:
    """A folder with everything that the tests of the library and the notebooks read."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    with tempfile.TemporaryDirectory() as name:
        for part in ("lib", "tests", "chapters", "benchmarks"):
            shutil.copytree(ROOT / part, Path(name) / part, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", name)
        yield Path(name)


def surviving(chosen: list[Mutant], page: str | None) -> Iterator[Mutant]:
    """Try one mutant after the other; those that nobody notices."""
    with copied_book() as folder:
        problem = noticed(folder, "", page)
        assert not problem, f"the unchanged library fails {problem}"
        for i, mutant in enumerate(chosen, start=1):
            target = folder / LIBRARY / mutant.file
            unchanged = target.read_bytes()
            target.write_bytes(mutant.source)
            finder = noticed(folder, mutant.file, page)
            target.write_bytes(unchanged)
            print(f"{i:4d}/{len(chosen)} {mutant}\n          {finder or 'SURVIVED'}")
            if not finder:
                yield mutant


def arguments() -> argparse.Namespace:
    files = [f"{name}.py" for names in TESTS.values() for name in names.split()]
    files = [file for file in files if (ROOT / LIBRARY / file).exists()]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("count", type=int, nargs="?", help="try so many mutants, drawn at random")
    add("--seed", type=int, default=0, help="of the draw")
    add("--only", metavar="FILE", nargs="+", default=files, help="mutate these files")
    add("--page", metavar="06b", help="ask this notebook instead of the tests")
    add("--list", action="store_true", help="only print the mutants")
    return parser.parse_args()


def main() -> int:
    sys.stdout.reconfigure(line_buffering=True)
    options, started = arguments(), time.monotonic()
    found = [m for file in options.only for m in mutants(file)]
    for key in EQUIVALENT.keys() - {m.change for m in found}:
        if key[0] in options.only:
            print("EQUIVALENT names what is no longer there:", *key)
    chosen = [m for m in found if m.change not in EQUIVALENT]
    if options.count and options.count < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.count)
    if options.list:
        print(*chosen, sep="\n")
        return 0
    survivors = list(surviving(chosen, options.page))
    print(
        f"\n{len(chosen)} of {len(found)} mutants in {time.monotonic() - started:.0f} s: "
        f"{len(chosen) - len(survivors)} killed, {len(survivors)} survived"
    )
    for mutant in survivors:
        print(f"SURVIVED {mutant}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
