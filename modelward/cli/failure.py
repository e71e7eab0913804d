"""How a command ends when something is wrong: one line what, one line what to do, and the exit code of the error.

0 it was done · 1 a gate or the registry refused · 2 the input was wrong · 3 it could not be carried out · 130 Ctrl-C.
"""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from data.errors import InputError, ModelwardError, PrefectUnavailableError
from data.files.home import Home
from data.text.untrusted_text import safe
from modelward.cli.terminal import err, show_json
from modelward.supervisor.loopback import LOGIN_REMEDY, LOGIN_REQUIRED

UNEXPECTED = 3


def report(error: Exception, as_json: bool) -> int:
    """Tell the person about an error; answers with the exit code."""
    known = domain_error(error)
    if known is not None:
        _tell(known.what, known.remedy, known.code, as_json)
        return known.exit_code
    kept = _keep(error)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    remedy = f"the details are in {kept}; run `modelward doctor`" if kept else "run `modelward doctor`"
    _tell(what, remedy, "unexpected", as_json)
    return UNEXPECTED


def domain_error(error: BaseException) -> ModelwardError | None:
    """The domain error that this is, or that Prefect wrapped; None for anything else."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ModelwardError):
            return seen
        modules = [one.__module__.partition(".")[0] for one in type(seen).__mro__]
        if not {"httpx", "httpcore"}.isdisjoint(modules):
            return _unanswered(seen)
        seen = seen.__cause__ or (seen.__context__ if modules[0] == "prefect" else None)
    return _of_types(error)


def _unanswered(error: BaseException) -> ModelwardError:
    """An error of httpx, or one of Prefect's client that is made from it, as ours."""
    if getattr(getattr(error, "response", None), "status_code", None) in LOGIN_REQUIRED:
        return PrefectUnavailableError("the Prefect server asks for a login and did not get it", LOGIN_REMEDY)
    return PrefectUnavailableError(f"the Prefect server does not answer: {type(error).__name__} {error}".strip())


def _of_types(error: BaseException) -> ModelwardError | None:
    """A value that a command's type refused is an error of the input, named by its field."""
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


def _keep(error: Exception) -> Path | None:
    """Write the traceback where the home's reports lie; None where nothing can be written."""
    try:
        folder = Home.here().reports
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.txt"
        path.touch(mode=0o600)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (OSError, ModelwardError):
        return None
    return path
