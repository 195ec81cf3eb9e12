"""The book's own Python environment: made once, recognised in a moment, renewed when its recipe changes.

A new one takes the place of a working one only when it is complete.

This runs outside the environment it makes, so it imports the standard library only.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from book.tools.keeping import set_aside

LOG = Path(".cache/install.log")
LOCK = Path(".cache/environment.lock")
STAMP = "dlnotes-stamp"
ASIDE = ".venv.old"
INSTALL_LOCKED = "install --progress-bar=off --require-hashes -r requirements.txt"
BEGUN = "{}"  # the stamp until all is there
INSTALL_BOOK = "install --no-deps --no-build-isolation -e ."
PIP = "-m pip --disable-pip-version-check --no-input"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
PERSONAL = "MPLBACKEND PYTHONHOME PYTHONSAFEPATH PYTHONSTARTUP JPY_SESSION_NAME"
if os.name == "nt":
    import msvcrt
else:
    import fcntl
Runner = Callable[[str, list[str], dict[str, str], Path], None]


class SetupError(Exception):
    """The environment cannot be prepared; the message is one sentence for the reader."""


def enter(root: str | Path, target: str) -> int:
    """Prepare what `target` needs, then run it inside the environment."""
    root = Path(root)
    try:
        python = prepare(root)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    if target == "environment":
        return 0
    return replace_process(
        [str(python), "book/make.py", "--inside", target], settings(root)
    )


def prepare(root: Path) -> Path:
    """Return the environment's interpreter, making the environment first where that is due."""
    if os.environ.get("ENV") == "current":
        check_current(root)
        python = Path(sys.executable)
    else:
        renew(root)
        python = interpreter(root)
    if not any((root / ".cache/matplotlib").glob("fontlist*.json")):
        # Left to the first notebook, this would print a warning into its output.
        command = [str(python), "-c", "import matplotlib.font_manager"]
        run_step("Listing the fonts", command, settings(root), root)
    return python


