"""Attack: journal, anchor, notes or events hold bytes that modelward never wrote, to end the verification.

Result: Found: the verification goes on with everything else, reports the fault of that file, and raises nothing.
Caught in: `data/audit/verifier/`
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.audit.body import leaf_hash
from data.audit.verifier import Report, verify
from data.audit.verifier.__main__ import main
from data.audit.verifier.canonical import parse_all
from data.audit.verifier.report import LONGEST, SHOWN_A_PLACE, Findings
from data.audit.verifier.signature import is_signed, read_note
from tests.world import World

pytestmark = pytest.mark.closed_registry

KEY = "tests.example+00000000+AAAA"
ROOT = base64.b64encode(bytes(32)).decode()
SIGNATURE = base64.b64encode(bytes(68)).decode()


def checked(world: World, deep: bool = True) -> Report:
    """Verify the files of a world, beside its journal and its anchor."""
    home = world.registry.home
    return verify(home.database, home.journal, world.registry.anchor_files, home.artifacts, deep)


def anchor_of(world: World) -> Path:
    return world.registry.home.anchor


LINES: dict[str, bytes] = {
    "U+2028 in a note": json.dumps(f"tests\u2028example\n1\n{ROOT}\n\n— a\u2028b {SIGNATURE}\n").encode(),
    "U+0085 in the name of a signature": json.dumps(f"o\n1\n{ROOT}\n\n— a\u0085b {SIGNATURE}\n").encode(),
    "a form feed in the name of a signature": json.dumps(f"o\n1\n{ROOT}\n\n— a\fb {SIGNATURE}\n").encode(),
    "a raw U+2028": '"a\u2028b"'.encode(),
    "a NUL": b'"a\x00b"',
    "an escaped NUL": b'"a\\u0000b"',
    "bytes that are no UTF-8": b'"\xff\xfe"',
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps("note").encode(),
    "UTF-16": json.dumps("note").encode("utf-16"),
    "half a surrogate pair": b'"\\ud800\\n1"',
    "deep nesting": b"[" * 200_000,
    "a deep object": b'{"a":' * 100_000,
    "an enormous number": b"9" * 10_000,
    "an enormous line": b'"' + b"a" * 3_000_000 + b'"',
    "the same key twice": b'{"a":1,"a":2}',
    "a carriage return": b'"a"\r',
    "nothing": b"",
    "a size of 19 digits": json.dumps(f"o\n9999999999999999999\n{ROOT}\n\n— o {SIGNATURE}\n").encode(),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_of_an_anchor_is_a_finding_about_the_anchor(world: World, line: bytes) -> None:
    path = anchor_of(world)
    path.write_bytes(line + b"\n" + path.read_bytes())
    report = checked(world, deep=False)
    assert not report.ok
    assert report.anchored == report.events
    assert all(path.name in found.what for found in report.findings), report.findings


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_of_the_journal_is_found_at_its_event(world: World, line: bytes) -> None:
    path = world.registry.home.journal
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:7], line, *lines[8:]]))
    report = checked(world)
    assert (report.first_bad_seq, report.anchored) == (7, report.events)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_body_is_found_at_its_event(world: World, line: bytes) -> None:
    change(world, "UPDATE audit_event SET body = ?, leaf = ? WHERE seq = 7", line, leaf_hash(line))
    report = checked(world)
    assert report.first_bad_seq == 7


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_note_in_the_database_is_a_finding_about_the_notes(world: World, line: bytes) -> None:
    try:
        note = json.loads(line.decode())
    except (ValueError, RecursionError):
        note = line.decode("utf-8", "replace").replace("\x00", "0")
    change(world, "UPDATE checkpoint SET note = ? WHERE size = 1", str(note).encode("utf-8", "replace").decode())
    report = checked(world, deep=False)
    assert any(found.table == "checkpoint" for found in report.findings)


def change(world: World, statement: str, *values: object) -> None:
    """Change the file of the registry past modelward."""
    with duckdb.connect(str(world.registry.home.database)) as connection:
        connection.execute(statement, list(values))


DATA: dict[str, object] = {
    "a list as the clock": {"clock": ["wall"]},
    "an object as the clock": {"clock": {"a": 1}},
    "a list as the key": {"vkey": []},
    "a nested schema": {"schema": {"a": []}},
    "tables that are no tables": {"tables": {"person": 1}},
    "a list of lists as migrations": {"migrations": [[[]]]},
}


@pytest.mark.parametrize("changes", DATA.values(), ids=DATA)
def test_a_genesis_with_values_of_wrong_types_is_found_at_event_0(world: World, changes: dict[str, object]) -> None:
    event = world.events()[0]
    body = json.dumps(event | {"data": event["data"] | changes}, sort_keys=True, separators=(",", ":")).encode()
    change(world, "UPDATE audit_event SET body = ?, leaf = ? WHERE seq = 0", body, leaf_hash(body))
    assert checked(world).first_bad_seq == 0


IMAGES: dict[str, object] = {
    "no image": 1,
    "a table that is a list": {"table": [], "key": "a", "rev": 1, "values": {}},
    "values nested too deeply to write": {"table": "person", "key": "p", "rev": 1, "values": {"name": "@deep"}},
    "a revision of 20 digits": {"table": "person", "key": "p", "rev": 10**20, "values": {}},
}


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES)
def test_a_hostile_row_image_is_found_at_its_event(world: World, image: object) -> None:
    event = world.events()[7]
    deep = "[" * 900 + "]" * 900
    text = json.dumps(event | {"rows": [image]}, sort_keys=True, separators=(",", ":")).replace('"@deep"', deep)
    body = text.replace(str(10**20), "100000000000000000000").encode()
    change(world, "UPDATE audit_event SET body = ?, leaf = ? WHERE seq = 7", body, leaf_hash(body))
    assert checked(world).first_bad_seq == 7


def test_a_journal_that_may_not_be_read_does_not_hide_a_changed_event(world: World) -> None:
    world.registry.home.journal.unlink()
    world.registry.home.journal.mkdir()
    change(world, "UPDATE audit_event SET subject = 'people/eve' WHERE seq = 7")
    report = checked(world)
    assert report.first_bad_seq == 7
    assert "the journal is missing" in {found.what for found in report.findings}


def test_an_artifact_that_may_not_be_read_is_a_finding_about_its_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("data.audit.verifier.artifacts.hashlib.file_digest", refuse)
    report = checked(world)
    (found,) = report.findings
    assert "PermissionError" in found.what
    assert found.seq == report.first_bad_seq


def test_the_keyboard_still_ends_a_verification(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("data.audit.verifier.verification.format_fault", interrupt)
    with pytest.raises(KeyboardInterrupt):
        checked(world)


def test_hostile_names_are_printed_without_control_characters(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    change(world, 'CREATE TABLE "a\x1b[2Jb\u202e" (key VARCHAR)')
    assert main(["--database", str(world.registry.home.database), "--deep"]) == 1
    assert r"a\x1b[2Jb\u202e" in capsys.readouterr().out


def test_the_first_bad_event_is_that_of_all_findings_and_not_of_those_shown() -> None:
    findings = Findings()
    for seq in range(100, 100 + 3 * SHOWN_A_PLACE):
        findings.add("wrong", seq=seq)
    findings.add("wrong", seq=4)
    assert (findings.first(), findings.first_between(0, 50), findings.first_between(5, 50)) == (4, 4, None)


def test_a_bad_event_that_is_not_shown_is_still_the_first_bad_one(world: World) -> None:
    change(world, "UPDATE audit_event SET id = 'x' WHERE seq > 2")
    change(world, "UPDATE audit_event SET id = (SELECT id FROM audit_event WHERE seq = 2) WHERE seq IN (1, 30)")
    report = checked(world, deep=False)
    assert report.first_bad_seq == 1


def test_a_long_text_of_a_finding_is_cut() -> None:
    findings = Findings()
    findings.add("a" * 10 * LONGEST)
    assert len(findings.all()[0].what) == LONGEST + 1


noted = st.text(st.characters() | st.sampled_from("\n\u2028\u0085\f\x00 —+="), max_size=80)
lined = st.builds("o\n1\n{}\n\n— {} {}\n".format, st.just(ROOT), noted, st.just(SIGNATURE) | noted)


@given(noted | lined)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_of_a_note_raises(text: str) -> None:
    note = read_note(text)
    assert note is None or not is_signed(note, KEY)


def _scrambled(change_at: int, byte: int) -> Callable[[bytes], bytes]:
    return lambda body: body[: change_at % len(body)] + bytes([byte]) + body[change_at % len(body) + 1 :]


BODY = json.dumps({"a": [1, 2.5, {"b": "\u2028"}], "c": None, "d": "e"}, separators=(",", ":"), ensure_ascii=False)


@given(
    st.binary(max_size=60)
    | st.builds(_scrambled, st.integers(0, 99), st.integers(0, 255)).map(lambda f: f(BODY.encode()))
)
@settings(max_examples=300)
def test_no_bytes_of_a_body_raise(body: bytes) -> None:
    (event,) = parse_all([body])
    assert event is None or isinstance(event, dict)
