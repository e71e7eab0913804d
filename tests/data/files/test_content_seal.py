"""A seal fits its own name and content only; its key is created once, for the owner only."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SigningKeyError
from data.files.content_seal import KEY_BYTES, SEAL_KEY, ContentSeal
from data.files.durable_file import create_durably


def test_a_seal_fits_its_own_name_and_content_only(tmp_path: Path) -> None:
    seal = ContentSeal(tmp_path / "keys")
    made = seal.seal("a name", b"content")
    assert seal.fits("a name", b"content", made)
    assert not seal.fits("a", b"name\ncontent", made)
    assert not seal.fits("a name", b"Content", made)
    assert not ContentSeal(tmp_path / "others").fits("a name", b"content", made)
    assert (tmp_path / "keys" / SEAL_KEY).stat().st_mode & 0o777 == 0o600


def test_two_processes_that_create_the_key_at_once_use_the_same_one(tmp_path: Path) -> None:
    made = ContentSeal(tmp_path).seal("a name", b"content")
    create_durably(tmp_path / SEAL_KEY, b"k" * KEY_BYTES)
    assert ContentSeal(tmp_path).seal("a name", b"content") == made
    assert [path.name for path in tmp_path.iterdir()] == [SEAL_KEY]


def test_a_damaged_key_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / SEAL_KEY).write_bytes(b"short")
    with pytest.raises(SigningKeyError, match=r"cache\.key is damaged"):
        ContentSeal(tmp_path).seal("a name", b"content")
