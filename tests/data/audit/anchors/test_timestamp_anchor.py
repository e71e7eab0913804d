"""A time-stamp authority: each stamp is verified before it is kept; a fault names the authority or the file."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from data.audit.anchors.timestamp_anchor import TimestampAnchor
from data.errors import AnchorError, UnreachableAnchorError
from tests.timestamp_authority import TimestampAuthority, address, authority

__all__ = ["address", "authority"]

NOTES = [f"log\n{size}\n{'A' * 43}=\n\n— log AAAAAAAA\n" for size in (1, 5, 9)]


@pytest.fixture
def anchor(authority: TimestampAuthority, address: str, tmp_path: Path) -> TimestampAnchor:
    authority.answer = None
    return TimestampAnchor(tmp_path, address, authority.authorities)


def test_a_stamp_is_kept_with_its_note_and_openssl_verifies_it(anchor: TimestampAnchor, tmp_path: Path) -> None:
    assert (anchor.last(), anchor.notes()) == (None, [])
    anchor.append(NOTES[0])
    assert (anchor.last(), anchor.notes()) == (NOTES[0], NOTES[:1])
    stamp = json.loads(anchor.path.read_bytes())
    (tmp_path / "reply").write_bytes(base64.b64decode(stamp["response"]))
    digest = hashlib.sha256(NOTES[0].encode()).hexdigest()
    command = ["openssl", "ts", "-verify", "-digest", digest, "-in", str(tmp_path / "reply"), "-CAfile"]
    done = subprocess.run([*command, str(anchor.authorities)], capture_output=True, check=False)
    assert b"Verification: OK" in done.stdout


def test_only_the_newest_of_several_notes_gets_a_stamp(anchor: TimestampAnchor) -> None:
    assert anchor.lacking(NOTES) == NOTES[2:]
    assert anchor.lacking([]) == []


def test_a_silent_authority_is_unreachable(anchor: TimestampAnchor, tmp_path: Path) -> None:
    away = TimestampAnchor(tmp_path, "http://127.0.0.1:9/tsr", anchor.authorities)
    with pytest.raises(UnreachableAnchorError, match="does not answer"):
        away.append(NOTES[0])
    with pytest.raises(UnreachableAnchorError, match="does not exist"):
        TimestampAnchor(tmp_path / "none", anchor.address, anchor.authorities).last()


def test_an_authority_behind_a_proxy_that_cannot_be_used_is_unreachable(
    anchor: TimestampAnchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for proxy, reason in (("socks5://127.0.0.1:9", "socksio"), ("ftp://127.0.0.1:9", "Unknown scheme")):
        monkeypatch.setenv("all_proxy", proxy)
        with pytest.raises(UnreachableAnchorError, match=reason):
            anchor.append(NOTES[0])


def test_an_endless_or_foreign_answer_is_refused(
    anchor: TimestampAnchor, authority: TimestampAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.answer = bytes(70_000)
    with pytest.raises(AnchorError, match="more than 65536 bytes"):
        anchor.append(NOTES[0])
    monkeypatch.setattr("data.audit.anchors.timestamp_anchor.QUERY", "text/plain")
    with pytest.raises(UnreachableAnchorError, match="status 400"):
        anchor.append(NOTES[0])
    assert anchor.notes() == []


def test_roots_that_cannot_be_read_are_named(anchor: TimestampAnchor, tmp_path: Path) -> None:
    anchor.authorities = tmp_path / "none.pem"
    with pytest.raises(AnchorError, match=r"none\.pem"):
        anchor.append(NOTES[0])


@pytest.mark.parametrize("line", ["garbage", '"note"', '{"note": 1, "response": ""}', '{"note": "x"}', "[1]"])
def test_a_line_that_is_no_stamp_is_named(anchor: TimestampAnchor, line: str) -> None:
    anchor.path.write_text(line + "\n")
    for read in (anchor.last, anchor.notes):
        with pytest.raises(AnchorError, match="is not a stamp"):
            read()
    assert anchor.damage(NOTES, confirmed=0)


def test_a_damaged_file_keeps_its_good_stamps(anchor: TimestampAnchor) -> None:
    anchor.append(NOTES[0])
    good = anchor.path.read_bytes()
    anchor.path.write_bytes(b"garbage\n" + good)
    kept = anchor.rewrite(NOTES[:2])
    assert anchor.path.with_name(kept).read_bytes() == b"garbage\n" + good
    assert anchor.notes() == NOTES[:2]
    assert not anchor.damage(NOTES[:2], confirmed=5)
    assert anchor.damage(NOTES, confirmed=9)
