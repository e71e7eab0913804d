"""People sign in a browser, at Prefect's pages only, for runs that wait under `modelward up` with a login.

A validator concludes on version 1, two approvers vote for its deployment, an operator releases version 2 in an
emergency. The tests depend on each other and run in the order of this file, in one browser page. Each saves
screenshots. `tests/docs` answers forms in a browser at a server without a login.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.review import Validation, VerdictSet
from data.registry.approvals import tail
from tests.browser.prefect_pages import PrefectPages
from tests.browser.present_world import founded_today, refusals
from tests.browser.watched_page import WatchedPage
from tests.emergency_model import V2, emergency_standard_text
from tests.judged_model import V1, adopt, registered_version
from tests.supervisor_fixtures import RunningUp, running_up, until
from tests.world import World

pytestmark = pytest.mark.long

LOGIN = "ops:correct horse"
DEPLOYMENT = "deploy delay v1 to production"
CUT_OFF = """form => [...form.querySelectorAll("tr")].filter(row => {
    for (let box = row.parentElement; box !== form; box = box.parentElement)
        if (row.innerText && row.getBoundingClientRect().right > box.getBoundingClientRect().right + 1) return true
}).map(row => row.innerText)"""


def two_registered_versions(world: World) -> None:
    """Prepare version 1, not judged yet, and version 2, judged by the gates, under a standard for emergencies."""
    registered_version(world)
    adopt(world, emergency_standard_text())
    world.assessed(world.version())


@pytest.fixture(scope="module")
def world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry founded today; the test is skipped where there is no browser."""
    return founded_today(tmp_path_factory.mktemp("signing") / "home", two_registered_versions)


@pytest.fixture(scope="module")
def up(world: World) -> Iterator[RunningUp]:
    """A running `modelward up` with a login."""
    with running_up(world.home.root, MODELWARD_PREFECT_LOGIN=LOGIN) as up:
        yield up


@pytest.fixture(scope="module")
def open_pages(chromium: Browser, up: RunningUp, shots: Any) -> Iterator[PrefectPages]:
    """The page that all tests of this module use; it is opened before the login."""
    watched = WatchedPage(chromium.new_context(viewport={"width": 1280, "height": 900}), shots)
    yield PrefectPages(watched, up.status["ui_url"])
    watched.close()


@pytest.fixture
def pages(open_pages: PrefectPages) -> Iterator[PrefectPages]:
    """The shared page; the test fails if it reports an error or requests another machine."""
    before = len(open_pages.faults)
    yield open_pages
    assert open_pages.watched.outside == []
    assert open_pages.faults[before:] == []


def the_run(up: RunningUp, deployment: str = "deploy-model") -> dict[str, Any]:
    (run,) = up.runs(deployment)
    return run


def waits_again(up: RunningUp, deployment: str = "deploy-model", before: str = "") -> str:
    """Return the id of the state in which the run waits, once it differs from `before`."""
    runs = up.runs(deployment)
    if not runs:
        return ""
    assert runs[0]["state_type"] not in ("FAILED", "CRASHED", "CANCELLED"), runs[0]["state"]
    return runs[0]["state_id"] if runs[0]["state_type"] == "PAUSED" and runs[0]["state_id"] != before else ""


