"""Attack: somebody changes what serves or a stored file, and hopes that nobody reads the output of the night.

Result: Found: each difference opens one incident, which `doctor`, `status` and the pages show until it is gone and a
person closes it with a code
Caught in: `tasks/attest/report_differences.py`, `data/registry/difference_incidents.py`
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.errors import AuditError, IllegalMoveError, IndependenceError, NotAuthorisedError
from data.notices.outbox import Outbox
from data.queries.file_differences import require_gone
from data.queries.verification import verify_registry
from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY, Incident
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import ResolveIncident
from data.registry.difference_incidents import MOST, open_incidents
from modelward.__main__ import app
from modelward.doctor import diagnose
from tasks.attest.compare_manifests import compare_manifests
from tasks.attest.verify_log import verify_log
from tasks.run.take_steps import PLAIN_CALLS
from tests.served_slot import ServedSlot, publish
from tests.world import MODEL, Template
from views.pages.site import write_site

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def served(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSlot]:
    """The slot of the module, in which version 1 serves; the tests run in their order."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(tmp_path_factory.mktemp("served") / "home", monkeypatch)
        publish(world, "run-1")
        yield ServedSlot(world)


def night(served: ServedSlot, step: Any = compare_manifests) -> None:
    """Take a step of the nightly attestation."""
    PLAIN_CALLS.take(step, RunContext(Actor(id="otto"), served.world.move(days=1)))


def incidents(served: ServedSlot, state: str = "open") -> list[Incident]:
    return served.world.find(Incident, state=state)


def resolve(served: ServedSlot, incident: Incident, person: str = "alma") -> None:
    command = ResolveIncident(key=incident.key, resolution="restored", proof=served.world.proof(person))
    served.world.do(command, by=person)


def test_a_changed_manifest_opens_one_incident_however_often_it_is_found(served: ServedSlot) -> None:
    night(served)
    assert incidents(served) == []
    served.manifest.write_text(served.manifest.read_text() + " ")
    with pytest.raises(AuditError, match="what serves differs from the record"):
        night(served)
    result = CliRunner().invoke(app, ["verify", "serving", "--json"])
    (incident,) = incidents(served)
    assert (incident.kind, incident.model, incident.version) == ("serving", MODEL, f"{MODEL}/versions/1")
    assert (incident.opened_by, incident.blocking) == ("modelward", False)
    assert (result.exit_code, json.loads(result.stdout)["opened"]) == (1, [])
    (notice,) = Outbox(served.world.home.outbox).notices()
    assert (notice.to, notice.about) == ("olga", incident.key)


def test_doctor_status_and_pages_say_it(served: ServedSlot, tmp_path: Path) -> None:
    (incident,) = incidents(served)
    (check,) = [one for one in diagnose(served.registry, "") if one.name == "changed files"]
    assert (check.state, incident.title in check.observed) == ("fail", True)
    status = CliRunner().invoke(app, ["status", "--json"])
    assert json.loads(status.stdout)["differences"] == [f"{incident.title} (ops/delay#1)"]
    write_site(served.world.home, tmp_path / "site")
    for page in ("index.html", "models/ops/delay/index.html"):
        text = (tmp_path / "site" / page).read_text()
        assert "DIFFER FROM THE RECORD" in text
        assert "production champion of ops/delay" in text


def test_it_is_closed_with_a_code_after_the_difference_is_gone(served: ServedSlot) -> None:
    (incident,) = incidents(served)
    with pytest.raises(IllegalMoveError, match="is still there: production champion"):
        require_gone(served.registry, incident)
    served.manifest.write_text(served.manifest.read_text()[:-1])
    require_gone(served.registry, incident)
    with pytest.raises(NotAuthorisedError, match="needs the one-time code"):
        served.world.do(ResolveIncident(key=incident.key, resolution="restored"), by="alma")
    resolve(served, incident)
    assert incidents(served) == []
    (check,) = [one for one in diagnose(served.registry, "") if one.name == "changed files"]
    assert check.state == "ok"


def test_a_difference_that_comes_back_opens_another_incident(served: ServedSlot) -> None:
    text = served.manifest.read_text()
    served.manifest.write_text(text + " ")
    with pytest.raises(AuditError):
        night(served)
    served.manifest.write_text(text)
    (incident,) = incidents(served)
    assert incident.number == 2
    resolve(served, incident)


def test_a_stored_file_that_was_removed_opens_an_incident_which_an_administrator_closes(served: ServedSlot) -> None:
    version = served.world.get(Version, f"{MODEL}/versions/1")
    place = served.world.artifacts.path(version.environment_digest)
    before = place.read_bytes()
    lost = served.world.artifacts.path(served.world.artifacts.put(b"a rest"))
    lost.write_bytes(b"another rest")
    place.unlink()
    with pytest.raises(AuditError, match="its environment"):
        night(served, verify_log)
    place.write_bytes(before)
    lost.unlink()
    of_model, of_registry = sorted(incidents(served), key=lambda one: one.model)
    assert (of_model.model, of_registry.model, of_registry.kind) == (MODEL, REGISTRY, "files")
    with pytest.raises(NotAuthorisedError, match="does not hold the role administrator"):
        resolve(served, of_registry)
    resolve(served, of_registry, "adam")
    with pytest.raises(NotAuthorisedError, match="neither the role owner nor approver"):
        resolve(served, of_model, "otto")
    resolve(served, of_model)


def test_very_many_differences_open_a_limited_number_of_incidents(served: ServedSlot) -> None:
    many = [FileDifference("files", REGISTRY, None, f"the file {number}\n is lost", "") for number in range(90)]
    context = RunContext(Actor(id="olga"), served.world.now)
    opened = open_incidents(served.registry, many, context)
    assert (len(opened), opened[-1].title) == (MOST + 1, f"more than {MOST} files differ")
    assert (open_incidents(served.registry, many, context), "\n" in opened[0].title) == ([], False)


def test_who_opened_an_incident_of_a_model_by_hand_cannot_close_it(served: ServedSlot) -> None:
    different = FileDifference("serving", MODEL, None, "somebody says so", "")
    (incident,) = open_incidents(served.registry, [different], RunContext(Actor(id="olga"), served.world.now))
    with pytest.raises(IndependenceError, match="olga opened incident"):
        resolve(served, incident, "olga")


def test_the_log_with_all_these_incidents_verifies(served: ServedSlot) -> None:
    report = verify_registry(served.registry, deep=True)
    assert (report.ok, report.findings) == (True, [])
