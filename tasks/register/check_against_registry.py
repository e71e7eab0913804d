"""Check a submission against the registry before any expensive step, and find the parent of its version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import IllegalMoveError, SubmissionError
from data.queries.registered_model import RegisteredFacts, parent_facts
from data.records.model import Model
from data.records.names import short, version_key
from data.records.person import Person
from data.records.version import ChangeClass, Dataset, Section, Version
from data.registry.registry import Registry
from data.registry.rules.model import needs_proof, require_proof
from data.registry.rules.version import is_same_provenance
from data.submission.folder import Submission
from data.submission.model_file import FILE as MODEL
from data.submission.version_file import FILE as VERSION
from tasks.register.check_owner import check_owner
from tasks.run.take_steps import name_step, step


@dataclass(frozen=True)
class RegistrationFacts:
    """Facts of the registry that decide how a submission is registered.

    `registered_as` is the key of the version that this submission already became, None for a new submission.
    `former_sections` and `former_datasets` are those of the parent.
    """

    registered_as: str | None
    parent: Version | None
    parent_derived: bool
    former_sections: tuple[Section, ...]
    former_datasets: tuple[Dataset, ...]
    roster: tuple[Person, ...]


@step("check against registry")
def check_against_registry(submission: Submission) -> RegistrationFacts:
    """Check a submission against the registry and return what its registration needs.

    Raises SubmissionError for an owner who is not on the roster, a standard that is not adopted, a parent or upstream
    version that is not registered, or a change class that needs a parent when there is none. Raises IllegalMoveError
    for a retired model, and NotAuthorisedError when a registered model's rules are relaxed or its owner changes,
    because a flow cannot give the one-time code that this needs.
    """
    checked: list[RegisteredFacts] = []

    def choose(facts: RegisteredFacts) -> Version | None:
        checked.append(facts)
        _check_model(facts, submission)
        parent = _parent(submission, facts.versions)
        if _registered_as(facts, submission) is None:
            _check_rules(facts.model, submission)
        return parent

    found = parent_facts(Registry.here(), submission.model.key, submission.version.upstream_keys, choose)
    registered_as = _registered_as(checked[0], submission)
    if registered_as is None:
        check_owner(submission, found.roster)
    registration = RegistrationFacts(
        registered_as=registered_as,
        parent=found.parent,
        parent_derived=submission.version.parent is None,
        former_sections=found.sections,
        former_datasets=found.datasets,
        roster=found.roster,
    )
    name_step(f"check against registry: {_outcome(registration)}", model=submission.model.key)
    return registration


def _registered_as(facts: RegisteredFacts, submission: Submission) -> str | None:
    """Return the key of the version that was registered from the same submission, or None.

    A version whose provenance was unproven does not count once it is proven.
    """
    provenance = submission.provenance
    code, origins = provenance.code(submission.source_digest), provenance.origins
    same = [one for one in facts.versions if one.submission_digest == submission.digest]
    return same[-1].key if same and is_same_provenance(same[-1], code, origins) else None


def _outcome(facts: RegistrationFacts) -> str:
    if facts.registered_as is not None:
        return f"registered already as v{facts.registered_as.rpartition('/')[2]}"
    return f"next after v{facts.parent.number}" if facts.parent is not None else "first version"


def _check_model(facts: RegisteredFacts, submission: Submission) -> None:
    model = facts.model
    if model is not None and model.state != "active":
        raise IllegalMoveError(f"{short(model.key)} is retired", "register the version under another model")
    for place, applied in enumerate(submission.model.standards):
        if applied.standard not in facts.adopted:
            raise SubmissionError(
                f"{submission.at(MODEL, 'standards', place)}: the standard {applied.standard} is not adopted",
                f"adopt it with `modelward standard adopt {applied.standard}`, or remove it from `standards`",
            )
    for place, key in enumerate(submission.version.upstream_keys):
        if key not in facts.upstream:
            raise SubmissionError(
                f"{submission.at(VERSION, 'upstream', place)}: the upstream version {short(key)} is not registered",
                "register that version first, or correct `upstream`",
            )


def _check_rules(model: Model | None, submission: Submission) -> None:
    submitted = submission.model.command
    if model is not None and needs_proof(model, submitted):
        require_proof(model, submitted)


def _parent(submission: Submission, versions: Sequence[Version]) -> Version | None:
    """Return the version that `parent` refers to, otherwise the latest earlier version; None for a new model."""
    submitted = submission.version
    if submitted.parent is not None:
        named = version_key(submission.model.key, submitted.parent)
        found = next((one for one in versions if one.key == named), None)
        if found is None:
            raise SubmissionError(
                f"{submission.at(VERSION, 'parent')}: the parent {short(named)} is not registered",
                "enter the number of a registered version, or omit `parent`",
            )
        return found
    earlier = [one for one in versions if one.submission_digest != submission.digest]
    if submitted.change_class is ChangeClass.NEW:
        return None
    if not earlier:
        raise SubmissionError(
            f"version.yaml: change_class is {submitted.change_class.value}, but the model has no earlier version",
            "write `change_class: new`",
        )
    return earlier[-1]
