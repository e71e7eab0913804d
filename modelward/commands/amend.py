"""Amend what is said of a model, where that makes its rules milder: decided by somebody else, with a one-time code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modelward.cli.options import AsOf, By, CodeFromStdin, Json

if TYPE_CHECKING:
    from data.records.model import Model
    from data.registry.state import State


def amend(
    folder: Annotated[Path, typer.Argument(help="The submission folder; its model.yaml is read, nothing else.")],
    by: By,
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Change a registered model to its model.yaml. You confirm with your one-time code."""
    from data.queries.lookup import find_model
    from data.records.names import short
    from data.registry.commands.model import RegisterModel
    from data.registry.rules.model import relaxations
    from data.submission.folder import read_model
    from modelward.cli.caller import prove, speaker
    from modelward.cli.terminal import remark, say, show_json, show_receipt

    told, who = read_model(folder).command, speaker(by, as_of)
    with who.registry.reading() as state:
        model = find_model(state, short(told.model))
        writers = _writers(state, model, folder)
    if told == RegisterModel.of(model):
        if as_json:
            show_json({"model": model.key, "amended": False})
            return
        say(f"{short(model.key)} is registered so already; nothing was recorded")
        return
    softened = relaxations(model, told)
    remark("; ".join(softened) or f"no rule of {short(model.key)} becomes milder")
    remark(f"written by {', '.join(writers)}")
    proof = prove(who.actor.id, code_from_stdin)
    receipt = who.do(told.model_copy(update={"written_by": writers, "proof": proof}))
    show_receipt(receipt, as_json, f"amended {short(model.key)}")


def _writers(state: State, model: Model, folder: Path) -> tuple[str, ...]:
    """Who wrote the folder since the newest version: Git's authors, and this user unless everything is committed."""
    from data.records.person import Person
    from data.records.version import Version
    from data.registry.current_actor import current_actor
    from data.submission.contributors import contributors_of
    from data.submission.provenance import read_provenance

    user, versions = current_actor(state).id, state.find(Version, model=model.key)
    provenance = read_provenance(folder, user)
    authors = provenance.authors_since(versions[-1].code.commit if versions else None)
    submitters = () if authors and provenance.dirty is False else (user,)
    return contributors_of(authors, submitters, state.find(Person))
