"""`make lab`: JupyterLab on the book, with nothing written to or read from the user's own settings."""

import json
import os
import sys
from pathlib import Path

from nbformat import read
from nbformat.sign import NotebookNotary

from book.tools import history, notebooks, plan, signposts
from book.tools.environment import more_arguments, replace_process
from book.tools.keeping import keep_if_edited

CONFIG = """\
import sys
import warnings

warnings.filterwarnings("ignore", "Overriding existing pre_save_hook")  # set twice by the server
sys.path.insert(0, {root!r})
from book.tools.pairs import before_save

c = get_config()  # noqa: F821
c.ServerApp.root_dir = {root!r}
c.ContentsManager.pre_save_hook = before_save
c.LabApp.default_url = "/lab/tree/{start}"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
"""

START = "start.md"  # written each time, and not under git

# No toast about news or new versions: nothing here talks to another host.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension:plugin": {
        "defaultViewers": {"markdown": "Markdown Preview"}
    },
}

# In command mode Lab takes the arrow keys for its headings, before a focused slider sees them.
FREED_KEYS = {
    "ArrowLeft": "notebook:move-cursor-heading-above-or-collapse",
    "ArrowRight": "notebook:move-cursor-heading-below-or-expand",
}
SHORTCUTS = {
    "shortcuts": [
        {
            "command": command,
            "keys": [key],
            "selector": ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus",
            "disabled": True,
        }
        for key, command in FREED_KEYS.items()
    ]
}


def run(root: Path) -> int:
    """Write the private configuration, trust the book's notebooks, and become JupyterLab."""
    home = root / ".cache/jupyter"
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    for name in (
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "JUPYTER_CONFIG_PATH",
    ):
        env.pop(name, None)
    configure(root, home)
    for path in sorted((root / "chapters").glob("*.ipynb")):
        keep_if_edited(root, path)
    trust(root, home / "data")
    command = [sys.executable, "-m", "jupyterlab", *more_arguments()]
    return replace_process(command, env)


def configure(root: Path, home: Path) -> None:
    """Write what the server reads: the pre-save hook, the page it opens with, and no toasts."""
    (home / "config/labconfig").mkdir(parents=True, exist_ok=True)
    config = CONFIG.format(root=str(root), start=START)
    (root / START).write_text(signposts.start_page(root), "utf-8")
    (home / "config/jupyter_server_config.py").write_text(config, "utf-8")
    overrides = home / "config/labconfig/default_setting_overrides.json"
    overrides.write_text(json.dumps(OVERRIDES), "utf-8")
    shortcuts = home / "config/lab/user-settings/@jupyterlab/shortcuts-extension"
    shortcuts.mkdir(parents=True, exist_ok=True)
    (shortcuts / "shortcuts.jupyterlab-settings").write_text(
        json.dumps(SHORTCUTS), "utf-8"
    )


def trust(root: Path, data: Path) -> None:
    """Sign the book's own notebooks: JupyterLab shows only a dead first frame of a figure it does not trust.

    Outputs may hold scripts, so what somebody else put into the folder is not signed.
    """
    data.mkdir(parents=True, exist_ok=True)
    with NotebookNotary(data_dir=str(data)) as notary:
        for page in plan.existing(root):
            path = root / f"chapters/{page}.ipynb"
            if path.exists() and is_ours(root, page):
                notary.sign(read(path, as_version=4))


def is_ours(root: Path, page: str) -> bool:
    """Whether a notebook was executed here as it is, or came with the repository; without one its name must do."""
    if notebooks.was_written_here(root, page):
        return True
    if history.holds(root, "pyproject.toml"):
        return history.as_committed(root, f"chapters/{page}.ipynb")
    return page in plan.BY_PAGE
