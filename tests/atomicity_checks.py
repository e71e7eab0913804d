"""What bad input must leave behind: one error that says where and what to do, what is remembered, and nothing else.

with nothing_half_done(world, cli, "command.refused"):
    has_one_error(cli("show", "a/b/c"), 2, "cannot be a team", "with one slash")
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


class Said(Protocol):
    """What a command answered."""

    @property
    def code(self) -> int: ...
    @property
    def out(self) -> str: ...
    @property
    def err(self) -> str: ...
    @property
    def json(self) -> Any: ...


Cli = Callable[..., Said]


def has_one_error(output: Said, code: int, what: str, remedy: str) -> None:
    """The exit code, one error with its place and reason, one line of remedy at the end, nothing of our insides."""
    assert output.code == code, output.out + output.err
    assert what in output.err
    assert remedy in output.err.splitlines()[-1]
    assert output.err.splitlines()[-1].startswith("→ ")
    assert (output.err.count("error: "), output.err.count("\n→ "), output.out) == (1, 1, "")
    assert "Traceback" not in output.err


def everything(world: World) -> set[str]:
    """The keys of all that a command could leave half done."""
    return {one.key for kind in (Model, Version, ApprovalRequest, Deployment, Operation) for one in world.find(kind)}


@contextmanager
def nothing_half_done(world: World, cli: Cli, *remembered: str) -> Iterator[None]:
    """Within, events of these types come about and nothing else does; the registry verifies deep afterwards."""
    world.artifacts.put(b'"purpose"')  # the section that the small world's versions refer to
    kept, before = everything(world), len(world.events())
    yield
    assert everything(world) == kept
    assert tuple(one["type"] for one in world.events()[before:]) == remembered
    assert list(world.home.reports.glob("crash-*")) == []
    verified = cli("audit", "verify", "--deep", "--json")
    assert verified.json["ok"], verified.out
