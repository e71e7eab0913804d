"""Check the installation and the home, and print a remedy for each fault."""

from __future__ import annotations

import typer

from data.registry.registry import Registry
from modelward.cli.options import Json
from modelward.cli.terminal import say, show_json, show_table
from modelward.doctor import diagnose
from modelward.supervisor.prefect_environment import api_url


def doctor(as_json: Json = False) -> None:
    """Check packages, keys, registry, journal, anchors, clock and Prefect. Exit code 1: a check failed."""
    checks = diagnose(Registry.here(), api_url())
    if as_json:
        show_json([check.as_json for check in checks])
    else:
        show_table(("check", "state", "observed"), [(one.name, one.state, one.observed) for one in checks], "", whole=2)
        for check in checks:
            if check.remedy:
                say(f"→ {check.name}: {check.remedy}")
    raise typer.Exit(1 if any(one.state == "fail" for one in checks) else 0)
