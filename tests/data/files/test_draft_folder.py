"""Draft folders: private, removed at the end, and never left by a killed process for long."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from data.files import draft_folder as module
from data.files.draft_folder import draft_folder


def test_a_draft_is_private_and_removed_at_the_end(tmp_path: Path) -> None:
    with draft_folder(tmp_path / "new", "copy") as folder:
        assert (folder.parent, stat.S_IMODE(folder.stat().st_mode)) == (tmp_path / "new", 0o700)
        (folder / "half").touch()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_draft_is_removed_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), draft_folder(tmp_path, "copy"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_renamed_draft_stays(tmp_path: Path) -> None:
    with draft_folder(tmp_path, "copy") as folder:
        (folder / "whole").touch()
        folder.rename(tmp_path / "copy")
    assert [path.name for path in tmp_path.rglob("*")] == ["copy", "whole"]


def test_an_abandoned_draft_is_removed_and_others_stay(tmp_path: Path) -> None:
    abandoned, foreign = tmp_path / ".copy.x.draft", tmp_path / ".other.x.draft"
    abandoned.mkdir()
    foreign.mkdir()
    with draft_folder(tmp_path, "copy") as first, draft_folder(tmp_path, "copy") as second:
        assert sorted(tmp_path.iterdir()) == sorted([foreign, first, second])


def test_a_draft_that_another_process_removed_or_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, made = module.lock_existing, list[Path]()

    def remove_before(folder: Path) -> object:
        shutil.rmtree(folder)
        return lock(folder)

    def remove_after(folder: Path) -> object:
        found = lock(folder)
        shutil.rmtree(folder)
        return found

    turns: list[Callable[[Path], object]] = [remove_before, remove_after, lambda _: None, lock]

    def interfering(folder: Path) -> object:
        made.append(folder)
        return turns.pop(0)(folder)

    monkeypatch.setattr(module, "lock_existing", interfering)
    with draft_folder(tmp_path, "copy") as folder:
        assert (len(made), folder.exists()) == (4, True)
