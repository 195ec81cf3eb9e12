"""The one entry point: `python book/make.py TARGET [NAME=value ...]`.

This file has to run on any Python, however old, far enough to say that it is too old: it keeps
to syntax that Python 2.7 can read and imports the rest of the pipeline only after the check.
"""

import errno
import importlib
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST, NEWEST = (3, 11), (3, 13)

# target, what it does, the function that does it
TARGETS = [
    ("book", "build the site into book/_build", "book.tools.site:build"),
    ("test", "check style, pairs, site, library, notebooks", "book.tools.testing:run"),
    (
        "test-portability",
        "do notebooks say the same elsewhere?",
        "book.tools.testing:portability",
    ),
    ("lab", "open JupyterLab with everything in place", "book.tools.lab:run"),
    ("notebooks", "execute chapters that changed", "book.tools.notebooks:run"),
    ("chapter", "begin a page: write its skeleton", "book.tools.skeleton:run"),
    (
        "format",
        "lay out code, complete the heads of cells",
        "book.tools.formatting:run",
    ),
    ("handout", "write notebooks without solutions", "book.tools.handout:run"),
    ("pdf", "print the whole book into one file", "book.tools.pdf:run"),
    ("reset", "restore a chapter, keeping yours aside", "book.tools.reset:run"),
    ("bench", "time the library beside its reference", "book.tools.testing:bench"),
    ("mutants", "break the library, see who notices", "book.tools.testing:mutants"),
    ("environment", "only prepare .venv", None),
    ("clean", "remove what was built (ALL=1: .venv too)", "book.tools.clean:run"),
    ("help", "print this", None),
]
REASONS = {
    errno.ENOSPC: "the disk is full",
    getattr(errno, "EDQUOT", -1): "your share of the disk is full",
    errno.EROFS: "the disk can only be read",
    errno.EACCES: "permission was denied",
    errno.EPERM: "permission was denied",
}
BARE = ("chapter", "clean", "reset")  # these need the standard library only
NOTES = """
Options are NAME=value, with make and without it:
  CHAPTER=05a         only this page (05: all pages of chapter 5): test, notebooks, chapter, handout, reset
  PYTHON=python3.12   the Python to use, 3.11 to 3.13 (make only; else start that Python itself)
  ENV=current         use the packages of the running Python (conda, Binder) instead of .venv
  ARGS="..."          passed on to JupyterLab (lab), pytest (test), the timings (bench), mutants, test-portability
"""


def check_python(version=None):
    """Stop with one sentence on a Python the book was not tested on."""
    version = sys.version_info if version is None else version
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        found = ".".join(str(part) for part in version[:3])
        sys.exit(
            "This book needs Python 3.11, 3.12 or 3.13 but found %s; choose another, "
            "for example: make book PYTHON=python3.12 (Windows: py -3.12 book/make.py book)."
            % found
        )


def read_command(arguments):
    """Return the target; put NAME=value options where make puts them, in the environment."""
    words = [word for word in arguments if "=" not in word]
    os.environ.update(word.split("=", 1) for word in arguments if "=" in word)
    known = [name for name, _, _ in TARGETS]
    if len(words) > 1 or (words and words[0] not in known):
        sys.exit(
            "There is no target '%s'; choose from: %s."
            % (" ".join(words), ", ".join(known))
        )
    return words[0] if words else "help"


def show_help():
    """Print the targets and options."""
    print("make TARGET, or python book/make.py TARGET:\n")
    for name, purpose, _ in TARGETS:
        print("  %-17s %s" % (name, purpose))
    print(NOTES)


def run_here(target):
    """Run a target's function in this process."""
    place = dict((name, function) for name, _, function in TARGETS)[target]
    module, function = place.split(":")
    from pathlib import Path

    return getattr(importlib.import_module(module), function)(Path(ROOT))


def main(arguments):
    """Check the Python, prepare the environment if the target needs one, and run the target."""
    check_python()
    sys.path.insert(0, ROOT)
    os.chdir(ROOT)
    if arguments[:1] == ["--inside"]:
        return run_here(arguments[1])
    target = read_command(arguments)
    if target == "help":
        return show_help()
    if target in BARE:
        return run_here(target)
    environment = importlib.import_module("book.tools.environment")
    return environment.enter(ROOT, target)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nInterrupted; nothing is half-written, run the same command again.\n"
        )
        sys.exit(130)
    except EnvironmentError as problem:
        reason = REASONS.get(problem.errno)
        if not reason:
            raise
        sys.exit("Stopped: %s (%s)." % (reason, problem.filename or ROOT))
