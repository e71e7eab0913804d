"""Votes that break a rule: appended with the stolen key, applied to the tables, and written into the journal.

Every copy agrees, every hash, seal and digest holds. Only judging the decision again contradicts. Each is made from the
genuine vote that the writer would have recorded next, so nothing but the broken rule is wrong.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from data.records.evidence import sha256_of
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome
from tests.tampering.tampered_log import EventBody, event_id

VoteEdit = Callable[[EventBody, EventBody, TamperedHome], object]
"""Edits the event that counts the attempt, and that of the vote."""
VOTER = "alma"


def row(event: EventBody, table: str) -> dict[str, Any]:
    """Return the values of the row of a table that an event writes."""
    return next(image["values"] for image in event["rows"] if image["table"] == table)  # type: ignore[no-any-return]


def last_row(home: TamperedHome, key: str) -> dict[str, Any]:
    """Return the last image of a row."""
    return [image for event in home.events for image in event["rows"] if image["key"] == key][-1]


def sign(vote: EventBody) -> None:
    """Compute the digest of the statement of a vote again."""
    digest = sha256_of(vote["data"]["statement"])
    vote["data"]["statement_digest"] = row(vote, "vote")["statement_digest"] = digest


def state(vote: EventBody, **fields: object) -> None:
    """Give fields of the statement other values, and compute its digest again."""
    vote["data"]["statement"] |= fields
    sign(vote)


def append_events(home: TamperedHome, events: list[EventBody]) -> None:
    for number, event in enumerate(events):
        kept = {name: value for name, value in event.items() if name not in ("seq", "prev", "id")}
        home.append({**kept, "id": event_id(home.size + number)}, home.key, applied=True)


def broken(edit: VoteEdit, says: str, at: int = 1) -> Tamper:
    """Append the attempt and the vote after an edit; the event at place `at` of the two must be found."""

    def tamper(home: TamperedHome, _: random.Random) -> ExpectedFinding:
        attempt, vote = copy.deepcopy(home.next_events)
        edit(attempt, vote, home)
        append_events(home, [attempt, vote])
        return ExpectedFinding(home.size + at, says)

    return tamper


def by(person: str) -> VoteEdit:
    """Let another person give the vote, with their own credential and name."""

    def edit(attempt: EventBody, vote: EventBody, home: TamperedHome) -> None:
        credential = last_row(home, f"people/{person}/credentials/1")
        name = last_row(home, f"people/{person}")["values"]["name"]
        former = row(vote, "vote")["printed_name"]
        for number, event in enumerate((attempt, vote), 1):
            changed = {name: row(event, "credential")[name] for name in ("failed_at", "last_step", "locked_until")}
            if event is attempt:
                changed["last_step"] = credential["values"]["last_step"]
            text = json.dumps(event).replace(json.dumps(former), json.dumps(name))
            event.update(json.loads(text.replace(VOTER, person)))
            for image in event["rows"]:
                if image["table"] == "credential":
                    image.update(rev=credential["rev"] + number, values={**credential["values"], **changed})
        sign(vote)

    return edit


def another_step(step: Callable[[int], int]) -> VoteEdit:
    """Use the code of another time step; `step` gets that of the last code."""

    def edit(attempt: EventBody, vote: EventBody, _: TamperedHome) -> None:
        row(vote, "credential")["last_step"] = step(row(attempt, "credential")["last_step"])

    return edit


def of_row(table: str, **values: object) -> VoteEdit:
    return lambda _, vote, __: row(vote, table).update(values)


def too_late(_: EventBody, vote: EventBody, home: TamperedHome) -> None:
    times = {name: datetime.fromisoformat(vote[name]) for name in ("effective_at", "recorded_at")}
    vote.update({name: f"{time + timedelta(days=8):%Y-%m-%dT%H:%M:%S.%fZ}" for name, time in times.items()})
    row(vote, "vote")["decided_at"] = vote["effective_at"]
    state(vote, issued_at=vote["effective_at"])


def enough_alone(_: EventBody, vote: EventBody, __: TamperedHome) -> None:
    vote["data"]["outcome"] = "approved"
    row(vote, "approval_request").update(state="approved", decided_at=row(vote, "vote")["decided_at"])


def on_a_closed_request(_: EventBody, vote: EventBody, home: TamperedHome) -> None:
    """Move the vote to the request on the version before."""
    pending = row(vote, "vote")["request"]
    closed = [image for event in home.events for image in event["rows"]
              if image["table"] == "approval_request" and image["values"]["state"] == "approved"][-1]  # fmt: skip
    vote.update(json.loads(json.dumps(vote).replace(pending, closed["key"])))
    image = next(one for one in vote["rows"] if one["table"] == "approval_request")
    image.update(rev=closed["rev"] + 1, values=dict(closed["values"]))
    next(one for one in vote["rows"] if one["table"] == "vote")["key"] = f"{closed['key']}/votes/3"
    sign(vote)


def with_a_role(_: EventBody, vote: EventBody, home: TamperedHome) -> None:
    grant = next(image for event in home.events for image in event["rows"] if image["table"] == "role_grant")
    values = {**grant["values"], "person": "outsider"}
    vote["rows"].append({"table": "role_grant", "key": "people/outsider/roles/1", "rev": 1, "values": values})


def not_counted(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Append the vote without the event that counts the attempt."""
    vote = copy.deepcopy(home.next_events[1])
    for image in vote["rows"]:
        image["rev"] -= image["table"] == "credential"
    append_events(home, [vote])
    return ExpectedFinding(home.size, f"no attempt of {VOTER}")


