"""Which tables an event of each type may write, and which columns it may change there.

An event that is allowed one change must not carry another one: a vote cannot also grant a role.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.rows import INDEXED, NUMBERED

_CODE = "last_step failed_at locked_until"
_MOVE = "review_state state_reason"
_ENDED = "state to_at ended_reason"
_MODEL = (
    "owner purpose intended_uses prohibited_uses tier tier_factors tier_rationale standards columns alert_route runbook"
)
_PLACE = "environment slot version former_version request former_manifest"
_OPERATION = f"kind state {_PLACE} run_id begun_at begun_by ended_at reason"
_WITHDRAWN = "state decided_at reason"
_SLOT = "new deployment version manifest_digest"
_ALERT = "level severe text last_window times value low high threshold state reason snoozed_until changed_at"
_PLANNED = {"retirement": "state", "credential": _CODE}

SHAPES: Mapping[str, Mapping[str, str]] = {
    "log.created": {},
    "log.key_rotated": {},
    "log.migrated": {},
    "log.attested": {"attestation": "new"},
    "log.recovered": {},
    "backup.pruned": {},
    "command.refused": {},
    "person.added": {"person": "new", "role_grant": "new", "credential": _CODE},
    "person.enrolled": {"credential": f"new state {_CODE}"},
    "person.revoked": {"person": "state", "role_grant": "to_at", "credential": f"state {_CODE}"},
    "role.granted": {"role_grant": "new", "credential": _CODE},
    "role.ended": {"role_grant": "to_at", "credential": _CODE},
    "credential.attempted": {"credential": "failed_at locked_until"},
    "credential.used": {"credential": "last_step"},
    "standard.adopted": {"standard": "new", "credential": _CODE},
    "model.registered": {"model": "new", "credential": _CODE},
    "model.amended": {"model": _MODEL, "credential": _CODE},
    "test_plan.recorded": {"test_plan": "new"},
    "monitoring_plan.recorded": {"monitoring_plan": "new"},
    "consumer.declared": {
        "consumer": "new owner contact purpose cadence_days criticality feeds_model declared declared_at"
    },
    "version.registered": {"version": "new", "dataset": "new", "section": "new"},
    "evidence.recorded": {
        "metric": "new *", "test_result": "new *", "comparison": "new *", "section": "new *", "dataset": "new *",
    },
    "version.assessed": {"verdict_set": "new", "version": _MOVE},
    "validation.concluded": {"validation": "new", "version": _MOVE, "credential": _CODE},
    "version.rejected": {"version": _MOVE},
    "version.expired": {"version": _MOVE},
    "version.revoked": {"version": _MOVE},
    "finding.opened": {"finding": "new"},
    "finding.answered": {"finding": "state answer answered_by answered_at"},
    "finding.disputed": {"finding": "state dispute"},
    "finding.closed": {"finding": "state closed_by closed_at", "credential": _CODE},
    "waiver.requested": {"waiver": "new"},
    "waiver.granted": {"waiver": "state approver granted_at", "credential": _CODE},
    "waiver.refused": {"waiver": "state approver ended_at ended_reason", "credential": _CODE},
    "waiver.revoked": {"waiver": "state ended_at ended_reason", "version": _MOVE, "credential": _CODE},
    "waiver.expired": {"waiver": "state ended_at ended_reason", "version": _MOVE},
    "verdicts.recorded": {"verdict_set": "new"},
    "approval.requested": {"approval_request": f"new {_WITHDRAWN}", "credential": _CODE},
    "approval.decided": {
        "vote": "new", "approval_request": f"valid_until {_WITHDRAWN}", "version": f"valid_until {_MOVE}",
        "finding": "new", "deployment": "ratified_by", "incident": "state", "credential": _CODE,
    },
    "approval.expired": {"approval_request": _WITHDRAWN},
    "approval.withdrawn": {"approval_request": _WITHDRAWN},
    "operation.begun": {"operation": f"new {_OPERATION}"},
    "operation.undone": {"operation": "state ended_at reason"},
    "deployment.completed": {
        "deployment": f"new {_ENDED}", "approval_request": _WITHDRAWN, "slot": _SLOT, "operation": "state ended_at",
        "incident": "new",
    },
    "deployment.rolled_back": {
        "deployment": f"new {_ENDED}", "approval_request": _WITHDRAWN, "slot": _SLOT, "operation": "state ended_at",
        "incident": "new",
    },
    "deployment.suspended": {
        "deployment": f"{_ENDED} ratify_by ratified_by", "approval_request": _WITHDRAWN, "slot": _SLOT,
        "operation": "state ended_at", "incident": "new",
    },
    "deployment.ended": {
        "deployment": _ENDED, "approval_request": _WITHDRAWN, "slot": _SLOT, "operation": "state ended_at",
    },
    "deployment.ratified": {"deployment": "ratified_by", "incident": "state", "credential": _CODE},
    "monitoring.recorded": {
        "monitoring_run": "new *",
        "alert": f"new {_ALERT}",
        "incident": "new alerts blocking", "consumer": "new first_seen_at last_seen_at rows_seen",
    },
    "alert.acknowledged": {"alert": "state changed_by reason snoozed_until changed_at", "incident": "state"},
    "alert.snoozed": {"alert": "state changed_by reason snoozed_until changed_at", "incident": "state"},
    "alert.dismissed": {
        "alert": "state changed_by reason snoozed_until changed_at",
        "incident": "state resolved_at resolved_by resolution",
    },
    "alert.confirmed": {"alert": "state changed_by reason snoozed_until changed_at", "incident": "state"},
    "incident.opened": {"incident": "new"},
    "incident.escalated": {"incident": "state"},
    "incident.resolved": {"incident": "state resolved_at resolved_by resolution", "credential": _CODE},
    "review.opened": {"review": "new"},
    "review.completed": {"review": "state completed_by completed_at outcome", "credential": _CODE},
    "retirement.opened": {"retirement": "new", "retirement_party": "new"},
    "retirement.noticed": {"retirement": "state", "retirement_party": "notices noticed_at"},
    "retirement.answered": {
        "retirement": "state", "retirement_party": "answer answered_by answered_at silence_reason",
    },
    "retirement.silence_accepted": {
        **_PLANNED, "retirement_party": "answer answered_by answered_at silence_reason",
    },
    "retirement.planned": {"retirement": "state", "retirement_party": "moves_to cut_over_at transition"},
    "retirement.approved": {"retirement": "state request"},
    "retirement.sunset": {"retirement": "state traffic_from_at"},
    "retirement.traffic_checked": {
        "retirement": "state traffic_from_at traffic_to_at traffic_rows traffic_digest", "retirement_party": "new",
    },
    "retirement.withdrawn": {"retirement": "state", "version": _MOVE, "model": "state"},
    "retirement.archived": {"retirement": "state dossier_digest retain_until ended_at"},
    "pii.erased": {},
}  # fmt: skip
"""Maps each event type to the tables that it writes. `new` allows new rows, the other words are the columns that may
change, and `*` is every column."""

_WORDS = {kind: {table: frozenset(text.split()) for table, text in one.items()} for kind, one in SHAPES.items()}


def check_shape(case: Case) -> None:
    """Raise ImpossibleEventError when the event writes a table or changes a column that its type does not allow."""
    allowed = _WORDS.get(case.type)
    case.require(allowed is not None, f"the event type {case.type} is not in the vocabulary of this log")
    written: set[tuple[str, str]] = set()
    numbered: Counter[tuple[str, str]] = Counter()
    for image in case.images:
        table, key = image["table"], image["key"]
        words = (allowed or {}).get(table)
        case.require(words is not None, f"an event {case.type} cannot write the table {table}")
        case.require((table, key) not in written, f"it writes {table} {key} twice")
        written.add((table, key))
        if image["rev"] == 1:
            case.require("new" in (words or ()), f"an event {case.type} cannot create {table} {key}")
            if table in NUMBERED:
                _check_number(case, table, key, numbered)
        elif table in INDEXED and "*" not in (words or ()):
            _check_columns(case, image, words or frozenset())


def _check_number(case: Case, table: str, key: str, numbered: Counter[tuple[str, str]]) -> None:
    """Check that a new row has the next number below its prefix; `numbered` counts the new rows of the event."""
    prefix, _, number = key.rpartition("/")
    expected = case.state.next_number(table, prefix) + numbered[table, prefix]
    case.require(number == str(expected), f"it creates {table} {key}; the next number is {expected}")
    numbered[table, prefix] += 1


def _check_columns(case: Case, image: dict[str, Any], words: frozenset[str]) -> None:
    table, after = image["table"], image["values"]
    before = case.need(table, image["key"])
    names = (before.keys() | after.keys()) - {"key", "rev"}
    for name in sorted(names - words):
        case.require(
            before.get(name) == after.get(name),
            f"it changes {name} of {table} {image['key']} from {before.get(name)!r} to {after.get(name)!r}, which an "
            f"event {case.type} cannot do: the row was edited before the event",
        )
