"""Recovery from states that commands refuse to work with; each needs a reason and is recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from data.errors import InputError
from data.records.run_context import RunContext
from data.registry.clock import confirmed_clock
from data.registry.clock_confirmation import confirm_clock
from data.registry.commands.log import RecordLostBackup
from data.registry.recovery import Recovery, recover_anchors, recover_journal
from modelward.cli.caller import identify
from modelward.cli.options import By, Json, Reason
from modelward.cli.terminal import remark, say, show_json, show_receipt, working

app = typer.Typer(
    no_args_is_help=True, help="Recovery: journal, anchors, clock, a lost backup; each with a reason and an event."
)


@app.command("journal")
def journal(reason: Reason, by: By = "", as_json: Json = False) -> None:
    """Write the journal again from the verified registry. The damaged file is kept beside it."""
    who = identify(by)
    with working("verifying the registry and writing the journal"):
        recovery = recover_journal(who.registry, reason, RunContext(who.actor))
    _show([recovery], as_json)


@app.command("anchors")
def anchors(reason: Reason, by: By = "", as_json: Json = False) -> None:
    """Write each damaged anchor again from the verified registry. The damaged files are kept beside them."""
    who = identify(by)
    with working("verifying the registry and writing the anchors"):
        recoveries = recover_anchors(who.registry, reason, RunContext(who.actor))
    _show(recoveries, as_json)


@app.command("clock")
def clock(reason: Reason, by: By = "", as_json: Json = False) -> None:
    """Confirm that this host's clock is right, after the registry refused to record events with it."""
    with confirmed_clock():
        who = identify(by)
        receipt = confirm_clock(who.registry, reason, RunContext(who.actor))
    show_receipt(receipt, as_json, "the clock of this host is confirmed")


@app.command("backup")
def backup(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the folder of the backup.")],
    reason: Reason,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Record that a backup is not in the home any more, and why, so that its absence is explained."""
    who = identify(by)
    if (who.registry.home.backups / name).exists():
        raise InputError(f"the backup {name} is there", "leave it: `modelward audit verify --deep` compares its files")
    receipt = who.registry.execute(RecordLostBackup(backup=name, reason=reason), RunContext(who.actor))
    show_receipt(receipt, as_json, f"the loss of the backup {name} is recorded")


def _show(recoveries: list[Recovery], as_json: bool) -> None:
    if as_json:
        show_json([{"file": one.file, "kept": one.kept, "event": one.receipt.seq} for one in recoveries])
        return
    for recovery in recoveries:
        say(f"wrote {recovery.file} again; event {recovery.receipt.seq} records it")
        if recovery.kept is not None:
            remark(f"the damaged file is kept as {recovery.kept}")
