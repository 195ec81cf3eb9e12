"""Break the library, one small change at a time, and see who notices: the tests, or the chapter?

    python tests/mutate.py [--only optim.py] [--count 50 --seed 1] [--no-chapter]

Each mutant changes one sign, factor, axis, comparison or call in a copy of the library. The tests
run first, then, for what they miss, nbval on every chapter. A survivor is a hole in the tests, or
a change without effect; EQUIVALENT lists the latter with the reason.
"""

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LIBRARY = Path("lib/dlnotes")
# Each file of the library with the tests that were made for it; these run first, the others after them.
FILES = {
    "activations.py": "test_functions.py", "arrays.py": "test_functions.py",
    "checks.py": "test_errors.py", "conv.py": "test_conv.py", "datasets.py": "test_datasets.py",
    "decomposition.py": "test_decomposition.py", "functional.py": "test_functions.py",
    "gradcheck.py": "test_gradcheck.py", "init.py": "test_layers.py", "layers.py": "test_layers.py",
    "losses.py": "test_functions.py", "metrics.py": "test_metrics.py", "network.py": "test_layers.py",
    "normalization.py": "test_functions.py", "optim.py": "test_optim.py", "pooling.py": "test_conv.py",
    "recurrent.py": "test_recurrent.py", "schedules.py": "test_optim.py", "training.py": "test_training.py",
    "windows.py": "test_conv.py",
}  # fmt: skip
TESTS = [*dict.fromkeys(FILES.values())]
COPIED = ["lib", "tests", "chapters", "benchmarks", "pyproject.toml", "jupytext.toml"]

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COMPARISONS = {
    ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE], ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
}  # fmt: skip
AXES = {-1: -2, -2: -1, 0: 1, 1: 0}
DROPPED = {
    "abs",
    "sqrt",
    "exp",
    "log",
    "log1p",
    "copy",
    "reversed",
    "sum",
    "mean",
    "float",
    "sum_to",
}
SWAPPED = {
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
}

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
    source: str


# ── Making mutants ──


def number(node: ast.AST) -> int | None:
    """The value of an integer literal, also of a negative one."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
    return None


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of `node`."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
            if isinstance(op, ast.Add | ast.Sub) and number(right) == 1:
                yield left  # off by one
            if isinstance(op, ast.Mult | ast.Div) and number(right) is not None:
                yield left
            if isinstance(op, ast.Mult) and number(left) is not None:
                yield right
        case ast.BinOp(left=left, op=ast.Pow()):
            yield left
        case ast.Slice(lower=lower, upper=upper, step=step) if (
            number(lower) is not None
        ):
            yield ast.Slice(ast.Constant(number(lower) + 1), upper, step)
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATORS:
            yield ast.AugAssign(target, OPERATORS[type(op)](), value)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if number(node) is None:
            yield operand
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.Constant() if number(node) == 2:
            yield ast.Constant(3)
        case ast.Attribute(value=value, attr="mT" | "T"):
            yield value
        case ast.keyword(arg="axis", value=value) if number(value) in AXES:
            yield ast.keyword("axis", ast.Constant(AXES[number(value)]))
        case ast.Subscript(value=value, slice=index, ctx=ctx) if number(index) in AXES:
            yield ast.Subscript(value, ast.Constant(AXES[number(index)]), ctx)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for i, op in enumerate(ops):
                for other in COMPARISONS.get(type(op), []):
                    yield ast.Compare(
                        left, [*ops[:i], other(), *ops[i + 1 :]], comparators
                    )
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Assign([target], value)
            if type(op) in OPERATORS:
                yield ast.AugAssign(target, OPERATORS[type(op)](), value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(func=func, args=args, keywords=keywords):
            name = getattr(func, "attr", getattr(func, "id", ""))
            method = isinstance(func, ast.Attribute) and not is_module(func.value)
            if name in DROPPED:
                yield func.value if method else args[0]
            if name in SWAPPED and isinstance(func, ast.Attribute):
                yield ast.Call(ast.Attribute(func.value, SWAPPED[name]), args, keywords)
            elif name in SWAPPED:
                yield ast.Call(ast.Name(SWAPPED[name]), args, keywords)
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()


def is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "math")


def put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    """Let `node` be the child of `parent` in that field, and in that place of it if it is a list."""
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def places(tree: ast.AST) -> dict[ast.AST, tuple[ast.AST, str, int | None]]:
    """Where each node hangs: its parent, the field, and the place in it if the field is a list."""
    found = {}
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                found[value] = parent, field, None
            elif isinstance(value, list):
                found |= {node: (parent, field, k) for k, node in enumerate(value)}
    return found


def worth_changing(file: str, tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes of functions, without annotations, messages of errors and, of datasets, all but split."""
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (file != "datasets.py" or node.name == "split")
    ]
    inner = {node for f in functions for node in ast.walk(f) if node is not f}
    outer = [f for f in functions if f not in inner]
    for function in outer:
        stack: list[ast.AST] = [*function.body]
        while stack:
            node = stack.pop(0)
            if isinstance(node, ast.Raise | ast.JoinedStr):
                continue
            yield node
            skipped = [
                getattr(node, "returns", None),
                getattr(node, "annotation", None),
            ]
            stack = [c for c in ast.iter_child_nodes(node) if c not in skipped] + stack


def shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def mutants(file: str) -> list[Mutant]:
    tree = ast.parse((ROOT / LIBRARY / file).read_text("utf-8"))
    plain, hangs, found = ast.unparse(tree), places(tree), {}
    for old in list(worth_changing(file, tree)):
        line = getattr(old, "lineno", getattr(getattr(old, "value", None), "lineno", 0))
        for new in variants(old):
            put(*hangs[old], new)
            source = ast.unparse(ast.fix_missing_locations(tree))
            put(*hangs[old], old)
            if source != plain:
                found.setdefault(
                    source, Mutant(file, line, shown(old), shown(new), source)
                )
    return list(found.values())


# ── Trying them ──


def run(command: list[str], folder: Path, seconds: float) -> tuple[int, str]:
    environment = os.environ | {
        "PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg",
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, "FAILED within the time limit"
    return done.returncode, done.stdout + done.stderr


def run_tests(folder: Path, file: str = "") -> str:
    """The test that notices a change in `file`, or ''."""
    first = FILES.get(file, TESTS[0])
    tests = [f"tests/{name}" for name in sorted(TESTS, key=lambda name: name != first)]
    code, text = run(["-m", "pytest", "-x", "-q", *tests], folder, 400)
    return noticed(text) if code else ""


def noticed(text: str) -> str:
    """The first test that pytest's summary names."""
    match = re.search(
        r"^(?:FAILED|ERROR) (?:\w+/)?(.*?)(?: - .*)?$", text, re.MULTILINE
    )
    return match[1] if match else "the tests do not start"


def run_chapters(folder: Path) -> str:
    """The notebook that notices, or ''."""
    for notebook in sorted((folder / "chapters").glob("*.ipynb")):
        command = ["-m", "pytest", "-x", "-q", "--nbval", "--nbval-current-env",
                   "--nbval-sanitize-with=tests/nbval_sanitize.cfg", f"chapters/{notebook.name}"]  # fmt: skip
        code, text = run(command, folder, 600)
        if code:
            return "nbval " + noticed(text)
    return ""


def prepare(folder: Path, chapters: bool) -> None:
    """A copy of the book that shadows the installed library, and passes its tests unchanged."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source,
                folder / name,
                ignore=shutil.ignore_patterns("__pycache__", ".*"),
            )
        elif source.exists():
            shutil.copy(source, folder / name)
    _, where = run(["-c", "import dlnotes; print(dlnotes.__file__)"], folder, 60)
    assert Path(where.strip()).is_relative_to(folder), (
        f"the copy is shadowed by {where}"
    )
    problem = run_tests(folder) or (chapters and run_chapters(folder))
    assert not problem, f"the unchanged library fails {problem}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--only",
        metavar="FILE",
        nargs="+",
        default=list(FILES),
        help="mutate these files of the library alone",
    )
    parser.add_argument(
        "--count", type=int, help="try so many mutants, drawn at random"
    )
    parser.add_argument("--seed", type=int, default=0, help="for --count")
    parser.add_argument("--no-chapter", action="store_true", help="skip nbval")
    parser.add_argument("--list", action="store_true", help="only print the mutants")
    options = parser.parse_args()

    chosen = [m for file in options.only for m in mutants(file)]
    if options.count:
        chosen = random.Random(options.seed).sample(
            chosen, min(options.count, len(chosen))
        )
    if options.list:
        print(
            *(f"{m.file}:{m.line}  {m.before}  →  {m.after}" for m in chosen), sep="\n"
        )
        return 0
    started, finders, survivors = time.monotonic(), Counter(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, not options.no_chapter)
        for i, mutant in enumerate(chosen, start=1):
            target = folder / LIBRARY / mutant.file
            unchanged = target.read_text("utf-8")
            target.write_text(mutant.source, "utf-8")
            reason = EQUIVALENT.get((mutant.file, mutant.before, mutant.after))
            finder = run_tests(folder, mutant.file)
            if not finder and not reason and not options.no_chapter:
                finder = run_chapters(folder)
            target.write_text(unchanged, "utf-8")
            verdict = finder or (f"equivalent: {reason}" if reason else "SURVIVED")
            finders[re.split(r"::|:", verdict)[0]] += 1
            survivors += [mutant] if verdict == "SURVIVED" else []
            print(
                f"{i:4d}/{len(chosen)} {mutant.file}:{mutant.line}  {mutant.before}  →  {mutant.after}\n"
                f"          {verdict}",
                flush=True,
            )
    print(f"\n{len(chosen)} mutants in {time.monotonic() - started:.0f} s")
    for finder, n in finders.most_common():
        print(f"{n:5d}  {finder}")
    for m in survivors:
        print(f"SURVIVED {m.file}:{m.line}  {m.before}  →  {m.after}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
