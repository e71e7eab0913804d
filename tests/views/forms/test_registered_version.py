"""What a run shows of a registered version: its facts, what is only claimed, and its datasets."""

from __future__ import annotations

from data.queries.evidence_in_force import evidence_in_force
from tests.world import World
from views.forms.registered_version import dataset_lines, registration_lines


def test_a_registered_version_is_shown_with_its_datasets(world: World) -> None:
    evidence = evidence_in_force(world.registry, world.version()).evidence
    claims = {"parent": "claimed", "change": "claimed", "commit": "derived"}
    version = evidence.version.model_copy(update={"provenance": claims})
    lines = registration_lines(evidence.model_copy(update={"version": version}))
    assert lines[0] == "### ops/delay v1 is registered"
    assert "| Only claimed | change, parent |" in lines
    assert "| dataset | quality | rows | columns | identity |" in lines
    nothing = evidence.version.model_copy(update={"provenance": {}})
    assert "| Only claimed | nothing |" in registration_lines(evidence.model_copy(update={"version": nothing}))


def test_a_dataset_whose_checks_failed_is_bold(world: World) -> None:
    (dataset, *_) = evidence_in_force(world.registry, world.version()).evidence.datasets
    passed, failed = (dataset.model_copy(update={"quality": quality}) for quality in ("passed", "failed"))
    rows = dataset_lines([passed, failed])[2:]
    assert rows[0].startswith(f"| {dataset.role} | passed, {dataset.quality_expectations} expectations | ")
    assert rows[1].startswith(f"| {dataset.role} | **failed**, ")


def test_a_submission_without_datasets_says_so() -> None:
    assert dataset_lines([]) == ["The submission contains no dataset."]
