"""The pipeline on small books of its own: pairs, execution, environment, and saving in JupyterLab."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from book.tools import formatting, keeping, notebooks, pair_checks, pairs, plan
from book.tools import lab as jupyterlab

ROOT = Path(__file__).parents[1]
FIRST = """\
# %% [markdown]
# # First

# %%
import ipywidgets
from IPython.display import display

print("some", flush=True)
print("text")
slider = ipywidgets.IntSlider()
display({"text/html": "<b>0</b>", "text/plain": "0", **slider._repr_mimebundle_()}, raw=True)

# %% tags=["hide-cell"] jupyter={"source_hidden": true}
1 + 1
"""
HEADER = (
    "# ---\n# jupyter:\n#   kernelspec: {display_name: P, name: python3}\n# ---\n\n"
)
SECOND = '# %%\nprint("second")\n'


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A book of two chapters, executed once."""
    root = tmp_path_factory.mktemp("book")
    (root / "chapters").mkdir()
    shutil.copy(ROOT / "jupytext.toml", root)
    (root / "chapters/01_first.py").write_text(FIRST)
    (root / "chapters/02_second.py").write_text(SECOND)
    assert notebooks.run(root) == 0
    return root


@pytest.fixture
def book(executed, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(executed, tmp_path / "book"))


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# ── Pairs ──


def test_pairs_in_step_have_no_problems(book):
    assert pair_checks.check_pairs(book) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("01_first.py", "1 + 1", "1 + 2", "cell 3 (`1 + 2`) has another source"),
        ("01_first.py", "# # First", "# # Fist", "cell 1 (`# Fist`) has another source"),
        ("01_first.py", 'tags=["hide-cell"] ', "", "cell 3 (`1 + 1`) has another metadata"),
        ("01_first.py", "# %% [markdown]\n# # First\n\n", "", "cell 1"),
        ("02_second.py", "# %%\n", "# %%\n2\n\n# %%\n", "cell 1 (`2`)"),
        ("02_second.py", 'd")\n', 'd")\n\n# %%\n2\n', "has 2 cells, the notebook 1"),
        ("02_second.py", "# %%\n", HEADER + "# %%\n", "JupyterLab would save"),
        ("01_first.ipynb", '"1 + 1"', '"1 + 2"', "cell 3 (`1 + 1`) has another source"),
        ("01_first.ipynb", '"hide-cell"', '"hide-input"', "another metadata"),
        ("01_first.ipynb", '"metadata": {},\n   "source"', '"metadata": {"a": 1},\n   "source"', "cell 1"),
        ("01_first.ipynb", '"execution_count": 1', '"execution_count": null', "count None"),
        ("01_first.ipynb", '"execution_count": 1', '"execution_count": 5', "count 5"),
        ("01_first.ipynb", '"text/html"', f'"{pairs.WIDGET}": {{}}, "text/html"', "tool or run"),
        ("01_first.ipynb", '"pygments_lexer"', '"version": "3", "pygments_lexer"', "tool or run"),
        ("01_first.ipynb", '"cells"', '"cels"', "cannot be read"),
    ],
)  # fmt: skip
def test_a_pair_out_of_step_is_noticed(book, file, old, new, complaint):
    edit(book / "chapters" / file, old, new)
    problems = pair_checks.check_pairs(book)
    assert problems and all(problem.startswith(file[:5]) for problem in problems)
    assert any(complaint in problem for problem in problems)


def test_a_changed_id_and_a_stored_error_are_noticed(book):
    path = book / "chapters/02_second.ipynb"
    notebook = nbformat.read(path, as_version=4)
    error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
    notebook.cells[0].outputs.append(error)
    path.write_text(pairs.dumps(notebook))
    assert "ended in an error" in pair_checks.check_pairs(book)[0]
    notebook.cells[0].id = "another"
    path.write_text(pairs.dumps(notebook))
    assert "another id" in pair_checks.check_pairs(book)[0]


def test_a_stored_warning_is_noticed(book):
    """It would name a folder of the machine that executed the page."""
    notebook = nbformat.read(book / "chapters/02_second.ipynb", 4)
    stream = nbformat.v4.new_output("stream", name="stderr", text="x.py:1: Warning: w")
    notebook.cells[0].outputs.append(stream)
    nbformat.write(notebook, book / "chapters/02_second.ipynb")
    (problem,) = pair_checks.check_pairs(book)
    assert "prints a warning: x.py:1" in problem


