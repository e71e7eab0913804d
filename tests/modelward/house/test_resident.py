"""One `up` a home, whatever became of the last one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import AlreadyUpError
from data.home import Home
from modelward.house.resident import (
    Account,
    Tenant,
    account_file,
    is_held,
    read_account,
    residence,
    resident,
    write_account,
)
from modelward.running_server import running
from tests.standing_house import until

ACCOUNT = Account(
    pid=4242,
    since="2026-03-01T09:00:00.000000Z",
    stage="ready",
    mark="m" * 32,
    api_url="http://127.0.0.1:4200/api",
    ui_url="http://127.0.0.1:4200/v2",
    evidence_url="http://127.0.0.1:4290",
    tenants={"worker": Tenant(4243, "2026-03-01T09:00:01.000000Z", restarts=2, last_exit=-9)},
)
HOLDER = """
import sys, time
from pathlib import Path
from modelward.house.resident import residence
with residence(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_what_an_up_writes_is_read_back(tmp_path: Path) -> None:
    write_account(tmp_path, ACCOUNT)
    assert read_account(tmp_path) == ACCOUNT


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"tenants": {}}', '{"tenants": {"worker": 1}}', "\x00"])
def test_what_is_no_account_is_none(content: str, tmp_path: Path) -> None:
    account_file(tmp_path).write_text(content)
    assert read_account(tmp_path) is None


def test_an_account_without_a_holder_is_stale_whoever_has_its_process_id_now(tmp_path: Path) -> None:
    write_account(tmp_path, replace(ACCOUNT, pid=os.getpid()))
    assert (is_held(tmp_path), resident(tmp_path)) == (False, None)


def test_a_second_one_is_told_who_holds_it_and_since_when(tmp_path: Path) -> None:
    with residence(tmp_path):
        write_account(tmp_path, ACCOUNT)
        assert resident(tmp_path) == ACCOUNT
        second = residence(tmp_path)
        with pytest.raises(AlreadyUpError, match="as process 4242 since 2026-03-01 09:00:00 UTC") as refused, second:
            raise AssertionError("two hold it")
        assert "modelward down" in refused.value.remedy
        assert ACCOUNT.ui_url in refused.value.what
    assert (is_held(tmp_path), account_file(tmp_path).exists()) == (False, False)


def test_one_that_is_killed_lets_go_and_leaves_its_account(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    write_account(tmp_path, ACCOUNT)
    assert is_held(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    until(lambda: not is_held(tmp_path))
    assert read_account(tmp_path) == ACCOUNT


def test_other_commands_use_only_a_house_that_is_ready(home: Path) -> None:
    folder = Home(home).up
    assert running() is None
    with residence(folder):
        for stage in ("starting", "stopping"):
            write_account(folder, replace(ACCOUNT, stage=stage))
            assert running() is None
        write_account(folder, ACCOUNT)
        house = running()
        assert house is not None
        assert house.run_page("some-id") == "http://127.0.0.1:4200/v2/runs/flow-run/some-id"
