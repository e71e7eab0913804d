"""Exports that were written once, one a release: whatever changes in the code, they must verify for ever.

Each archive is frozen by its digest. Those whose name ends in 1 were written before events were sealed. Each is
verified by the verifier of today and, run as an auditor runs it, by the one that it carries.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.audit.standalone.export_verification import verify_export
from data.audit.standalone_file import standalone_verifier
from tests.exports import each_bare_python, run_verifier

FOLDER = Path(__file__).parent / "exports"


@dataclass(frozen=True)
class GoldenExport:
    """An export as it was committed: its archive, the digest of that, and what its verification says."""

    name: str
    sha256: str
    export_digest: str
    vkey: str
    root: str
    events: int
    withheld: int


GOLDEN = [GoldenExport(**fields) for fields in json.loads((FOLDER / "expected.json").read_bytes())]
NEWEST = "2"
EACH = pytest.mark.parametrize("golden", GOLDEN, ids=[one.name for one in GOLDEN])


@pytest.fixture
def folder(golden: GoldenExport, tmp_path: Path) -> Path:
    """The folder of the export."""
    with tarfile.open(FOLDER / golden.name) as archive:
        archive.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    return root


def test_every_archive_is_listed() -> None:
    assert {path.name for path in FOLDER.glob("*.tar.gz")} == {one.name for one in GOLDEN} != set()


@EACH
def test_the_archive_is_unchanged(golden: GoldenExport) -> None:
    assert hashlib.sha256((FOLDER / golden.name).read_bytes()).hexdigest() == golden.sha256


@EACH
def test_the_verifier_of_today_verifies_it(golden: GoldenExport, folder: Path) -> None:
    report = verify_export(folder, golden.vkey, deep=True)
    assert (report.ok, report.faults) == (True, [])
    assert (report.export_digest, report.root) == (golden.export_digest, golden.root)
    assert (report.events, report.withheld) == (golden.events, golden.withheld)


def verify_with_both(golden: GoldenExport, folder: Path, python: str) -> None:
    """Verify an export by the file that it carries and by that of today, each in a process without any package."""
    assert run_verifier(folder, python=python).returncode == 0
    today = folder.parent / "today"
    today.mkdir()
    (today / "verify.py").write_bytes(standalone_verifier())
    assert run_verifier(today, str(folder), "--trusted-vkey", golden.vkey, python=python).returncode == 0


@each_bare_python()
@pytest.mark.parametrize("golden", [one for one in GOLDEN if NEWEST in one.name], ids=lambda one: one.name)
def test_its_own_verifier_and_that_of_today_verify_the_newest_on_a_bare(
    python: str, golden: GoldenExport, folder: Path
) -> None:
    verify_with_both(golden, folder, python)


@each_bare_python(("3.9", "3.13"))
@pytest.mark.parametrize("golden", [one for one in GOLDEN if NEWEST not in one.name], ids=lambda one: one.name)
def test_its_own_verifier_and_that_of_today_verify_an_older_one_on_a_bare(
    python: str, golden: GoldenExport, folder: Path
) -> None:
    verify_with_both(golden, folder, python)
