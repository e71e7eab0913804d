"""Derives the provenance of a submission on the machine where it is packed: Git, packages, submitter.

It is derived before packing, because a worker can read neither the repository nor the environment. Without a commit
that contains the files of the folder, the provenance stays unproven.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from data.errors import SubmissionError
from data.records.row import Frozen
from data.records.version import CodeState

HISTORY = 1_000
SECONDS = 30
FIELD, ENTRY = "\x1f", "\x1e"
FORMAT = f"%H{FIELD}%aN <%aE>{FIELD}%(trailers:key=Co-authored-by,valueonly,separator=%x1f){ENTRY}"


class Commit(Frozen):
    """A commit that changed the submission, with its authors and co-authors as `Name <email>`."""

    id: str
    authors: tuple[str, ...]


class Provenance(Frozen):
    """The checked-out commit, whether the files differ from it, the authors of the folder, the packages.

    `history` contains the commits that changed the folder, latest first; `packages` are `name==version`.
    """

    commit: str | None = None
    dirty: bool | None = None
    history: tuple[Commit, ...] = ()
    packages: tuple[str, ...] = ()
    submitter: str = ""

    def code(self, source_digest: str | None) -> CodeState:
        """Return the state of the code as the registry records it."""
        return CodeState(commit=self.commit, dirty=self.dirty, source_digest=source_digest)

    def authors_since(self, commit: str | None) -> tuple[str, ...]:
        """Return the authors of the folder after a commit; all authors if it is None or not in the history."""
        ids = [one.id for one in self.history]
        recent = self.history[: ids.index(commit)] if commit in ids else self.history
        return tuple(sorted({author for one in recent for author in one.authors}))


def read_provenance(folder: Path, submitter: str) -> Provenance:
    """Derive the provenance of a folder from Git and the installed packages.

    Never raises; what cannot be derived stays unproven.
    """
    packages = sorted({f"{one.name}=={one.version}".lower() for one in distributions()})
    unproven = Provenance(packages=tuple(packages), submitter=submitter)
    tracked = _git(folder, "ls-files", "--", ".")
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not tracked or not commit:
        return unproven
    history = _git(folder, "log", f"--max-count={HISTORY}", f"--format={FORMAT}", "--", ".")
    found = {"commit": commit.strip(), "dirty": _is_dirty(folder), "history": _history(history or "")}
    return unproven.model_copy(update=found)


def read_stored_provenance(text: str) -> Provenance:
    """Return the provenance that `model_dump_json` wrote. Raises SubmissionError for any other text."""
    try:
        return Provenance.model_validate_json(text)
    except ValueError as error:
        raise SubmissionError(
            "the provenance beside the pack cannot be read", "pack the folder again with `modelward register FOLDER`"
        ) from error


def _is_dirty(folder: Path) -> bool | None:
    """Return True if the repository has changes or the folder has untracked files; None when Git fails."""
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    untracked = _git(folder, "status", "--porcelain", "--untracked-files=all", "--", ".")
    return None if changed is None or untracked is None else bool(changed.strip() or untracked.strip())


def _history(text: str) -> tuple[Commit, ...]:
    found = []
    for entry in text.split(ENTRY):
        commit, *authors = entry.strip("\n").split(FIELD)
        if commit:
            found.append(Commit(id=commit, authors=tuple(dict.fromkeys(one.strip() for one in authors if one.strip()))))
    return tuple(found)


def _git(folder: Path, *arguments: str) -> str | None:
    command: Sequence[str] = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments)
    try:
        ran = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None
