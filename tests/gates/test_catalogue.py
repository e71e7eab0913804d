"""The catalogue lists each gate under its own name."""

from __future__ import annotations

from gates.catalogue import GATES


def test_the_key_of_a_gate_is_its_name_and_its_module() -> None:
    assert [(gate.name, gate.rule.__module__) for gate in GATES.values()] == [(n, f"gates.{n}") for n in GATES]
