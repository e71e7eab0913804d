"""Attack: somebody rewrites, shortens or replaces the git branch to which checkpoints are committed, here or at its
remote.

Result: Refused: the last commit of the remote is compared before each write, a push succeeds only on the commit seen
before, and the commits are computed again.
Caught in: `data/audit/anchors/git_anchor.py`
"""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.anchors.git_anchor import GitAnchor
from data.errors import AnchorError
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.export import export_registry
from data.registry.recovery import recover_anchors
from data.registry.registry import Registry
from tests.git_repositories import bare, git
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


class Anchored:
    """A registry whose second anchor is a branch of a repository that pushes to a remote."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.remote = world, bare(folder / "remote.git")
        self.local = bare(folder / "local.git", self.remote)
        self.anchors = [FileAnchor(world.home.anchor), GitAnchor(self.local, "log", "origin", "off-host")]

    def registry(self) -> Registry:
        return Registry(self.world.home, self.anchors)

    def act(self) -> None:
        """Record an event and sign a checkpoint, as a new command does."""
        registry = self.registry()
        command = RecordRefusal(about="log", attempted="more", code="test", reason="more")
        registry.execute(command, RunContext(Actor(id="adam"), self.world.now))
        registry.checkpoint()

    def commits(self) -> list[str]:
        return git(self.remote, "rev-list", "log").split()


@pytest.fixture
def anchored(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Anchored:
    """Two checkpoints after the founding are pushed."""
    anchored = Anchored(founded.copy(tmp_path / "home", monkeypatch), tmp_path)
    anchored.act()
    anchored.act()
    return anchored


def test_every_checkpoint_is_a_commit_at_the_remote_and_verifies(anchored: Anchored) -> None:
    assert len(anchored.commits()) == len(anchored.anchors[0].notes())
    report = verify_registry(anchored.registry(), deep=False)
    assert (report.ok, report.assurance, report.anchored) == (True, "off-host", report.events)


def test_an_export_contains_the_commits_and_its_verifier_computes_them_again(
    anchored: Anchored, tmp_path: Path
) -> None:
    exported = export_registry(anchored.registry(), tmp_path / "export")
    assert (exported.report.ok, exported.report.faults) == (True, [])
    assert exported.report.commits == [anchored.commits()[0]]


def test_a_remote_that_was_moved_back_is_refused_and_recovered_only_on_request(anchored: Anchored) -> None:
    former = anchored.commits()
    git(anchored.remote, "update-ref", "refs/heads/log", former[1])
    with pytest.raises(AnchorError, match="it lost checkpoints") as refused:
        anchored.act()
    assert "modelward recover anchors" in refused.value.remedy
    assert anchored.commits() == former[1:]
    context = RunContext(Actor(id="adam"), anchored.world.now)
    (recovery,) = recover_anchors(anchored.registry(), "somebody moved the branch", context)
    assert str(recovery.kept).startswith("refs/modelward/damaged-")
    assert anchored.commits()[-len(former) + 1 :] == former[1:], "the commits that were right are left as they are"
    anchored.act()
    assert verify_registry(anchored.registry(), deep=False).ok


def test_a_branch_that_is_ahead_of_an_older_registry_is_refused(anchored: Anchored) -> None:
    home, former = anchored.world.home, anchored.commits()
    kept = {path: path.read_bytes() for path in (home.database, home.journal, home.anchor)}
    anchored.act()
    for path, content in kept.items():
        path.write_bytes(content)
    git(anchored.local, "update-ref", "refs/heads/log", former[0])
    with pytest.raises(AnchorError, match="it is an older copy"):
        anchored.act()
    assert len(anchored.commits()) == len(former) + 1


def test_a_branch_with_other_commits_is_refused_and_found(anchored: Anchored) -> None:
    tip = anchored.commits()[0]
    blob = git(anchored.remote, "rev-parse", f"{tip}~1:checkpoint")
    tree = git(anchored.remote, "rev-parse", f"{tip}~1^{{tree}}")
    assert blob
    forged = git(
        anchored.remote, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-p", tip, "-m", "x"
    )
    git(anchored.remote, "update-ref", "refs/heads/log", forged)
    with pytest.raises(AnchorError, match="it lost checkpoints"):
        anchored.act()
    assert not verify_registry(anchored.registry(), deep=False).ok


def test_an_unreachable_remote_is_completed_later(anchored: Anchored) -> None:
    away = anchored.remote.with_name("away.git")
    anchored.remote.rename(away)
    with pytest.raises(AnchorError, match="ls-remote"):
        anchored.act()
    away.rename(anchored.remote)
    anchored.act()
    assert anchored.anchors[1].notes() == anchored.anchors[0].notes()
    assert verify_registry(anchored.registry(), deep=False).ok
