"""Each folder of stored files is compared only if it is given."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from data.audit.verifier.report import Findings
from data.audit.verifier.stored_files import StoredFiles, Stores

EVENT: dict[str, Any] = {
    "type": "version.registered", "subject": "models/a/b/versions/1", "data": {}, "rows": [],
    "refs": {"artifact": "sha256:" + "0" * 64},
}  # fmt: skip
GOVERNANCE: Any = SimpleNamespace(all_keys=lambda: ["key"], recovery="other", origin="log")


def found(stores: Stores) -> list[str]:
    findings = Findings()
    files = StoredFiles(stores, findings, lambda _: "")
    files.add(7, EVENT)
    files.check(GOVERNANCE)
    return [one.what for one in findings.all()]


def test_nothing_is_compared_without_folders() -> None:
    assert found(Stores()) == []


def test_each_folder_that_is_given_is_compared(tmp_path: Path) -> None:
    (tmp_path / "backups" / "one").mkdir(parents=True)
    stores = Stores(tmp_path / "artifacts", None, tmp_path / "backups", tmp_path / "reports", tmp_path / "keys")
    missing, backup, key = found(stores)
    assert "missing from artifacts" in missing
    assert "it contains no registry" in backup
    assert key == "the key log.key is missing"


def test_backups_are_compared_only_with_artifacts(tmp_path: Path) -> None:
    (tmp_path / "backups" / "one").mkdir(parents=True)
    assert found(Stores(backups=tmp_path / "backups")) == []
