"""Answers and solutions that open and close: the browser's own disclosure, so no script is needed."""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx


class fold(nodes.General, nodes.Element):
    """What is folded, with its title as the first child."""


class fold_title(nodes.General, nodes.TextElement):
    """The line that stays visible."""


def fold_all(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold the admonitions of class `dropdown` and the cells tagged as hidden, in the same way."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(nodes.Admonition)):
        if "dropdown" in node["classes"]:
            title, *body = node.children
            node.replace_self(_folded(node, title.children, body))
    for parent in doctree.findall(nodes.container):
        for index, node in enumerate(parent.children):
            if isinstance(node, HideCodeCellNode):
                name = _name(node["prompt_show"])
                kind = name.lower().replace(" ", "-")
                title = [nodes.Text(name)]
                parent[index] = _folded(node, title, node.children, f"dl-{kind}")


def _name(prompt: str) -> str:
    """What a folded part of a cell is called; a whole cell is folded only where it is a solution."""
    if "content" in prompt:
        return "Worked solution"
    return "Code" if "source" in prompt else "Output"


def _folded(
    node: nodes.Element, title: list[nodes.Node], body: list[nodes.Node], *kinds: str
) -> fold:
    head = fold_title("", "", *title)
    return fold("", head, *body, ids=node["ids"], classes=["admonition", *kinds])


def _open(translator, node: fold) -> None:
    translator.body.append(translator.starttag(node, "details"))


def _close(translator, node: fold) -> None:
    translator.body.append("</details>\n")


def _open_title(translator, node: fold_title) -> None:
    translator.body.append("<summary>")


def _close_title(translator, node: fold_title) -> None:
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    app.add_node(fold, html=(_open, _close))
    app.add_node(fold_title, html=(_open_title, _close_title))
    app.connect("doctree-resolved", fold_all)