def interpreter(root: Path) -> Path:
    """Where the environment's Python is."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def recipe(root: Path) -> dict[str, str]:
    """All that decides what the environment holds, the Python that makes it, and where it stands.

    Of pyproject.toml only the parts that pip reads count, so that a new lint rule costs no reinstall.
    A virtual environment does not survive being moved, hence the place.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    read_by_pip = [project.get("project"), project.get("build-system")]
    read_by_pip.append(project.get("tool", {}).get("setuptools"))
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    digest.update(json.dumps(read_by_pip, sort_keys=True).encode())
    return {
        "packages": digest.hexdigest(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "place": str(root.resolve()),
    }


def stamp(root: Path) -> dict[str, str]:
    """The recipe of the environment that is there and was completed at this place; empty where there is none."""
    path = root / ".venv" / STAMP
    if not (path.is_file() and interpreter(root).exists()):
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
        return found if found["place"] == str(root.resolve()) else {}
    except (ValueError, KeyError, TypeError):
        return {}


def is_ready(root: Path) -> bool:
    """Whether the environment was completed, from the present recipe. Reads two files, no network."""
    return stamp(root) == recipe(root)


def renew(root: Path, run: Runner | None = None) -> None:
    """Make or renew the environment where that is due; where it cannot be renewed, the old one goes on serving."""
    if is_ready(root):
        return
    with alone(root):
        recover(root)
        old, new = stamp(root), recipe(root)
        if old == new or (old and not wanted(old, new)):
            return
        try:
            build(root, run)
        except SetupError as problem:
            if not old:
                raise
            print(problem)
            print("The environment of before serves on; its packages may be outdated.")


def wanted(old: dict[str, str], new: dict[str, str]) -> bool:
    """Whether to renew; where only the Python differs, that is for the reader to say."""
    if old["packages"] != new["packages"]:
        return True
    print(f".venv was made with {old['python']}, and this is {new['python']}.")
    if sys.stdin and sys.stdin.isatty():
        return input("Make it anew? [y/N] ").strip().lower().startswith("y")
    print(
        "It stays; `make clean ALL=1` removes it, and the next command makes it anew."
    )
    return False


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """One `make` at a time: another one waits, and says so. A lock ends with the process that holds it."""
    (root / LOCK).parent.mkdir(exist_ok=True)
    with (root / LOCK).open("w") as file:
        if not locked(file.fileno()):
            print("Another make is preparing .venv; waiting for it.", flush=True)
            while not locked(file.fileno()):
                time.sleep(0.2)
        yield


def locked(file: int) -> bool:
    """Try to lock an open file."""
    try:
        if os.name == "nt":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def recover(root: Path) -> None:
    """After a renewal that was killed: the environment of before, which stands aside, comes back."""
    if (root / ASIDE).exists():
        shutil.rmtree(root / ".venv", ignore_errors=True)
        os.replace(root / ASIDE, root / ".venv")


def build(root: Path, run: Runner | None = None) -> None:
    """Make the environment from nothing; a working one stands aside until the new one is complete."""
    run = run or run_step
    started = time.monotonic()
    print(f"Preparing .venv with Python {platform.python_version()}; this is needed once.")  # fmt: skip
    keep_foreign(root)
    if stamp(root):
        os.replace(root / ".venv", root / ASIDE)
    try:
        install(root, run)
    except BaseException:
        recover(root)
        raise
    shutil.rmtree(root / ASIDE, ignore_errors=True)
    print(f"The environment is ready ({time.monotonic() - started:.0f} s).")


def keep_foreign(root: Path) -> None:
    """A .venv that this book has not made, or that is a link to one, is the reader's: keep it aside, and say so."""
    found = root / ".venv"
    ours = (found / STAMP).is_file() and not found.is_symlink()
    if ours or not (found.exists() or found.is_symlink()):
        return
    place = set_aside(root, found).relative_to(root).as_posix()
    print(f"What stood in .venv was not made by this book; it is kept in {place}.")


def install(root: Path, run: Runner) -> None:
    """The steps; the stamp is completed last, so an interruption leaves one that is only begun."""
    shutil.rmtree(root / ".venv", ignore_errors=True)
    (root / ".venv").mkdir()
    (root / ".venv" / STAMP).write_text(BEGUN, "utf-8")
    (root / LOG).parent.mkdir(exist_ok=True)
    (root / LOG).write_text("", "utf-8")
    base = getattr(sys, "_base_executable", None) or sys.executable
    pip = [str(interpreter(root)), *PIP.split()]
    packages, library = [*pip, *INSTALL_LOCKED.split()], [*pip, *INSTALL_BOOK.split()]
    online = settings(root) | {"PIP_USER": "0"}
    offline = online | {"PIP_NO_INDEX": "1"}
    run("Creating .venv", [base, "-m", "venv", ".venv"], online, root)
    run("Installing packages", packages, online, root)
    run("Installing the library", library, offline, root)
    (root / ".venv" / STAMP).write_text(json.dumps(recipe(root)), "utf-8")


def run_step(label: str, command: list[str], env: dict[str, str], root: Path) -> None:
    """Run one command with its output in the log and its seconds on the screen."""
    started = time.monotonic()
    (root / LOG).parent.mkdir(exist_ok=True)
    with (root / LOG).open("a", encoding="utf-8") as log:
        try:
            process = subprocess.Popen(
                command, cwd=root, env=env, stdout=log, stderr=log
            )
        except OSError as problem:
            raise SetupError(f"{label} failed: {problem}.") from None
        try:
            while wait(process) is None:
                if sys.stdout.isatty():
                    print(
                        f"\r  {label} ... {time.monotonic() - started:.0f} s",
                        end="",
                        flush=True,
                    )
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        raise SetupError(("\n" if sys.stdout.isatty() else "") + explain(label, root))
    start = "\r" if sys.stdout.isatty() else ""
    print(f"{start}  {label}: {time.monotonic() - started:.1f} s", flush=True)


def wait(process: subprocess.Popen) -> int | None:
    """Wait for a process for up to a second."""
    try:
        return process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return None


def explain(label: str, root: Path) -> str:
    """Turn the end of pip's log into one sentence."""
    said = (root / LOG).read_text("utf-8", errors="replace")
    reasons = {
        "do not match the hashes": "a downloaded package is not the one that requirements.txt names",
        "No space left": "the disk is full",
        "ensurepip": "this Python cannot make virtual environments (Debian: install python3-venv)",
        "NewConnectionError|ConnectTimeout|ConnectionError|name resolution|getaddrinfo|ProxyError|"
        "SSLError|Connection broken|Read timed out|Max retries": "the package index was not reached",
        "No matching distribution": "a package was not found; is the network reachable?",
    }
    found = (reason for sign, reason in reasons.items() if re.search(sign, said))
    reason = next(found, "the command ended with an error")
    return f"{label} failed: {reason} (details in {LOG.as_posix()}); run the same command again later."


def check_current(root: Path) -> None:
    """Say in one sentence what the running Python lacks (ENV=current)."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["book"]
    missing = [name for name in map(package_name, wanted) if not is_installed(name)]
    if missing:
        raise SetupError(
            f"ENV=current: {sys.executable} lacks {', '.join(missing)}; "
            f"install them with: {sys.executable} -m pip install -r requirements.txt"
        )
    if importlib.util.find_spec("dlnotes") is None:
        raise SetupError(
            "ENV=current: the book's library is not installed; install it with: "
            f"{sys.executable} -m pip {INSTALL_BOOK}"
        )


def package_name(requirement: str) -> str:
    """The name in front of a requirement's version: `numpy>=2.4` is `numpy`."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def is_installed(package: str) -> bool:
    """Whether the running Python has a package of that name."""
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


def settings(root: Path) -> dict[str, str]:
    """The variables under which everything runs: one thread each, and none of the user's own settings.

    A matplotlibrc, an IPython start-up file or a kernel of the user's would change the outputs.
    """
    env = dict(os.environ)
    for name in PERSONAL.split():
        env.pop(name, None)
    env |= dict.fromkeys(THREADS, "1")
    env |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    env["MPLCONFIGDIR"] = str(root / ".cache/matplotlib")
    env["IPYTHONDIR"] = str(root / ".cache/ipython")
    if env.get("ENV") != "current":
        env.pop("PYTHONPATH", None)
        env["VIRTUAL_ENV"] = str(root / ".venv")
        env["PATH"] = os.pathsep.join(
            [str(interpreter(root).parent), env.get("PATH", "")]
        )
    return env


def more_arguments() -> list[str]:
    """The words of ARGS, which are handed on; Windows paths keep their backslashes."""
    return shlex.split(os.environ.get("ARGS", ""), posix=os.name != "nt")


def replace_process(command: list[str], env: dict[str, str]) -> int:
    """Become `command`, so that Ctrl-C and the exit code are its own."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, env)
    process = subprocess.Popen(command, env=env)  # Windows cannot replace a process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return process.wait()
