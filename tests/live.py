"""Figures that move after the last cell has run: what they draw must still be what they drew from."""

import ast
import symtable


def rebound(sources: list[str]) -> list[str]:
    """A sentence about each moving figure that reads a name which a later cell binds to something else.

    Imports are left out: from some cell on, the library's function replaces one that the page built.
    """
    trees = [ast.parse(source) for source in sources]
    bound = [_bound(symtable.symtable(s, "page", "exec")) for s in sources]
    functions = {
        node.name: ast.unparse(node)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    problems = []
    for number, tree in enumerate(trees):
        later = set().union(*bound[number + 1 :])
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "explore":
                draw = ast.unparse(call.args[0])
                if lost := _reads(draw, functions) & later:
                    names = ", ".join(sorted(lost))
                    problems.append(
                        f"{draw} reads {names}, which a later cell binds again."
                    )
    return problems


def _bound(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell binds for the cells after it, other than by import."""
    found = table.get_symbols()
    return {s.get_name() for s in found if s.is_assigned() and not s.is_imported()}


def _reads(name: str, functions: dict[str, str]) -> set[str]:
    """The global names that a function reads, itself or in functions of the page that it calls."""
    names, waiting = set(), [name]
    while waiting:
        if source := functions.get(waiting.pop()):
            new = set(_globals(symtable.symtable(source, "page", "exec"))) - names
            names |= new
            waiting += new
    return names


def _globals(table: symtable.SymbolTable) -> list[str]:
    own = [s.get_name() for s in table.get_symbols() if s.is_global()]
    inner = [name for child in table.get_children() for name in _globals(child)]
    return inner + (own if table.get_type() != "module" else [])
