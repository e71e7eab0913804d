"""The provenance of a submission, derived with a real Git; what cannot be derived stays unproven."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.submission import committed_files, provenance
from data.submission.git_command import run_git
from data.submission.provenance import Commit, Provenance, read_provenance, read_stored_provenance
from tests.git_repositories import git_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a submission in it, committed once."""
    git_in(tmp_path, "init", "--quiet")
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "model.yaml").write_text("model: ops/late\n")
    git_in(tmp_path, "add", "-A")
    git_in(tmp_path, "commit", "--quiet", "-m", "First\n\nCo-authored-by: Sam Second <sam@example.org>")
    return folder


def test_a_committed_folder_has_commit_and_authors(folder: Path) -> None:
    found = read_provenance(folder, "dev")
    assert found.commit == git_in(folder, "rev-parse", "HEAD")
    assert (found.dirty, found.submitter) == (False, "dev")
    assert found.authors_since(None) == ("Dana Developer <dana@example.org>", "Sam Second <sam@example.org>")
    assert any(one.startswith("numpy==") for one in found.packages)


def test_authors_since_are_those_after_a_commit(folder: Path) -> None:
    first = git_in(folder, "rev-parse", "HEAD")
    (folder / "model.yaml").write_text("model: ops/later\n")
    git_in(
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
    git_in(folder.parent, "add", "-A")
    git_in(folder.parent, "commit", "--quiet", "-m", "Else", "--author", "Else Where <else@example.org>")
    assert "Else Where <else@example.org>" not in read_provenance(folder, "dev").authors_since(None)


def change(folder: Path) -> None:
    (folder / "model.yaml").write_text("changed\n")


def add(folder: Path) -> None:
    (folder / "new.txt").write_text("new\n")


def change_elsewhere(folder: Path) -> None:
    (folder.parent / "code.py").write_text("1\n")
    git_in(folder.parent, "add", "code.py")


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
    for module in (committed_files, provenance):
        monkeypatch.setattr(
            module, "run_git", lambda at, *what: None if what[0] in ("status", "log") else run_git(at, *what)
        )
    found = read_provenance(folder, "dev")
    assert (found.dirty, found.history, found.has_whole_history) == (None, (), False)


def clone(folder: Path, *options: str) -> Path:
    """Clone the repository of a folder, and return the same folder in the clone."""
    target = folder.parents[1] / f"clone{len(options)}"
    git_in(folder.parent, "clone", "--quiet", *options, folder.parent.as_uri(), str(target))
    return target / folder.name


def commit_as(folder: Path, name: str, *arguments: str) -> str:
    """Commit all changes of a folder under another name, and return the commit."""
    git_in(folder, "add", "--all", ".")
    author = f"{name} <{name.lower()}@example.org>"
    git_in(folder, "commit", "--quiet", "--allow-empty", "-m", "change", "--author", author, *arguments)
    return git_in(folder, "rev-parse", "HEAD")


def test_a_shallow_clone_leaves_the_authors_unproven_until_its_history_is_fetched(folder: Path) -> None:
    (folder / "model.yaml").write_text("model: ops/second\n")
    commit_as(folder, "Tess")
    shallow = clone(folder, "--depth=1")
    found = read_provenance(shallow, "dev")
    assert (found.commit is not None, found.dirty, found.is_proven) == (True, False, False)
    assert found.origins == {"code": "derived", "contributors": "claimed"}
    git_in(shallow, "fetch", "--quiet", "--unshallow")
    assert read_provenance(shallow, "dev").is_proven
    assert "Dana Developer <dana@example.org>" in read_provenance(shallow, "dev").authors_since(None)


def test_a_clone_without_file_contents_knows_all_authors(folder: Path) -> None:
    git_in(folder, "config", "uploadpack.allowFilter", "true")
    assert (
        read_provenance(clone(folder, "--filter=blob:none", "--no-local"), "dev").origins["contributors"] == "derived"
    )


def test_a_longer_history_than_is_stored_leaves_the_authors_unproven(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "HISTORY", 1)
    assert read_provenance(folder, "dev").has_whole_history
    (folder / "model.yaml").write_text("model: ops/second\n")
    commit_as(folder, "Tess")
    found = read_provenance(folder, "dev")
    assert (len(found.history), found.has_whole_history) == (1, False)


@pytest.mark.parametrize("hide", ["replace", "graft"])
def test_a_replaced_or_grafted_commit_hides_no_author(folder: Path, hide: str) -> None:
    (folder / "model.yaml").write_text("model: ops/second\n")
    latest = commit_as(folder, "Tess")
    if hide == "replace":
        git_in(folder, "replace", "--graft", latest)
    else:
        (folder.parent / ".git" / "info").mkdir(exist_ok=True)
        (folder.parent / ".git" / "info" / "grafts").write_text(f"{latest}\n")
    assert "Dana Developer <dana@example.org>" in read_provenance(folder, "dev").authors_since(None)


def test_an_older_commit_that_was_merged_later_counts_as_a_change_since(folder: Path) -> None:
    main = git_in(folder, "branch", "--show-current")
    git_in(folder, "checkout", "--quiet", "-b", "side")
    (folder / "side.txt").write_text("side")
    commit_as(folder, "Sid", "--date=2001-01-01T00:00:00Z")
    git_in(folder, "checkout", "--quiet", main)
    (folder / "model.yaml").write_text("model: ops/second\n")
    parent = commit_as(folder, "Tess")
    git_in(folder, "merge", "--quiet", "--no-edit", "side")
    since = read_provenance(folder, "dev").authors_since(parent)
    assert "Sid <sid@example.org>" in since
    assert "Tess <tess@example.org>" not in since


def test_the_author_of_a_branch_with_the_same_content_is_an_author(folder: Path) -> None:
    main = git_in(folder, "branch", "--show-current")
    git_in(folder, "checkout", "--quiet", "-b", "side")
    (folder / "model.yaml").write_text("model: ops/second\n")
    commit_as(folder, "Sid")
    git_in(folder, "checkout", "--quiet", main)
    (folder / "model.yaml").write_text("model: ops/second\n")
    commit_as(folder, "Tess")
    git_in(folder, "merge", "--quiet", "--no-edit", "side")
    authors = read_provenance(folder, "dev").authors_since(None)
    assert {"Sid <sid@example.org>", "Tess <tess@example.org>"} <= set(authors)


def test_stored_provenance_is_read_back() -> None:
    written = Provenance(commit="ab", dirty=True, history=(Commit(id="ab", authors=("A <a@b>",)),), submitter="dev")
    assert read_stored_provenance(written.model_dump_json()) == written
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_stored_provenance('{"commit": 1}')
