"""What waits for people, shown beside other things: a registry that cannot be read now is a line, not the end."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import ModelwardError
from modelward.cli.terminal import remark
from modelward.runs.waiting import Waiting, show_waiting, waiting_now

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class PendingSummary:
    """What waits, or why nobody can say."""

    found: list[Waiting] | None
    why_not: str = ""


def pending_summary() -> PendingSummary:
    """What waits now, as far as the registry of this home can be read soon."""
    try:
        return PendingSummary(waiting_now(PATIENCE_SECONDS))
    except Exception as error:  # noqa: BLE001 – it is only shown, and what it is shown beside goes on
        return PendingSummary(
            None, error.what if isinstance(error, ModelwardError) else f"{type(error).__name__}: {error}"
        )


def show_pending_summary(seen: PendingSummary) -> None:
    """On the terminal."""
    if seen.found is None:
        remark(f"what waits for people cannot be read now: {seen.why_not}")
    else:
        show_waiting(seen.found)
