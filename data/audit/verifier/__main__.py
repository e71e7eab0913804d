"""The verifier's command line, for an auditor without an installation of modelward.

    python verifier.pyz --database registry.duckdb --journal events.jsonl --anchor checkpoints.txt --deep

Exit code 0: every check passed; 1: a check failed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from data.audit.verifier.report import Discrepancy, Report
from data.audit.verifier.since import verify_since
from data.audit.verifier.verification import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the files given as arguments and print the report; return 0 if every check passed, otherwise 1."""
    options = _parser().parse_args(arguments)
    report = _report(options)
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n" if options.json else _as_text(report))
    return 0 if report.ok else 1


def _report(options: argparse.Namespace) -> Report:
    files, key, roots = (options.database, options.journal, options.anchor), options.trusted_vkey, options.timestamp_ca
    if options.since:
        return verify_since(_note(options.since), *files, key, roots)
    return verify(*files, options.artifacts, options.deep, key, options.inbox, options.backups, roots)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verifier", description="Verify the audit log of a modelward registry.")
    parser.add_argument("--database", type=Path, required=True, help="the registry's DuckDB file, closed")
    parser.add_argument("--journal", type=Path, help="the journal: one event body on each line")
    anchors = "a file of signed checkpoints; LOCATION is local (default), off-host or witnessed"
    parser.add_argument("--anchor", type=_anchor, action="append", default=[], metavar="[LOCATION=]FILE", help=anchors)
    parser.add_argument("--artifacts", type=Path, help="the directory of artifacts; each file is hashed")
    inbox = "the directory of packed submissions; with --artifacts, each file is hashed"
    parser.add_argument("--inbox", type=Path, help=inbox)
    backups = "the directory of backups; with --artifacts, each file is compared with the signed list of its backup"
    parser.add_argument("--backups", type=Path, help=backups)
    deep = "also rebuild and compare every state table, and judge every decision again"
    parser.add_argument("--deep", action="store_true", help=deep)
    since = "a checkpoint that you trust, or the proof of an event: only the events after it are verified"
    parser.add_argument("--since", type=Path, metavar="FILE", help=since)
    parser.add_argument("--trusted-vkey", help="the verification key that genesis must declare")
    stamps = "root certificates of time-stamp authorities (PEM); checking stamps needs the package rfc3161-client"
    parser.add_argument("--timestamp-ca", type=Path, help=stamps)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _note(path: Path) -> str:
    """Return the note in a file, which a proof has after its first empty line; a file without one gives a finding."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
    return text.partition("\n\n")[2] if text.startswith("c2sp.org/tlog-proof@v1\n") else text


def _anchor(text: str) -> tuple[str, Path]:
    location, equals, path = text.partition("=")
    return (location, Path(path)) if equals else ("local", Path(text))


def _as_text(report: Report) -> str:
    count = len(report.findings)
    findings = f"{count} finding" if count == 1 else f"{count} findings"
    lines = [
        "The log is valid." if report.ok else f"The log is NOT VALID: {findings}.",
        f"events: {report.events}, anchored: {report.anchored}, assurance: {report.assurance}, judged: {report.judged}",
        *([f"stamped: {report.stamped}, at {report.stamped_at}"] if report.stamped else []),
        *(_line(finding) for finding in report.findings),
        *(f"  not checked: {one}" for one in report.unchecked),
    ]
    return "\n".join(lines) + "\n"


def _line(finding: Discrepancy) -> str:
    row = " ".join(part for part in (finding.table, finding.key) if part)
    event = "" if finding.seq is None else f"event {finding.seq}"
    return f"  {', '.join(part for part in (event, row) if part) or 'registry'}: {finding.what}"


if __name__ == "__main__":
    sys.exit(main())
