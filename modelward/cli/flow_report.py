"""What a housekeeping flow says it did: each thing on a line of its own, what could not be done last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from data.queries.lookup import reference
from data.text.untrusted_text import safe
from modelward.cli.terminal import err, say, show_json

COULD_NOT = 3
FAILED = "failed"


def end_with_report(report: Mapping[str, Sequence[str]], as_json: bool, nothing: str) -> None:
    """Show what was done by kind, or say `nothing`; exits with 3 when something could not be done."""
    done = {kind: things for kind, things in report.items() if things and kind != FAILED}
    failed = report.get(FAILED, ())
    if as_json:
        show_json(report)
    else:
        for kind, things in done.items():
            for thing in things:
                say(f"{kind}: {_shown(thing)}")
        if not done and not failed:
            say(nothing)
        for thing in failed:
            err().print(f"failed: {safe(_shown(thing))}", style="red", soft_wrap=True)
    raise typer.Exit(COULD_NOT if failed else 0)


def _shown(thing: str) -> str:
    """A key as it can be typed, a sentence as it is."""
    return reference(thing) if " " not in thing else thing
