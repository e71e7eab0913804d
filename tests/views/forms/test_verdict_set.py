"""The verdicts on a version: counts, standards and evidence, the criteria that did not pass first, text escaped."""

from __future__ import annotations

from data.records.review import VerdictSet
from data.records.verdict import Failed, Judgement, Passed
from tests.world import World
from views.forms.verdict_set import verdict_lines, verdict_summary, verdict_title

HOSTILE = "no | ![x](http://evil.example)\n| approve |"
INERT = r"no \| \!\[x\]\(http:<!-- -->//evil.example\) \| approve \|"

FAILED = Judgement(control="B", gate="b", criterion="c", verdict=Failed(reason=HOSTILE, remedy=""))
PASSED = Judgement(control="A", gate="a", criterion="c", verdict=Passed(because="0.7"))


def judged(world: World, *judgements: Judgement) -> VerdictSet:
    return world.get(VerdictSet, world.judge(world.measured(), "assess", *judgements))


def test_gates_are_shown_with_standards_and_evidence(world: World) -> None:
    with world.registry.session():
        row = judged(world, PASSED, FAILED)
    lines = verdict_lines(row)
    figures = row.evidence_digest.removeprefix("sha256:")
    digest = f"`sha256:{figures[:16]}` `{figures[16:32]}` `{figures[32:48]}` `{figures[48:]}`"
    assert lines[0] == "### Gates: ops/delay v1, judged at stage assess for production"
    assert lines[2] == "**1 failed, 1 passed** of 2 criteria"
    assert lines[4] == f"Verdict set 1, under baseline<!-- -->@1, on {digest}"
    assert lines.index(f"| **failed** | B | b: c | {INERT} |") < lines.index("| passed | A | a: c | 0.7 |")


def test_the_summary_has_no_markdown(world: World) -> None:
    row = judged(world, PASSED, FAILED)
    assert (
        verdict_summary(row) == "ops/delay v1, judged at stage assess for production: 1 failed, 1 passed of 2 criteria"
    )
    assert verdict_title(row.model_copy(update={"environment": ""})) == "ops/delay v1, judged at stage assess"


def test_without_a_passed_criterion_there_is_no_table_of_them(world: World) -> None:
    assert "#### Passed" not in verdict_lines(judged(world, FAILED))