@pytest.mark.parametrize("suffix", ["py", "ipynb"])
def test_half_a_pair_is_noticed(book, suffix):
    (book / f"chapters/02_second.{suffix}").unlink()
    problems = pair_checks.check_pairs(book)
    assert len(problems) == 1 and problems[0].startswith("02_second: ")


def test_normalizing_keeps_content_and_drops_the_rest():
    stream = nbformat.v4.new_output("stream", text="a\n")
    error = nbformat.v4.new_output("stream", name="stderr", text="e\n")
    view = {pairs.WIDGET: {"model_id": "x"}}
    both = nbformat.v4.new_output("display_data", data={"text/plain": "p", **view})
    only = nbformat.v4.new_output("display_data", data=view)
    outputs = [stream, error, stream, both, only, stream]
    metadata = {"execution": {}, "tags": ["t"]}
    cells = [nbformat.v4.new_code_cell(source) for source in ("x\n\n", "x", "\n")]
    cells[0].update(outputs=outputs, metadata=metadata)
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"widgets": {}, "jupytext": {}}
    )
    once = pairs.normalize(notebook)
    assert [cell.source for cell in once.cells] == ["x", "x"]
    assert once.cells[0].metadata == {"tags": ["t"]}
    shown = [output.get("text") or output["data"] for output in once.cells[0].outputs]
    assert shown == ["a\na\n", "e\n", {"text/plain": "p"}, "a\n"]
    assert set(once.metadata) == {"kernelspec", "language_info"}
    assert pairs.dumps(pairs.normalize(once)) == pairs.dumps(once)
    assert once.cells[0].id != once.cells[1].id
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("above"))
    assert [c.id for c in pairs.normalize(notebook).cells[1:]] == [
        c.id for c in once.cells
    ]


def test_every_difference_is_counted(book):
    edit(book / "chapters/01_first.py", "# # First", "# # Fist")
    edit(book / "chapters/01_first.py", "1 + 1", "1 + 2")
    edit(
        book / "chapters/01_first.ipynb", '"execution_count": 1', '"execution_count": 5'
    )
    edit(
        book / "chapters/01_first.ipynb", '"execution_count": 2', '"execution_count": 6'
    )
    cells, counts = pair_checks.check_pairs(book)
    assert (
        "cell 1 (`# Fist`) has another source in the notebook (and 1 more cell)"
        in cells
    )
    assert "code cell 1" in counts and "(and 1 more cell)" in counts


def test_what_is_folded_on_the_site_must_be_folded_in_lab(book, capfd):
    edit(book / "chapters/01_first.py", ' jupyter={"source_hidden": true}', "")
    before = (book / "chapters/01_first.py").read_text()
    problems = pair_checks.check_pairs(book)
    assert any("cell 3 (`1 + 1`) is folded on the site only" in p for p in problems)
    formatting.run(book)
    assert (book / "chapters/01_first.py").read_text() == before.replace(
        'tags=["hide-cell"]', 'tags=["hide-cell"] jupyter={"source_hidden": true}'
    )
    assert pair_checks.check_pairs(book) == []


# ── Execution ──


def test_executing_twice_gives_the_same_bytes(book):
    notebook = book / "chapters/01_first.ipynb"
    first = notebook.read_bytes()
    again = pairs.dumps(notebooks.execute(book / "chapters/01_first.py"))
    assert again.encode() == first
    assert pairs.WIDGET.encode() not in first and b"<b>0</b>" in first


def test_content_and_not_time_decides_what_is_executed(book):
    pages = plan.existing(book)
    for path in book.rglob("*"):
        os.utime(path, (1, 1))
    assert notebooks.due(book, pages) == []
    edit(book / "chapters/02_second.ipynb", "{", " {")
    assert notebooks.due(book, pages) == ["02_second"]
    (book / "requirements.txt").write_text("numpy==3")
    assert notebooks.due(book, pages) == pages


