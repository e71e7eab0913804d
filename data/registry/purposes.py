"""What an approval request is for: one record for each purpose, so that no rule compares purposes by name.

A purpose says what the subject of the request is, whether the votes come before or after the version serves, what an
approving vote makes of the subject, and which command the approval is completed by.
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
"""The state of what was done before anybody approved it, as the statement of an approver names it."""


@dataclass(frozen=True)
class Purpose:
    """One purpose of an approval request.

    `about` is the type of row that the request's subject is the key of. `find_subject` gives the key of the version
    behind that subject and the subject's present state; it raises NotFoundError. `approved_as` is what an approving
    vote makes of the subject. `completed_by` is the command that needs the approval; None where the votes complete it.

    * `decides_review`: the votes move the version to approved or rejected, so the evidence must be fresh at each vote.
    * `serves_before_votes`: one person's code put the version in service; the votes ratify that, or it is undone.
    * `puts_in_service`: a deployment may stand on the request.
    * `names_slot`: the request is about one slot of one environment and one use, which people must see.
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
    """The record of a request's purpose."""
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
"""A version may serve in one slot of an environment."""

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
"""A version that went live in an emergency is approved after the fact."""

RATIFY: Final = Purpose("ratify", Deployment, _deployment, "ratified", None, names_slot=True)
"""A rollback or a suspension is approved after the fact."""

RETIRE: Final = Purpose("retire", Retirement, _retirement, "approved", ApproveRetirement)
"""The plan of a retirement is approved, with every consumer's answer in it."""

PURPOSES: Mapping[str, Purpose] = {purpose.name: purpose for purpose in (DEPLOY, RELEASE, RATIFY, RETIRE)}
"""Every purpose by the name that requests store."""
