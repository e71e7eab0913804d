"""A line of the journal is a body or a withheld leaf, perhaps with a seal; an event has the fields of its version."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from data.audit.standalone.event_format import format_fault, is_image, read_line

SEAL = bytes(range(64))
EVENT: dict[str, Any] = {
    "actor": {"auth": "totp", "id": "ada"}, "data": {}, "effective_at": "2026-01-05T08:00:00.000000Z",
    "id": "019b8d00-0000-7000-8000-000000000001", "log": "l", "prev": "", "recorded_at": "2026-01-05T08:00:00.000000Z",
    "refs": {}, "rows": [{"key": "k", "rev": 1, "table": "t", "values": {}}], "rules": 1, "seq": 0, "subject": "s",
    "type": "a.b", "v": 2,
}  # fmt: skip
WRONG: dict[str, dict[str, Any]] = {
    "another version": {"v": 3},
    "a version that is a truth": {"v": True},
    "rules below 1": {"rules": 0},
    "a number that is a truth": {"seq": True},
    "a field more": {"more": 1},
    "an actor without proof": {"actor": {"id": "ada"}},
    "an actor whose id is a number": {"actor": {"id": 1, "auth": "totp"}},
    "an id of another version": {"id": "019b8d00-0000-4000-8000-000000000001"},
    "an id in capitals": {"id": "019B8D00-0000-7000-8000-000000000001"},
    "a time without a zone": {"recorded_at": "2026-01-05T08:00:00.000000"},
    "a day that does not exist": {"effective_at": "2026-02-30T08:00:00.000000Z"},
    "digits of another script": {"effective_at": "٢٠٢٦-01-05T08:00:00.000000Z"},
    "a row that is no object": {"rows": [1]},
    "a row without values": {"rows": [{"key": "k", "rev": 1, "table": "t"}]},
}


def test_a_line_is_a_body_with_or_without_a_seal() -> None:
    assert read_line(b"{}") == (b"{}", None, None, "")
    sealed = read_line(b"{}\t" + base64.b64encode(SEAL))
    assert (sealed.body, sealed.seal, sealed.fault) == (b"{}", SEAL, "")
    withheld = read_line(b"leaf " + b"ab" * 32 + b"\t" + base64.b64encode(SEAL))
    assert (withheld.withheld_leaf, withheld.seal) == (bytes([0xAB] * 32), SEAL)


@pytest.mark.parametrize(
    "encoded", [b"", b"AA==", base64.b64encode(SEAL)[:-2], base64.b64encode(SEAL) + b"\t", b"\xff"]
)
def test_a_seal_in_another_form_is_a_fault(encoded: bytes) -> None:
    assert "seal" in read_line(b"{}\t" + encoded).fault


def test_events_of_both_versions_are_known() -> None:
    assert format_fault(EVENT) == ""
    first = {name: value for name, value in EVENT.items() if name != "rules"}
    assert format_fault({**first, "v": 1}) == ""
    assert format_fault(first) != ""
    assert "canonical" in format_fault(None)
    assert is_image(EVENT["rows"][0])


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_an_event_in_another_form_is_a_fault(changes: dict[str, Any]) -> None:
    assert format_fault({**EVENT, **changes}) != ""
