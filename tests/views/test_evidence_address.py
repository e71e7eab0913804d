"""Every page has one address, made from a key, and a text that is not a key is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errors import ModelwardError
from views.evidence_address import (
    evidence_url,
    model_page,
    monitoring_page,
    report_command,
    request_page,
    version_page,
)

MODEL = "models/ops/delay"
VERSION = f"{MODEL}/versions/4"
PAGES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a model's page": (model_page, MODEL, "models/ops/delay/index.html"),
    "the model's page of a version": (model_page, VERSION, "models/ops/delay/index.html"),
    "how a model is watched": (monitoring_page, MODEL, "models/ops/delay/monitoring.html"),
    "a version's page": (version_page, VERSION, "models/ops/delay/4.html"),
    "the version's page of a finding": (version_page, f"{VERSION}/findings/2", "models/ops/delay/4.html"),
    "a request on its version's page": (request_page, f"{VERSION}/requests/2", "models/ops/delay/4.html#request-2"),
}
NO_PAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "a person has no model's page": (model_page, "people/ana"),
    "a team alone is no model": (model_page, "models/ops"),
    "a name that climbs": (model_page, "models/ops/../versions/1"),
    "a name that is markup": (monitoring_page, "models/ops/<b>"),
    "a model is no version": (version_page, MODEL),
    "a version with a word for its number": (version_page, f"{MODEL}/versions/last"),
    "a version with a number of another script": (version_page, f"{MODEL}/versions/٣"),
    "a slot is no version": (version_page, f"{MODEL}/slots/production/champion"),
    "a version is no request": (request_page, VERSION),
    "a finding is no request": (request_page, f"{VERSION}/findings/1"),
    "a request without a number": (request_page, f"{VERSION}/requests/x"),
}
COMMANDS = {
    MODEL: "modelward report ops/delay",
    VERSION: "modelward report ops/delay/4",
    f"{VERSION}/requests/2": "modelward report ops/delay/4",
    f"{MODEL}/alerts/3": "modelward report ops/delay",
}


@pytest.mark.parametrize(("page", "key", "expected"), PAGES.values(), ids=PAGES)
def test_a_key_gives_the_address_of_one_page(page: Callable[[str], str], key: str, expected: str) -> None:
    assert page(key) == expected


@pytest.mark.parametrize(("page", "key"), NO_PAGES.values(), ids=NO_PAGES)
def test_a_text_that_is_not_such_a_key_is_refused(page: Callable[[str], str], key: str) -> None:
    with pytest.raises(ModelwardError):
        page(key)


def test_a_page_has_a_full_url_only_if_the_pages_are_served() -> None:
    assert evidence_url("http://127.0.0.1:4290/", model_page(MODEL)) == (
        "http://127.0.0.1:4290/models/ops/delay/index.html"
    )
    assert evidence_url("", model_page(MODEL)) is None


@pytest.mark.parametrize(("key", "command"), COMMANDS.items())
def test_without_a_page_server_the_command_is_given(key: str, command: str) -> None:
    assert report_command(key) == command
