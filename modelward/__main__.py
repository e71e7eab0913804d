"""The command line: every command with its section and its line in the help.

The lines are written here too, so that the help does not load the modules; a test compares both.
"""

from __future__ import annotations

from importlib.metadata import version

import typer

from modelward.cli.command_group import CommandGroup, UnloadedCommand

COMMANDS = {
    "Every day": {
        "up": "Run the Prefect server, the worker, the schedules and the evidence pages until Ctrl-C.",
        "status": "Show what `modelward up` runs, its faults, the last runs, and what waits for people.",
        "down": "Stop the processes of `modelward up` for this home. Open requests stay open.",
    },
    "Lifecycle of a model": {
        "demo": "Run the demo: one model through its whole lifecycle, from registration to retirement.",
        "init": "Write a submission folder with comments, to be filled in. Existing files stay as they are.",
        "register": "Register a version from a submission folder: its artifact, data, documents and provenance.",
        "amend": "Change a registered model to its model.yaml. You confirm with your one-time code.",
        "validate": "Judge a version by every gate of its standards, and ask a validator if one is required.",
        "deploy": "Ask for the required approvals, then publish the version and verify what is published.",
        "release": "Emergency: publish a version before its approvals. It is undone unless ratified in time.",
        "rollback": "Return to the last version that is still valid. Prints which were skipped, and why.",
        "suspend": "Take a model out of service now, with a fallback. The suspension must be ratified in time.",
        "ratify": "Ratify another person's latest rollback, suspension or emergency release of a model.",
        "retire": "Open the retirement of a version, or continue the open one.",
        "consumers": "Consumers: declare them, record their answers to a retirement.",
        "standard": "Standards: list, check, show, adopt.",
    },
    "People and their decisions": {
        "people": "The roster: people, their roles, their one-time codes.",
        "approvals": "Approvals: list what waits for people, answer it, and get receipts.",
        "findings": "Findings: raise, answer, dispute, close.",
        "waivers": "Waivers: request, decide, revoke.",
        "notices": "Notices to people: list them, send them, test the delivery channels.",
    },
    "Monitoring": {
        "monitor": "Measure models over a window of their logs, judge them by their plans, and record alerts.",
        "alerts": "Alerts: list and answer them.",
        "incidents": "Incidents: list and resolve them.",
        "review": "Reviews: find those that are due, list, complete.",
    },
    "Reports": {
        "inventory": "List every version: its review state, where it is or was deployed, and why that ended.",
        "show": "Show a model with its versions, or one version with its evidence, verdicts and approvals.",
        "history": "List the events of a model, or show what served at a past moment and who approved it.",
        "report": "Write the evidence pages as static files without scripts. Only changed pages are rewritten.",
        "serve": "Serve the evidence pages and the slots' manifests, read-only, on loopback, until Ctrl-C.",
    },
    "Audit log and installation": {
        "attest": "Verify the audit log, back up the registry, verify the restored copy, and record the results.",
        "reconcile": "Finish or undo operations whose process died, and expire requests. Safe to repeat.",
        "doctor": "Check packages, keys, registry, journal, anchors, clock and Prefect. Exit code 1: a check failed.",
        "audit": "The audit log: verify, read, prove, back up, export, rebuild.",
        "verify": "Verify what is served: compare it with the record, write the checker for servers.",
        "recover": "Recovery: journal, anchors, clock, a lost backup; each with a reason and an event.",
        "config": "Settings: show them.",
    },
}

app = typer.Typer(
    name="modelward",
    cls=CommandGroup,
    help="Governed lifecycle for machine learning models: judged evidence, human approvals, a tamper-evident record.",
    epilog="State lives under MODELWARD_HOME (default ./var). Exit codes: 0 done, 1 refused, 2 wrong input, 3 failed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def placeholder() -> None:
    """Replace a command until its module is loaded."""


for panel, commands in COMMANDS.items():
    for name, line in commands.items():
        app.command(name, cls=UnloadedCommand, help=line, rich_help_panel=panel)(placeholder)


def print_version(requested: bool) -> None:
    if requested:
        typer.echo(version("modelward"))
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", is_eager=True, callback=print_version
    ),
) -> None:
    """Governed lifecycle for machine learning models: judged evidence, human approvals, a tamper-evident record."""


def main() -> None:
    """Run the command line."""
    app(prog_name="modelward")


if __name__ == "__main__":
    main()
