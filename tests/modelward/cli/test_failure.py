"""How commands end: the exit code of each kind of error, and one line of remedy."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx
import pytest
import typer
from pydantic import BaseModel, Field, ValidationError
from typer.testing import CliRunner

from data.errors import GateRefusedError, InputError, ModelwardError, PrefectUnavailableError, StoreError
from modelward.cli.command_group import CommandGroup
from modelward.cli.failure import domain_error


class Small(BaseModel):
    """Something with a limit."""

    title: str = Field(min_length=1)


def wrapped_by_prefect() -> Exception:
    """A domain error as the cause of another one, as an engine wraps it."""
    error = RuntimeError("flow run failed")
    error.__cause__ = GateRefusedError("the gate is shut", "open it")
    return error


def invalid() -> Exception:
    with pytest.raises(ValidationError) as raised:
        Small(title="")
    return raised.value


ENDS: dict[str, tuple[BaseException, int]] = {
    "a refusal": (GateRefusedError("no"), 1),
    "wrong input": (InputError("no"), 2),
    "what could not be carried out": (StoreError("no"), 3),
    "a domain error inside another": (wrapped_by_prefect(), 1),
    "a field that a type refuses": (invalid(), 2),
    "a server that does not answer": (httpx.ConnectError("refused"), 3),
    "something nobody thought of": (ZeroDivisionError("division by zero"), 3),
    "Ctrl-C": (KeyboardInterrupt(), 130),
    "Ctrl-C or Ctrl-D at a question": (typer.Abort(), 130),
    "an exit that a command chose": (typer.Exit(4), 4),
}


def failing(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=CommandGroup, pretty_exceptions_enable=False)

    @app.command()
    def fail(as_json: bool = typer.Option(False, "--json")) -> None:
        raise error

    @app.command()
    def other() -> None:
        pass

    return app


@pytest.mark.parametrize(("error", "code"), ENDS.values(), ids=ENDS)
def test_the_exit_code_of(home: Path, error: BaseException, code: int) -> None:
    assert CliRunner().invoke(failing(error), ["fail"]).exit_code == code


def test_the_last_line_says_what_to_do(home: Path) -> None:
    result = CliRunner().invoke(failing(GateRefusedError("the gate is shut", "open the gate")), ["fail"])
    assert result.stderr == "error: the gate is shut\n→ open the gate\n"
    assert result.stdout == ""


def test_with_json_an_error_is_json_too(home: Path) -> None:
    result = CliRunner().invoke(failing(GateRefusedError("the gate is shut", "open the gate")), ["fail", "--json"])
    assert '"code": "gate refused"' in result.stdout
    assert result.stderr == ""


def test_a_surprise_is_one_line_and_a_private_file_with_the_traceback(home: Path) -> None:
    result = CliRunner().invoke(failing(ZeroDivisionError("division by zero")), ["fail"])
    (file,) = (home / "reports").glob("crash-*.txt")
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert str(file) in result.stderr
    assert "Traceback" not in result.stderr
    assert "in fail" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_no_file_can_be_written_the_line_is_still_said(home: Path) -> None:
    (home / "reports").write_text("in the way")
    result = CliRunner().invoke(failing(ZeroDivisionError("division by zero")), ["fail"])
    assert (result.exit_code, "modelward doctor" in result.stderr) == (3, True)


def test_hostile_text_in_an_error_cannot_steer_the_terminal(home: Path) -> None:
    result = CliRunner().invoke(failing(InputError("bad \x1b[2Jname \u202eevil [bold]x[/bold]")), ["fail"])
    assert "bad \\u001b[2Jname \\u202eevil [bold]x[/bold]" in result.stderr


def test_an_error_raised_while_a_refusal_was_handled_is_not_that_refusal() -> None:
    error = KeyError("a bug of ours")
    error.__context__ = GateRefusedError("no")
    assert domain_error(error) is None


def test_what_prefect_raises_while_handling_a_refusal_is_that_refusal() -> None:
    from prefect.exceptions import FailedRun

    error = FailedRun("failed")
    error.__context__ = GateRefusedError("no")
    assert isinstance(domain_error(error), GateRefusedError)


def test_a_silent_server_is_named_as_such() -> None:
    known = domain_error(httpx.ConnectError("All connection attempts failed"))
    assert isinstance(known, PrefectUnavailableError)
    assert isinstance(known, ModelwardError)
    assert "All connection attempts failed" in known.what


def test_a_server_that_asks_for_a_login_is_named_with_the_setting() -> None:
    from prefect.exceptions import PrefectHTTPStatusError

    request = httpx.Request("GET", "http://127.0.0.1:4200/api/flow_runs")
    told = httpx.HTTPStatusError("401", request=request, response=httpx.Response(401, request=request))
    for error in (told, PrefectHTTPStatusError.from_httpx_error(told)):
        known = domain_error(error)
        assert isinstance(known, PrefectUnavailableError)
        assert known.what == "the Prefect server asks for a login and did not get it"
        assert "MODELWARD_PREFECT_LOGIN" in known.remedy
