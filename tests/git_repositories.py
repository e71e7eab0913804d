"""Git repositories on disk: bare ones for tests of the git anchor, and worktrees of people who commit."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(repository: Path, *arguments: str, given: str = "") -> str:
    """Run git in a bare repository and return its output; `given` is its input."""
    command = ["git", "--git-dir", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=given).stdout.strip()


def bare(path: Path, remote: Path | None = None, options: tuple[str, ...] = ()) -> Path:
    """Create a bare repository, with another one as its remote `origin` if one is given."""
    subprocess.run(["git", "init", "--quiet", "--bare", *options, str(path)], check=True, capture_output=True)
    if remote is not None:
        git(path, "remote", "add", "origin", str(remote))
    return path


def git_in(folder: Path, *arguments: str, name: str = "Dana Developer", email: str = "dana@example.org") -> str:
    """Run git in a folder of a worktree as a person, and return its output."""
    who = ("-c", f"user.name={name}", "-c", f"user.email={email}", "-c", "commit.gpgsign=false")
    ran = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True)
    return ran.stdout.strip()
