"""The timeline of a model has a row for each version with its deployments, then alerts, incidents and waivers."""

from __future__ import annotations

from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from data.records.review import Waiver
from data.registry.commands.review import DecideWaiver, RequestWaiver
from tests.operations import deployed, roll_back
from tests.world import MODEL, World
from views.charts.svg_timeline import Timeline
from views.pages.timeline import timeline_of
from views.pages.timeline_steps import steps_of


def timeline(world: World) -> Timeline:
    facts: ModelSnapshot = model_snapshot(world.home, MODEL)
    return timeline_of(facts, steps_of(facts))


def test_a_model_with_no_version_has_no_rows(world: World) -> None:
    world.model()
    shown = timeline(world)
    assert shown.tracks == ()
    assert shown.text.startswith("0 versions from ")
    assert "no version serves at the end" in shown.text


def test_a_version_that_serves_has_an_open_bar_in_its_slot(world: World) -> None:
    deployed(world)
    (track,) = timeline(world).tracks
    assert (track.name, track.subtitle) == ("v1", "approved")
    (bar,) = track.bars
    assert (bar.name, bar.kind, bar.to_at) == ("champion", "champion", None)
    assert [mark.kind for mark in track.marks] == ["registered", "validated", "approved", "deployed"]


def test_a_bar_outside_production_names_its_environment(world: World) -> None:
    deployed(world, environment="staging")
    assert timeline(world).tracks[0].bars[0].name == "champion in staging"


def test_a_rollback_is_marked_on_the_version_that_it_replaced(world: World) -> None:
    first = deployed(world)
    world.move(days=1)
    deployed(world, "op-2", version=world.validated(world.version()))
    world.move(days=1)
    roll_back(world, first.version)
    tracks = timeline(world).tracks
    marked = {track.name for track in tracks for mark in track.marks if mark.kind == "rolled_back"}
    assert marked == {"v2"}
    assert len(tracks[0].bars) == 2, "version 1 served before and after version 2"


def test_a_waiver_is_a_bar_from_its_grant_to_its_end_or_to_now(world: World) -> None:
    version, until = world.validated(), world.now.replace(year=world.now.year + 1)
    requested = world.do(RequestWaiver(version=version, control="GAP-1", reason="later", expires_at=until))
    granted = world.do(DecideWaiver(key=requested.subject, grant=True, proof=world.proof("axel")), by="axel")
    granted_at = granted.row(Waiver).granted_at
    assert granted_at is not None
    world.move(days=5)
    world.version()
    waivers = timeline(world).tracks[-1]
    assert (waivers.name, waivers.subtitle) == ("Waivers", "1 granted")
    (bar,) = waivers.bars
    assert (bar.tooltip, bar.from_at) == ("Waiver of GAP-1: later", granted_at)
    assert bar.to_at is not None
    assert granted_at < bar.to_at < until


def test_the_line_of_a_rejected_version_ends_with_the_rejection(world: World) -> None:
    world.validated(conclusion="not fit")
    (track,) = timeline(world).tracks
    (rejected,) = [mark for mark in track.marks if mark.kind == "rejected"]
    assert track.lifespan is not None
    assert track.lifespan[1] == rejected.at


def test_the_timeline_ends_at_the_time_of_the_registry_and_begins_with_the_first_step(world: World) -> None:
    began = world.now
    world.version()
    world.move(days=30)
    shown = timeline(world)
    assert (shown.first, shown.last >= began) == (began, True)
