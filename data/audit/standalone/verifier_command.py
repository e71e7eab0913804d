"""The command line of the stand-alone verifier.

    python3 verify.py                                    # the export in whose folder this file is
    python3 verify.py FOLDER --trusted-vkey KEY --anchor MY_CHECKPOINTS --json

Exit code 0: verified; 1: there is at least one fault; 2: nothing could be verified, because there is no export or an
option is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from data.audit.standalone.export_files import MANIFEST
from data.audit.standalone.export_report import ExportReport, report_text
from data.audit.standalone.export_verification import verify_export


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the export that the arguments name, print the report, and return the exit code 0, 1 or 2."""
    options = _options().parse_args(arguments)
    folder = Path(options.folder) if options.folder else Path(sys.argv[0]).resolve().parent
    if not (folder / MANIFEST).exists():
        sys.stderr.write(ascii(f"there is no export in {folder}: it contains no {MANIFEST}")[1:-1] + "\n")
        return 2
    report = verify_export(folder, options.trusted_vkey, [Path(name) for name in options.anchor], options.deep)
    text = _as_json(report) if options.json else report_text(report)
    # The terminal may know fewer characters than the export contains.
    sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "ascii", "backslashreplace"))
    sys.stdout.buffer.flush()
    return 0 if report.ok else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verify.py", description="Verify an export of a modelward registry.")
    parser.add_argument("folder", nargs="?", help="the folder of the export; without it, the folder of this file")
    parser.add_argument("--trusted-vkey", metavar="KEY", help="the first key of the log, from a source that you trust")
    own = "your own file of checkpoints of this log: one JSON string a line, or one note as text; can be repeated"
    parser.add_argument("--anchor", metavar="FILE", action="append", default=[], help=own)
    parser.add_argument("--deep", action="store_true", help="verify the seal of every event; slow for a long log")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _as_json(report: ExportReport) -> str:
    fields = {**asdict(report), "faults": [fault._asdict() for fault in report.faults]}
    fields.update(proved=report.proved, not_proved=report.not_proved)
    return json.dumps(fields, indent=2) + "\n"
