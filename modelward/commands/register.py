"""Register a version from a submission folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelward.cli.options import AsOf, By, Json, Local, NoWait

if TYPE_CHECKING:
    from datetime import datetime

    from modelward.runs.flow_call import Where


def register(
    folder: Annotated[Path, typer.Argument(help="The submission folder; `modelward init` writes one.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Say at once what is missing, and who will be asked; record nothing.")
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
    from data.queries.lookup import reference
    from modelward.cli.caller import business_time
    from modelward.cli.terminal import say, show_json
    from modelward.runs.flow_call import Where, call

    moment, before, where = business_time(as_of), _versions(), Where(by, local, no_wait)
    asked = {"submission": _handed_in(folder.absolute(), where, moment), "as_of": moment}
    version = str(call("register_model", where, asked, f"registering {folder}"))
    if as_json:
        show_json({"version": version, "new": version not in before})
        return
    if version in before:
        say(f"this submission is {reference(version)} already; nothing was recorded")
        return
    say(f"registered {reference(version)}")
    say(f"→ `modelward validate {reference(version)}` judges it; add --preview to look without recording")


def _preview(folder: Path, as_json: bool) -> None:
    from modelward.cli.submission_preview import preview_submission
    from modelward.cli.terminal import say, show_facts, show_json

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
    from data.records.version import Version
    from data.registry.registry import Registry

    with Registry.here().reading() as state:
        return {one.key for one in state.find(Version)}


def _handed_in(folder: Path, where: Where, as_of: datetime | None) -> str:
    """The digest of the folder packed in the inbox, where the worker sees it; the folder itself in this process.

    Raises SubmissionError, recorded, when it cannot be packed.
    """
    from data.files.home import Home
    from data.records.person import Actor
    from data.submission.delivery import deliver
    from modelward.runs.flow_call import actor_of
    from modelward.runs.running import prefect_ready
    from modelward.runs.running_server import house_in_use

    if where.local or house_in_use() is None or not folder.is_dir():
        return str(folder)
    with prefect_ready(where.by):
        from data.records.run_context import RunContext
        from tasks.run.record_refusal import refusals_recorded

        actor = Actor(id=actor_of(where.by), auth="os-user")
        with refusals_recorded("register model", "registry", RunContext(actor, as_of)):
            return deliver(folder, Home.here(), actor.id)
