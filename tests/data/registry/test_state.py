"""State: rows are read as written, and each revision must follow the stored one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import TypeAdapter

from data.errors import ConflictError, NotFoundError
from data.records.approval import ApprovalRequest
from data.records.events import EventType
from data.records.person import Person, Role, RoleGrant
from data.records.row import Row
from data.records.tables import TABLES
from data.registry.state import State
from data.registry.store import Store
from tests.world import World

NOW = datetime(2013, 3, 1, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """The state of an empty registry in an open transaction."""
    store = Store(tmp_path / "registry.duckdb", tmp_path / "registry.lock")
    with store.transaction(create=True) as connection:
        yield State(connection)


def person(who: str, **changes: Any) -> Person:
    fields: dict[str, Any] = {"name": who.title(), "added_at": NOW, "added_by": "adam"}
    return Person(key=f"people/{who}", person=who, **{**fields, **changes})


def grant(number: int, **changes: Any) -> RoleGrant:
    fields: dict[str, Any] = {"person": "ana", "role": Role.OWNER, "from_at": NOW, "granted_by": "adam"}
    return RoleGrant(key=f"people/ana/roles/{number}", **{**fields, **changes})


def test_a_row_comes_back_as_it_was_written(state: State) -> None:
    row = grant(1, tiers=(1, 2), to_at=NOW + timedelta(days=1))
    state.apply(row)
    assert state.get(RoleGrant, row.key) == row


def test_a_missing_row_is_none_or_an_error(state: State) -> None:
    assert state.get(Person, "people/ana") is None
    with pytest.raises(NotFoundError, match="there is no person ana"):
        state.need(Person, "people/ana")


def test_rows_are_found_by_the_values_of_columns(state: State) -> None:
    state.apply(person("ana"))
    state.apply(person("bob", state="revoked"))
    assert [row.person for row in state.find(Person, state="active")] == ["ana"]
    assert [row.person for row in state.find(Person, state="active", person="bob")] == []
    assert len(state.find(Person)) == 2


def test_rows_are_found_by_several_values_of_one_column(state: State) -> None:
    for who in ("ana", "bob", "cleo"):
        state.apply(person(who, state="revoked" if who == "cleo" else "active"))
    assert [row.person for row in state.among(Person, "person", ["cleo", "ana", "zoe"])] == ["ana", "cleo"]
    assert [row.person for row in state.among(Person, "person", ["cleo", "ana"], state="active")] == ["ana"]
    assert state.among(Person, "person", []) == []


def test_rows_are_sorted_by_the_number_in_their_key(state: State) -> None:
    for number in (10, 9, 1):
        state.apply(grant(number))
    assert [row.key[-2:].strip("/") for row in state.under(RoleGrant, "people/ana")] == ["1", "9", "10"]


def test_the_greatest_text_in_a_column_is_found(state: State) -> None:
    for who in ("ana", "otto", "zoe"):
        state.apply(person(who, state="revoked" if who == "zoe" else "active"))
    assert state.greatest(Person, "name") == "Zoe"
    assert state.greatest(Person, "name", state="active") == "Otto"
    assert state.greatest(Person, "name", state="active", person="nobody") == ""


def test_a_prefix_ends_at_a_slash(state: State) -> None:
    state.apply(grant(1))
    state.apply(grant(1).model_copy(update={"key": "people/anabel/roles/1"}))
    assert len(state.under(RoleGrant, "people/ana")) == 1
    assert state.next_key(RoleGrant, "people/ana/roles") == ("people/ana/roles/2", 2)
    assert state.next_key(RoleGrant, "people/otto/roles") == ("people/otto/roles/1", 1)


CONFLICTS = {
    "a first revision of an existing row": ([person("ana")], person("ana", name="Other")),
    "a second revision of a missing row": ([], person("ana").changed(name="Other")),
    "a revision that exists already": (
        [person("ana"), person("ana").changed(name="First")], person("ana").changed(name="Second")
    ),
    "a revision that skips one": ([person("ana")], person("ana").changed().changed()),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFLICTS.values(), ids=CONFLICTS)
def test_a_revision_that_does_not_follow_is_refused(case: tuple[list[Person], Person], state: State) -> None:
    before, rival = case
    for row in before:
        state.apply(row)
    with pytest.raises(ConflictError, match="ana was changed by another command"):
        state.apply(rival)
    assert state.get(Person, "people/ana") == (before[-1] if before else None)


def test_a_change_keeps_other_fields_and_raises_the_revision(state: State) -> None:
    row = person("ana", email="ana@example.org")
    state.apply(row)
    state.apply(row.changed(name="Ana Maria"))
    assert state.need(Person, row.key) == row.model_copy(update={"name": "Ana Maria", "rev": 2})


def test_text_with_sql_is_stored_as_text(state: State) -> None:
    row = person("ana", name="'; DROP TABLE person; --", email='"quoted"')
    state.apply(row)
    assert state.find(Person, name=row.name) == [row]


def example(annotation: Any) -> Any:
    """Return an example value of a type."""
    if get_origin(annotation) is not None and type(None) in get_args(annotation):
        return None
    schema = TypeAdapter(annotation).json_schema()
    kinds = {"integer": 1, "number": 0.5, "boolean": True, "array": [], "object": {}}
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "$ref" in schema or "properties" in schema or schema.get("maxItems"):
        return None
    return "2013-03-01T00:00:00Z" if schema.get("format") == "date-time" else kinds.get(schema["type"], "text")


FLAT = [kind for kind in TABLES if all(
    example(field.annotation) is not None or type(None) in get_args(field.annotation) or not field.is_required()
    for field in kind.model_fields.values()
)]  # fmt: skip


@pytest.mark.parametrize("kind", FLAT, ids=lambda kind: kind.table)
def test_every_type_of_row_is_read_as_written(kind: type[Row], state: State) -> None:
    fields = {name: example(field.annotation) for name, field in kind.model_fields.items() if field.is_required()}
    row = kind.model_validate({**fields, "key": "some/key"})
    state.apply(row)
    assert state.get(kind, "some/key") == row


def test_at_least_twenty_tables_have_an_example() -> None:
    assert len(FLAT) >= 20


def test_events_about_a_subject_are_counted(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    with world.registry.reading() as state:
        decided, both = [EventType.APPROVAL_DECIDED], [EventType.APPROVAL_DECIDED, EventType.APPROVAL_REQUESTED]
        assert [state.count_events(request.key, types, request.run_id) for types in (decided, both)] == [1, 2]
        assert [state.count_events(request.key, both, run) for run in ("", "another")] == [0, 0]
        assert state.count_events("nothing", list(EventType), request.run_id) == 0
        assert state.event_data(request.key, EventType.APPROVAL_DECIDED)["outcome"] == "pending"
        assert state.event_data(request.key, EventType.APPROVAL_EXPIRED) == {}
        assert state.last_effective_at() == world.events()[-1]["effective_at"]
        assert [row.key for row in state.under(ApprovalRequest, request.subject)] == [request.key]


def test_an_empty_log_has_no_last_time(state: State) -> None:
    assert state.last_effective_at() == ""


def test_a_page_has_the_rows_below_a_key_in_their_order_and_the_number_of_all(state: State) -> None:
    for number in range(1, 13):
        state.apply(grant(number))
    rows, total = state.page(RoleGrant, "people/ana", limit=3, offset=8)
    assert ([row.key.rpartition("/")[2] for row in rows], total) == (["9", "10", "11"], 12)
    assert state.page(RoleGrant, "people/bob", limit=3) == ([], 0)


def test_a_page_leaves_out_the_rows_in_some_states(state: State) -> None:
    for who, how in (("ana", "active"), ("bob", "revoked"), ("cid", "active")):
        state.apply(person(who, state=how))
    rows, total = state.page(Person, without=("revoked",), limit=5)
    assert ([row.person for row in rows], total) == (["ana", "cid"], 2)


@pytest.mark.parametrize("count", [0, 2, 300])
def test_rows_and_owners_are_found_by_a_list_of_values_of_any_length(count: int, state: State) -> None:
    state.apply(grant(1))
    state.apply(grant(2, person="bob"))
    people = ["ana", *(f"nobody-{number}" for number in range(count - 1))][:count]
    assert [row.person for row in state.among(RoleGrant, "person", people)] == ["ana"][:count]
    assert state.owners(RoleGrant, "person", people) == {"ana"} & set(people)
