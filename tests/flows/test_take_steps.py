"""Each step is a task run that says what it did and follows the step before it, whatever values are passed."""

from __future__ import annotations

import logging

import pytest
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from tasks.run.take_steps import Steps, name_step, warn_step
from tests.flows.run_graph import compare_graph


@task(name="double", cache_policy=NO_CACHE, persist_result=False)
def double(text: str) -> str:
    name_step(f"double {text}: {2 * text}", text=text)
    return 2 * text


@task(name="refuse", task_run_name="refuse {text}", cache_policy=NO_CACHE, persist_result=False)
def refuse(text: str) -> str:
    raise ValueError(text)


@task(name="ask", task_run_name="ask about {text}", cache_policy=NO_CACHE, persist_result=False)
def ask(text: str) -> None:
    pass


@flow(name="take steps", persist_result=False)
def take_steps() -> str:
    steps = Steps()
    first = steps.take(double, "a")
    second = steps.take(double, first)
    with pytest.raises(ValueError, match="aa"):
        steps.take(refuse, first)
    steps.ask(ask, "gate-1", first)
    return first + steps.take(double, second)


def test_a_step_follows_only_the_step_before_it() -> None:
    assert take_steps() == "aaaaaaaaaa"
    labels = compare_graph("take_steps", "each step follows the one before it")
    assert labels == ["double a: aa", "double aa: aaaa", "refuse aa", "ask about aa", "double aaaa: aaaaaaaa"]


@task(name="warn", cache_policy=NO_CACHE, persist_result=False)
def warn(text: str) -> None:
    warn_step(f"the step: {text}", model="ops/delay")


@flow(name="warn", persist_result=False)
def warn_twice() -> None:
    warn_step("the flow: 100 %s")
    Steps().take(warn, "late")


def test_the_log_of_a_run_has_its_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[tuple[str, str]] = []

    def keep(logger: logging.LoggerAdapter[logging.Logger], level: int, msg: str, *values: object, **_: object) -> None:
        if level == logging.WARNING:
            warnings.append((logger.logger.name, msg % values))

    monkeypatch.setattr(logging.LoggerAdapter, "isEnabledFor", lambda *_: True)
    monkeypatch.setattr(logging.LoggerAdapter, "log", keep)
    warn_twice()
    assert warnings == [
        ("prefect.flow_runs", "the flow: 100 %s"),
        ("prefect.task_runs", "the step: late model=ops/delay"),
    ]


def test_where_runs_do_not_log_the_warnings_are_in_the_log_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(logging.Logger, "handle", lambda _, record: warnings.append(record.getMessage()))
    warn_twice()
    assert warnings == ["the flow: 100 %s", "the step: late model=ops/delay"]
