"""The seed vault: seeds are encrypted, private, written once and never mixed up."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from data.errors import SigningKeyError
from data.registry.seeds import SeedVault


def test_a_stored_seed_is_decrypted_again(tmp_path: Path) -> None:
    key = SeedVault(tmp_path).seal("people/ana", "SECRETSEED")
    assert key == "people/ana/credentials/1"
    assert SeedVault(tmp_path).open(key) == "SECRETSEED"
    assert SeedVault(tmp_path).holds(key)


def test_the_files_do_not_contain_the_seed_and_have_private_modes(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    SeedVault(folder).seal("people/ana", "SECRETSEED")
    assert b"SECRETSEED" not in b"".join(file.read_bytes() for file in folder.iterdir())
    modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert (modes, stat.S_IMODE(folder.stat().st_mode)) == ({0o600}, 0o700)


def test_a_seed_is_never_replaced(tmp_path: Path) -> None:
    vault = SeedVault(tmp_path)
    keys = [vault.seal("people/ana", f"SEED{number}") for number in range(3)]
    assert keys == [f"people/ana/credentials/{number}" for number in (1, 2, 3)]
    assert [vault.open(key) for key in keys] == ["SEED0", "SEED1", "SEED2"]
    assert vault.seal("people/ana", "SEED9", at_least=9) == "people/ana/credentials/9"


def test_simultaneous_seeds_get_different_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda n: SeedVault(tmp_path).seal("people/ana", f"SEED{n}"), range(24)))
    assert len(set(keys)) == 24
    assert [SeedVault(tmp_path).open(key) for key in keys] == [f"SEED{n}" for n in range(24)]


def another_key(folder: Path) -> None:
    (folder / "seeds.key").write_bytes(Fernet.generate_key())


def no_key(folder: Path) -> None:
    (folder / "seeds.key").unlink()


def broken_key(folder: Path) -> None:
    (folder / "seeds.key").write_bytes(b"not a key")


def cut_file(folder: Path) -> None:
    (folder / "seeds.json").write_text('{"people/ana')


def edited_seed(folder: Path) -> None:
    sealed = json.loads((folder / "seeds.json").read_text())
    (folder / "seeds.json").write_text(json.dumps({key: "A" + text[1:-4] + "AAAA" for key, text in sealed.items()}))


BROKEN = {
    "another key": (another_key, "does not decrypt the seed"),
    "the key is gone": (no_key, "seeds.key is missing"),
    "the key is broken": (broken_key, "does not decrypt the seed"),
    "the file is cut": (cut_file, "seeds.json is damaged"),
    "the seed was edited": (edited_seed, "does not decrypt"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_a_seed_that_cannot_be_decrypted_is_an_error(case: tuple[object, str], tmp_path: Path) -> None:
    damage, words = case
    vault = SeedVault(tmp_path)
    key = vault.seal("people/ana", "SECRETSEED")
    damage(tmp_path)  # type: ignore[operator]
    with pytest.raises(SigningKeyError, match=words):
        vault.open(key)


def test_a_missing_seed_is_an_error(tmp_path: Path) -> None:
    assert not SeedVault(tmp_path).holds("people/ana/credentials/1")
    with pytest.raises(SigningKeyError, match="no seed of people/ana/credentials/1"):
        SeedVault(tmp_path).open("people/ana/credentials/1")
