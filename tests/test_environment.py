"""The environment that `make` prepares, with a pretended installer, and the entry point on any Python."""

import ast
import re
import runpy
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from book.tools import clean, environment

ROOT = Path(__file__).parents[1]
MAKE = runpy.run_path(str(ROOT / "book/make.py"), run_name="make")


class Installer:
    """Does what the real steps do to the disk, and fails or is interrupted at a chosen one."""

    def __init__(self, *, problem=None, at=-1):
        self.problem, self.at, self.commands = problem, at, []

    def __call__(self, label, command, env, root):
        self.commands.append((command, env))
        if len(self.commands) == self.at:
            raise self.problem
        if "venv" in command:
            environment.interpreter(root).parent.mkdir(parents=True)
            environment.interpreter(root).touch()


@pytest.fixture
def root(tmp_path):
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_an_environment_is_ready_once_built(root, monkeypatch):
    assert not environment.is_ready(root)
    installer = Installer()
    environment.build(root, installer)
    assert environment.is_ready(root)
    create, locked, library = installer.commands
    assert create[0][-1] == ".venv"
    assert "--require-hashes" in locked[0] and "PIP_NO_INDEX" not in locked[1]
    assert "--no-deps" in library[0] and library[1]["PIP_NO_INDEX"] == "1"
    (root / ".cache/matplotlib").mkdir()
    (root / ".cache/matplotlib/fontlist-v1.json").touch()
    monkeypatch.delenv("ENV", raising=False)
    monkeypatch.setattr(
        environment, "run_step", lambda *_: pytest.fail("ran a command")
    )
    assert environment.prepare(root) == environment.interpreter(root)


PROBLEMS = [KeyboardInterrupt(), environment.SetupError("no network")]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("step", [1, 2, 3])
def test_what_was_interrupted_is_rebuilt(root, step, problem):
    with pytest.raises(type(problem)):
        environment.build(root, Installer(problem=problem, at=step))
    assert not environment.is_ready(root)
    environment.build(root, Installer())
    assert environment.is_ready(root)


def changed(root):
    """A working environment, with a file of its own, for a recipe that has changed since."""
    environment.build(root, Installer())
    (root / ".venv/mine").touch()
    with (root / "requirements.txt").open("a") as lock:
        lock.write("# changed\n")


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_working_environment_outlives_a_failed_renewal(root, step, problem):
    changed(root)
    with pytest.raises(type(problem)):
        environment.build(root, Installer(problem=problem, at=step))
    assert (root / ".venv/mine").exists() and not (root / environment.ASIDE).exists()
    shutil.copy(ROOT / "requirements.txt", root)
    assert environment.is_ready(root)


@pytest.mark.parametrize("linked", [False, True])
def test_an_environment_of_the_readers_own_is_kept(root, capsys, linked):
    """Catches an installer that empties what an editor made, or what a link leads to."""
    theirs = root / ("elsewhere" if linked else ".venv")
    theirs.mkdir()
    (theirs / "mine").touch()
    if linked:
        (root / ".venv").symlink_to(theirs, target_is_directory=True)
    with pytest.raises(environment.SetupError):
        environment.renew(root, Installer(problem=PROBLEMS[1], at=1))
    assert "was not made by this book; it is kept in .kept/" in capsys.readouterr().out
    assert len(list(root.glob(".kept/*/.venv/mine"))) == 1
    environment.renew(root, Installer())
    assert environment.is_ready(root)


def test_without_a_network_the_old_environment_serves_on(root, capsys):
    changed(root)
    environment.renew(root, Installer(problem=PROBLEMS[1], at=2))
    assert "no network\nThe environment of before serves on" in capsys.readouterr().out  # fmt: skip
    assert (root / ".venv/mine").exists()
    environment.renew(root, Installer())
    assert environment.is_ready(root)
    assert not list(root.glob(".venv/mine")) and not list(root.glob(".venv.old"))


def test_a_renewal_that_was_killed_is_undone(root):
    changed(root)
    (root / ".venv").rename(root / environment.ASIDE)
    (root / ".venv").mkdir()
    with pytest.raises(KeyboardInterrupt):
        environment.renew(root, Installer(problem=PROBLEMS[0], at=1))
    assert (root / ".venv/mine").exists()


@pytest.mark.parametrize(("answer", "made"), [("y", True), ("", False), (None, False)])
def test_another_python_is_the_readers_choice(root, monkeypatch, capsys, answer, made):
    environment.build(root, Installer())
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.13.99")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: answer is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    installer = Installer()
    environment.renew(root, installer)
    assert bool(installer.commands) is made is environment.is_ready(root)
    assert "and this is CPython 3.13.99" in capsys.readouterr().out


def test_one_make_waits_for_the_other(root, capfd):
    """The second finds everything done, and says that it waited."""
    code = (
        "import sys, pathlib; sys.path[:0] = [{0!r}, {0!r} + '/tests']\n"
        "from book.tools import environment; from test_environment import Installer\n"
        "environment.renew(pathlib.Path({1!r}), Installer())"
    ).format(str(ROOT), str(root))
    with environment.alone(root):
        other = subprocess.Popen([sys.executable, "-c", code])
        deadline = time.monotonic() + 30
        while "waiting" not in (said := capfd.readouterr().out):
            assert time.monotonic() < deadline and other.poll() is None, said
            time.sleep(0.05)
        environment.build(root, Installer())
        (root / ".venv/mine").touch()
    assert other.wait(30) == 0
    assert (root / ".venv/mine").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "ready"),
    [
        ("requirements.txt", "numpy==", "numpy===", False),
        ("pyproject.toml", "numpy>=", "numpy>", False),
        ("pyproject.toml", "[tool.ruff]", "[tool.ruff]\npreview = true", True),
    ],
)
def test_only_a_changed_recipe_asks_for_a_new_environment(root, file, old, new, ready):
    environment.build(root, Installer())
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), "utf-8")
    assert environment.is_ready(root) is ready


