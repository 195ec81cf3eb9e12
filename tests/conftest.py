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
