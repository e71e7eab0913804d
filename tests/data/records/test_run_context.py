"""Who acts, when and in which run; without a time it is now, without a run it is no flow's."""

from __future__ import annotations

from data.records.person import Actor
from data.records.run_context import RunContext


def test_a_context_without_time_or_run_is_now_and_outside_any_run() -> None:
    context = RunContext(Actor(id="dev"))
    assert (context.actor.id, context.as_of, context.run_id) == ("dev", None, "")
