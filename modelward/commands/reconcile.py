"""Finish or undo what died half-way."""

from __future__ import annotations

from modelward.options import AsOf, By, Json


def reconcile(by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Finish or undo operations whose process died, expire requests, cancel orphaned runs. Safe to repeat."""
    from modelward.flow_report import end_with_report
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import working

    moment = business_time(as_of)
    with prefect_ready(by), working("reconciling operations"):
        from flows.reconcile_operations import reconcile_operations

        report = reconcile_operations(moment)
    end_with_report(report, as_json, "nothing was left half-way")
