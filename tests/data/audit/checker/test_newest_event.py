"""A server that keeps the newest event of each slot refuses an earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.checker.newest_event import keep_newest, order_fault
from data.audit.checker.served_manifest import ServedStatement
from tests.served_files import NOW, PLACE


def statement(event: int, slot: str = "champion") -> ServedStatement:
    place = PLACE._replace(slot=slot)
    return ServedStatement("tests.example", place, "serving", "v", "a", "m", event, NOW)


def test_the_newest_event_of_each_slot_is_kept(tmp_path: Path) -> None:
    memory = tmp_path / "newest.json"
    assert order_fault(memory, statement(7)) == keep_newest(memory, statement(7)) == ""
    assert order_fault(memory, statement(7)) == order_fault(memory, statement(8)) == ""
    assert "is that of event 6, and this server has seen event 7" in order_fault(memory, statement(6))
    assert order_fault(memory, statement(1, "shadow")) == ""


@pytest.mark.parametrize("content", ["[]", "{", '{"a": "b"}'])
def test_a_memory_that_cannot_be_read_refuses_everything(tmp_path: Path, content: str) -> None:
    memory = tmp_path / "newest.json"
    memory.write_text(content)
    assert "cannot be read" in order_fault(memory, statement(7))


def test_a_memory_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    assert "cannot be written" in keep_newest(tmp_path / "no" / "newest.json", statement(7))
