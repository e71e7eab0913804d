"""Attack: somebody edits one row of the registry, an approval that rests on it is given, and the row is edited back.

Result: Refused: before a decision the rows that it rests on are compared with their last image in the log.
Caught in: `data/registry/row_index.py`
"""

from __future__ import annotations

import duckdb
import pytest

from data.audit.verifier.verification import verify
from data.errors import AlteredRowError
from data.records.approval import Vote
from tests.world import World

pytestmark = pytest.mark.closed_registry
EDITS = {
    "failed attempts forgotten": "UPDATE credential SET failed_at = '[\"2013-03-01T09:00:00.000000Z\"]'"
    " WHERE person = 'alma'",
    "an older code accepted": "UPDATE credential SET last_step = last_step - 5 WHERE person = 'alma'",
    "a longer deadline": "UPDATE approval_request SET expires_at = '2099-01-01T00:00:00.000000Z'",
    "fewer signatures required": "UPDATE approval_request SET required = replace(required, '2', '1')",
    "another person's name": "UPDATE person SET name = 'Mallory' WHERE person = 'alma'",
}


def is_sound(world: World) -> bool:
    """Return True if a deep verification finds nothing; the artifacts of the world are left out."""
    home = world.home
    return verify(home.database, home.journal, world.registry.anchor_files, None, deep=True).ok


def change(world: World, sql: str) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute(sql)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_no_decision_rests_on_an_edited_row(world: World, edit: str) -> None:
    request = world.requested()
    assert is_sound(world)
    change(world, edit)
    with pytest.raises(AlteredRowError, match="the registry differs from its log in"):
        world.decide(request, "alma")
    assert world.find(Vote) == []
    (refusal,) = world.events("command.refused")
    assert refusal["data"]["code"] == AlteredRowError("").code
    assert not is_sound(world)


def test_a_role_given_in_the_registry_alone_gives_no_vote(world: World) -> None:
    request = world.requested()
    change(world, "UPDATE role_grant SET person = 'outsider' WHERE person = 'axel'")
    with pytest.raises(AlteredRowError, match="role_grant people/axel/roles/1"):
        world.decide(request, "outsider")


def test_a_vote_that_was_deleted_stops_the_next_vote(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    change(world, "DELETE FROM vote")
    with pytest.raises(AlteredRowError, match="the rows of vote"):
        world.decide(request, "axel")
