"""Finish or undo operations whose process died."""

from __future__ import annotations

from modelward.cli.caller import business_time
from modelward.cli.flow_report import end_with_report
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.runs.flow_call import CallOptions, call


def reconcile(
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Finish or undo operations whose process died, and expire requests. Safe to repeat."""
    parameters = {"as_of": business_time(as_of)}
    report = call(
        "reconcile_operations", CallOptions(by, local, no_wait, as_json), parameters, "reconciling operations"
    )
    end_with_report(report or {}, as_json, "there was nothing to reconcile")
