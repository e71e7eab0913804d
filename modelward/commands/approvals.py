"""List what waits for people, show what a request is based on, and submit an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data import errors
from data.errors import ModelwardError
from data.queries.approval_snapshot import approval_snapshot
from data.queries.log_entries import LogEntry
from data.queries.log_state import newest_event
from data.queries.lookup import reference
from data.queries.pending_work import WaitingRequest, WaitingVersion, asking_runs, listed_work
from data.queries.vote_proofs import vote_proofs
from data.registry.purposes import DEPLOY, purpose_of
from data.registry.registry import Registry
from modelward.cli.caller import identify
from modelward.cli.form import fill_in, show_form
from modelward.cli.options import By, CodeFromStdin, Json, WithVerifier
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.proof_files import write_proofs
from modelward.cli.terminal import remark, say, show_json, show_markdown, show_table, working
from modelward.runs.answer_tracker import SubmittedAnswer, await_result
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import running_supervisor
from modelward.runs.waiting import VALIDATOR, requires_validator, signatures
from tasks.run.business_time import moment, registry_moment
from views.evidence_address import receipt_command
from views.forms.approval_form import describe_request

app = typer.Typer(no_args_is_help=True, help="Approvals: list what waits for people, answer it, and get receipts.")


@app.command("list")
def list_approvals(
    every: Annotated[bool, typer.Option("--all", help="Include decided requests.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the requests that wait for a decision and the versions that wait for a validator."""
    page_request = requested_page(page, limit, as_json)
    shown = listed_work(Registry.here(), requires_validator, page_request, decided=every).page
    if as_json:
        requests = [_as_json(one) for one in shown.rows if isinstance(one, WaitingRequest)]
        validations = [one.version.key for one in shown.rows if isinstance(one, WaitingVersion)]
        show_json({"requests": requests, "validations": validations})
        remark_page(shown, "requests and validations")
        return
    columns = ("request", "what", "state", "until", "still needs")
    show_table(columns, map(_row, shown.rows), "nothing waits for a decision", whole=4)
    remark_page(shown, "requests and validations")


def _as_json(waiting: WaitingRequest) -> dict[str, object]:
    return {**waiting.request.model_dump(mode="json"), "missing": dict(waiting.missing)}


def _row(waiting: WaitingRequest | WaitingVersion) -> tuple[object, ...]:
    if isinstance(waiting, WaitingRequest):
        return _request_row(waiting)
    return (reference(waiting.version.key), "validate", "pending", None, VALIDATOR)


def _request_row(waiting: WaitingRequest) -> tuple[object, ...]:
    request = waiting.request
    where = f"{request.purpose} to {request.environment}" if purpose_of(request) is DEPLOY else request.purpose
    return (reference(request.key), where, request.state, f"{request.expires_at:%Y-%m-%d}", signatures(waiting.missing))


@app.command("show")
def show(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="The request as listed: model/3#1.")],
    as_json: Json = False,
) -> None:
    """Show what a request is based on: its question, digest, verdicts, open matters and votes."""
    shown = approval_snapshot(Registry.here(), request, moment(registry_moment(None)))
    if as_json:
        votes = [one.model_dump(mode="json") for one in shown.votes]
        show_json({**shown.request.model_dump(mode="json"), "votes": votes})
        return
    show_markdown(describe_request(shown))


@app.command("answer")
def answer(
    about: Annotated[str, typer.Argument(metavar="REQUEST|MODEL/VERSION", help="The request or version, as listed.")],
    entered: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Fill in one of the fields above; repeatable."),
    ] = None,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_json: Json = False,
) -> None:
    """Fill in the form of a waiting run and submit it. You are asked for the fields that are not given.

    Fields of an approval: decision, person, role, confirm, meaning, comment, conditions, deputy_of.

    The field confirm needs the last 8 characters of the request's digest.

    Fields of a validation: conclusion, scope, limitations, competence, changes_caused, person, evidence.

    Fields of an emergency release: person, reason, until.

    Fields of a retirement that waits for its consumers' transitions: person, plan.

    The one-time code is asked for, or read from stdin. It cannot be an argument.
    """
    who = identify(by)
    asking = asking_runs(who.registry, about)
    with prefect_ready(by):
        from modelward.runs.waiting_runs import stage_of, submit, waiting_form  # noqa: PLC0415 – imports Prefect

        form = waiting_form(asking.runs)
        if not as_json:
            show_form(form)
        values = fill_in(form, entered or [], who.actor.id, code_from_stdin)
        person = values.get("person", who.actor.id).strip().lower()
        before = submit(form, values, lambda: newest_event(who.registry))
        submitted = SubmittedAnswer(asking.subject, form.run_id, person, before)
        with working("waiting for the result in the registry"):
            event = await_result(who.registry, submitted, lambda: stage_of(form.run_id), _remark_queued)
    _show_result(event, as_json)


@app.command("receipt")
def receipt(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="The request as listed: model/3#1.")],
    person: Annotated[str, typer.Option("--person", help="Only the votes of this person.")] = "",
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="The folder to write to.")] = Path(),
    with_verifier: WithVerifier = False,
    as_json: Json = False,
) -> None:
    """Write the receipt of each vote on a request: a file that proves later that the log contains the vote."""
    with working("proving the votes"):
        found = vote_proofs(Registry.here(), request, person)
    write_proofs([(one.proof, to / one.file_name) for one in found], with_verifier, as_json)


def _remark_queued() -> None:
    supervisor = running_supervisor()
    why = f": {supervisor.why_queued()}" if supervisor is not None else ""
    remark(f"the answer was submitted; its run has not continued yet{why}")


def _show_result(event: LogEntry, as_json: bool) -> None:
    if event.type == "command.refused":
        raise _refusal(str(event.data["code"]), str(event.data["reason"]))
    if as_json:
        show_json(event)
        return
    say(f"recorded: {event.type} by {event.actor} (event {event.seq})")
    if event.type == "approval.decided":
        remark(f"keep its receipt: `{receipt_command(event.subject)} --person {event.actor}`")


def _refusal(code: str, reason: str) -> ModelwardError:
    """Return the error with which the registry refused the answer, from the recorded code and reason.

    The remedy says to answer again, except for a closed request, about which no run asks any more.
    """
    name = "".join(word.capitalize() for word in code.split()) + "Error"
    kind = getattr(errors, name, errors.RefusedError)
    error: ModelwardError = kind(reason)
    if isinstance(error, errors.RequestClosedError):
        return error
    if isinstance(error, errors.StaleEvidenceError | errors.DigestMismatchError):
        return kind(
            reason, "answer again if the run still asks; otherwise open a new request by running the flow again"
        )
    if isinstance(error, errors.InputError):
        return kind(reason, "correct the answer, then answer again, because the run still asks")
    return kind(reason, f"{error.remedy}; then answer again, because the run still asks")