def test_another_python_another_place_or_a_lost_interpreter_ask_for_a_new_one(
    root, monkeypatch
):
    environment.build(root, Installer())
    moved = shutil.copytree(root, root / "moved")
    assert not environment.is_ready(moved)
    with monkeypatch.context() as other:
        other.setattr(environment.platform, "python_version", lambda: "3.13.99")
        assert not environment.is_ready(root)
    environment.interpreter(root).unlink()
    assert not environment.is_ready(root)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "NewConnectionError: [Errno -3] Temporary failure in name resolution",
            "not reached",
        ),
        ("ERROR: No matching distribution found for numpy==2.4.6", "not found"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES".replace("MATCH", "match"),
            "error",
        ),
        (
            "packages do not match the hashes from the requirements file",
            "requirements.txt names",
        ),
    ],
)
def test_a_failing_step_is_one_sentence_that_names_the_log(root, said, reason):
    command = [sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"]
    with pytest.raises(environment.SetupError) as failure:
        environment.run_step("Installing packages", command, {}, root)
    message = str(failure.value).strip()
    assert "\n" not in message
    assert reason in message and ".cache/install.log" in message
    assert said in (root / ".cache/install.log").read_text()


def test_the_current_environment_is_told_what_it_lacks(root, monkeypatch):
    environment.check_current(root)
    monkeypatch.setattr(environment, "is_installed", lambda name: name != "nbval")
    with pytest.raises(environment.SetupError, match="lacks nbval; install"):
        environment.check_current(root)


def test_settings_keep_the_users_own_out(root, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    env = environment.settings(root)
    assert "MPLBACKEND" not in env
    assert (
        env["OPENBLAS_NUM_THREADS"]
        == env["OMP_NUM_THREADS"]
        == env["MKL_NUM_THREADS"]
        == "1"
    )
    assert env["PYTHONHASHSEED"] == "0"


@pytest.mark.parametrize(
    "version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 14, 0), (4, 0, 0)]
)
def test_a_python_too_old_or_too_new_is_told_so(version):
    with pytest.raises(SystemExit) as stop:
        MAKE["check_python"](version)
    message = str(stop.value)
    assert "\n" not in message
    for part in (".".join(map(str, version)), "3.11", "3.13", "PYTHON=python3.12"):
        assert part in message


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_the_tested_pythons_are_accepted(version):
    MAKE["check_python"](version)


def test_the_entry_point_parses_on_any_python():
    source = (ROOT / "book/make.py").read_text("ascii")
    tree = ast.parse(source, feature_version=(3, 4))
    newer = (
        ast.JoinedStr,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.Nonlocal,
        ast.Starred,
        ast.YieldFrom,
    )
    for node in ast.walk(tree):
        assert not isinstance(node, newer), ast.unparse(node)
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs and not node.posonlyargs
            assert all(argument.annotation is None for argument in node.args)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None
    first = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert {alias.name for node in first for alias in node.names} == {
        "errno",
        "importlib",
        "os",
        "sys",
    }


def test_options_and_targets_are_read(monkeypatch):
    monkeypatch.setenv("CHAPTER", "")
    assert MAKE["read_command"](["notebooks", "CHAPTER=06b"]) == "notebooks"
    assert environment.os.environ["CHAPTER"] == "06b"
    assert MAKE["read_command"]([]) == "help"
    with pytest.raises(SystemExit, match="no target 'boook'"):
        MAKE["read_command"](["boook"])


@pytest.mark.parametrize(
    ("number", "said"),
    [(28, "the disk is full"), (30, "can only be read"), (13, "permission")],
)
def test_a_disk_that_takes_nothing_is_one_sentence(tmp_path, number, said):
    """The entry point as it is, in a book whose tool fails."""
    (tmp_path / "book/tools").mkdir(parents=True)
    shutil.copy(ROOT / "book/make.py", tmp_path / "book")
    source = f"def run(root): raise OSError({number}, 'said', 'the/file')\n"
    (tmp_path / "book/tools/clean.py").write_text(source)
    command = [sys.executable, "book/make.py", "clean"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert said in result.stderr and "the/file" in result.stderr


def test_progress_can_be_shown_on_any_terminal():
    for path in sorted((ROOT / "book/tools").glob("*.py")):
        shown = re.findall(r"print\((?:[^()]|\([^()]*\))*\)", path.read_text("utf-8"))
        if path.stem in ("environment", "keeping", "clean", "reset", "skeleton"):
            assert all(call.isascii() for call in shown), path.name


def test_cleaning_spares_what_was_not_built(root, monkeypatch):
    kept = [root / "requirements.txt", root / "chapters/01.ipynb", root / ".venv/x"]
    gone = [root / "book/_build/x", root / ".cache/x", root / "lib/__pycache__/x"]
    for path in kept + gone:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    clean.run(root)
    assert [path.exists() for path in kept + gone] == [True] * 3 + [False] * 3
    monkeypatch.setenv("ALL", "1")
    clean.run(root)
    assert [path.exists() for path in kept] == [True, True, False]


def test_the_version_is_the_same_wherever_it_stands():
    """In the package, its description, and the file that says how to cite the book."""
    import dlnotes

    root = Path(__file__).parents[1]
    described = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    cited = re.search(r"(?m)^version: (.+)$", (root / "CITATION.cff").read_text())[1]
    assert dlnotes.__version__ == described["version"] == cited
