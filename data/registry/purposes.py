"""Define the purposes of approval requests, one record each, so that no rule compares purposes by name.

A purpose says what the subject of the request is, whether people vote before or after the version serves, which state
an approving vote asks for, and which command needs the approval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.retirement import Retirement
from data.records.row import Row
from data.records.version import Version
from data.registry.command import Command
from data.registry.commands.deployment import BeginOperation
from data.registry.commands.retirement import ApproveRetirement
from data.registry.state import State

UNRATIFIED: Final = "unratified"
"""The present state, in the statement of a vote, of an action that is already done but not ratified."""


@dataclass(frozen=True)
class Purpose:
    """One purpose of an approval request.

    `about` is the row type of the request's subject. `find_subject` returns the key of the version behind a subject and
    the subject's present state; it raises NotFoundError. `approved_as` is the state that an approving vote asks for.
    `completed_by` is the command that needs the approval; None when the votes complete the request without a command.

    * `decides_review`: the votes make the version approved or rejected, so the evidence must be fresh at each vote.
    * `serves_before_votes`: the version serves already, by one person's code; without ratification it is undone.
    * `puts_in_service`: a deployment may refer to the request as its approval.
    * `names_slot`: the request is about one slot, environment and use, which must be shown to the voters.
    """

    name: str
    about: type[Row]
    find_subject: Callable[[State, str], tuple[str, str]]
    approved_as: Literal["approved", "ratified"]
    completed_by: type[Command] | None
    decides_review: bool = False
    serves_before_votes: bool = False
    puts_in_service: bool = False
    names_slot: bool = False


def purpose_of(request: ApprovalRequest) -> Purpose:
    """Return the Purpose of a request."""
    return PURPOSES[request.purpose]


def _version(state: State, key: str) -> tuple[str, str]:
    return key, state.need(Version, key).review_state.value


def _retirement(state: State, key: str) -> tuple[str, str]:
    row = state.need(Retirement, key)
    return row.subject, row.state


def _deployment(state: State, key: str) -> tuple[str, str]:
    return state.need(Deployment, key).version, UNRATIFIED


def _released_version(_: State, key: str) -> tuple[str, str]:
    return key, UNRATIFIED


DEPLOY: Final = Purpose(
    "deploy", Version, _version, "approved", BeginOperation, decides_review=True, puts_in_service=True, names_slot=True
)
"""Purpose: a version is approved to serve in one slot of an environment."""

RELEASE: Final = Purpose(
    "release",
    Version,
    _released_version,
    "ratified",
    None,
    serves_before_votes=True,
    puts_in_service=True,
    names_slot=True,
)
"""Purpose: an emergency release of a version is ratified after it was published."""

RATIFY: Final = Purpose("ratify", Deployment, _deployment, "ratified", None, names_slot=True)
"""Purpose: a rollback or a suspension is ratified after it was done."""

RETIRE: Final = Purpose("retire", Retirement, _retirement, "approved", ApproveRetirement)
"""Purpose: the plan of a retirement, with the answer of every consumer, is approved."""

PURPOSES: Mapping[str, Purpose] = {purpose.name: purpose for purpose in (DEPLOY, RELEASE, RATIFY, RETIRE)}
"""Maps the purpose name that a request stores to its Purpose."""
