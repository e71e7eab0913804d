"""Retirement of the first version: affected parties, answers, accepted silence, and proof that no traffic is left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from data.errors import RefusedError
from data.queries.rows import required_row, rows
from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.registry.commands.retirement import AcceptSilence, AnswerNotice
from modelward.demo.answers import signs
from modelward.demo.desk import answering
from modelward.demo.life import Life
from modelward.demo.replay_logs import FARE_ALERTS, GATE_PLANNING, REBOOKING_DESK
from modelward.supervisor.prefect_environment import prepare

NOTICE_DAYS = 35
REASON = "superseded in July; trained on one winter"


def open_retirement(life: Life, version: str, successor: str) -> None:
    """Impact, notices, answers, a transition for everybody, approval; the flow ends if the sunset is in the future."""
    scenario, story = life.scenario, life.story
    scenario.later(days=1)
    sunset = (scenario.now + timedelta(days=NOTICE_DAYS)).date()
    with story.step(f"{short(version)} is to retire on {sunset:%d %b}", "retirement"):
        moves = f"{sunset - timedelta(days=3)} {short(successor)}"
        state = _retire(
            life,
            version,
            successor,
            sunset,
            {GATE_PLANNING: moves, REBOOKING_DESK: moves},
            lambda: _settle(life, version, f"{FARE_ALERTS} {moves}"),
            signs(scenario, "omar", version, story, role="owner"),
            signs(scenario, "alma", version, story),
        )
        for party in _parties(life, version):
            known = "declared" if party.declared else "undeclared, seen in the logs only"
            answer = f"{party.answer}{f' by {party.answered_by}' if party.answered_by else ''}"
            story.say(f"{party.system} ({known}): {answer}; moves to {party.moves_to}")
        story.say(f"the retirement is {state}; sunset on {sunset:%d %b}", scenario.now)


def finish_retirement(life: Life, version: str, successor: str) -> None:
    """The sunset has come: quiet logs are read, the version is withdrawn, the dossier is written."""
    scenario, story = life.scenario, life.story
    with story.step(f"{short(version)}: does any consumer still use it?", "retirement"):
        scenario.later(hours=1)
        state = _retire(life, version, successor, _retirement(life, version).sunset_at.date(), None)
        row = _retirement(life, version)
        if row.traffic_from_at and row.traffic_to_at:
            window = f"{row.traffic_from_at:%d %b} to {row.traffic_to_at:%d %b}"
            story.say(f"the logs of {window} hold {row.traffic_rows} predictions by {short(version)}", scenario.now)
        story.say(f"the retirement is {state}", scenario.now)
        if row.retain_until:
            story.say(f"dossier {(row.dossier_digest or '')[:19]}…, kept until {row.retain_until:%Y-%m-%d}")


def _retire(
    life: Life, version: str, successor: str, sunset: date, transition: dict[str, str] | None, *answers: Any
) -> str:
    from flows.retire_model import retire_model

    prepare(life.scenario.registry.home.root, MODELWARD_ACTOR="dana")
    try:
        with answering(*answers):
            return retire_model(
                version,
                reason=REASON,
                sunset_on=sunset,
                successor=successor,
                outputs_in_force="none: a score is used within the hour",
                transition=transition,
                as_of=life.scenario.now,
            )
    except RefusedError as refused:
        life.story.say(str(refused).replace("\n", "\n   "), life.scenario.now)
        return _retirement(life, version).state


def _settle(life: Life, version: str, plan: str) -> dict[str, Any]:
    """One consumer acknowledges; the silence of the others is accepted by the person whose role it is."""
    scenario, key = life.scenario, f"{version}/retirement"
    scenario.do(AnswerNotice(key=key, system=GATE_PLANNING, answer="acknowledged"), by="gita")
    life.story.say(f"{GATE_PLANNING} acknowledges; {REBOOKING_DESK} and {FARE_ALERTS} stay silent", scenario.now)
    for system in (REBOOKING_DESK, FARE_ALERTS):
        proof = scenario.proof("rita")
        reason = "notified twice; it uses the rate of the hour when the scores stop"
        scenario.do(AcceptSilence(key=key, system=system, reason=reason, proof=proof), by="rita")
        life.story.say(f"rita accepts the silence of {system}: {reason}", scenario.now)
    return {"person": "dana", "plan": plan}


def _retirement(life: Life, version: str) -> Retirement:
    return required_row(life.scenario.registry, Retirement, f"{version}/retirement")


def _parties(life: Life, version: str) -> list[RetirementParty]:
    return rows(life.scenario.registry, RetirementParty, retirement=f"{version}/retirement")
