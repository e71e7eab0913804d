"""A typed name finds one record, or raises an error with similar names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import AmbiguousNameError, InputError, InvalidNameError, NotFoundError
from data.queries.lookup import (
    find_model,
    find_person,
    find_row,
    find_subject,
    find_version,
    model_named,
    person_named,
    reference,
    row_named,
    rows_below,
    subject_named,
    version_named,
)
from data.records.review import Finding, Review, Severity
from data.registry.commands.review import OpenFinding
from tests.operations import deployed
from tests.world import MODEL, World

VERSION = f"{MODEL}/versions/1"

FOUND = {
    "a bare name": "delay",
    "a name with its team": "ops/delay",
    "a whole key": "models/ops/delay",
}
NAMED = {
    "a number": "delay/1",
    "a number after v": "delay/v1",
    "a number with the team": "ops/delay/1",
    "a whole key": VERSION,
}
ROWS = {
    "after a hash": "delay/1#1",
    "after a slash": "ops/delay/1/1",
    "a whole key": f"{VERSION}/findings/1",
}
REFERENCES = {
    "models/ops/delay": "ops/delay",
    VERSION: "ops/delay/1",
    f"{VERSION}/findings/2": "ops/delay/1#2",
    "models/ops/delay/alerts/4": "ops/delay#4",
    f"{VERSION}/retirement": "ops/delay/1/retirement",
    "models/ops/delay/consumers/crews": "ops/delay/consumers/crews",
    "people/ana": "ana",
    "standards/baseline/1": "standards/baseline/1",
    "log": "log",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_a_model_is_found_by(world: World, text: str) -> None:
    world.model()
    with world.registry.reading() as state:
        assert find_model(state, text).key == MODEL


def test_a_bare_name_in_two_teams_raises_an_error_with_both(world: World) -> None:
    world.model()
    world.model("models/rail/delay")
    with world.registry.reading() as state:
        with pytest.raises(AmbiguousNameError, match="ops/delay, rail/delay"):
            find_model(state, "delay")
        assert find_model(state, "rail/delay").team == "rail"


def test_a_misspelt_name_raises_an_error_with_similar_names(world: World) -> None:
    world.model()
    with world.registry.reading() as state:
        with pytest.raises(NotFoundError) as near:
            find_model(state, "dely")
        with pytest.raises(NotFoundError) as far:
            find_model(state, "zebra")
    assert near.value.remedy == "did you mean ops/delay?"
    assert "inventory" in far.value.remedy


@pytest.mark.parametrize("text", ["a/b/c", "de'lay", "../delay", ""])
def test_an_invalid_name_is_refused(world: World, text: str) -> None:
    with world.registry.reading() as state, pytest.raises(InvalidNameError):
        find_model(state, text)


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_a_version_is_found_by(world: World, text: str) -> None:
    world.version()
    with world.registry.reading() as state:
        found = find_version(state, text)
    assert (found.version.key, found.choice, found.label) == (VERSION, "named", "ops/delay v1")


def test_a_bare_model_gives_its_latest_version_or_champion_with_a_label(world: World) -> None:
    deployed(world)
    world.version()
    with world.registry.reading() as state:
        newest, champion = find_version(state, "delay"), find_version(state, "delay", "champion")
    assert newest.label == "ops/delay v2, the newest version"
    assert champion.label == "ops/delay v1, the champion version"


def test_a_bare_model_is_refused_where_a_version_is_needed(world: World) -> None:
    world.version()
    with world.registry.reading() as state, pytest.raises(InputError) as refused:
        find_version(state, "delay", "named")
    assert refused.value.remedy == "choose one of ops/delay/1"


def test_a_missing_version_raises_an_error_with_the_existing_ones(world: World) -> None:
    world.version()
    with world.registry.reading() as state:
        with pytest.raises(NotFoundError) as missing:
            find_version(state, "delay/7")
        with pytest.raises(NotFoundError, match="no version of ops/delay serves as champion"):
            find_version(state, "delay", "champion")
    assert missing.value.remedy == "choose one of ops/delay/1"


def test_a_model_without_versions_raises_an_error_with_a_remedy(world: World) -> None:
    world.model()
    with world.registry.reading() as state, pytest.raises(NotFoundError, match="no version yet"):
        find_version(state, "delay")


def test_a_model_whose_name_is_a_number_is_a_model(world: World) -> None:
    world.version("models/ops/3")
    with world.registry.reading() as state:
        assert find_version(state, "ops/3").version.key == "models/ops/3/versions/1"
        assert find_version(state, "ops/3/1").version.key == "models/ops/3/versions/1"


def error_of(world: World) -> None:
    version = world.version()
    due = world.now + timedelta(days=9)
    finding = OpenFinding(
        version=version, severity=Severity.LOW, title="drifts", text="it drifts", owner="dev", due_at=due
    )
    world.do(finding, by="vera")


@pytest.mark.parametrize("text", ROWS.values(), ids=ROWS)
def test_a_finding_is_found_by(world: World, text: str) -> None:
    error_of(world)
    with world.registry.reading() as state:
        assert find_row(state, Finding, text).title == "drifts"


def test_a_missing_finding_raises_an_error_with_the_existing_ones(world: World) -> None:
    error_of(world)
    with world.registry.reading() as state:
        with pytest.raises(NotFoundError) as missing:
            find_row(state, Finding, "delay/1#5")
        with pytest.raises(NotFoundError) as none:
            find_row(state, Review, "delay#1")
        with pytest.raises(InputError, match="is not a reference to a finding"):
            find_row(state, Finding, "delay")
    assert missing.value.remedy == "choose one of ops/delay/1#1"
    assert none.value.remedy == "run `modelward show ops/delay` to see what it has"


def test_a_person_is_found_by_id(world: World) -> None:
    with world.registry.reading() as state:
        assert find_person(state, "vera").name == "Vera"
        with pytest.raises(NotFoundError) as near:
            find_person(state, "verra")
    assert near.value.remedy == "did you mean vera?"


@pytest.mark.parametrize("key", REFERENCES)
def test_reference_gives_the_key_as_it_is_typed(key: str) -> None:
    assert reference(key) == REFERENCES[key]


SUBJECTS = {
    "a model": ("ops/delay", MODEL),
    "a bare model": ("delay", MODEL),
    "the whole key of a model": (MODEL, MODEL),
    "a version": ("delay/1", VERSION),
    "a version with a v": ("ops/delay/v1", VERSION),
    "the whole key of a version": (VERSION, VERSION),
    "a model whose name is a number": ("ops/3", "models/ops/3"),
    "a version of it": ("ops/3/1", "models/ops/3/versions/1"),
}


@pytest.mark.parametrize("text, key", SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_is_the_version_or_the_model_without_a_number(world: World, text: str, key: str) -> None:
    world.version()
    world.version("models/ops/3")
    with world.registry.reading() as state:
        assert find_subject(state, text).key == key
    assert subject_named(world.registry, text).key == key


def test_queries_by_name_open_the_registry_themselves(world: World) -> None:
    error_of(world)
    assert model_named(world.registry, "delay").key == MODEL
    assert version_named(world.registry, "delay").label == "ops/delay v1, the newest version"
    assert version_named(world.registry, "delay/1", "named").label == "ops/delay v1"
    assert row_named(world.registry, Finding, "delay/1#1").title == "drifts"
    assert person_named(world.registry, "vera").name == "Vera"


@pytest.mark.parametrize("text", ["", "delay", "delay/1"])
def test_rows_below_are_those_of_a_model_a_version_or_all(world: World, text: str) -> None:
    error_of(world)
    world.version("models/rail/other")
    assert [one.key for one in rows_below(world.registry, Finding, text).rows] == [f"{VERSION}/findings/1"]
    assert rows_below(world.registry, Finding, "rail/other").rows == ()
