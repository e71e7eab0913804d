"""The catalogue calls each gate by its own name."""

from __future__ import annotations

from gates.catalogue import GATES


def test_each_gate_stands_under_its_own_name() -> None:
    assert all(name == gate.name for name, gate in GATES.items())
    assert len(GATES) == 13
