"""Judges the deletion of a backup: the newest attested ones are kept."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case

FEWEST = 7
_PREFIX = "attestations"


def judge_pruned(case: Case) -> None:
    """The backup of an attestation that is older than the newest seven is deleted."""
    prefix, _, number = case.subject.rpartition("/")
    newest = case.state.next_number("attestation", _PREFIX) - 1
    is_known = prefix == _PREFIX and number.isdecimal() and 1 <= int(number) <= newest
    case.require(is_known, f"{case.subject} is no attestation before this event")
    case.require(int(number) <= newest - FEWEST, f"{case.subject} is one of the newest {FEWEST} of {newest}")
