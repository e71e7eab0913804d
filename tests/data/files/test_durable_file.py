"""A file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.files.durable_file import remove_durably, write_durably


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "current.json"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_replaced_leaves_the_former_and_nothing_beside_it(
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


def test_removing_what_is_not_there_is_done_already(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    remove_durably(path)
    write_durably(path, b"one")
    remove_durably(path)
    assert not path.exists()
