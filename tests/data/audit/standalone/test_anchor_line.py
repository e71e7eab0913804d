"""Lines of the copy of an anchor: notes, commits of a git branch, time stamps."""

from __future__ import annotations

import json

import pytest

from data.audit.anchors.git_anchor import GitAnchor
from data.audit.anchors.timestamp_anchor import stamp_line
from data.audit.standalone.anchor_line import read_anchor_line
from tests.git_repositories import bare, git

NOTES = [f"log\n{size}\n{'A' * 43}=\n\n— log AAAAAAAA\n" for size in (1, 5)]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], str]:
    """The lines of a branch with two checkpoints, and the id of its last commit."""
    folder = tmp_path_factory.mktemp("branch")
    anchor = GitAnchor(bare(folder / "a.git"), "log")
    for note in NOTES:
        anchor.append(note)
    with anchor.frozen() as write:
        write(folder / "copy")
    return (folder / "copy").read_bytes().splitlines(), git(folder / "a.git", "rev-parse", "log")


def test_the_ids_of_commits_are_computed_again(branch: tuple[list[bytes], str]) -> None:
    (first, second), tip = branch
    found = read_anchor_line(first, "")
    assert (found.note, found.fault) == (NOTES[0], "")
    last = read_anchor_line(second, found.commit)
    assert (last.note, last.commit, last.fault) == (NOTES[1], tip, "")


def test_a_changed_commit_is_a_fault(branch: tuple[list[bytes], str]) -> None:
    (first, second), _ = branch
    assert "does not follow" in read_anchor_line(second, "").fault
    assert "does not follow" in read_anchor_line(second, "0" * 40).fault
    exchanged = first.replace(b"log\\n1\\n", b"log\\n2\\n")
    assert "does not contain" in read_anchor_line(exchanged, "").fault
    assert "one tree" in read_anchor_line(b'{"commit":"x","note":"y"}', "").fault


def test_a_stamp_has_a_note() -> None:
    found = read_anchor_line(stamp_line(NOTES[0], b"reply"), "")
    assert (found.note, found.is_stamp, found.commit) == (NOTES[0], True, "")


@pytest.mark.parametrize("line", [b"{}", b'{"note":"a"}', b'{"note":1,"response":""}', b'{"note": "a","response":""}'])
def test_any_other_line_has_no_note(line: bytes) -> None:
    assert read_anchor_line(line, "").note is None
    assert read_anchor_line(json.dumps(NOTES[0], ensure_ascii=False).encode(), "").note == NOTES[0]
