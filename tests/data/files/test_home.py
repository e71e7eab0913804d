"""The home: every path has its own name, and journal, anchors and keys are outside the database's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.files.home import Home

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
