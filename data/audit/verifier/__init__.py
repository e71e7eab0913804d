"""Verifies a registry's audit log offline: it shares no code with what writes the log, and trusts nothing in it.

Needs Python, duckdb and cryptography only, and imports nothing outside this folder; `data.audit.bundle` packs it
into one file that runs anywhere. The format it checks is docs/audit-format.md.
"""

from data.audit.verifier.report import Discrepancy, Report
from data.audit.verifier.verification import verify

__all__ = ["Discrepancy", "Report", "verify"]
