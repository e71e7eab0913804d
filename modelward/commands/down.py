"""End what `modelward up` runs."""

from __future__ import annotations


def down() -> None:
    """End what `modelward up` runs for this home, and whatever a killed one left; waiting approvals stay."""
    from data.files.home import Home
    from modelward.cli.terminal import say
    from modelward.supervisor.detached import end_resident

    say(end_resident(Home.here().up))
