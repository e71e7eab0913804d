"""What an approver reads: the question, the digest to confirm, every verdict; text of others renders as itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.commands.model import RegisterModel
from data.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from data.commands.version import RecordEvidence
from data.records.approval import ApprovalRequest, Vote
from data.records.model import Model
from data.records.verdict import Failed, Judgement, Passed, Unproven
from data.records.version import Comparison
from tasks.describe_request import describe_request, judged_lines
from tests.world import MODEL, World

HOSTILE = "<img src=x> | [click](http://evil) {{ 1 }}\n# \u202ebig"
INERT = r"&lt;img src=x&gt; \| \[click\]\(http://evil\) \{\{ 1 \}\} \# �big"


def described(world: World, request: ApprovalRequest, reason: str = "") -> str:
    with world.registry.reading() as state:
        return describe_request(state, request, state.find(Vote, request=request.key), reason)


def test_it_says_what_is_asked_of_whom_until_when_and_what_to_confirm(world: World) -> None:
    request = world.requested()
    lines = described(world, request).splitlines()
    assert lines[0].startswith("**Deploy ops/delay v1** to production (champion) for: planning, artifact `sha256:")
    assert request.artifact_digest[:19] in lines[0]
    assert lines[2] == f"Signatures needed: 2 × approver. Until {request.expires_at:%Y-%m-%d %H:%M} UTC."
    assert lines[4].startswith(f"Confirm these last 8 characters: **`{request.request_digest[-8:]}`**")
    assert "| performance | performance: auc | passed | 0.7 |" in lines


def test_the_reason_stands_on_top_and_signatures_below(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    lines = described(world, request, f"refused: {HOSTILE}").splitlines()
    assert lines[:2] == [f"> refused: {INERT}", ""]
    assert lines[-1] == "- signed: Alma as approver: approve"


def test_open_findings_and_granted_waivers_are_shown(world: World) -> None:
    version, until = world.validated(), world.now + timedelta(days=9)
    told: dict[str, Any] = {"text": "see title", "owner": "dev", "due_at": until}
    world.do(OpenFinding(version=version, severity="low", title=HOSTILE, **told), by="vera")
    asked = world.do(RequestWaiver(version=version, control="GAP-1", reason=HOSTILE, expires_at=until))
    world.do(DecideWaiver(key=asked.subject, grant=True, proof=world.proof("axel")), by="axel")
    lines = described(world, world.requested(version)).splitlines()
    assert f"- finding 1 (low, open): {INERT}" in lines
    assert f"- waiver of GAP-1 until {until:%Y-%m-%d}: {INERT}" in lines


COMPARED = {
    "a difference with its interval": ({"difference": 0.02, "low": 0.01, "high": 0.03}, "+0.0200 | +0.0100 to +0.0300"),
    "what it cannot say, and why": ({"cannot_say": HOSTILE, "low": None, "high": None}, f"cannot say | {INERT}"),
}


@pytest.mark.parametrize(("told", "shown"), COMPARED.values(), ids=COMPARED)
def test_the_comparison_with_the_champion(world: World, told: dict[str, Any], shown: str) -> None:
    version = world.version()
    given = {"difference": None, "rows": 9, "days": 3, "evidence_digest": "sha256:0", "measured_at": world.now, **told}
    row = Comparison(key=f"{version}/comparisons/auc", version=version, champion=version, metric="auc", **given)
    world.do(RecordEvidence(version=version, comparisons=(row,)))
    assert f"| auc | {shown} |" in described(world, world.requested(world.validated(version))).splitlines()


def test_hostile_words_of_the_use_stay_one_line(world: World) -> None:
    first = described(world, world.requested(use=HOSTILE)).splitlines()[0]
    assert first.startswith(f"**Deploy ops/delay v1** to production (champion) for: {INERT}, artifact")


def test_hostile_words_of_a_model_are_not_taken_over(world: World) -> None:
    version = world.validated()
    model = world.get(Model, MODEL).model_dump(include=set(RegisterModel.model_fields) - {"model"})
    world.do(RegisterModel(model=MODEL, **{**model, "purpose": HOSTILE}))
    assert "<img" not in described(world, world.requested(version))


def judgement(verdict: Any, **changes: Any) -> Judgement:
    return Judgement(control="A-1", gate="a", criterion="x | y", verdict=verdict, **changes)


VERDICTS = {
    "passed": (judgement(Passed(because="0.7")), r"| A-1 | a: x \| y | passed | 0.7 |"),
    "failed": (judgement(Failed(reason="too low", remedy="more")), r"| A-1 | a: x \| y | **failed** | too low |"),
    "unproven": (judgement(Unproven(missing="a log", remedy="keep")), r"| A-1 | a: x \| y | **unproven** | a log |"),
    "waived": (
        judgement(Failed(reason="too low", remedy="more"), waived_by=f"{MODEL}/versions/1/waivers/2"),
        r"| A-1 | a: x \| y | waived (waiver 2) | too low |",
    ),
}


@pytest.mark.parametrize(("one", "row"), VERDICTS.values(), ids=VERDICTS)
def test_each_judgement_is_a_row(one: Judgement, row: str) -> None:
    assert judged_lines([one])[-1] == row


def test_nothing_judged_shows_no_table() -> None:
    assert judged_lines([]) == []
