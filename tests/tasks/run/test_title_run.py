"""Runs are named in terms of models and versions."""

from __future__ import annotations

import pytest

from flows.deploy_model import deploy_model
from tasks.run.title_run import display_name, words

V4 = "models/ops/flight-delay/versions/4"
VALUES = {
    "a version's key": (V4, "flight-delay v4"),
    "a model's key": ("models/ops/flight-delay", "flight-delay"),
    "a request's key": (f"{V4}/requests/2", "flight-delay v4"),
    "a typed version": ("flight-delay/4", "flight-delay v4"),
    "a typed version with its team": ("ops/flight-delay/v4", "flight-delay v4"),
    "a typed model": ("ops/flight-delay", "ops/flight-delay"),
    "several": (["models/ops/a", "models/ops/b"], "a, b"),
    "a packed submission": ("sha256:" + "ab" * 32, "sha256:abababab"),
    "a folder": ("/srv/submissions/delay", "delay"),
    "nothing": (None, ""),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_keys_become_short_names(value: object, expected: str) -> None:
    assert display_name(value) == expected


def test_the_usual_slot_is_omitted() -> None:
    template = "deploy {version} to {environment} as {slot}"
    values = {"version": display_name(V4), "environment": "production"}
    assert words(template, {**values, "slot": "champion"}) == "deploy flight-delay v4 to production"
    assert words(template, {**values, "slot": "shadow"}) == "deploy flight-delay v4 to production as shadow"


def test_a_long_name_is_cut() -> None:
    assert len(words("retire {version}", {"version": "x" * 9_000})) == 120


def test_a_flow_run_has_a_title() -> None:
    assert callable(deploy_model.flow_run_name)
