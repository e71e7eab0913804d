"""Approvals: what waits for people, what it stands on, and answering it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelward.cli.options import By, CodeFromStdin, Json

if TYPE_CHECKING:
    from data.errors import ModelwardError
    from data.queries.log_entries import LogEntry

app = typer.Typer(no_args_is_help=True, help="Approvals: list what waits for people, and answer it.")


@app.command("list")
def list_approvals(
    every: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False, as_json: Json = False
) -> None:
    """Requests that wait for a decision, and versions that wait for a validator's conclusion."""
    from data.queries.lookup import reference
    from data.records.approval import ApprovalRequest
    from data.registry.registry import Registry
    from modelward.cli.terminal import show_json, show_table
    from modelward.runs.waiting import missing_roles, unconcluded

    with Registry.here().reading() as state:
        found = [one for one in state.find(ApprovalRequest) if every or one.state == "pending"]
        missing = {one.key: missing_roles(state, one) for one in found}
        waiting = unconcluded(state)
    if as_json:
        requests = [{**one.model_dump(mode="json"), "missing": missing[one.key]} for one in found]
        show_json({"requests": requests, "validations": [one.version for one in waiting]})
        return
    rows: list[tuple[object, ...]] = []
    for one in found:
        wanted = ", ".join(f"{count} × {role}" for role, count in missing[one.key].items())
        where = f"{one.purpose} to {one.environment}" if one.purpose == "deploy" else one.purpose
        rows.append((reference(one.key), where, one.state, f"{one.expires_at:%Y-%m-%d}", wanted))
    rows += [(reference(one.version), "validate", "pending", None, "1 × validator") for one in waiting]
    columns = ("request", "what", "state", "until", "still needs")
    show_table(columns, rows, "nothing waits for a decision", whole=4)


@app.command("show")
def show(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="As it is listed: model/3#1.")],
    as_json: Json = False,
) -> None:
    """What a request stands on: the question, its digest, every gate's verdict, open matters, votes."""
    from rich.markdown import Markdown

    from data.queries.approval_snapshot import approval_snapshot
    from data.registry.registry import Registry
    from data.text.untrusted_text import safe
    from modelward.cli.terminal import out, show_json
    from tasks.run.business_time import moment, registry_moment
    from views.forms.approval_form import describe_request

    shown = approval_snapshot(Registry.here(), request, moment(registry_moment(None)))
    if as_json:
        votes = [one.model_dump(mode="json") for one in shown.votes]
        show_json({**shown.request.model_dump(mode="json"), "votes": votes})
        return
    out().print(Markdown(safe(describe_request(shown))))


@app.command("answer")
def answer(
    about: Annotated[
        str, typer.Argument(metavar="REQUEST|MODEL/VERSION", help="What waits, as `approvals list` names it.")
    ],
    entered: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Fill in a field; may be given again.")
    ] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_json: Json = False,
) -> None:
    """Fill in the form of a waiting run and hand it in; the registry judges it. Fields not given are asked for."""
    from modelward.cli.caller import speaker
    from modelward.cli.form import fill_in, show_form
    from modelward.cli.terminal import working
    from modelward.runs.answer_tracker import Answer, newest_event, watch_for
    from modelward.runs.running import prefect_ready

    who = speaker(by)
    runs, subject = _runs(who.registry, about)
    with prefect_ready(by):
        from modelward.runs.waiting_runs import hand_in, stage_of, waiting_form

        form = waiting_form(runs)
        if not as_json:
            show_form(form)
        values = fill_in(form, entered or [], who.actor.id, code_from_stdin)
        person = values.get("person", who.actor.id).strip().lower()
        before = hand_in(form, values, lambda: newest_event(who.registry))
        handed_in = Answer(subject, form.run_id, person, before)
        with working("the registry judges it"):
            event = watch_for(who.registry, handed_in, lambda: stage_of(form.run_id), _tell_queued)
    _tell(event, as_json)


def _tell_queued() -> None:
    from modelward.cli.terminal import remark
    from modelward.runs.running_server import house_in_use

    house = house_in_use()
    why = f": {house.why_queued()}" if house is not None else ""
    remark(f"the answer is handed in; its run has not gone on yet{why}")


def _tell(event: LogEntry, as_json: bool) -> None:
    from modelward.cli.terminal import say, show_json

    if event.type == "command.refused":
        raise _refusal(str(event.data["code"]), str(event.data["reason"]))
    if as_json:
        show_json(event)
        return
    say(f"recorded: {event.type} by {event.actor} (event {event.seq})")


def _refusal(code: str, reason: str) -> ModelwardError:
    """The registry's refusal as the error it was."""
    from data import errors

    name = "".join(word.capitalize() for word in code.split()) + "Error"
    kind = getattr(errors, name, errors.RefusedError)
    error: ModelwardError = kind(reason)
    return kind(reason, f"{error.remedy}; the run asks again, so answer it anew")


def _runs(registry: Any, about: str) -> tuple[list[str], str]:
    """The runs that may wait for this, newest first, and the key that the registry's events are about."""
    from data.queries.log_entries import events
    from data.queries.lookup import find_row, find_version
    from data.records.approval import ApprovalRequest
    from data.registry.rules.emergency import asking_run

    with registry.reading() as state:
        if "#" in about or "/requests/" in about:
            request = find_row(state, ApprovalRequest, about)
            return [asking_run(state, request)], request.key
        version = find_version(state, about).version.key
    with registry.store.reading() as connection:
        runs = [one.run for one in events(connection, version) if one.run]
    return list(reversed(runs)), version
