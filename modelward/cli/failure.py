"""Report the error that ends a command: one line says what is wrong, one line what to do.

Exit codes: 0 done, 1 refused by a gate or the registry, 2 wrong input, 3 failed, 130 Ctrl-C.
"""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from data.errors import InputError, ModelwardError, PrefectUnavailableError
from data.files.file_access import PRIVATE_FILE
from data.files.file_fault import file_error
from data.files.home import Home
from data.text.untrusted_text import safe
from modelward.cli.terminal import err, show_json
from modelward.supervisor.loopback import LOGIN_REMEDY, LOGIN_REQUIRED
from modelward.supervisor.prefect_environment import api_url

UNEXPECTED = 3
CHECK_API_URL = "check PREFECT_API_URL, or unset it to run in process"


def report(error: Exception, as_json: bool) -> int:
    """Print an error for the person and return the exit code. An unexpected error also writes a crash report."""
    known = domain_error(error)
    if known is not None:
        _tell(known.what, known.remedy, known.code, as_json)
        return known.exit_code
    crash_report = _write_crash_report(error)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    remedy = f"read {crash_report} and run `modelward doctor`" if crash_report else "run `modelward doctor`"
    _tell(what, remedy, "unexpected", as_json)
    return UNEXPECTED


def domain_error(error: BaseException) -> ModelwardError | None:
    """Return the domain error that an error is, wraps or corresponds to; None for any other error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ModelwardError):
            return seen
        if isinstance(seen, OSError) and (fault := file_error(seen)) is not None:
            return fault
        modules = [one.__module__.partition(".")[0] for one in type(seen).__mro__]
        if not {"httpx", "httpcore"}.isdisjoint(modules):
            return _unanswered(seen)
        seen = seen.__cause__ or (seen.__context__ if modules[0] == "prefect" else None)
    return _invalid_value(error)


def _unanswered(error: BaseException) -> ModelwardError:
    """Convert an error of httpx, or an error that Prefect's client makes from one, to a PrefectUnavailableError."""
    if getattr(getattr(error, "response", None), "status_code", None) in LOGIN_REQUIRED:
        return PrefectUnavailableError(
            "the Prefect server refused the request: it requires a valid login", LOGIN_REMEDY
        )
    what = f"the Prefect server does not answer: {type(error).__name__} {error}".strip()
    return PrefectUnavailableError(what, CHECK_API_URL if api_url() else "")


def _invalid_value(error: BaseException) -> ModelwardError | None:
    """Convert a value's refusal by a command's type to an InputError that names the field; None for other errors."""
    if not isinstance(error, ValidationError):
        return None
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(one) for one in first["loc"])
    return InputError(f"{field or error.title}: {first['msg']}")


def _tell(what: str, remedy: str, code: str, as_json: bool) -> None:
    if as_json:
        show_json({"error": what, "remedy": remedy, "code": code})
        return
    console = err()
    console.print("error: ", style="bold red", end="")
    console.print(safe(what), soft_wrap=True)
    console.print(f"→ {safe(remedy)}", soft_wrap=True)


def _write_crash_report(error: Exception) -> Path | None:
    """Write the traceback to the reports folder of the home; return its path, or None if it cannot be written."""
    try:
        folder = Home.here().reports
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.txt"
        path.touch(mode=PRIVATE_FILE)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (OSError, ModelwardError):
        return None
    return path
