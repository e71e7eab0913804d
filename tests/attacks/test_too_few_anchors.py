"""Attack: somebody cuts the registry off from its anchors, so that a decision leaves no trace outside.

Result: Refused: the standard says how many anchors must confirm; with fewer no decision is recorded, or the command
fails and the verification finds it.
Caught in: `data/audit/anchors/`, `data/audit/verifier/anchor_demand.py`
"""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.errors import AnchorError
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.log import AdoptStandard, RecordRefusal
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


class Demanding:
    """A registry with three anchors under a standard that demands two."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.drives = [folder / name for name in ("first", "second")]
        for drive in self.drives:
            drive.mkdir()
        self.anchors = [
            FileAnchor(world.home.anchor),
            *(FileAnchor(drive / f"{drive.name}.txt", "off-host") for drive in self.drives),
        ]
        world.registry = self.registry()
        adopt = AdoptStandard(
            standard="strict", version=1, title="Strict", digest=world.artifacts.put(b"id: strict\n"), controls=1,
            anchors=2, proof=world.proof("adam"),
        )  # fmt: skip
        world.do(adopt, by="adam")

    def registry(self, anchors: int = 3) -> Registry:
        return Registry(self.world.home, self.anchors[:anchors])

    def take_away(self, *drives: int) -> None:
        for number in drives:
            self.drives[number].rename(self.drives[number].with_suffix(".away"))

    def bring_back(self, *drives: int) -> None:
        for number in drives:
            self.drives[number].with_suffix(".away").rename(self.drives[number])

    def decide(self) -> None:
        """Give the next decision, as a new command."""
        self.world.registry = self.registry()
        self.world.grant("outsider", "operator")


@pytest.fixture
def demanding(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Demanding:
    return Demanding(founded.copy(tmp_path / "home", monkeypatch), tmp_path)


def test_one_anchor_of_three_may_be_away_and_is_completed_later(demanding: Demanding) -> None:
    demanding.take_away(1)
    demanding.decide()
    demanding.bring_back(1)
    report = verify_registry(demanding.registry(), deep=False)
    assert report.ok, report.findings
    demanding.decide()
    assert demanding.anchors[2].notes()[-2:] == demanding.anchors[0].notes()[-2:]


def test_a_decision_without_enough_anchors_is_refused_before_it_is_recorded(demanding: Demanding) -> None:
    demanding.take_away(0, 1)
    events = len(demanding.world.events())
    with pytest.raises(AnchorError, match="2 anchors confirm a decision, and 1 can be reached") as refused:
        demanding.decide()
    assert "nothing was recorded" in refused.value.remedy
    added = demanding.world.events()[events:]
    assert [event["type"] for event in added if event["type"] == "role.granted"] == []


def test_other_events_are_recorded_meanwhile(demanding: Demanding) -> None:
    demanding.take_away(0, 1)
    command = RecordRefusal(about="log", attempted="x", code="test", reason="x")
    demanding.registry().execute(command, RunContext(Actor(id="adam"), demanding.world.now))
    demanding.bring_back(0, 1)
    demanding.decide()
    assert verify_registry(demanding.registry(), deep=False).ok


def test_fewer_anchors_in_the_settings_than_the_standard_demands_are_refused(demanding: Demanding) -> None:
    command = RecordRefusal(about="log", attempted="x", code="test", reason="x")
    with pytest.raises(AnchorError, match="demands 2 anchors, and 1 are set"):
        demanding.registry(1).execute(command, RunContext(Actor(id="adam"), demanding.world.now))


def test_checkpoints_that_too_few_anchors_have_are_found(demanding: Demanding) -> None:
    for _ in range(2):
        demanding.decide()
    for anchor in demanding.anchors[1:]:
        lines = anchor.path.read_bytes().splitlines(keepends=True)
        anchor.path.write_bytes(b"".join(lines[:-2]))
    findings = [one.what for one in verify_registry(demanding.registry(), deep=False).findings]
    assert any("demands that 2 anchors confirm each checkpoint, and 1 confirms" in one for one in findings)
