"""Register a version from a submission folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from data.files.home import Home
from data.queries.lookup import reference
from data.queries.rows import rows
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.registry import Registry
from data.submission.delivery import deliver
from data.submission.packing import require_folder
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.cli.submission_preview import preview_submission
from modelward.cli.terminal import say, show_facts, show_json, working
from modelward.runs.flow_call import CallOptions, actor_of, call
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import running_supervisor
from tasks.run.record_refusal import refusals_recorded


def register(
    folder: Annotated[Path, typer.Argument(help="The submission folder; `modelward init` writes one.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what is missing and who decides; record nothing.")
    ] = False,
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Register a version from a submission folder: its artifact, data, documents and provenance."""
    if preview:
        _preview(folder, as_json)
        return

    require_folder(folder)
    moment, before, options = business_time(as_of), _versions(), CallOptions(by, local, no_wait, as_json)
    parameters = {"submission": _submitted(folder.absolute(), options, moment), "as_of": moment}
    version = str(call("register_model", options, parameters, f"registering {folder}"))
    if as_json:
        show_json({"version": version, "new": version not in before})
        return
    if version in before:
        say(f"this submission is already registered as {reference(version)}; nothing was recorded")
        return
    say(f"registered {reference(version)}")
    say(f"→ judge it with `modelward validate {reference(version)}`; --preview shows the verdicts and records nothing")


def _preview(folder: Path, as_json: bool) -> None:
    found = preview_submission(folder.absolute())
    if as_json:
        show_json(found)
        return
    show_facts(
        {
            "model": found.model,
            "tier": str(found.tier),
            "validation by": "an independent validator" if found.validator else "not required",
            "approval by": ", ".join(f"{one.count} × {one.role}" for one in found.roles),
            "sections to write": ", ".join(found.missing_sections),
            "sections too short": ", ".join(found.short_sections),
        }
    )
    say(f"nothing was recorded; {found.standard} requires the above → `modelward register {folder}`")


def _versions() -> set[str]:
    return {one.key for one in rows(Registry.here(), Version)}


def _submitted(folder: Path, options: CallOptions, as_of: datetime | None) -> str:
    """Pack the folder into the inbox for the worker and return its digest; in this process, return the folder.

    Raises SubmissionError, which is also recorded, when the folder cannot be packed.
    """
    if options.local or running_supervisor() is None or not folder.is_dir():
        return str(folder)
    with prefect_ready(options.by):
        actor = Actor(id=actor_of(options.by), auth="os-user")
        recorded = refusals_recorded("register model", "registry", RunContext(actor, as_of))
        with working(f"packing {folder}"), recorded:
            return deliver(folder, Home.here(), actor.id)
