"""Compares the files of a submission with the checked-out commit, by their content.

`git status` does not show a file that Git ignores, a file marked `assume-unchanged` or `skip-worktree`, or a file of a
nested repository. Such a file would be submitted under a commit that does not contain it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from data.errors import ModelwardError
from data.submission.git_command import run_git
from data.submission.packing import list_files

OWN_DIGEST = ("data", "artifact")
"""The folders whose files have digests of their own in the record; Git may ignore them."""
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"


def differs_from_commit(folder: Path) -> bool | None:
    """Return True if the files of a folder or of its repository differ from the commit; None when Git fails.

    Compared are all changes that Git sees, the submitted files except data and artifact, and each file of the
    repository that is marked not to be compared. An untracked file outside the folder does not count.
    """
    changed = run_git(folder, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none")
    untracked = run_git(folder, "status", "--porcelain", "--untracked-files=all", "--", ".")
    place = run_git(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    if changed is None or untracked is None or place is None:
        return None
    if changed.strip() or untracked.strip():
        return True
    top, prefix = place.splitlines()
    submitted, marked = _submitted(folder, prefix), _marked(Path(top), prefix)
    return None if submitted is None or marked is None else _differ(Path(top), submitted | marked)


def _submitted(folder: Path, prefix: str) -> set[str] | None:
    """Return the submitted files except data and artifact, as paths in the repository; `prefix` is the folder there."""
    try:
        files = list_files(folder)
    except (ModelwardError, OSError):
        return None
    return {f"{prefix}{path}" for path in files if path.parts[0] not in OWN_DIGEST}


def _marked(top: Path, prefix: str) -> set[str] | None:
    """Return the files of the repository that are marked `assume-unchanged` or `skip-worktree`.

    A sparse checkout marks files outside the folder that it does not have; they are left out.
    """
    listed = run_git(top, "ls-files", "-v", "-z")
    if listed is None:
        return None
    entries = [entry.partition(" ") for entry in listed.split("\0") if entry]
    return {
        path
        for tag, _, path in entries
        if tag.islower() or (tag == "S" and (path.startswith(prefix) or (top / path).is_file()))
    }


def _differ(top: Path, paths: set[str]) -> bool | None:
    """Return True if a file is missing or has another content than in the commit."""
    if any("\n" in path or not (top / path).is_file() for path in paths):
        return True
    known = sorted(paths)
    output = run_git(top, "cat-file", "--batch-check=%(objectname)", given="".join(f"HEAD:{path}\n" for path in known))
    if output is None:
        return None
    committed: Mapping[str, str] = dict(zip(known, output.splitlines(), strict=True))
    return any(blob not in _blob_ids((top / path).read_bytes(), len(blob)) for path, blob in committed.items())


def _blob_ids(content: bytes, length: int) -> set[str]:
    """Return the ids of the objects that Git would store for a file, with ids of 40 or 64 hex digits.

    Git stores the bytes as they are, or with the line endings of Unix, or as the pointer of Git LFS.
    """
    pointer = POINTER.format(digest=hashlib.sha256(content).hexdigest(), size=len(content)).encode()
    algorithm = hashlib.sha256 if length == 64 else hashlib.sha1
    stored = (content, content.replace(b"\r\n", b"\n"), pointer)
    return {algorithm(b"blob %d\0" % len(one) + one).hexdigest() for one in stored}
