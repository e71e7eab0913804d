"""The command line of the verifier: its exit codes, its JSON, and the folder that it verifies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data.audit.standalone.verifier_command import main
from tests.exports import Exports, run_verifier


def test_a_genuine_export_gives_exit_code_0_and_its_digests(
    exports: Exports, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([str(exports.everything), "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert (report["ok"], report["faults"], report["events"]) == (True, [], len(exports.world.events()))
    assert report["export_digest"].startswith("sha256:")
    assert report["proved"]
    assert report["not_proved"]
    assert main([str(exports.everything), "--trusted-vkey", "nobody"]) == 1
    assert "THE EXPORT FAILS VERIFICATION" in capfd.readouterr().out


def test_a_folder_without_an_export_gives_exit_code_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "contains no manifest.json" in capfd.readouterr().err


def test_the_folder_of_the_file_is_verified_from_any_folder(exports: Exports, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(exports.model / "verify.py")]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={"LC_ALL": "C"}, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert run_verifier(exports.everything, str(exports.model)).returncode == 0


def test_a_wrong_option_gives_exit_code_2(exports: Exports) -> None:
    assert run_verifier(exports.everything, "--depp").returncode == 2
