"""The served folder: private, or with the group and the mode of the settings; its bytes are copies."""

from __future__ import annotations

import fcntl
import grp
import os
import stat
from pathlib import Path

import pytest

from data.errors import ConfigurationError, DigestMismatchError, PublishError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.files.served_folder import ServedAccess, ServedFolder, served_access
from data.settings import read_settings

SHARED = ServedAccess(os.getegid(), 0o640)
CONTENT = b"the bytes of a model"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def access(tmp_path: Path, **values: str) -> ServedAccess:
    return served_access(read_settings({f"MODELWARD_{k.upper()}": v for k, v in values.items()}, tmp_path / "none"))


def test_without_settings_the_served_folder_is_private(tmp_path: Path, home: Home) -> None:
    found = access(tmp_path)
    assert (found, found.is_shared, found.folder_mode, found.root_mode) == (ServedAccess(), False, 0o700, 0o700)
    ServedFolder(home, found).write(home.serving / "ops/delay/current.json", b"{}")
    assert {mode(path) for path in (home.root, home.serving, home.serving / "ops/delay")} == {0o700}
    assert mode(home.serving / "ops/delay/current.json") == 0o600


MODES = {"0640": (0o640, 0o750, 0o710), "0644": (0o644, 0o755, 0o711), "0600": (0o600, 0o700, 0o700)}


@pytest.mark.parametrize("text", MODES)
def test_the_mode_of_files_gives_the_modes_of_folders_and_home(text: str, tmp_path: Path, home: Home) -> None:
    found = access(tmp_path, served_mode=text)
    assert (found.mode, found.folder_mode, found.root_mode) == MODES[text]
    ServedFolder(home, found).write(home.serving / "ops/delay/current.json", b"{}")
    written = (home.serving / "ops/delay/current.json", home.serving / "ops", home.root)
    assert tuple(map(mode, written)) == MODES[text]


def test_a_group_can_read_served_files(tmp_path: Path, home: Home) -> None:
    found = access(tmp_path, served_group=grp.getgrgid(os.getegid()).gr_name)
    assert found == SHARED
    ServedFolder(home, found).write(home.serving / "current.json", b"{}")
    assert {path.stat().st_gid for path in (home.root, home.serving, home.serving / "current.json")} == {os.getegid()}


def test_an_unknown_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such group"):
        access(tmp_path, served_group="no-such-group-here")


def test_a_group_of_other_users_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("geteuid", 1000), ("getegid", 1000), ("getgroups", [1000])):
        monkeypatch.setattr(os, name, lambda value=value: value)
    monkeypatch.setattr(grp, "getgrnam", lambda name: grp.struct_group((name, "x", 77, [])))
    with pytest.raises(ConfigurationError, match=r"not in that group[\s\S]*usermod"):
        access(tmp_path, served_group="models")


@pytest.mark.parametrize("text", ["640", "0666", "0755", "rw-r-----", "0040"])
def test_a_mode_that_lets_others_write_or_owners_not_read_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="served_mode"):
        access(tmp_path, served_mode=text)


def stored(home: Home) -> tuple[Path, str]:
    store = ArtifactStore(home.artifacts)
    digest = store.put(CONTENT)
    return store.path(digest), digest


def test_served_bytes_are_a_copy_with_its_own_mode(home: Home) -> None:
    source, digest = stored(home)
    copy = ServedFolder(home, SHARED).copy(source, digest, home.serving / "ops/delay")
    assert (copy.read_bytes(), mode(copy), mode(source)) == (CONTENT, 0o640, 0o600)
    assert copy.stat().st_ino != source.stat().st_ino
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_blocks_are_shared_where_the_file_system_can(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def clone(target: int, request: int, source: int) -> int:
        os.pwrite(target, os.pread(source, 1 << 20, 0), 0)
        return 0

    monkeypatch.setattr(fcntl, "ioctl", clone)
    source, digest = stored(home)
    assert ServedFolder(home, SHARED).copy(source, digest, home.serving).read_bytes() == CONTENT


def test_a_damaged_copy_is_written_again_and_a_good_one_stays(home: Home) -> None:
    source, digest = stored(home)
    folder = ServedFolder(home, SHARED)
    first = folder.copy(source, digest, home.serving)
    before = first.stat().st_ino
    assert folder.copy(source, digest, home.serving).stat().st_ino == before
    first.write_bytes(b"damaged")
    assert folder.copy(source, digest, home.serving).read_bytes() == CONTENT


def test_bytes_that_change_during_the_copy_are_refused(home: Home) -> None:
    source, digest = stored(home)
    source.write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        ServedFolder(home, SHARED).copy(source, digest, home.serving)
    assert list((home.serving / "artifact").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(home: Home) -> None:
    source, digest = stored(home)
    home.serving.mkdir(parents=True)
    (home.serving / "artifact").write_text("a file")
    with pytest.raises(PublishError, match="cannot be written"):
        ServedFolder(home, SHARED).copy(source, digest, home.serving)


def test_a_link_that_leads_out_is_refused(home: Home, tmp_path: Path) -> None:
    source, digest = stored(home)
    home.serving.mkdir(parents=True)
    (home.serving / "artifact").symlink_to(tmp_path)
    with pytest.raises(PublishError, match="leads out"):
        ServedFolder(home, SHARED).copy(source, digest, home.serving)


def test_former_copies_are_removed_except_the_kept_ones(home: Home) -> None:
    folder, store = ServedFolder(home, SHARED), ArtifactStore(home.artifacts)
    digests = [store.put(f"model {number}".encode()) for number in range(3)]
    copies = [folder.copy(store.path(digest), digest, home.serving) for digest in digests]
    folder.prune(home.serving, {digests[0], digests[2], ""})
    assert [copy.exists() for copy in copies] == [True, False, True]


def test_what_has_another_mode_than_the_settings_is_found(home: Home) -> None:
    folder = ServedFolder(home, SHARED)
    assert list(folder.misfits()) == []
    folder.write(home.serving / "ops/current.json", b"{}")
    assert list(folder.misfits()) == []
    (home.serving / "ops/current.json").chmod(0o600)
    assert list(folder.misfits()) == [home.serving / "ops/current.json"]
    assert home.serving in ServedFolder(home, ServedAccess()).misfits()
