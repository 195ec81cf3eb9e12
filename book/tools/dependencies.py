"""What a page's outputs depend on: its source, and of the library the definitions and data that it reaches.

A page that calls `losses.softmax_cross_entropy` depends on that function, on what its body names, and so on;
not on its neighbors, and on no comment and no docstring. So an edit of the library executes few pages again.
"""

import ast
import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

PACKAGE = "dlnotes"
CLAIMS = "claims.json"
BENCHMARKS = "benchmarks/results.json"
ALWAYS = ("requirements.txt", "book/tools/notebooks.py", "book/tools/pairs.py")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Module(NamedTuple):
    """A file's statements by the name they define ("" for those that define none), and what it imports."""

    statements: dict[str, list[ast.stmt]]
    imports: dict[str, tuple[Path, str]]  # local name → file and name there, "" for all


def fingerprint(root: Path, source: Path) -> str:
    """One hash of everything that decides what the page `source` shows."""
    digest = hashlib.sha256(source.read_bytes())
    reached = definitions(source, root / "lib")
    for path in data_files(root, source, reached):
        own = own_items(path, source.stem) if path.name == CLAIMS else path.read_bytes()
        digest.update(path.name.encode() + own)
    for path, name in sorted(reached):
        for statement in read(path, root / "lib").statements[name]:
            digest.update(f"{path.stem}.{name} {ast.dump(statement)}".encode())
    return digest.hexdigest()


def definitions(source: Path, library: Path) -> set[tuple[Path, str]]:
    """The (file, name) of everything in the library that a page reaches."""
    found: set[tuple[Path, str]] = set()
    page = read(source, library)
    waiting = [use for name in page.statements for use in uses(page, name)]
    while waiting:
        path, name = waiting.pop()
        module = read(path, library)
        names = module.statements if name == "" else {name, ""}
        if name in module.imports:
            waiting.append(module.imports[name])
        for name in names:
            if name in module.statements and (path, name) not in found:
                found.add((path, name))
                waiting += [(path, used) for used in named(module, name)]
                waiting += uses(module, name)
    return found


def named(module: Module, name: str) -> set[str]:
    """The names in a statement that the same file defines."""
    nodes = [node for s in module.statements[name] for node in ast.walk(s)]
    words = {node.id for node in nodes if isinstance(node, ast.Name)}
    return words & module.statements.keys()


def uses(module: Module, name: str) -> Iterable[tuple[Path, str]]:
    """What a statement uses of other files: `relu` imported from one, or `F.relu`, or all of a bare `F`."""
    nodes = [node for s in module.statements[name] for node in ast.walk(s)]
    dotted = {}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted[id(node.value)] = node.attr
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in module.imports:
            path, there = module.imports[node.id]
            yield path, there or dotted.get(id(node), "")


def read(path: Path, library: Path) -> Module:
    """The parts of a file."""
    return parse(path.read_text("utf-8"), path, library)


@functools.cache
def parse(text: str, path: Path, library: Path) -> Module:
    """The parts of a source; none where it cannot be parsed, which whoever executes it will say."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Module({"": [ast.Expr(ast.Constant(text))]}, {})
    statements: dict[str, list[ast.stmt]] = {"": []}
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    for statement in tree.body:
        for name in defined(statement) or [""]:
            statements.setdefault(name, []).append(statement)
    imports = {
        alias.asname or alias.name: place
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (place := origin(node, alias.name, path, library))
    }
    return Module(statements, imports)


def defined(statement: ast.stmt) -> list[str]:
    """The names that a statement makes on the outermost level."""
    if isinstance(statement, DOCUMENTED):
        return [statement.name]
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return []
    targets = getattr(statement, "targets", None) or [statement.target]
    nodes = [node for target in targets for node in ast.walk(target)]
    return [
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def origin(
    node: ast.ImportFrom, name: str, path: Path, library: Path
) -> tuple[Path, str] | None:
    """Where an imported name stands: the file and the name in it; None for another library's."""
    if node.level:
        folder = path.parents[node.level - 1]
    elif node.module.partition(".")[0] == PACKAGE:
        folder = library
    else:
        return None
    for part in filter(None, (node.module or "").split(".")):
        folder = folder / part
    for file in (folder / f"{name}.py", folder / name / "__init__.py"):
        if file.exists():
            return file, ""
    for file in (folder / "__init__.py", folder.with_suffix(".py")):
        if file.exists():
            return file, name
    return None


def data_files(
    root: Path, source: Path, reached: Iterable[tuple[Path, str]]
) -> list[Path]:
    """Files that are no Python: those in `data` whose names stand in reached code, and what every page needs."""
    words = [
        node.value
        for path, name in reached
        for statement in read(path, root / "lib").statements[name]
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    files = [
        path
        for path in root.glob(f"lib/{PACKAGE}/data/*")
        if any(word.endswith(path.name) for word in words)
    ]
    files += [root / name for name in ALWAYS]
    if BENCHMARKS in source.read_text("utf-8"):
        files.append(root / BENCHMARKS)
    return sorted(path for path in files if path.exists())


def own_items(path: Path, page: str) -> bytes:
    """Of the list of claims what concerns one page: its items, and their twins on other pages."""
    claims = json.loads(path.read_text("utf-8"))
    ids = {item["id"] for item in claims["items"] if item["page"] == page}
    own = [i for i in claims["items"] if ids & {i["id"], i.get("twin")}]
    return json.dumps([claims["documents"], own], sort_keys=True).encode()
