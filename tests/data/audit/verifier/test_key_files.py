"""Keys and sealed seeds in files, compared with what a log declares."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet

from data.audit import keys
from data.audit.verifier.key_files import KeyFiles
from data.audit.verifier.report import Findings
from data.registry.seeds import SeedVault, seed_digest

ORIGIN, CREDENTIAL = "example.org/log", "people/ada/credentials/1"


def image(digest: str | None, state: str = "active") -> dict[str, Any]:
    values = {"kind": "totp", "state": state, "credential_digest": digest}
    return {"rows": [{"table": "credential", "key": CREDENTIAL, "rev": 1, "values": values}]}


def found(folder: Path, vkey: str, recovery: str, *events: dict[str, Any]) -> list[str]:
    findings = Findings()
    compared = KeyFiles(folder, findings)
    for event in events:
        compared.add(event)
    governance: Any = SimpleNamespace(all_keys=lambda: [vkey], recovery=recovery)
    compared.check(governance)
    return [one.what for one in findings.all()]


@pytest.fixture
def declared(tmp_path: Path) -> tuple[Path, str, str]:
    """A key folder, its verification key and that of its recovery key."""
    folder = tmp_path / "keys"
    return folder, keys.load_or_create(folder, ORIGIN).vkey, keys.create_recovery(folder, ORIGIN)


def test_the_declared_keys_and_seeds_have_no_finding(declared: tuple[Path, str, str]) -> None:
    vault = SeedVault(declared[0])
    assert vault.seal("people/ada", "SEED") == CREDENTIAL
    assert found(*declared, image(seed_digest(CREDENTIAL, "SEED"))) == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"PRIVATE+KEY+a+00000000+AAAA\n", b"# a comment\n"])
def test_what_is_no_key_is_a_finding(declared: tuple[Path, str, str], content: bytes) -> None:
    (declared[0] / "log.key").write_bytes(content)
    (finding,) = found(*declared)
    assert "the key log.key is not the one that the log declares" in finding


def test_a_seed_of_an_earlier_version_has_no_digest_and_must_only_open(declared: tuple[Path, str, str]) -> None:
    cipher = Fernet.generate_key()
    (declared[0] / "seeds.key").write_bytes(cipher)
    sealed = {CREDENTIAL: Fernet(cipher).encrypt(b"SEED").decode()}
    (declared[0] / "seeds.json").write_text(json.dumps(sealed))
    assert found(*declared, image(None)) == []


def test_the_seed_of_a_revoked_credential_is_not_needed(declared: tuple[Path, str, str]) -> None:
    assert found(*declared, image("sha256:0"), image("sha256:0", "revoked")) == []


def test_a_missing_folder_is_a_finding(tmp_path: Path) -> None:
    assert found(tmp_path / "keys", "a", "b") == ["the key log.key is missing"]
