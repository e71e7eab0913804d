"""Retire the first version of the demo: the consumers' answers, accepted silence, and the check for traffic."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from data.errors import RefusedError
from data.queries.rows import required_row, rows
from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.registry.commands.retirement import AcceptSilence, AnswerNotice
from modelward.demo.answers import vote
from modelward.demo.demo_context import DemoContext
from modelward.demo.form_responder import answering
from modelward.demo.replay_logs import FARE_ALERTS, GATE_PLANNING, REBOOKING_DESK
from modelward.supervisor.prefect_environment import prepare

NOTICE_DAYS = 35
REASON = "superseded in July; trained on one winter"


def open_retirement(context: DemoContext, version: str, successor: str) -> None:
    """Open the retirement: notices, answers, a transition plan for each consumer, approval. The sunset is later."""
    scenario, story = context.scenario, context.story
    scenario.advance(days=1)
    sunset = (scenario.now + timedelta(days=NOTICE_DAYS)).date()
    with story.step(f"{short(version)} is to be retired on {sunset:%d %b}", "retirement"):
        moves = f"{sunset - timedelta(days=3)} {short(successor)}"
        state = _retire(
            context,
            version,
            successor,
            sunset,
            {GATE_PLANNING: moves, REBOOKING_DESK: moves},
            lambda: _settle(context, version, f"{FARE_ALERTS} {moves}"),
            vote(scenario, "omar", version, story, role="owner"),
            vote(scenario, "alma", version, story),
        )
        for party in _parties(context, version):
            known = "declared" if party.declared else "undeclared, seen in the logs only"
            answer = f"{party.answer}{f' by {party.answered_by}' if party.answered_by else ''}"
            story.say(f"{party.system} ({known}): {answer}; moves to {party.moves_to}")
        story.say(f"the retirement is {state}; sunset on {sunset:%d %b}", scenario.now)


def finish_retirement(context: DemoContext, version: str, successor: str) -> None:
    """Finish the retirement after the sunset: check the logs for traffic, withdraw the version, write the dossier."""
    scenario, story = context.scenario, context.story
    with story.step(f"Does any consumer still use {short(version)}?", "retirement"):
        scenario.advance(hours=1)
        state = _retire(context, version, successor, _retirement(context, version).sunset_at.date(), None)
        row = _retirement(context, version)
        if row.traffic_from_at and row.traffic_to_at:
            window = f"{row.traffic_from_at:%d %b} to {row.traffic_to_at:%d %b}"
            story.say(f"{row.traffic_rows} predictions by {short(version)} in the logs of {window}", scenario.now)
        story.say(f"the retirement is {state}", scenario.now)
        if row.retain_until:
            story.say(f"dossier {(row.dossier_digest or '')[:19]}…, kept until {row.retain_until:%Y-%m-%d}")


def _retire(
    context: DemoContext, version: str, successor: str, sunset: date, transition: dict[str, str] | None, *answers: Any
) -> str:
    from flows.retire_model import retire_model

    prepare(context.scenario.registry.home.root, MODELWARD_ACTOR="dana")
    try:
        with answering(*answers):
            return retire_model(
                version,
                reason=REASON,
                sunset_on=sunset,
                successor=successor,
                outputs_in_force="none: a score is used within the hour",
                transition=transition,
                as_of=context.scenario.now,
            )
    except RefusedError as refused:
        context.story.say(str(refused), context.scenario.now)
        return _retirement(context, version).state


def _settle(context: DemoContext, version: str, plan: str) -> dict[str, Any]:
    """Acknowledge for one consumer, accept the silence of the others as the risk acceptor, and return the plan."""
    scenario, key = context.scenario, f"{version}/retirement"
    scenario.do(AnswerNotice(key=key, system=GATE_PLANNING, answer="acknowledged"), by="gita")
    context.story.say(f"{GATE_PLANNING} acknowledges; {REBOOKING_DESK} and {FARE_ALERTS} do not answer", scenario.now)
    for system in (REBOOKING_DESK, FARE_ALERTS):
        proof = scenario.proof("rita")
        reason = "notified twice; it uses the rate of the hour when the scores stop"
        scenario.do(AcceptSilence(key=key, system=system, reason=reason, proof=proof), by="rita")
        context.story.say(f"rita accepts the silence of {system}: {reason}", scenario.now)
    return {"person": "dana", "plan": plan}


def _retirement(context: DemoContext, version: str) -> Retirement:
    return required_row(context.scenario.registry, Retirement, f"{version}/retirement")


def _parties(context: DemoContext, version: str) -> list[RetirementParty]:
    return rows(context.scenario.registry, RetirementParty, retirement=f"{version}/retirement")
