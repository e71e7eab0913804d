"""Record a submission in the registry: the changed model, its plans, its consumers, and the version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.queries.registered_model import RegisteredModel, registered_model
from data.records.model import Consumer, MonitoringPlan
from data.records.names import short
from data.records.run_context import RunContext
from data.records.version import Origin, Overlap
from data.registry.command import Command
from data.registry.commands.model import DeclareConsumer, RegisterModel
from data.registry.commands.version import RegisterVersion, SubmittedDataset
from data.registry.registry import Registry
from data.submission.contributors import contributors_of
from data.submission.folder import Submission
from data.submission.sections import described_parts, planned_changes, submitted_sections
from tasks.register.check_against_registry import RegistrationFacts
from tasks.register.check_quality import QualityReport
from tasks.register.show_registration import show_registration
from tasks.run.take_steps import name_step, step


@step("record registration")
def record_registration(
    submission: Submission,
    facts: RegistrationFacts,
    quality: Sequence[QualityReport],
    overlap: Overlap,
    digests: Mapping[str, str | None],
    context: RunContext,
) -> str:
    """Execute the registration commands under one lock; return the key of the version.

    `digests` has the keys `environment` and `reference`. Facts that the registry already has are not recorded again.
    Raises the errors of the registry's rules.
    """
    registry = Registry.here()
    with registry.session():
        known = registered_model(registry, submission.model.key)
        commands = [*changes(known, submission), registration(submission, facts, quality, overlap, digests, context)]
        receipts = [registry.execute(one, context) for one in commands]
    key = receipts[-1].subject
    name_step(f"register {short(key)}", version=key)
    show_registration(key)
    return key


def changes(known: RegisteredModel, submission: Submission) -> Iterator[Command]:
    """Yield the commands that change the model, its plans and its consumers; facts already recorded are omitted."""
    submitted = submission.model
    if known.model is None or submitted.command != RegisterModel.of(known.model):
        yield submitted.command
    if known.test_plan is None or known.test_plan.tests != submission.tests.tests:
        yield submission.tests.command(submitted.key)
    if submission.monitoring is not None:
        command = submission.monitoring.command(submitted.key)
        plan = known.monitoring_plan
        if plan is None or command.model_dump() != _stated(plan, command):
            yield command
    consumers = {one.key: one for one in known.consumers}
    for declared in submitted.declarations:
        consumer = consumers.get(f"{submitted.key}/consumers/{declared.system}")
        if consumer is None or not consumer.declared or _stated(consumer, declared) != declared.model_dump():
            yield declared


def registration(
    submission: Submission,
    facts: RegistrationFacts,
    quality: Sequence[QualityReport],
    overlap: Overlap,
    digests: Mapping[str, str | None],
    context: RunContext,
) -> RegisterVersion:
    """Return the command that registers the version; every field that can be derived is derived."""
    provenance, submitted = submission.provenance, submission.version
    submitter = provenance.submitter or context.actor.id
    parent = facts.parent if facts.parent is not None and facts.parent.has_known_contributors else None
    parent_commit = parent.code.commit if parent is not None else None
    return RegisterVersion(
        model=submission.model.key,
        parent=facts.parent.key if facts.parent is not None else None,
        artifact=submission.artifact.record,
        code=provenance.code(submission.source_digest),
        environment_digest=digests["environment"],
        configuration=dict(submitted.configuration),
        contributors=contributors_of(
            provenance.authors_since(parent_commit), (submitter, context.actor.id), facts.roster
        ),
        submitter=submitter,
        change=submitted.change,
        upstream=submitted.upstream_keys,
        submission_digest=submission.digest,
        reference_digest=digests["reference"],
        provenance=_origins(submission, facts),
        datasets=tuple(_dataset(submission, report, overlap) for report in quality),
        sections=submitted_sections(
            submission.documents,
            described_parts(submission),
            facts.former_sections,
            planned_changes(submission, facts.former_datasets),
        ),
    )


def _stated(row: MonitoringPlan | Consumer, command: Command | DeclareConsumer) -> dict[str, object]:
    """Return the fields of a row that the command also has."""
    return row.model_dump(include=set(type(command).model_fields))


def _origins(submission: Submission, facts: RegistrationFacts) -> dict[str, Origin]:
    """Return for each field whether it was `derived` from bytes, Git or the registry, or only `claimed` by a person."""
    derived: tuple[str, ...] = ("artifact", "datasets", "reference_digest", "submitter", "sections")
    claimed = ("change", "configuration", "upstream", "scores")
    origins: dict[str, Origin] = dict.fromkeys(derived, "derived")
    origins |= dict.fromkeys(claimed, "claimed")
    origins["environment_digest"] = submission.environment.origin
    origins |= submission.provenance.origins
    origins["parent"] = "derived" if facts.parent_derived else "claimed"
    return origins


def _dataset(submission: Submission, report: QualityReport, overlap: Overlap) -> SubmittedDataset:
    facts = submission.datasets[report.role]
    return SubmittedDataset.model_validate(
        {
            "role": facts.role,
            "kind": "content",
            "identity": facts.digest,
            "rows": facts.rows,
            "columns": dict(facts.columns),
            "quality": report.outcome,
            "quality_report": report.digest,
            "quality_rows_floor": report.row_floor,
            "quality_expectations": report.deciding,
            "from_at": facts.from_at,
            "to_at": facts.to_at,
            "sources": tuple(sorted({one.source for one in submission.model.features if one.source})),
            "overlap": overlap if report.role == "held-out" else None,
        }
    )
