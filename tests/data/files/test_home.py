"""The home: every path has its own name, and journal, anchors and keys are outside the database's folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from data.files.home import Home
from tests.git_repositories import git_in

MODEL = "models/ops/delay"
MANIFESTS = {
    ("production", "champion"): "serving/ops/delay/current.json",
    ("production", "shadow"): "serving/ops/delay/production/shadow/current.json",
    ("staging", "champion"): "serving/ops/delay/staging/champion/current.json",
}


@pytest.mark.parametrize("slot", MANIFESTS, ids=" ".join)
def test_the_manifest_path_of_a_slot(slot: tuple[str, str]) -> None:
    assert Home(Path("h")).manifest(MODEL, *slot) == Path("h") / MANIFESTS[slot]


def test_every_path_is_in_a_separate_folder_below_the_root() -> None:
    home = Home(Path("h"))
    names = [name for name, value in vars(Home).items() if isinstance(value, property)]
    places = {name: getattr(home, name) for name in names}
    assert all(place.is_relative_to("h") for place in places.values())
    assert len(set(places.values())) == len(places)
    assert home.logs(MODEL) == Path("h/logs/ops/delay")
    assert home.labels(MODEL) == Path("h/labels/ops/delay")


def test_journal_anchors_and_keys_are_not_beside_the_database() -> None:
    home = Home(Path("h"))
    assert home.lock.parent == home.database.parent
    for outside in (home.journal.parent, home.anchor.parent, home.keys, home.artifacts):
        assert not outside.is_relative_to(home.database.parent)


def test_here_returns_the_home_of_the_settings(home: Path) -> None:
    assert Home.here().root == home


def modes(home: Home) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in (home.root, home.keys, home.serving)]


def open_home(tmp_path: Path) -> Home:
    """Return a home with a registry folder, whose folders everybody can read."""
    home = Home(tmp_path / "open")
    for folder in (home.database.parent, home.keys, home.serving):
        folder.mkdir(parents=True)
    for folder in (home.root, home.keys, home.serving):
        folder.chmod(0o755)
    return home


def test_a_home_takes_access_from_other_users_but_not_to_the_served_folder(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    home.restrict()
    assert modes(home) == [0o700, 0o700, 0o755]


def test_a_passage_to_the_served_folder_stays(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    home.restrict(passage=True)
    assert modes(home) == [0o711, 0o700, 0o755]


def test_a_folder_that_is_no_home_is_left_as_it_is(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    home.database.parent.rmdir()
    home.restrict()
    assert modes(home) == [0o755, 0o755, 0o755]


def test_a_process_that_uses_a_home_creates_private_files(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        Home(tmp_path / "home")
        (tmp_path / "file").write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def staged(repository: Path) -> list[str]:
    """Return what `git add` stages in a new repository, except `.gitignore` files."""
    git_in(repository, "init", "--quiet")
    git_in(repository, "add", "--all")
    shown = git_in(repository, "diff", "--cached", "--name-only")
    return [line for line in shown.splitlines() if not line.endswith(".gitignore")]


def with_key(root: Path) -> Home:
    home = Home(root)
    home.keep_out_of_git()
    home.keys.mkdir()
    (home.keys / "log.key").write_text("secret")
    return home


def test_git_stages_nothing_of_a_home_below_a_repository(tmp_path: Path) -> None:
    with_key(tmp_path / "state" / "var")
    (tmp_path / "model.py").write_text("")
    assert staged(tmp_path) == ["model.py"]


def test_git_stages_no_folder_of_a_home_that_is_a_repository_itself(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with_key(tmp_path)
    (tmp_path / "model.py").write_text("")
    assert staged(tmp_path) == ["model.py"]


def test_a_gitignore_of_the_user_stays(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/keys/\n")
    home = with_key(tmp_path)
    home.keep_out_of_git()
    assert (tmp_path / ".gitignore").read_text() == "/keys/\n"


def test_a_home_that_cannot_be_written_is_left_to_the_write_that_follows(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Home(tmp_path / "file" / "home").keep_out_of_git()
    assert (tmp_path / "file").read_text() == ""
