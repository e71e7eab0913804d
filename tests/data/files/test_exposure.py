"""What other users could read in a home is found, with the command that removes their access."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from data.files.exposure import exposure_of
from data.files.home import Home
from data.files.served_folder import ServedAccess, ServedFolder

PRIVATE, SHARED = ServedAccess(), ServedAccess(None, 0o644)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A private home with a journal and a manifest."""
    home = Home(tmp_path / "home")
    home.journal.parent.mkdir(parents=True)
    home.journal.touch()
    ServedFolder(home, PRIVATE).write(home.serving / "ops/current.json", b"{}")
    return home


def run(remedy: str) -> None:
    """Run the command that a remedy names between backticks."""
    subprocess.run(remedy.split("`")[1], shell=True, check=True)


def test_a_private_home_is_exposed_to_nobody(home: Home) -> None:
    assert exposure_of(home, PRIVATE) is None


def test_a_home_that_others_can_enter_is_open(home: Home) -> None:
    home.root.chmod(0o755)
    found = exposure_of(home, PRIVATE)
    assert found is not None
    assert (found.is_open, str(home.root) in found.observed) == (True, True)
    run(found.remedy)
    assert exposure_of(home, PRIVATE) is None


def test_files_that_others_could_read_are_named(home: Home) -> None:
    home.journal.chmod(0o644)
    found = exposure_of(home, PRIVATE)
    assert found is not None
    assert (found.is_open, str(home.journal) in found.observed) == (False, True)
    run(found.remedy)
    assert exposure_of(home, PRIVATE) is None


@pytest.mark.parametrize("access", [SHARED, ServedAccess(0, 0o640)], ids=["for everybody", "for a group"])
def test_served_files_without_the_access_of_the_settings_are_named(access: ServedAccess, home: Home) -> None:
    home.root.chmod(access.root_mode)
    found = exposure_of(home, access)
    assert found is not None
    assert (found.is_open, "another mode or group than set" in found.observed) == (False, True)
    if access.group is None or home.root.stat().st_gid == access.group:
        run(found.remedy)
        assert exposure_of(home, access) is None