def started(pages: PrefectPages, up: RunningUp, deployment: str, label: str, version: str) -> str:
    """Start a run for a version at the page of a deployment; return the run once it waits."""
    (found,) = up.answer("/deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    pages.page.goto(f"{up.status['ui_url']}/deployments/deployment/{found['id']}")
    form = pages.open_run_form()
    pages.fill(form, {label: version})
    pages.watched.shot(f"{deployment}-1-start", whole=True)
    pages.start(form)
    until(partial(waits_again, up, deployment))
    return str(the_run(up, deployment)["id"])


def opened(pages: PrefectPages, run: str) -> Locator:
    pages.open_run(run)
    pages.await_state("Suspended")
    return pages.open_form()


def the_request(world: World) -> ApprovalRequest:
    (request,) = world.find(ApprovalRequest, subject=V1)
    return request


def answered(pages: PrefectPages, form: Locator, person: str, code: str) -> None:
    """Approve as a person does: take the characters to confirm from the form."""
    confirm = form.get_by_role("row", name="To confirm").locator("code").first.inner_text()
    label = "Last 8 characters of the request's digest"
    pages.fill(form, {"Decision": "approve", "Your id on the roster": person, label: confirm, "One-time code": code})


def cut_off(form: Locator) -> list[str]:
    """Return the table rows of the form that extend beyond their box, where nobody can read them."""
    found: list[str] = form.evaluate(CUT_OFF)
    return found


def test_without_the_login_nothing_is_shown(open_pages: PrefectPages) -> None:
    pages = open_pages
    pages.open_runs()
    expect(pages.page.get_by_role("button", name="Login")).to_be_visible()
    assert pages.page.inner_text("body").split() == ["Login", "Login"]
    pages.watched.shot("login-1-asked")
    pages.log_in("ops:wrong horse")
    expect(pages.page.get_by_role("button", name="Login")).to_be_visible()
    expect(pages.page.get_by_text("Invalid credentials").first).to_be_visible()
    pages.watched.shot("login-2-wrong")
    assert "reconcile" not in pages.page.inner_text("body")
    pages.log_in(LOGIN)
    expect(pages.page.get_by_placeholder("Search by flow run name")).to_be_visible()
    assert pages.watched.outside == []


def test_the_evidence_is_preselected_and_submitted_with_the_conclusion(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    form = opened(pages, started(pages, up, "validate-model", "version", "ops/delay/1"))
    judged = world.find(VerdictSet, version=V1)[-1].evidence_digest
    expect(form).to_contain_text(judged)
    words = {
        "What you looked at": "all of it",
        "Limitations you found": "one year",
        "What qualifies you": "ten years",
        "Your id on the roster": "vera",
    }
    pages.fill(form, {"Conclusion": "fit", **words, "One-time code": world.phone("vera").now()})
    form.get_by_text("Digest of the evidence").scroll_into_view_if_needed()
    pages.watched.shot("conclusion-2-filled")
    pages.send(form)
    pages.await_state("Completed")
    (concluded,) = world.find(Validation, version=V1)
    assert (concluded.validator, concluded.evidence_digest) == ("vera", judged)


def test_the_form_of_a_new_run_describes_its_parameters(pages: PrefectPages) -> None:
    pages.open_deployment("deploy-model")
    form = pages.open_run_form()
    expect(form).to_contain_text("The version to deploy, like flight-delay/4.")
    form.get_by_role("button", name="Select slot").click()
    assert pages.page.get_by_role("option").all_inner_texts() == ["champion", "challenger", "shadow"]
    pages.watched.shot("deploy-1-choices")
    pages.page.keyboard.press("Escape")
    pages.fill(form, {"version": "ops/delay/1"})
    pages.watched.shot("deploy-2-form", whole=True)
    pages.start(form)


def test_the_waiting_run_is_in_the_list_of_runs(pages: PrefectPages, up: RunningUp) -> None:
    until(partial(waits_again, up))
    pages.find_run(DEPLOYMENT)
    pages.await_state("Suspended")
    pages.watched.shot("deploy-3-waits")
    assert the_run(up)["name"] == DEPLOYMENT


def test_the_form_shows_the_request(pages: PrefectPages, up: RunningUp, world: World) -> None:
    form, request = opened(pages, the_run(up)["id"]), the_request(world)
    expect(form).to_contain_text("Deploy ops/delay v1 to production")
    expect(form).to_contain_text("All 9 criteria passed.")
    expect(form.get_by_role("row", name="To confirm")).to_contain_text(tail(request.request_digest))
    expect(form.get_by_role("row", name="Signatures")).to_contain_text("2 × approver missing")
    expect(form.get_by_role("row", name="Can sign now")).to_contain_text("alma, axel, rita")
    expect(form.get_by_role("row", name="auc 0.")).to_be_visible()
    assert form.get_by_label("One-time code").get_attribute("type") == "password"
    pages.watched.shot("deploy-4-asked")
    form.get_by_text("9 passed", exact=True).click()
    expect(form.get_by_role("row", name="PERFORMANCE-1").first).to_be_visible()
    assert cut_off(form) == []


def test_the_form_is_readable_on_a_phone(pages: PrefectPages, up: RunningUp) -> None:
    pages.page.set_viewport_size({"width": 390, "height": 844})
    form = opened(pages, the_run(up)["id"])
    pages.watched.shot("deploy-5-phone")
    assert cut_off(form) == []
    pages.page.set_viewport_size({"width": 1280, "height": 900})


def test_the_form_links_to_the_evidence(pages: PrefectPages, up: RunningUp) -> None:
    link = opened(pages, the_run(up)["id"]).get_by_role("row", name="All evidence").get_by_role("link")
    pages.page.goto(str(link.get_attribute("href")))
    expect(pages.page.locator("#request-1")).to_be_in_viewport()
    expect(pages.page.locator("h1")).to_contain_text("delay")
    pages.watched.shot("deploy-6-evidence")


def test_after_a_wrong_code_the_form_asks_again_with_the_reason_first(pages: PrefectPages, up: RunningUp) -> None:
    before = the_run(up)["state_id"]
    form = opened(pages, the_run(up)["id"])
    answered(pages, form, "alma", "000000")
    pages.watched.shot("deploy-7-wrong-code")
    pages.send(form)
    until(partial(waits_again, up, "deploy-model", before))
    pages.await_state("Suspended")
    form = pages.open_form()
    expect(form.get_by_text("the one-time code of alma is wrong")).to_be_in_viewport()
    pages.watched.shot("deploy-8-asked-again")


def test_after_the_first_vote_the_run_waits_for_the_second_approver(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    before = the_run(up)["state_id"]
    form = opened(pages, the_run(up)["id"])
    answered(pages, form, "alma", world.phone("alma").now())
    refused = len(refusals(world))
    pages.send(form)
    until(lambda: waits_again(up, "deploy-model", before) or len(refusals(world)) > refused)
    assert refusals(world)[refused:] == []
    pages.await_state("Suspended")
    form = pages.open_form()
    expect(form.get_by_role("row", name="Signatures")).to_contain_text("1 × approver missing")
    expect(form.get_by_role("row", name="Can sign now")).to_contain_text("axel, rita")
    expect(form).to_contain_text("signed: Alma as approver: approve")
    pages.watched.shot("deploy-9-second")


def test_a_page_of_another_server_cannot_act_for_the_person_logged_in(up: RunningUp) -> None:
    """A change needs the login and the CSRF token, which only Prefect's own pages receive."""
    address = f"{up.status['api_url']}/flow_runs/{the_run(up)['id']}/resume"
    reply = httpx.post(address, json={}, auth=tuple(LOGIN.split(":")), trust_env=False, timeout=30)
    assert (reply.status_code, reply.json()["detail"]) == (403, "Missing CSRF token.")


def test_after_the_second_vote_the_run_completes_and_both_votes_have_a_proof(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    form = opened(pages, the_run(up)["id"])
    answered(pages, form, "axel", world.phone("axel").now())
    pages.send(form)
    pages.await_state("Completed")
    pages.watched.shot("deploy-10-completed")
    request = the_request(world)
    signed = [(one.person, one.decision, one.proof) for one in world.find(Vote, request=request.key)]
    assert signed == [("alma", "approve", "totp"), ("axel", "approve", "totp")]
    assert (request.state, request.run_id) == ("approved", the_run(up)["id"])
    assert [one.version for one in world.find(Deployment, model=request.subject.rpartition("/versions")[0])] == [V1]
    assert "refused" in {one["type"].partition(".")[2] for one in world.events()}
    assert up("audit", "verify").returncode == 0


def test_the_verdicts_stay_on_the_page_of_the_run(pages: PrefectPages, up: RunningUp) -> None:
    pages.open_run(the_run(up)["id"])
    pages.page.get_by_role("tab", name="Artifacts").click()
    card = pages.page.get_by_role("link").filter(has_text="gates-deploy-ops-delay").first
    expect(card).to_be_visible()
    pages.watched.shot("deploy-11-artifacts", whole=True)
    card.click()
    expect(
        pages.page.get_by_role("main").get_by_role("paragraph").filter(has_text="criteria passed").first
    ).to_be_visible()
    expect(pages.page.get_by_role("row", name="PERFORMANCE-1").first).to_be_visible()
    pages.watched.shot("deploy-12-gates", whole=True)


def test_an_emergency_release_is_signed_on_the_page_of_its_run(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    flow = "release-in-emergency"
    run = started(pages, up, flow, "version (Optional)", "ops/delay/2")
    before = str(the_run(up, flow)["state_id"])
    assert [one.version for one in world.find(Deployment)] == [V1]
    form = opened(pages, run)
    expect(form.get_by_role("row", name="Can release now")).to_contain_text("otto")
    reason = "the champion scores everything as late"
    pages.fill(form, {"Your id on the roster": "otto", "Why it cannot wait": reason})
    pages.fill(form, {"One-time code": world.phone("otto").now()})
    pages.watched.shot("release-2-filled", whole=True)
    pages.send(form)
    until(partial(waits_again, up, flow, before))
    (request,) = world.find(ApprovalRequest, purpose="release")
    (live,) = world.find(Deployment, version=V2)
    assert (request.requester, request.reason, request.run_id) == ("otto", reason, run)
    assert (live.state, live.run_id) == ("deployed", run)
    form = opened(pages, run)
    expect(form).to_contain_text("Ratify the emergency release of ops/delay v2 to production")
    expect(form.get_by_role("row", name="Can sign now")).to_contain_text("alma as approver")
    pages.watched.shot("release-3-ratify", whole=True)
