"""Fixtures for the command line: it is called in this process, on the registry of a small world."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modelward.__main__ import app
from tests.judged_model import found_judged, found_validated, judged, validated
from tests.submissions import write_filled

__all__ = ["found_judged", "found_validated", "judged", "validated"]


@dataclass(frozen=True)
class CliResult:
    """The exit code, stdout and stderr of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., CliResult]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call a command as `cli("findings", "list", typed="123456")`, on a terminal so wide that no table wraps."""
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object, typed: str | None = None) -> CliResult:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=typed)
        return CliResult(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission that can be registered."""
    return write_filled(tmp_path / "submission")
