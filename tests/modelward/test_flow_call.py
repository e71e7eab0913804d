"""What a run at the server failed with is raised here as the error it was."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from data.errors import GateRefusedError, ModelwardError, NotFoundError, PrefectUnavailableError
from modelward.flow_call import failure_of, plain

SAID = "Flow run encountered an exception: "
FAILURES: dict[str, tuple[str, type[ModelwardError], str, str]] = {
    "a refusal with its remedy": (
        f"{SAID}GateRefusedError: GAP-1 failed:\nby far\n  → train anew",
        GateRefusedError,
        "GAP-1 failed:\nby far",
        "train anew",
    ),
    "an input without a remedy of its own": (
        f"{SAID}NotFoundError: there is no model x",
        NotFoundError,
        "there is no model x",
        NotFoundError.default_remedy,
    ),
    "an error of others": (
        f"{SAID}KeyError: 'x'",
        PrefectUnavailableError,
        f"the run ended Failed: {SAID}KeyError: 'x'",
        "look at http://page",
    ),
    "something that is no error of ours by that name": (
        f"{SAID}ClassVarError: x",
        PrefectUnavailableError,
        f"the run ended Failed: {SAID}ClassVarError: x",
        "look at http://page",
    ),
    "nothing said": ("", PrefectUnavailableError, "the run ended Failed: ", "look at http://page"),
}


@pytest.mark.parametrize(("message", "kind", "what", "remedy"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_the_error_it_was(message: str, kind: type[ModelwardError], what: str, remedy: str) -> None:
    error = failure_of("Failed", message, "http://page")
    assert (type(error), error.what, error.remedy) == (kind, what, remedy)


def test_parameters_travel_as_plain_values() -> None:
    told = plain({"as_of": datetime(2026, 3, 1, tzinfo=UTC), "through": date(2026, 2, 28), "models": None, "slot": "x"})
    assert told == {"as_of": "2026-03-01T00:00:00+00:00", "through": "2026-02-28", "models": None, "slot": "x"}
