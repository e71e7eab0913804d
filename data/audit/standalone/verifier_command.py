"""The command line of the stand-alone verifier.

    python3 verify.py                                    # the export in whose folder this file is
    python3 verify.py FOLDER --trusted-vkey KEY --anchor MY_CHECKPOINTS --json
    python3 verify.py --proof event-57.tlog-proof --key KEY                 # the proof of one event, by itself
    python3 verify.py FOLDER --proof event-57.tlog-proof                    # and whether the export has this event
    python3 verify.py --consistency PROOF --old OLDER_CHECKPOINT --key KEY  # the log was only continued

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
from data.audit.standalone.proof_report import ProofReport, proof_text
from data.audit.standalone.proof_verification import verify_consistency_proof, verify_event_proof


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what the arguments name, print the report, and return the exit code 0, 1 or 2."""
    options = _options().parse_args(arguments)
    folder = Path(options.folder) if options.folder else Path(sys.argv[0]).resolve().parent
    has_export = (folder / MANIFEST).exists()
    keys = [*options.key, *([options.trusted_vkey] if options.trusted_vkey else [])]
    if options.consistency:
        if not options.old or not keys:
            return _refused("--consistency needs --old, the older checkpoint, and --key, a key of the log")
        return _print_proofs([verify_consistency_proof(Path(options.consistency), Path(options.old), keys)], options)
    if options.proof and not options.folder and not has_export:
        return _print_proofs([verify_event_proof(Path(name), keys) for name in options.proof], options)
    if not has_export:
        return _refused(f"there is no export in {folder}: it contains no {MANIFEST}")
    own = [Path(name) for name in (*options.anchor, *options.proof)]
    report = verify_export(folder, options.trusted_vkey, own, options.deep)
    _print(_export_json(report) if options.json else report_text(report))
    return 0 if report.ok else 1


def _options() -> argparse.ArgumentParser:
    about = "Verify an export of a modelward registry, the proof of one event, or the consistency of two checkpoints."
    parser = argparse.ArgumentParser(prog="verify.py", description=about)
    parser.add_argument("folder", nargs="?", help="the folder of the export; without it, the folder of this file")
    parser.add_argument("--trusted-vkey", metavar="KEY", help="the first key of the log, from a source that you trust")
    own = "your own file of checkpoints of this log: one JSON string a line, or one note as text; can be repeated"
    parser.add_argument("--anchor", metavar="FILE", action="append", default=[], help=own)
    proof = "the proof of one event, such as an approver's receipt; with an export: is the event in it; can be repeated"
    parser.add_argument("--proof", metavar="FILE", action="append", default=[], help=proof)
    parser.add_argument("--consistency", metavar="FILE", help="the proof that a checkpoint continues the one of --old")
    parser.add_argument("--old", metavar="FILE", help="the older checkpoint: a note, or the proof of an event")
    key = "a key of the log that signed the checkpoint of a proof, from a source that you trust; can be repeated"
    parser.add_argument("--key", metavar="KEY", action="append", default=[], help=key)
    parser.add_argument("--deep", action="store_true", help="verify the seal of every event; slow for a long log")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _refused(what: str) -> int:
    sys.stderr.write(ascii(what)[1:-1] + "\n")
    return 2


def _print_proofs(reports: Sequence[ProofReport], options: argparse.Namespace) -> int:
    if options.json:
        fields = [_proof_json(report) for report in reports]
        _print(json.dumps(fields[0] if len(fields) == 1 else fields, indent=2) + "\n")
    else:
        _print("\n".join(proof_text(report) for report in reports))
    return 0 if all(report.ok for report in reports) else 1


def _print(text: str) -> None:
    # The terminal may know fewer characters than the export contains.
    sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "ascii", "backslashreplace"))
    sys.stdout.buffer.flush()


def _export_json(report: ExportReport) -> str:
    fields = {**asdict(report), "faults": [fault._asdict() for fault in report.faults]}
    fields.update(proved=report.proved, not_proved=report.not_proved)
    return json.dumps(fields, indent=2) + "\n"


def _proof_json(report: ProofReport) -> dict[str, object]:
    faults = [fault._asdict() for fault in report.faults]
    return {**asdict(report), "faults": faults, "proved": report.proved, "not_proved": report.not_proved}
