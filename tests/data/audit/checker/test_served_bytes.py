"""The bytes of an artifact, or the values of its pin, must have the digest of the manifest."""

from __future__ import annotations

from pathlib import Path

import pytest
import rfc8785

from data.audit.checker.served_bytes import check_bytes
from tests.served_files import CONTENT, ServedFiles, sha256


@pytest.fixture
def made(tmp_path: Path) -> ServedFiles:
    files = ServedFiles(tmp_path)
    files.write()
    return files


def test_the_bytes_are_compared_and_copied(made: ServedFiles, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bin"
    assert (check_bytes(made.fields, None), check_bytes(made.fields, copy)) == ("", "")
    assert copy.read_bytes() == CONTENT


def test_other_bytes_are_refused_and_not_copied(made: ServedFiles, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bin"
    copy.write_bytes(b"the former model")
    made.bytes.write_bytes(b"another model")
    assert "the manifest states" in check_bytes(made.fields, copy)
    assert copy.read_bytes() == b"the former model"
    assert sorted(path.name for path in tmp_path.glob(".copy*")) == []


def test_missing_bytes_and_a_missing_path_are_refused(made: ServedFiles, tmp_path: Path) -> None:
    assert "cannot be read or copied" in check_bytes(made.fields, tmp_path / "no" / "folder")
    made.bytes.unlink()
    assert "cannot be read or copied" in check_bytes(made.fields, None)
    assert check_bytes({**made.fields, "path": None}, None) == "the manifest has no path"


def test_a_pin_is_compared_by_its_values() -> None:
    pinned = {"provider": "acme", "snapshot": "2026-01-01", "ﬁ": "é", "𐐀": "x"}
    fields = {"kind": "endpoint", "digest": sha256(rfc8785.dumps(pinned)), "pinned": pinned}
    assert check_bytes(fields, None) == ""
    assert "does not have the digest" in check_bytes({**fields, "pinned": {**pinned, "snapshot": "latest"}}, None)
    assert "does not have the digest" in check_bytes({**fields, "pinned": None}, None)


def test_an_artifact_without_bytes_is_refused() -> None:
    assert "of kind composite" in check_bytes({"kind": "composite"}, None)
