"""The digest of evidence: which fields it covers, and which it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import InputError
from data.records.evidence import Evidence, sha256_of
from data.records.model import AppliedStandard, ColumnMapping, Model
from data.records.review import Finding, Severity
from data.records.version import Artifact, Change, ChangeClass, CodeState, Version

NOW = datetime(2013, 3, 1, tzinfo=UTC)
MODEL = Model(
    key="models/a/b", team="a", name="b", owner="olga", purpose="p", intended_uses=("u",), prohibited_uses=(), tier=2,
    tier_factors={}, tier_rationale="r", standards=(AppliedStandard(standard="s", rationale="r"),),
    columns=ColumnMapping(), registered_at=NOW, registered_by="dev",
)  # fmt: skip
VERSION = Version(
    key="models/a/b/versions/1", model="models/a/b", number=1, parent=None, code=CodeState(), environment_digest=None,
    artifact=Artifact(kind="none", digest="sha256:0"), configuration={}, contributors=("dev",), submitter="dev",
    change=Change(change_class=ChangeClass.NEW, what="a", why="b"), submission_digest="sha256:0",
    reference_digest=None, provenance={}, registered_at=NOW,
)  # fmt: skip


def finding(origin: str, **changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "key": "models/a/b/versions/1/findings/1", "version": VERSION.key, "number": 1, "severity": Severity.LOW,
        "title": "t", "text": "t", "owner": "dev", "raised_by": "vera", "raised_at": NOW, "due_at": NOW,
    }  # fmt: skip
    return Finding.model_validate({**fields, "origin": origin, **changes})


def digest(**parts: Any) -> str:
    return Evidence(model=MODEL, version=VERSION, **parts).digest


COVERED = {
    "a finding of a validator": digest(findings=(finding("validation"),)),
    "its answer": digest(findings=(finding("validation", state="answered"),)),
    "the model's tier": Evidence(model=MODEL.model_copy(update={"tier": 1}), version=VERSION).digest,
    "the version's submitter": Evidence(model=MODEL, version=VERSION.model_copy(update={"submitter": "x"})).digest,
}
NOT_COVERED = {
    "a condition of an approval": digest(findings=(finding("condition"),)),
    "the champion": digest(champion=VERSION),
    "the environment and use": digest(environment="staging", use="x"),
    "the version's state": Evidence(model=MODEL, version=VERSION.changed(review_state="approved")).digest,
    "the model's revision": Evidence(model=MODEL.changed(), version=VERSION).digest,
}


@pytest.mark.parametrize("what", COVERED)
def test_the_digest_changes_with(what: str) -> None:
    assert COVERED[what] != digest()


def test_different_evidence_has_different_digests() -> None:
    assert len(set(COVERED.values())) == len(COVERED)


@pytest.mark.parametrize("what", NOT_COVERED)
def test_the_digest_does_not_change_with(what: str) -> None:
    assert NOT_COVERED[what] == digest()


def test_a_digest_starts_with_its_algorithm() -> None:
    assert sha256_of({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_a_time_without_zone_is_refused_in_evidence() -> None:
    with pytest.raises(InputError):
        finding("validation", raised_at=datetime(2013, 3, 1))  # noqa: DTZ001