def test_one_chapter_can_be_chosen(book, monkeypatch, capfd):
    (book / "requirements.txt").write_text("numpy==3")
    monkeypatch.setenv("CHAPTER", "2")
    assert notebooks.run(book) == 0
    assert notebooks.due(book, plan.existing(book)) == ["01_first"]
    said = capfd.readouterr().out
    assert "1 of 1 chapters" in said and "02_second" in said and " s\n" in said
    monkeypatch.setenv("CHAPTER", "17")
    with pytest.raises(SystemExit, match="no chapter 17; there are: 1, 2"):
        notebooks.run(book)


def test_two_chapters_are_executed_at_once(book, monkeypatch):
    """Each waits for a file that the other writes."""
    for name, mine, other in (("01_first", "a", "b"), ("02_second", "b", "a")):
        wait = f"while not pathlib.Path('{other}').exists(): time.sleep(0.05)"
        text = f"# %%\nimport pathlib, time\npathlib.Path('{mine}').touch()\n{wait}\n"
        (book / f"chapters/{name}.py").write_text(text)
    assert notebooks.refresh_all(book, ["01_first", "02_second"]) == []


def test_a_failing_chapter_is_named_and_left_alone_and_others_go_on(book, capfd):
    edit(book / "chapters/01_first.py", "1 + 1", "1 / 0")
    edit(book / "chapters/02_second.py", "second", "2nd")
    before = (book / "chapters/01_first.ipynb").read_bytes()
    assert notebooks.run(book) == 1
    said = capfd.readouterr().err
    for word in (
        "01_first",
        "cell 3 of 3",
        "`1 / 0`",
        "ZeroDivisionError: division by zero",
    ):
        assert word in said
    assert "\x1b" not in said
    assert (book / "chapters/01_first.ipynb").read_bytes() == before
    assert "2nd" in (book / "chapters/02_second.ipynb").read_text()
    assert sorted(path.name for path in (book / "chapters").iterdir()) == [
        "01_first.ipynb", "01_first.py", "02_second.ipynb", "02_second.py",
    ]  # fmt: skip
    notebooks.run(book)
    assert "01_first" in capfd.readouterr().err  # it is not taken for done


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "notebook.ipynb"
    path.write_text("old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        keeping.replace(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# ── What somebody wrote into a notebook ──


def write_into(notebook, source="my_answer = 42\n"):
    """Change the last cell as an editor does that knows nothing of the book, and leave its id."""
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][-1]["source"] = [source]
    notebook.write_text(json.dumps(content), "utf-8")


