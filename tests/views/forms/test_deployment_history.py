"""What a run shows of a deployment: its facts, and what served in its slot, newest first."""

from __future__ import annotations

from data.records.deployment import Deployment
from tests.operations import deploy, roll_back
from tests.world import MODEL, World
from views.forms.deployment_history import deployment_lines


def test_a_deployment_is_shown_with_its_history(world: World) -> None:
    with world.registry.session():
        first = deploy(world, world.approved())
        world.move(days=1)
        deploy(world, world.approved(world.validated(world.version())), "op-2")
        world.move(days=1)
        now = roll_back(world, first.version)
        every = world.find(Deployment, model=MODEL)
    elsewhere = first.model_copy(update={"slot": "shadow"})
    lines = deployment_lines(now, [*every, elsewhere])
    assert "| Because | “it drifted” |" in lines
    assert any(line.startswith("| To be ratified by | ") for line in lines)
    stays = [line.split(" | ")[0] for line in lines if line.startswith("| ops/delay v")]
    assert stays == ["| ops/delay v1", "| ops/delay v2", "| ops/delay v1"]


def test_versions_that_were_passed_over_are_listed_with_the_reason(world: World) -> None:
    row = deploy(world, world.approved())
    passed = ({"version": row.version, "reason": "a | b"},)
    lines = deployment_lines(row.model_copy(update={"passed_over": passed}), [row])
    assert r"- skipped: ops/delay v1, “a \| b”" in lines
    assert "- skipped" not in "\n".join(deployment_lines(row, [row]))
