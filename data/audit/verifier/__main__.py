"""The verifier's command line, for an auditor who has nothing else of modelward.

    python verifier.pyz --database registry.duckdb --journal events.jsonl --anchor checkpoints.txt --deep

Exit code 0: everything checked holds; 1: it does not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from data.audit.verifier.report import Discrepancy, Report
from data.audit.verifier.verification import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what the arguments name and print the outcome; the exit code says whether it holds."""
    options = _parser().parse_args(arguments)
    report = verify(
        options.database, options.journal, options.anchor, options.artifacts, options.deep, options.trusted_vkey
    )
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n" if options.json else _as_text(report))
    return 0 if report.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verifier", description="Verify the audit log of a modelward registry.")
    parser.add_argument("--database", type=Path, required=True, help="the registry's DuckDB file, not in use")
    parser.add_argument("--journal", type=Path, help="the journal of event bodies, one a line")
    anchors = "a file of signed checkpoints; LOCATION is local (default), off-host or witnessed"
    parser.add_argument("--anchor", type=_anchor, action="append", default=[], metavar="[LOCATION=]FILE", help=anchors)
    parser.add_argument("--artifacts", type=Path, help="the directory of artifacts by digest, to hash them again")
    parser.add_argument("--deep", action="store_true", help="rebuild every state table from the events and compare")
    parser.add_argument("--trusted-vkey", help="the verification key that genesis must name")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _anchor(text: str) -> tuple[str, Path]:
    location, equals, path = text.partition("=")
    return (location, Path(path)) if equals else ("local", Path(text))


def _as_text(report: Report) -> str:
    outcome = "holds" if report.ok else f"DOES NOT HOLD: {len(report.findings)} findings"
    lines = [
        f"The log {outcome}.",
        f"{report.events} events, {report.anchored} of them anchored, assurance: {report.assurance}",
        *(_line(finding) for finding in report.findings),
    ]
    return "\n".join(lines) + "\n"


def _line(finding: Discrepancy) -> str:
    row = " ".join(part for part in (finding.table, finding.key) if part)
    event = "" if finding.seq is None else f"event {finding.seq}"
    return f"  {', '.join(part for part in (event, row) if part) or 'registry'}: {finding.what}"


if __name__ == "__main__":
    sys.exit(main())
