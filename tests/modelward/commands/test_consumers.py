"""Declare consumers and record their answers to a retirement, on the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.records.evidence import sha256_of
from data.records.model import Consumer
from data.records.retirement import RetirementParty
from data.registry.commands.retirement import AffectedParty, OpenRetirement, RecordNotices
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.world import MODEL, World

ADDED = ("consumers", "add", "delay", "crews", "--owner", "gina", "--contact", "gina@example.org")


@pytest.fixture
def retiring(world: World) -> World:
    """A world with an open retirement of which two consumers were notified."""
    version = world.validated()
    parties = (AffectedParty(system="crews", declared=True), AffectedParty(system="mystery", declared=False))
    world.do(
        OpenRetirement(
            version=version, reason="worn out", sunset_at=world.now + timedelta(days=30), quiet_days=7,
            impact_digest=world.artifacts.put(b"impact"), parties=parties,
        ),
        by="olga",
    )  # fmt: skip
    notices = RecordNotices(
        key=f"{version}/retirement", systems=("crews", "mystery"), outbox_digest=sha256_of("notices")
    )
    world.do(notices, by="olga")
    return world


def party(world: World, system: str) -> RetirementParty:
    return world.get(RetirementParty, f"{MODEL}/versions/1/retirement/parties/{system}")


def test_a_consumer_is_declared_and_its_declaration_changed(world: World, cli: Cli) -> None:
    world.model()
    at = ("--by", "olga", "--as-of", world.now.isoformat())
    assert cli(*ADDED, *at).code == 0
    assert cli(*ADDED, "--cadence-days", "30", "--criticality", "high", *at).code == 0
    row = world.get(Consumer, f"{MODEL}/consumers/crews")
    assert (row.cadence_days, row.criticality, row.declared) == (30, "high", True)
    assert "crews" in cli("consumers", "list", "delay").out


def test_an_acknowledgement_accepted_silence_and_a_plan_are_recorded(
    retiring: World, cli: Cli, proven: ProvenCaller
) -> None:
    at = ("--by", "olga", "--as-of", retiring.now.isoformat())
    assert cli("consumers", "ack", "delay/1", "crews", "--comment", "fine", *at).code == 0
    options, typed = proven("rita")
    silent = cli("consumers", "silence", "delay/1", "mystery", "--reason", "nobody answers", *options, typed=typed)
    assert (silent.code, "accepted by rita" in silent.out) == (0, True)
    assert cli("consumers", "plan", "delay/1", "crews", "--to", "the timetable", "--on", "2013-03-20", *at).code == 0
    assert (party(retiring, "crews").answer, party(retiring, "crews").moves_to) == ("acknowledged", "the timetable")
    assert party(retiring, "mystery").answer == "silence accepted"
    assert "the timetable" in cli("consumers", "list").out
    assert "mystery (undeclared) lacks a transition" in cli("show", "delay/1").out


def test_the_list_of_a_version_has_the_consumers_of_its_model_and_the_answers_to_its_retirement(
    retiring: World, cli: Cli
) -> None:
    retiring.version()
    assert cli(*ADDED, "--by", "olga", "--as-of", retiring.now.isoformat()).code == 0
    first, second = (cli("consumers", "list", f"delay/{number}").out for number in (1, 2))
    assert "Consumers of ops/delay\n" in first
    assert first.index("Answers to the retirement of ops/delay/1\n") < first.index("mystery")
    assert first.index("gina") < first.index("Answers to")
    assert "Answers to the retirement of ops/delay/2\nno retirement of ops/delay/2 affects a consumer\n" in second
    assert "no consumer" not in first
    assert "Answers" not in cli("consumers", "list", "delay").out.partition("mystery")[2]


def test_an_objection_is_recorded(retiring: World, cli: Cli) -> None:
    result = cli("consumers", "ack", "delay/1", "crews", "--object", "--as-of", retiring.now.isoformat())
    assert (result.code, party(retiring, "crews").answer) == (0, "objected")


def test_an_answer_without_a_retirement_is_refused_with_the_command_to_open_one(world: World, cli: Cli) -> None:
    world.version()
    result = cli("consumers", "ack", "delay/1", "crews")
    assert (result.code, "`modelward retire ops/delay/1`" in result.err) == (2, True)
