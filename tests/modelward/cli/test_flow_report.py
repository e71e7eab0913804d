"""The printed report of a maintenance flow, and the exit code."""

from __future__ import annotations

import pytest
import typer

from modelward.cli.flow_report import end_with_report

REPORTS: dict[str, tuple[dict[str, list[str]], str, str, int]] = {
    "nothing": ({"expired": [], "failed": []}, "all is well\n", "", 0),
    "an action": (
        {"expired": ["models/ops/delay/versions/1"], "failed": []}, "expired: ops/delay/1\n", "", 0,
    ),
    "a failure": ({"failed": ["ops/delay: disk full"]}, "", "failed: ops/delay: disk full\n", 3),
    "an action and a failure": (
        {"opened": ["a review of it"], "failed": ["x"]}, "opened: a review of it\n", "failed: x\n", 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("report", "out", "err", "code"), REPORTS.values(), ids=REPORTS)
def test_actions_go_to_stdout_and_failures_to_stderr(
    report: dict[str, list[str]], out: str, err: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as end:
        end_with_report(report, as_json=False, nothing="all is well")
    assert (capsys.readouterr(), end.value.exit_code) == ((out, err), code)


def test_json_is_the_report_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        end_with_report({"failed": []}, as_json=True, nothing="")
    assert capsys.readouterr().out == '{\n  "failed": []\n}\n'
