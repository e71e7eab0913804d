"""The versions of a list are chosen in the database: by each property, page by page, with the number of all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.queries.paging import EVERYTHING, PageRequest
from data.queries.version_filter import ANY_VERSION, VersionFilter, chosen_versions
from tests.operations import deployed, held_after
from tests.world import MODEL, Template, World

OTHER = "models/rail/wear"
V1, V2, W1 = f"{MODEL}/versions/1", f"{MODEL}/versions/2", f"{OTHER}/versions/1"


def _filled(world: World) -> None:
    deployed(world)
    world.version()
    world.version(OTHER)


@pytest.fixture(scope="module")
def world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with a deployed version, a registered one, and one of another team."""
    with held_after(_filled, founded, tmp_path_factory.mktemp("filtered")) as world:
        yield world


CHOSEN = {
    "any": (ANY_VERSION, (V1, V2, W1)),
    "of a model": (VersionFilter(model=MODEL), (V1, V2)),
    "of a team": (VersionFilter(team="rail"), (W1,)),
    "in a review state": (VersionFilter(state="registered"), (V2, W1)),
    "serving": (VersionFilter(serving=True), (V1,)),
    "of another owner": (VersionFilter(owner="nobody"), ()),
    "of another tier": (VersionFilter(tier=9), ()),
    "of a team and serving": (VersionFilter(team="rail", serving=True), ()),
}


@pytest.mark.parametrize(("chosen", "keys"), CHOSEN.values(), ids=CHOSEN)
def test_versions_are_chosen_by(chosen: VersionFilter, keys: tuple[str, ...], world: World) -> None:
    with world.registry.store.reading() as connection:
        page = chosen_versions(connection, chosen, EVERYTHING)
    assert (page.rows, page.total) == (keys, len(keys))


def test_the_pages_together_are_the_list(world: World) -> None:
    with world.registry.store.reading() as connection:
        pages = [chosen_versions(connection, ANY_VERSION, PageRequest(number, 2)) for number in (1, 2, 3)]
    assert [page.rows for page in pages] == [(V1, V2), (W1,), ()]
    assert {page.total for page in pages} == {3}
