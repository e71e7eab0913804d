"""Stop the processes of `modelward up`."""

from __future__ import annotations

from data.files.home import Home
from modelward.cli.terminal import say
from modelward.supervisor.detached import end_supervisor


def down() -> None:
    """Stop the processes of `modelward up` for this home. Open requests stay open."""
    say(end_supervisor(Home.here().up))
