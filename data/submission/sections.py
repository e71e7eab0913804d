"""Determines the part of a version that each section describes: its digest when the section was written, and now.

A section with the same text as in the parent version, byte by byte, still describes the old part, and is stale when
that part has changed. A rewritten section describes the present part. A retrain within the plan uses new rows of the
same kind, so what was written about the data is still valid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.records.evidence import sha256_of
from data.records.version import ChangeClass, Dataset, Section
from data.registry.commands.version import SubmittedSection
from data.submission.documents import Document
from data.submission.folder import Submission


def described_parts(submission: Submission) -> dict[str, str | None]:
    """Return the present digest of each part that a section can describe; None when it is not known."""
    model = submission.model
    features = [[one.name, one.kind, one.source, _type_of(submission, one.name)] for one in model.features]
    identities = {role: facts.digest for role, facts in submission.datasets.items()}
    return {
        "purpose": sha256_of([model.purpose, list(model.intended_uses), list(model.prohibited_uses)]),
        "code": submission.source_digest or submission.provenance.commit,
        "features": sha256_of(features),
        "data": sha256_of(identities),
        "performance": None,
        "nothing": None,
    }


def planned_changes(submission: Submission, former: Sequence[Dataset]) -> frozenset[str]:
    """Return the parts that may change without a rewritten section; `former` are the parent version's datasets.

    These are the data, for a change within the plan in which every mapped column keeps its type.
    """
    before = {one.role: _mapped(submission, one.columns) for one in former}
    now = {role: _mapped(submission, facts.columns) for role, facts in submission.datasets.items()}
    planned = submission.version.change_class is ChangeClass.WITHIN_PLAN
    return frozenset({"data"} if planned and before == now else ())


def submitted_sections(
    documents: Sequence[Document],
    things: Mapping[str, str | None],
    former: Sequence[Section],
    may_change: frozenset[str] = frozenset(),
) -> tuple[SubmittedSection, ...]:
    """Return the sections as they are registered; `former` are those of the parent version.

    `may_change` are the parts that may change without a rewritten section, from `planned_changes`.
    """
    known = {one.name: one for one in former}
    return tuple(
        _section(one, things[one.describes], known.get(one.name), one.describes in may_change) for one in documents
    )


def _section(document: Document, now: str | None, former: Section | None, may_change: bool) -> SubmittedSection:
    same = former is not None and (former.text_digest, former.describes) == (document.digest, document.describes)
    fresh = former is not None and former.described_digest == former.current_digest
    holds = not same or (may_change and fresh)
    return SubmittedSection(
        name=document.name,
        text_digest=document.digest,
        words=document.words,
        describes=document.describes,
        described_digest=now if former is None or holds else former.described_digest,
        current_digest=now,
        carried_from=former.version if former is not None and same else None,
    )


def _mapped(submission: Submission, columns: Mapping[str, str]) -> dict[str, str | None]:
    """Return the type of each column that the model maps."""
    mapping = submission.model.mapping
    names = (mapping.prediction_id, mapping.predicted_at, mapping.score, mapping.label)
    return {name: columns.get(name) for name in (*names, *(one.name for one in mapping.features))}


def _type_of(submission: Submission, column: str) -> str:
    return submission.datasets["training"].columns[column]
