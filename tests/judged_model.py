"""A version that real gates can judge: a packed submission with predictions, under a small standard of real controls.

def test_something(judged: World) -> None:       version 1 is registered, its submission is packed
def test_something(validated: World) -> None:    the tasks measured and judged version 1, and vera validated it

dev submitted the version and otto is a Git author of it; both hold the role approver but are not independent. rita is a
third approver.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data.records.person import Actor
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.registry.commands.log import AdoptStandard
from data.registry.commands.review import ConcludeValidation
from data.submission.delivery import deliver
from tasks.validate.compare_champion import compare_champion
from tasks.validate.judge_version import judge_version
from tasks.validate.measure_version import collect_version, measure_version
from tasks.validate.write_performance import write_performance
from tests.operations import prepared
from tests.submissions import write_filled
from tests.world import MODEL, Template, World

V1 = f"{MODEL}/versions/1"
USE = "planning"
DEV = Actor(id="dev")
STAGES: Mapping[str, list[str]] = {
    "performance": ["assess", "approve", "deploy"],
    "champion_comparison": ["assess", "approve", "deploy"],
    "validation": ["approve", "deploy"],
    "findings": ["approve", "deploy"],
    "waivers": ["assess", "approve", "deploy"],
    "sign_off": ["deploy"],
}
PARAMETERS: Mapping[str, dict[str, Any]] = {
    "champion_comparison": {"metrics": ["auc"], "margin": 0.05},
    "waivers": {"maximum_days": 90},
}
BY_TIER = {"ratify_hours": 24, "ratify_roles": {"approver": 1}, "review_days": 365, "rationale": "said"}
END = {"notice_days": 30, "quiet_days": 14, "retention_years": 10, "roles": {"owner": 1}, "request_days": 14}


def standard_text(version: int = 2, approvers: int = 2, **changes: Any) -> str:
    """Return the text of a standard with one control for each gate, which requires `approvers` approvers."""
    rule = {"roles": {"approver": approvers}, "request_days": 7, "approval_days": 90, "rationale": "said"}
    written = {
        "id": "baseline",
        "version": version,
        "title": "Small",
        "about": "for tests",
        "controls": [_control(gate) for gate in STAGES],
        "approvals": [rule],
        "oversight": [BY_TIER],
        "retirement": [{**END, "rationale": "said"}],
    }
    return json.dumps({**written, **changes}, indent=1)


def adopt(world: World, text: str) -> str:
    """Adopt a standard with adam's code; return the digest of its text."""
    digest = world.artifacts.put(text.encode())
    read = json.loads(text)
    command = AdoptStandard(
        standard=read["id"],
        version=read["version"],
        title=read["title"],
        digest=digest,
        controls=len(read["controls"]),
        proof=world.proof("adam"),
    )
    world.do(command, by="adam")
    return digest


def registered_version(world: World) -> str:
    """Register the first version, submitted by dev with the predictions of `tests/submissions.py`; return its key."""
    adopt(world, standard_text())
    for person in ("dev", "otto", "rita"):
        world.grant(person)
    folder = write_filled(world.home.root.parent / "submission", "ops/delay")
    return next_version(world, folder, contributors=("dev", "Otto <otto@example.org>"))


def next_version(world: World, folder: Path, **changes: Any) -> str:
    """Register another version of the model from a submission folder; return its key."""
    return world.version(submission_digest=deliver(folder, world.home, "dev"), by="dev", **changes)


def assessed_version(world: World, version: str = V1, run_id: str = "run-v") -> VerdictSet:
    """Measure, compare and judge a version with the tasks of the validate flow; return its verdict set."""
    context = RunContext(DEV, world.now, run_id)
    evidence = collect_version.fn(version, "production")
    measure_version.fn(evidence, context)
    compare_champion.fn(evidence, context)
    write_performance.fn(version, context)
    return judge_version.fn(version, "assess", "production", USE, context)


def validated_version(world: World, version: str = V1) -> str:
    """Assess a version with the tasks and validate it as vera; return its key."""
    assessed_version(world, version)
    world.do(
        ConcludeValidation(
            version=version,
            conclusion="fit",
            scope="all of it",
            limitations="one year",
            competence="ten years",
            evidence_digest=world.digest(version),
            proof=world.proof("vera"),
        ),
        by="vera",
    )
    return version


def _control(gate: str) -> dict[str, Any]:
    written = {"title": gate, "source": "SR 11-7", "authority": "house policy", "rationale": "said"}
    identity = gate.upper().replace("_", "-") + "-1"
    return {"id": identity, "gate": gate, "stages": STAGES[gate], "parameters": PARAMETERS.get(gate, {}), **written}


@pytest.fixture(scope="session")
def found_judged(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world of the fixture `judged`, to be copied."""
    return prepared(founded, tmp_path_factory.mktemp("judged") / "home", registered_version)


@pytest.fixture(scope="session")
def found_validated(found_judged: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world of the fixture `validated`, to be copied."""
    return prepared(found_judged, tmp_path_factory.mktemp("validated") / "home", validated_version)


@pytest.fixture
def judged(found_judged: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the world with a registered version; dev is the acting person."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    return found_judged.copy(tmp_path / "home", monkeypatch)


@pytest.fixture
def validated(found_validated: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the world with a validated version; dev is the acting person."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    return found_validated.copy(tmp_path / "home", monkeypatch)
