"""The log and the standards in force: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.log import AdoptStandard, Attest, CreateLog, RecordRefusal
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a clock nobody knows": (CreateLog, "clock", "sundial"),
    "a standard whose version is no number": (AdoptStandard, "version", "first"),
    "an attestation of no number of events": (Attest, "events", "all"),
    "a refusal with more to say": (RecordRefusal, "rows", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert RecordRefusal(about="models/a/b", attempted="deploy", code="busy", reason="x").subject == "models/a/b"
