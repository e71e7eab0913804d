"""The receipt of a vote is shown on the run's page; a vote counts without it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from data.errors import StoreLockedError
from tasks.approve import give_receipt as giving
from tests.world import World


def test_the_page_shows_the_receipt_or_how_to_get_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[tuple[str, Sequence[str], str]] = []
    monkeypatch.setattr(
        giving, "create_prefect_artifact", lambda kind, _, lines, about: pages.append((kind, lines, about))
    )
    with world.registry.session():
        request = world.requested()
        vote = world.decide(request, "alma")
        giving.give_receipt(vote, "alma", "approve")

        def busy(*_: object) -> None:
            raise StoreLockedError("the registry is held by process 7")

        monkeypatch.setattr(giving, "prove_event", busy)
        giving.give_receipt(vote, "alma", "approve")
    (kind, lines, about), (_, without, _) = pages
    assert (kind, about) == ("receipt-alma", "receipt of alma for ops/delay v1: approve")
    assert "c2sp.org/tlog-proof@v1" in lines
    assert "`modelward approvals receipt ops/delay/1#1`" in without[0]
