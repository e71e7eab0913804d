"""Incidents about changed files: two differences are the same if their titles are; a title is one printable line."""

from __future__ import annotations

import pytest

from data.errors import InputError, NotFoundError
from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY, Incident
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.difference_incidents import open_incidents, title_of
from tests.world import MODEL, World


def difference(what: str, model: str = REGISTRY, version: str | None = None) -> FileDifference:
    return FileDifference("files", model, version, what, "restore it")


def test_a_title_is_one_line_and_an_unpaired_surrogate_in_a_file_name_can_be_stored() -> None:
    title = title_of(difference("the file a\nb\x1b[31m\udcff is lost"))
    assert title.isprintable()
    assert title.encode()


def test_one_difference_is_recorded_once_and_another_model_is_refused(world: World) -> None:
    version, context = world.version(), RunContext(Actor(id="dev"), world.now)
    first = difference("the file is lost", MODEL, version)
    assert [one.key for one in open_incidents(world.registry, [first, first], context)] == [f"{MODEL}/incidents/1"]
    assert open_incidents(world.registry, [], context) == []
    with pytest.raises(NotFoundError, match="no model"):
        open_incidents(world.registry, [difference("it is lost", "models/ops/other")], context)
    with pytest.raises(InputError, match="is no version of"):
        open_incidents(world.registry, [difference("it is lost", REGISTRY, version)], context)
    assert len(world.find(Incident)) == 1
