"""The channels that the settings name. By default there is none, and notices stay files in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from data.errors import ConfigurationError
from data.notices.channels.address_guard import Network, target_of
from data.notices.channels.channel import Channel
from data.notices.channels.chat import ChatChannel, instance
from data.notices.channels.mail import Mail
from data.notices.channels.signature import SHORTEST_SECRET
from data.notices.channels.webhook import Webhook
from data.settings import Settings

MOST_DAYS = 30


def channels_of(settings: Settings, addresses: Mapping[str, str]) -> list[Channel]:
    """Webhooks, mail and chat channels that are set, in this order. `addresses` are people's mailboxes by id.

    Raises ConfigurationError for a setting that cannot be used; its message holds no secret.
    """
    found: list[Channel] = [_webhook(settings, url) for url in _listed(settings["notice_webhooks"])]
    if settings["notice_mail"]:
        if not settings["notice_mail"].startswith(("mailto://", "mailtos://")):
            raise ConfigurationError("notice_mail is no mail server", "write it as mailtos://user:password@server")
        instance("notice_mail", settings["notice_mail"])
        found.append(Mail(settings["notice_mail"], addresses))
    for number, address in enumerate(settings["notice_channels"].split(), 1):
        instance(f"channel {number} of notice_channels", address)
        found.append(ChatChannel(address, number))
    return found


def days_of(settings: Settings) -> int:
    """The number of days for which a delivery is tried, 1 to 30. Raises ConfigurationError."""
    text = settings["notice_days"]
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST_DAYS:
        raise ConfigurationError(f"notice_days is {text!r}", f"set it to between 1 and {MOST_DAYS} days")
    return int(text)


def _webhook(settings: Settings, url: str) -> Webhook:
    target = target_of(url, _listed(settings["notice_webhook_hosts"]))
    secret = settings["notice_webhook_secret"] or _secret_in(settings["notice_webhook_secret_file"])
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"the webhook's secret is missing or shorter than {SHORTEST_SECRET} characters",
            "set MODELWARD_NOTICE_WEBHOOK_SECRET, or name its file in notice_webhook_secret_file",
        )
    authority = Path(settings["notice_webhook_ca"]).expanduser() if settings["notice_webhook_ca"] else None
    if authority is not None and not authority.is_file():
        raise ConfigurationError(f"notice_webhook_ca names {authority}, where no file is", "name one")
    return Webhook(target, secret, _networks(settings), authority)


def _networks(settings: Settings) -> tuple[Network, ...]:
    found = []
    for text in _listed(settings["notice_webhook_networks"]):
        try:
            found.append(ip_network(text))
        except ValueError as error:
            raise ConfigurationError(f"notice_webhook_networks names {text!a}", "write it as 10.1.0.0/16") from error
    return tuple(found)


def _secret_in(path: str) -> str:
    if not path:
        return ""
    file = Path(path).expanduser()
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the webhook's secret at {file} cannot be read", "make it readable, 0600") from error


def _listed(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]
