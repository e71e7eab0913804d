"""Bring everything up that people use every day, in the foreground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from data.files.home import Home
    from modelward.supervisor.recovery_report import RecoveryReport

INTERRUPTED = 130


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once it is ready; `down` ends it.")] = False,
) -> None:
    """Run the Prefect server, the worker, the schedules and the evidence pages until Ctrl-C."""
    from data.errors import MissingRegistryError
    from data.files.home import Home

    home = Home.here()
    if not home.database.is_file():
        raise MissingRegistryError(f"there is no registry at {home.database} that could be served")
    if detach:
        from modelward.cli.terminal import say
        from modelward.supervisor.detached import awaited_leftovers, start_detached

        say(f"modelward is up as process {start_detached(home)}; `modelward down` ends it")
        _tell(home, awaited_leftovers(home.up))
        return
    _stay(home)


def _stay(home: Home) -> None:
    import time
    from contextlib import suppress

    from data.settings import read_settings
    from modelward.cli.terminal import remark, say
    from modelward.supervisor.instance_lock import residence
    from modelward.supervisor.shutdown import end_what_was_left, require_gone
    from modelward.supervisor.supervisor import Interrupted, Supervisor

    begun = time.monotonic()
    with residence(home.up):
        if ended := end_what_was_left(home.up):
            remark(ended)
        house = Supervisor(read_settings(), home.up, remark)
        remark("bringing up the Prefect server, the deployments, the worker and the evidence pages")
        with house.until_asked_to_end():
            try:
                house.open()
            except Interrupted:
                raise typer.Exit(INTERRUPTED) from None
            found = house.leftovers()
            with suppress(OSError):  # a terminal that is gone, or a log without room, ends nothing
                say(f"modelward is up ({time.monotonic() - begun:.0f} s)")
                _tell(home, found)
                remark("Ctrl-C ends it")
            house.keep_up(found)
            with suppress(OSError):
                remark("ending everything")
    require_gone(house.left)
    say("nothing of it runs any more")


def _tell(home: Home, found: RecoveryReport) -> None:
    """The addresses, what had been left half done, and what waits for whom."""
    from modelward.cli.terminal import remark, say, show_facts
    from modelward.runs.pending_summary import pending_summary, show_pending_summary
    from modelward.supervisor.instance_lock import resident

    account = resident(home.up)
    if account is not None:
        show_facts(
            {
                "Prefect": account.ui_url,
                "evidence": account.evidence_url,
                "home": str(home.root),
                "logs": str(home.up / "logs"),
            }
        )
    for line in found.lines():
        say(line)
    if not found.whole:
        remark("what an earlier one left half done is still being ended")
    show_pending_summary(pending_summary())
