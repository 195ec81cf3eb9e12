"""What tests share: references that may be absent on a reader's machine but not in CI."""

import importlib
import os
from types import ModuleType

import pytest


def reference(module: str, switch: str) -> ModuleType:
    """Import a reference implementation; skip where it is absent, fail where `switch` is 1."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        if os.environ.get(switch) == "1":
            pytest.fail(f"{module} is not installed although {switch}=1")
        pytest.skip(f"{module} is not installed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file stays with one worker, as its notebook needs one kernel; what a browser looks at is dealt out singly."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            alone = nodeid.startswith("tests/browser/")
            return nodeid if alone else super()._split_scope(nodeid)

    return Scheduling(config, log)
