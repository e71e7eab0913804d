"""Outside a run a step is a plain call, and its name is in the log of the process."""

from __future__ import annotations

import logging

import pytest
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.run.take_steps import PLAIN_CALLS, name_step, warn_step


@task(name="double", cache_policy=NO_CACHE, persist_result=False)
def double(text: str) -> str:
    name_step(f"double {text}", text=text, model="")
    return 2 * text


def test_a_plain_call_returns_and_is_logged_with_its_ids(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tasks.run.take_steps"):
        assert PLAIN_CALLS.take(double, "a") == "aa"
        PLAIN_CALLS.ask(double, "gate-1", "b")
    assert [record.getMessage() for record in caplog.records] == ["double a text=a", "double b text=b"]


def test_outside_a_run_a_warning_is_in_the_log_of_the_process(caplog: pytest.LogCaptureFixture) -> None:
    warn_step("2 notices not delivered: TimeoutError", model="")
    assert caplog.record_tuples == [("tasks.run.take_steps", logging.WARNING, "2 notices not delivered: TimeoutError")]
