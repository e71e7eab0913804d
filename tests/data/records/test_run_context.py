"""The run context: without a time it means now, without a run id it is outside any run."""

from __future__ import annotations

from data.records.person import Actor
from data.records.run_context import RunContext


def test_by_default_a_context_means_now_and_outside_any_run() -> None:
    context = RunContext(Actor(id="dev"))
    assert (context.actor.id, context.as_of, context.run_id) == ("dev", None, "")
