"""Both owners are notified when the owner of a model changes, and nobody when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from data.errors import PublishError
from data.notices.outbox import Outbox
from data.records.model import Model
from data.registry.commands.model import RegisterModel
from data.registry.registry import Receipt
from tasks.notify.notify_owners import notify_owners
from tests.world import MODEL, World


def amended(world: World, **changes: Any) -> tuple[Model, Receipt]:
    """Amend the world's model, and return it as it was before with the receipt."""
    before = world.get(Model, world.model())
    return before, world.do(RegisterModel.of(before).model_copy(update=changes))


def test_both_owners_read_who_changed_it(world: World) -> None:
    notify_owners(*amended(world, owner="rita", proof=world.proof("adam")), "adam")
    texts = [path.read_text() for path in sorted(world.home.outbox.glob("*.md"))]
    assert len(texts) == 2
    assert all("adam made rita the owner of ops/delay in place of olga" in text for text in texts)


def test_another_amendment_notifies_nobody(world: World) -> None:
    notify_owners(*amended(world, runbook="call otto"), "dev")
    assert not list(world.home.outbox.glob("*"))


def test_notices_that_cannot_be_written_do_not_undo_the_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise PublishError("the notice is not in the outbox: disk full", "free some space")

    monkeypatch.setattr(Outbox, "write_all", fail)
    notify_owners(*amended(world, owner="rita", proof=world.proof("adam")), "adam")
    assert world.get(Model, MODEL).owner == "rita"
