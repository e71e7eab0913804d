"""A validator concludes and an operator releases in an emergency, both in a browser at Prefect's pages only.

The tests depend on each other and run in the order of this file. Each saves screenshots.
"""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.review import Validation, VerdictSet
from tests.browser.prefect_pages import PrefectPages
from tests.browser.present_world import founded_today
from tests.emergency_model import emergency_standard_text
from tests.judged_model import V1, adopt, registered_version
from tests.supervisor_fixtures import RunningUp, until
from tests.world import World


def registered(world: World) -> None:
    """Prepare a version that nobody has judged, under a standard that allows emergency releases."""
    registered_version(world)
    adopt(world, emergency_standard_text())


@pytest.fixture(scope="module")
def world(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> World:
    return founded_today(tmp_path_factory.mktemp("conclusion") / "home", registered)


def started(pages: PrefectPages, up: RunningUp, deployment: str, label: str) -> str:
    """Start a run for the version at the page of a deployment; return the run once it waits."""
    (found,) = up.ask("/deployments/filter", {"deployments": {"name": {"any_": [deployment]}}})
    pages.page.goto(f"{up.status['ui_url']}/deployments/deployment/{found['id']}")
    form = pages.open_run_form()
    pages.fill(form, {label: "ops/delay/1"})
    pages.watched.shot(f"{deployment}-1-start", whole=True)
    pages.start(form)
    until(partial(waits, up, deployment))
    return str(up.runs(deployment)[0]["id"])


def waits(up: RunningUp, deployment: str, before: str = "") -> bool:
    """Return True if the run waits in another state than `before`."""
    runs = up.runs(deployment)
    assert not runs or runs[0]["state_type"] not in ("FAILED", "CRASHED", "CANCELLED"), runs[0]["state"]
    return bool(runs) and runs[0]["state_type"] == "PAUSED" and runs[0]["state_id"] != before


def opened(pages: PrefectPages, run: str) -> Locator:
    pages.open_run(run)
    pages.await_state("Suspended")
    return pages.open_form()


def test_the_evidence_is_preselected_and_submitted_with_the_conclusion(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    run = started(pages, up, "validate-model", "version")
    form = opened(pages, run)
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


def test_an_emergency_release_is_signed_on_the_page_of_its_run(
    pages: PrefectPages, up: RunningUp, world: World
) -> None:
    run = started(pages, up, "release-in-emergency", "version (Optional)")
    before = str(up.runs("release-in-emergency")[0]["state_id"])
    assert world.find(Deployment) == []
    form = opened(pages, run)
    expect(form.get_by_role("row", name="Can release now")).to_contain_text("otto")
    reason = "the champion scores everything as late"
    pages.fill(form, {"Your id on the roster": "otto", "Why it cannot wait": reason})
    pages.fill(form, {"One-time code": world.phone("otto").now()})
    pages.watched.shot("release-2-filled", whole=True)
    pages.send(form)
    until(partial(waits, up, "release-in-emergency", before))
    (request,) = world.find(ApprovalRequest, purpose="release")
    (live,) = world.find(Deployment)
    assert (request.requester, request.reason, request.run_id) == ("otto", reason, run)
    assert (live.version, live.state, live.run_id) == (V1, "deployed", run)
    form = opened(pages, run)
    expect(form).to_contain_text("Ratify the emergency release of ops/delay v1 to production")
    expect(form.get_by_role("row", name="Can sign now")).to_contain_text("alma as approver")
    pages.watched.shot("release-3-ratify", whole=True)
