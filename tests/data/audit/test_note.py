"""Checkpoints as C2SP signed notes: other tools can read them, and a forged note is never accepted."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.audit.keys import SigningKey
from data.audit.note import format_vkey, parse_checkpoint, parse_vkey, sign_checkpoint, verify_checkpoint
from data.audit.verifier.signature import is_signed, read_note, read_vkey
from data.errors import AuditError

KEY = SigningKey("example.org/log", bytes(32))
WITNESS = SigningKey("witness.example", bytes([7]) * 32)
ROOT = bytes(range(32))
NOTE = sign_checkpoint("example.org/log", 42, ROOT, KEY)

# The example of Go's package golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SAYS = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def accepted(note: str, vkey: str) -> bool:
    """Return True if `parse_checkpoint` accepts the note; the verifier's own parser must give the same result."""
    try:
        verify_checkpoint(note, vkey)
    except AuditError:
        ours = False
    else:
        ours = True
    read = read_note(note)
    assert ours == (read is not None and is_signed(read, vkey))
    return ours


def test_a_signed_checkpoint_is_read_back() -> None:
    checkpoint = verify_checkpoint(NOTE, KEY.vkey)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == ("example.org/log", 42, ROOT)
    assert NOTE.split("\n")[:3] == ["example.org/log", "42", base64.b64encode(ROOT).decode()]
    assert accepted(NOTE, KEY.vkey)


def test_a_signature_by_another_implementation_is_valid() -> None:
    key = parse_vkey(PETER)
    text, _, line = PETER_SAYS.rpartition("\n\n")
    packed = base64.b64decode(line.split(" ")[2])
    assert packed[:4] == key.key_id
    assert key.holds(f"{text}\n".encode(), packed[4:])
    assert not key.holds(text.encode(), packed[4:])
    assert read_vkey(PETER) is not None


def test_signatures_by_unknown_keys_are_ignored() -> None:
    """Lines by keys that we do not know are ignored, as the format demands."""
    co_signed = NOTE + sign_checkpoint("example.org/log", 42, ROOT, WITNESS).rpartition("\n\n")[2]
    assert accepted(co_signed, KEY.vkey)
    assert accepted(co_signed, WITNESS.vkey)
    assert len(parse_checkpoint(co_signed).signatures) == 2


def test_a_signature_by_another_key_of_the_same_name_is_refused() -> None:
    assert not accepted(NOTE, SigningKey("example.org/log", bytes([1]) * 32).vkey)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_accepted(place: int, change: int) -> None:
    altered = bytearray(NOTE.encode())
    altered[place] ^= change
    assert not accepted(altered.decode("utf-8", "surrogateescape"), KEY.vkey)


@given(st.integers(0, len(NOTE) - 1), st.integers(0, len(NOTE)), st.text(max_size=5))
def test_a_cut_or_an_addition_is_never_accepted(start: int, end: int, text: str) -> None:
    altered = NOTE[:start] + text + NOTE[max(start, end) :]
    assert altered == NOTE or not accepted(altered, KEY.vkey)


@given(st.text(max_size=300))
def test_arbitrary_text_raises_an_audit_error(text: str) -> None:
    assert not accepted(text, KEY.vkey)
    assert not accepted(NOTE, text)


LINES = NOTE.split("\n")
MALFORMED = {
    "no blank line": NOTE.replace("\n\n", "\n"),
    "no end": NOTE[:-1],
    "a size with a zero in front": "\n".join([LINES[0], "042", *LINES[2:]]),
    "a negative size": "\n".join([LINES[0], "-1", *LINES[2:]]),
    "a root too short": "\n".join([*LINES[:2], "AAAA", *LINES[3:]]),
    "a root with stray bits": "\n".join([*LINES[:2], LINES[2][:-2] + "9=", *LINES[3:]]),
    "a root that is not base64": "\n".join([*LINES[:2], "!", *LINES[3:]]),
    "no origin": "\n".join(["", *LINES[1:]]),
    "no root": "\n".join([*LINES[:2], *LINES[3:]]),
    "a control character": NOTE.replace("log\n", "log\x07\n", 1),
    "a dash instead of the long one": NOTE.replace("—", "-"),
    "a signature too short": "\n".join([*LINES[:4], "— example.org/log AAAA", ""]),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_note_is_refused(text: str) -> None:
    with pytest.raises(AuditError):
        parse_checkpoint(text)


NO_KEYS = {
    "an empty text": "",
    "another key id": "+".join(["example.org/log", "00000000", KEY.vkey.split("+", 2)[2]]),
    "a key too short": "example.org/log+00000000+AQ==",
    "another algorithm": KEY.vkey.replace("+Ad", "+Bd").replace("+AT", "+BT").replace("+Ae", "+Be") + "=",
    "no base64": "example.org/log+00000000+!",
}


@pytest.mark.parametrize("text", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_an_invalid_verification_key_is_refused(text: str) -> None:
    with pytest.raises(AuditError, match="is not the verification key .*\n  → write it as `name"):
        parse_vkey(text)
    assert read_vkey(text) is None


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\x00b"])
def test_a_key_name_that_a_note_cannot_contain_is_refused(name: str) -> None:
    with pytest.raises(AuditError, match="is not a valid name of a key"):
        format_vkey(name, bytes(32))


def test_a_checkpoint_that_could_not_be_read_back_is_not_signed() -> None:
    with pytest.raises(AuditError):
        sign_checkpoint("two\nlines", 1, ROOT, KEY)
    with pytest.raises(AuditError, match="32 bytes"):
        sign_checkpoint("example.org/log", 1, b"short", KEY)
