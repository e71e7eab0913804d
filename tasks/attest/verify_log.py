"""Verify the registry's log deep: every event, every table rebuilt, journal, anchors, and evidence by digest."""

from __future__ import annotations

from data.audit.verifier.report import Discrepancy, Report
from data.errors import AuditError
from data.registry.registry import Registry
from data.registry.verification import verify_registry
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted

SHOWN = 5


@step("verify log")
def verify_log() -> Report:
    """The report of a verification that held. Raises AuditError naming what does not, StoreLockedError."""
    report = verify_registry(Registry.here(), deep=True)
    require_sound(report, "the audit log")
    name_step(f"verify {counted(report.events, 'event')}: sound")
    return report


def require_sound(report: Report, what: str) -> None:
    """Raises AuditError with the first findings unless nothing was found."""
    if not report.ok:
        found = "; ".join(_place_and_text(one) for one in report.findings[:SHOWN])
        raise AuditError(f"{what} does not hold, {len(report.findings)} findings: {found}")


def _place_and_text(finding: Discrepancy) -> str:
    places = (f"event {finding.seq}" if finding.seq is not None else "", finding.table or "", finding.key or "")
    return f"{' '.join(one for one in places if one) or 'registry'}: {finding.what}"
