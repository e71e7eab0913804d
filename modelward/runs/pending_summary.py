"""Show what waits for people beside other output; if the registry cannot be read, print one line instead of failing."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import ModelwardError
from data.queries.paging import PageRequest, RowPage, page_of
from modelward.cli.terminal import remark
from modelward.runs.waiting import Waiting, show_waiting, waiting_now

PATIENCE_SECONDS = 5.0
MOST_SHOWN = 20
"""A summary shows at most so many questions; `modelward approvals list` has the others, page by page."""


@dataclass(frozen=True)
class PendingSummary:
    """The first open questions and their number, or the reason why the registry cannot be read (`why_not`)."""

    found: RowPage[Waiting] | None
    why_not: str = ""


NOTHING_PENDING = PendingSummary(page_of([], PageRequest(1, MOST_SHOWN)))


def pending_summary() -> PendingSummary:
    """Return what waits for people; wait for the registry of this home at most PATIENCE_SECONDS."""
    try:
        return PendingSummary(waiting_now(PATIENCE_SECONDS, PageRequest(1, MOST_SHOWN)))
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
