"""Start the server, the worker and the evidence pages, in the foreground or detached."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated

import typer

from data.errors import MissingRegistryError
from data.files.home import Home
from data.settings import read_settings
from modelward.cli.terminal import remark, say, show_facts, working
from modelward.runs.pending_summary import pending_summary, show_pending_summary
from modelward.supervisor.detached import await_recovery_report, start_detached
from modelward.supervisor.instance_lock import instance_lock, running_status
from modelward.supervisor.recovery_report import RecoveryReport
from modelward.supervisor.shutdown import end_stale_processes, require_ended
from modelward.supervisor.supervisor import Interrupted, Supervisor

INTERRUPTED = 130


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once it is ready; `down` ends it.")] = False,
) -> None:
    """Run the Prefect server, the worker, the schedules and the evidence pages until Ctrl-C."""
    home = Home.here()
    if not home.database.is_file():
        raise MissingRegistryError(f"there is no registry at {home.database}")
    home.keep_out_of_git()
    if detach:
        with working(f"starting `modelward up` in the background; its log is {home.up / 'logs' / 'up.log'}"):
            process = start_detached(home)
        say(f"modelward is up as process {process}; `modelward down` ends it")
        with working("cleaning up what an earlier `up` left"):
            report = await_recovery_report(home.up)
        _show(home, report)
        return
    _run(home)


def _run(home: Home) -> None:
    started = time.monotonic()
    with instance_lock(home.up):
        if ended := end_stale_processes(home.up):
            remark(ended)
        supervisor = Supervisor(read_settings(), home.up, remark)
        remark("starting the Prefect server, the deployments, the worker and the evidence pages")
        with supervisor.until_signalled():
            try:
                supervisor.start()
            except Interrupted:
                raise typer.Exit(INTERRUPTED) from None
            report = supervisor.recovery_report()
            with suppress(OSError):  # a closed terminal or a full disk under the log must not end the processes
                say(f"modelward is up ({time.monotonic() - started:.0f} s)")
                _show(home, report)
                remark("press Ctrl-C to stop")
            supervisor.keep_running(report)
            with suppress(OSError):
                remark("stopping every process")
    require_ended(supervisor.still_running)
    say("every process has ended")


def _show(home: Home, report: RecoveryReport) -> None:
    """Print the addresses, the recovery after an earlier `up`, and what waits for people."""
    status = running_status(home.up)
    if status is not None:
        show_facts(
            {
                "Prefect": status.ui_url,
                "evidence": status.evidence_url,
                "home": str(home.root),
                "logs": str(home.up / "logs"),
            }
        )
    for line in report.lines():
        say(line)
    if not report.is_complete:
        remark("the recovery after an earlier `up` is still in progress")
    show_pending_summary(pending_summary())
