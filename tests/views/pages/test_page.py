"""The content of a model's pages: a chapter for each version, serving versions, open items, and every refusal."""

from __future__ import annotations

import pytest

from data.queries.log_proof import LogProof
from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from data.records.deployment import Deployment
from data.records.verdict import Failed, Judgement, Passed, Unproven
from tests.operations import deployed
from tests.world import MODEL, World
from views.pages.page import Page, page_of

UNCHECKED = LogProof(None, "not checked")


def read(world: World) -> Page:
    return page_of(model_snapshot(world.home, MODEL), UNCHECKED, world.now)


@pytest.fixture(scope="module")
def whole_page(facts: ModelSnapshot) -> Page:
    return page_of(facts, UNCHECKED, facts.time.now)


def judgement(verdict: Passed | Failed | Unproven) -> Judgement:
    return Judgement(control="A-1", gate="a", criterion=verdict.outcome, verdict=verdict)


def test_there_is_a_chapter_for_each_version(whole_page: Page) -> None:
    assert [chapter.row.number for chapter in whole_page.chapters] == [1, 2]
    assert [chapter.listed.version for chapter in whole_page.chapters] == [1, 2]
    assert all(one.key.startswith(f"{chapter.row.key}/") for chapter in whole_page.chapters for one in chapter.metrics)


def test_every_chart_has_a_wide_drawing_and_all_but_drift_a_narrow_one(whole_page: Page) -> None:
    wide = [*whole_page.calibration, *whole_page.performance, *whole_page.rates]
    assert wide
    assert all(drawn.wide and drawn.narrow for drawn in wide)
    assert whole_page.drift
    assert all(drawn.wide and drawn.narrow is None for drawn in whole_page.drift)


def test_a_rollback_is_one_of_the_deployments_which_are_in_the_order_of_their_start(whole_page: Page) -> None:
    assert len(whole_page.rollbacks) == 1
    assert whole_page.rollbacks[0] in whole_page.deployments
    starts = [deployment.from_at for deployment in whole_page.deployments]
    assert starts == sorted(starts)


def test_a_retirement_is_shown_with_the_consumers_it_affects(whole_page: Page) -> None:
    (retirement,) = whole_page.retirements
    assert {party.system for party in retirement.parties} == {"gates", "crew", "shadow-it"}


def test_serving_deployments_are_listed_and_rows_are_found_by_key(world: World) -> None:
    deployment = deployed(world)
    page = read(world)
    assert page.serving == [deployment]
    assert page.deployment(deployment.key) == deployment
    assert page.deployment(None) is None
    assert page.waiver(deployment.key) is None
    assert (page.open_alerts, page.open_incidents, page.refusals) == ([], [], [])


def test_failed_verdicts_come_before_unproven_and_passed_ones(world: World) -> None:
    verdicts = (
        Passed(because="0.7"),
        Unproven(missing="a log", remedy="keep it"),
        Failed(reason="0.5", remedy="train"),
    )
    world.judge(world.measured(), "assess", *map(judgement, verdicts))
    (stage,) = read(world).chapters[0].judged
    assert [one.criterion for one in stage.notable] == ["failed", "unproven"]
    assert [one.criterion for one in stage.passed] == ["passed"]


def test_a_request_is_shown_with_its_number_and_its_votes(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    (shown,) = read(world).chapters[0].requests
    assert (shown.number, [vote.person for vote in shown.votes], shown.refused) == (1, ["alma"], ())


def test_a_version_without_scores_has_no_curve(world: World) -> None:
    world.version()
    (chapter,) = read(world).chapters
    assert (chapter.scores, chapter.curve, chapter.pair) == (None, None, None)


def test_a_section_whose_subject_changed_is_stale(world: World) -> None:
    world.version()
    document = read(world).chapters[0].documents[0]
    changed = document.row.model_copy(update={"current_digest": "sha256:other", "described_digest": "sha256:this"})
    same = document.row.model_copy(update={"current_digest": "sha256:this", "described_digest": "sha256:this"})
    assert (type(document)(changed, None).stale, type(document)(same, None).stale) == (True, False)


def test_the_page_of_a_model_without_a_version_has_no_chapters(world: World) -> None:
    world.model()
    page = read(world)
    assert (page.chapters, page.serving, page.facts.all(Deployment)) == ((), [], [])
