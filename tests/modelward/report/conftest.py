"""A model that lived in the small world: watched, alarmed, replaced, rolled back, retired; read as the report reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.commands.deployment import ResolveIncident
from data.commands.review import AnswerFinding, CloseFinding, DecideWaiver, OpenFinding, RequestWaiver
from data.records.monitoring import Incident
from data.records.review import Severity
from data.records.version import Change, ChangeClass
from modelward.report.collect import collect
from modelward.report.facts import Facts
from modelward.report.render import write_report
from tests.operations import deploy, prepared, roll_back
from tests.prediction_logs import days
from tests.retiring import archived
from tests.watched_model import watched_model
from tests.world import MODEL, Template, World

HOSTILE = '"><img src=x onerror=alert(1)> {{ 7 * 7 }} {% raw %} \u202egnp.exe\u2066'
APRIL = date(2013, 4, 1)


def live(world: World) -> None:
    """Version 1 serves and a shifted week pages; version 2 takes over and is rolled back; version 1 is retired."""
    watch = watched_model(world)
    watch.log(APRIL, weeks=2)
    watch.log(APRIL + days(14), weeks=1, shift={"distance": 30.0, "temp": 30.0, "label": 2.5})
    for week in range(3):
        last = APRIL + days(7 * week + 6)
        world.now = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=4)
        watch.night(last, at=world.now)
    for incident in world.find(Incident):
        resolved = ResolveIncident(key=incident.key, resolution=HOSTILE, proof=world.proof("alma"))
        world.do(resolved, by="alma")
    change = Change(change_class=ChangeClass.NEW, what=HOSTILE, why=HOSTILE)
    second = world.version(change=change)
    raise_and_close(world, second)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    world.move(days=3)
    roll_back(world, watch.version)
    archived(world)


def raise_and_close(world: World, version: str) -> None:
    """A finding answered and closed, a waiver asked and granted, all in words that want to be markup."""
    due = world.now + timedelta(days=30)
    finding = OpenFinding(
        version=version, title=HOSTILE, text=HOSTILE, owner="dev", severity=Severity.LOW, due_at=due
    )  # fmt: skip
    key = world.do(finding, by="vera").subject
    world.do(AnswerFinding(key=key, answer=HOSTILE), by="dev")
    world.do(CloseFinding(key=key, proof=world.proof("vera")), by="vera")
    waiver = RequestWaiver(version=version, control="CMP-1", reason=HOSTILE, expires_at=due)
    key = world.do(waiver, by="dev").subject
    world.do(DecideWaiver(key=key, grant=True, proof=world.proof("axel")), by="axel")


@pytest.fixture(scope="session")
def lived(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after that life."""
    return prepared(founded, tmp_path_factory.mktemp("lived") / "home", live)


@pytest.fixture(scope="session")
def facts(lived: Template) -> Facts:
    """What the report reads of it."""
    return collect(World(lived.root, lived.now).home, MODEL)


@pytest.fixture(scope="session")
def page(lived: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on it."""
    target = tmp_path_factory.mktemp("report") / "deeper" / "delay.html"
    return write_report(World(lived.root, lived.now).home, MODEL, target)
