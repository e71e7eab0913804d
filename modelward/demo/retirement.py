"""The end of the first version: who is affected, who answers, who is silent, and proof that nobody asks any more."""

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
    """Impact, notices, answers, a transition for everybody, approval; the flow ends while the sunset is to come."""
    stage, told = life.stage, life.told
    stage.later(days=1)
    sunset = (stage.now + timedelta(days=NOTICE_DAYS)).date()
    with told.step(f"{short(version)} is to retire on {sunset:%d %b}", "retirement"):
        moves = f"{sunset - timedelta(days=3)} {short(successor)}"
        state = _retire(
            life,
            version,
            successor,
            sunset,
            {GATE_PLANNING: moves, REBOOKING_DESK: moves},
            lambda: _settle(life, version, f"{FARE_ALERTS} {moves}"),
            signs(stage, "omar", version, told, role="owner"),
            signs(stage, "alma", version, told),
        )
        for party in _parties(life, version):
            known = "declared" if party.declared else "undeclared, seen in the logs only"
            answer = f"{party.answer}{f' by {party.answered_by}' if party.answered_by else ''}"
            told.say(f"{party.system} ({known}): {answer}; moves to {party.moves_to}")
        told.say(f"the retirement is {state}; sunset on {sunset:%d %b}", stage.now)


def finish_retirement(life: Life, version: str, successor: str) -> None:
    """The sunset has come: quiet logs are read, the version is withdrawn, the dossier is written."""
    stage, told = life.stage, life.told
    with told.step(f"{short(version)}: is anybody still asking?", "retirement"):
        stage.later(hours=1)
        state = _retire(life, version, successor, _retirement(life, version).sunset_at.date(), None)
        row = _retirement(life, version)
        if row.traffic_from_at and row.traffic_to_at:
            window = f"{row.traffic_from_at:%d %b} to {row.traffic_to_at:%d %b}"
            told.say(f"the logs of {window} hold {row.traffic_rows} predictions by {short(version)}", stage.now)
        told.say(f"the retirement is {state}", stage.now)
        if row.retain_until:
            told.say(f"dossier {(row.dossier_digest or '')[:19]}…, kept until {row.retain_until:%Y-%m-%d}")


def _retire(
    life: Life, version: str, successor: str, sunset: date, transition: dict[str, str] | None, *answers: Any
) -> str:
    from flows.retire_model import retire_model

    prepare(life.stage.registry.home.root, MODELWARD_ACTOR="dana")
    try:
        with answering(*answers):
            return retire_model(
                version,
                reason=REASON,
                sunset_on=sunset,
                successor=successor,
                outputs_in_force="none: a score is used within the hour",
                transition=transition,
                as_of=life.stage.now,
            )
    except RefusedError as refused:
        life.told.say(str(refused).replace("\n", "\n   "), life.stage.now)
        return _retirement(life, version).state


def _settle(life: Life, version: str, plan: str) -> dict[str, Any]:
    """One consumer acknowledges; the silence of the others is accepted by the person whose role it is."""
    stage, key = life.stage, f"{version}/retirement"
    stage.do(AnswerNotice(key=key, system=GATE_PLANNING, answer="acknowledged"), by="gita")
    life.told.say(f"{GATE_PLANNING} acknowledges; {REBOOKING_DESK} and {FARE_ALERTS} stay silent", stage.now)
    for system in (REBOOKING_DESK, FARE_ALERTS):
        proof = stage.proof("rita")
        reason = "told twice; falls back to the rate of the hour when the scores stop"
        stage.do(AcceptSilence(key=key, system=system, reason=reason, proof=proof), by="rita")
        life.told.say(f"rita accepts the silence of {system}: {reason}", stage.now)
    return {"person": "dana", "plan": plan}


def _retirement(life: Life, version: str) -> Retirement:
    return required_row(life.stage.registry, Retirement, f"{version}/retirement")


def _parties(life: Life, version: str) -> list[RetirementParty]:
    return rows(life.stage.registry, RetirementParty, retirement=f"{version}/retirement")
