"""Which thing each section describes, as it stood when the section was written and as it stands now.

A section whose text is the parent version's, byte for byte, is carried forward: it still describes what it described
then, and is stale when that has changed. A section written anew describes what is there now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.commands.version import SubmittedSection
from data.records.evidence import sha256_of
from data.records.version import Section
from data.submission.documents import Document
from data.submission.folder import Submission


def described_things(submission: Submission) -> dict[str, str | None]:
    """The digest now of each thing a section can describe; None for what is not known."""
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


def submitted_sections(
    documents: Sequence[Document], things: Mapping[str, str | None], former: Sequence[Section]
) -> tuple[SubmittedSection, ...]:
    """The sections as they are registered; `former` are those of the parent version."""
    known = {one.name: one for one in former}
    return tuple(_section(one, things[one.describes], known.get(one.name)) for one in documents)


def _section(document: Document, now: str | None, former: Section | None) -> SubmittedSection:
    same = former is not None and (former.text_digest, former.describes) == (document.digest, document.describes)
    return SubmittedSection(
        name=document.name,
        text_digest=document.digest,
        words=document.words,
        describes=document.describes,
        described_digest=former.described_digest if former is not None and same else now,
        current_digest=now,
        carried_from=former.version if former is not None and same else None,
    )


def _type_of(submission: Submission, column: str) -> str:
    return submission.datasets["training"].columns[column]
