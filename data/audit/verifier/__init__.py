"""Verifies a registry's audit log offline, without the code that writes the log and without trusting its content.

Needs only Python, duckdb and cryptography, and imports nothing from outside this folder; `data.audit.bundle` packs the
folder into one file. The format that is verified is documented in docs/audit-format.md.
"""

from data.audit.verifier.report import Discrepancy, Report
from data.audit.verifier.verification import verify

__all__ = ["Discrepancy", "Report", "verify"]
