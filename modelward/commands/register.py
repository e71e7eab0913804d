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
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.cli.submission_preview import preview_submission
from modelward.cli.terminal import say, show_facts, show_json
from modelward.runs.flow_call import Where, actor_of, call
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import running_supervisor
from tasks.run.record_refusal import refusals_recorded


def register(
    folder: Annotated[Path, typer.Argument(help="The submission folder; `modelward init` writes one.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what is missing, and which people decide; record nothing.")
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

    moment, before, where = business_time(as_of), _versions(), Where(by, local, no_wait)
    parameters = {"submission": _submitted(folder.absolute(), where, moment), "as_of": moment}
    version = str(call("register_model", where, parameters, f"registering {folder}"))
    if as_json:
        show_json({"version": version, "new": version not in before})
        return
    if version in before:
        say(f"this submission is {reference(version)} already; nothing was recorded")
        return
    say(f"registered {reference(version)}")
    say(f"→ `modelward validate {reference(version)}` judges it; add --preview to look without recording")


def _preview(folder: Path, as_json: bool) -> None:
    found = preview_submission(folder.absolute())
    if as_json:
        show_json(found)
        return
    show_facts(
        {
            "model": found.model,
            "tier": str(found.tier),
            "validated by": "somebody independent" if found.validator else "nobody has to",
            "deployed with": ", ".join(f"{one.count} × {one.role}" for one in found.roles),
            "sections to write": ", ".join(found.missing_sections),
            "sections too short": ", ".join(found.short_sections),
        }
    )
    say(f"nothing was recorded; {found.standard} asks for the above → `modelward register {folder}`")


def _versions() -> set[str]:
    return {one.key for one in rows(Registry.here(), Version)}


def _submitted(folder: Path, where: Where, as_of: datetime | None) -> str:
    """The digest of the folder packed in the inbox, where the worker sees it; the folder itself in this process.

    Raises SubmissionError, recorded, when it cannot be packed.
    """
    if where.local or running_supervisor() is None or not folder.is_dir():
        return str(folder)
    with prefect_ready(where.by):
        actor = Actor(id=actor_of(where.by), auth="os-user")
        with refusals_recorded("register model", "registry", RunContext(actor, as_of)):
            return deliver(folder, Home.here(), actor.id)