def kept(book, what="my_answer"):
    return [p for p in (book / keeping.FOLDER).rglob("*.*") if what in p.read_text()]


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.ipynb")))
def test_a_notebook_of_ours_is_told_from_an_edited_one(path):
    text = path.read_text("utf-8")
    assert not keeping.edited(text)
    cells = json.loads(text)["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])  # as another tool may write it
    assert not keeping.edited(json.dumps({"cells": cells[1:]}))
    own = {"cell_type": "code", "id": "mine", "source": ["1 + 1"]}
    assert keeping.edited(json.dumps({"cells": [*cells, own]}))
    cells[3]["source"] = ["mine"]
    assert keeping.edited(json.dumps({"cells": cells}))
    assert keeping.edited(text.replace("\n", "\n<<<<<<< HEAD\n", 1))


def test_executing_keeps_what_was_written_into_the_notebook(book, capfd):
    notebook = book / "chapters/02_second.ipynb"
    made = notebook.read_bytes()
    for answer in ("my_answer = 1", "my_answer = 2", "my_answer = 1"):
        write_into(notebook, answer)
        assert notebooks.run(book) == 0
        assert "02_second.ipynb was edited by hand; that version is kept in .kept/" in capfd.readouterr().err  # fmt: skip
        assert notebook.read_bytes() == made
    assert len(kept(book)) == 2  # the same content once
    assert [p.name for p in kept(book)] == ["02_second.ipynb"] * 2


def test_a_page_that_came_with_the_repository_is_not_executed(book):
    for name in ("lib/dlnotes/new.py", *notebooks.ALWAYS, notebooks.BENCHMARKS):
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text("\n")
    commit(book)
    pages = ["01_first", "02_second"]
    shutil.rmtree(book / ".cache")
    assert notebooks.due(book, pages) == []
    shutil.rmtree(book / ".cache")
    edit(book / "chapters/01_first.py", "First", "Edited")
    assert notebooks.due(book, pages) == ["01_first"]
    (book / "lib/dlnotes/new.py").write_text("x = 1\n")
    assert notebooks.due(book, pages) == ["01_first"]  # which the other does not reach
    shutil.rmtree(book / ".cache")
    assert notebooks.due(book, pages) == pages  # and whose stamp is lost


def commit(book):
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "core.autocrlf=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=book, check=True)


# ── JupyterLab ──


def signed(book, data, *names):
    with jupyterlab.NotebookNotary(data_dir=str(data)) as notary:
        found = [nbformat.read(book / "chapters" / name, 4) for name in names]
        return [notary.check_signature(notebook) for notebook in found]


def test_only_the_books_own_notebooks_are_trusted(book, tmp_path):
    """Somebody else's notebook is not, whether under a name of its own or of a chapter."""
    (book / "pyproject.toml").touch()
    commit(book)
    shutil.rmtree(book / ".cache")
    names = ["01_first.ipynb", "02_second.ipynb", "03_theirs.ipynb"]
    chapters = [book / "chapters" / name for name in names]
    shutil.copy(chapters[0], chapters[2])
    edit(chapters[2], "<b>0</b>", "<b>theirs</b>")
    jupyterlab.trust(book, tmp_path / "a")
    assert signed(book, tmp_path / "a", *names) == [True, True, False]
    edit(chapters[0], "<b>0</b>", "<b>also theirs</b>")
    edit(chapters[1].with_suffix(".py"), "second", "mine")
    notebooks.refresh(book, "02_second")
    jupyterlab.trust(book, tmp_path / "b")
    assert signed(book, tmp_path / "b", *names) == [False, True, False]


def answers(port: int) -> bool:
    """Whether somebody listens; the server writes its address down before it does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """`make lab` on a book, spoken to as JupyterLab speaks to it."""

    def __init__(self, root):
        options = "--no-browser --allow-root --port=0 --IdentityProvider.token=t"
        command = (
            "import pathlib; from book.tools.lab import run; run(pathlib.Path.cwd())"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", command],
            cwd=root,
            env=os.environ | {"ARGS": options, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
        )
        self.runtime = root / ".cache/jupyter/runtime"

    def url(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            for path in self.runtime.glob("jpserver-*[0-9].json"):
                if (text := path.read_text()) and answers(json.loads(text)["port"]):
                    return json.loads(text)["url"]
            time.sleep(0.1)
        pytest.fail("JupyterLab did not start")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "token t"}
        request = urllib.request.Request(
            self.url() + path, data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture
def lab(book):
    server = Server(book)
    yield server
    server.process.terminate()
    server.process.wait()


def test_a_save_in_jupyterlab_changes_nothing_but_what_was_edited(book, lab):
    files = [book / "chapters" / name for name in ("01_first.py", "01_first.ipynb")]
    before = [path.read_bytes() for path in files]
    where = "api/contents/chapters/01_first.ipynb"
    content = lab.call("GET", where)["content"]
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"random-{number}"
        cell["metadata"]["execution"] = {"iopub.status.busy": "now"}
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"][pairs.WIDGET] = {"model_id": "live"}
    content["cells"].append(nbformat.v4.new_code_cell(""))
    content["metadata"]["widgets"] = {"state": {}}
    model = {"type": "notebook", "format": "json", "content": content}
    lab.call("PUT", where, model)
    assert [path.read_bytes() for path in files] == before
    content["cells"][0]["source"] = "# Edited"
    lab.call("PUT", where, model)
    saved = lab.call("GET", where)["content"]
    assert all(cell["metadata"]["trusted"] for cell in saved["cells"])
    assert files[0].read_text().startswith("# %% [markdown]\n# # Edited\n")
    assert pair_checks.check_pairs(book) == []
    assert not kept(book, "")


def test_what_another_program_wrote_outlives_the_first_save_in_jupyterlab(book, lab):
    where = "api/contents/chapters/02_second.ipynb"
    model = lab.call("GET", where)
    write_into(book / "chapters/02_second.ipynb")
    lab.call("PUT", where, {"type": "notebook", "content": model["content"]})
    assert "my_answer" not in (book / "chapters/02_second.ipynb").read_text()
    assert len(kept(book)) == 1
