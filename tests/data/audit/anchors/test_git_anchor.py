"""A branch of a git repository: one commit a checkpoint, pushed if a remote is named, and never forced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.audit.anchors.git_anchor import GitAnchor
from data.audit.verifier.anchor_lines import read_lines
from data.audit.verifier.report import Findings
from data.errors import AnchorError, UnreachableAnchorError
from tests.git_repositories import bare, git

NOTES = [f"log\n{size}\n{'A' * 43}=\n\n— log AAAAAAAA\n" for size in (1, 5, 9)]


@pytest.fixture
def anchor(tmp_path: Path) -> GitAnchor:
    """A branch with two checkpoints at its remote."""
    anchor = GitAnchor(bare(tmp_path / "local.git", bare(tmp_path / "remote.git")), "log", "origin", "off-host")
    for note in NOTES[:2]:
        anchor.append(note)
    return anchor


def test_an_empty_branch_has_no_note(tmp_path: Path) -> None:
    anchor = GitAnchor(bare(tmp_path / "a.git"), "log")
    assert (anchor.last(), anchor.notes()) == (None, [])
    with anchor.frozen() as write:
        write(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_each_note_is_a_commit_to_the_byte(anchor: GitAnchor, tmp_path: Path) -> None:
    assert anchor.notes() == NOTES[:2]
    assert anchor.last() == NOTES[1]
    assert git(tmp_path / "remote.git", "show", "log:checkpoint") == NOTES[1].strip()
    assert git(tmp_path / "local.git", "rev-parse", "log") == git(tmp_path / "remote.git", "rev-parse", "log")


def test_a_branch_without_remote_stays_here(tmp_path: Path) -> None:
    anchor = GitAnchor(bare(tmp_path / "a.git"), "team/log")
    anchor.append(NOTES[0])
    anchor.append(NOTES[1])
    assert (anchor.notes(), anchor.name) == (NOTES[:2], "a.git#team/log")


def test_a_copy_is_of_the_moment_and_its_commits_follow_each_other(anchor: GitAnchor, tmp_path: Path) -> None:
    with anchor.frozen() as write:
        anchor.append(NOTES[2])
        write(tmp_path / "copy")
    findings = Findings()
    lines = read_lines("the anchor", tmp_path / "copy", findings)
    assert (lines.notes, findings.all()) == (NOTES[:2], [])
    assert lines.last_commit == git(tmp_path / "remote.git", "rev-parse", "log~1")


def test_a_repository_of_sha256_objects_works_too(tmp_path: Path) -> None:
    repository = tmp_path / "a.git"
    bare(repository, options=("--object-format=sha256",))
    anchor = GitAnchor(repository, "log")
    for note in NOTES:
        anchor.append(note)
    with anchor.frozen() as write:
        write(tmp_path / "copy")
    findings = Findings()
    assert len(read_lines("the anchor", tmp_path / "copy", findings).last_commit) == 64
    assert findings.all() == []


def test_another_clone_fetches_what_it_lacks(anchor: GitAnchor, tmp_path: Path) -> None:
    other = GitAnchor(bare(tmp_path / "other.git", tmp_path / "remote.git"), "log", "origin")
    other.append(NOTES[2])
    assert anchor.notes() == NOTES


def test_a_push_that_came_too_late_is_refused(
    anchor: GitAnchor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = git(tmp_path / "remote.git", "rev-parse", "log~1")
    monkeypatch.setattr(anchor, "_tip", lambda: known)
    with pytest.raises(AnchorError, match="push"):
        anchor.append(NOTES[2])
    assert git(tmp_path / "remote.git", "show", "log:checkpoint") == NOTES[1].strip()


def test_a_missing_repository_or_remote_is_unreachable(anchor: GitAnchor, tmp_path: Path) -> None:
    with pytest.raises(UnreachableAnchorError, match="does not exist"):
        GitAnchor(tmp_path / "none", "log").last()
    (tmp_path / "remote.git").rename(tmp_path / "away")
    with pytest.raises(UnreachableAnchorError, match="ls-remote"):
        anchor.last()


def test_a_missing_git_is_unreachable(anchor: GitAnchor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableAnchorError, match="needs git"):
        anchor.last()


def test_a_branch_of_other_files_is_no_anchor(tmp_path: Path) -> None:
    repository = bare(tmp_path / "a.git")
    tree = git(repository, "hash-object", "-t", "tree", "-w", "/dev/null")
    commit = git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", tree, "-m", "first")
    git(repository, "update-ref", "refs/heads/log", commit)
    anchor = GitAnchor(repository, "log")
    for read in (anchor.last, anchor.notes):
        with pytest.raises(AnchorError, match="contains no checkpoint"):
            read()


def test_a_damaged_branch_is_written_again_and_kept(anchor: GitAnchor, tmp_path: Path) -> None:
    former = git(tmp_path / "remote.git", "rev-parse", "log")
    assert not anchor.damage(NOTES, confirmed=5)
    assert anchor.damage(NOTES, confirmed=9)
    kept = anchor.rewrite([NOTES[0], NOTES[2]])
    assert git(tmp_path / "local.git", "rev-parse", kept) == former
    assert anchor.notes() == [NOTES[0], NOTES[2]]
    assert git(tmp_path / "remote.git", "rev-parse", "log~1") == git(
        tmp_path / "remote.git", "rev-parse", f"{former}~1"
    )


def test_the_environment_of_another_git_command_is_not_inherited(
    anchor: GitAnchor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    assert anchor.notes() == NOTES[:2]


def test_a_changed_line_is_found(anchor: GitAnchor, tmp_path: Path) -> None:
    with anchor.frozen() as write:
        write(tmp_path / "copy")
    first, second = (json.loads(line) for line in (tmp_path / "copy").read_bytes().splitlines())
    cases = {
        "does not contain this checkpoint": [first, {**second, "note": first["note"]}],
        "does not follow the commit before it": [second],
        "has no larger size": [first, {"note": first["note"], "commit": first["commit"].replace(
            "\nauthor", f"\nparent {git(tmp_path / 'remote.git', 'rev-parse', 'log~1')}\nauthor", 1)}],
        "is not a commit": [{**first, "commit": "tree\n"}],
    }  # fmt: skip
    for fault, lines in cases.items():
        findings = Findings()
        (tmp_path / "changed").write_text("".join(json.dumps(line) + "\n" for line in lines))
        read_lines("the anchor", tmp_path / "changed", findings)
        assert fault in findings.all()[0].what
