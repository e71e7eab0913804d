"""Show the report of a maintenance flow: one line for each action, the failures last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from data.queries.lookup import reference
from data.text.untrusted_text import safe
from modelward.cli.terminal import err, say, show_json

EXIT_FAILED = 3
FAILED = "failed"


def end_with_report(report: Mapping[str, Sequence[str]], as_json: bool, nothing: str) -> None:
    """Print the actions by kind, or the text `nothing` if there are none; exit with code 3 after a failure."""
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
    raise typer.Exit(EXIT_FAILED if failed else 0)


def _shown(thing: str) -> str:
    """Return a key in the form in which people type it, and a sentence unchanged."""
    return reference(thing) if " " not in thing else thing
