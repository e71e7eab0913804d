"""The command line: every command with its place in the help and its line there.

The lines are kept here so that the help needs no command's module; a test compares them with the modules.
"""

from __future__ import annotations

from importlib.metadata import version

import typer

from modelward.cli.command_group import CommandGroup, UnloadedCommand

COMMANDS = {
    "Every day": {
        "up": "Run the Prefect server, the worker, the schedules and the evidence pages until Ctrl-C.",
        "status": "Show what runs, what is wrong with it, the last runs, and what waits for people.",
        "down": "Stop what `modelward up` runs for this home. Open requests stay open.",
    },
    "A model's life": {
        "demo": "Take a real model through its whole governed life, from registration to retirement.",
        "init": "Write a submission folder with comments, to be filled in. Existing files stay as they are.",
        "register": "Register a version from a submission folder: its artifact, data, documents and provenance.",
        "amend": "Change a registered model to its model.yaml. You confirm with your one-time code.",
        "validate": "Judge a version by every gate of its standards. A validator concludes where they require one.",
        "deploy": "Ask for the required approvals, then publish the version and verify what is published.",
        "release": "Emergency: publish a version before its approvals. It is undone unless ratified in time.",
        "rollback": "Return to the last version that is still valid. Says which were passed over, and why.",
        "suspend": "Take a model out of service now and name its fallback. It must be ratified in time.",
        "ratify": "Ratify the newest rollback, suspension or emergency release of a model, done by somebody else.",
        "retire": "Open the retirement of a version, or continue the open one.",
        "consumers": "Consumers: declare them, record their answers to a retirement.",
        "standard": "Standards: list, check, show, adopt.",
    },
    "People and their decisions": {
        "people": "The roster: people, their roles, their one-time codes.",
        "approvals": "Approvals: list what waits for people, and answer it.",
        "findings": "Findings: raise, answer, dispute, close.",
        "waivers": "Waivers: request, decide, revoke.",
        "notices": "Notices to people: list them, send them, test the channels.",
    },
    "Watch": {
        "monitor": "Measure models over a window of their logs, judge it by their plans, and write alerts.",
        "alerts": "Alerts: list and answer them.",
        "incidents": "Incidents: list and resolve them.",
        "review": "Reviews: find those that are due, list, complete.",
    },
    "Look": {
        "inventory": "List every version: its review state, where it is or was deployed, and why that ended.",
        "show": "Show a model with its versions, or one version with its evidence, verdicts and approvals.",
        "history": "List every event of a model, or show what served at a past moment and who approved it.",
        "report": "Write the evidence pages: static, offline, no script. Only changed pages are written again.",
        "serve": "Serve the evidence pages and the served manifests, read-only, on loopback, until Ctrl-C.",
    },
    "The record": {
        "attest": "Verify the audit log, back up the registry, restore the copy, and record that all of it held.",
        "reconcile": "Finish or undo operations whose process died, and expire requests. Safe to repeat.",
        "doctor": "Check packages, home, keys, registry, journal, anchors, clock and Prefect. Exit code 1: one fails.",
        "audit": "The audit log: verify, read, back up, rebuild.",
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
    """Stands for a command until its module is loaded."""


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
        False, "--version", help="Print the version and end.", is_eager=True, callback=print_version
    ),
) -> None:
    """Governed lifecycle for machine learning models: judged evidence, human approvals, a tamper-evident record."""


def main() -> None:
    """Run the command line."""
    app(prog_name="modelward")


if __name__ == "__main__":
    main()
