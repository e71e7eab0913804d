"""Tests of the flow register_model on a real Prefect server: from a folder on disk to a registered version."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.states import State

from data.errors import LogFormatError, NotAuthorisedError, SubmissionError
from data.files.artifacts import ArtifactStore
from data.records.model import Consumer, Model, MonitoringPlan, TestPlan
from data.records.version import Dataset, Section, Version
from data.registry.commands.model import RegisterModel
from data.submission.delivery import deliver
from flows.register_model import register_model
from tasks.register.build_reference import read_reference
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph, newest_run
from tests.submissions import replace_line, rows, write_filled, write_rows
from tests.world import World

MODEL = "models/ops/late"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    return write_filled(tmp_path / "submission")


def test_a_folder_becomes_a_version_with_derived_fields(world: World, folder: Path) -> None:
    key = register_model(str(folder), as_of=world.now)
    version = world.get(Version, key)
    assert (key, version.number, version.parent, version.registered_at) == (f"{MODEL}/versions/1", 1, None, world.now)
    assert (version.submitter, version.contributors) == ("dev", ("dev",))
    assert ArtifactStore(world.home.artifacts).read(version.artifact.digest) == b"opaque bytes of a model"
    assert (version.code.commit, version.provenance["code"]) == (None, "claimed")
    assert version.code.source_digest is not None
    assert version.provenance["environment_digest"] == "derived"
    assert world.get(Model, MODEL).tier == 3
    assert {one.role: (one.rows, one.quality) for one in world.find(Dataset, version=key)} == {
        "training": (600, "passed"),
        "held-out": (600, "passed"),
    }
    assert {one.name for one in world.find(Section, version=key)} >= {"purpose", "data", "method"}
    assert len(world.find(TestPlan, model=MODEL)) == len(world.find(MonitoringPlan, model=MODEL)) == 1
    assert [one.system for one in world.find(Consumer, model=MODEL)] == ["crews"]
    assert version.reference_digest is not None
    reference = read_reference(world.artifacts, version.reference_digest)
    assert reference.edges.names == ("temp", "carrier", "score")
    assert {role: one.rows for role, one in reference.profiles.items()} == {"training": 600, "held-out": 600}
    assert reference.scores["held-out"].known == 600
    left = newest_artifact("registration-ops-late")
    assert left.startswith("### ops/late v1 is registered\n")
    assert "| held-out | passed, " in left
    steps = compare_graph("register_model", "registered")
    assert steps[0] == "read submission: 600 training rows, 600 held-out rows"
    assert "check against registry: first version" in steps
    assert "check quality: training passed, held-out passed" in steps
    assert steps[-1] == "register ops/late v1"
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(newest_run("register model")).name == "register late v1"


@pytest.mark.long
def test_a_repeated_submission_returns_its_version_without_an_event(world: World, folder: Path) -> None:
    key = register_model(str(folder), as_of=world.now)
    events = len(world.events())
    assert register_model(str(folder), as_of=world.move(days=1)) == key
    assert register_model(deliver(folder, world.home, "dev"), as_of=world.now) == key
    assert len(world.events()) == events
    steps = compare_graph("register_model", "registered already")
    assert steps[-1] == "check against registry: registered already as v1"


def test_a_retrain_records_only_what_changed(world: World, folder: Path) -> None:
    first = register_model(str(folder), as_of=world.now)
    events = len(world.events())
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    write_rows(folder / "data" / "training.parquet", rows(seed=3))
    second = register_model(str(folder), as_of=world.move(days=1))
    assert world.get(Version, second).parent == first
    assert [one["type"] for one in world.events()[events:]] == ["version.registered"]
    sections = {one.name: one for one in world.find(Section, version=second)}
    assert {one.carried_from for one in sections.values()} == {first}
    stale = [name for name, one in sections.items() if one.described_digest != one.current_digest]
    assert stale == ["data"], "only what describes the data is stale when only the data changed"


def test_a_refusal_leaves_one_event_and_nothing_else(world: World, folder: Path) -> None:
    events = len(world.events())
    write_rows(folder / "data" / "held_out.parquet", {**rows(), "score": None})
    with pytest.raises(LogFormatError, match="column score is missing"):
        register_model(str(folder), as_of=world.now)
    (event,) = world.events()[events:]
    assert (event["type"], event["data"]["attempted"]) == ("command.refused", "register model")
    assert (event["data"]["code"], event["actor"]["id"]) == ("log format", "dev")
    assert world.find(Model) == world.find(Version) == []
    compare_graph("register_model", "a dataset cannot be read")


def test_a_standard_that_is_not_adopted_is_refused_against_the_model(world: World, folder: Path) -> None:
    replace_line(folder / "model.yaml", "  - {standard: baseline", "  - {standard: strict, rationale: all}")
    state: State[str] = register_model(str(folder), as_of=world.now, return_state=True)
    assert state.is_failed()
    with pytest.raises(SubmissionError, match="the standard strict is not adopted") as refused:
        state.result()
    assert refused.value.remedy == "adopt it with `modelward standard adopt strict`, or remove it from `standards`"
    assert world.events()[-1]["subject"] == MODEL
    assert world.find(Model) == []
    compare_graph("register_model", "a standard is not adopted")


@pytest.mark.long
def test_relaxed_rules_are_refused_before_anything_is_recorded(world: World, folder: Path) -> None:
    register_model(str(folder), as_of=world.now)
    events, artifacts = len(world.events()), sorted(world.home.artifacts.rglob("*"))
    replace_line(
        folder / "model.yaml", "  - {standard: baseline", "  - {standard: baseline, mode: warn, rationale: all}"
    )
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    (folder / "artifact" / "model.bin").write_bytes(b"another model")
    with pytest.raises(NotAuthorisedError, match="the standard baseline goes from enforce to warn") as refused:
        register_model(str(folder), as_of=world.move(days=1))
    assert "`modelward amend FOLDER --by APPROVER`" in refused.value.remedy
    assert [(one["type"], one["subject"]) for one in world.events()[events:]] == [("command.refused", MODEL)]
    assert sorted(world.home.artifacts.rglob("*")) == artifacts
    assert [one.standards[0].mode for one in world.find(Model)] == ["enforce"]


def test_a_submission_registered_before_the_rules_became_stricter_is_still_the_same_version(
    world: World, folder: Path
) -> None:
    key = register_model(str(folder), as_of=world.now)
    command = RegisterModel.of(world.get(Model, MODEL))
    world.do(command.model_copy(update={"tier": 1}))
    events = len(world.events())
    assert register_model(str(folder), as_of=world.now) == key
    assert len(world.events()) == events
