"""A file is either complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.files.durable_file import remove_durably, write_durably


def test_a_file_is_replaced_and_no_temporary_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "current.json"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "current.json"
    write_durably(path, b"one")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_removing_a_missing_file_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    remove_durably(path)
    write_durably(path, b"one")
    remove_durably(path)
    assert not path.exists()
