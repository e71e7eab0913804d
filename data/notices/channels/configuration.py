"""Creates the delivery channels that the settings configure; by default there is none."""

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
from data.text.file_text import read_file_text

MOST_DAYS = 30


def channels_of(settings: Settings, addresses: Mapping[str, str]) -> list[Channel]:
    """Return the configured webhooks, mail and chat channels, in this order. `addresses` are mailboxes by person id.

    Raises ConfigurationError for a setting that cannot be used; its message contains no secret.
    """
    found: list[Channel] = [_webhook(settings, url) for url in _listed(settings["notice_webhooks"])]
    if settings["notice_mail"]:
        if not settings["notice_mail"].startswith(("mailto://", "mailtos://")):
            what = "notice_mail is not the address of a mail server"
            raise ConfigurationError(what, "write it as mailtos://user:password@server")
        instance("notice_mail", settings["notice_mail"])
        found.append(Mail(settings["notice_mail"], addresses))
    for number, address in enumerate(settings["notice_channels"].split(), 1):
        instance(f"channel {number} of notice_channels", address)
        found.append(ChatChannel(address, number))
    return found


def days_of(settings: Settings) -> int:
    """Return the number of days for which delivery of a notice is tried, 1 to 30. Raises ConfigurationError."""
    text = settings["notice_days"]
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST_DAYS:
        what = f"notice_days is {text!r}, which is not a number from 1 to {MOST_DAYS}"
        raise ConfigurationError(what, f"set it to between 1 and {MOST_DAYS} days")
    return int(text)


def _webhook(settings: Settings, url: str) -> Webhook:
    target = target_of(url, _listed(settings["notice_webhook_hosts"]))
    secret = settings["notice_webhook_secret"] or _secret_in(settings["notice_webhook_secret_file"])
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"the webhook's secret is missing or shorter than {SHORTEST_SECRET} characters",
            "set MODELWARD_NOTICE_WEBHOOK_SECRET, or set notice_webhook_secret_file to a file with the secret",
        )
    authority = Path(settings["notice_webhook_ca"]).expanduser() if settings["notice_webhook_ca"] else None
    if authority is not None and not authority.is_file():
        what = f"notice_webhook_ca is {authority}, which is not a file"
        raise ConfigurationError(what, "set it to a file of CA certificates")
    return Webhook(target, secret, _networks(settings), authority)


def _networks(settings: Settings) -> tuple[Network, ...]:
    found = []
    for text in _listed(settings["notice_webhook_networks"]):
        try:
            found.append(ip_network(text))
        except ValueError as error:
            what = f"notice_webhook_networks contains {text!a}, which is not a network"
            raise ConfigurationError(what, "write a network as 10.1.0.0/16") from error
    return tuple(found)


def _secret_in(path: str) -> str:
    if not path:
        return ""
    file = Path(path).expanduser()
    try:
        return read_file_text(file).strip()
    except (OSError, UnicodeDecodeError) as error:
        what = f"the webhook's secret file {file} cannot be read"
        raise ConfigurationError(what, "make it a UTF-8 text file that this user can read") from error


def _listed(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]
