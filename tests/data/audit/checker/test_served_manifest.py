"""A manifest counts only with a fresh statement about its slot that a trusted key signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data.audit.checker.served_manifest import ServedSlotName, check_manifest, read_statement
from data.audit.keys import SigningKey
from data.audit.note import sign_text
from tests.served_files import KEY, NOW, PLACE, ServedFiles

DAY = timedelta(days=1)
OTHER = SigningKey("tests.example/0f", bytes(32))


@pytest.fixture
def made(tmp_path: Path) -> ServedFiles:
    files = ServedFiles(tmp_path)
    files.write()
    return files


def fault(made: ServedFiles, place: ServedSlotName = PLACE, age: timedelta = DAY) -> str:
    return check_manifest(made.manifest, place, [KEY.vkey], NOW + age, timedelta(hours=49)).fault


def test_a_genuine_manifest_has_no_fault_and_its_fields(made: ServedFiles) -> None:
    checked = check_manifest(made.manifest, PLACE, [OTHER.vkey, KEY.vkey], NOW, None)
    assert (checked.fault, checked.fields["version"]) == ("", "models/ops/delay/versions/3")
    assert checked.statement is not None
    assert (checked.statement.event, checked.statement.signed_at) == (7, NOW)


def test_a_manifest_in_which_nothing_serves_is_genuine_too(made: ServedFiles) -> None:
    made.write(state="suspended", version=None, digest=None, path=None)
    assert fault(made) == ""


CHANGES: dict[str, tuple[Callable[[ServedFiles], object], str]] = {
    "no manifest": (lambda m: m.manifest.unlink(), "cannot be read"),
    "a folder in its place": (lambda m: (m.manifest.unlink(), m.manifest.mkdir()), "cannot be read"),
    "a large file": (lambda m: m.manifest.write_bytes(b" " * 70_000), "larger than 64 KiB"),
    "no note": (lambda m: m.note.unlink(), "is not signed"),
    "a note that is no note": (lambda m: m.note.write_bytes(b"\xff\xfe"), "not a statement signed by a trusted key"),
    "another key of the same name": (lambda m: m.sign(OTHER), "not a statement signed by a trusted key"),
    "a statement about another log": (lambda m: m.sign(origin="elsewhere"), "not a statement signed"),
    "a statement about another manifest": (lambda m: m.sign(manifest="sha256:" + "0" * 64), "another manifest"),
    "another slot": (lambda m: m.write(slot="shadow"), "not of ops/delay production champion"),
    "another version stated": (lambda m: m.sign(version="models/ops/delay/versions/1"), "differ in version"),
    "another artifact stated": (lambda m: m.sign(artifact=None), "differ in digest"),
    "a list": (lambda m: (m.manifest.write_text("[]"), m.sign()), "is not a JSON object"),
    "no JSON": (lambda m: (m.manifest.write_text("{"), m.sign()), "is not a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_any_other_manifest_has_a_fault(made: ServedFiles, change: Callable[[ServedFiles], object], words: str) -> None:
    change(made)
    assert words in fault(made)


def test_a_signature_has_an_age(made: ServedFiles) -> None:
    assert "was signed 50 hours ago" in fault(made, age=timedelta(hours=50))
    assert "was signed in the future" in fault(made, age=timedelta(minutes=-6))
    assert fault(made, age=timedelta(minutes=-4)) == ""


def lines(made: ServedFiles) -> list[str]:
    return made.note.read_text("utf-8").partition("\n\n")[0].split("\n")


@pytest.mark.parametrize("number", range(11))
def test_a_signed_text_of_another_form_is_no_statement(made: ServedFiles, number: int) -> None:
    """Each line in turn is left out, and the event and the time are no longer such."""
    shorter = "\n".join(line for place, line in enumerate(lines(made)) if place != number) + "\n"
    assert read_statement(sign_text(shorter, KEY).encode(), [KEY.vkey]) is None


@pytest.mark.parametrize(("number", "value"), [(0, "modelward export v1"), (2, "ops/delay"), (9, "-1"), (9, "07"),
                                               (10, "yesterday"), (10, "2026-13-01T12:00:00.000000Z")])  # fmt: skip
def test_a_signed_value_of_another_form_is_no_statement(made: ServedFiles, number: int, value: str) -> None:
    changed = lines(made)
    changed[number] = value
    assert read_statement(sign_text("\n".join(changed) + "\n", KEY).encode(), [KEY.vkey]) is None


def test_no_changed_byte_of_manifest_or_note_is_accepted(made: ServedFiles) -> None:
    content, note = made.manifest.read_bytes(), made.note
    signed = note.read_bytes()
    for place in range(0, len(content), 7):
        made.manifest.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert fault(made) != ""
    made.manifest.write_bytes(content)
    for place in range(0, len(signed), 17):
        note.write_bytes(signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :])
        assert fault(made) != ""
    note.write_bytes(signed)
    assert json.loads(content)["slot"] == "champion"
    assert fault(made) == ""


def test_the_key_of_one_trusted_log_signs_nothing_about_another_trusted_log(made: ServedFiles) -> None:
    other = SigningKey("elsewhere.example/0f", bytes(32))
    made.sign(other, origin=KEY.name)
    assert read_statement(made.note.read_bytes(), [KEY.vkey, other.vkey]) is None
    made.sign(other)
    assert read_statement(made.note.read_bytes(), [KEY.vkey, other.vkey]) is not None
