"""A channel that reads every notice: any service that apprise knows, by its apprise address."""

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
    """One channel. Its address holds its key, so that messages call it by its kind and a mark only."""

    address: str = field(repr=False)
    number: int = 1

    @property
    def name(self) -> str:
        """`channel slack 1f8a04c2`."""
        return f"channel {urlsplit(self.address).scheme} {mark_of(self.address)}"

    @property
    def former_name(self) -> str:
        """By the place in the settings: `channel 2 (slack)`."""
        return f"channel {self.number} ({urlsplit(self.address).scheme})"

    def reaches(self, notice: Notice) -> bool:
        """It is sent everything."""
        return True

    def carry(self, parcel: QueuedNotice) -> None:
        """Hand it to the service; whom it is to is said, and nothing in it links, mentions or formats."""
        text = f"To: {silenced(one_line(parcel.notice.to))}\n\n{for_chat(body(parcel.notice))}"
        send(self.name, self.address, for_chat(subject(parcel.notice)), text)


def send(name: str, address: str, title: str, text: str) -> None:
    """Send plain text through apprise, within seconds. Raises DeliveryError, which never holds the address."""
    import apprise

    service = instance(name, address)
    service.socket_connect_timeout = service.socket_read_timeout = SECONDS
    post = apprise.Apprise()
    post.add(service)
    try:
        taken = post.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    except (OSError, TypeError) as error:
        raise DeliveryError(f"{name} did not take the notice: {type(error).__name__}") from None
    if not taken:
        raise DeliveryError(f"{name} did not take the notice", "check its address, server and login in the settings")


def instance(name: str, address: str) -> NotifyBase:
    """The service behind an apprise address. Raises ConfigurationError for one that apprise does not know."""
    import apprise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # apprise imports every service, some by old modules
        service = apprise.Apprise.instantiate(address, asset=apprise.AppriseAsset(storage_mode="memory"))
    if not isinstance(service, apprise.NotifyBase):
        raise ConfigurationError(
            f"{name} has an address that apprise does not know", "write it as apprise documents it"
        )
    return service
