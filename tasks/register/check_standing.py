"""Check a submission against the registry before anything costly is done, and find what it is a version of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import IllegalMoveError, SubmissionError
from data.queries.registered_model import StandingFacts, parent_facts
from data.records.model import Model
from data.records.names import short, version_key
from data.records.person import Person
from data.records.version import ChangeClass, Dataset, Section, Version
from data.registry.registry import Registry
from data.registry.rules.model import relaxations, require_proof
from data.submission.folder import Submission
from tasks.run.take_steps import name_step, step


@dataclass(frozen=True)
class Standing:
    """What the registry knows that bears on a submission; `known` is the version it is registered as already."""

    known: str | None
    parent: Version | None
    parent_derived: bool
    former_sections: tuple[Section, ...]
    former_datasets: tuple[Dataset, ...]
    roster: tuple[Person, ...]


@step("check standing")
def check_standing(submission: Submission) -> Standing:
    """Where a submission stands.

    Raises SubmissionError: a standard that is not adopted, a parent or upstream version that is not there, a change
    class without a parent. Raises IllegalMoveError for a retired model, NotAuthorisedError for relaxed rules of a known
    one: no flow carries a proof.
    """
    checked: list[StandingFacts] = []

    def choose(facts: StandingFacts) -> Version | None:
        checked.append(facts)
        _check_model(facts, submission)
        parent = _parent(submission, facts.versions)
        if _known(facts, submission) is None:
            _check_rules(facts.model, submission)
        return parent

    found = parent_facts(Registry.here(), submission.model.key, submission.version.upstream_keys, choose)
    standing = Standing(
        known=_known(checked[0], submission),
        parent=found.parent,
        parent_derived=submission.version.parent is None,
        former_sections=found.sections,
        former_datasets=found.datasets,
        roster=found.roster,
    )
    name_step(f"check standing: {_outcome(standing)}", model=submission.model.key)
    return standing


def _known(facts: StandingFacts, submission: Submission) -> str | None:
    """The version that this very submission is registered as."""
    return next((one.key for one in facts.versions if one.submission_digest == submission.digest), None)


def _outcome(standing: Standing) -> str:
    if standing.known is not None:
        return f"registered already as v{standing.known.rpartition('/')[2]}"
    return f"next after v{standing.parent.number}" if standing.parent is not None else "first version"


def _check_model(facts: StandingFacts, submission: Submission) -> None:
    model = facts.model
    if model is not None and model.state != "active":
        raise IllegalMoveError(f"{short(model.key)} is retired", "register the version under another model")
    for applied in submission.model.standards:
        if applied.standard not in facts.adopted:
            raise SubmissionError(
                f"model.yaml: the standard {applied.standard} is not adopted",
                f"`modelward standard adopt {applied.standard}` puts it in force",
            )
    for key in submission.version.upstream_keys:
        if key not in facts.upstream:
            raise SubmissionError(
                f"version.yaml: the upstream version {short(key)} is not registered", "register it first"
            )


def _check_rules(model: Model | None, submission: Submission) -> None:
    submitted = submission.model.command
    if model is not None and relaxations(model, submitted):
        require_proof(model, submitted)


def _parent(submission: Submission, versions: Sequence[Version]) -> Version | None:
    """The version named, else the newest before this submission; a new model has none."""
    submitted = submission.version
    if submitted.parent is not None:
        named = version_key(submission.model.key, submitted.parent)
        found = next((one for one in versions if one.key == named), None)
        if found is None:
            raise SubmissionError(
                f"version.yaml: the parent {short(named)} is not registered", "name a version that is, or leave it out"
            )
        return found
    earlier = [one for one in versions if one.submission_digest != submission.digest]
    if submitted.change_class is ChangeClass.NEW:
        return None
    if not earlier:
        raise SubmissionError(
            f"version.yaml: change_class is {submitted.change_class.value}, but there is no earlier version",
            "write `change_class: new`",
        )
    return earlier[-1]
