"""The command line: every command with its place in the help."""

from __future__ import annotations

import typer

from modelward.cli.failure import Guarded
from modelward.commands import (
    alerts,
    amend,
    approvals,
    attest,
    audit,
    config,
    consumers,
    demo,
    deploy,
    doctor,
    down,
    findings,
    history,
    incidents,
    init,
    inventory,
    monitor,
    notices,
    people,
    ratify,
    reconcile,
    register,
    release,
    report,
    retire,
    review,
    rollback,
    serve,
    show,
    standard,
    status,
    suspend,
    up,
    validate,
    waivers,
)

LIFE = "A model's life"
PEOPLE = "People and their decisions"
WATCH = "Watch"
LOOK = "Look"
RECORD = "The record"
HOUSE = "Every day"

app = typer.Typer(
    name="modelward",
    cls=Guarded,
    help="Governed lifecycle for machine learning models: judged evidence, human approvals, a tamper-evident record.",
    epilog="State lives under MODELWARD_HOME (default ./var). Exit codes: 0 done, 1 refused, 2 wrong input, 3 failed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

COMMANDS = {
    HOUSE: (up.up, status.status, down.down),
    LIFE: (demo.demo, init.init, register.register, amend.amend, validate.validate, deploy.deploy, release.release,
           rollback.rollback, suspend.suspend, ratify.ratify, retire.retire),
    WATCH: (monitor.monitor,),
    LOOK: (inventory.inventory, show.show, history.history, report.report, serve.serve),
    RECORD: (attest.attest, reconcile.reconcile, doctor.doctor),
}  # fmt: skip
GROUPS = {
    PEOPLE: {
        "people": people.app,
        "approvals": approvals.app,
        "findings": findings.app,
        "waivers": waivers.app,
        "notices": notices.app,
    },
    WATCH: {"alerts": alerts.app, "incidents": incidents.app, "review": review.app},
    LIFE: {"consumers": consumers.app, "standard": standard.app},
    RECORD: {"audit": audit.app, "config": config.app},
}

for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for panel, groups in GROUPS.items():
    for name, group in groups.items():
        app.add_typer(group, name=name, rich_help_panel=panel)


def print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("modelward"))
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and end.", is_eager=True, callback=print_version
    ),
) -> None:
    """Governed lifecycle for machine learning models: judged evidence, human approvals, a tamper-evident record."""


def main() -> None:
    """Run the command line."""
    app(prog_name="modelward")


if __name__ == "__main__":
    main()
