"""Amending a model on the command line: relaxed rules are printed, and another person must prove the change."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from data.notices.outbox import Outbox
from data.records.model import Model
from data.submission.folder import read_model
from tests.git_repositories import git_in
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.submissions import replace_line, write_filled
from tests.world import World

MODEL = "models/ops/late"
BASELINE = "  - {standard: baseline"


@pytest.fixture
def folder(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The submission folder of a registered model, with dev as the current user."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    folder = write_filled(tmp_path / "submission")
    world.do(read_model(folder).command)
    return folder


@pytest.fixture
def relaxed_folder(folder: Path) -> Path:
    """The folder with a relaxed rule in its model.yaml."""
    replace_line(folder / "model.yaml", BASELINE, "  - {standard: baseline, mode: observe, rationale: all}")
    return folder


def commit(folder: Path, author: str) -> None:
    """Commit all files with an author."""
    name, _, email = author.partition(" <")
    for arguments in (("init", "-q"), ("add", "--all"), ("commit", "-q", "-m", "relaxed")):
        git_in(folder, *arguments, name=name, email=email.rstrip(">"))


def test_an_approver_relaxes_a_rule_and_the_event_records_it(
    world: World, cli: Cli, proven: ProvenCaller, relaxed_folder: Path
) -> None:
    options, typed = proven("alma")
    result = cli("amend", relaxed_folder, *options, typed=typed)
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


def test_a_model_that_enforces_a_standard_shows_no_warning(cli: Cli, folder: Path) -> None:
    assert "nothing is enforced" not in cli("show", "late").out


def test_an_unchanged_model_needs_no_code_and_records_nothing(world: World, cli: Cli, folder: Path) -> None:
    events = len(world.events())
    assert "nothing was recorded" in cli("amend", folder, "--by", "alma").out
    assert cli("amend", folder, "--by", "alma", "--json").json == {"model": MODEL, "amended": False}
    assert len(world.events()) == events


def test_a_change_that_relaxes_nothing_is_amended_with_a_code(
    world: World, cli: Cli, proven: ProvenCaller, folder: Path
) -> None:
    replace_line(folder / "model.yaml", "runbook:", "runbook: docs/night.md")
    options, typed = proven("dev")
    result = cli("amend", folder, *options, "--json", typed=typed)
    assert (result.json["type"], "no rule of ops/late is relaxed" in result.err) == ("model.amended", True)
    assert world.get(Model, MODEL).runbook == "docs/night.md"


def test_a_change_of_owner_is_confirmed_by_the_new_one_and_both_are_notified(
    world: World, cli: Cli, proven: ProvenCaller, folder: Path
) -> None:
    replace_line(folder / "model.yaml", "owner:", "owner: rita")
    options, typed = proven("rita")
    result = cli("amend", folder, *options, typed=typed)
    assert (result.code, "the owner changes from olga to rita; both are notified" in result.err) == (0, True)
    notices = Outbox(world.home.outbox).contents().queued_notices
    assert {one.notice.to for one in notices} == {"olga", "rita"}
    assert {one.notice.title for one in notices} == {"ops/late: the owner is rita"}
    assert "rita made rita the owner of ops/late in place of olga" in notices[0].notice.text


REFUSED: dict[str, tuple[str, str]] = {
    "a developer": ("dev", "dev holds neither the role approver"),
    "a validator": ("vera", "vera holds neither the role approver"),
    "the owner of the model": ("olga", "olga holds neither the role approver"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_relaxing_a_rule_is_refused_to(
    case: tuple[str, str], world: World, cli: Cli, proven: ProvenCaller, relaxed_folder: Path
) -> None:
    person, words = case
    options, typed = proven(person)
    result = cli("amend", relaxed_folder, *options, typed=typed)
    assert (result.code, words in result.err) == (1, True)
    assert world.get(Model, MODEL).standards[0].mode == "enforce"


def test_uncommitted_changes_count_as_written_by_the_current_user(
    cli: Cli, proven: ProvenCaller, relaxed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "alma")
    options, typed = proven("alma")
    result = cli("amend", relaxed_folder, *options, typed=typed)
    assert (result.code, "alma wrote this" in result.err) == (1, True)


def test_an_approver_amends_a_change_that_the_developer_committed(
    world: World, cli: Cli, proven: ProvenCaller, relaxed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(relaxed_folder, "Dev <dev@example.org>")
    monkeypatch.setenv("MODELWARD_ACTOR", "alma")
    options, typed = proven("alma")
    assert cli("amend", relaxed_folder, *options, typed=typed).code == 0
    assert world.events("model.amended")[0]["data"]["written_by"] == ["dev"]


def test_an_approver_who_committed_the_change_is_refused(cli: Cli, proven: ProvenCaller, relaxed_folder: Path) -> None:
    commit(relaxed_folder, "Alma <alma@example.org>")
    options, typed = proven("alma")
    assert cli("amend", relaxed_folder, *options, typed=typed).code == 1


def test_from_a_clone_without_the_whole_history_a_change_is_refused_with_the_command_that_fetches_it(
    world: World, cli: Cli, proven: ProvenCaller, relaxed_folder: Path, tmp_path: Path
) -> None:
    commit(relaxed_folder, "Alma <alma@example.org>")
    (relaxed_folder / "docs" / "purpose.md").write_text("changed")
    commit(relaxed_folder, "Dev <dev@example.org>")
    shallow = tmp_path / "ci"
    subprocess.run(["git", "clone", "-q", "--depth=1", relaxed_folder.as_uri(), str(shallow)], check=True)
    options, typed = proven("alma")
    result = cli("amend", shallow, *options, typed=typed)
    assert (result.code, "git fetch --unshallow" in result.err) == (2, True)
    assert world.events("model.amended") == []


def test_the_person_is_required_and_the_code_is_not_an_argument(cli: Cli, relaxed_folder: Path) -> None:
    assert "--by" in cli("amend", relaxed_folder).err
    result = cli("amend", relaxed_folder, "--by", "alma")
    assert (result.code, "add --code-from-stdin" in result.err) == (2, True)
    assert cli("amend", relaxed_folder, "--by", "alma", "--code", "123456").code == 2


def test_an_unregistered_model_and_a_missing_folder_are_refused(world: World, cli: Cli, tmp_path: Path) -> None:
    assert "there is no model ops/late" in cli("amend", write_filled(tmp_path / "new"), "--by", "alma").err
    result = cli("amend", tmp_path / "nowhere", "--by", "alma")
    assert (result.code, "model.yaml: file not found" in result.err) == (2, True)
