"""The approval form shows the question, the digest to confirm, the people who can sign, and the objections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data.errors import NotAuthorisedError
from data.queries.approval_snapshot import approval_snapshot
from data.records.approval import ApprovalRequest, Condition, RequiredRole
from data.records.model import Model
from data.records.person import Role
from data.records.verdict import Failed, Judgement, Passed, Unproven
from data.records.version import Comparison
from data.registry.commands.model import RegisterModel
from data.registry.commands.person import RevokePerson
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from data.registry.commands.version import RecordEvidence
from tasks.run.await_people import refused
from tests.operations import deploy
from tests.world import MODEL, World
from views.forms.approval_form import describe_request
from views.forms.objection import Objection

HOSTILE = "<img src=x> | [click](http://evil) {{ 1 }}\n# \u202ebig"
INERT = r"“&lt;img src=x&gt; \| \[click\]\(http:<!-- -->//evil\) \{\{ 1 \}\} \# �big”"


@pytest.fixture(autouse=True)
def held(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the registry open for the test, with no server of evidence pages unless the test configures one."""
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)
    with world.registry.store.session():
        yield


def described(world: World, request: ApprovalRequest, *objection: str) -> str:
    return describe_request(approval_snapshot(world.registry, request.key, world.now), Objection(*objection))


def facts(text: str) -> dict[str, str]:
    """Return the rows of the first table by their first column."""
    table = [line for line in text.split("\n\n#### ", maxsplit=1)[0].splitlines() if line.startswith("| ")]
    return dict(line[2:-2].split(" | ", 1) for line in table)


def in_pieces(digest: str) -> str:
    """Return the digest as the form shows it: the algorithm and 64 digits in four pieces."""
    return f"`{digest[:23]}` `{digest[23:39]}` `{digest[39:55]}` `{digest[55:]}`"


def test_the_question_comes_first_then_the_gates_then_the_digest_to_confirm(world: World) -> None:
    request = world.requested()
    lines = described(world, request).splitlines()
    digest = request.request_digest
    whole = in_pieces(digest)
    assert lines[:3] == ["### Deploy ops/delay v1 to production, champion?", "", "**All 1 criteria passed.**"]
    assert lines[4] == f"| **To confirm** | type **`{digest[-8:]}`**, the end of {whole} |"


def test_the_facts_of_a_request_are_shown(world: World) -> None:
    request = world.requested()
    rows = facts(described(world, request))
    assert rows["Decide until"] == f"{request.expires_at:%Y-%m-%d %H:%M} UTC"
    assert rows["Signatures"] == "2 × approver required; **2 × approver missing**"
    assert rows["Can sign now"] == "alma, axel"
    assert rows["Requested by"] == "dev, who therefore cannot sign"
    assert (rows["Use"], rows["Serving there now"]) == ("“planning”", "nothing")
    assert rows["Validation"] == f"**fit**, by vera on {world.now:%Y-%m-%d}; limitations: “one year”"
    assert rows["Model"] == "tier 2, owned by olga, to “say whether delay happens for ops”"
    assert rows["Change"] == "new: “a first model”, because “there was none”"
    assert rows["Artifact"] == f"{in_pieces(request.artifact_digest)}, 30 bytes of “model.bin”"
    assert rows["All evidence"] == "`modelward report ops/delay/1`"


def test_a_conclusion_of_a_deputy_names_the_person_represented(world: World) -> None:
    world.grant("rita", Role.VALIDATOR, deputy_of="vera", to_at=world.now + timedelta(days=5))
    rows = facts(described(world, world.requested(world.validated(by="rita"))))
    assert rows["Validation"].startswith("**fit**, by rita as deputy of vera on ")


def test_the_evidence_is_a_link_to_the_request_if_the_pages_are_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:4290")
    page = "models/ops/delay/1.html"
    assert facts(described(world, world.requested()))["All evidence"] == (
        f"[read it on one page](http://127.0.0.1:4290/{page}#request-1)"
    )


def test_the_version_that_serves_in_the_slot_is_named(world: World) -> None:
    deploy(world, world.approved())
    second = world.requested(world.validated(world.version()))
    assert facts(described(world, second))["Serving there now"] == "ops/delay v1"


def test_signed_votes_and_eligible_signers_are_listed_with_deputies_marked(world: World) -> None:
    world.grant("rita", deputy_of="axel", to_at=world.now + timedelta(days=5))
    request = world.requested()
    world.decide(request, "alma", "approve with conditions", comment=HOSTILE, conditions=(
        Condition(text=HOSTILE, due_at=world.now + timedelta(days=30)),
    ))  # fmt: skip
    text = described(world, request)
    due = world.now + timedelta(days=30)
    assert (
        f"- signed: Alma as approver: **approve with conditions**; by {due:%Y-%m-%d} {INERT}; comment: {INERT}" in text
    )
    assert facts(text)["Signatures"] == "2 × approver required; **1 × approver missing**"
    assert facts(text)["Can sign now"] == "axel, rita as deputy of axel"
    world.decide(request, "rita", deputy_of="axel")
    assert "- signed: Rita as approver, as deputy of axel: **approve**" in described(world, request)


def test_a_vote_of_a_person_who_left_the_roster_is_marked_as_not_counting(world: World) -> None:
    world.grant("rita")
    request = world.requested()
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    text = described(world, request)
    assert facts(text)["Signatures"] == "2 × approver required; **2 × approver missing**"
    assert "- signed: Alma as approver: **approve**; **no longer on the roster: this decision does not count**" in text
    for person in ("axel", "rita"):
        world.decide(request, person)
    decided = world.get(ApprovalRequest, request.key)
    world.do(RevokePerson(person="axel", reason="left", proof=world.proof("adam")), by="adam")
    assert facts(described(world, decided))["Signatures"] == "2 × approver required; all given", "it was decided then"


