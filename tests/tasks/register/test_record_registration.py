"""A submission is recorded in the registry once, and only what is new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.queries.registered_model import registered_model
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Overlap, Version
from data.registry.commands.model import DeclareConsumer, RecordMonitoringPlan, RecordTestPlan, RegisterModel
from data.submission.folder import Submission, read_submission
from data.submission.provenance import Commit, Provenance
from tasks.register.check_against_registry import check_against_registry
from tasks.register.check_quality import QualityReport
from tasks.register.record_registration import changes, record_registration, registration
from tests.submissions import replace_line, write_filled
from tests.world import World

RUN = RunContext(Actor(id="dev"), run_id="run-1")
NO_OVERLAP = Overlap(ids=0, rows=0, explained=1)
DIGESTS = {"environment": "sha256:e", "reference": "sha256:r"}
PROVEN = Provenance(
    commit="c2",
    dirty=False,
    history=(
        Commit(id="c2", authors=("Vera <vera@example.org>",), parents=("c1",)),
        Commit(id="c1", authors=("E <eve@else.org>",)),
    ),
    has_whole_history=True,
    submitter="olga",
)


@pytest.fixture
def folder(tmp_path: Path, world: World) -> Path:
    return write_filled(tmp_path / "submission")


def read(folder: Path, digest: str = "sha256:1", provenance: Provenance = PROVEN) -> Submission:
    return read_submission(folder, digest, provenance)


def reports(submission: Submission) -> list[QualityReport]:
    values: dict[str, Any] = {"suite": "s", "outcome": "passed", "rows": 600, "row_floor": 500, "deciding": 4}
    return [QualityReport(role=role, parameters={}, expectations=(), **values) for role in submission.datasets]


def register(world: World, submission: Submission) -> str:
    standing = check_against_registry.fn(submission)
    context = replace(RUN, as_of=world.now)
    return record_registration.fn(submission, standing, reports(submission), NO_OVERLAP, DIGESTS, context)


def kinds(world: World, submission: Submission) -> list[type]:
    return [type(one) for one in changes(registered_model(world.registry, submission.model.key), submission)]


def test_a_first_submission_records_everything(world: World, folder: Path) -> None:
    submission = read(folder)
    assert kinds(world, submission) == [RegisterModel, RecordTestPlan, RecordMonitoringPlan, DeclareConsumer]
    register(world, submission)
    assert kinds(world, submission) == []


AMENDED: dict[str, tuple[str, str, str, type]] = {
    "a new owner amends the model": ("model.yaml", "owner:", "owner: rita", RegisterModel),
    "a new threshold is a new test plan": (
        "tests.yaml",
        "  - {name: ranks",
        "  - {name: ranks, kind: out-of-time, metric: auc, dataset: held-out, threshold: 0.7, rationale: weeks before}",
        RecordTestPlan,
    ),
    "another window is a new monitoring plan": (
        "monitoring.yaml",
        "window_days:",
        "window_days: 14",
        RecordMonitoringPlan,
    ),
    "a new contact changes the consumer": (
        "model.yaml",
        "consumers:",
        "consumers: [{system: crews, owner: olga, contact: other@example.org}]",
        DeclareConsumer,
    ),
}


@pytest.mark.parametrize("file, start, line, command", AMENDED.values(), ids=AMENDED)
def test_only_changes_are_recorded(world: World, folder: Path, file: str, start: str, line: str, command: type) -> None:
    register(world, read(folder))
    replace_line(folder / file, start, line)
    assert kinds(world, read(folder, "sha256:2")) == [command]


def test_a_submission_without_a_monitoring_plan_keeps_the_recorded_plan(world: World, folder: Path) -> None:
    register(world, read(folder))
    (folder / "monitoring.yaml").unlink()
    assert kinds(world, read(folder, "sha256:2")) == []


def test_contributors_are_the_git_authors_and_the_submitter(world: World, folder: Path) -> None:
    first = world.get(Version, register(world, read(folder)))
    assert first.contributors == ("dev", "eve@else.org", "olga", "vera")
    assert (first.submitter, first.code.commit, first.code.dirty) == ("olga", "c2", False)
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    later = PROVEN.model_copy(
        update={"commit": "c3", "history": (Commit(id="c3", authors=("Axel <a@b>",), parents=("c2",)), *PROVEN.history)}
    )
    second = world.get(Version, register(world, read(folder, "sha256:2", later)))
    assert second.contributors == ("axel", "dev", "olga"), "only who worked on it since its parent"


def test_after_a_parent_of_which_only_some_authors_are_known_all_authors_count(world: World, folder: Path) -> None:
    partly_known = PROVEN.model_copy(update={"has_whole_history": False, "history": PROVEN.history[:1]})
    first = world.get(Version, register(world, read(folder, provenance=partly_known)))
    assert (first.provenance["contributors"], first.has_known_contributors) == ("claimed", False)
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    second = world.get(Version, register(world, read(folder, "sha256:2")))
    assert second.contributors == ("dev", "eve@else.org", "olga", "vera")
    assert second.has_known_contributors


def test_every_field_is_marked_derived_or_claimed(world: World, folder: Path) -> None:
    submission = read(folder, provenance=Provenance())
    standing = check_against_registry.fn(submission)
    command = registration(submission, standing, reports(submission), NO_OVERLAP, DIGESTS, RUN)
    assert command.provenance["code"] == "claimed"
    assert command.provenance["change"] == "claimed"
    assert command.provenance["environment_digest"] == command.provenance["artifact"] == "derived"
    assert {one.role: (one.quality, one.quality_rows_floor) for one in command.datasets}["held-out"] == ("passed", 500)
    assert {one.role: one.overlap for one in command.datasets} == {"training": None, "held-out": NO_OVERLAP}


def test_a_repeated_submission_is_one_version(world: World, folder: Path) -> None:
    submission = read(folder)
    first = register(world, submission)
    events = len(world.events())
    assert register(world, submission) == first
    assert len(world.events()) == events
