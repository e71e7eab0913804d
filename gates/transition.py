"""Not a gate: judge a retirement. Each consumer answered and has a replacement, and the version has no more traffic.

Source: NIST AI RMF GOVERN 1.7, MANAGE 2.4; OSFI E-23 (decommissioning handles dependants); SR 11-7 §VI.6 (retired
models stay on the inventory).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.records.model import Consumer
from data.records.retirement import Retirement, RetirementParty
from data.records.verdict import Failed, Passed, Unproven, Verdict
from gates.contract import Criterion
from gates.impact import Affected


def window_days(quiet_days: int, consumers: Sequence[Consumer | Affected]) -> int:
    """Return the required days without traffic: `quiet_days`, or the longest cadence of a consumer if longer."""
    return max([quiet_days, *(one.cadence_days for one in consumers)])


def judge_transition(retirement: Retirement, parties: Sequence[RetirementParty]) -> tuple[Criterion, ...]:
    """Return two criteria for each party: its answer (or a person accepts its silence), and its move by the sunset.

    Without a party, the only criterion is that the impact was assessed. Source: NIST AI RMF MANAGE 2.4.
    """
    if parties:
        return tuple(c for one in parties for c in (_answer(one), _move(one, retirement)))
    if retirement.impact_digest:
        verdict: Verdict = Passed(because="the impact assessment found no consumer, neither declared nor in the logs")
        return (Criterion("impact", verdict, evidence=(retirement.impact_digest,)),)
    remedy = "assess who uses the version: declared consumers, the logs, and models it feeds"
    return (Criterion("impact", Unproven(missing="an impact assessment", remedy=remedy)),)


def judge_quiet(retirement: Retirement, consumers: Sequence[Consumer | Affected], now: datetime) -> Criterion:
    """Return one criterion: the logs since the sunset have no row of the version, over a past window of enough days.

    Source: NIST AI RMF MANAGE 2.4; OSFI E-23.
    """
    days = window_days(retirement.quiet_days, consumers)
    known = (retirement.traffic_digest,) if retirement.traffic_digest else ()
    return Criterion("quiet", _quiet(retirement, days, now), _length(retirement), float(days), known)


def _answer(party: RetirementParty) -> Criterion:
    text = f"answer of {party.system}"
    ask = f"run `modelward consumers ack` for {party.system}, or have a risk acceptor accept its silence"
    if party.answer == "acknowledged":
        return Criterion(text, Passed(because=f"acknowledged by {party.answered_by}"))
    if party.answer == "objected":
        reason = f"{party.system} objects to the retirement"
        return Criterion(text, Failed(reason=reason, remedy=f"resolve the objection with the owner of {party.system}"))
    if party.answer == "none" or not party.answered_by or not party.silence_reason.strip():
        return Criterion(
            text, Unproven(missing=f"an answer of {party.system}, or a person who accepts its silence", remedy=ask)
        )
    return Criterion(text, Passed(because=f"silence accepted by {party.answered_by}: {party.silence_reason}"))


def _move(party: RetirementParty, retirement: Retirement) -> Criterion:
    text = f"transition of {party.system}"
    plan = f"plan the replacement that {party.system} moves to, and the date"
    if party.transition == "missing" or not party.moves_to.strip() or party.cut_over_at is None:
        kind = "" if party.declared else " (not declared, found in the logs)"
        return Criterion(text, Unproven(missing=f"a transition plan for {party.system}{kind}", remedy=plan))
    if party.moves_to == retirement.subject:
        return Criterion(text, Failed(reason=f"{party.system} would move to the version that is retired", remedy=plan))
    if party.cut_over_at <= retirement.sunset_at:
        return Criterion(
            text, Passed(because=f"{party.system} moves to {party.moves_to} by {party.cut_over_at:%Y-%m-%d}")
        )
    reason = (
        f"{party.system} moves on {party.cut_over_at:%Y-%m-%d}, after the sunset on {retirement.sunset_at:%Y-%m-%d}"
    )
    return Criterion(text, Failed(reason=reason, remedy="plan an earlier move, or postpone the sunset"))


def _length(retirement: Retirement) -> float | None:
    if retirement.traffic_from_at is None or retirement.traffic_to_at is None:
        return None
    return (retirement.traffic_to_at - retirement.traffic_from_at) / timedelta(days=1)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _quiet(retirement: Retirement, days: int, now: datetime) -> Verdict:
    length, to_at, rows = _length(retirement), retirement.traffic_to_at, retirement.traffic_rows
    wait = f"keep reading the logs until {days} days after the sunset on {retirement.sunset_at:%Y-%m-%d}"
    if length is None or rows is None or to_at is None:
        return Unproven(missing="a count of the rows in the logs since the sunset", remedy=wait)
    if rows > 0:
        reason = f"since the sunset the logs have {_rows(rows)} of the version"
        return Failed(reason=reason, remedy="find the consumers that still use the version and move them")
    after_sunset = retirement.traffic_from_at is not None and retirement.traffic_from_at >= retirement.sunset_at
    if length >= days and to_at <= now and after_sunset:
        return Passed(because=f"{length:g} days without a row; at least {days} are needed")
    return Unproven(
        missing=f"{days} whole days without traffic after the sunset (read so far: {length:g})", remedy=wait
    )
