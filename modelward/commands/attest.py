"""Verify the log, anchor it, back it up, restore the copy, and record that it held."""

from __future__ import annotations

from modelward.options import AsOf, By, Json


def attest(by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Verify the audit log, checkpoint, back up, restore the copy and compare; record that all of it held."""
    from data.records.log import Attestation
    from data.registry import Registry
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import show_facts, show_json, working

    moment = business_time(as_of)
    with prefect_ready(by), working("attesting the registry"):
        from flows.attest_registry import attest_registry

        attest_registry(moment)
    with Registry.here().reading() as state:
        newest = state.find(Attestation)[-1]
    if as_json:
        show_json(newest)
        return
    show_facts(newest.model_dump(exclude={"key", "rev"}))
