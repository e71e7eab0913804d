"""List and declare the consumers of a model, and record their answers to a retirement."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from data.errors import NotFoundError
from data.queries.lookup import model_named, reference
from data.queries.named_retirement import Consumers, consumers_of, retirement_named
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.retirement import AcceptSilence, AnswerNotice, PlanTransition
from data.registry.registry import Registry
from modelward.cli.caller import identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, Json, ModelName, Reason, VersionName
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import show_json, show_receipt, show_table

app = typer.Typer(no_args_is_help=True, help="Consumers: declare them, record their answers to a retirement.")

System = Annotated[str, typer.Argument(metavar="SYSTEM", help="The system that uses the model.")]


@app.command("list")
def list_consumers(
    about: Annotated[
        str,
        typer.Argument(
            metavar="[MODEL|MODEL/VERSION]", help="Only for this model, or for the retirement of this version."
        ),
    ] = "",
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the systems that use a model, declared or only observed, and their answers to a retirement."""
    found = consumers_of(Registry.here(), about, requested_page(page, limit, as_json))
    if as_json:
        show_json({"consumers": found.systems.rows, "retirement_parties": found.parties.rows})
    else:
        _show_systems(found)
    remark_page(found.systems, "consumers")
    if not as_json:
        _show_answers(found)
    remark_page(found.parties, "answers")


def _show_systems(found: Consumers) -> None:
    rows = [
        (
            one.system,
            reference(one.model),
            "declared" if one.declared else "undeclared",
            one.owner,
            one.last_seen_at,
            one.rows_seen,
        )
        for one in found.systems.rows
    ]
    of_model = f" of {reference(found.model)}" if found.model else ""
    columns = ("system", "model", "known as", "owner", "last seen", "rows")
    show_table(columns, rows, f"no consumer{of_model} is known", title=f"Consumers{of_model}")


def _show_answers(found: Consumers) -> None:
    """Print the answers to the retirement of the version that was named, or to every retirement of the model."""
    rows = [
        (
            one.system,
            reference(one.retirement.removesuffix("/retirement")),
            one.answer,
            one.moves_to,
            one.cut_over_at,
            one.transition,
        )
        for one in found.parties.rows
    ]
    columns = ("system", "retirement of", "answer", "moves to", "cut-over", "transition")
    version = reference(found.version) if found.version else ""
    if version:
        title, empty = f"Answers to the retirement of {version}", f"no retirement of {version} affects a consumer"
    else:
        title, empty = "Answers to a retirement", ""
    show_table(columns, rows, empty, title=title)


@app.command("add")
def add(
    model: ModelName,
    system: System,
    owner: Annotated[str, typer.Option("--owner", help="The owner of the system.")],
    contact: Annotated[str, typer.Option("--contact", help="The address for notices to the owner.")],
    purpose: Annotated[str, typer.Option("--purpose", help="What the system uses the output for.")] = "",
    cadence_days: Annotated[
        int, typer.Option("--cadence-days", min=1, help="The greatest number of days between two uses.")
    ] = 1,
    criticality: Annotated[
        Literal["low", "medium", "high"], typer.Option("--criticality", help="How critical the use is.")
    ] = "medium",
    feeds: Annotated[
        str, typer.Option("--feeds", metavar="MODEL", help="A model that uses the output of the system.")
    ] = "",
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Declare a system that uses a model's output, or change its declaration."""
    who = identify(by, as_of)
    key = model_named(who.registry, model).key
    fed = model_named(who.registry, feeds).key if feeds else None
    command = DeclareConsumer(
        model=key, system=system, owner=owner, contact=contact, purpose=purpose, cadence_days=cadence_days,
        criticality=criticality, feeds_model=fed,
    )  # fmt: skip
    show_receipt(who.do(command), as_json, f"{system} is declared as a consumer of {reference(key)}")


@app.command("ack")
def ack(
    version: VersionName,
    system: System,
    objected: Annotated[bool, typer.Option("--object", help="The consumer objects.")] = False,
    comment: Annotated[str, typer.Option("--comment", help="The comment of the consumer.")] = "",
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Record a consumer's answer to the notice of a retirement."""
    who = identify(by, as_of)
    key = _retirement(who.registry, version)
    answer: Literal["acknowledged", "objected"] = "objected" if objected else "acknowledged"
    receipt = who.do(AnswerNotice(key=key, system=system, answer=answer, comment=comment))
    show_receipt(receipt, as_json, f"{system}: {answer}")


@app.command("silence")
def silence(
    version: VersionName,
    system: System,
    reason: Reason,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Accept, as a risk acceptor with your one-time code, that a consumer does not answer."""
    who = identify(by, as_of)
    key = _retirement(who.registry, version)
    proof = prove(who.actor.id, code_from_stdin)
    receipt = who.do(AcceptSilence(key=key, system=system, reason=reason, proof=proof))
    show_receipt(receipt, as_json, f"the silence of {system} is accepted by {proof.person}")


@app.command("plan")
def plan(
    version: VersionName,
    system: System,
    moves_to: Annotated[str, typer.Option("--to", help="What the system uses next.")],
    cut_over: Annotated[str, typer.Option("--on", metavar="DAY", help="The day of the move, before the sunset.")],
    moved: Annotated[bool, typer.Option("--moved", help="The system has moved.")] = False,
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Record what a consumer moves to and when, and later that it has moved."""
    who = identify(by, as_of)
    key = _retirement(who.registry, version)
    command = PlanTransition(key=key, system=system, moves_to=moves_to, cut_over_at=require_time(cut_over), moved=moved)
    sentence = f"{system} has moved to {moves_to}" if moved else f"{system} moves to {moves_to} on {cut_over}"
    show_receipt(who.do(command), as_json, sentence)


def _retirement(registry: Registry, version: str) -> str:
    """Return the key of a version's open retirement. Raises NotFoundError when there is none."""
    found = retirement_named(registry, version)
    if found.retirement is None:
        name = reference(found.version.key)
        raise NotFoundError(f"{name} has no retirement", f"open one with `modelward retire {name}`")
    return found.retirement.key
