"""Attack: somebody changes or removes a stored file that a decision rests on, or a backup, beside the registry.

The files are the text of a section, a quality report, an environment, a reference profile and its parts, a standard,
evidence, a packed submission, and every file of a backup.

Result: Found. Every file that an event names by digest is hashed again, and a backup has a signed list.
Caught in: `data/audit/verifier/artifacts.py`, `data/audit/verifier/backups.py`: `audit verify --deep`
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.audit.verifier.report import Discrepancy
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.verification import verify_registry
from data.records.log import Standard
from data.records.version import Dataset, Metric, Section, Version
from data.registry.backup import LIST, NOTE, backup_registry
from data.registry.registry import Registry
from tests.operations import prepared
from tests.stored_files import register_with_every_file
from tests.world import Template, World

EARLIER = Path(__file__).parents[1] / "data/registry/homes/before-migrations.tar.xz"

pytestmark = pytest.mark.closed_registry


@dataclass(frozen=True)
class Stored:
    """A home with every kind of stored file; `version` is the registered one, `parts` are those of its reference."""

    world: World
    version: Version
    parts: tuple[str, ...]

    @property
    def home(self) -> Home:
        return self.world.home

    def findings(self) -> list[Discrepancy]:
        """Verify deeply and return the findings."""
        return verify_registry(Registry(self.home), deep=True).findings


@pytest.fixture(scope="module")
def template(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("stored") / "home", register_with_every_file)


@pytest.fixture(scope="module")
def stored(template: Template) -> Stored:
    """The home of the module; each test restores what it changes."""
    world = World(template.root, template.now)
    backup_registry(world.registry, world.home.backups / "signed")
    (version,) = world.find(Version)
    assert version.reference_digest is not None
    document = world.artifacts.read(version.reference_digest).decode()
    return Stored(world, version, tuple(f"sha256:{one[:64]}" for one in document.split("sha256:")[1:]))


@contextmanager
def changed(path: Path, content: bytes | None) -> Iterator[None]:
    """Replace or remove a file while the block runs."""
    before = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def artifact(digest: str | None) -> Callable[[Stored], Path]:
    return lambda stored: ArtifactStore(stored.home.artifacts).path(str(digest))


def metric_evidence(stored: Stored) -> Path:
    return artifact(stored.world.find(Metric)[0].evidence_digest)(stored)


def section_text(name: str) -> Callable[[Stored], Path]:
    return lambda stored: artifact(stored.world.get(Section, f"{stored.version.key}/sections/{name}").text_digest)(
        stored
    )


FILES: dict[str, tuple[Callable[[Stored], Path], str]] = {
    "the model's bytes": (lambda s: artifact(s.version.artifact.digest)(s), "refers to"),
    "an environment": (lambda s: artifact(s.version.environment_digest)(s), "its environment"),
    "a reference profile": (lambda s: artifact(s.version.reference_digest)(s), "its reference profile"),
    "the edges of a reference profile": (lambda s: artifact(s.parts[0])(s), "its part of the reference profile"),
    "the counts of a reference profile": (lambda s: artifact(s.parts[1])(s), "its part of the reference profile"),
    "a quality report": (lambda s: artifact(s.world.find(Dataset)[0].quality_report)(s), "its quality report"),
    "the text of a section": (section_text("purpose"), "its text"),
    "the text of a generated section": (section_text("performance"), "its text"),
    "the evidence of a metric": (metric_evidence, "refers to"),
    "the text of a standard": (lambda s: artifact(s.world.find(Standard)[0].digest)(s), "its text"),
    "a submission": (lambda s: ArtifactStore(s.home.inbox).path(s.version.submission_digest), "its submission"),
}


def test_nothing_is_found_in_a_home_that_nobody_changed(stored: Stored) -> None:
    assert stored.findings() == []


@pytest.mark.parametrize("content", [b"other bytes", None], ids=["changed", "removed"])
@pytest.mark.parametrize(("path", "named"), FILES.values(), ids=FILES)
def test_a_stored_file_that_was_changed_or_removed_is_found(
    stored: Stored, path: Callable[[Stored], Path], named: str, content: bytes | None
) -> None:
    file = path(stored)
    with changed(file, content):
        (finding,) = stored.findings()
    assert finding.what.startswith(named)
    assert f"sha256:{file.name}" in finding.what
    assert finding.seq is not None


def test_a_changed_file_that_no_event_names_is_found(stored: Stored) -> None:
    path = stored.world.artifacts.path(stored.world.artifacts.put(b"the rest of an interrupted registration"))
    with changed(path, b"something else"):
        (finding,) = stored.findings()
    assert f"no event names the file {path.name}" in finding.what
    path.unlink()


BACKUP_FILES = (
    "registry/registry.duckdb",
    "journal/events.jsonl",
    "anchors/checkpoints.txt",
    "verifier.pyz",
    LIST,
    NOTE,
)


@pytest.mark.parametrize("name", BACKUP_FILES)
def test_a_changed_file_of_a_backup_is_found(stored: Stored, name: str) -> None:
    path = stored.home.backups / "signed" / name
    with changed(path, path.read_bytes()[:-1] + b"X"):
        findings = stored.findings()
    assert [one.what for one in findings if not one.what.startswith("the backup signed")] == []
    assert findings != []


def test_a_removed_and_an_added_file_of_a_backup_are_found(stored: Stored) -> None:
    folder = stored.home.backups / "signed"
    with changed(folder / "verifier.pyz", None):
        (folder / "more.txt").write_text("more")
        found = [one.what for one in stored.findings()]
    (folder / "more.txt").unlink()
    assert found == [
        "the backup signed: verifier.pyz is missing",
        "the backup signed: more.txt is not in its list of files",
    ]


@pytest.fixture
def unsigned(stored: Stored) -> Iterator[Path]:
    """A backup that an earlier version wrote, without a signed list."""
    folder = stored.home.backups / "earlier"
    with tarfile.open(EARLIER) as archive:
        archive.extractall(folder, filter="data")
    for name in ("artifacts", "keys"):
        shutil.rmtree(folder / name)
    yield folder
    shutil.rmtree(folder)


def test_a_backup_without_a_list_is_verified_by_itself(stored: Stored, unsigned: Path) -> None:
    assert stored.findings() == []
    with changed(unsigned / "journal" / "events.jsonl", b""):
        (finding,) = stored.findings()
    assert "no attestation names its database, and it does not verify" in finding.what


def test_a_backup_of_this_version_without_its_list_is_found(stored: Stored) -> None:
    """Otherwise who changes its verifier would also remove the list, and the backup would be verified by itself."""
    folder = stored.home.backups / "unsigned"
    shutil.copytree(stored.home.backups / "signed", folder)
    (folder / LIST).unlink()
    (folder / NOTE).unlink()
    (finding,) = stored.findings()
    shutil.rmtree(folder)
    assert "it has no signed list of its files" in finding.what
    assert "the version that made it writes such a list" in finding.what


def test_the_list_of_another_backup_does_not_fit(stored: Stored) -> None:
    folder = stored.home.backups / "copied"
    shutil.copytree(stored.home.backups / "signed", folder)
    with changed(folder / "verifier.pyz", b"print('all is well')"):
        (finding,) = stored.findings()
    shutil.rmtree(folder)
    assert finding.what == "the backup copied: verifier.pyz was changed"


def test_a_list_that_another_key_signed_is_refused(stored: Stored, unsigned: Path, tmp_path: Path) -> None:
    other = World(tmp_path / "other", stored.world.now)
    other.registry.create(origin="tests.example", clock="replay")
    backup_registry(other.registry, tmp_path / "backup")
    for name in (LIST, NOTE):
        shutil.copy(tmp_path / "backup" / name, unsigned / name)
    (finding,) = stored.findings()
    assert finding.what == "the backup earlier: backup.note is not signed by the key of the log"
