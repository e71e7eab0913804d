"""Channels from the settings: none by default; an invalid setting is refused with its name and without its secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import ConfigurationError
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.webhook import Webhook
from data.settings import Settings, read_settings

SECRET = "hunter2-hunter2-hunter2"
HOOK = {
    "notice_webhooks": "https://hooks.example.org/a, https://hooks.example.org/b",
    "notice_webhook_hosts": "hooks.example.org",
    "notice_webhook_secret": SECRET,
}
MARK = re.compile(r"\b[0-9a-f]{8}$")


def settings(tmp_path: Path, **values: str) -> Settings:
    environment = {f"MODELWARD_{name.upper()}": value for name, value in values.items()}
    return read_settings(environment, tmp_path / "none.toml")


def test_by_default_there_is_no_channel(tmp_path: Path) -> None:
    assert channels_of(settings(tmp_path), {}) == []
    assert days_of(settings(tmp_path)) == 7


def test_each_setting_creates_its_channels(tmp_path: Path) -> None:
    values = {**HOOK, "notice_mail": "mailtos://me:pw@smtp.example.org", "notice_channels": "json://a/x jsons://b/y"}
    assert [MARK.sub("#", one.name) for one in channels_of(settings(tmp_path, **values), {})] == [
        "webhook hooks.example.org #", "webhook hooks.example.org #", "mail smtp.example.org",
        "channel json #", "channel jsons #",
    ]  # fmt: skip


def test_channel_names_are_unique_and_independent_of_the_order(tmp_path: Path) -> None:
    hooks, channels = HOOK["notice_webhooks"].split(", "), ["json://a/x", "json://a/y"]

    def names(step: int) -> list[str]:
        values = {**HOOK, "notice_webhooks": " ".join(hooks[::step]), "notice_channels": " ".join(channels[::step])}
        return [one.name for one in channels_of(settings(tmp_path, **values), {})]

    assert len(set(names(1))) == 4
    assert set(names(1)) == set(names(-1))


def test_the_secret_can_be_in_a_file_and_private_networks_can_be_allowed(tmp_path: Path) -> None:
    for name in ("secret", "ca.pem"):
        (tmp_path / name).write_text(f"{SECRET}\n")
    values = {**HOOK, "notice_webhook_secret": "", "notice_webhook_secret_file": str(tmp_path / "secret")}
    values |= {"notice_webhook_networks": "10.1.0.0/16 fd00::/8", "notice_webhook_ca": str(tmp_path / "ca.pem")}
    assert len(channels_of(settings(tmp_path, **values), {})) == 2


def test_a_byte_order_mark_is_no_part_of_the_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", "utf-8-sig")
    values = {**HOOK, "notice_webhook_secret": "", "notice_webhook_secret_file": str(tmp_path / "secret")}
    (marked, *_), (plain, *_) = (channels_of(settings(tmp_path, **one), {}) for one in (values, HOOK))
    assert isinstance(marked, Webhook)
    assert isinstance(plain, Webhook)
    assert marked.secret == plain.secret == SECRET


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "a webhook that is not https": ({**HOOK, "notice_webhooks": "http://hooks.example.org/"}, "is not https"),
    "a host that was not named": ({**HOOK, "notice_webhook_hosts": ""}, "is not allowed"),
    "a webhook without a secret": ({**HOOK, "notice_webhook_secret": ""}, "secret is missing or shorter"),
    "a short secret": ({**HOOK, "notice_webhook_secret": "hunter2"}, "secret is missing or shorter"),
    "a secret's file that is not there": (
        {**HOOK, "notice_webhook_secret": "", "notice_webhook_secret_file": "/nowhere"}, "cannot be read"
    ),
    "certificates that are not there": ({**HOOK, "notice_webhook_ca": "/nowhere"}, "which is not a file"),
    "a network that is none": ({**HOOK, "notice_webhook_networks": "10.1"}, "notice_webhook_networks contains"),
    "a mail server that is none": ({"notice_mail": f"https://me:{SECRET}@x"}, "notice_mail is not the address"),
    "a mail server without a host": ({"notice_mail": "mailto://"}, "the address of notice_mail"),
    "a channel nobody knows": ({"notice_channels": f"nothing://{SECRET}"}, "channel 1 of notice_channels"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_configuration_is_refused_with(case: tuple[dict[str, str], str], tmp_path: Path) -> None:
    values, words = case
    with pytest.raises(ConfigurationError, match=words) as refused:
        channels_of(settings(tmp_path, **values), {})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("days", ["0", "31", "-1", "a week", "1.5", "²"])
def test_an_invalid_number_of_days_is_refused(days: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="notice_days"):
        days_of(settings(tmp_path, notice_days=days))


def test_no_secret_is_shown(tmp_path: Path) -> None:
    values = {**HOOK, "notice_mail": f"mailtos://me:{SECRET}@smtp.example.org", "notice_channels": f"json://{SECRET}"}
    assert SECRET not in str([one.shown for one in settings(tmp_path, **values).settings])
