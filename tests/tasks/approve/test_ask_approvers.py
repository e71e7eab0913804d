"""Tests of the approval form: what the registry makes of an answer, and the state of the request after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput

from data.errors import DigestMismatchError, JournalError, RequestClosedError
from data.records.approval import ApprovalRequest, Decision, Vote
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.approvals import tail
from data.registry.commands.approval import Decide, WithdrawRequest
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from tasks.approve import ask_approvers as asking
from tasks.approve.ask_approvers import await_decisions, current
from tasks.approve.request_approval import request_approval
from tasks.validate.judge_version import judge_version
from tests.judged_model import DEV, USE, V1, adopt, standard_text
from tests.operations import Preparations
from tests.tasks.run.pause_stub import FormValues, PauseStub
from tests.world import Template, World
from views.forms.objection import Objection

RUN = "run-d"


def at(moment: datetime) -> RunContext:
    return RunContext(DEV, moment, RUN)


def opened_request(world: World) -> ApprovalRequest:
    """Judge version 1 and open a request for two approvers at the world's time."""
    verdicts: VerdictSet = judge_version.fn(V1, "approve", "production", USE, RunContext(DEV, world.now, RUN))
    return request_approval.fn(verdicts, USE, "champion", RunContext(DEV, world.now, RUN))


