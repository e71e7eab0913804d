"""The daily partitions of a log, and when the identity of a partition changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import LogFormatError
from data.logs import log_partition
from data.logs.log_partition import REMEMBERED_DAYS, ContentIdentities, partitions
from data.logs.profile_cache import ProfileCache
from tests.prediction_logs import DAY, days, prediction_table, write_partition, write_predictions


def identity(folder: Path, cache: Path) -> str:
    identities = ContentIdentities(ProfileCache(cache, cache.parent / "keys"), "ops/delay")
    (partition,) = partitions(folder, DAY, DAY)
    found = identities.of(partition)
    identities.remember()
    return found


def test_the_partitions_of_a_range_are_listed_in_order(tmp_path: Path) -> None:
    for offset in (3, 1, 0, 2):
        write_predictions(tmp_path, DAY + days(offset), 3)
    assert [one.day for one in partitions(tmp_path, DAY + days(1), DAY + days(2))] == [DAY + days(1), DAY + days(2)]


def test_a_day_without_a_parquet_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "date=2013-04-01").mkdir()
    (tmp_path / "date=2013-04-01" / "part-0.unfinished").touch()
    assert partitions(tmp_path, DAY, DAY) == ()
    assert partitions(tmp_path / "nowhere", DAY, DAY) == ()


@pytest.mark.parametrize("name", ["date=2013-02-30", "date=20130401", "date=yesterday", "date=2013-W14-1"])
def test_a_folder_that_is_not_a_day_raises_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(LogFormatError, match="day|of the form"):
        partitions(tmp_path, DAY, DAY)


def test_a_file_name_that_is_not_utf_8_is_shown_as_text(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY, 3)
    folder = tmp_path / f"date={DAY}"
    (folder / "part-0.parquet").rename(folder / os.fsdecode(b"part-\xff.parquet"))
    (partition,) = partitions(tmp_path, DAY, DAY)
    assert partition.where(partition.files[0]) == f"date={DAY}/part-\\udcff.parquet"
    folder.rename(tmp_path / os.fsdecode(b"date=\xff"))
    with pytest.raises(LogFormatError) as refused:
        partitions(tmp_path, DAY, DAY)
    assert refused.value.what.encode().endswith(b"date=\\udcff is not a day")


def rewrite(folder: Path) -> None:
    write_predictions(folder, DAY, 4)


def touch(folder: Path) -> None:
    (file,) = folder.glob("*/*.parquet")
    os.utime(file, ns=(1, 1))


def add_file(folder: Path) -> None:
    write_partition(folder, DAY, prediction_table(DAY, 3), "part-1")


def rename(folder: Path) -> None:
    (file,) = folder.glob("*/*.parquet")
    file.rename(file.with_name("part-9.parquet"))


CHANGES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "nothing": (lambda folder: None, False),
    "the file is touched": (touch, False),
    "the file is written again, the same": (lambda folder: write_predictions(folder, DAY, 3), False),
    "the file is written with other rows": (rewrite, True),
    "a file is added": (add_file, True),
    "a file is renamed": (rename, True),
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_identity_changes_only_with_the_content(tmp_path: Path, case: str) -> None:
    change, differs = CHANGES[case]
    write_predictions(tmp_path / "log", DAY, 3)
    before = identity(tmp_path / "log", tmp_path / "cache")
    change(tmp_path / "log")
    assert (identity(tmp_path / "log", tmp_path / "cache") != before) is differs


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_predictions(tmp_path / "log", DAY, 3)
    before = identity(tmp_path / "log", tmp_path / "cache")
    monkeypatch.setattr("data.logs.log_partition.file_digest", lambda path: pytest.fail(f"{path} was read"))
    assert identity(tmp_path / "log", tmp_path / "cache") == before


def test_digests_of_old_files_are_not_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for offset in (0, 1, REMEMBERED_DAYS):
        write_predictions(tmp_path / "log", DAY + days(offset), 3)
    read: list[str] = []
    monkeypatch.setattr(log_partition, "file_digest", lambda path: (read.append(path.parent.name), "sha256:1")[1])
    for _ in range(2):
        identities = ContentIdentities(ProfileCache(tmp_path / "cache", tmp_path / "keys"), "ops/delay")
        for partition in partitions(tmp_path / "log", DAY, DAY + days(REMEMBERED_DAYS)):
            identities.of(partition)
        identities.remember()
    assert len(read) == 3
    write_predictions(tmp_path / "log", DAY + days(REMEMBERED_DAYS + 1), 3)
    for _ in range(2):
        identities = ContentIdentities(ProfileCache(tmp_path / "cache", tmp_path / "keys"), "ops/delay")
        for partition in partitions(tmp_path / "log", DAY, DAY + days(REMEMBERED_DAYS + 1)):
            identities.of(partition)
        identities.remember()
    assert read[3:] == ["date=2014-05-07", "date=2013-04-01"], "the new one, and once more the one of long ago"


def test_with_a_damaged_cache_the_files_are_read_again(tmp_path: Path) -> None:
    write_predictions(tmp_path / "log", DAY, 3)
    before = identity(tmp_path / "log", tmp_path / "cache")
    for content in (b"{", b"[]"):
        ProfileCache(tmp_path / "cache", tmp_path / "keys").put(content, "identities", "ops/delay")
        assert identity(tmp_path / "log", tmp_path / "cache") == before
