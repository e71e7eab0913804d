"""NightOutcome the models in production over a window of their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import TypeAdapter

from data.queries.lookup import reference
from data.queries.rows import required_row
from data.records.monitoring import MonitoringRun
from data.registry.registry import Registry
from modelward.cli.caller import business_time, day_of
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.cli.terminal import say, show_json, show_table
from modelward.runs.flow_call import Where, call

if TYPE_CHECKING:
    from tasks.monitor.record_windows import NightOutcome

COULD_NOT = 3
SHOWN = 3


def monitor(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Every watched model when none is named.")
    ] = None,
    through: Annotated[
        str, typer.Option("--through", metavar="DAY", help="Last day of the window; otherwise yesterday.")
    ] = "",
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Measure models over a window of their logs, judge it by their plans, and write alerts.

    Exit code 3 says that a model could not be watched; the others were.
    """
    moment, day = business_time(as_of), day_of(through)
    parameters = {"models": models or None, "through": day, "as_of": moment}
    answer = call("monitor_models", Where(by, local, no_wait), parameters, "watching the logs")
    from tasks.monitor.record_windows import NightOutcome  # noqa: PLC0415 – imports Prefect

    watched = TypeAdapter(list[NightOutcome]).validate_python(answer or [])
    if as_json:
        show_json(watched)
    else:
        _show(watched)
    raise typer.Exit(COULD_NOT if any(one.state == "failed" for one in watched) else 0)


def _show(watched: list[NightOutcome]) -> None:
    rows = [
        (reference(one.model), one.state, one.rows, _counted(one), len(one.pages), len(one.warnings)) for one in watched
    ]
    columns = ("model", "state", "rows", "outcome", "pages", "warnings")
    show_table(columns, rows, "no model has a monitoring plan", whole=2)
    for outcome in watched:
        for reason in (outcome.why, *_faults(outcome)):
            if reason:
                say(f"{reference(outcome.model)}: {reason}")
    if any(one.pages or one.warnings for one in watched):
        say("→ `modelward alerts list` says what moved")


def _counted(outcome: NightOutcome) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(outcome.counts.items()) if count)


def _faults(outcome: NightOutcome) -> tuple[str, ...]:
    """What was wrong with the logs, as it was recorded; of many, the first and how many more."""
    if not outcome.faults:
        return ()
    faults = required_row(Registry.here(), MonitoringRun, outcome.run).faults
    more = (f"and {len(faults) - SHOWN} more faults of its logs",) if len(faults) > SHOWN else ()
    return (*faults[:SHOWN], *more)
