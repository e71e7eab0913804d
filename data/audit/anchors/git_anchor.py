"""An anchor that is a branch of a git repository: a commit for each checkpoint, pushed to a remote if one is named.

The tree of each commit contains one file, `checkpoint`, with the note, so a commit has the same size however long the
log is. Whoever fetched the branch holds the id of a commit, which fixes every checkpoint before it. With a remote the
branch of the remote is the anchor, and the local branch follows it. A push never replaces commits of the remote: it
succeeds only while the remote has exactly the commit that was seen before.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from data.audit.anchors.anchor import RECOVER_ANCHOR, Location, is_prefix, size_of
from data.audit.body import canonical
from data.errors import AnchorError, UnreachableAnchorError
from data.files.durable_file import damaged_ending
from data.settings import inherited_environment

FILE = "checkpoint"
SEEN = "refs/modelward/seen"
KEPT = "refs/modelward"
_SECONDS = 30
_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsync=committed,reference"),
    *("-c", "gc.auto=0"),
    *("-c", "commit.gpgSign=false"),
)
_KEPT = frozenset({"GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND"})
_SET = {
    "GIT_AUTHOR_NAME": "modelward", "GIT_AUTHOR_EMAIL": "modelward@localhost", "GIT_COMMITTER_NAME": "modelward",
    "GIT_COMMITTER_EMAIL": "modelward@localhost", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
}  # fmt: skip


class GitAnchor:
    """A branch of a local git repository, bare or not, which contains nothing but checkpoints.

    `remote` names a remote of that repository; empty for a branch that is not pushed.
    """

    def __init__(self, repository: Path, branch: str, remote: str = "", location: Location = "local") -> None:
        self.repository, self.branch, self.remote, self.location = repository, branch, remote, location
        self.name = f"{repository.name}#{branch}" + (f"@{remote}" if remote else "")
        self.file_name = f"{repository.name}-{branch.replace('/', '-')}.git.jsonl"
        self._ref = f"refs/heads/{branch}"

    def append(self, note: str) -> None:
        """Commit the note, and push the commit. Raises `AnchorError`, without any change to the branch."""
        self._publish(self._commit(note, former := self._tip()), former)

    def notes(self) -> list[str]:
        """Return the note of every commit, oldest first. Raises `AnchorError`."""
        return [note for _, note in self._history(self._tip())]

    def last(self) -> str | None:
        """Return the note of the last commit, or None when there is no commit; with a remote, its last commit.

        Raises `UnreachableAnchorError` when the repository or the remote cannot be reached, `AnchorError` when the last
        commit contains no note.
        """
        tip = self._tip()
        return self._note(tip) if tip else None

    def lacking(self, notes: list[str]) -> list[str]:
        """Return all of the notes: each one is a commit."""
        return notes

    @contextmanager
    def frozen(self) -> Iterator[Callable[[Path], None]]:
        """Fix the last commit, and yield a function that writes the history up to it. Raises `AnchorError`."""
        tip = self._tip()

        def write(target: Path) -> None:
            with target.open("xb") as file:
                for commit, note in self._history(tip):
                    file.write(canonical({"commit": commit, "note": note}) + b"\n")

        yield write if tip else lambda _: None

    def damage(self, notes: list[str], confirmed: int) -> bool:
        """Return True unless the branch has exactly these notes, in their order."""
        return not is_prefix(self.notes(), notes, confirmed)

    def rewrite(self, notes: list[str]) -> str:
        """Write the branch again, with the commits that are right left as they are. Raises `AnchorError`.

        The former last commit stays in the repository, under the reference that is returned.
        """
        former = self._tip()
        kept = f"{KEPT}/{damaged_ending()}" if former else ""
        if former:
            self._git("update-ref", kept, former)
        commits = self._git("rev-list", "--reverse", former).split() if former else []
        held = [note for _, note in self._history(former)]
        right = next((n for n, pair in enumerate(zip(held, notes, strict=False)) if pair[0] != pair[1]), len(held))
        tip = commits[right - 1] if right else ""
        for note in notes[right:]:
            tip = self._commit(note, tip)
        self._publish(tip, former)
        return kept

    def _commit(self, note: str, parent: str) -> str:
        """Make the commit of a note, which no branch has yet, and return its id."""
        blob = self._git("hash-object", "-w", "--stdin", given=note)
        tree = self._git("mktree", given=f"100644 blob {blob}\t{FILE}\n")
        message = f"Checkpoint of {size_of(note)} events\n"
        return self._git("commit-tree", tree, *(("-p", parent) if parent else ()), given=message)

    def _publish(self, commit: str, former: str) -> None:
        """Move the branch from one commit to another: first at the remote, then here."""
        if self.remote:
            lease = f"--force-with-lease={self._ref}:{former}"
            self._git("push", "--quiet", "--no-verify", lease, self.remote, f"{commit}:{self._ref}")
            self._git("update-ref", self._ref, commit)
        else:
            self._git("update-ref", self._ref, commit, former or "0" * len(commit))

    def _tip(self) -> str:
        """Return the id of the last commit, which is in the local repository; empty when the branch does not exist."""
        if not self.repository.is_dir():
            raise UnreachableAnchorError(
                f"the git repository {self.repository} of an anchor does not exist",
                f"mount its drive, or create it with `git init --bare {self.repository}`, then try again",
            )
        if not self.remote:
            return self._git("for-each-ref", "--format=%(objectname)", self._ref)
        listed = self._git("ls-remote", self.remote, self._ref, unreachable=True)
        tip = listed.split("\t")[0]
        if tip and not self._git("rev-list", "--max-count=1", "--ignore-missing", tip):
            self._git("fetch", "--quiet", "--no-tags", self.remote, f"+{self._ref}:{SEEN}/{self.branch}")
        return tip

    def _note(self, commit: str) -> str:
        try:
            return self._git("cat-file", "blob", f"{commit}:{FILE}", strip=False)
        except AnchorError as broken:
            raise AnchorError(f"commit {commit} of the anchor {self.name} contains no checkpoint", _OWN) from broken

    def _history(self, tip: str) -> Iterator[tuple[str, str]]:
        """Yield the text and the note of each commit up to `tip`, oldest first. Raises `AnchorError`."""
        commits = self._git("rev-list", "--reverse", "--topo-order", tip).split() if tip else []
        requests = "".join(f"{commit}\n{commit}:{FILE}\n" for commit in commits)
        output = BytesIO(self._run(("cat-file", "--batch"), requests.encode()) if commits else b"")
        for commit in commits:
            text, note = _next_object(output), _next_object(output)
            if text is None or note is None:
                raise AnchorError(f"commit {commit} of the anchor {self.name} contains no checkpoint", _OWN)
            yield text, note

    def _git(self, *arguments: str, given: str = "", strip: bool = True, unreachable: bool = False) -> str:
        """Run git and return its output as text. Raises `AnchorError` in the same cases as `_run`."""
        try:
            output = self._run(arguments, given.encode(), unreachable).decode()
        except UnicodeDecodeError as broken:
            raise AnchorError(f"the anchor {self.name} contains a text that is not UTF-8", _OWN) from broken
        return output.strip() if strip else output

    def _run(self, arguments: Sequence[str], given: bytes, unreachable: bool = False) -> bytes:
        """Run git in the repository and return its output. Raises `AnchorError` when it fails or takes too long."""
        kind = UnreachableAnchorError if unreachable else AnchorError
        environment = inherited_environment("GIT_", _KEPT) | _SET
        command = ["git", *_OPTIONS, "--git-dir", str(self._folder()), *arguments]
        try:
            done = subprocess.run(
                command, input=given, capture_output=True, timeout=_SECONDS, check=False, env=environment
            )
        except FileNotFoundError as broken:
            raise UnreachableAnchorError(
                f"the anchor {self.name} needs git, which is missing", "install git"
            ) from broken
        except (OSError, subprocess.TimeoutExpired) as broken:
            raise UnreachableAnchorError(f"the anchor {self.name} cannot be reached: {broken}", _LOOK) from broken
        if done.returncode:
            output = " ".join(done.stderr.decode("utf-8", "replace").split())[:400] or "no message"
            raise kind(f"the anchor {self.name} failed at `git {arguments[0]}`: {output}", _LOOK)
        return done.stdout

    def _folder(self) -> Path:
        inner = self.repository / ".git"
        return inner if inner.exists() else self.repository


def _next_object(output: BytesIO) -> str | None:
    """Return the content of the next object in the output of `git cat-file --batch`; None for a missing object."""
    header = output.readline().split(b" ")
    if len(header) != 3:
        return None
    content = output.read(int(header[2]))
    output.readline()
    return content.decode("utf-8", "replace")


_OWN = f"use a branch that contains nothing but checkpoints, or {RECOVER_ANCHOR}"
_LOOK = "run `git` in that repository as this user to see the cause; once it works, the anchor is completed"
