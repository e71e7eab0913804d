"""What a run and a form show of a retirement: its step, what is missing, its consumers, and an objection first."""

from __future__ import annotations

from data.queries.retirements import retirement_snapshot
from tests.retirement_states import KEY, opened
from tests.world import World
from views.forms.objection import NO_OBJECTION, Objection
from views.forms.retirement_progress import HOW, describe_transition, progress_lines, step_line


def test_the_present_step_of_a_retirement_is_bold() -> None:
    assert step_line("quiet").endswith("sunset → **quiet** → withdrawn → archived")


def test_what_is_missing_stands_between_the_step_and_the_consumers(world: World) -> None:
    world.validated()
    opened(world)
    found = retirement_snapshot(world.registry, KEY)
    lines = progress_lines(found, ["an answer of | gates"])
    assert lines[:6] == [
        *(
            "### Retirement of ops/delay v1: opened",
            "",
            step_line("opened"),
            "",
            r"- **missing:** an answer of \| gates",
            "",
        ),
    ]
    assert any(line.startswith("| gates |") for line in lines)
    assert progress_lines(found, [])[4].startswith("Sunset on ")


def test_the_form_of_the_transitions_begins_with_an_objection(world: World) -> None:
    world.validated()
    opened(world)
    found = retirement_snapshot(world.registry, KEY)
    text = describe_transition(found, ["an answer"], Objection("no such day"))
    parts = ("Not accepted", "### Retire ops/delay v1: what is missing", "- **missing:** an answer", HOW, "| gates |")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert describe_transition(found, [], NO_OBJECTION).startswith("### Retire ops/delay v1")
