"""Derives the provenance of a submission on the machine where it is packed: Git, packages, submitter.

It is derived before packing, because a worker can read neither the repository nor the environment. Without a commit
that contains the files of the folder, the provenance stays unproven.
"""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

from data.errors import SubmissionError
from data.records.row import Frozen
from data.records.version import CodeState, Origin
from data.submission.committed_files import differs_from_commit
from data.submission.git_command import run_git

HISTORY = 20_000
FIELD, ENTRY = "\x1f", "\x1e"
FORMAT = f"%H{FIELD}%P{FIELD}%aN <%aE>{FIELD}%(trailers:key=Co-authored-by,valueonly,separator=%x1f){ENTRY}"


class Commit(Frozen):
    """A commit that changed the submission, with its authors and co-authors as `Name <email>`.

    `parents` are the ids of the commits before it that changed the submission.
    """

    id: str
    authors: tuple[str, ...]
    parents: tuple[str, ...] = ()


class Provenance(Frozen):
    """The checked-out commit, whether the files differ from it, the authors of the folder, the packages.

    `history` contains the commits that changed the folder, latest first; `packages` are `name==version`. Without the
    whole history, as in a shallow clone, the authors are not proven.
    """

    commit: str | None = None
    dirty: bool | None = None
    history: tuple[Commit, ...] = ()
    has_whole_history: bool = False
    packages: tuple[str, ...] = ()
    submitter: str = ""

    def code(self, source_digest: str | None) -> CodeState:
        """Return the state of the code as the registry records it."""
        return CodeState(commit=self.commit, dirty=self.dirty, source_digest=source_digest)

    @property
    def is_proven(self) -> bool:
        """True if the files are those of the commit, and all authors are known."""
        return self.commit is not None and self.dirty is False and self.has_whole_history

    @property
    def origins(self) -> dict[str, Origin]:
        """Whether the code and the contributors are `derived`, or only `claimed`.

        Without a commit the submitter is the contributor. With a commit but without its whole history some contributors
        are unknown.
        """
        knows_all = self.commit is None or self.has_whole_history
        return {
            "code": "derived" if self.commit else "claimed",
            "contributors": "derived" if knows_all else "claimed",
        }

    def authors_since(self, commit: str | None) -> tuple[str, ...]:
        """Return the authors of the folder after a commit; all authors if it is None or not in the history.

        A commit comes after another one unless it is that commit or one of its ancestors, whatever their dates.
        """
        before = self._with_ancestors(commit)
        return tuple(sorted({author for one in self.history if one.id not in before for author in one.authors}))

    def _with_ancestors(self, commit: str | None) -> set[str]:
        """Return a commit of the history and its ancestors; nothing for another commit."""
        parents = {one.id: one.parents for one in self.history}
        found, waiting = set[str](), [commit or ""]
        while waiting:
            current = waiting.pop()
            if current in parents and current not in found:
                found.add(current)
                waiting.extend(parents[current])
        return found


def read_provenance(folder: Path, submitter: str) -> Provenance:
    """Derive the provenance of a folder from Git and the installed packages.

    Never raises; what cannot be derived stays unproven.
    """
    packages = sorted({f"{one.name}=={one.version}".lower() for one in distributions()})
    unproven = Provenance(packages=tuple(packages), submitter=submitter)
    tracked = run_git(folder, "ls-files", "--", ".")
    commit = run_git(folder, "rev-parse", "--verify", "HEAD")
    if not tracked or not commit:
        return unproven
    history = _history(folder)
    is_whole = 0 < len(history) <= HISTORY and not _is_shallow(folder)
    found = {"commit": commit.strip(), "dirty": differs_from_commit(folder), "history": history[:HISTORY]}
    return unproven.model_copy(update=found | {"has_whole_history": is_whole})


def read_stored_provenance(text: str) -> Provenance:
    """Return the provenance that `model_dump_json` wrote. Raises SubmissionError for any other text."""
    try:
        return Provenance.model_validate_json(text)
    except ValueError as error:
        raise SubmissionError(
            "the provenance beside the pack cannot be read", "pack the folder again with `modelward register FOLDER`"
        ) from error


def _is_shallow(folder: Path) -> bool:
    return (run_git(folder, "rev-parse", "--is-shallow-repository") or "").strip() != "false"


def _history(folder: Path) -> tuple[Commit, ...]:
    """Return the commits that changed the folder, latest first, those of merged branches included; at most one more
    than are stored."""
    limit = f"--max-count={HISTORY + 1}"
    text = run_git(folder, "log", "--simplify-merges", limit, f"--format={FORMAT}", "--", ".") or ""
    found = []
    for entry in filter(None, (one.strip("\n") for one in text.split(ENTRY))):
        commit, parents, *authors = entry.split(FIELD)
        known = dict.fromkeys(one.strip() for one in authors if one.strip())
        found.append(Commit(id=commit, authors=tuple(known), parents=tuple(parents.split())))
    return tuple(found)
