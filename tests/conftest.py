"""What tests share: references that may be absent on a reader's machine but not in CI."""

import importlib
import os
from types import ModuleType

import pytest

LONG = ("test_verdicts", "tests/browser/", "test_torch", "test_pipeline", "test_errors")
SINGLY = ("tests/browser/", "tests/test_verdicts.py::test_verdicts_turn")


def reference(module: str, switch: str) -> ModuleType:
    """Import a reference implementation; skip where it is absent, fail where `switch` is 1."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        if os.environ.get(switch) == "1":
            pytest.fail(f"{module} is not installed although {switch}=1")
        pytest.skip(f"{module} is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Notebooks first, and of the tests the files that take longest: one that begins last keeps a worker waiting."""
    items.sort(key=lambda item: weight(item.nodeid))


def weight(nodeid: str) -> int:
    """The place of a test's file in the order of work."""
    if nodeid.startswith("chapters/"):
        return 0
    return next((i for i, name in enumerate(LONG, 1) if name in nodeid), len(LONG) + 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file stays with one worker, as its notebook needs one kernel; what takes seconds a test is dealt out singly."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            alone = nodeid.startswith(SINGLY)
            return nodeid if alone else super()._split_scope(nodeid)

    return Scheduling(config, log)
