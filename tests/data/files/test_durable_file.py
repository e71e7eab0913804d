"""A file is either complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.files.durable_file import damaged_ending, remove_durably, replace_lines, write_durably


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


def test_lines_are_written_again_and_the_former_file_is_kept(tmp_path: Path) -> None:
    path, ending = tmp_path / "deep" / "events.jsonl", damaged_ending()
    assert replace_lines(path, [b"one"], ending) is None
    kept = replace_lines(path, [b"one", b"two"], ending)
    assert kept == path.with_name(f"events.jsonl.{ending}")
    assert (kept.read_bytes(), path.read_bytes()) == (b"one\n", b"one\ntwo\n")
    assert sorted(path.parent.iterdir()) == sorted([kept, path])
