"""A delivery channel that records what it delivers, in place of a webhook or a mail server."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.notices.outbox import Notice, QueuedNotice


@dataclass
class RecordingChannel:
    """A channel that records the receivers of what it delivers, and fails as configured."""

    name: str = "noted"
    breaks: list[Exception] = field(default_factory=list)
    only: str = ""
    receivers: list[str] = field(default_factory=list)
    former_name: str = ""

    def reaches(self, notice: Notice) -> bool:
        return self.only in ("", notice.to)

    def deliver(self, queued: QueuedNotice) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        self.receivers.append(queued.notice.to)
