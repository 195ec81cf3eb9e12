"""What git knows of the book. Standard library only."""

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> bytes:
    """What a git command prints, run in the book's folder; raises OSError or CalledProcessError."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True).stdout


def holds(root: Path, *paths: str) -> bool:
    """Whether git holds all these files and folders."""
    try:
        return all(git(root, "ls-files", "--error-unmatch", "--", p) for p in paths)
    except (OSError, subprocess.CalledProcessError):
        return False


def as_committed(root: Path, *paths: str) -> bool:
    """Whether git holds all these files and folders, and none differs from the last commit."""
    status = ["status", "--porcelain", "--untracked-files=all", "--", *paths]
    return holds(root, *paths) and git(root, *status) == b""


def handed_out(root: Path) -> str:
    """The commit that holds the book as it came: the last one shared with the branch it was cloned from, or else the last."""
    try:
        return git(root, "merge-base", "HEAD", "@{upstream}").decode().strip()
    except subprocess.CalledProcessError:
        return git(root, "rev-parse", "HEAD").decode().strip()


def files(root: Path, commit: str, folder: str) -> list[str]:
    """The files of a folder in a commit, as seen from the book's folder, which may lie deep in a repository."""
    return git(root, "ls-tree", "--name-only", commit, f"{folder}/").decode().split()


def content(root: Path, commit: str, path: str) -> bytes:
    """A file of the book as it stands in a commit."""
    return git(root, "show", f"{commit}:./{path}")


def named(root: Path, commit: str) -> str:
    """A commit as a reader would look it up: "commit 1a2b3c4 of 2026-11-26"."""
    said = git(root, "show", "--no-patch", "--format=%h of %cs", commit)
    return f"commit {said.decode().strip()}"
