"""Whether the audit log holds at this moment, or why nobody verified it."""

from __future__ import annotations

from dataclasses import dataclass

from data.audit.verifier.report import Report
from data.errors import NestedTransactionError, StoreLockedError
from data.files.home import Home
from data.registry.registry import Registry
from data.registry.verification import verify_registry


@dataclass(frozen=True)
class LogProof:
    """The outcome of a verification, or the reason why there is none."""

    outcome: Report | None
    why_not: str = ""


def prove_log(home: Home) -> LogProof:
    """Verify every event of the log against journal and anchors; the tables and artifacts are left to `--deep`.

    Another process that holds the registry is no error: the proof then says so. Raises MissingRegistryError.
    """
    try:
        return LogProof(verify_registry(Registry(home), deep=False))
    except (NestedTransactionError, StoreLockedError) as busy:
        return LogProof(None, busy.what)
