"""Every command has exactly one rule, and every rule has a docstring."""

from __future__ import annotations

from data.registry.command import Command
from data.registry.rules.all import RULES


def below(kind: type[Command]) -> set[type[Command]]:
    return {kind}.union(*(below(one) for one in kind.__subclasses__()))


def test_every_command_has_its_rule_and_every_rule_its_command() -> None:
    named = {
        kind for kind in below(Command) if "name" in vars(kind) and kind.__module__.startswith("data.registry.commands")
    }
    assert named == set(RULES)


def test_every_command_has_its_own_name() -> None:
    assert len({kind.name for kind in RULES}) == len(RULES)
    assert all(kind.__doc__ and kind.name == kind.name.lower() for kind in RULES)


def test_every_rule_has_a_docstring() -> None:
    assert all(rule.__doc__ for rule in RULES.values())
