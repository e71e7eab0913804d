"""Each step is a task run that says what it did and follows the step before it, whatever values are passed."""

from __future__ import annotations

import logging

import pytest
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from data.errors import InputError
from tasks.run.take_steps import Steps, name_step, repeated, step, warn_step
from tests.flows.run_graph import compare_graph, newest_run


@task(name="double", cache_policy=NO_CACHE, persist_result=False)
def double(text: str) -> str:
    name_step(f"double {text}{repeated()}: {2 * text}", text=text)
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
    assert labels == [
        "double a: aa",
        "double aa again: aaaa",
        "refuse aa",
        "ask about aa",
        "double aaaa again: aaaaaaaa",
    ]


FORGED = "delay\n12:00:00.000 | ERROR   | Task run 'publish v1' - failed\u202e"
SHOWN = "delay\\u000a12:00:00.000 | ERROR   | Task run 'publish v1' - failed\\u202e"


@step("judge")
def judge(name: str) -> None:
    name_step(f"judge {name}", model=name)
    warn_step(f"comment on {name}", model=name)
    raise InputError(f"the comment of {name}")


@flow(name="judge harmful names", persist_result=False)
def judge_harmful_names() -> None:
    with pytest.raises(InputError):
        Steps().take(judge, FORGED)


def test_a_harmful_name_forges_no_line_of_a_run_and_no_name_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(logging.Logger, "handle", lambda _, record: lines.append(record.getMessage()))
    judge_harmful_names()
    assert lines == [f"comment on {SHOWN} model={SHOWN}"]
    (name,) = compare_graph("take_steps", "a harmful name", newest_run("judge harmful names"))
    assert name.startswith(f"judge {SHOWN}: the comment of delay 12:00:00.000")
    assert (len(name), name[-1]) == (120, "…")


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
