"""Show what `modelward up` runs, its faults, files that differ from the record, and what waits for people."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from data.files.home import Home
from data.records.instant import read_instant
from data.settings import read_settings
from modelward.cli.options import Json
from modelward.cli.terminal import as_text, say, show_facts, show_json, show_table
from modelward.runs.open_differences import differences_now
from modelward.runs.pending_summary import NOTHING_PENDING, pending_summary, show_pending_summary
from modelward.supervisor.health import EndedRun, Health, health

EXIT_UNHEALTHY = 3


def status(as_json: Json = False) -> None:
    """Show what `modelward up` runs, its faults, the last runs, and what waits for people.

    Exit code 3: a process that should run does not answer. The exit code is 0 if `modelward up` is not running.
    """
    home = Home.here()
    found = health(home.up, read_settings().prefect_login)
    if not as_json:
        _show(found, str(home.root))
    exists = home.database.is_file()
    seen = pending_summary() if exists else NOTHING_PENDING
    differences, unread = differences_now() if exists else ([], "")
    if as_json:
        well = {name: not fault for name, fault in found.faults.items()}
        more = {
            "well": well,
            "is_well": found.is_well,
            "home": str(home.root),
            "waiting": seen.found and seen.found.rows,
            "waiting_total": seen.found and seen.found.total,
            "unread": seen.why_not or unread,
            "differences": differences,
        }
        show_json({**vars(found), **more})
    else:
        for line in differences:
            say(f"→ a file differs from the record: {line}")
        show_pending_summary(seen)
    raise typer.Exit(0 if found.is_well or found.stage in ("down", "starting", "stopping") else EXIT_UNHEALTHY)


def _show(found: Health, home: str) -> None:
    if found.stage == "down":
        show_facts({"state": "not running", "home": home})
        say("→ `modelward up` starts it")
        return
    if found.stage == "killed":
        show_facts({"state": "killed", "process": found.pid, "since": _minute(found.since), "home": home})
        say("→ processes are left: `modelward down` ends them")
        return
    facts = {"state": found.stage, "process": found.pid, "since": _minute(found.since), "home": home}
    show_facts({**facts, "Prefect": found.ui_url, "evidence": found.evidence_url})
    rows = [
        (name, one.pid, _minute(one.since), one.restarts, "fail" if found.faults[name] else "ok")
        for name, one in found.processes.items()
    ]
    show_table(("process", "pid", "since", "restarts", "health"), rows, "", whole=5, title="processes")
    for line in (*(f"{name}: {fault}" for name, fault in found.faults.items() if fault), *found.held_up):
        say(f"→ {line}")
    _show_runs("latest runs that ended", found.runs)
    _show_runs("latest runs that failed", found.failed)
    say()


def _show_runs(title: str, runs: Sequence[EndedRun]) -> None:
    rows = [(one.name, one.state.lower(), _minute(one.at)) for one in runs]
    show_table(("run", "state", "ended"), rows, "", whole=0, title=title)


def _minute(moment: str) -> str:
    return f"{as_text(read_instant(moment))} UTC" if moment else ""
