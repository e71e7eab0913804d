"""A version of a model, and the evidence submitted with it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row


class ReviewState(StrEnum):
    """The progress of a version's review; data/registry/lifecycle.py defines the legal moves."""

    REGISTERED = "registered"
    ASSESSED = "assessed"
    VALIDATED = "validated"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REVOKED = "revoked"
    RETIRED = "retired"


class ChangeClass(StrEnum):
    """How far a version differs from its parent; the demands of the standard depend on it."""

    NEW = "new"
    MATERIAL = "material"
    WITHIN_PLAN = "within plan"
    CORRECTION = "correction"


Origin = Literal["derived", "claimed"]

WHOLE_HISTORY = "fetch the whole history with `git fetch --unshallow` (in CI: check out with depth 0)"
"""The remedy when only some contributors are known."""


class Artifact(Frozen):
    """The model itself: bytes by digest, or a pin of a model that runs elsewhere.

    `digest` is `sha256:<hex>` of the bytes or of the pin.
    """

    kind: Literal["file", "container", "endpoint", "composite", "none"]
    digest: str
    size: int = 0
    file_name: str = ""
    pinned: dict[str, str] = {}


class CodeState(Frozen):
    """The code from which a version was built; without a commit its provenance is unproven."""

    commit: str | None = None
    dirty: bool | None = None
    source_digest: str | None = None


def are_contributors_known(provenance: Mapping[str, Origin]) -> bool:
    """Return False if only some contributors of a version are known; then they are not `derived`."""
    return provenance.get("contributors", "derived") == "derived"


class Change(Frozen):
    """The three fields that a person writes about the change in a version."""

    change_class: ChangeClass
    what: str
    why: str


class Version(Row):
    """A version of a model, with the key `models/<team>/<name>/versions/<n>`.

    After registration only `review_state`, `state_reason` and `valid_until` change.
    """

    table: ClassVar[str] = "version"
    model: str
    number: int
    parent: str | None
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
    registered_at: Instant
    review_state: ReviewState = ReviewState.REGISTERED
    state_reason: str = ""
    valid_until: Instant | None = None

    @property
    def has_known_contributors(self) -> bool:
        """False if only some contributors are known, because Git did not have the whole history."""
        return are_contributors_known(self.provenance)


class Overlap(Frozen):
    """The held-out rows that have the prediction id (`ids`), or features and label (`rows`), of a training row.

    `explained` is the number of equal rows that the repeats inside the training data explain.
    """

    ids: int
    rows: int
    explained: int


class Dataset(Row):
    """A dataset on which a version was built or tested, known by `identity`; `quality` is the outcome of its suite.

    `overlap` compares held-out data with the training data; None for another role, and where it was not compared.
    """

    table: ClassVar[str] = "dataset"
    version: str
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


class Section(Row):
    """A section of the documentation, with the digest of the described part when it was written, and now."""

    table: ClassVar[str] = "section"
    version: str
    name: str
    text_digest: str
    words: int
    describes: Literal["purpose", "code", "features", "data", "performance", "nothing"]
    described_digest: str | None
    current_digest: str | None
    carried_from: str | None = None
    generated: bool = False


class Metric(Row):
    """A metric recomputed from predictions: value, 95 % interval, rows, slice (empty: all), and who produced it."""

    table: ClassVar[str] = "metric"
    version: str
    name: str
    dataset: str
    slice: str = ""
    value: float | None
    low: float | None = None
    high: float | None = None
    rows: int
    days: int = 0
    cannot_say: str | None = None
    produced_by: str
    evidence_digest: str
    measured_at: Instant


class TestResult(Row):
    """The result of a planned test, with the threshold at the time of the run."""

    __test__: ClassVar[bool] = False
    table: ClassVar[str] = "test_result"
    version: str
    name: str
    kind: str
    value: float | None
    low: float | None = None
    high: float | None = None
    threshold: float
    at_least: bool
    threshold_set_at: Instant
    run_at: Instant
    produced_by: str
    evidence_digest: str


class Comparison(Row):
    """The challenger compared with the champion on the same predictions; a positive difference means better."""

    table: ClassVar[str] = "comparison"
    version: str
    champion: str
    metric: str
    difference: float | None
    low: float | None = None
    high: float | None = None
    rows: int = 0
    days: int = 0
    cannot_say: str | None = None
    evidence_digest: str
    measured_at: Instant
