"""Notes and keys that public tools accept are read; every other spelling of them is refused."""

from __future__ import annotations

import base64
import hashlib

import pytest

from data.audit.keys import SigningKey
from data.audit.note import sign_checkpoint, sign_text
from data.audit.standalone.signed_note import (
    decode_base64,
    is_message_signed_by,
    is_signed_by,
    read_checkpoint,
    read_key,
    read_note,
)

KEY = SigningKey("example.org/log", hashlib.sha256(b"note").digest())
OTHER = SigningKey("example.org/log", hashlib.sha256(b"other").digest())
ROOT = hashlib.sha256(b"root").digest()
NOTE = sign_checkpoint("example.org/log", 7, ROOT, KEY)
TEXT, LINE = NOTE.split("\n\n")
REFUSED = {
    "no signature": TEXT + "\n\n", "no blank line": NOTE.replace("\n\n", "\n"), "no last line break": NOTE[:-1],
    "a hyphen for the dash": NOTE.replace("—", "-"), "a tab": NOTE.replace("— ", "—\t"),
    "a carriage return": NOTE.replace("\n", "\r\n"), "a line separator": NOTE.replace("/log\n", "/log\u2028\n"),
    "two blanks": NOTE.replace("— ", "—  "), "a name with a plus sign": NOTE.replace("— example", "— ex+ample"),
    "a signature that is no base64": f"{TEXT}\n\n— example.org/log ????\n",
    "a signature of four bytes": f"{TEXT}\n\n— example.org/log AAAAAA==\n", "a cut line": "x\n\n— a AAAAAAAA",
    "nothing": "",
}  # fmt: skip
NO_CHECKPOINTS = {
    "a size with a zero first": TEXT.replace("\n7\n", "\n07\n"), "a negative size": TEXT.replace("\n7\n", "\n-7\n"),
    "a size that is no number": TEXT.replace("\n7\n", "\nseven\n"), "a short root": "a\n7\nAAAA", "two lines": "a\n7",
    "a size of 20 digits": TEXT.replace("\n7\n", "\n" + "9" * 20 + "\n"),
    "an empty origin": TEXT.replace("example.org/log", ""),
    "digits of another script": TEXT.replace("\n7\n", "\n٧\n"),
    "an empty line inside": TEXT.replace("\n7\n", "\n\n7\n"),
}  # fmt: skip


def test_a_checkpoint_is_read_and_its_signature_holds() -> None:
    found = read_checkpoint(NOTE)
    assert found is not None
    assert (found.origin, found.size, found.root) == ("example.org/log", 7, ROOT)
    assert is_signed_by(found.note, KEY.vkey)
    assert not is_signed_by(found.note, OTHER.vkey)
    assert not is_signed_by(found.note, "no key")


def test_a_witness_may_sign_too_but_each_line_of_the_key_must_hold() -> None:
    witness = sign_text(TEXT + "\n", SigningKey("witness.example", bytes(32))).split("\n\n")[1]
    both = read_note(NOTE + witness)
    assert both is not None
    assert is_signed_by(both, KEY.vkey)
    spoilt = bytearray(base64.b64decode(LINE.split(" ")[2]))
    spoilt[-1] ^= 1
    again = read_note(NOTE + f"— example.org/log {base64.b64encode(spoilt).decode()}\n")
    assert again is not None
    assert not is_signed_by(again, KEY.vkey)
    alone = read_note(f"{TEXT}\n\n{witness}")
    assert alone is not None
    assert not is_signed_by(alone, KEY.vkey)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_another_text_is_no_note(text: str) -> None:
    assert read_note(text) is None
    assert read_checkpoint(text) is None


@pytest.mark.parametrize("text", NO_CHECKPOINTS.values(), ids=NO_CHECKPOINTS)
def test_a_note_of_another_content_is_no_checkpoint(text: str) -> None:
    assert read_checkpoint(sign_text(text + "\n", KEY)) is None


def test_a_key_has_one_spelling() -> None:
    name, key_id, packed = KEY.vkey.split("+", 2)
    found = read_key(KEY.vkey)
    assert found is not None
    assert (found.name, found.key_id.hex()) == (name, key_id)
    wrong = ["", name, f"{name}+{key_id}", f"{name}+{key_id.upper()}+{packed}", f"other+{key_id}+{packed}",
             f"{name}+{key_id}+{packed}=", f"{name}+{key_id}+{packed}\n", f"+{key_id}+{packed}",
             OTHER.vkey.replace(OTHER.vkey.split("+")[1], key_id)]  # fmt: skip
    assert [read_key(text) for text in wrong] == [None] * len(wrong)
    neutral = b"\x01\x01" + bytes(31)
    small = hashlib.sha256(b"a\n" + neutral).hexdigest()[:8]
    assert read_key(f"a+{small}+{base64.b64encode(neutral).decode()}") is None


def test_a_message_is_verified_by_a_key() -> None:
    assert is_message_signed_by(KEY.vkey, b"message", KEY.sign(b"message"))
    assert not is_message_signed_by(KEY.vkey, b"message", None)
    assert not is_message_signed_by("", b"message", KEY.sign(b"message"))


@pytest.mark.parametrize("text", ["AA", "AB==", "AA==\n", "A A=", "é", 7, None])
def test_other_spellings_of_base64_are_refused(text: object) -> None:
    assert decode_base64(text) is None
    assert decode_base64("AA==") == b"\0"
