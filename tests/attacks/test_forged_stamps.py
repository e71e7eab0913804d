"""Attack: somebody forges, replaces or removes time stamps, or answers in place of the time-stamp authority.

Result: Found, and such a reply is refused: signature, certificates, purpose, imprint and nonce are verified before a
stamp is kept, and again at each verification.
Caught in: `data/audit/anchors/timestamp_anchor.py`, `data/audit/verifier/time_stamps.py`
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.anchors.timestamp_anchor import TimestampAnchor
from data.audit.standalone.export_verification import verify_export
from data.errors import AnchorError, UnreachableAnchorError
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry import audit_log
from data.registry.commands.log import RecordRefusal
from data.registry.export import export_registry
from data.registry.recovery import recover_anchors
from data.registry.registry import Registry
from tests.timestamp_authority import TimestampAuthority, address, authority
from tests.world import Template, World

__all__ = ["address", "authority"]

pytestmark = pytest.mark.closed_registry


@dataclass
class Stamped:
    """A registry whose second anchor is a time-stamp authority."""

    world: World
    authority: TimestampAuthority
    anchor: TimestampAnchor

    def registry(self) -> Registry:
        return Registry(self.world.home, [FileAnchor(self.world.home.anchor), self.anchor])

    def act(self) -> None:
        """Record an event and sign a checkpoint, as a new command does."""
        registry = self.registry()
        command = RecordRefusal(about="log", attempted="more", code="test", reason="more")
        registry.execute(command, RunContext(Actor(id="adam"), self.world.now))
        registry.checkpoint()

    def stamps(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.anchor.path.read_bytes().splitlines()]

    def write(self, stamps: list[dict[str, str]]) -> None:
        lines = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in stamps]
        self.anchor.path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def stamped(
    founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: TimestampAuthority, address: str
) -> Stamped:
    """Two checkpoints after the founding have stamps."""
    authority.answer = None
    world = founded.copy(tmp_path / "home", monkeypatch)
    stamped = Stamped(world, authority, TimestampAnchor(world.home.anchor.parent, address, authority.authorities))
    stamped.act()
    stamped.act()
    return stamped


def test_stamps_prove_the_time_of_the_log(stamped: Stamped) -> None:
    report = verify_registry(stamped.registry(), deep=False)
    assert (report.ok, report.unchecked) == (True, [])
    assert report.stamped == report.events
    assert report.stamped_at.startswith("20")


def test_an_export_contains_the_stamps_and_its_verifier_says_what_it_did_not_verify(
    stamped: Stamped, tmp_path: Path
) -> None:
    report = export_registry(stamped.registry(), tmp_path / "export").report
    assert (report.ok, report.stamps) == (True, len(stamped.stamps()))
    assert any("signatures of" in one and "openssl ts -verify" in one for one in report.not_proved)


def test_an_auditor_verifies_the_stamps_of_an_export_with_the_certificates_in_it(
    stamped: Stamped, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    export_registry(stamped.registry(), folder)
    roots, stamp = folder / "log" / "timestamp-ca.pem", stamped.stamps()[-1]
    assert roots.read_bytes() == stamped.authority.authorities.read_bytes()
    (tmp_path / "note").write_bytes(stamp["note"].encode())
    (tmp_path / "reply").write_bytes(base64.b64decode(stamp["response"]))
    command = ["openssl", "ts", "-verify", "-data", tmp_path / "note", "-in", tmp_path / "reply", "-CAfile", roots]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    roots.write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    assert [fault.place for fault in verify_export(folder).faults] == ["log/timestamp-ca.pem"]


def test_an_event_that_states_a_later_time_than_its_stamp_is_found(
    stamped: Stamped, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(minutes=10)

    assert verify_registry(stamped.registry(), deep=False).ok
    monkeypatch.setattr(audit_log, "datetime", Ahead)
    stamped.act()
    report = verify_registry(stamped.registry(), deep=False)
    assert (report.ok, report.first_bad_seq) == (False, report.events - 1)
    assert "a stamp in the anchor" in report.findings[0].what


@pytest.mark.parametrize("change", [{"respoNse": None}, {"extra": "x"}], ids=["renamed", "one more"])
def test_a_stamp_with_other_fields_does_not_count_as_a_note(stamped: Stamped, change: dict[str, str | None]) -> None:
    *before, last = stamped.stamps()
    ((name, value),) = change.items()
    changed = {**last, name: value} if value else {"note": last["note"], name: last["response"]}
    stamped.write([*before, changed])
    report = verify_registry(stamped.registry(), deep=False)
    assert not report.ok
    assert "stamps" in report.findings[0].what


def other_nonce(stamped: Stamped) -> bytes:
    return base64.b64decode(stamped.stamps()[-1]["response"])


def other_authority(stamped: Stamped) -> bytes:
    return _reply_of(TimestampAuthority(stamped.world.home.root / "other"), stamped)


def other_purpose(stamped: Stamped) -> bytes:
    folder = stamped.world.home.root / "other"
    try:
        return _reply_of(TimestampAuthority(folder, ExtendedKeyUsageOID.CODE_SIGNING), stamped)
    except Exception:  # noqa: BLE001 – openssl refuses to sign with such a certificate
        return b""


def _reply_of(authority: TimestampAuthority, stamped: Stamped) -> bytes:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    note = stamped.stamps()[-1]["note"].encode()
    return authority.reply(TimestampRequestBuilder(note, HashAlgorithm.SHA256).build().as_bytes())


REPLIES: dict[str, Callable[[Stamped], bytes]] = {
    "a reply to an earlier request": other_nonce,
    "a reply of another authority": other_authority,
    "a reply signed by a certificate for other purposes": other_purpose,
    "no reply": lambda _: b"",
    "a page": lambda _: b"<html></html>",
}


@pytest.mark.parametrize("make", REPLIES.values(), ids=REPLIES.keys())
def test_a_reply_that_is_no_stamp_of_this_request_is_refused(
    stamped: Stamped, make: Callable[[Stamped], bytes]
) -> None:
    before = stamped.anchor.path.read_bytes()
    stamped.authority.answer = make(stamped)
    with pytest.raises(AnchorError, match="is not a valid stamp"):
        stamped.act()
    assert stamped.anchor.path.read_bytes() == before


def test_an_authority_that_was_away_stamps_the_newest_checkpoint_later(stamped: Stamped) -> None:
    here = stamped.anchor
    stamped.anchor = TimestampAnchor(stamped.world.home.anchor.parent, "http://127.0.0.1:9/tsr", here.authorities)
    stamped.anchor.path = here.path
    for _ in range(2):
        with pytest.raises(UnreachableAnchorError, match="does not answer"):
            stamped.act()
    stamped.anchor = here
    stamped.act()
    assert len(stamped.stamps()) == 3
    assert verify_registry(stamped.registry(), deep=False).ok


def forge(stamps: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put the last note under the stamp of the first."""
    return [*stamps[:-1], {"note": stamps[-1]["note"], "response": stamps[0]["response"]}]


