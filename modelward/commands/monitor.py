"""Monitor the models in production over a window of their logs."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import TypeAdapter

from data.queries.lookup import model_named, reference
from data.queries.rows import required_row
from data.records.monitoring import MonitoringRun, NightOutcome
from data.registry.registry import Registry
from modelward.cli.caller import business_time, day_of
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.cli.terminal import say, show_json, show_table
from modelward.runs.flow_call import CallOptions, call

EXIT_FAILED = 3
FAULTS_SHOWN = 3


def monitor(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="The models; by default every monitored one.")
    ] = None,
    through: Annotated[
        str, typer.Option("--through", metavar="DAY", help="The last day of the window; by default yesterday.")
    ] = "",
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure models over a window of their logs, judge them by their plans, and record alerts.

    Exit code 3: a model could not be monitored; the others were.
    """
    moment, day, registry = business_time(as_of), day_of(through), Registry.here()
    for model in models or ():
        model_named(registry, model)  # a wrong name is an error before a server starts
    parameters = {"models": models or None, "through": day, "as_of": moment}
    answer = call("monitor_models", CallOptions(by, local, no_wait, as_json), parameters, "monitoring the logs")
    outcomes = TypeAdapter(list[NightOutcome]).validate_python(answer or [])
    if as_json:
        show_json(outcomes)
    else:
        _show(outcomes)
    raise typer.Exit(EXIT_FAILED if any(one.state == "failed" for one in outcomes) else 0)


def _show(outcomes: list[NightOutcome]) -> None:
    rows = [
        (reference(one.model), one.state, one.rows, _counted(one), len(one.pages), len(one.warnings))
        for one in outcomes
    ]
    columns = ("model", "state", "rows", "outcome", "pages", "warnings")
    show_table(columns, rows, "no model has a monitoring plan", whole=2)
    for outcome in outcomes:
        for reason in (outcome.why, *_faults(outcome)):
            if reason:
                say(f"{reference(outcome.model)}: {reason}")
    if any(one.pages or one.warnings for one in outcomes):
        say("→ `modelward alerts list` shows the alerts")


def _counted(outcome: NightOutcome) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(outcome.counts.items()) if count)


def _faults(outcome: NightOutcome) -> tuple[str, ...]:
    """Return the first recorded faults of the logs, and how many more there are."""
    if not outcome.faults:
        return ()
    faults = required_row(Registry.here(), MonitoringRun, outcome.run).faults
    hidden = len(faults) - FAULTS_SHOWN
    more = (f"and {hidden} more {'fault' if hidden == 1 else 'faults'} of its logs",) if hidden > 0 else ()
    return (*faults[:FAULTS_SHOWN], *more)
