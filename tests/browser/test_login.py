"""Prefect's pages with a login: nothing is shown without it; with it a person answers a waiting run, with CSRF tokens.

The tests depend on each other and run in the order of this file. Each saves screenshots.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from data.records.approval import ApprovalRequest, Vote
from data.registry.approvals import tail
from tests.browser.prefect_pages import PrefectPages
from tests.browser.present_world import founded_today, refusals
from tests.browser.watched_page import Visit
from tests.judged_model import V1
from tests.supervisor_fixtures import RunningUp, running_up, until
from tests.world import World

LOGIN = "ops:correct horse"


@pytest.fixture(scope="module")
def world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry founded today; the test is skipped where there is no browser."""
    return founded_today(tmp_path_factory.mktemp("login") / "home")


@pytest.fixture(scope="module")
def up(world: World) -> Iterator[RunningUp]:
    """A running `modelward up` with a login, and a run that waits for two approvers."""
    with running_up(world.home.root, MODELWARD_PREFECT_LOGIN=LOGIN) as up:
        started = up("deploy", "delay/1", "--by", "dev", "--no-wait")
        assert started.returncode == 0, started.stderr
        until(lambda: the_run(up)["state_name"] == "Suspended")
        yield up


def the_run(up: RunningUp) -> dict[str, Any]:
    (run,) = up.runs("deploy-model")
    return run


@pytest.fixture
def pages(up: RunningUp, visit: Visit) -> PrefectPages:
    """A browser at the page of the run, before the login."""
    pages = PrefectPages(visit(), up.status["ui_url"])
    pages.open_run(the_run(up)["id"])
    expect(pages.page.get_by_role("button", name="Login")).to_be_visible()
    return pages


def test_without_the_login_nothing_is_shown(pages: PrefectPages) -> None:
    assert pages.page.inner_text("body").split() == ["Login", "Login"]
    pages.watched.shot("login-1-asked")
    pages.log_in("ops:wrong horse")
    expect(pages.page.get_by_role("button", name="Login")).to_be_visible()
    expect(pages.page.get_by_text("Invalid credentials").first).to_be_visible()
    pages.watched.shot("login-2-wrong")
    assert "deploy" not in pages.page.inner_text("body")
    assert pages.watched.outside == []


def test_after_the_login_a_person_can_answer_the_waiting_run(pages: PrefectPages, up: RunningUp, world: World) -> None:
    pages.log_in(LOGIN)
    pages.await_state("Suspended")
    before = len(pages.faults)
    pages.watched.shot("login-3-run")
    form = pages.open_form()
    (request,) = world.find(ApprovalRequest, subject=V1)
    fields = {"Decision": "approve", "Your id on the roster": "alma"}
    pages.fill(form, {**fields, "Last 8 characters of the request's digest": tail(request.request_digest)})
    pages.fill(form, {"One-time code": world.phone("alma").now()})
    pages.watched.shot("login-4-form")
    pages.send(form)
    until(lambda: world.find(Vote, request=request.key) or refusals(world))
    assert refusals(world) == []
    assert [(one.person, one.decision) for one in world.find(Vote, request=request.key)] == [("alma", "approve")]
    assert pages.faults[before:] == []
    assert pages.watched.outside == []


def test_a_page_of_another_server_cannot_act_for_the_person_logged_in(up: RunningUp) -> None:
    """A change needs the login and the CSRF token, which only Prefect's own pages receive."""
    address = f"{up.status['api_url']}/flow_runs/{the_run(up)['id']}/resume"
    reply = httpx.post(address, json={}, auth=tuple(LOGIN.split(":")), trust_env=False, timeout=30)
    assert (reply.status_code, reply.json()["detail"]) == (403, "Missing CSRF token.")
