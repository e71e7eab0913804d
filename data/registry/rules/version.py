"""Judge the commands that register a version, record its evidence and verdicts, or reject, revoke or expire it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import IllegalMoveError, IndependenceError, InputError, StaleEvidenceError
from data.records.events import EventType
from data.records.model import Model
from data.records.names import short, version_key
from data.records.review import VerdictSet
from data.records.row import Row
from data.records.version import (
    CodeState,
    Comparison,
    Dataset,
    Metric,
    Origin,
    ReviewState,
    Section,
    TestResult,
    Version,
    are_contributors_known,
)
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.version import (
    ExpireVersion,
    RecordEvidence,
    RecordVerdicts,
    RegisterVersion,
    RejectVersion,
    RevokeVersion,
)
from data.registry.lifecycle import check_review_move
from data.registry.rules.model import active_model
from data.registry.state import State


def register_version(state: State, command: RegisterVersion, context: Context) -> CommandResult:
    """Register a version under the next number; if its submission is registered already, return that version.

    The same files become another version when their code or contributors were unproven and are proven now.
    """
    model = active_model(state, command.model)
    same = [v for v in state.find(Version, model=model.key) if v.submission_digest == command.submission_digest]
    if same and is_same_provenance(same[-1], command.code, command.provenance):
        return CommandResult(EventType.VERSION_REGISTERED, same[-1].key, (same[-1],), unchanged=True)
    _check_registration(state, command, model)
    number = len(state.find(Version, model=model.key)) + 1
    key = version_key(model.key, number)
    fields = command.model_dump(exclude={"datasets", "sections"})
    version = Version(key=key, number=number, registered_at=context.now, **fields)
    datasets = tuple(
        Dataset(key=f"{key}/datasets/{one.role}", version=key, **one.model_dump()) for one in command.datasets
    )
    sections = tuple(
        Section(key=f"{key}/sections/{one.name}", version=key, **one.model_dump()) for one in command.sections
    )
    refs = {
        "artifact": command.artifact.digest if command.artifact.kind == "file" else None,
        "evidence": [one.text_digest for one in sections] + [d.quality_report for d in datasets if d.quality_report],
    }
    return CommandResult(EventType.VERSION_REGISTERED, key, (version, *datasets, *sections), refs=refs)


def is_same_provenance(known: Version, code: CodeState, provenance: Mapping[str, Origin]) -> bool:
    """Return True unless the provenance of a registered version was unproven, and the one given now is proven."""
    is_known = _is_proven(known.code, known.provenance)
    return is_known or not _is_proven(code, provenance)


def _is_proven(code: CodeState, provenance: Mapping[str, Origin]) -> bool:
    return code.commit is not None and code.dirty is False and are_contributors_known(provenance)


def record_evidence(state: State, command: RecordEvidence, context: Context) -> CommandResult:
    """Record new or newly measured evidence on a version; the log keeps earlier revisions of the rows."""
    version = state.need(Version, command.version)
    rows: list[Metric | TestResult | Comparison | Section | Dataset]
    rows = [*command.metrics, *command.tests, *command.comparisons, *command.sections, *command.datasets]
    for row in rows:
        if not row.key.startswith(version.key + "/") or row.version != version.key:
            raise InputError(
                f"evidence {row.key} does not belong to {short(version.key)}", "record it on the version it is about"
            )
    digests = sorted({d for row in rows if (d := getattr(row, "evidence_digest", None))})
    return CommandResult(
        EventType.EVIDENCE_RECORDED, version.key, _next_revisions(state, rows), refs={"evidence": digests}
    )


def record_verdicts(state: State, command: RecordVerdicts, context: Context) -> CommandResult:
    """Record a verdict set; at stage `assess` the version becomes `assessed`, whatever the verdicts are.

    If the same run recorded an equal set already, return that set.
    """
    version = state.need(Version, command.version)
    known = latest_verdicts(state, version.key, [command.stage])
    if known is not None and _is_repeated(known, version, command, context):
        event = EventType.VERSION_ASSESSED if command.stage == "assess" else EventType.VERDICTS_RECORDED
        return CommandResult(event, version.key, (known,), unchanged=True)
    key, number = state.next_key(VerdictSet, f"{version.key}/verdicts")
    fields = command.model_dump()
    cleared = all(one.cleared for one in command.judgements)
    verdicts = VerdictSet(
        key=key, number=number, cleared=cleared, judged_at=context.now, run_id=context.run_id, **fields
    )
    refs = {"evidence_set": command.evidence_digest, "standards": command.standards_digest}
    if command.stage != "assess":
        return CommandResult(EventType.VERDICTS_RECORDED, version.key, (verdicts,), refs=refs)
    check_review_move(short(version.key), version.review_state, ReviewState.ASSESSED)
    moved = version.changed(review_state=ReviewState.ASSESSED, state_reason="")
    return CommandResult(EventType.VERSION_ASSESSED, version.key, (verdicts, moved), refs=refs)


def reject_version(state: State, command: RejectVersion, context: Context) -> CommandResult:
    """Reject a version, with the reason."""
    version = state.need(Version, command.version)
    return _moved(version, ReviewState.REJECTED, command.reason, EventType.VERSION_REJECTED)


def revoke_version(state: State, command: RevokeVersion, context: Context) -> CommandResult:
    """Revoke the approval of a version. A deployment of it continues until it is rolled back or suspended."""
    version = state.need(Version, command.version)
    return _moved(version, ReviewState.REVOKED, command.reason, EventType.VERSION_REVOKED)


def expire_version(state: State, command: ExpireVersion, context: Context) -> CommandResult:
    """Record that the approval of a version has expired. Raises IllegalMoveError before the end of the approval."""
    version = state.need(Version, command.version)
    if version.valid_until is None:
        raise IllegalMoveError(f"{short(version.key)} has no approval that can expire")
    if version.valid_until > context.now:
        raise IllegalMoveError(
            f"the approval of {short(version.key)} has not expired; it is valid until "
            f"{version.valid_until:%Y-%m-%d %H:%M} UTC",
            "wait until then",
        )
    return _moved(version, ReviewState.EXPIRED, "the approval expired", EventType.VERSION_EXPIRED)


def latest_verdicts(state: State, version: str, stages: Sequence[str]) -> VerdictSet | None:
    """Return the latest verdict set of a version at one of these stages, or None."""
    found = [one for one in state.find(VerdictSet, version=version) if one.stage in stages]
    return found[-1] if found else None


def require_fresh_verdicts(
    state: State, version: Version, evidence_digest: str, stages: Sequence[str], remedy: str
) -> VerdictSet:
    """Return the latest verdict set of a version at one of these stages; `remedy` says how to judge the version again.

    Raises StaleEvidenceError when there is none or it is about other evidence, IllegalMoveError when it is not cleared.
    """
    verdicts = latest_verdicts(state, version.key, stages)
    if verdicts is None:
        raise StaleEvidenceError(f"{short(version.key)} was never judged at stage {' or '.join(stages)}", remedy)
    if verdicts.evidence_digest != evidence_digest:
        raise StaleEvidenceError(f"the evidence on {short(version.key)} changed since it was judged", remedy)
    if not verdicts.cleared:
        open_controls = sorted({one.control for one in verdicts.judgements if not one.cleared})
        raise IllegalMoveError(
            f"{short(version.key)} has controls that are not cleared: {', '.join(open_controls)}",
            f"correct what they found or request a waiver, then {remedy}",
        )
    return verdicts


def _check_registration(state: State, command: RegisterVersion, model: Model) -> None:
    if not command.contributors:
        raise IndependenceError(
            f"the submitted version of {short(model.key)} has no contributor", "register it from a Git checkout"
        )
    if command.parent is not None and state.need(Version, command.parent).model != model.key:
        raise InputError(
            f"the parent {short(command.parent)} is not a version of {short(model.key)}",
            f"choose a version of {short(model.key)} as the parent",
        )
    for what, names in (
        ("dataset", [one.role for one in command.datasets]),
        ("section", [one.name for one in command.sections]),
    ):
        if len(set(names)) != len(names) or any("/" in name for name in names):
            raise InputError(
                f"each {what} of a version of {short(model.key)} needs its own name without a slash; given: "
                f"{', '.join(names)}",
                f"rename the {what}",
            )


def _is_repeated(known: VerdictSet, version: Version, command: RecordVerdicts, context: Context) -> bool:
    assessed = command.stage != "assess" or version.review_state is ReviewState.ASSESSED
    same = all(getattr(known, name) == getattr(command, name) for name in type(command).model_fields)
    return bool(context.run_id) and known.run_id == context.run_id and same and assessed


def _moved(version: Version, to: ReviewState, reason: str, event: EventType) -> CommandResult:
    check_review_move(short(version.key), version.review_state, to)
    return CommandResult(
        event, version.key, (version.changed(review_state=to, state_reason=reason),), {"reason": reason}
    )


def _next_revisions(state: State, rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(
        row if (known := state.get(type(row), row.key)) is None else row.model_copy(update={"rev": known.rev + 1})
        for row in rows
    )


RULES: Mapping[type[Command], Rule] = {
    RegisterVersion: register_version,
    RecordEvidence: record_evidence,
    RecordVerdicts: record_verdicts,
    RejectVersion: reject_version,
    RevokeVersion: revoke_version,
    ExpireVersion: expire_version,
}
