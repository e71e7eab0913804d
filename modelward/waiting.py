"""What waits for people: requests for a decision, and versions for a validator's conclusion. Prefect is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data.records.approval import ApprovalRequest
    from data.records.review import VerdictSet
    from data.state import State


def missing_roles(state: State, request: ApprovalRequest) -> dict[str, int]:
    """By role, how many have still to decide on a request; nothing for one that is closed."""
    from data.approvals import lacking
    from data.records.approval import Vote

    if request.state != "pending":
        return {}
    votes = state.find(Vote, request=request.key)
    return {role.value: count for role, count in lacking(request.required, votes).items()}


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
    from tasks.load_standards import standards_of

    try:
        first = standards_of(state, model, verdicts.standards).first
        return approvals_for(first, model.tier, change_class, verdicts.environment or "production").validator
    except ModelwardError:
        return True


def show_waiting() -> None:
    """What waits and whom it still needs, as the registry has it."""
    from data.lookup import reference
    from data.records.approval import ApprovalRequest
    from data.registry import Registry
    from modelward.terminal import say, show_table

    with Registry.here().reading() as state:
        pending = state.find(ApprovalRequest, state="pending")
        missing = [missing_roles(state, one) for one in pending]
        waiting = unconcluded(state)
    rows: list[tuple[object, ...]] = [
        (reference(one.key), one.purpose, one.expires_at, ", ".join(f"{n} × {role}" for role, n in needs.items()))
        for one, needs in zip(pending, missing, strict=True)
    ]
    rows += [(reference(one.version), "validate", None, "1 × validator") for one in waiting]
    show_table(("waits", "for", "until", "still needs"), rows, "nothing waits for anybody", whole=3)
    if rows:
        say("→ answer in the Prefect UI, or with `modelward approvals answer`")
