"""Provisioning: its report lets the worker start before reconciling, and a failure of reconciling is reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from prefect.client import orchestration

from data.errors import StoreLockedError, SupervisorError
from modelward.supervisor import provisioning
from modelward.supervisor.recovery_report import RecoveryReport, read_recovery_report

CRASHED = {"crashed": ["run a was marked crashed"]}
DONE = {"operations": ["the deploy was undone"]}
Reconciled = Callable[[], Mapping[str, Sequence[str]]]


def done() -> dict[str, list[str]]:
    return DONE


def held() -> dict[str, list[str]]:
    raise StoreLockedError("the registry is held by process 7")


def broken() -> dict[str, list[str]]:
    raise RecursionError("too deep")


def test_the_remedy_for_failed_deployments_refers_to_the_output_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_module(*_: object, **__: object) -> None:
        raise SystemExit(1)

    monkeypatch.setattr(provisioning.runpy, "run_module", run_module)
    with pytest.raises(SupervisorError, match="ended with exit code 1") as failed:
        provisioning.deploy_all()
    assert failed.value.remedy == "correct what it printed above in this log, then run `modelward up` again"


ENDS: dict[str, tuple[Reconciled, Mapping[str, Sequence[str]]]] = {
    "a success": (done, {**CRASHED, **DONE}),
    "a domain error": (held, {**CRASHED, "failed": ["reconciling: the registry is held by process 7"]}),
    "an unexpected error": (broken, {**CRASHED, "failed": ["reconciling: RecursionError: too deep"]}),
}


@pytest.mark.parametrize(("reconciled", "findings"), ENDS.values(), ids=ENDS)
def test_the_final_report_has_the_result_of_reconciling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reconciled: Reconciled, findings: Mapping[str, Sequence[str]]
) -> None:
    def reconcile() -> Mapping[str, Sequence[str]]:
        assert read_recovery_report(tmp_path) == RecoveryReport(False, CRASHED), "the worker may start before"
        return reconciled()

    monkeypatch.setattr(orchestration, "get_client", lambda **_: nullcontext())
    monkeypatch.setattr(provisioning, "provision", lambda client: RecoveryReport(False, CRASHED))
    monkeypatch.setattr(provisioning, "reconcile", reconcile)
    provisioning.main(tmp_path)
    assert read_recovery_report(tmp_path) == RecoveryReport(True, findings)
