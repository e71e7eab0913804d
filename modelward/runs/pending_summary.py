"""Show what waits for people beside other output; if the registry cannot be read, print one line instead of failing."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import ModelwardError
from modelward.cli.terminal import remark
from modelward.runs.waiting import Waiting, show_waiting, waiting_now

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class PendingSummary:
    """The open questions, or the reason why the registry cannot be read (`why_not`)."""

    found: list[Waiting] | None
    why_not: str = ""


def pending_summary() -> PendingSummary:
    """Return what waits for people; wait for the registry of this home at most PATIENCE_SECONDS."""
    try:
        return PendingSummary(waiting_now(PATIENCE_SECONDS))
    except Exception as error:  # noqa: BLE001 – the summary must not end the command
        return PendingSummary(
            None, error.what if isinstance(error, ModelwardError) else f"{type(error).__name__}: {error}"
        )


def show_pending_summary(seen: PendingSummary) -> None:
    """Print what waits for people, or why it cannot be read."""
    if seen.found is None:
        remark(f"what waits for people cannot be read now: {seen.why_not}")
    else:
        show_waiting(seen.found)
