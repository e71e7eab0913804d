"""Name runs on the server's pages in terms of models, versions and days."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import runtime

from data.errors import PrefectUnavailableError
from data.records.names import short
from data.text.untrusted_text import on_one_line
from tasks.run.ask_prefect import asking_prefect

LONGEST = 120
USUAL = " as champion"
TYPED_VERSION = re.compile(r"(?:[a-z0-9-]+/)?(?P<model>[a-z0-9-]+)/v?(?P<number>[0-9]+)")
"""A version as people type it, like `delay/4` or `ops/delay/v4`."""


def titled(template: str, **unnamed: str) -> Callable[[], str]:
    """Return a function that names a run from the flow's parameters and from `day`, the day on which the run is due.

    `unnamed` gives the text for a parameter without a value.
    """

    def title() -> str:
        values = {
            name: display_name(value) or unnamed.get(name, "") for name, value in runtime.flow_run.parameters.items()
        }
        return words(template, {"day": _day(values.get("as_of", "")), **values})

    return title


def rename_run(name: str) -> None:
    """Rename the present run; it keeps its name when Prefect does not answer."""
    run = runtime.flow_run.id
    if run:
        with suppress(PrefectUnavailableError), asking_prefect("the name of a run") as client:
            client.update_flow_run(UUID(run), name=on_one_line(name)[:LONGEST])


def words(template: str, values: Mapping[str, str]) -> str:
    """Return the name of a run without the usual slot, cut to the longest name allowed.

    A harmful character in it is shown as its code.
    """
    return on_one_line(template.format_map(values)).removesuffix(USUAL)[:LONGEST]


def display_name(value: Any) -> str:
    """Return a parameter as it is shown to people.

    `models/ops/flight-delay/versions/4` and `ops/flight-delay/4` become `flight-delay v4`.
    """
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(display_name(one) for one in value)
    text = str(value)
    if text.startswith("models/"):
        return short(text).partition("/")[2] or text
    if text.startswith("sha256:"):
        return text[:15]
    typed = TYPED_VERSION.fullmatch(text)
    if typed is not None:
        return f"{typed['model']} v{typed['number']}"
    return text.rpartition("/")[2] if text.startswith("/") else text


def _day(as_of: str) -> str:
    return as_of[:10] or f"{runtime.flow_run.scheduled_start_time or datetime.now(UTC):%Y-%m-%d}"
