"""Notices on the command line: list them, deliver them, and test the delivery channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.notices.outbox import Notice, Outbox
from tests.delivery_servers import HOST, HttpsServer, answering, https_server, mail_server
from tests.modelward.conftest import Cli
from tests.world import World

SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture
def queued(world: World) -> World:
    """A world with one notice in the outbox, written to alma an hour ago."""
    notice = Notice(kind="approval", to="alma", about="x", title="decide", text="now")
    Outbox(world.home.outbox).write(notice, datetime.now(UTC) - timedelta(hours=1))
    return world


def test_without_a_delivery_channel_notices_stay_in_the_outbox(queued: World, cli: Cli) -> None:
    assert "no delivery channel is set" in cli("notices", "send").out
    assert "no delivery channel is set" in cli("notices", "test", "--by", "alma").out
    (line,) = [line for line in cli("notices", "list").out.splitlines() if "alma" in line]
    assert line.split()[2:] == ["alma", "approval", "outbox", "only", "decide"]
    assert cli("notices", "list", "--to", "nobody").out == "there is no notice\n"


def test_the_notices_are_listed_page_by_page_the_latest_first(queued: World, cli: Cli) -> None:
    later = Notice(kind="approval", to="alma", about="x", title="decide soon", text="now")
    Outbox(queued.home.outbox).write(later, datetime.now(UTC))
    pages = [cli("notices", "list", "--last", "1", "--page", str(page), "--json").json for page in (1, 2, 3)]
    assert [[one["title"] for one in page] for page in pages] == [["decide soon"], ["decide"], []]


def test_a_mail_is_sent_once_and_listed_as_delivered(queued: World, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as server:
        address = f"mailto://127.0.0.1:{server.port}?from=modelward@example.org&mode=insecure"
        monkeypatch.setenv("MODELWARD_NOTICE_MAIL", address)
        result = cli("notices", "send")
        assert (result.code, result.out) == (0, "mail 127.0.0.1: alma: decide: delivered\n")
        assert cli("notices", "send").out == "no notice is queued for delivery\n"
        assert cli("notices", "test", "--by", "olga").out == "mail 127.0.0.1: delivered\n"
    assert [receivers for _, receivers, _ in server.mails] == [["<alma@example.org>"], ["<olga@example.org>"]]
    assert cli("notices", "list", "--json").json[0]["carried"]["mail 127.0.0.1"]["state"] == "delivered"


def test_a_failed_delivery_is_reported_and_stays_queued(
    queued: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        port = server.port
    monkeypatch.setenv(
        "MODELWARD_NOTICE_MAIL", f"mailto://me:{SECRET}@127.0.0.1:{port}?from=a@example.org&mode=insecure"
    )
    result = cli("notices", "send")
    assert (result.code, "waiting: mail 127.0.0.1 did not accept the notice" in result.out) == (3, True)
    listed = cli("notices", "list").out
    assert "waiting (tried 1×, next at" in listed
    assert cli("notices", "test", "--by", "alma").code == 3
    assert SECRET not in result.out + listed + cli("config", "show").out + cli("doctor").out
    assert cli("doctor", "--json").code == 0


def to_webhooks(monkeypatch: pytest.MonkeyPatch, server: HttpsServer, *paths: str) -> None:
    """Set these paths of a test server as webhooks, and its host as the only allowed one."""
    for name, value in {
        "webhooks": " ".join(f"https://{HOST}:{server.port}/{path}" for path in paths),
        "webhook_hosts": HOST,
        "webhook_networks": "127.0.0.0/8",
        "webhook_secret": SECRET,
        "webhook_ca": str(server.authority),
    }.items():
        monkeypatch.setenv(f"MODELWARD_NOTICE_{name.upper()}", value)


def test_a_webhook_gets_each_queued_notice(
    queued: World, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.notices.channels.address_guard.resolved", lambda host, port: ["127.0.0.1"])
    with https_server(tmp_path / "server", answering("204 No Content")) as server:
        to_webhooks(monkeypatch, server, "in")
        assert cli("notices", "send", "--json").json[0]["carrier"].startswith(f"webhook {HOST}:{server.port} ")
        assert len(server.requests) == 1


def test_two_webhooks_on_one_host_both_get_every_notice_and_every_test(
    queued: World, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.notices.channels.address_guard.resolved", lambda host, port: ["127.0.0.1"])
    with https_server(tmp_path / "server", answering("204 No Content")) as server:
        to_webhooks(monkeypatch, server, "team-a", "team-b")
        assert len(cli("notices", "send", "--json").json) == 2
        assert list(cli("notices", "test", "--by", "alma", "--json").json.values()) == ["", ""]
        paths = [headers[""].split()[1] for headers, _ in server.requests]
        assert paths == ["/team-a", "/team-b"] * 2
        assert cli("notices", "send").out == "no notice is queued for delivery\n"


def test_an_invalid_setting_is_a_configuration_error(queued: World, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_NOTICE_WEBHOOKS", "http://hooks.example.org/in")
    result = cli("notices", "send")
    assert (result.code, "is not https" in result.err) == (2, True)
    assert "configuration" in {one["name"] for one in cli("doctor", "--json").json if one["state"] == "fail"}


def test_an_unreadable_file_is_reported_and_hides_no_notice(
    queued: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (queued.home.outbox / "99991231T000000000000Z-note.json").write_text("{}")
    listed = cli("notices", "list")
    assert ("alma" in listed.out, "99991231T000000000000Z-note.json cannot be read" in listed.err) == (True, True)
    assert [one["to"] for one in cli("notices", "list", "--json").json] == ["alma"]
    found = {one["name"]: one for one in cli("doctor", "--json").json}
    assert (found["outbox"]["state"], found["notices"]["state"]) == ("warn", "ok")
    with mail_server() as server:
        monkeypatch.setenv(
            "MODELWARD_NOTICE_MAIL", f"mailto://127.0.0.1:{server.port}?from=a@example.org&mode=insecure"
        )
        result = cli("notices", "send")
    assert (result.code, "delivered" in result.out, "cannot be read" in result.err) == (3, True, True)
