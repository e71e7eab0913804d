"""What the report can say of its own source: how long the log is, what is anchored, and whether it held just now."""

from __future__ import annotations

from dataclasses import dataclass

from data.audit.verifier.report import Report
from data.errors import NestedTransactionError, StoreLockedError
from data.files.home import Home
from data.registry.registry import Registry
from data.registry.verification import verify_registry


@dataclass(frozen=True)
class AuditProof:
    """The outcome of a verification, or why there is none."""

    outcome: Report | None
    why_not: str = ""


def prove_log(home: Home) -> AuditProof:
    """Verify every event of the log against journal and anchors, as it stands; tables and artifacts are for --deep."""
    try:
        return AuditProof(verify_registry(Registry(home), deep=False))
    except (NestedTransactionError, StoreLockedError) as busy:
        return AuditProof(None, busy.what)
