"""The provenance of a submission, derived with a real Git; what cannot be derived stays unproven."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.submission import provenance
from data.submission.provenance import Commit, Provenance, read_provenance, read_stored_provenance


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Dana Developer", "-c", "user.email=dana@example.org", "-c", "commit.gpgsign=false")
    ran = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a submission in it, committed once."""
    git(tmp_path, "init", "--quiet")
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "model.yaml").write_text("model: ops/late\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "--quiet", "-m", "First\n\nCo-authored-by: Sam Second <sam@example.org>")
    return folder


def test_a_committed_folder_has_commit_and_authors(folder: Path) -> None:
    found = read_provenance(folder, "dev")
    assert found.commit == git(folder, "rev-parse", "HEAD")
    assert (found.dirty, found.submitter) == (False, "dev")
    assert found.authors_since(None) == ("Dana Developer <dana@example.org>", "Sam Second <sam@example.org>")
    assert any(one.startswith("numpy==") for one in found.packages)


def test_authors_since_are_those_after_a_commit(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    (folder / "model.yaml").write_text("model: ops/later\n")
    git(
        folder,
        "-c",
        "user.name=Tess",
        "commit",
        "--quiet",
        "-am",
        "Second",
        "--author",
        "Tess Third <tess@example.org>",
    )
    found = read_provenance(folder, "dev")
    assert found.authors_since(first) == ("Tess Third <tess@example.org>",)
    assert len(found.authors_since(None)) == len(found.authors_since("0" * 40)) == 3
    assert found.authors_since(found.commit) == ()


def test_commits_outside_the_folder_are_left_out(folder: Path) -> None:
    (folder.parent / "other.txt").write_text("x")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "--quiet", "-m", "Else", "--author", "Else Where <else@example.org>")
    assert "Else Where <else@example.org>" not in read_provenance(folder, "dev").authors_since(None)


def change(folder: Path) -> None:
    (folder / "model.yaml").write_text("changed\n")


def add(folder: Path) -> None:
    (folder / "new.txt").write_text("new\n")


def change_elsewhere(folder: Path) -> None:
    (folder.parent / "code.py").write_text("1\n")
    git(folder.parent, "add", "code.py")


@pytest.mark.parametrize("spoil", [change, add, change_elsewhere])
def test_uncommitted_changes_make_the_folder_dirty(folder: Path, spoil: object) -> None:
    assert callable(spoil)
    spoil(folder)
    assert read_provenance(folder, "dev").dirty is True


def test_an_untracked_file_outside_the_folder_does_not_make_it_dirty(folder: Path) -> None:
    (folder.parent / "notes.txt").write_text("x")
    assert read_provenance(folder, "dev").dirty is False


def test_without_a_repository_the_provenance_is_unproven(tmp_path: Path) -> None:
    found = read_provenance(tmp_path, "dev")
    assert (found.commit, found.dirty, found.history, found.submitter) == (None, None, (), "dev")
    assert found.code("sha256:ab").source_digest == "sha256:ab"


def test_an_untracked_folder_is_unproven(folder: Path) -> None:
    (folder.parent / ".gitignore").write_text("ignored/\n")
    (folder.parent / "ignored").mkdir()
    (folder.parent / "ignored" / "model.yaml").write_text("x")
    assert read_provenance(folder.parent / "ignored", "dev").commit is None


def test_without_git_the_provenance_is_unproven(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert read_provenance(folder, "dev").commit is None


def test_a_failed_git_status_leaves_dirty_unknown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = provenance._git
    monkeypatch.setattr(provenance, "_git", lambda at, *what: None if what[0] in ("status", "log") else git(at, *what))
    found = read_provenance(folder, "dev")
    assert (found.dirty, found.history) == (None, ())


def test_stored_provenance_is_read_back() -> None:
    written = Provenance(commit="ab", dirty=True, history=(Commit(id="ab", authors=("A <a@b>",)),), submitter="dev")
    assert read_stored_provenance(written.model_dump_json()) == written
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_stored_provenance('{"commit": 1}')
