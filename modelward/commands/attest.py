"""Verify and anchor the audit log, back up the registry, verify the restored copy, and record the results."""

from __future__ import annotations

from data.queries.rows import rows
from data.records.log import Attestation
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, Json, Local, NoWait
from modelward.cli.terminal import show_facts, show_json
from modelward.runs.flow_call import CallOptions, call


def attest(
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Verify the audit log, back up the registry, verify the restored copy, and record the results."""
    parameters = {"as_of": business_time(as_of)}
    call("attest_registry", CallOptions(by, local, no_wait, as_json), parameters, "attesting the registry")
    newest = rows(Registry.here(), Attestation)[-1]
    if as_json:
        show_json(newest)
        return
    show_facts(newest.model_dump(exclude={"key", "rev"}))
