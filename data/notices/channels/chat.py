"""A chat channel that receives every notice: any service that apprise supports, by its apprise address."""

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
    """One chat channel. Its address holds a key, so messages name it by the kind of service and a mark only."""

    address: str = field(repr=False)
    number: int = 1

    @property
    def name(self) -> str:
        """`channel slack 1f8a04c2`."""
        return f"channel {urlsplit(self.address).scheme} {mark_of(self.address)}"

    @property
    def former_name(self) -> str:
        """Its name by its place in the settings: `channel 2 (slack)`."""
        return f"channel {self.number} ({urlsplit(self.address).scheme})"

    def reaches(self, notice: Notice) -> bool:
        """Always: a chat channel receives every notice."""
        return True

    def deliver(self, queued: QueuedNotice) -> None:
        """Send it to the service with its receiver; nothing in it links, mentions or formats. Raises DeliveryError."""
        text = f"To: {silenced(one_line(queued.notice.to))}\n\n{for_chat(body(queued.notice))}"
        send(self.name, self.address, for_chat(subject(queued.notice)), text)


def send(name: str, address: str, title: str, text: str) -> None:
    """Send plain text through apprise, within seconds. Raises DeliveryError, whose message never holds the address."""
    import apprise

    service = instance(name, address)
    service.socket_connect_timeout = service.socket_read_timeout = SECONDS
    sender = apprise.Apprise()
    sender.add(service)
    try:
        taken = sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    except (OSError, TypeError) as error:
        raise DeliveryError(f"{name} did not take the notice: {type(error).__name__}") from None
    if not taken:
        raise DeliveryError(f"{name} did not take the notice", "check its address, server and login in the settings")


def instance(name: str, address: str) -> NotifyBase:
    """The service of an apprise address. Raises ConfigurationError when apprise does not support it."""
    import apprise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # apprise imports every service, some by old modules
        service = apprise.Apprise.instantiate(address, asset=apprise.AppriseAsset(storage_mode="memory"))
    if not isinstance(service, apprise.NotifyBase):
        raise ConfigurationError(
            f"{name} has an address that apprise does not know", "write it as apprise documents it"
        )
    return service
