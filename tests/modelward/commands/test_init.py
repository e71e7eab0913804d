"""`modelward init` fills in the current user as owner, if the roster has that user."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.text.yaml_text import read_yaml
from tests.modelward.conftest import Cli
from tests.world import World


def owner_written(cli: Cli, folder: Path) -> object:
    assert cli("init", str(folder), "--model", "ops/late").code == 0
    return read_yaml((folder / "model.yaml").read_text(), "model.yaml")["owner"]


@pytest.mark.parametrize("actor, owner", [("dev", "dev"), ("A stranger", None)])
def test_the_owner_is_the_current_user_if_on_the_roster(
    actor: str, owner: str | None, world: World, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", actor)
    assert owner_written(cli, tmp_path / "new") == owner


def test_without_a_registry_the_folder_is_written_without_an_owner(home: Path, cli: Cli, tmp_path: Path) -> None:
    assert owner_written(cli, tmp_path / "new") is None
