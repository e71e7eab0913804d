"""Check that the owner named in a model.yaml is a person on the roster."""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import SubmissionError
from data.records.person import Person
from data.submission.folder import Submission
from data.submission.model_file import FILE
from data.text.near_names import did_you_mean


def check_owner(submission: Submission, roster: Sequence[Person]) -> None:
    """Raise SubmissionError, with the line, when the owner is not an active person of the roster."""
    active = [one.person for one in roster if one.state == "active"]
    owner = submission.model.owner
    if owner not in active:
        add = f"add the person with `modelward people add {owner}`, or correct `owner`"
        raise SubmissionError(
            f"{submission.at(FILE, 'owner')}: the owner {owner} is not on the roster", did_you_mean(owner, active, add)
        )
