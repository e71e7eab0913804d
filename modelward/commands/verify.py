"""Compare what serves with the record, and write the file with which a model server verifies a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.audit.standalone_file import standalone_checker
from data.errors import InputError
from data.files.file_access import umask_of_user
from data.files.file_fault import file_faults
from data.queries.lookup import reference
from data.queries.serving_comparison import ServingComparison, compare_serving
from data.queries.serving_record import serving_record
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.registry import Registry
from modelward.cli.options import Json
from modelward.cli.terminal import remark, say, show_json, working
from tasks.attest.report_differences import ReportedDifferences, report_differences
from tasks.run.business_time import registry_moment

app = typer.Typer(
    no_args_is_help=True, help="Verify what is served: compare it with the record, write the checker for servers."
)


@app.command("serving")
def serving(as_json: Json = False) -> None:
    """Compare the manifest, its signature and the bytes of each slot with the record. Exit code 1: a difference.

    A difference opens an incident, once; a missing signature does not. `modelward audit verify --deep` compares all
    other stored files.
    """
    registry = Registry.here()
    with working("comparing what serves with the record"):
        found = compare_serving(registry)
    reported = _reported(registry, found)
    if as_json:
        shown = {"compared": found.compared, "in_progress": found.in_progress, "differences": found.differences}
        opened = [one.key for one in reported.opened]
        show_json({"ok": not found.differences, **shown, "opened": opened, "not_opened": reported.why_not})
    else:
        say("WHAT SERVES DIFFERS FROM THE RECORD" if found.differences else "what serves is what the record says")
        say(f"{found.compared} slots compared")
        for difference in found.differences:
            say(f"→ {difference.what}: {difference.remedy}")
        for incident in reported.opened:
            say(f"opened incident {reference(incident.key)}; `modelward incidents resolve` closes it")
        if reported.why_not:
            remark(reported.why_not.strip())
        for name in found.in_progress:
            remark(f"not compared, because an operation is changing it: {name}")
    raise typer.Exit(1 if found.differences else 0)


def _reported(registry: Registry, found: ServingComparison) -> ReportedDifferences:
    """Open an incident for each difference but a missing signature, which `modelward reconcile` adds."""
    if not found.besides_unsigned:
        return ReportedDifferences(())
    return report_differences(registry, found.besides_unsigned, RunContext(SERVICE, registry_moment(None)))


@app.command("checker")
def checker(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The new file; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Write `modelward-check` as one file for a model server, and print the log's key that the server must trust."""
    if to.exists():
        raise InputError(f"{to} exists already", "choose the name of a file that does not exist yet")
    key = serving_record(Registry.here()).vkey
    with umask_of_user(), file_faults(to):
        to.write_bytes(standalone_checker())
    if as_json:
        show_json({"file": to.absolute(), "key": key})
        return
    say(f"wrote {to}; docs/serving.md says how a server uses it")
    say(f"the key of the log: {key}")
