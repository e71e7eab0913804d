"""How commands end after an error: the exit code of each kind of error, and one line with the remedy."""

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


class Titled(BaseModel):
    """A type with a required title."""

    title: str = Field(min_length=1)


def wrapped_by_prefect() -> Exception:
    """Return an error whose cause is a domain error, as Prefect's engine wraps it."""
    error = RuntimeError("flow run failed")
    error.__cause__ = GateRefusedError("the gate is shut", "open it")
    return error


def invalid() -> Exception:
    with pytest.raises(ValidationError) as raised:
        Titled(title="")
    return raised.value


ENDS: dict[str, tuple[BaseException, int]] = {
    "a refusal": (GateRefusedError("no"), 1),
    "wrong input": (InputError("no"), 2),
    "a failure": (StoreError("no"), 3),
    "a domain error inside another": (wrapped_by_prefect(), 1),
    "a field that a type refuses": (invalid(), 2),
    "a server that does not answer": (httpx.ConnectError("refused"), 3),
    "an unexpected error": (ZeroDivisionError("division by zero"), 3),
    "Ctrl-C": (KeyboardInterrupt(), 130),
    "Ctrl-C or Ctrl-D at a prompt": (typer.Abort(), 130),
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
def test_each_error_has_its_exit_code(home: Path, error: BaseException, code: int) -> None:
    assert CliRunner().invoke(failing(error), ["fail"]).exit_code == code


def test_an_error_is_one_line_and_the_remedy_the_next(home: Path) -> None:
    result = CliRunner().invoke(failing(GateRefusedError("the gate is shut", "open the gate")), ["fail"])
    assert result.stderr == "error: the gate is shut\n→ open the gate\n"
    assert result.stdout == ""


def test_with_json_an_error_is_printed_as_json(home: Path) -> None:
    result = CliRunner().invoke(failing(GateRefusedError("the gate is shut", "open the gate")), ["fail", "--json"])
    assert '"code": "gate refused"' in result.stdout
    assert result.stderr == ""


def test_an_unexpected_error_writes_a_private_crash_report_and_prints_one_line(home: Path) -> None:
    result = CliRunner().invoke(failing(ZeroDivisionError("division by zero")), ["fail"])
    (file,) = (home / "reports").glob("crash-*.txt")
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert str(file) in result.stderr
    assert "Traceback" not in result.stderr
    assert "in fail" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_unexpected_error_is_printed_even_if_no_crash_report_can_be_written(home: Path) -> None:
    (home / "reports").write_text("in the way")
    result = CliRunner().invoke(failing(ZeroDivisionError("division by zero")), ["fail"])
    assert (result.exit_code, "modelward doctor" in result.stderr) == (3, True)


def test_control_characters_in_an_error_are_printed_as_codes(home: Path) -> None:
    result = CliRunner().invoke(failing(InputError("bad \x1b[2Jname \u202eevil [bold]x[/bold]")), ["fail"])
    assert "bad \\u001b[2Jname \\u202eevil [bold]x[/bold]" in result.stderr


def test_an_error_raised_while_a_refusal_is_handled_is_not_that_refusal() -> None:
    error = KeyError("a bug of ours")
    error.__context__ = GateRefusedError("no")
    assert domain_error(error) is None


def test_an_error_of_prefect_raised_while_a_refusal_is_handled_is_that_refusal() -> None:
    from prefect.exceptions import FailedRun

    error = FailedRun("failed")
    error.__context__ = GateRefusedError("no")
    assert isinstance(domain_error(error), GateRefusedError)


def test_a_connection_error_is_prefect_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    known = domain_error(httpx.ConnectError("All connection attempts failed"))
    assert isinstance(known, PrefectUnavailableError)
    assert isinstance(known, ModelwardError)
    assert "All connection attempts failed" in known.what
    assert "PREFECT_API_URL" not in known.remedy, "nobody set it"


def test_a_connection_error_names_the_address_of_the_server_only_if_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.bank.test/api")
    known = domain_error(httpx.ConnectError("All connection attempts failed"))
    assert known is not None
    assert known.remedy == "check PREFECT_API_URL, or unset it to run in process"


def test_a_server_that_requires_a_login_gives_the_setting_as_remedy() -> None:
    from prefect.exceptions import PrefectHTTPStatusError

    request = httpx.Request("GET", "http://127.0.0.1:4200/api/flow_runs")
    http_error = httpx.HTTPStatusError("401", request=request, response=httpx.Response(401, request=request))
    for error in (http_error, PrefectHTTPStatusError.from_httpx_error(http_error)):
        known = domain_error(error)
        assert isinstance(known, PrefectUnavailableError)
        assert known.what == "the Prefect server refused the request: it requires a valid login"
        assert "MODELWARD_PREFECT_LOGIN" in known.remedy
