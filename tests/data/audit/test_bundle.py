"""The verifier in one file runs without an installation of modelward."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from data.audit.bundle import write_verifier

if TYPE_CHECKING:
    from tests.data.audit.conftest import Toy


def run(verifier: Path, toy: Toy) -> subprocess.CompletedProcess[str]:
    """Run in an empty folder and isolated mode, so that only installed packages and the bundle can be imported."""
    options = ["--database", toy.database, "--journal", toy.journal.path, "--anchor", toy.anchor_path, "--deep"]
    command = [sys.executable, "-I", str(verifier), *map(str, options)]
    return subprocess.run(command, cwd=verifier.parent, capture_output=True, text=True, check=False)


def test_the_bundle_verifies_without_an_installation(toy: Toy, tmp_path: Path) -> None:
    verifier = write_verifier(tmp_path / "verifier.pyz")
    good = run(verifier, toy)
    assert (good.returncode, good.stdout.splitlines()[0], good.stderr) == (0, "The log is valid.", "")
    toy.sql("UPDATE model SET owner = 'eve'")
    assert run(verifier, toy).returncode == 1


def test_the_bundle_contains_only_the_verifier(tmp_path: Path) -> None:
    members = zipfile.ZipFile(write_verifier(tmp_path / "verifier.pyz")).namelist()
    beside = {"__main__.py", "data/__init__.py", "data/audit/__init__.py"}
    assert {name for name in members if not name.startswith("data/audit/verifier/")} == beside
    assert "data/audit/verifier/verification.py" in members


def test_the_verifier_imports_no_other_module_of_modelward() -> None:
    folder = Path(__file__).parents[3] / "data" / "audit" / "verifier"
    imports = [
        line for path in folder.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("from data.", "import data.", "from rfc8785", "import rfc8785"))
    ]  # fmt: skip
    assert imports
    assert all(line.startswith("from data.audit.verifier.") for line in imports)


def test_the_bundle_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = write_verifier(tmp_path / "a.pyz"), write_verifier(tmp_path / "b.pyz")
    assert first.read_bytes() == second.read_bytes()
