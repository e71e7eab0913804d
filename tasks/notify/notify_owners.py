"""Notify the former and the new owner of a model when its owner changed."""

from __future__ import annotations

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.records.model import Model
from data.records.names import short
from data.registry.registry import Receipt, Registry
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)


def notify_owners(before: Model, receipt: Receipt, by: str) -> None:
    """Write a notice to each of the two owners if an amendment changed the owner; a failure is only logged."""
    after = receipt.row(Model)
    if after.owner == before.owner:
        return
    registry, name = Registry.here(), short(after.key)
    text = (
        f"{by} made {after.owner} the owner of {name} in place of {before.owner}.\n\n"
        f"{after.owner} now signs where the standard asks for the owner, and answers the findings and alerts about it. "
        f"Whoever does not agree amends the model with `modelward amend FOLDER --by {before.owner}`."
    )
    notices = [
        Notice(kind="approval", to=one, about=after.key, title=f"{name}: the owner is {after.owner}", text=text)
        for one in (before.owner, after.owner)
    ]
    try:
        Outbox(registry.home.outbox).write_all(notices, receipt.effective_at)
    except PublishError as error:
        LOG.warning("the notices about the owner of %s were not written: %s", name, error.what)
