"""Commands about the log and the standards reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.log import AdoptStandard, Attest, CreateLog, RecordRefusal
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a clock that does not exist": (CreateLog, "clock", "sundial"),
    "a standard whose version is no number": (AdoptStandard, "version", "first"),
    "an attestation whose event count is no number": (Attest, "events", "all"),
    "a refusal with rows": (RecordRefusal, "rows", []),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_refusal_is_the_key_of_its_object() -> None:
    assert RecordRefusal(about="models/a/b", attempted="deploy", code="busy", reason="x").subject == "models/a/b"
