"""Rules made milder on the command line: what becomes milder is said, somebody else proves it, nothing else gets by."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from data.records.model import Model
from data.submission.folder import read_model
from tests.modelward.conftest import Cli
from tests.submissions import replace_line, write_filled
from tests.world import World

MODEL = "models/ops/late"
Proven = Callable[[str], tuple[tuple[str, ...], str]]
BASELINE = "  - {standard: baseline"


@pytest.fixture
def folder(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a registered model; dev works here."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    folder = write_filled(tmp_path / "submission")
    world.do(read_model(folder).command)
    return folder


@pytest.fixture
def milder(folder: Path) -> Path:
    """The same with milder rules."""
    replace_line(folder / "model.yaml", BASELINE, "  - {standard: baseline, mode: observe, rationale: all}")
    return folder


def commit(folder: Path, author: str) -> None:
    """Commit everything in an author's name."""
    name, _, email = author.partition(" <")
    who = ("-c", f"user.name={name}", "-c", f"user.email={email.rstrip('>')}", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "--all"), (*who, "commit", "-q", "-m", "milder")):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_an_approver_makes_rules_milder_and_the_event_says_so(
    world: World, cli: Cli, proven: Proven, milder: Path
) -> None:
    options, typed = proven("alma")
    result = cli("amend", milder, *options, typed=typed)
    assert (result.code, "amended ops/late (event" in result.out) == (0, True), result.err
    assert "the standard baseline goes from enforce to observe" in result.err
    assert "written by dev" in result.err
    (event,) = world.events("model.amended")
    assert event["actor"] == {"id": "alma", "auth": "totp"}
    assert event["data"]["milder"] == ["the standard baseline goes from enforce to observe"]
    assert event["data"]["written_by"] == ["dev"]
    shown = cli("show", "late").out
    assert "baseline (observe)" in shown
    assert "nothing is enforced" in shown


def test_a_model_that_enforces_shows_no_such_line(cli: Cli, folder: Path) -> None:
    assert "nothing is enforced" not in cli("show", "late").out


def test_one_that_says_what_is_registered_asks_for_no_code(world: World, cli: Cli, folder: Path) -> None:
    events = len(world.events())
    assert "nothing was recorded" in cli("amend", folder, "--by", "alma").out
    assert cli("amend", folder, "--by", "alma", "--json").json == {"model": MODEL, "amended": False}
    assert len(world.events()) == events


def test_what_is_not_milder_is_amended_under_the_code_too(world: World, cli: Cli, proven: Proven, folder: Path) -> None:
    replace_line(folder / "model.yaml", "runbook:", "runbook: docs/night.md")
    options, typed = proven("dev")
    result = cli("amend", folder, *options, "--json", typed=typed)
    assert (result.json["type"], "this relaxes no rule of ops/late" in result.err) == ("model.amended", True)
    assert world.get(Model, MODEL).runbook == "docs/night.md"


REFUSED: dict[str, tuple[str, str]] = {
    "a developer": ("dev", "dev is no approver"),
    "a validator": ("vera", "vera is no approver"),
    "who owns the model": ("olga", "olga is no approver"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refused_to(case: tuple[str, str], world: World, cli: Cli, proven: Proven, milder: Path) -> None:
    person, words = case
    options, typed = proven(person)
    result = cli("amend", milder, *options, typed=typed)
    assert (result.code, words in result.err) == (1, True)
    assert world.get(Model, MODEL).standards[0].mode == "enforce"


def test_who_is_at_the_keyboard_wrote_what_is_not_committed(
    cli: Cli, proven: Proven, milder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "alma")
    options, typed = proven("alma")
    result = cli("amend", milder, *options, typed=typed)
    assert (result.code, "alma wrote this" in result.err) == (1, True)


def test_an_approver_takes_what_the_developer_committed_at_their_own_keyboard(
    world: World, cli: Cli, proven: Proven, milder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(milder, "Dev <dev@example.org>")
    monkeypatch.setenv("MODELWARD_ACTOR", "alma")
    options, typed = proven("alma")
    assert cli("amend", milder, *options, typed=typed).code == 0
    assert world.events("model.amended")[0]["data"]["written_by"] == ["dev"]


def test_an_approver_who_committed_it_is_refused_wherever_it_is_typed(cli: Cli, proven: Proven, milder: Path) -> None:
    commit(milder, "Alma <alma@example.org>")
    options, typed = proven("alma")
    assert cli("amend", milder, *options, typed=typed).code == 1


def test_the_code_is_no_argument_and_somebody_must_be_named(cli: Cli, milder: Path) -> None:
    assert "--by" in cli("amend", milder).err
    result = cli("amend", milder, "--by", "alma")
    assert (result.code, "add --code-from-stdin" in result.err) == (2, True)
    assert cli("amend", milder, "--by", "alma", "--code", "123456").code == 2


def test_a_model_that_is_not_registered_and_a_folder_that_is_none(world: World, cli: Cli, tmp_path: Path) -> None:
    assert "there is no model ops/late" in cli("amend", write_filled(tmp_path / "new"), "--by", "alma").err
    result = cli("amend", tmp_path / "nowhere", "--by", "alma")
    assert (result.code, "model.yaml:1: there is no such file" in result.err) == (2, True)
