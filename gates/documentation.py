"""Gate: each required section of the documentation is present, long enough and describes the version as it is now.

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

AGAIN = "and register the version again"


class DocumentationParameters(Frozen):
    """The sections that are required, and the minimum number of words of a section that a person wrote."""

    sections: Annotated[tuple[str, ...], Field(min_length=1)]
    minimum_words: Annotated[int, Field(ge=1)] = 25


def judge(parameters: DocumentationParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each section: it is present, long enough unless it was generated, and not stale.

    A section is stale if the digest of what it describes has changed since the section was written.
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
        return Unproven(missing=f"the section {name}", remedy=f"write the section {name} {AGAIN}")
    if not section.generated and not section.words >= minimum:
        return Failed(
            reason=f"the section {name} has {section.words} words; at least {minimum} are needed",
            remedy=f"extend the section {name}: what was decided, why, and with what consequences {AGAIN}",
        )
    if section.describes == "nothing":
        return Passed(because=f"{section.words} words; the section describes nothing that can change")
    if section.described_digest is None or section.current_digest is None:
        return Unproven(
            missing=f"the digest of the {section.describes} that the section {name} describes",
            remedy=f"register the version again; this stores the digest of the {section.describes}",
        )
    if section.described_digest == section.current_digest:
        return Passed(because=f"{section.words} words about the {section.describes} as it is now")
    return Failed(
        reason=f"the section {name} is stale: the {section.describes} has changed since it was written",
        remedy=f"revise the section {name} for the current {section.describes} {AGAIN}",
    )


GATE: Gate[DocumentationParameters] = Gate("documentation", DocumentationParameters, judge)
