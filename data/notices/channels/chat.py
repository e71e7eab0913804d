"""The chat channel, which receives every notice: any service that apprise supports, given by its apprise address."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.errors import ConfigurationError, DeliveryError
from data.notices.channels.channel import mark_of
from data.notices.channels.message_text import body, for_chat, silenced, subject
from data.notices.outbox import Notice, QueuedNotice
from data.text.untrusted_text import one_line

if TYPE_CHECKING:
    from apprise import NotifyBase

SECONDS = 10


@dataclass(frozen=True)
class ChatChannel:
    """One chat channel. Its address contains a key, so messages show only the kind of service and a mark."""

    address: str = field(repr=False)
    number: int = 1

    @property
    def name(self) -> str:
        """The kind of service and a mark of the address, such as `channel slack 1f8a04c2`."""
        return f"channel {urlsplit(self.address).scheme} {mark_of(self.address)}"

    @property
    def former_name(self) -> str:
        """The name by position in the settings, such as `channel 2 (slack)`."""
        return f"channel {self.number} ({urlsplit(self.address).scheme})"

    def reaches(self, notice: Notice) -> bool:
        """Return True: a chat channel receives every notice."""
        return True

    def deliver(self, queued: QueuedNotice) -> None:
        """Send the notice with its receiver; its text cannot link, mention or format. Raises DeliveryError."""
        text = f"To: {silenced(one_line(queued.notice.to))}\n\n{for_chat(body(queued.notice))}"
        send(self.name, self.address, for_chat(subject(queued.notice)), text)


def send(name: str, address: str, title: str, text: str) -> None:
    """Send plain text through apprise within seconds. Raises DeliveryError, whose message never contains the
    address."""
    import apprise

    service = instance(name, address)
    service.socket_connect_timeout = service.socket_read_timeout = SECONDS
    sender = apprise.Apprise()
    sender.add(service)
    try:
        accepted = sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    except (OSError, TypeError) as error:
        raise DeliveryError(f"{name} did not accept the notice: {type(error).__name__}") from None
    if not accepted:
        what = f"{name} did not accept the notice"
        raise DeliveryError(what, "check the address, the server and the login in the settings")


def instance(name: str, address: str) -> NotifyBase:
    """Return the service of an apprise address. Raises ConfigurationError when apprise does not support it."""
    import apprise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # apprise imports every service, some by old modules
        service = apprise.Apprise.instantiate(address, asset=apprise.AppriseAsset(storage_mode="memory"))
    if not isinstance(service, apprise.NotifyBase):
        raise ConfigurationError(
            f"the address of {name} is not supported by apprise", "write it as the documentation of apprise says"
        )
    return service
