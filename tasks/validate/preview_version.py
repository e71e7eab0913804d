"""Judge a version without recording anything, so that its developer sees the verdicts before the validation run."""

from __future__ import annotations

from datetime import datetime

from data.queries.evidence_in_force import evidence_in_force
from data.records.verdict import Judgement
from data.registry.registry import Registry
from gates.judgement import judge
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.validate.compare_champion import compared_evidence
from tasks.validate.measure_version import measured_evidence
from tasks.validate.write_performance import performance_section


def preview_version(version: str, environment: str, use: str, as_of: datetime | None) -> tuple[Judgement, ...]:
    """Measure, compare and judge a version at stage `assess` in memory.

    Raises in the same cases as the steps that record.
    """
    registry, at = Registry.here(), moment(as_of)
    facts = evidence_in_force(registry, version, environment, use)
    evidence = facts.evidence
    measured = measured_evidence(registry.home, evidence, at)
    comparisons = compared_evidence(registry.home, evidence, at)
    section = performance_section(registry.home, version, measured.metrics, comparisons)
    sections = (*(one for one in evidence.sections if one.name != section.name), section)
    seen = {"metrics": measured.metrics, "tests": measured.tests, "comparisons": comparisons, "sections": sections}
    compared = {one.role: one for one in measured.datasets}
    seen["datasets"] = tuple(compared.get(one.role, one) for one in evidence.datasets)
    return judge(in_force(facts.adopted, evidence.model).standards, "assess", evidence.model_copy(update=seen), at)
