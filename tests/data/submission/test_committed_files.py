"""A submitted file whose content is not in the commit makes the code differ, also where `git status` shows nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from data.submission import committed_files
from data.submission.committed_files import differs_from_commit
from data.submission.git_command import run_git
from tests.git_repositories import git_in

CODE = "code/train.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A committed submission with code and data; the data and the artifact are ignored."""
    folder = tmp_path / "repository" / "submission"
    for name, text in {CODE: "fit()\n", "model.yaml": "model: ops/late\n", "data/training.parquet": "rows"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder.parent / ".gitignore").write_text("data/\nartifact/\n")
    (folder.parent / "library.py").write_text("1\n")
    git_in(folder.parent, "init", "--quiet")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git_in(folder.parent, "add", "--all")
    git_in(folder.parent, "commit", "--quiet", "-m", "all")


def ignore_code(folder: Path) -> None:
    (folder.parent / ".gitignore").write_text("notebook.py\n*.py[co]\ndata/\n")
    commit(folder)
    (folder / "code" / "notebook.py").write_text("secretly()\n")


def ignore_by_the_clone(folder: Path) -> None:
    (folder.parent / ".git" / "info" / "exclude").write_text("more.py\n")
    (folder / "code" / "more.py").write_text("secretly()\n")


def ignore_a_document(folder: Path) -> None:
    (folder.parent / ".git" / "info" / "exclude").write_text("docs/\n")
    (folder / "docs").mkdir()
    (folder / "docs" / "method.md").write_text("text")


def mark(*options: str, path: str = f"submission/{CODE}") -> Callable[[Path], None]:
    """Return a function that marks a file not to be compared, and then changes it."""

    def spoil(folder: Path) -> None:
        git_in(folder.parent, "update-index", *options, path)
        (folder.parent / path).write_text("secretly()\n")

    return spoil


def nest_a_repository(folder: Path) -> None:
    git_in(folder.parent, "rm", "-r", "--quiet", "--cached", "submission/code")
    git_in(folder / "code", "init", "--quiet")
    git_in(folder / "code", "add", "--all")
    git_in(folder / "code", "commit", "--quiet", "-m", "inner")
    commit(folder)


SPOILT: dict[str, Callable[[Path], None]] = {
    "code that Git ignores": ignore_code,
    "code that only this clone ignores": ignore_by_the_clone,
    "a document that Git ignores": ignore_a_document,
    "code marked assume-unchanged": mark("--assume-unchanged"),
    "code marked skip-worktree": mark("--skip-worktree"),
    "a file outside the submission marked assume-unchanged": mark("--assume-unchanged", path="library.py"),
    "code of a nested repository": nest_a_repository,
}


def test_committed_code_with_ignored_data_does_not_differ(folder: Path) -> None:
    (folder / "artifact").mkdir()
    (folder / "artifact" / "model.bin").write_bytes(b"model")
    assert differs_from_commit(folder) is False


@pytest.mark.parametrize("case", SPOILT)
def test_what_git_status_does_not_show_differs(case: str, folder: Path) -> None:
    SPOILT[case](folder)
    assert run_git(folder, "status", "--porcelain") == ""
    assert differs_from_commit(folder) is True


def test_an_ignored_file_that_is_then_committed_no_longer_differs(folder: Path) -> None:
    ignore_code(folder)
    git_in(folder.parent, "add", "--force", "submission/code/notebook.py")
    commit(folder)
    assert differs_from_commit(folder) is False


def test_a_marked_file_with_the_committed_content_does_not_differ(folder: Path) -> None:
    git_in(folder.parent, "update-index", "--assume-unchanged", f"submission/{CODE}")
    assert differs_from_commit(folder) is False
    git_in(folder.parent, "update-index", "--skip-worktree", "library.py")
    assert differs_from_commit(folder) is False


def test_a_sparse_checkout_may_leave_out_files_outside_the_submission(folder: Path) -> None:
    git_in(folder.parent, "update-index", "--skip-worktree", "library.py")
    (folder.parent / "library.py").unlink()
    assert differs_from_commit(folder) is False


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_a_marked_file_that_is_missing_in_the_submission_differs(option: str, folder: Path) -> None:
    git_in(folder.parent, "update-index", option, f"submission/{CODE}")
    (folder / CODE).unlink()
    assert differs_from_commit(folder) is True


def test_line_endings_of_windows_are_those_of_the_commit(folder: Path) -> None:
    git_in(folder, "config", "core.autocrlf", "true")
    (folder / CODE).write_bytes(b"fit()\r\n")
    git_in(folder, "add", "--renormalize", ".")
    assert differs_from_commit(folder) is False


def test_a_file_in_git_lfs_is_compared_through_its_pointer(folder: Path) -> None:
    """The index has the pointer, as the filter of Git LFS writes it; the folder has the content."""
    pointer = committed_files.POINTER.format(digest=hashlib.sha256(b"abc").hexdigest(), size=3)
    (folder / "docs").mkdir()
    (folder / "docs" / "figure.png").write_text(pointer)
    commit(folder)
    git_in(folder, "update-index", "--assume-unchanged", "docs/figure.png")
    for content, differs in ((b"abc", False), (b"abd", True)):
        (folder / "docs" / "figure.png").write_bytes(content)
        assert differs_from_commit(folder) is differs


def test_a_repository_with_longer_ids_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "repository" / "submission"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text("model: ops/late\n")
    git_in(folder.parent, "init", "--quiet", "--object-format=sha256")
    commit(folder)
    assert differs_from_commit(folder) is False


def test_a_marked_file_with_a_line_break_in_its_name_differs(folder: Path) -> None:
    (folder.parent / "a\nb").write_text("1")
    commit(folder)
    git_in(folder.parent, "update-index", "--assume-unchanged", "a\nb")
    assert differs_from_commit(folder) is True


@pytest.mark.parametrize("fails", ["status", "ls-files", "cat-file"])
def test_without_an_answer_from_git_it_is_unknown(fails: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(at: Path, *arguments: str, given: str = "") -> str | None:
        return None if arguments[0] == fails else run_git(at, *arguments, given=given)

    monkeypatch.setattr(committed_files, "run_git", run)
    assert differs_from_commit(folder) is None


def test_a_folder_that_cannot_be_packed_is_unknown(folder: Path) -> None:
    (folder / "link").symlink_to(folder / CODE)
    commit(folder)
    assert differs_from_commit(folder) is None
