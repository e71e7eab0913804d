"""Check that bad input leads to one error with place and remedy, and to no change except the expected events.

with check_atomicity(world, cli, "command.refused"):
    has_one_error(cli("show", "a/b/c"), 2, "is not a valid team", "with exactly one slash")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.model import Model
from data.records.version import Version
from tests.world import World


class CommandOutput(Protocol):
    """The result of a command: exit code, output, error output."""

    @property
    def code(self) -> int: ...
    @property
    def out(self) -> str: ...
    @property
    def err(self) -> str: ...
    @property
    def json(self) -> Any: ...


CommandRunner = Callable[..., CommandOutput]


def has_one_error(output: CommandOutput, code: int, what: str, remedy: str) -> None:
    """Assert the exit code, exactly one error with `what`, its remedy in the last line, and no traceback."""
    assert output.code == code, output.out + output.err
    assert what in output.err
    assert remedy in output.err.splitlines()[-1]
    assert output.err.splitlines()[-1].startswith("→ ")
    assert (output.err.count("error: "), output.err.count("\n→ "), output.out) == (1, 1, "")
    assert "Traceback" not in output.err


def keys_of_all(world: World) -> set[str]:
    """Return the keys of all rows that a command could leave incomplete."""
    return {one.key for kind in (Model, Version, ApprovalRequest, Deployment, Operation) for one in world.find(kind)}


@contextmanager
def check_atomicity(world: World, cli: CommandRunner, *remembered: str) -> Iterator[None]:
    """Assert that the block adds events of these types and nothing else, and that the registry verifies afterwards."""
    world.artifacts.put(b'"purpose"')  # the section text of the versions of the test world
    kept, before = keys_of_all(world), len(world.events())
    yield
    assert keys_of_all(world) == kept
    assert tuple(one["type"] for one in world.events()[before:]) == remembered
    assert list(world.home.reports.glob("crash-*")) == []
    verified = cli("audit", "verify", "--deep", "--json")
    assert verified.json["ok"], verified.out
