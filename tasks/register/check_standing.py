"""Check a submission against the registry before anything costly is done, and find what it is a version of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import IllegalMoveError, SubmissionError
from data.records.log import Standard
from data.records.model import Model
from data.records.names import short, version_key
from data.records.person import Person
from data.records.version import ChangeClass, Dataset, Section, Version
from data.registry.registry import Registry
from data.registry.rules.model import relaxations, require_proof
from data.registry.state import State
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
    class without a parent. Raises IllegalMoveError for a retired model, NotAuthorisedError for milder rules of a known
    one: no flow carries a proof.
    """
    with Registry.here().reading() as state:
        versions = state.find(Version, model=submission.model.key)
        _check_model(state, submission)
        parent = _parent(submission, versions)
        known = next((one.key for one in versions if one.submission_digest == submission.digest), None)
        if known is None:
            _check_rules(state, submission)
        standing = Standing(
            known=known,
            parent=parent,
            parent_derived=submission.version.parent is None,
            former_sections=tuple(state.find(Section, version=parent.key)) if parent is not None else (),
            former_datasets=tuple(state.find(Dataset, version=parent.key)) if parent is not None else (),
            roster=tuple(state.find(Person)),
        )
    name_step(f"check standing: {_outcome(standing)}", model=submission.model.key)
    return standing


def _outcome(standing: Standing) -> str:
    if standing.known is not None:
        return f"registered already as v{standing.known.rpartition('/')[2]}"
    return f"next after v{standing.parent.number}" if standing.parent is not None else "first version"


def _check_model(state: State, submission: Submission) -> None:
    model = state.get(Model, submission.model.key)
    if model is not None and model.state != "active":
        raise IllegalMoveError(f"{short(model.key)} is retired", "register the version under another model")
    for applied in submission.model.standards:
        if not state.find(Standard, standard=applied.standard):
            raise SubmissionError(
                f"model.yaml: the standard {applied.standard} is not adopted",
                f"`modelward standard adopt {applied.standard}` puts it in force",
            )
    for key in submission.version.upstream_keys:
        if state.get(Version, key) is None:
            raise SubmissionError(
                f"version.yaml: the upstream version {short(key)} is not registered", "register it first"
            )


def _check_rules(state: State, submission: Submission) -> None:
    model, submitted = state.get(Model, submission.model.key), submission.model.command
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
