"""The supervisor alone: its processes are stand-ins that take no time, so that anything can go wrong at any moment."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.errors import SupervisorError
from data.files.home import Home
from data.settings import read_settings
from modelward.supervisor import supervisor
from modelward.supervisor.child_process import ProcessSpec
from modelward.supervisor.instance_lock import SupervisorStatus, account_file, read_account, residence, resident
from modelward.supervisor.prefect_environment import MARK
from modelward.supervisor.process_discovery import marked, part_of
from modelward.supervisor.process_specs import EVIDENCE, PROVISIONING, SERVER, WORKER, ProcessSpecs
from modelward.supervisor.recovery_report import RecoveryReport, leftovers_file, read_leftovers, write_leftovers
from modelward.supervisor.supervisor import Interrupted, Supervisor
from tests.standing_house import until

ANSWERING = """
import json, sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200), self.end_headers(), self.wfile.write(b"{}")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        heard = [{"last_heartbeat_time": datetime.now(UTC).isoformat()}]
        self.send_response(200), self.end_headers(), self.wfile.write(json.dumps(heard).encode())
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
ASLEEP = "import time; time.sleep(600)"
FURNISHED = '{"whole": false, "told": {"crashed": ["run a was marked crashed"]}}'
WHOLE = '{"whole": true, "told": {"operations": ["the deploy was undone"]}}'
FURNISHES = "import os, pathlib, sys; part = pathlib.Path(sys.argv[1] + '.part')"
WRITES = "; part.write_text({!r}); part.replace(sys.argv[1])"
DOES: dict[str, str] = {
    "all": FURNISHES + WRITES.format(WHOLE),
    "dies before": "raise SystemExit('the pool is broken')",
    "dies after": FURNISHES + WRITES.format(FURNISHED) + "; sys.exit(1)",
    "takes long": FURNISHES + WRITES.format(FURNISHED) + "; " + ASLEEP,
}


