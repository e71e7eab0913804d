"""The export for an auditor on the command line: one model or everything, and what the operator publishes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exports import store_documents
from tests.modelward.conftest import Cli
from tests.world import World


@pytest.fixture
def sound(world: World) -> World:
    """A world with a version whose documents are all stored."""
    world.version()
    store_documents(world)
    return world


def test_an_auditor_verifies_the_export_with_the_command_that_is_printed(
    sound: World, cli: Cli, tmp_path: Path
) -> None:
    result = cli("audit", "export", "--all", "--to", str(tmp_path / "out"))
    assert result.code == 0
    assert f"exported {len(sound.events())} events (0 withheld)" in result.out
    assert "python3 -I -S" in result.out
    ran = subprocess.run([sys.executable, "-I", "-S", tmp_path / "out/verify.py"], capture_output=True, check=False)
    assert ran.returncode == 0


def test_one_model_is_exported_with_its_archive_and_digests(sound: World, cli: Cli, tmp_path: Path) -> None:
    sound.version("models/crm/churn")
    result = cli("audit", "export", "delay", "--to", str(tmp_path / "out"), "--archive", "--json")
    report = result.json
    assert (result.code, report["verification"]["ok"], report["archive"]) == (0, True, str(tmp_path / "out.tar.gz"))
    assert report["verification"]["withheld"] > 0
    assert report["verification"]["export_digest"].startswith("sha256:")
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert manifest["scope"] == "models/ops/delay"
    whole = cli("audit", "export", "delay", "--to", str(tmp_path / "whole"), "--whole-log", "--json").json
    assert whole["verification"]["withheld"] == 0


def test_a_damaged_registry_is_exported_with_exit_code_1(sound: World, cli: Cli, tmp_path: Path) -> None:
    with sound.registry.store.transaction() as connection:
        connection.execute("UPDATE person SET name = 'Eve' WHERE key = 'people/adam'")
    result = cli("audit", "export", "--all", "--to", str(tmp_path / "out"))
    assert result.code == 1
    assert "THE EXPORT DOES NOT VERIFY" in result.out
    assert "people/adam" in result.out
    assert (tmp_path / "out" / "verify.py").is_file()


@pytest.mark.parametrize("options", [[], ["delay", "--all"]], ids=["neither", "both"])
def test_either_a_model_or_everything_is_exported(options: list[str], world: World, cli: Cli, tmp_path: Path) -> None:
    result = cli("audit", "export", *options, "--to", str(tmp_path / "out"))
    assert (result.code, (tmp_path / "out").exists()) == (2, False)
