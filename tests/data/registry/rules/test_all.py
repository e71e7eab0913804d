"""Every command has exactly one rule, and every rule has a docstring."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import data.registry.commands
import data.registry.rules
from data.registry.command import Command
from data.registry.rules.all import RULES


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Import every module of a package, so that a command or rule is found before `all.py` imports it."""
    return [import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]


def commands_of(module: ModuleType) -> set[type[Command]]:
    """Return the commands that a module defines; a base class of commands has no name."""
    kinds = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    return {kind for kind in kinds if issubclass(kind, Command) and "name" in vars(kind)}


def test_every_command_has_its_rule_and_every_rule_its_command() -> None:
    defined = {kind for module in modules_of(data.registry.commands) for kind in commands_of(module)}
    assert defined == set(RULES)


def test_every_module_of_rules_is_in_the_list() -> None:
    for module in modules_of(data.registry.rules):
        assert vars(module).get("RULES", {}).items() <= RULES.items(), f"add {module.__name__} to rules/all.py"


def test_every_command_has_its_own_name() -> None:
    assert len({kind.name for kind in RULES}) == len(RULES)
    assert all(kind.__doc__ and kind.name == kind.name.lower() for kind in RULES)


def test_every_rule_has_a_docstring() -> None:
    assert all(rule.__doc__ for rule in RULES.values())
