"""People approve in a browser, at Prefect's pages, a run that waits under `modelward up`.

The tests depend on each other and run in the order of this file. Each saves screenshots.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.registry.approvals import tail
from tests.browser.prefect_pages import PrefectPages
from tests.browser.present_world import founded_today
from tests.browser.watched_page import Visit
from tests.judged_model import V1
from tests.supervisor_fixtures import RunningUp, until
from tests.world import World

NAME = "deploy delay v1 to production"
CUT_OFF = """form => [...form.querySelectorAll("tr")].filter(row => {
    for (let box = row.parentElement; box !== form; box = box.parentElement)
        if (row.innerText && row.getBoundingClientRect().right > box.getBoundingClientRect().right + 1) return true
}).map(row => row.innerText)"""


@pytest.fixture(scope="module")
def world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry founded today; the test is skipped where there is no browser."""
    return founded_today(tmp_path_factory.mktemp("approval") / "home")


def the_run(up: RunningUp) -> dict[str, Any]:
    (run,) = up.runs("deploy-model")
    return run


def waits_again(up: RunningUp, before: str = "") -> str:
    """Return the id of the state in which the run waits, once it differs from `before`."""
    run = the_run(up)
    assert run["state_type"] not in ("FAILED", "CRASHED", "CANCELLED"), run["state"]
    return run["state_id"] if run["state_type"] == "PAUSED" and run["state_id"] != before else ""


def the_request(world: World) -> ApprovalRequest:
    (request,) = world.find(ApprovalRequest, subject=V1)
    return request


def answered(pages: PrefectPages, form: Locator, person: str, code: str) -> None:
    """Approve as a person does: take the characters to confirm from the form."""
    confirm = form.get_by_role("row", name="To confirm").locator("code").first.inner_text()
    label = "Last 8 characters of the request's digest"
    pages.fill(form, {"Decision": "approve", "Your id on the roster": person, label: confirm, "One-time code": code})


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
    pages.find_run(NAME)
    pages.await_state("Suspended")
    pages.watched.shot("deploy-3-waits")
    assert the_run(up)["name"] == NAME


def test_the_form_shows_the_request(pages: PrefectPages, up: RunningUp, world: World) -> None:
    pages.open_run(the_run(up)["id"])
    form, request = pages.open_form(), the_request(world)
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


def test_the_form_is_readable_on_a_phone(visit: Visit, up: RunningUp) -> None:
    pages = PrefectPages(visit(width=390, height=844), up.status["ui_url"])
    pages.open_run(the_run(up)["id"])
    form = pages.open_form()
    pages.watched.shot("deploy-5-phone")
    assert cut_off(form) == []


def test_the_form_links_to_the_evidence(pages: PrefectPages, up: RunningUp) -> None:
    pages.open_run(the_run(up)["id"])
    link = pages.open_form().get_by_role("row", name="All evidence").get_by_role("link")
    pages.page.goto(str(link.get_attribute("href")))
    expect(pages.page.locator("#request-1")).to_be_in_viewport()
    expect(pages.page.locator("h1")).to_contain_text("delay")
    pages.watched.shot("deploy-6-evidence")


def test_after_a_wrong_code_the_form_asks_again_with_the_reason_first(pages: PrefectPages, up: RunningUp) -> None:
    before = the_run(up)["state_id"]
    pages.open_run(the_run(up)["id"])
    form = pages.open_form()
    answered(pages, form, "alma", "000000")
    pages.watched.shot("deploy-7-wrong-code")
    pages.send(form)
    until(partial(waits_again, up, before))
    pages.await_state("Suspended")
    form = pages.open_form()
    expect(form.get_by_text("the one-time code of alma is wrong")).to_be_in_viewport()
    pages.watched.shot("deploy-8-asked-again")


def test_after_the_first_vote_the_run_waits_for_the_second_approver(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    before = the_run(up)["state_id"]
    pages.open_run(the_run(up)["id"])
    form = pages.open_form()
    answered(pages, form, "alma", world.phone("alma").now())
    pages.send(form)
    until(partial(waits_again, up, before))
    pages.await_state("Suspended")
    form = pages.open_form()
    expect(form.get_by_role("row", name="Signatures")).to_contain_text("1 × approver missing")
    expect(form.get_by_role("row", name="Can sign now")).to_contain_text("axel, rita")
    expect(form).to_contain_text("signed: Alma as approver: approve")
    pages.watched.shot("deploy-9-second")


def test_after_the_second_vote_the_run_completes_and_both_votes_have_a_proof(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    pages.open_run(the_run(up)["id"])
    form = pages.open_form()
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
    card = pages.page.get_by_role("link").filter(has_text="gates-ops-delay").first
    expect(card).to_be_visible()
    pages.watched.shot("deploy-11-artifacts", whole=True)
    card.click()
    expect(
        pages.page.get_by_role("main").get_by_role("paragraph").filter(has_text="criteria passed").first
    ).to_be_visible()
    expect(pages.page.get_by_role("row", name="PERFORMANCE-1").first).to_be_visible()
    pages.watched.shot("deploy-12-gates", whole=True)


def cut_off(form: Locator) -> list[str]:
    """Return the table rows of the form that extend beyond their box, where nobody can read them."""
    found: list[str] = form.evaluate(CUT_OFF)
    return found
