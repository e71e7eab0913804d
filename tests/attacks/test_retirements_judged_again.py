"""Attack: a changed writer accepts what one of its rules about retirements refuses, or writes another event than the
command asks for.

Result: Refused by the writer, and found at the right event
Caught in: `data/registry/rules/retirement.py`, `data/registry/rules/retirement_party.py`, and
`data/audit/verifier/judges/retirements.py` with `audit verify --deep`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.records.approval import ApprovalRequest, RequiredRole
from data.records.deployment import Slot
from data.records.evidence import sha256_of
from data.records.names import version_key
from data.records.person import Role
from data.records.retirement import Retirement, RetirementParty
from data.registry.command import CommandResult
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.retirement import (
    AcceptSilence,
    AffectedParty,
    AnswerNotice,
    ApproveRetirement,
    ArchiveRetirement,
    BeginSunset,
    OpenRetirement,
    PlanTransition,
    RecordNotices,
    RecordTraffic,
    WithdrawVersion,
)
from data.registry.commands.version import RejectVersion
from data.registry.rules import retirement_party
from tests import retirement_states as states
from tests.judged_rules import (
    EARLIER,
    LATER,
    BypassedRule,
    Patch,
    both,
    in_context,
    judged_after,
    rewritten,
    rule,
    with_data,
    with_evidence,
    with_rows,
    without,
    without_rows,
)
from tests.operations import deployed, prepared, roll_back
from tests.retirement_states import KEY, VERSION
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry

OTHER = sha256_of("other")
MOVE_UNCHECKED = without("retirement.check_retirement_move")


def opening(number: int, **changes: Any) -> Any:
    """Return the function that opens the retirement of a version without parties."""

    def command(world: World) -> OpenRetirement:
        fields: dict[str, Any] = {
            "version": version_key(MODEL, number), "reason": "the data moved on", "quiet_days": 7, "parties": (),
            "sunset_at": world.now + timedelta(days=30), "impact_digest": sha256_of("impact"),
        }  # fmt: skip
        return OpenRetirement(**(fields | changes))

    return command


def of(number: int) -> str:
    return f"{version_key(MODEL, number)}/retirement"


def answer(system: str = "gates", key: str = KEY) -> AnswerNotice:
    return AnswerNotice(key=key, system=system, answer="acknowledged")


def silence(world: World, system: str = "crew", by: str = "rita") -> AcceptSilence:
    return AcceptSilence(key=KEY, system=system, reason="asked three times", proof=world.proof(by))


def transition(**changes: Any) -> PlanTransition:
    return PlanTransition(key=KEY, system="gates", **({"moves_to": "version 2", "cut_over_at": EARLIER} | changes))


def approving(world: World, key: str) -> ApproveRetirement:
    return ApproveRetirement(key=key, request=world.find(ApprovalRequest, subject=key)[0].key)


def archiving(key: str, until: datetime = LATER) -> ArchiveRetirement:
    return ArchiveRetirement(key=key, dossier_digest=sha256_of("dossier"), retain_until=until)


def traffic(world: World, days: float = 7, rows: int = 0, key: str = KEY, **counts: int) -> RecordTraffic:
    start = world.now - timedelta(days=days)
    digest = sha256_of([days, rows])
    return RecordTraffic(key=key, from_at=start, to_at=world.now, rows=rows, by_consumer=counts, evidence_digest=digest)


def seen(**values: Any) -> Patch:
    """Let the rules about parties see these values of a party."""
    genuine = retirement_party._party
    return without("retirement_party._party", lambda *given: genuine(*given).model_copy(update=values))


def unawaited(state: Any, key: str, system: str) -> tuple[Retirement, RetirementParty]:
    """Return a retirement and a party, whatever its state."""
    return state.need(Retirement, key), state.need(RetirementParty, f"{key}/parties/{system}")


def answering_for_crew(genuine: Any, state: Any, command: AnswerNotice, context: Any) -> CommandResult:
    result, other = (genuine(state, command.model_copy(update={"system": one}), context) for one in ("gates", "crew"))
    return replace(result, rows=(*result.rows, *(row for row in other.rows if isinstance(row, RetirementParty))))


def before_the_sunset(genuine: Any, state: Any, command: RecordTraffic, context: Any) -> CommandResult:
    sunset_at = state.need(Retirement, command.key).sunset_at
    result: CommandResult = genuine(state, command.model_copy(update={"from_at": sunset_at}), context)
    return with_rows(Retirement, traffic_from_at=command.from_at)(result)


def without_parties(result: CommandResult) -> CommandResult:
    return replace(result, rows=tuple(row for row in result.rows if not isinstance(row, RetirementParty)))


def quiet_too_early(result: CommandResult) -> CommandResult:
    return with_data(quiet=True)(with_rows(Retirement, state="quiet")(result))


def one_row(result: CommandResult) -> CommandResult:
    return with_data(rows=1)(with_rows(Retirement, traffic_rows=1)(result))


def prepare_opening(world: World) -> None:
    """The version that serves is used every second day; a rejected one, and four others."""
    for _ in range(6):
        world.version()
    world.do(RejectVersion(version=version_key(MODEL, 2), reason="not needed"))
    consumer = DeclareConsumer(model=MODEL, system="gates", owner="olga", contact="g@example.org", cadence_days=20)
    world.do(consumer, by="olga")


OPENING: Mapping[str, BypassedRule] = {
    "a sunset before the retirement was opened": BypassedRule(
        lambda world: opening(3, sunset_at=world.now - timedelta(days=1))(world), "olga",
        without("retirement.in_utc", lambda _: LATER), "the sunset is before the retirement was opened",
    ),
    "a successor that was rejected": BypassedRule(
        opening(4, successor=version_key(MODEL, 2)), "olga",
        without("retirement._check_successor"), "cannot be the successor",
    ),
    "a version that is its own successor": BypassedRule(
        opening(5, successor=version_key(MODEL, 5)), "olga",
        without("retirement._check_successor"), "cannot be the successor",
    ),
    "fewer quiet days than a consumer pauses": BypassedRule(
        opening(6, parties=(AffectedParty(system="gates", declared=True),)), "olga",
        without("retirement._check_cadence"), "gates pauses for longer than 7 quiet days",
    ),
    "another impact assessment": BypassedRule(
        opening(7), "olga", rewritten(OpenRetirement, with_evidence(OTHER)),
        "it refers to another impact assessment", is_refused=False,
    ),
    "an approval for another purpose": BypassedRule(
        lambda world: ApproveRetirement(key=of(7), request=f"{VERSION}/requests/1"), "olga",
        without("retirement._check_request"), "has purpose 'deploy', expected 'retire'",
    ),
}  # fmt: skip


def prepare_planning(world: World) -> None:
    """An opened retirement with three parties."""
    parties = (*states.PARTIES, AffectedParty(system="late", declared=False))
    states.opened(world, parties=parties)


PLANNING: Mapping[str, BypassedRule] = {
    "an answer before the first notice": BypassedRule(
        lambda _: answer("shadow-it"), "gil",
        without("retirement_party._awaiting_answer", unawaited), "no answer is possible while it is opened",
    ),
    "a notice to another party than its data name": BypassedRule(
        lambda _: RecordNotices(key=KEY, systems=("gates",), outbox_digest=OTHER), "olga",
        rewritten(RecordNotices, with_data(systems=["crew"])), "its data name other parties", is_refused=False,
    ),
    "silence accepted without a notice": BypassedRule(
        silence, "rita",
        both(seen(notices=1), rewritten(AcceptSilence, with_rows(RetirementParty, notices=0))),
        "the party got no notice or has answered",
    ),
    "silence accepted without the role": BypassedRule(
        lambda world: silence(world, "gates", "outsider"), "outsider",
        without("retirement_party.holds_role", lambda *_, **__: True), "outsider did not hold the role risk-acceptor",
    ),
    "silence accepted of a party that answered": BypassedRule(
        lambda world: silence(world, "shadow-it"), "rita", seen(answer="none"),
        "the party got no notice or has answered", before=lambda world: states.noticed(world, "shadow-it"),
    ),
    "another reason for accepting silence than its data state": BypassedRule(
        lambda world: silence(world, "late"), "rita",
        rewritten(AcceptSilence, with_data(reason="it objected")),
        "has silence_reason 'asked three times', expected 'it objected'",
        before=lambda world: states.noticed(world, "late"), is_refused=False,
    ),
    "an answer of two parties at once": BypassedRule(
        lambda _: answer(), "gil", rule(AnswerNotice, answering_for_crew), "its data name other parties",
        is_refused=False,
    ),
    "another answer than its data state": BypassedRule(
        lambda _: answer("crew"), "gil", rewritten(AnswerNotice, with_data(answer="objected")),
        "has answer 'acknowledged', expected 'objected'", is_refused=False,
    ),
    "a transition after the sunset": BypassedRule(
        lambda _: transition(cut_over_at=LATER), "olga",
        rewritten(PlanTransition, with_rows(RetirementParty, cut_over_at=LATER), cut_over_at=EARLIER),
        "the party would move after the sunset",
    ),
    "a transition to something else than its data state": BypassedRule(
        lambda _: transition(), "olga", rewritten(PlanTransition, with_data(moves_to="nothing")),
        "has moves_to 'version 2', expected 'nothing'", is_refused=False,
    ),
    "a plan that is not complete": BypassedRule(
        lambda _: ApproveRetirement(key=KEY, request=f"{VERSION}/requests/1"), "olga",
        both(without("retirement.what_is_missing", lambda *_: ""),
             both(MOVE_UNCHECKED, without("retirement._check_request"))),
        "the plan is not complete: ",
    ),
}  # fmt: skip


def prepare_end(world: World) -> None:
    """A retirement whose plan changed after its approval, and two without parties, one with a pending request."""
    states.planned(world)
    states.requested(world)
    states.transition_planned(world, "gates", moves_to="version 3")
    for number in (2, 3):
        world.version()
        world.do(opening(number)(world), by="olga")
    states.requested(world, of(2), required=(RequiredRole(role=Role.APPROVER, count=2),))


def to_the_sunset(world: World) -> None:
    world.now = world.get(Retirement, KEY).sunset_at + timedelta(days=8)


END: Mapping[str, BypassedRule] = {
    "a plan that changed after it was approved": BypassedRule(
        lambda world: approving(world, KEY), "olga",
        without("retirement._check_request"), "which was not approved",
    ),
    "a request that is not approved": BypassedRule(
        lambda world: approving(world, of(2)), "olga",
        without("retirement._check_request"), "has state 'pending', expected 'approved'",
    ),
    "another transition after the approval": BypassedRule(
        lambda _: transition(moves_to="version 4"), "olga", without("retirement_party._check_only_moved"),
        "has transition 'planned', expected 'moved'",
    ),
    "a sunset before its day": BypassedRule(
        lambda _: BeginSunset(key=KEY), "olga", in_context(BeginSunset, now=LATER), "the sunset is at ",
    ),
    "traffic of a window that began before the sunset": BypassedRule(
        lambda world: traffic(world, days=9), "olga", rule(RecordTraffic, before_the_sunset),
        "the window is not after the sunset", before=to_the_sunset,
    ),
    "consumers with more rows than the window": BypassedRule(
        lambda world: traffic(world, rows=1, desk=2), "olga", rewritten(RecordTraffic, one_row, rows=2),
        "its consumers have more rows than the window",
    ),
    "a consumer in the logs that does not become a party": BypassedRule(
        lambda world: traffic(world, rows=2, **{"night desk!": 2}), "olga", rewritten(RecordTraffic, without_parties),
        "its parties are not the consumers that were not known", is_refused=False,
    ),
    "other counts of the traffic": BypassedRule(
        lambda world: traffic(world, rows=2), "olga", rewritten(RecordTraffic, with_evidence(OTHER)),
        "it refers to other counts of the traffic", is_refused=False,
    ),
    "a version that is quiet before its quiet days are over": BypassedRule(
        lambda world: traffic(world, days=1), "olga", rewritten(RecordTraffic, quiet_too_early),
        "has state 'quiet', expected 'sunset'", is_refused=False,
    ),
    "a version withdrawn that is not quiet": BypassedRule(
        lambda _: WithdrawVersion(key=of(2)), "olga", MOVE_UNCHECKED, "cannot become withdrawn",
    ),
    "a version withdrawn that serves": BypassedRule(
        lambda _: WithdrawVersion(key=KEY), "olga", without_rows(WithdrawVersion, Slot), "still served in ",
    ),
    "a retention that has ended": BypassedRule(
        lambda _: archiving(KEY, EARLIER), "olga",
        rewritten(ArchiveRetirement, with_rows(Retirement, retain_until=EARLIER), retain_until=LATER),
        "the retention ended before",
    ),
    "an archive of a version that is not withdrawn": BypassedRule(
        lambda _: archiving(of(3)), "olga", MOVE_UNCHECKED, "cannot become archived",
    ),
    "another dossier": BypassedRule(
        lambda _: archiving(of(2)), "olga", rewritten(ArchiveRetirement, with_evidence(OTHER)),
        "it refers to another dossier", is_refused=False,
    ),
}  # fmt: skip


def prepare_at_once(world: World) -> None:
    """A second version that was rolled back, and two that never served; the retirements of two of the four."""
    deployed(world, "op-2")
    roll_back(world, VERSION)
    world.do(opening(1)(world), by="olga")
    for _ in range(2):
        world.version()
    world.do(opening(3, parties=states.PARTIES[:1])(world), by="olga")


AT_ONCE: Mapping[str, BypassedRule] = {
    "a version withdrawn at once that served": BypassedRule(
        lambda _: WithdrawVersion(key=KEY), "olga",
        both(without("retirement._require_never_served"), without_rows(WithdrawVersion, Slot)),
        "models/ops/delay/versions/1 served or has consumers, and was not quiet",
    ),
    "a version withdrawn at once that has a consumer": BypassedRule(
        lambda _: WithdrawVersion(key=of(3)), "olga", MOVE_UNCHECKED, "cannot become withdrawn",
    ),
    "a successor that was rolled back": BypassedRule(
        opening(4, successor=version_key(MODEL, 2)), "olga",
        without("retirement._check_successor"), "cannot be the successor",
    ),
}  # fmt: skip

GROUPS = {
    "at once": (prepare_at_once, AT_ONCE),
    "opening": (prepare_opening, OPENING),
    "planning": (prepare_planning, PLANNING),
    "end": (prepare_end, END),
}
"""What is done after version 1 was deployed, and the cases."""


@pytest.fixture(scope="module")
def found(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one deep verification of each group says about the event of each case."""
    serving = prepared(founded, tmp_path_factory.mktemp("serving") / "home", deployed)
    says: dict[str, str] = {}
    for name, (prepare, cases) in GROUPS.items():
        says |= judged_after(prepare, cases, serving, tmp_path_factory.mktemp(name))
    return says


@pytest.mark.parametrize("name", [name for _, cases in GROUPS.values() for name in cases])
def test_what_the_writer_refuses_the_verifier_finds(found: dict[str, str], name: str) -> None:
    case = {name: case for _, cases in GROUPS.values() for name, case in cases.items()}[name]
    assert case.says in found[name]
