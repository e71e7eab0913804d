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


HARMFUL = {
    "a line break": "delay\n12:00:00 | ERROR | the log was forged",
    "a carriage return": "delay\rforged",
    "a separator of lines": "delay\u2028forged",
    "an escape sequence": "\x1b[2K\x1b[31mforged",
    "a change of direction": "\u202edegrof",
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_text_stays_on_one_line_of_the_log(caplog: pytest.LogCaptureFixture, text: str) -> None:
    with caplog.at_level(logging.INFO, logger="tasks.run.take_steps"):
        PLAIN_CALLS.take(double, text)
        warn_step(text, model=text)
    for record in caplog.records:
        assert record.getMessage().isprintable()
        assert "forged" in record.getMessage() or "degrof" in record.getMessage()


def test_outside_a_run_a_warning_is_in_the_log_of_the_process(caplog: pytest.LogCaptureFixture) -> None:
    warn_step("2 notices not delivered: TimeoutError", model="")
    assert caplog.record_tuples == [("tasks.run.take_steps", logging.WARNING, "2 notices not delivered: TimeoutError")]
