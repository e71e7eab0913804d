"""Runs git to read the repository that contains a folder: always the folder's own one, with its whole history.

Git sets `GIT_DIR` and similar variables for hooks and for tools that use worktrees. They would lead to another
repository, and are not passed on. Replaced objects and grafts would show another history, and are not followed.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from data.settings import inherited_environment

SECONDS = 30
_KEPT = frozenset(
    {
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    }
)
_SET = {"GIT_GRAFT_FILE": os.devnull, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_OPTIONS = ("--no-optional-locks", "--no-replace-objects", "-c", "core.fsmonitor=false")


def run_git(folder: Path, *arguments: str, given: str = "") -> str | None:
    """Run git in a folder and return its output; None when it fails or takes too long. `given` is its input."""
    try:
        ran = subprocess.run(
            ("git", *_OPTIONS, "-C", str(folder), *arguments),
            input=given.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=inherited_environment("GIT_", _KEPT) | _SET,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None
