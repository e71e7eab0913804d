"""Each step is a task run that says what it did and follows the step before it, whatever values are passed."""

from __future__ import annotations

import pytest
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from tasks.run.take_steps import Steps, name_step
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
