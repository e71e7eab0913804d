"""Attack: a key file or a sealed one-time-code seed is replaced, removed, copied or sealed again, and no command that
would notice it is given.

Result: Found by the deep verification: each key is the one that the log declares, each seed the one that was enrolled.
Caught in: `data/audit/verifier/key_files.py`
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from data.audit import keys
from data.queries.verification import verify_registry
from data.registry.seeds import SeedVault
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry
ALMA, AXEL = "people/alma/credentials/1", "people/axel/credentials/1"
KeyFileChange = Callable[[Path], object]


@pytest.fixture(scope="module")
def module_world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield founded.copy(tmp_path_factory.mktemp("keys") / "home", monkeypatch)


@pytest.fixture
def folder(module_world: World) -> Iterator[Path]:
    """The key folder, which is restored after the test."""
    folder = module_world.home.keys
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    yield folder
    for path, content in before.items():
        path.write_bytes(content)


def another_key(name: str, of: str) -> KeyFileChange:
    def change(folder: Path) -> None:
        origin = keys.stored_origin(folder)
        (folder / name).unlink()
        if name == keys.LOG_KEY:
            keys.load_or_create(folder, of.format(origin))
        else:
            keys.create_recovery(folder, origin)

    return change


def seeds(edit: Callable[[dict[str, str], Path], dict[str, str]]) -> KeyFileChange:
    def change(folder: Path) -> None:
        path = folder / "seeds.json"
        path.write_text(json.dumps(edit(json.loads(path.read_bytes()), folder), indent=1, sort_keys=True))

    return change


def sealed_again(found: dict[str, str], folder: Path) -> dict[str, str]:
    text = json.dumps({"credential": ALMA, "seed": "JBSWY3DPEHPK3PXP" * 2}, sort_keys=True)
    return {**found, ALMA: Fernet((folder / "seeds.key").read_bytes()).encrypt(text.encode()).decode()}


CHANGES: dict[str, tuple[KeyFileChange, str]] = {
    "another key of the log": (another_key("log.key", "{}"), "log.key is not the one that the log declares"),
    "another recovery key": (another_key("recovery.key", "{}"), "recovery.key is not the one that the log declares"),
    "the key of the log removed": (lambda folder: (folder / "log.key").unlink(), "log.key is missing"),
    "garbage for the key of the log": (lambda f: (f / "log.key").write_bytes(b"\xff\n"), "log.key is not the one"),
    "one seed copied over another": (seeds(lambda found, _: found | {ALMA: found[AXEL]}), "not the one that was enrol"),
    "a seed removed": (seeds(lambda found, _: {k: v for k, v in found.items() if k != ALMA}), "its seed is missing"),
    "a seed sealed again": (seeds(sealed_again), "not the one that was enrolled"),
    "a seed spelt otherwise": (seeds(lambda found, _: found | {ALMA: found[ALMA] + "="}), "is not sealed by"),
    "the seeds emptied": (lambda folder: (folder / "seeds.json").write_bytes(b""), "seeds.json cannot be read"),
    "another key of the seeds": (lambda f: (f / "seeds.key").write_bytes(Fernet.generate_key()), "is not sealed by"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "says"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_key_folder_is_found(
    module_world: World, folder: Path, change: KeyFileChange, says: str
) -> None:
    change(folder)
    findings = verify_registry(module_world.registry, deep=True).findings
    own = [one for one in findings if one.store == "keys"]
    assert own != []
    assert [one.what for one in own if says not in one.what] == []
    key = (folder / "seeds.key").read_text()
    assert not any(key in one.what for one in findings)


def test_the_recovery_key_may_be_kept_elsewhere_and_nothing_is_found(module_world: World, folder: Path) -> None:
    (folder / "recovery.key").unlink()
    findings = verify_registry(module_world.registry, deep=True).findings
    assert [one for one in findings if one.store == "keys"] == []


def test_a_seal_of_the_vault_is_accepted(module_world: World, folder: Path) -> None:
    """The verifier opens seals by code of its own."""
    vault = SeedVault(folder)
    assert vault.open(ALMA)
    assert [one for one in verify_registry(module_world.registry, deep=True).findings if one.store == "keys"] == []
