"""Commands about versions and the evidence on them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from data.records.instant import Instant
from data.records.row import Frozen
from data.records.verdict import Judgement
from data.records.version import (
    Artifact,
    Change,
    CodeState,
    Comparison,
    Dataset,
    Metric,
    Origin,
    Overlap,
    Section,
    TestResult,
)
from data.registry.command import Command
from data.registry.commands.model import AboutModel


class AboutVersion(Command):
    """A command about a version, by its key `models/<team>/<name>/versions/<n>`."""

    version: str

    @property
    def subject(self) -> str:
        """The key of the version."""
        return self.version


class SubmittedDataset(Frozen):
    """A dataset as submitted, with the outcome of its quality suite."""

    role: Literal["training", "held-out", "reference", "scoring"]
    kind: Literal["content", "manifest", "table-snapshot", "feature-view"]
    identity: str
    rows: int
    columns: dict[str, str]
    quality: Literal["passed", "failed", "error", "not run"]
    quality_report: str | None = None
    quality_rows_floor: int = 0
    quality_expectations: int = 0
    from_at: Instant | None = None
    to_at: Instant | None = None
    sources: tuple[str, ...] = ()
    overlap: Overlap | None = None


class SubmittedSection(Frozen):
    """A section of the documentation as submitted; `data.records.version.Section` explains the two digests."""

    name: str
    text_digest: str
    words: int
    describes: Literal["purpose", "code", "features", "data", "performance", "nothing"]
    described_digest: str | None
    current_digest: str | None
    carried_from: str | None = None
    generated: bool = False


class RegisterVersion(AboutModel):
    """Register an immutable version with its datasets and documentation.

    A second registration of the same submission (equal `submission_digest`) changes nothing; its receipt is that of the
    registered version.
    """

    name: ClassVar[str] = "register version"
    parent: str | None = None
    artifact: Artifact
    code: CodeState
    environment_digest: str | None
    configuration: dict[str, object]
    contributors: tuple[str, ...]
    submitter: str
    change: Change
    upstream: tuple[str, ...] = ()
    submission_digest: str
    reference_digest: str | None
    provenance: dict[str, Origin]
    datasets: tuple[SubmittedDataset, ...]
    sections: tuple[SubmittedSection, ...]


class RecordEvidence(AboutVersion):
    """Record what was measured for a version: metrics, test results, the comparison with the champion, sections.

    The rows contain their keys; the registry sets their `rev`.
    """

    name: ClassVar[str] = "record evidence"
    metrics: tuple[Metric, ...] = ()
    tests: tuple[TestResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    sections: tuple[Section, ...] = ()
    datasets: tuple[Dataset, ...] = ()


class RecordVerdicts(AboutVersion):
    """Record a verdict set: every judgement of a version at one stage. Stage `assess` makes the version assessed.

    The registry numbers the set. If the same run recorded an equal set already, nothing changes and the receipt is that
    of the earlier set.
    """

    name: ClassVar[str] = "record verdicts"
    stage: Literal["assess", "approve", "deploy", "emergency"]
    environment: str = ""
    standards: tuple[str, ...] = Field(min_length=1)
    standards_digest: str
    evidence_digest: str
    champion: str | None = None
    judgements: tuple[Judgement, ...] = Field(min_length=1)


class RejectVersion(AboutVersion):
    """Reject a version permanently, with the reason."""

    name: ClassVar[str] = "reject version"
    reason: str = Field(min_length=1)


class RevokeVersion(AboutVersion):
    """Revoke the approval of a version: a condition is overdue, an incident is confirmed, or a waiver was revoked."""

    name: ClassVar[str] = "revoke version"
    reason: str = Field(min_length=1)


class ExpireVersion(AboutVersion):
    """Record that the approval of a version expired."""

    name: ClassVar[str] = "expire version"
