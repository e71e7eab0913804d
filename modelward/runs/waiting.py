"""What waits for people: requests for a decision, and versions for a validator's conclusion. Prefect is not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from data.records.approval import ApprovalRequest
    from data.records.review import VerdictSet
    from data.registry.state import State


@dataclass(frozen=True)
class Waiting:
    """A question that is open: about what, until when, which roles it still needs, and who holds them."""

    about: str
    purpose: str
    until: datetime | None
    needs: str
    people: tuple[str, ...]


def missing_roles(state: State, request: ApprovalRequest) -> dict[str, int]:
    """By role, how many have still to decide on a request; nothing for one that is closed."""
    from data.registry.approvals import lacking
    from data.registry.rules.approval import standing_votes

    if request.state != "pending":
        return {}
    return {role.value: count for role, count in lacking(request.required, standing_votes(state, request)).items()}


def unconcluded(state: State) -> list[VerdictSet]:
    """Verdict sets that cleared a version for a validator who has not concluded; asked of the standard each time."""
    from data.records.model import Model
    from data.records.review import VerdictSet
    from data.records.version import ReviewState, Version

    waiting = []
    for version in state.find(Version, review_state=ReviewState.ASSESSED.value):
        sets = [one for one in state.find(VerdictSet, version=version.key) if one.stage == "assess"]
        model = state.need(Model, version.model)
        if sets and sets[-1].cleared and _wants_validator(state, model, version.change.change_class, sets[-1]):
            waiting.append(sets[-1])
    return waiting


def _wants_validator(state: State, model: Any, change_class: str, verdicts: VerdictSet) -> bool:
    from data.errors import ModelwardError
    from gates.standard import approvals_for
    from tasks.run.load_standards import standards_of

    try:
        first = standards_of(state, model, verdicts.standards).first
        return approvals_for(first, model.tier, change_class, verdicts.environment or "production").validator
    except ModelwardError:
        return True


def waiting(state: State, now: datetime) -> list[Waiting]:
    """Everything that waits for people."""
    from data.queries.lookup import reference
    from data.records.version import Version
    from data.registry.eligible_approvers import eligible_approvers, open_requests, validators

    found = []
    for one in open_requests(state):
        needs = ", ".join(f"{count} × {role}" for role, count in missing_roles(state, one).items())
        people = tuple(dict.fromkeys(who.person for who in eligible_approvers(state, one, now)))
        found.append(Waiting(reference(one.key), one.purpose, one.expires_at, needs, people))
    for cleared in unconcluded(state):
        people = validators(state, state.need(Version, cleared.version), now)
        found.append(Waiting(reference(cleared.version), "validate", None, "1 × validator", people))
    return found


def waiting_now(longest: float | None = None) -> list[Waiting]:
    """The same, of the registry of this home, at its own time; it is waited for, at most `longest` seconds."""
    from data.registry.registry import Registry
    from data.registry.registry_time import registry_time
    from data.registry.state import State

    store = Registry.here().store
    store.wait_seconds = store.wait_seconds if longest is None else min(longest, store.wait_seconds)
    with store.reading() as connection:
        return waiting(State(connection), registry_time(connection).now)


def show_waiting(found: Sequence[Waiting]) -> None:
    """What waits, what it still needs, and who could give that."""
    from modelward.cli.terminal import say, show_table

    rows = [(one.about, one.purpose, one.until, one.needs, one.people or "nobody") for one in found]
    columns = ("waits", "for", "until", "still needs", "who could")
    show_table(columns, rows, "nothing waits for anybody", whole=3)
    if rows:
        say("→ they answer in the Prefect UI, or with `modelward approvals answer`")
