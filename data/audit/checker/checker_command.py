"""The command line of `modelward-check`.

    modelward-check serving/ops/delay/current.json --model ops/delay --key-file modelward.vkey

Exit code 0: the model may be loaded, and its path is printed; 1: it must not be loaded; 2: an option is wrong; 3: the
manifest is genuine and says that nothing serves, with the fallback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from data.audit.checker.newest_event import keep_newest, order_fault
from data.audit.checker.served_bytes import check_bytes
from data.audit.checker.served_manifest import ManifestCheck, ServedSlotName, check_manifest
from data.audit.standalone.signed_note import read_key

HOURS = 49.0
"""The default of the greatest age: manifests are signed each night, and one night may be missed."""
SERVING = "serving"
LOADABLE, REFUSED, WRONG_OPTION, NOTHING_SERVES = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the manifest that the arguments name, print the outcome, and return the exit code."""
    options = _options().parse_args(arguments)
    keys = [*options.key, *(line for name in options.key_file for line in _key_lines(name))]
    wrong = [key for key in keys if read_key(key) is None]
    if wrong or not keys:
        sys.stderr.write(f"not a verification key: {wrong[0]!a}\n" if wrong else "give --key or --key-file\n")
        return WRONG_OPTION
    place = ServedSlotName(options.model, options.environment, options.slot)
    longest = None if options.any_age else timedelta(hours=options.max_age)
    checked = check_manifest(Path(options.manifest), place, keys, datetime.now(timezone.utc), longest)
    fault = checked.fault or _further_fault(checked, options)
    state = str(checked.fields.get("state", ""))
    code = REFUSED if fault else LOADABLE if state == SERVING else NOTHING_SERVES
    _print(_outcome(checked, fault, code, options), options.json)
    return code


def _further_fault(checked: ManifestCheck, options: argparse.Namespace) -> str:
    """Compare the event and the bytes of a genuine manifest; return why it must not be loaded."""
    memory = Path(options.remember) if options.remember else None
    if checked.statement is None:
        return "there is no statement"
    fault = order_fault(memory, checked.statement) if memory is not None else ""
    if not fault and checked.fields.get("state") == SERVING:
        fault = check_bytes(checked.fields, Path(options.copy) if options.copy else None)
    return fault or (keep_newest(memory, checked.statement) if memory is not None else "")


def _outcome(checked: ManifestCheck, fault: str, code: int, options: argparse.Namespace) -> dict[str, Any]:
    statement, fields = checked.statement, checked.fields
    return {
        "ok": code == LOADABLE,
        "fault": fault,
        "state": fields.get("state"),
        "version": fields.get("version"),
        "digest": fields.get("digest"),
        "path": (options.copy or fields.get("path")) if code == LOADABLE else None,
        "fallback": fields.get("fallback"),
        "event": None if statement is None else statement.event,
        "signed_at": None if statement is None else statement.signed_at.isoformat(),
    }


def _print(outcome: dict[str, Any], as_json: bool) -> None:
    if as_json:
        text = json.dumps(outcome, indent=2)
    elif outcome["fault"]:
        text = f"DO NOT LOAD: {ascii(outcome['fault'])[1:-1]}"
    elif outcome["ok"]:
        text = ascii(outcome["path"] or outcome["digest"])[1:-1]
    else:
        text = f"nothing serves: {outcome['state']}; fallback: {ascii(outcome['fallback'] or 'none')[1:-1]}"
    stream = sys.stdout if as_json or not outcome["fault"] else sys.stderr
    stream.write(text + "\n")


def _key_lines(name: str) -> list[str]:
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        return [f"{name}: {error}"]
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="modelward-check", description="Verify a manifest before a model is loaded.")
    parser.add_argument("manifest", help="the path of current.json")
    parser.add_argument("--model", required=True, help="the model that this server loads: team/name")
    parser.add_argument("--environment", default="production", help="default: production")
    parser.add_argument("--slot", default="champion", help="default: champion")
    parser.add_argument("--key", action="append", default=[], help="a verification key of the log; can be repeated")
    parser.add_argument(
        "--key-file", action="append", default=[], metavar="FILE", help="a file with a key on each line"
    )
    parser.add_argument("--max-age", type=float, default=HOURS, metavar="HOURS", help=f"default: {HOURS:.0f}")
    parser.add_argument("--any-age", action="store_true", help="accept a manifest that was signed at any time")
    parser.add_argument("--remember", metavar="FILE", help="refuse a manifest older than the newest one in this file")
    parser.add_argument(
        "--copy", metavar="FILE", help="copy the bytes to this file while they are hashed; load the copy"
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    return parser
