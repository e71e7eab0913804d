"""Who is notified at once of a decision that waits, what the notices say, and that no notice is written twice."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.settings import PREFECT_UI_URL, temporary_settings

from data.files.serving import SlotAddress
from data.notices.outbox import Notice, Outbox
from data.records.person import Role
from data.records.run_context import RunContext
from data.registry.commands.person import EndRole
from modelward.runs.waiting import waiting_now
from tasks.approve.request_approval import request_approval
from tasks.deploy.publish_release import publish_release
from tasks.deploy.stop_serving import stop_serving
from tasks.maintain.remind_people import open_decisions
from tasks.notify.gather_questions import open_questions
from tasks.notify.notify_approvers import first_notices, notify_approvers, notify_people, run_page
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.run.take_steps import PLAIN_CALLS
from tasks.validate.judge_version import judge_version
from tests.emergency_model import open_emergency_release, run_at, with_emergency_rule
from tests.judged_model import DEV, USE, V1, assessed_version
from tests.retirement_fixtures import model_to_retire
from tests.world import MODEL, World


def left(world: World, kind: str = "approval") -> dict[str, Notice]:
    return {one.to: one for one in Outbox(world.home.outbox).notices() if one.kind == kind}


def ask(world: World) -> None:
    verdicts = judge_version.fn(V1, "approve", "production", USE, RunContext(DEV, world.now, "run-d"))
    request_approval.fn(verdicts, USE, "champion", RunContext(DEV, world.now, "run-d"))


def test_only_people_who_could_sign_are_notified_at_once(validated: World) -> None:
    validated.grant("outsider", deputy_of="alma", to_at=validated.now + timedelta(days=3))
    validated.grant("vera", deputy_of="dev", to_at=validated.now + timedelta(days=3))
    ask(validated)
    notices = left(validated)
    assert set(notices) == {"alma", "axel", "rita", "outsider"}, "dev and otto wrote it, and vera represents dev"
    assert "You may sign as approver, as deputy of alma." in notices["outsider"].text
    assert "Signatures needed: 2 × approver" in notices["alma"].text
    assert notices["alma"].answer_by is not None


def test_a_notice_has_addresses_and_the_answering_command(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(validated)
    assert left(validated)["alma"].aside.splitlines() == [
        "Evidence on ops/delay v1: `modelward report ops/delay/1`",
        "In a terminal: `modelward approvals answer ops/delay/1#1`",
    ]
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:4290")
    (question,) = open_questions(validated.registry, validated.now)
    assert "http://127.0.0.1:4290/models/ops/delay/1.html#request-1" in next(first_notices(question)).aside


def test_a_release_is_a_question_only_while_it_serves(validated: World) -> None:
    world = with_emergency_rule(validated)
    request = open_emergency_release(world)
    assert (about(world, request.key), "release" in purposes()) == ([], False), "it is not live yet"
    publish_release(request.key, run_at(world))
    world.move(hours=20)
    assert ("adam reminded" in str(about(world, request.key)), "release" in purposes()) == (True, True)
    stop_serving(SlotAddress(MODEL), "worse", "the timetable", RunContext(run_at(world).actor, world.now, "run-s"))
    assert (about(world, request.key), "release" in purposes()) == ([], False), (
        "nobody is reminded of what was suspended"
    )


def about(world: World, key: str) -> list[str]:
    """Return the notices about one question at this moment."""
    return [act() for about, act in open_decisions(run_at(world)) if about == key]


def purposes() -> set[str]:
    return {one.purpose for one in waiting_now().rows}


def test_changed_addresses_write_no_second_notice(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(validated)
    files = sorted(validated.home.outbox.iterdir())
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:9999")
    acts = [act() for _, act in open_decisions(run_at(validated))]
    assert set(acts) == {""}
    assert sorted(validated.home.outbox.iterdir()) == files


def test_a_later_role_holder_is_notified_later(validated: World) -> None:
    ask(validated)
    validated.grant("outsider")
    reports = [act() for _, act in open_decisions(run_at(validated))]
    assert [one.split(":")[0] for one in reports if one] == ["outsider notified"]


def test_the_escalation_states_that_nobody_can_sign(validated: World) -> None:
    ask(validated)
    for person in ("alma", "axel", "rita"):
        command = EndRole(person=person, role=Role.APPROVER, reason="moved on", proof=validated.proof("adam"))
        validated.do(command, by="adam")
    validated.move(days=6)
    for _, act in open_decisions(run_at(validated)):
        act()
    assert "nobody: no independent person holds a required role" in left(validated)["olga"].aside


def test_a_validator_is_notified_of_a_version_to_conclude(judged: World) -> None:
    verdicts = assessed_version(judged)
    notify_approvers(verdicts.key, judged.now)
    notices = left(judged, "validation")
    assert set(notices) == {"vera"}
    assert "You may conclude as validator." in notices["vera"].text
    assert "modelward approvals answer ops/delay/1" in notices["vera"].aside


def test_the_step_says_how_many_people_got_a_new_notice(judged: World, caplog: pytest.LogCaptureFixture) -> None:
    verdicts = assessed_version(judged)
    with caplog.at_level(logging.INFO, logger="tasks.run.take_steps"):
        for _ in range(2):
            PLAIN_CALLS.take(notify_people, verdicts.key, judged.now)
        shutil.rmtree(judged.home.outbox)
        judged.home.outbox.write_text("in the way")
        PLAIN_CALLS.take(notify_people, verdicts.key, judged.now)
    names = [one.removesuffix(f" about={verdicts.key}") for one in caplog.messages if one.startswith("notify")]
    assert names == ["notify 1 person", "notify 0 people", "notify people: the notices were not written"]


def test_the_retirement_lead_is_notified_of_the_open_plan(world: World) -> None:
    model = model_to_retire(world)
    plan = RetirementPlan(
        version=V1, reason="worn out", sunset_on=(world.now + timedelta(days=60)).date(), successor=None,
        outputs_in_force="",
    )  # fmt: skip
    key = open_retirement(plan, model.run()).key
    notify_approvers(key, world.now)
    notices = left(world, "retirement")
    assert set(notices) == {"olga", "otto"}
    assert "the plan to retire ops/delay v1 waits for you until" in notices["olga"].title


def test_an_unwritable_outbox_stops_no_request(validated: World) -> None:
    validated.home.outbox.parent.mkdir(parents=True, exist_ok=True)
    Path(validated.home.outbox).write_text("in the way")
    ask(validated)


def test_a_failed_delivery_stops_no_request(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_NOTICE_CHANNELS", "json://127.0.0.1:1/x")
    validated.home.outbox.mkdir(parents=True)
    (validated.home.outbox / "99991231T000000000000Z-note.json").write_text("{}")
    ask(validated)
    assert set(left(validated)) == {"alma", "axel", "rita"}


PAGES = {
    "the pages that `up` keeps": ("http://127.0.0.1:4200/v2", "http://127.0.0.1:4200/v2/runs/flow-run/{run}"),
    "the pages of a server for one command": ("http://127.0.0.1:8123", ""),
}


@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES)
def test_run_page_exists_only_for_a_lasting_server(case: tuple[str, str]) -> None:
    run = "123e4567-e89b-12d3-a456-426614174000"
    with temporary_settings({PREFECT_UI_URL: case[0]}):
        assert run_page(run) == case[1].format(run=run)
        assert run_page("") == ""
