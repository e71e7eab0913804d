"""Compare what serves with the record, and write the file with which a model server verifies a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.audit.standalone_file import standalone_checker
from data.errors import InputError
from data.files.file_access import umask_of_user
from data.files.file_fault import file_faults
from data.registry.registry import Registry
from data.registry.serving_comparison import compare_serving
from data.registry.serving_record import serving_record
from modelward.cli.options import Json
from modelward.cli.terminal import remark, say, show_json, working

app = typer.Typer(no_args_is_help=True, help="What serves: compare it with the record, write the checker of servers.")


@app.command("serving")
def serving(as_json: Json = False) -> None:
    """Compare the manifest, its signature and the bytes of each slot with the record. Exit code 1: a difference.

    `modelward audit verify --deep` compares all other stored files.
    """
    with working("comparing what serves with the record"):
        found = compare_serving(Registry.here())
    if as_json:
        show_json({"ok": not found.differences, **vars(found)})
    else:
        say("WHAT SERVES DIFFERS FROM THE RECORD" if found.differences else "what serves is what the record says")
        say(f"{found.compared} slots compared")
        for difference in found.differences:
            say(f"→ {difference.what}: {difference.remedy}")
        for name in found.in_progress:
            remark(f"not compared, because an operation is changing it: {name}")
    raise typer.Exit(1 if found.differences else 0)


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
