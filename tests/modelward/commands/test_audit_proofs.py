"""Proofs on the command line: of an event, and of the consistency of two checkpoints."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.modelward.conftest import Cli
from tests.world import World

pytestmark = pytest.mark.closed_registry


def test_an_event_is_proved_and_verified_with_the_command_that_is_shown(
    world: World, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "event 5, " in cli("audit", "prove", "5", "--with-verifier").out
    (shown,) = cli("audit", "prove", "6", "--to", "mine", "--with-verifier", "--json").json
    assert (shown["seq"], shown["file"]) == (6, "mine")
    command = shlex.split(shown["verify"].replace("python3", sys.executable))
    result = subprocess.run(command, check=False, capture_output=True)
    assert (result.returncode, b"THE PROOF OF EVENT 6 IS VERIFIED" in result.stdout) == (0, True)
    again = cli("audit", "prove", "6", "--to", "mine")
    assert (again.code, "exists already" in again.err) == (2, True)


def test_consistency_is_proved_or_the_finding_is_shown(world: World, cli: Cli, tmp_path: Path) -> None:
    sizes = [1, world.registry.checkpoint()]
    proof, kept = tmp_path / "proof", tmp_path / "kept"
    assert cli("audit", "prove", "5", "--to", kept).code == 0
    result = cli("audit", "consistency", kept, "--to", proof)
    assert (result.code, "proved: the log of" in result.out) == (0, True)
    assert proof.read_text("utf-8").startswith("old ")
    turned = cli("audit", "consistency", sizes[1], sizes[0], "--json")
    assert (turned.code, turned.json["ok"], len(turned.json["findings"])) == (1, False, 1)
    assert "NOT PROVED" in cli("audit", "consistency", sizes[1], sizes[0]).out


def test_a_receipt_is_written_for_each_vote_and_compared_with_the_registry(
    world: World, cli: Cli, tmp_path: Path
) -> None:
    with world.registry.session():
        world.approved()
    shown = cli("approvals", "receipt", "delay/1#1", "--to", tmp_path, "--json").json
    assert [Path(one["file"]).name.split("-")[1] for one in shown] == ["alma", "axel"]
    report = cli("audit", "verify", "--since", shown[0]["file"], "--json").json
    assert (report["ok"], report["since"], len(report["unchecked"])) == (True, shown[0]["size"], 2)
    result = cli("audit", "verify", "--since", shown[1]["file"])
    assert f"it continues the trusted checkpoint of {shown[1]['size']} events" in result.out
    assert cli("audit", "verify", "--since", shown[0]["file"], "--deep").code == 2
    changed = tmp_path / "changed"
    changed.write_text(Path(shown[0]["file"]).read_text("utf-8").replace("\nindex ", "\nindex 1"), "utf-8")
    refused = cli("audit", "verify", "--since", changed)
    assert (refused.code, "proves nothing" in refused.err) == (2, True)
