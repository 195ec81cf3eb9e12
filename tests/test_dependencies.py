"""Which changes of the library, the list and the data ask for a page to be executed again."""

import json

import pytest

from book.tools.dependencies import data_files, definitions, fingerprint

PAGE = """\
# %%
from dlnotes import functional as F, losses
from dlnotes.exercises import first as exercises
from dlnotes.data import digits

F.relu(losses.SCALE * digits())
exercises.check_one(1)
"""
LIBRARY = {
    "__init__": '"""The map."""',
    "functional": "from .units import relu, tanh\n\n\ndef softmax(x):\n    return x",
    "units": '''\
from . import checks
from .checks import takes

LIMIT = 1
table = {}
table["relu"] = LIMIT


@takes("x")
def relu(x):
    """max(x, 0)."""
    return max(x, 0)  # a comment


def tanh(x):
    return checks.finite(x)
''',
    "checks": "def takes(x):\n    return helper\n\n\ndef helper(f):\n    return f\n\n\ndef finite(x):\n    return x",
    "losses": "SCALE = 2\nOTHER = 3",
    "data": 'def digits():\n    return open("digits.npz")\n\n\ndef words():\n    return open("words.txt")',
    "claims": 'PATH = "data/claims.json"',
    "exercises/__init__": "def make():\n    return 1",
    "exercises/first": "from . import make\nfrom .. import claims\n\ncheck_one = make()\ncheck_two = claims.PATH",
}
ITEMS = [{"id": "C1.1", "page": "01_first"}, {"id": "C2.1", "page": "02_second"}]


@pytest.fixture
def book(tmp_path):
    for name, text in LIBRARY.items():
        path = tmp_path / f"lib/dlnotes/{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "lib/dlnotes/data").mkdir()
    (tmp_path / "lib/dlnotes/data/digits.npz").write_text("1")
    (tmp_path / "lib/dlnotes/data/words.txt").write_text("1")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/01_first.py").write_text(PAGE)
    return tmp_path


def changed(book, file: str, old: str, new: str) -> bool:
    """Whether a page must be executed again after an edit."""
    source, path = book / "chapters/01_first.py", book / "lib/dlnotes" / file
    before = fingerprint(book, source)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return fingerprint(book, source) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("../../chapters/01_first.py", "# %%", "# %% tags=[]"),
        ("units.py", "max(x, 0)  #", "max(x, 1)  #"),  # reached through F.relu
        ("units.py", "LIMIT = 1", "LIMIT = 2"),  # named by a statement that always runs
        ("units.py", 'table["relu"]', 'table["tanh"]'),
        ("checks.py", "return helper", "return None"),  # the decorator
        ("checks.py", "return f", "return 1"),  # what the decorator names
        ("losses.py", "SCALE = 2", "SCALE = 4"),
        ("exercises/__init__.py", "return 1", "return 2"),
        ("exercises/first.py", "check_one = make()", "check_one = None"),
        ("data/digits.npz", "1", "2"),
        ("functional.py", "import relu", "import tanh as relu"),
    ],
)
def test_what_a_page_reaches_counts(book, file, old, new):
    assert changed(book, file, old, new)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("__init__.py", "map", "plan"),
        ("functional.py", "return x", "return 2 * x"),
        ("units.py", "a comment", "another"),
        ("units.py", "max(x, 0).", "The ramp."),
        ("units.py", "return max(x, 0)", "return max(\\n        x, 0\\n    )"),
        ("units.py", "checks.finite(x)", "x"),
        ("checks.py", "return x", "return 2 * x"),
        ("losses.py", "OTHER = 3", "OTHER = 4"),
        ("exercises/first.py", "check_two = claims.PATH", "check_two = 2"),
        ("data/words.txt", "1", "2"),
    ],
)
def test_neighbors_comments_and_docstrings_do_not_count(book, file, old, new):
    assert not changed(book, file, old.replace("\\n", "\n"), new.replace("\\n", "\n"))


def test_of_the_list_the_pages_own_items_count(book):
    (book / "chapters/01_first.py").write_text("from dlnotes.claims import PATH\nPATH")
    path = book / "lib/dlnotes/data/claims.json"
    path.write_text(json.dumps({"documents": {}, "items": ITEMS}))
    assert not changed(book, "data/claims.json", "C2.1", "C2.2")
    assert changed(book, "data/claims.json", "C1.1", "C1.2")
    path.write_text(json.dumps({"documents": {}, "items": ITEMS}))
    assert changed(
        book, "data/claims.json", '"02_second"', '"02_second", "twin": "C1.1"'
    )


def test_a_module_that_is_handed_on_counts_as_a_whole(book):
    source = book / "chapters/01_first.py"
    source.write_text("from dlnotes import losses\n\nprint(vars(losses))\n")
    assert changed(book, "losses.py", "OTHER = 3", "OTHER = 4")


def test_measured_times_count_where_they_are_read(book):
    source = book / "chapters/01_first.py"
    (book / "benchmarks").mkdir()
    (book / "benchmarks/results.json").write_text("{}")
    assert data_files(book, source, []) == []
    source.write_text('open("../benchmarks/results.json")')
    assert [path.name for path in data_files(book, source, [])] == ["results.json"]


def test_what_cannot_be_parsed_is_left_to_whoever_executes_it(book):
    source = book / "chapters/01_first.py"
    source.write_text("def (")
    assert definitions(source, book / "lib") == set()
    assert changed(book, "../../chapters/01_first.py", "def", "if")
