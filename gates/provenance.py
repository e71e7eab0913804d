"""Gate: the artifact, code, environment, training data and contributors of the version are known.

Source: SR 11-7 §V.1.b (only approved parties alter code; changes are logged) and SR 26-2 §IV.1; EU AI Act Art. 11
with Annex IV; ISO 13485 §7.5.9 (traceability).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import WHOLE_HISTORY
from gates.contract import Criterion, Gate
from gates.independence import makers

Demand = Literal["artifact", "code", "environment", "training data", "people"]
ALL: tuple[Demand, ...] = ("artifact", "code", "environment", "training data", "people")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
AGAIN = "and register the version again"


class ProvenanceParameters(Frozen):
    """The parts of the provenance that must be known, and the kinds of artifact that are allowed."""

    demands: Annotated[tuple[Demand, ...], Field(min_length=1)] = ALL
    kinds: Annotated[tuple[Literal["file", "container", "endpoint", "composite"], ...], Field(min_length=1)] = (
        "file",
        "container",
        "endpoint",
        "composite",
    )


def judge(parameters: ProvenanceParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each part of the provenance; a digest is `sha256:` and 64 hex digits.

    Code without a commit is unproven; code with uncommitted changes fails. Source: SR 11-7 §V.1.b.
    """
    return [Criterion(one, RULES[one](parameters, evidence)) for one in parameters.demands]


def _artifact(parameters: ProvenanceParameters, evidence: Evidence) -> Verdict:
    artifact = evidence.version.artifact
    if artifact.kind not in parameters.kinds:
        reason = f"the artifact is of kind {artifact.kind}; allowed: {', '.join(parameters.kinds)}"
        return Failed(reason=reason, remedy=f"submit an artifact of an allowed kind {AGAIN}")
    if not DIGEST.fullmatch(artifact.digest):
        return Unproven(missing="the artifact's digest", remedy=f"submit the file of the artifact or its pin {AGAIN}")
    if artifact.kind == "endpoint" and not artifact.pinned:
        return Unproven(
            missing="the provider and snapshot that the endpoint is pinned to",
            remedy=f"pin the endpoint to a provider and a snapshot {AGAIN}",
        )
    return Passed(because=f"{artifact.kind} {artifact.digest[:19]}…")


def _code(_: ProvenanceParameters, evidence: Evidence) -> Verdict:
    code = evidence.version.code
    if not code.commit or code.dirty is None:
        return Unproven(missing="the commit of the code", remedy=f"commit the code {AGAIN}")
    if code.dirty:
        reason = (
            f"the code differs from commit {code.commit[:12]}: it had uncommitted changes, or files that Git ignores"
        )
        return Failed(reason=reason, remedy=f"commit the changes, ignored files with `git add --force` {AGAIN}")
    return Passed(because=f"commit {code.commit[:12]}, without uncommitted changes")


def _environment(_: ProvenanceParameters, evidence: Evidence) -> Verdict:
    digest = evidence.version.environment_digest or ""
    if DIGEST.fullmatch(digest):
        return Passed(because=f"environment {digest[:19]}…")
    return Unproven(missing="the environment's digest", remedy=f"add a lock file of the packages {AGAIN}")


def _training_data(_: ProvenanceParameters, evidence: Evidence) -> Verdict:
    identities = [one.identity for one in evidence.datasets if one.role == "training" and one.identity.strip()]
    if identities:
        return Passed(because=f"trained on {', '.join(one[:19] for one in identities)}")
    return Unproven(missing="the identity of the training data", remedy=f"submit the training data {AGAIN}")


def _people(_: ProvenanceParameters, evidence: Evidence) -> Verdict:
    version = evidence.version
    if not version.has_known_contributors:
        return Unproven(
            missing="all authors of this version: Git had only a part of the history when it was packed",
            remedy=f"{WHOLE_HISTORY} {AGAIN}",
        )
    if version.submitter.strip() and version.contributors:
        return Passed(because=f"submitted by {version.submitter}, made by {', '.join(sorted(makers(version)))}")
    return Unproven(
        missing="the people who made this version", remedy=f"commit the work under the names of its authors {AGAIN}"
    )


RULES: Mapping[Demand, Callable[[ProvenanceParameters, Evidence], Verdict]] = {
    "artifact": _artifact,
    "code": _code,
    "environment": _environment,
    "training data": _training_data,
    "people": _people,
}
GATE: Gate[ProvenanceParameters] = Gate("provenance", ProvenanceParameters, judge)
