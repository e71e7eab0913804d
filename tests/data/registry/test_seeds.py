"""The seed vault: seeds are encrypted, private, written once and never mixed up."""

from __future__ import annotations

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from data.errors import SeedMismatchError, SigningKeyError
from data.registry.seeds import SeedVault, seed_digest


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


KEY = "people/ana/credentials/1"
SEALED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def unbound_vault(folder: Path, sealed_at: datetime = SEALED_AT, **seeds: str) -> SeedVault:
    """Return a vault whose seals name no credential, as earlier versions wrote them."""
    key = Fernet.generate_key()
    cipher = Fernet(key)
    (folder / "seeds.key").write_bytes(key)
    at = int(sealed_at.timestamp())
    lines = {
        f"people/{person}/credentials/1": cipher.encrypt_at_time(seed.encode(), at).decode()
        for person, seed in seeds.items()
    }
    (folder / "seeds.json").write_text(json.dumps(lines))
    return SeedVault(folder)


def test_a_seed_under_the_key_of_another_credential_is_refused(tmp_path: Path) -> None:
    vault = SeedVault(tmp_path)
    ana, bob = (vault.seal(f"people/{person}", f"SEED{person}") for person in ("ana", "bob"))
    sealed = json.loads((tmp_path / "seeds.json").read_text())
    (tmp_path / "seeds.json").write_text(json.dumps({**sealed, ana: sealed[bob]}))
    for opened in (vault.open, lambda key: vault.open_unbound(key, datetime.now(UTC))):
        with pytest.raises(SeedMismatchError, match="people/ana/credentials/1"):
            opened(ana)
    assert vault.open(bob) == "SEEDbob"


TIMES = {
    "at its enrolment": (0, True),
    "two minutes before": (-120, True),
    "three minutes before": (-180, False),
    "after its enrolment": (60, False),
    "a second after, by a corrected clock": (1, True),
}


@pytest.mark.parametrize("seconds,accepted", TIMES.values(), ids=TIMES)
def test_an_unbound_seed_must_have_been_sealed_at_its_enrolment(seconds: int, accepted: bool, tmp_path: Path) -> None:
    vault = unbound_vault(tmp_path, SEALED_AT + timedelta(seconds=seconds), ana="OLDSEED")
    if accepted:
        assert vault.open_unbound(KEY, SEALED_AT) == "OLDSEED"
    else:
        with pytest.raises(SeedMismatchError):
            vault.open_unbound(KEY, SEALED_AT)


def test_an_unbound_seed_that_is_stored_twice_is_refused(tmp_path: Path) -> None:
    vault = unbound_vault(tmp_path, ana="OLDSEED", bob="OLDSEED", eva="OTHER")
    for person in ("ana", "bob"):
        with pytest.raises(SeedMismatchError):
            vault.open_unbound(f"people/{person}/credentials/1", SEALED_AT)
    assert vault.open_unbound("people/eva/credentials/1", SEALED_AT) == "OTHER"


def test_an_unbound_seed_is_not_opened_as_a_bound_one(tmp_path: Path) -> None:
    with pytest.raises(SeedMismatchError):
        unbound_vault(tmp_path, ana="OLDSEED").open(KEY)


def test_the_next_seal_binds_the_unbound_seeds_that_are_proven(tmp_path: Path) -> None:
    vault = unbound_vault(tmp_path, ana="OLDSEED", bob="OTHER", eva="THIRD")
    late = SEALED_AT + timedelta(days=1)
    vault.seal("people/zoe", "NEWSEED", 1, {KEY: SEALED_AT, "people/bob/credentials/1": late, "people/x": late})
    assert vault.open(KEY) == "OLDSEED"
    assert vault.unbound() == {"people/bob/credentials/1", "people/eva/credentials/1"}


def test_a_damaged_seal_does_not_hinder_the_other_people(tmp_path: Path) -> None:
    vault = unbound_vault(tmp_path, ana="OLDSEED")
    sealed = json.loads((tmp_path / "seeds.json").read_text())
    (tmp_path / "seeds.json").write_text(json.dumps({**sealed, "people/bob/credentials/1": "damaged"}))
    assert vault.unbound() == {KEY}
    assert vault.open_unbound(KEY, SEALED_AT) == "OLDSEED"


def test_the_digest_of_a_seed_depends_on_its_credential() -> None:
    digests = {seed_digest(key, seed) for key in (KEY, "people/bob/credentials/1") for seed in ("SEED", "OTHER")}
    assert len(digests) == 4
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in digests)