@pytest.fixture(scope="module")
def preparations(found_validated: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The world with a validated version and an open request for its approval."""
    return Preparations(found_validated, tmp_path_factory.mktemp("preparations"), {"open request": opened_request})


@pytest.fixture
def validated(preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the world with the open request, at the time it was opened; dev is the acting person."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    world = preparations.template("open request").copy(tmp_path / "home", monkeypatch)
    world.now = preparations.template("open request").now
    return world


@pytest.fixture
def request_of(preparations: Preparations) -> ApprovalRequest:
    """The open request for two approvers."""
    return cast("ApprovalRequest", preparations.result("open request"))


def answers(world: World, who: str, request: ApprovalRequest, *, seconds: int = 0, **changes: Any) -> FormValues:
    """Return an approval with the code that the person's phone shows some seconds from now."""
    values = {
        "person": who,
        "role": "approver",
        "decision": "approve",
        "confirm": tail(request.request_digest),
        "code": world.phone(who).at(world.now + timedelta(seconds=seconds)),
        "meaning": "I read it",
    }
    return lambda: {**values, **changes}


def test_the_form_opens_until_everybody_has_signed(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = [answers(validated, person, request_of) for person in ("alma", "axel")]
    stub = PauseStub(monkeypatch, *signed)
    assert await_decisions(request_of, at(validated.now)).state == "approved"
    assert [one.key for one in stub.forms] == ["gate-approval-1", "gate-approval-2"]
    assert [one.seconds for one in stub.forms] == [7 * 86_400] * 2
    events = validated.events("approval.decided")
    assert [one["actor"] for one in events] == [{"id": "alma", "auth": "totp"}, {"id": "axel", "auth": "totp"}]


def test_a_decided_request_opens_no_form(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = PauseStub(monkeypatch)
    for person in ("alma", "axel"):
        validated.decide(request_of, person)
    assert await_decisions(request_of, at(validated.now)) == current(request_of.key)
    assert stub.forms == []


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "a mistyped digest": ({"confirm": "0000000f"}, "is not the digest"),
    "an invalid date": (
        {"decision": "approve with conditions", "conditions": "later correct"},
        "the condition 'later correct' does not begin with a date",
    ),
    "a condition that is due already": (
        {"decision": "approve with conditions", "conditions": "2013-01-01 correct"},
        "must be in the future",
    ),
    "a condition without text": (
        {"decision": "approve with conditions", "conditions": "2014-01-01"},
        "does not say what must be done",
    ),
    "approval with conditions but without a condition": (
        {"decision": "approve with conditions"},
        "but no condition is entered",
    ),
    "conditions with the decision approve": (
        {"conditions": "2014-01-01 correct"},
        r"the decision is \`approve\`",
    ),
    "an empty meaning": ({"meaning": " "}, "the meaning of the signature is empty"),
    "a role that the form does not offer": (
        {"role": "owner"},
        "do not fit the form (Role in which you sign: Input should",
    ),
    "a person they do not represent": ({"deputy_of": "axel"}, "alma does not hold the role approver as deputy of"),
    "a wrong code": ({"code": "000000"}, "is wrong"),
    "an empty code": ({"code": ""}, "is wrong"),
    "a person with a null character": ({"person": "alma\x00"}, "is not a valid person id"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_refused_answer_is_asked_again(
    validated: World,
    request_of: ApprovalRequest,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    reason: str,
) -> None:
    wrong = answers(validated, "alma", request_of, seconds=-30, **changes)  # a refused code is used
    right = [answers(validated, who, request_of) for who in ("alma", "axel")]
    stub = PauseStub(monkeypatch, wrong, *right)
    assert await_decisions(request_of, at(validated.now)).state == "approved"
    assert reason.replace("(", "\\(") in stub.reasons[0]
    assert stub.forms[1].description.splitlines()[2].startswith("**What to do:** ")
    assert len(validated.events("command.refused")) == 1


def test_five_wrong_codes_lock_a_person_out(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [answers(validated, "alma", request_of, code=f"00000{number}") for number in range(5)]
    right = [answers(validated, who, request_of) for who in ("alma", "rita", "axel")]
    stub = PauseStub(monkeypatch, *wrong, *right)
    await_decisions(request_of, at(validated.now))
    assert "alma is locked out" in stub.reasons[5]
    assert [one.person for one in validated.find(Vote)] == ["rita", "axel"]


def test_unreadable_bytes_do_not_withdraw_the_request(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = validated.artifacts.path(validated.get(Version, V1).artifact.digest)
    content = path.read_bytes()

    def unplugged() -> dict[str, Any]:
        path.unlink()
        return answers(validated, "axel", request_of)()

    def plugged_in() -> dict[str, Any]:
        path.write_bytes(content)
        return answers(validated, "axel", request_of)()

    stub = PauseStub(monkeypatch, answers(validated, "alma", request_of), unplugged, plugged_in)
    assert await_decisions(request_of, at(validated.now)).state == "approved"
    assert "sha256:" in stub.reasons[1]
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


def test_changed_bytes_withdraw_the_request(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = validated.artifacts.path(validated.get(Version, V1).artifact.digest)
    path.chmod(0o600)
    path.write_bytes(b"other bytes")
    PauseStub(monkeypatch, answers(validated, "alma", request_of))
    with pytest.raises(DigestMismatchError):
        await_decisions(request_of, at(validated.now))
    assert current(request_of.key).state == "withdrawn"


@pytest.mark.parametrize("recorded", [False, True], ids=["before it was recorded", "after it was committed"])
def test_an_error_with_one_answer_keeps_the_others(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    """The disk is full at the second answer; the committed vote remains, and the other is asked again."""
    execute, left = Registry.execute, ["once"]

    def full(registry: Registry, command: Any, actor: Any, **more: Any) -> Any:
        if isinstance(command, Decide) and actor.actor.id == "axel" and left:
            left.clear()
            if recorded:
                execute(registry, command, actor, **more)
            raise JournalError("no space left")
        return execute(registry, command, actor, **more)

    monkeypatch.setattr(Registry, "execute", full)
    who = ["alma", "axel"] if recorded else ["alma", "axel", "axel"]
    stub = PauseStub(monkeypatch, *(answers(validated, one, request_of) for one in who))
    assert await_decisions(request_of, at(validated.now)).state == "approved"
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]
    assert len(stub.forms) == len(who)
    if not recorded:
        assert "an error occurred while the answer was recorded: no space left" in stub.reasons[-1]
        assert "signed: Alma as approver" in stub.forms[-1].description


def test_a_vote_outside_the_form_keeps_the_stored_answer(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another person votes on the same request outside the run while the form is open."""
    validated.do(RecordRefusal(about=request_of.key, attempted="decide", code="proof", reason="wrong"), run_id="")
    stub = PauseStub(monkeypatch, *(answers(validated, one, request_of) for one in ("alma", "axel")))
    await_decisions(request_of, at(validated.now))
    assert [one.key for one in stub.forms] == ["gate-approval-1", "gate-approval-2"]


def test_a_request_past_its_end_is_recorded_as_expired(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow has an old business time, and the log has later events."""
    began = validated.now
    validated.move(days=8)
    adopt(validated, standard_text(version=9, id="other"))
    stub = PauseStub(monkeypatch)
    with pytest.raises(RequestClosedError, match="is expired"):
        await_decisions(request_of, at(began))
    assert (stub.forms, current(request_of.key).state) == ([], "expired")


def test_a_run_that_stops_waiting_at_the_end_of_the_request_leaves_it_expired(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_for_a_week() -> dict[str, Any]:
        validated.move(days=8)
        adopt(validated, standard_text(version=9, id="other"))
        raise FlowPauseTimeout

    PauseStub(monkeypatch, nobody_for_a_week)
    with pytest.raises(RequestClosedError, match="nobody answered"):
        await_decisions(request_of, at(validated.now))
    assert current(request_of.key).state == "expired"


def test_a_request_withdrawn_elsewhere_ends_the_run(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_back() -> dict[str, Any]:
        validated.do(WithdrawRequest(key=request_of.key, reason="not needed"), run_id=RUN)
        return answers(validated, "alma", request_of)()

    PauseStub(monkeypatch, take_back)
    with pytest.raises(RequestClosedError, match="is withdrawn: not needed"):
        await_decisions(request_of, at(validated.now))


@pytest.mark.parametrize("deputy_of", ["", "axel", " Axel "])
def test_a_deputy_signs_for_the_represented_person(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch, deputy_of: str
) -> None:
    """The represented person is entered, or taken from the deputy's only role."""
    validated.grant("vera", deputy_of="axel", to_at=validated.now + timedelta(days=9))
    signed = answers(validated, "vera", request_of, deputy_of=deputy_of), answers(validated, "alma", request_of)
    stub = PauseStub(monkeypatch, *signed)
    assert await_decisions(request_of, at(validated.now)).state == "approved"
    assert [(one.person, one.deputy_of) for one in validated.find(Vote)] == [("vera", "axel"), ("alma", None)]
    assert "signed: Vera as approver, as deputy of axel: **approve**" in stub.forms[1].description


def test_an_id_is_accepted_in_capitals_and_with_spaces(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [answers(validated, who, request_of, person=f" {who.title()} ") for who in ("alma", "axel")]
    PauseStub(monkeypatch, *written)
    assert await_decisions(request_of, at(validated.now)).state == "approved"


def test_the_form_has_titles_hints_choices_and_a_preselected_role(
    validated: World, request_of: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemas = []

    def look(request: ApprovalRequest, objection: Objection, as_of: datetime | None, missing: Any) -> type[RunInput]:
        schemas.append(form(request, objection, as_of, missing).model_json_schema())
        return form(request, objection, as_of, missing)

    form = asking._form
    monkeypatch.setattr(asking, "_form", look)
    PauseStub(monkeypatch, *(answers(validated, who, request_of) for who in ("alma", "axel")))
    await_decisions(request_of, at(validated.now))
    fields = schemas[0]["properties"]
    assert list(fields)[:5] == ["decision", "person", "role", "code", "confirm"]
    assert (fields["role"]["enum"], fields["role"]["default"]) == (["approver"], "approver")
    assert fields["decision"]["enum"] == list(get_args(Decision))
    assert fields["code"]["format"] == "password"
    day = request_of.expires_at + timedelta(days=30)
    assert fields["conditions"]["description"].endswith(f"Example: {day:%Y-%m-%d} watch the wind")
    assert all(one["title"] and one.get("description") for name, one in fields.items() if name != "role")
