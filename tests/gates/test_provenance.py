"""Provenance: artifact, code, environment, training data and people are known."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.version import Artifact, CodeState
from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an artifact with a digest passes": ({}, "artifact", "passed"),
    "a missing artifact fails": ({"artifact": Artifact(kind="none", digest="")}, "artifact", "failed"),
    "a digest of another kind is unproven": (
        {"artifact": Artifact(kind="file", digest="md5:1")},
        "artifact",
        "unproven",
    ),
    "an endpoint that is not pinned is unproven": (
        {"artifact": Artifact(kind="endpoint", digest=rows.digest())},
        "artifact",
        "unproven",
    ),
    "a pinned endpoint passes": (
        {"artifact": Artifact(kind="endpoint", digest=rows.digest(), pinned={"provider": "p", "snapshot": "s"})},
        "artifact",
        "passed",
    ),
    "a clean commit passes": ({}, "code", "passed"),
    "code without a commit is unproven": ({"code": CodeState(source_digest=rows.digest())}, "code", "unproven"),
    "code without a recorded state of changes is unproven": (
        {"code": CodeState(commit="4f2a")},
        "code",
        "unproven",
    ),
    "uncommitted changes fail": ({"code": CodeState(commit="4f2a", dirty=True)}, "code", "failed"),
    "a locked environment passes": ({}, "environment", "passed"),
    "an unknown environment is unproven": ({"environment_digest": None}, "environment", "unproven"),
    "known contributors pass": ({}, "people", "passed"),
    "an unknown submitter is unproven": ({"submitter": " "}, "people", "unproven"),
    "unknown contributors are unproven": ({"contributors": ()}, "people", "unproven"),
    "contributors from a part of the history are unproven": (
        {"provenance": {"contributors": "claimed"}},
        "people",
        "unproven",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_each_demand(case: str) -> None:
    changes, criterion, outcome = CASES[case]
    found = rows.judged("provenance", rows.evidence(version=rows.version(**changes)))
    assert rows.outcomes(found)[criterion] == outcome


@pytest.mark.parametrize("datasets", [(), (rows.dataset("held-out"),), (rows.dataset(identity=" "),)])
def test_training_data_without_identity_is_unproven(datasets: Any) -> None:
    found = rows.outcomes(rows.judged("provenance", rows.evidence(datasets=datasets)))
    assert found["training data"] == "unproven"


def test_the_standard_chooses_artifact_kinds_and_demands() -> None:
    found = rows.judged("provenance", rows.evidence(), kinds=["container"], demands=["artifact"])
    assert rows.outcomes(found) == {"artifact": "failed"}
