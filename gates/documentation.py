"""Is the documentation of the version present, long enough, and about the version as it is now?

Source: SR 26-2 §VI.3 and SR 11-7 §IV.1, §VI.7 (somebody unfamiliar with the model can follow it; kept current);
EU AI Act Art. 11.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Section
from gates.contract import Criterion, Gate


class DocumentationParameters(Frozen):
    """Sections that must be there, and the fewest words (a count) of one written by a person."""

    sections: Annotated[tuple[str, ...], Field(min_length=1)]
    minimum_words: Annotated[int, Field(ge=1)] = 25


def judge(parameters: DocumentationParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """One criterion a section: present, long enough unless generated, and not stale.

    A section is stale only when the digest of what it describes changed since it was written.
    Source: SR 11-7 §VI.7.
    """
    sections = {one.name: one for one in evidence.sections}
    return [_criterion(name, sections.get(name), parameters) for name in parameters.sections]


def _criterion(name: str, section: Section | None, parameters: DocumentationParameters) -> Criterion:
    words = float(section.words) if section is not None and not section.generated else None
    limit = float(parameters.minimum_words) if words is not None else None
    known = (section.text_digest,) if section is not None else ()
    return Criterion(f"section {name}", _verdict(name, section, parameters.minimum_words), words, limit, known)


def _verdict(name: str, section: Section | None, minimum: int) -> Verdict:
    if section is None:
        return Unproven(missing=f"the section {name}", remedy=f"write the section {name} and register it")
    if not section.generated and not section.words >= minimum:
        return Failed(
            reason=f"the section {name} has {section.words} words; at least {minimum} are needed",
            remedy=f"fill the section {name}: what was decided, why, and what follows from it",
        )
    if section.describes == "nothing":
        return Passed(because=f"{section.words} words, about nothing that changes")
    if section.described_digest is None or section.current_digest is None:
        return Unproven(
            missing=f"which {section.describes} the section {name} describes",
            remedy=f"register the version again so that the section {name} is tied to what it describes",
        )
    if section.described_digest == section.current_digest:
        return Passed(because=f"{section.words} words about the {section.describes} as it is now")
    return Failed(
        reason=f"the section {name} is stale: the {section.describes} it describes has changed since",
        remedy=f"read the section {name} against the {section.describes} as it is now, and revise it",
    )


GATE: Gate[DocumentationParameters] = Gate("documentation", DocumentationParameters, judge)