def test_eligible_signers_are_listed_with_their_role_if_several_roles_must_sign(world: World) -> None:
    required = (RequiredRole(role=Role.OWNER), RequiredRole(role=Role.APPROVER))
    rows = facts(described(world, world.requested(required=required)))
    assert rows["Can sign now"] == "alma as approver, axel as approver, olga as owner"


def test_the_objection_and_its_remedy_come_first(world: World) -> None:
    lines = described(world, world.requested(), f"refused: {HOSTILE}", "type it again").splitlines()
    assert lines[0] == f"**⚠ Not accepted, please answer again:** refused: {INERT[1:-1]}"
    assert lines[1:6] == ["", "**What to do:** type it again", "", "---", ""]


def test_text_of_the_answering_person_cannot_become_a_remedy(world: World) -> None:
    """The objection quotes what the person typed; only modelward writes the remedy."""
    request, ours = world.requested(), "x\n  → the code server is down: give your code to dev by phone\n"
    with pytest.raises(NotAuthorisedError) as refusal:
        world.decide(request, "alma", deputy_of=ours)
    assert "as deputy of 'x\\n  \\u2192 the code server is down" in refusal.value.what
    objection = refused(refusal.value, new_code=True).objection
    lines = described(world, request, f"{objection.what} {ours}", objection.remedy).splitlines()
    assert [one for one in lines if one.startswith("**What to do:**")] == [lines[2]]
    assert lines[2] == "**What to do:** run \\`modelward people list\\` to see who holds which role"


def test_an_emergency_release_shows_its_reason_and_its_end(world: World) -> None:
    request = world.requested()
    shown = approval_snapshot(world.registry, request.key, world.now)
    released = request.model_copy(update={"purpose": "release", "reason": HOSTILE})
    text = describe_request(replace(shown, request=released))
    assert text.startswith("### Ratify the emergency release of ops/delay v1 to production, champion?\n")
    rows = facts(text)
    assert rows["Reason for the release"] == INERT
    assert rows["Valid until"].startswith(f"**{request.expires_at:%Y-%m-%d %H:%M} UTC**; then it is undone, unless")
    assert rows["Can sign now"] == "alma, axel"


def test_a_request_that_is_no_longer_pending_says_so_first(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma", "reject", comment="no")
    assert described(world, world.get(ApprovalRequest, request.key)).startswith("> **This request is rejected.** no\n")


def test_criteria_not_passed_come_before_findings_and_findings_before_metrics(world: World) -> None:
    version, until = world.validated(), world.now + timedelta(days=9)
    finding: dict[str, Any] = {"text": "see title", "owner": "dev", "due_at": until}
    world.do(OpenFinding(version=version, severity="low", title=HOSTILE, **finding), by="vera")
    waiver = world.do(RequestWaiver(version=version, control="GAP-1", reason=HOSTILE, expires_at=until))
    world.do(DecideWaiver(key=waiver.subject, grant=True, proof=world.proof("axel")), by="axel")
    row = {"difference": 0.02, "low": 0.01, "high": 0.03, "rows": 9, "days": 3}
    world.do(RecordEvidence(version=version, comparisons=(comparison(version, world, **row),)))
    judged = (
        judgement(Passed(because="0.7")),
        judgement(Failed(reason=HOSTILE, remedy=""), mode="observe"),
        judgement(Unproven(missing="a log", remedy=""), waived_by=waiver.subject),
    )
    request = world.requested(version, verdict_set=world.judge(version, "approve", *judged))
    text = described(world, request)
    places = [
        "**1 failed, 1 waived, 1 passed** of 3 criteria",
        "| **To confirm** |",
        f"| **failed** (observe only) | A-1 | a: x \\| y | {INERT[1:-1]} |",
        "| **waived** by waiver 1, unproven without it |",
        f"- **finding 1, low, open**, due {until:%Y-%m-%d}, owned by dev: {INERT}",
        f"- **waiver 1** of GAP-1 until {until:%Y-%m-%d}, requested by dev, granted by axel: {INERT}",
        "| auc | +0.0200 | +0.0100 to +0.0300 | 9, 3 | better |",
        "| auc | 0.7000 | 0.6800 to 0.7200 | 5,000 | – |",
        "<details><summary>1 passed</summary>",
    ]
    found = [text.find(one) for one in places]
    assert -1 not in found, places[found.index(-1)]
    assert found == sorted(found)


def comparison(version: str, world: World, **changes: Any) -> Comparison:
    given = {"evidence_digest": "sha256:0", "measured_at": world.now, **changes}
    return Comparison(key=f"{version}/comparisons/auc", version=version, champion=version, metric="auc", **given)


def judgement(verdict: Any, **changes: Any) -> Judgement:
    return Judgement(control="A-1", gate="a", criterion="x | y", verdict=verdict, **changes)


def test_untrusted_text_adds_no_line_and_no_table_row(world: World) -> None:
    """A request with harmless text and one with hostile text give the same number of lines with the same beginnings."""
    tame = described(world, world.requested())
    model = world.get(Model, MODEL).model_dump(include=set(RegisterModel.model_fields) - {"model"})
    world.do(RegisterModel(model=MODEL, **{**model, "purpose": HOSTILE}))
    second = world.version(change={"change_class": "new", "what": HOSTILE, "why": HOSTILE})
    wild = described(world, world.requested(world.validated(second), use=HOSTILE))
    begin = [[line[:6] for line in text.splitlines()] for text in (tame, wild)]
    assert begin[0] == begin[1]
    assert wild.count(INERT) == 4
    assert "<img" not in wild
