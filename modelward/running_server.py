"""The house that `modelward up` keeps for this home, as other commands find it: its addresses, if it is ready."""

from __future__ import annotations

from dataclasses import dataclass

from data.home import Home
from modelward.house.resident import resident


@dataclass(frozen=True)
class Running:
    """A house that answers."""

    pid: int
    since: str
    api_url: str
    ui_url: str
    evidence_url: str

    def run_page(self, run_id: object) -> str:
        """Where people look at a run."""
        return f"{self.ui_url}/runs/flow-run/{run_id}"


def running() -> Running | None:
    """The house of this home, or None: when there is none, or it is still starting or already stopping."""
    account = resident(Home.here().up)
    if account is None or account.stage != "ready":
        return None
    return Running(account.pid, account.since, account.api_url, account.ui_url, account.evidence_url)
