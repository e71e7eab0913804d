"""The home: every folder has its name, and what proves the record lies outside the database's folder."""

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
def test_where_a_slot_is_followed(slot: tuple[str, str]) -> None:
    assert Home(Path("h")).manifest(MODEL, *slot) == Path("h") / MANIFESTS[slot]


def test_every_place_lies_below_the_root_in_a_folder_of_its_own() -> None:
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


def test_here_is_what_the_settings_name(home: Path) -> None:
    assert Home.here().root == home
