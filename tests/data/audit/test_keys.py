"""The log's key is created once, only for its owner, and refused when its file, its content or its mode is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.keys import (
    create_recovery,
    load,
    load_declared,
    load_or_create,
    load_recovery,
    rotation_statement,
    stored_origin,
)
from data.audit.note import sign_checkpoint, verify_checkpoint
from data.errors import SigningKeyError

ORIGIN = "example.org/log"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    load_or_create(tmp_path / "keys", ORIGIN)
    return tmp_path / "keys"


def key_line_parts(path: Path) -> tuple[str, str]:
    """Return the text before the private half of a key, and the private half, whose base64 may contain a +."""
    *parts, secret = path.read_text(encoding="utf-8").strip().split("+", 4)
    return "+".join(parts), secret


def test_the_key_is_created_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    made = load_or_create(tmp_path / "home" / "keys", ORIGIN)
    assert load_or_create(tmp_path / "home" / "keys", ORIGIN).vkey == load(tmp_path / "home" / "keys", ORIGIN).vkey
    assert made.name == ORIGIN
    assert (tmp_path / "home" / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home" / "keys" / "log.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home" / "keys").iterdir()] == ["log.key"]


def test_after_an_interrupted_start_the_stored_origin_is_returned(keys: Path, tmp_path: Path) -> None:
    assert stored_origin(keys) == ORIGIN
    assert stored_origin(tmp_path / "none") == ""


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    assert load_or_create(tmp_path / "a", ORIGIN).vkey != load_or_create(tmp_path / "b", ORIGIN).vkey


def test_a_signature_is_verified_by_the_verification_key(keys: Path) -> None:
    key = load(keys, ORIGIN)
    assert verify_checkpoint(sign_checkpoint(ORIGIN, 3, bytes(32), key), key.vkey).size == 3


def test_the_private_key_is_never_shown(keys: Path) -> None:
    key = load(keys, ORIGIN)
    _, secret = key_line_parts(keys / "log.key")
    assert len(secret) == 44
    assert secret not in repr(key)
    assert key.vkey in repr(key)


def test_the_recovery_key_file_tells_to_keep_it_offline(keys: Path, tmp_path: Path) -> None:
    vkey = create_recovery(keys, ORIGIN)
    assert create_recovery(keys, ORIGIN) == vkey
    assert "kept offline" in (keys / "recovery.key").read_text(encoding="utf-8")
    (keys / "recovery.key").rename(keys / "from-the-safe.key")
    assert load_recovery(keys / "from-the-safe.key", ORIGIN).vkey == vkey


def test_a_rotation_statement_contains_log_keys_and_recovery_key() -> None:
    statement = rotation_statement(ORIGIN, "ab", "old", "new", "recovery")
    assert statement == b"modelward key rotation v1\nexample.org/log\nab\nold\nnew\nrecovery\n"


def other_line(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def other_seed(secret: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(f"{key_line_parts(path)[0]}+{secret}\n", encoding="utf-8")


DAMAGE = {
    "readable by the group": (lambda path: path.chmod(0o640), "mode 640"),
    "readable by all": (lambda path: path.chmod(0o604), "mode 604"),
    "in a directory open to others": (lambda path: path.parent.chmod(0o755), "mode 755"),
    "missing": (lambda path: path.unlink(), "cannot be read"),
    "empty": (lambda path: path.write_text("", encoding="utf-8"), "not a signing key"),
    "two keys": (lambda path: path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8"), "not a signing"),
    "another log's": (other_line(ORIGIN, "example.org/other"), "not of example.org/log"),
    "under another key id": (other_line(f"{ORIGIN}+", f"{ORIGIN}+0"), "not a signing key"),
    "with another seed": (other_seed("AQ" + "A" * 42), "damaged"),
    "with a seed too short": (other_seed("AQ=="), "damaged"),
}


@pytest.mark.parametrize(("damage", "says"), DAMAGE.values(), ids=DAMAGE.keys())
def test_an_invalid_key_file_is_refused(keys: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(keys / "log.key")
    with pytest.raises(SigningKeyError, match=says):
        load(keys, ORIGIN)


def test_a_directory_that_cannot_be_created_raises_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SigningKeyError, match="no key can be created"):
        load_or_create(tmp_path / "file" / "keys", ORIGIN)


def test_two_concurrent_processes_use_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process links its key between our look and our link."""
    first = load_or_create(tmp_path / "keys", ORIGIN)
    monkeypatch.setattr(Path, "exists", lambda self: False)
    assert load_or_create(tmp_path / "keys", ORIGIN).vkey == first.vkey


def test_only_the_key_that_the_log_declares_is_loaded(keys: Path, tmp_path: Path) -> None:
    other = load_or_create(tmp_path / "other", ORIGIN)
    assert load_declared(keys, ORIGIN, load(keys, ORIGIN).vkey).vkey == load(keys, ORIGIN).vkey
    with pytest.raises(SigningKeyError, match="is not the key that the log declares"):
        load_declared(keys, ORIGIN, other.vkey)