def flip(stamps: list[dict[str, str]]) -> list[dict[str, str]]:
    """Change one bit in the middle of a signature."""
    reply = bytearray(base64.b64decode(stamps[-1]["response"]))
    reply[-20] ^= 1
    return [*stamps[:-1], {**stamps[-1], "response": base64.b64encode(reply).decode()}]


def garbage(stamps: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**stamps[0], "response": "AAAA"}, *stamps[1:]]


@pytest.mark.parametrize("change", [forge, flip, garbage])
def test_a_changed_stamp_is_found(
    stamped: Stamped, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]
) -> None:
    stamped.write(change(stamped.stamps()))
    report = verify_registry(stamped.registry(), deep=False)
    assert ["is not valid" in one.what for one in report.findings] == [True]


def test_a_removed_stamp_is_refused_and_recovered_only_on_request(stamped: Stamped) -> None:
    whole = stamped.stamps()
    stamped.write(whole[:-1])
    with pytest.raises(AnchorError, match="it lost checkpoints"):
        stamped.act()
    (recovery,) = recover_anchors(stamped.registry(), "cut by hand", RunContext(Actor(id="adam"), stamped.world.now))
    assert Path(str(recovery.kept)).exists()
    notes = [one["note"] for one in stamped.stamps()]
    assert notes[: len(whole)] == [one["note"] for one in whole]
    stamped.act()
    assert verify_registry(stamped.registry(), deep=False).ok


def test_without_a_root_certificate_the_report_says_what_it_did_not_check(stamped: Stamped) -> None:
    stamped.authority.authorities.rename(stamped.authority.folder / "away.pem")
    try:
        report = verify_registry(stamped.registry(), deep=False)
    finally:
        (stamped.authority.folder / "away.pem").rename(stamped.authority.authorities)
    assert [("no root certificate" in one) for one in report.unchecked] == [True]
    assert (report.ok, report.stamped) == (True, 0)
