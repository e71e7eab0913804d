"""Change a registered model to its model.yaml. To relax a rule, another person than the author must confirm; another
owner is confirmed by the former owner, the new one or an administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import SubmissionError
from data.queries.amendment_snapshot import AmendmentSnapshot, amendment_snapshot
from data.records.names import short
from data.records.version import WHOLE_HISTORY
from data.registry.commands.model import RegisterModel
from data.registry.rules.model import relaxations
from data.submission.contributors import contributors_of
from data.submission.folder import read_model
from data.submission.provenance import read_provenance
from modelward.cli.caller import identify, prove
from modelward.cli.options import AsOf, By, CodeFromStdin, Json
from modelward.cli.terminal import remark, say, show_json, show_receipt
from tasks.notify.notify_owners import notify_owners


def amend(
    folder: Annotated[Path, typer.Argument(help="The submission folder; only its model.yaml is read.")],
    by: By,
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Change a registered model to its model.yaml. You confirm with your one-time code."""
    requested, who = read_model(folder).command, identify(by, as_of)
    before = amendment_snapshot(who.registry, short(requested.model))
    model, writers = before.model, _writers(before, folder)
    if requested == RegisterModel.of(model):
        if as_json:
            show_json({"model": model.key, "amended": False})
            return
        say(f"{short(model.key)} is already registered with this model.yaml; nothing was recorded")
        return
    if requested.owner != model.owner:
        remark(f"the owner changes from {model.owner} to {requested.owner}; both are notified")
    remark("; ".join(relaxations(model, requested)) or f"no rule of {short(model.key)} is relaxed")
    remark(f"written by {', '.join(writers)}")
    proof = prove(who.actor.id, code_from_stdin)
    receipt = who.do(requested.model_copy(update={"written_by": writers, "proof": proof}))
    notify_owners(model, receipt, proof.person)
    show_receipt(receipt, as_json, f"amended {short(model.key)}")


def _writers(before: AmendmentSnapshot, folder: Path) -> tuple[str, ...]:
    """Return who changed the folder since the latest version: Git's authors, and this user if not all is committed."""
    provenance = read_provenance(folder, before.user)
    if provenance.origins["contributors"] != "derived":
        raise SubmissionError(
            "only some authors of this folder are known: Git has a part of its history", WHOLE_HISTORY
        )
    authors = provenance.authors_since(before.newest_commit)
    submitters = () if authors and provenance.dirty is False else (before.user,)
    return contributors_of(authors, submitters, before.people)