def twice(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Append the vote, and then a second one of the same person."""
    again = [{**event, "recorded_at": home.next_events[1]["recorded_at"]} for event in copy.deepcopy(home.next_events)]
    for image in (image for event in again for image in event["rows"]):
        image["rev"] += {"credential": 2, "approval_request": 1, "vote": 0}[image["table"]]
        if image["table"] == "vote":
            image["key"] = image["key"].removesuffix("/1") + "/2"
    row(again[0], "credential")["last_step"] = row(again[1], "credential")["last_step"]
    append_events(home, [*copy.deepcopy(home.next_events), *again])
    return ExpectedFinding(home.size + 3, f"a vote by or for {VOTER} was recorded before")


KINDS = [
    Kind("vote: without the role", "A person without the role votes.",
         broken(by("outsider"), "outsider did not hold the role approver")),
    Kind("vote: of a contributor", "A person votes who submitted the version.", broken(by("dev"), "dev worked on")),
    Kind("vote: of the validator", "The validator of the version votes, without the role.",
         broken(by("vera"), "vera did not hold the role approver")),
    Kind("vote: used code", "The code of the last vote is used again.",
         broken(another_step(lambda last: last), "is not later than the last one")),
    Kind("vote: earlier code", "The code of an earlier time step is used.",
         broken(another_step(lambda last: last - 1), "is not later than the last one")),
    Kind("vote: code of another time", "A code is used that is valid much later.",
         broken(another_step(lambda last: last + 10**6), "was not valid at the time of the event")),
    Kind("vote: attempt not counted", "No event counts the attempt.", not_counted),
    Kind("vote: attempt forgotten", "The event of the attempt does not count it.",
         broken(lambda attempt, *_: row(attempt, "credential").update(failed_at=[]), "the attempt is not counted", 0)),
    Kind("vote: no code", "The vote is identified by the user of the operating system alone.",
         broken(lambda _, vote, __: vote["actor"].update(auth="os-user"), "it needs a one-time code")),
    Kind("vote: credential of another", "The vote names the credential of another person.",
         broken(of_row("vote", credential="people/axel/credentials/1"), "has credential")),
    Kind("vote: name of another", "The vote has the printed name of another person.",
         broken(of_row("vote", printed_name="Axel"), "has printed_name")),
    Kind("vote: another decision than signed", "The row of the vote has another decision than the statement.",
         broken(of_row("vote", decision="recuse"), "the statement differs from request and vote in decision")),
    Kind("vote: unknown decision", "The vote has a decision that does not exist.",
         broken(of_row("vote", decision="approve all"), "the decision is 'approve all'")),
    Kind("vote: no meaning", "The vote has no meaning.", broken(of_row("vote", meaning=" "), "meaning")),
    Kind("vote: other evidence", "The signed statement names other evidence.",
         broken(lambda _, vote, __: state(vote, evidence_sha256="sha256:" + "0" * 64), "in evidence_sha256")),
    Kind("vote: another use", "The signed statement names another use.",
         broken(lambda _, vote, __: state(vote, use="everything"), "in use")),
    Kind("vote: another digest", "The digest of the statement is that of another text.",
         broken(of_row("vote", statement_digest="sha256:" + "0" * 64), "has statement_digest")),
    Kind("vote: refers to other evidence", "The references of the vote name other evidence.",
         broken(lambda _, vote, __: vote["refs"].update(evidence_set="sha256:" + "0" * 64), "other evidence")),
    Kind("vote: enough alone", "One vote of two approves the request.",
         broken(enough_alone, "the votes give the outcome pending")),
    Kind("vote: too late", "The vote comes after the request expired.", broken(too_late, "the request expired at")),
    Kind("vote: on a closed request", "The vote is about a request that was approved before.",
         broken(on_a_closed_request, "the request was approved, not pending")),
    Kind("vote: twice", "A person votes twice.", twice),
    Kind("vote: with a role", "The vote also grants a role.",
         broken(with_a_role, "cannot write the table role_grant")),
]  # fmt: skip
