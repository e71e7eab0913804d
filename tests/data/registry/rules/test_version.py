"""Rules about versions: registration, evidence, verdicts, and the end of an approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import (
    IllegalMoveError,
    IndependenceError,
    InputError,
    ModelwardError,
    NotFoundError,
    StaleEvidenceError,
)
from data.records.review import VerdictSet
from data.records.verdict import Failed, Judgement, Passed
from data.records.version import Artifact, CodeState, Dataset, Metric, ReviewState, Section, Version
from data.registry.commands.version import (
    ExpireVersion,
    RecordEvidence,
    RegisterVersion,
    RejectVersion,
    RevokeVersion,
    SubmittedSection,
)
from data.registry.rules.version import require_fresh_verdicts
from tests.world import MODEL, Template, World, WorldAction

FAILED = Judgement(control="gap", gate="gap", criterion="c", verdict=Failed(reason="r", remedy="m"))


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = founded.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def section(name: str) -> SubmittedSection:
    fields: dict[str, Any] = {"describes": "nothing", "described_digest": None, "current_digest": None}
    return SubmittedSection(name=name, text_digest="sha256:0", words=1, **fields)


def foreign_metric(world: World) -> object:
    first, second = world.measured(), world.version()
    (metric,) = world.find(Metric, version=first)
    return world.do(RecordEvidence(version=second, metrics=(metric,)))


def disguised_metric(world: World) -> object:
    first, second = world.measured(), world.version()
    (metric,) = world.find(Metric, version=first)
    key = f"{second}/metrics/auc/held-out"
    return world.do(RecordEvidence(version=second, metrics=(metric.model_copy(update={"key": key}),)))


def other_models_parent(world: World) -> object:
    parent = world.version("models/ops/other")
    return world.version(parent=parent)


def moved(command: type[RejectVersion | RevokeVersion], step: str = "assessed") -> WorldAction:
    return lambda w: w.do(command(version=getattr(w, step)(), reason="leak"))


REFUSED: dict[str, tuple[WorldAction, type[ModelwardError], str]] = {
    "a version without contributors": (lambda w: w.version(contributors=()), IndependenceError, "has no contributor"),
    "a missing parent": (lambda w: w.version(parent=f"{MODEL}/versions/9"), NotFoundError, "no version"),
    "a parent of another model": (other_models_parent, InputError, "not a version of ops/delay"),
    "a section listed twice": (
        lambda w: w.version(sections=(section("a"), section("a"))), InputError, "each section of a version"
    ),
    "a section with a slash": (lambda w: w.version(sections=(section("a/b"),)), InputError, "without a slash"),
    "evidence of another version": (foreign_metric, InputError, "does not belong to ops/delay v2"),
    "evidence under another version's name": (disguised_metric, InputError, "does not belong to ops/delay v2"),
    "revoking an unapproved version": (moved(RevokeVersion), IllegalMoveError, "it cannot become revoked"),
    "expiring an unapproved version": (
        lambda w: w.do(ExpireVersion(version=w.assessed())), IllegalMoveError, "has no approval that can expire"
    ),
    "rejecting an approved version": (
        lambda w: w.do(RejectVersion(version=w.approved().subject, reason="x")), IllegalMoveError, "is approved"
    ),
    "judging a rejected version": (
        lambda w: (v := w.assessed(), w.do(RejectVersion(version=v, reason="x")), w.judge(v, "assess")),
        IllegalMoveError, "it cannot become assessed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_command_is_refused_and_recorded(case: tuple[WorldAction, type[ModelwardError], str], world: World) -> None:
    act, error, words = case
    with pytest.raises(error, match=words):
        act(world)
    assert world.events()[-1]["type"] == "command.refused"


def test_versions_are_numbered_and_have_datasets_and_sections(world: World) -> None:
    first, second = world.version(), world.version()
    assert (first, second) == (f"{MODEL}/versions/1", f"{MODEL}/versions/2")
    assert {row.role for row in world.find(Dataset, version=second)} == {"training", "held-out"}
    assert [row.name for row in world.find(Section, version=second)] == ["purpose"]
    assert world.get(Version, second).review_state is ReviewState.REGISTERED


def test_the_event_refers_to_an_artifact_that_is_a_file(world: World) -> None:
    world.version()
    assert world.events()[-1]["refs"]["artifact"].startswith("sha256:")
    world.version(artifact=Artifact(kind="endpoint", digest="sha256:" + "1" * 64))
    assert world.events()[-1]["refs"]["artifact"] is None


def test_the_same_submission_is_the_same_version(world: World) -> None:
    version = world.version()
    row = world.get(Version, version)
    before = len(world.events())
    fields = row.model_dump(include=set(RegisterVersion.model_fields))
    receipt = world.do(RegisterVersion.model_validate({**fields, "datasets": (), "sections": ()}), by="otto")
    assert (receipt.subject, receipt.rows, len(world.events())) == (version, (row,), before)


PROVEN: dict[str, Any] = {"code": CodeState(commit="ab" * 20, dirty=False), "provenance": {"contributors": "derived"}}
UNPROVEN: dict[str, dict[str, Any]] = {
    "without a commit": {"code": CodeState()},
    "with uncommitted changes": {"code": CodeState(commit="ab" * 20, dirty=True)},
    "from a part of the history": {"provenance": {"contributors": "claimed"}},
}


@pytest.mark.parametrize("case", UNPROVEN)
def test_the_same_files_are_another_version_once_their_provenance_is_proven(world: World, case: str) -> None:
    same = {**PROVEN, "submission_digest": "sha256:same"}
    first = world.version(**{**same, **UNPROVEN[case]})
    assert world.version(**{**same, **UNPROVEN[case]}) == first
    second = world.version(**same)
    assert second != first
    assert world.version(**same) == world.version(**{**same, **UNPROVEN[case]}) == second


def test_a_repeated_measurement_is_a_new_revision(world: World) -> None:
    version = world.measured()
    world.measured(version, auc=0.8)
    (metric,) = world.find(Metric, version=version)
    assert (metric.rev, metric.value) == (2, 0.8)
    former = [row["values"]["value"] for event in world.events() for row in event["rows"] if row["table"] == "metric"]
    assert former == [0.7, 0.8], "the log keeps the earlier one"


def test_a_version_is_assessed_whatever_the_verdicts_are(world: World) -> None:
    version = world.measured()
    key = world.judge(version, "assess", FAILED)
    assert world.get(Version, version).review_state is ReviewState.ASSESSED
    assert not world.get(VerdictSet, key).cleared


def test_verdicts_of_a_later_stage_do_not_change_the_review_state(world: World) -> None:
    version = world.validated()
    world.judge(version, "deploy")
    assert world.get(Version, version).review_state is ReviewState.VALIDATED
    assert world.events()[-1]["type"] == "verdicts.recorded"


def test_a_repeated_step_gets_the_same_verdict_set(world: World) -> None:
    version = world.measured()
    first = world.judge(version, "assess")
    before = len(world.events())
    assert world.judge(version, "assess") == first
    assert world.judge(version, "deploy") == world.judge(version, "deploy") != first
    assert len(world.events()) == before + 1


def test_changed_evidence_gets_a_new_verdict_set(world: World) -> None:
    version = world.measured()
    first = world.judge(version, "assess")
    assert world.judge(version, "assess", FAILED) != first
    world.measured(version, auc=0.8)
    assert world.judge(version, "assess").endswith("/3")


def test_only_the_latest_cleared_verdict_set_on_this_evidence_is_fresh(world: World) -> None:
    version = world.validated()
    digest = world.digest(version)

    def fresh(digest_judged: str = digest) -> VerdictSet:
        with world.registry.reading() as state:
            return require_fresh_verdicts(state, state.need(Version, version), digest_judged, ("deploy",), "again")

    with pytest.raises(StaleEvidenceError, match="never judged"):
        fresh()
    key = world.judge(version, "deploy")
    assert fresh().key == key
    with pytest.raises(StaleEvidenceError, match="changed since it was judged\n  → again"):
        fresh("sha256:0")
    world.judge(version, "deploy", Judgement(control="a", gate="a", criterion="a", verdict=Passed(because="x")), FAILED)
    with pytest.raises(IllegalMoveError, match="not cleared: gap\n  → .* request a waiver, then again"):
        fresh()


def test_an_approval_expires_at_its_time(world: World) -> None:
    request = world.approved()
    expire = ExpireVersion(version=request.subject)
    assert request.valid_until is not None
    world.now = request.valid_until - timedelta(microseconds=1)
    with pytest.raises(IllegalMoveError, match="has not expired"):
        world.do(expire)
    world.now = request.valid_until
    world.do(expire)
    assert world.get(Version, request.subject).review_state is ReviewState.EXPIRED


def test_a_revocation_keeps_its_reason(world: World) -> None:
    request = world.approved()
    world.do(RevokeVersion(version=request.subject, reason="a condition is late"))
    row = world.get(Version, request.subject)
    assert (row.review_state, row.state_reason) == ("revoked", "a condition is late")


def test_an_expired_version_is_validated_and_approved_again(world: World) -> None:
    request = world.approved()
    world.move(days=91)
    world.do(ExpireVersion(version=request.subject))
    world.validated(request.subject)
    again = world.approved(request.subject)
    row = world.get(Version, request.subject)
    assert (row.review_state, row.valid_until) == ("approved", again.valid_until)