@pytest.fixture
def furnishes(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The one who furnishes does this; the others answer whatever they are asked, the worker nothing."""

    def does(what: str) -> None:
        def role(self: ProcessSpecs, name: str, module: str, *arguments: str) -> ProcessSpec:
            code = {PROVISIONING: DOES[what], WORKER: ASLEEP}.get(name, ANSWERING)
            told = str(leftovers_file(self.folder)) if name == PROVISIONING else arguments[-1]
            environment = {**self.environment, MARK: part_of(self.mark, name)}
            return ProcessSpec(name, (sys.executable, "-c", code, told), environment, self.folder, self.log(name))

        monkeypatch.setattr(ProcessSpecs, "_python", role)

    does("all")
    return does


class Kept:
    """A house whose words are kept."""

    def __init__(self) -> None:
        self.folder, self.said = Home.here().up, list[str]()
        ports = {"MODELWARD_PREFECT_PORT": "0", "MODELWARD_EVIDENCE_PORT": "0"}
        settings = read_settings({"MODELWARD_HOME": str(Home.here().root), **ports}, Path("none"))
        self.house = Supervisor(settings, self.folder, self.said.append)

    @property
    def account(self) -> SupervisorStatus:
        account = read_account(self.folder)
        assert account is not None
        return account


@pytest.fixture
def kept(home: Path, furnishes: object) -> Kept:
    return Kept()


def test_it_comes_up_with_what_was_found_and_ends_without_a_trace(kept: Kept) -> None:
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        assert (kept.account.stage, set(kept.account.tenants)) == ("ready", {SERVER, WORKER, EVIDENCE})
        assert kept.house.leftovers().lines() == ["operations: the deploy was undone"]
        assert resident(kept.folder) == kept.house.account
    assert (marked(kept.house.account.mark), account_file(kept.folder).exists()) == ([], False)


def test_the_worker_starts_only_when_everything_is_furnished(
    kept: Kept, furnishes: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    furnishes("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    started: list[str] = []
    start = Supervisor._start

    def watched(self: Supervisor, role: ProcessSpec) -> None:
        started.append(f"{role.name} furnished" if leftovers_file(kept.folder).exists() else role.name)
        start(self, role)

    monkeypatch.setattr(Supervisor, "_start", watched)
    write_leftovers_of_yesterday(kept)
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
    assert started == ["server", "furnishing", "evidence", "worker furnished"]


def write_leftovers_of_yesterday(kept: Kept) -> None:
    kept.folder.mkdir()
    write_leftovers(kept.folder, RecoveryReport(whole=True))


def test_reconciling_that_takes_long_keeps_nobody_from_being_up_and_is_told_when_it_ends(
    kept: Kept, furnishes: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    furnishes("takes long")
    monkeypatch.setattr(supervisor, "RECONCILING_SECONDS", 0.2)
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        told = kept.house.leftovers()
        assert (told.whole, told.lines()) == (False, ["crashed: run a was marked crashed"])
        write_leftovers(kept.folder, RecoveryReport(True, {**told.told, "operations": ["the deploy was undone"]}))
        os.kill(kept.account.tenants[PROVISIONING].pid, signal.SIGTERM)
        in_a_moment(lambda: "operations: the deploy was undone" in kept.said)
        kept.house.keep_up(told)
    assert kept.said == ["operations: the deploy was undone"]


def in_a_moment(is_so: Callable[[], bool]) -> None:
    """Ctrl-C, once it is so."""

    def watch() -> None:
        until(is_so)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch).start()


def test_reconciling_that_dies_is_a_failure_that_is_told_and_the_house_stays(
    kept: Kept, furnishes: Callable[[str], None]
) -> None:
    furnishes("dies after")
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        crashed, failed = kept.house.leftovers().lines()
        assert crashed == "crashed: run a was marked crashed"
        assert failed.startswith("failed: reconciling ended before it was done, see ")


def test_without_a_furnished_server_nothing_comes_up(kept: Kept, furnishes: Callable[[str], None]) -> None:
    furnishes("dies before")
    with (
        pytest.raises(SupervisorError, match="(?s)the furnishing ended with 1 while starting.*the pool is broken"),
        residence(kept.folder),
        kept.house.until_asked_to_end(),
    ):
        kept.house.open()
    assert marked(kept.house.account.mark) == []


def test_what_does_not_come_up_in_time_is_named_with_the_logs(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(supervisor, "answers", lambda url: False)
    with (
        pytest.raises(SupervisorError, match=f"the Prefect server did not come up in 0 s, see {kept.folder / 'logs'}"),
        residence(kept.folder),
        kept.house.until_asked_to_end(),
    ):
        kept.house.open()
    assert marked(kept.house.account.mark) == []


def test_somebody_may_ask_for_the_end_while_it_comes_up(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "answers", lambda url: bool(os.kill(os.getpid(), signal.SIGTERM)))
    with pytest.raises(Interrupted), residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
    assert marked(kept.house.account.mark) == []


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_keeps_nothing_from_being_ended(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        monkeypatch.setattr(supervisor, "write_account", full)
    assert marked(kept.house.account.mark) == []
    assert kept.said == ["what runs could not be written down: No space left on device"]


def test_what_a_full_disk_kept_from_being_written_is_written_when_there_is_room(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        with monkeypatch.context() as here:
            here.setattr(supervisor, "write_account", full)
            os.kill(kept.account.tenants[WORKER].pid, signal.SIGKILL)
            in_a_moment(lambda: len(kept.said) == 2)
            kept.house.keep_up(kept.house.leftovers())
            kept.house._ended = False
        assert kept.account.tenants[WORKER].restarts == 0
        in_a_moment(lambda: kept.account.tenants[WORKER].restarts == 1)
        kept.house.keep_up(kept.house.leftovers())
    assert len(kept.said) == 2, "a fault that lasts is told once"


def test_where_nothing_can_be_written_nothing_is_started(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "write_account", full)
    with (
        pytest.raises(SupervisorError, match="cannot be written: .*No space left") as refused,
        residence(kept.folder),
        kept.house.until_asked_to_end(),
    ):
        kept.house.open()
    assert "make room" in refused.value.remedy
    assert not (kept.folder / "logs").exists()


def test_a_terminal_that_is_gone_keeps_nothing_from_being_started_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept.house, "_speak", full)
    with residence(kept.folder), kept.house.until_asked_to_end():
        kept.house.open()
        os.kill(kept.account.tenants[WORKER].pid, signal.SIGKILL)
        in_a_moment(lambda: kept.account.tenants[WORKER].restarts == 1)
        kept.house.keep_up(kept.house.leftovers())


def test_what_was_left_is_read_back_and_garbage_is_nothing(tmp_path: Path) -> None:
    assert read_leftovers(tmp_path) is None
    write_leftovers(tmp_path, RecoveryReport(False, {"missed": ["a", "b"]}))
    found = read_leftovers(tmp_path)
    assert found is not None
    assert found.and_failed("no").lines(but=found) == ["failed: no"]
    for content in ("", "[]", json.dumps({"other": 1})):
        leftovers_file(tmp_path).write_text(content)
        assert read_leftovers(tmp_path) is None
