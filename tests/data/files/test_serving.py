"""The published bytes are those that were registered, and after a failure the previous version still serves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import ArtifactError, DigestMismatchError, InvalidNameError, PublishError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.files.manifest import digest_of
from data.files.served_folder import ServedAccess
from data.files.serving import FileTarget, SlotAddress
from data.records.version import Artifact, Change, ChangeClass, CodeState, Version

NOW = datetime(2013, 4, 1, 12, tzinfo=UTC)
MODEL = "models/ops/delay"
PLACE = SlotAddress(MODEL)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


@pytest.fixture
def target(home: Home) -> FileTarget:
    """The target of the home."""
    return FileTarget(home)


def version(home: Home, number: int = 1, artifact: Artifact | None = None) -> Version:
    """Return a version whose bytes are in the artifact store."""
    content = f"the bytes of version {number}".encode()
    stored = Artifact(kind="file", digest=ArtifactStore(home.artifacts).put(content), size=len(content))
    return Version(
        key=f"{MODEL}/versions/{number}",
        model=MODEL,
        number=number,
        parent=None,
        artifact=artifact or stored,
        code=CodeState(),
        environment_digest=None,
        configuration={},
        contributors=("dev",),
        submitter="dev",
        change=Change(change_class=ChangeClass.NEW, what="w", why="y"),
        submission_digest="s",
        reference_digest=None,
        provenance={},
        registered_at=NOW,
    )


def publish(target: FileTarget, served: Version, place: SlotAddress = PLACE) -> str:
    """Publish the version at noon, in run 7."""
    return target.publish(place, served, "planning", NOW, "run-7")


def test_the_manifest_has_the_version_and_the_path_of_verified_bytes(home: Home, target: FileTarget) -> None:
    first = version(home)
    digest = publish(target, first)
    text = (home.serving / "ops/delay/current.json").read_text()
    pointer = json.loads(text)
    assert Path(pointer["path"]).read_bytes() == b"the bytes of version 1"
    assert {name: pointer[name] for name in ("model", "version", "digest", "environment", "slot", "use", "run_id")} == {
        "model": MODEL,
        "version": first.key,
        "digest": first.artifact.digest,
        "environment": "production",
        "slot": "champion",
        "use": "planning",
        "run_id": "run-7",
    }
    assert pointer["published_at"] == "2013-04-01T12:00:00.000000Z"
    assert digest == digest_of(text) == target.verify(PLACE, first)


def test_each_slot_has_its_own_manifest(home: Home, target: FileTarget) -> None:
    first, second = version(home), version(home, 2)
    publish(target, first)
    shadow = SlotAddress(MODEL, "production", "shadow")
    publish(target, second, shadow)
    published = target.manifest(shadow)
    assert published is not None
    assert published.version == second.key
    assert (home.serving / "ops/delay/production/shadow/current.json").is_file()
    target.verify(PLACE, first)


def test_publishing_the_same_again_gives_the_same_manifest(home: Home, target: FileTarget) -> None:
    assert publish(target, version(home)) == publish(target, version(home))


def test_an_endpoint_is_published_with_its_pin(home: Home, target: FileTarget) -> None:
    pin = Artifact(kind="endpoint", digest="sha256:" + "a" * 64, pinned={"provider": "acme", "snapshot": "2013-01-01"})
    first = version(home, 1, pin)
    publish(target, first)
    published = target.manifest(PLACE)
    assert published is not None
    assert (published.path, published.kind, published.pinned) == (None, "endpoint", pin.pinned)
    target.verify(PLACE, first)


def test_changed_bytes_are_not_published_and_the_previous_version_stays(home: Home, target: FileTarget) -> None:
    first, second = version(home), version(home, 2)
    publish(target, first)
    ArtifactStore(home.artifacts).path(second.artifact.digest).write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        publish(target, second)
    target.verify(PLACE, first)


def test_missing_bytes_are_not_published(home: Home, target: FileTarget) -> None:
    first = version(home)
    ArtifactStore(home.artifacts).path(first.artifact.digest).unlink()
    with pytest.raises(ArtifactError):
        publish(target, first)
    assert target.read(PLACE) is None


def test_bytes_outside_the_artifact_store_are_not_published(home: Home, target: FileTarget, tmp_path: Path) -> None:
    first = version(home)
    path = ArtifactStore(home.artifacts).path(first.artifact.digest)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(ArtifactError, match="outside"):
        publish(target, first)


def test_a_failed_write_leaves_the_previous_manifest(
    home: Home, target: FileTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = version(home), version(home, 2)
    publish(target, first)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(PublishError, match="No space left"):
            publish(target, second)
    target.verify(PLACE, first)


def test_a_folder_where_the_manifest_should_be_is_refused(home: Home, target: FileTarget) -> None:
    (home.serving / "ops/delay/current.json").mkdir(parents=True)
    with pytest.raises(PublishError, match="cannot be written"):
        publish(target, version(home))
    with pytest.raises(PublishError, match="cannot be removed"):
        target.restore(PLACE, None)


VERIFIED = {
    "nothing is published": None,
    "another version is published": "other version",
    "it was suspended": "suspended",
    "the manifest names other bytes": "other digest",
    "the manifest names another path": "other path",
    "the manifest is no JSON": "broken",
    "the manifest is not text": "binary",
}


@pytest.mark.parametrize("what", VERIFIED.values(), ids=VERIFIED.keys())
def test_verify_raises_for(what: str | None, home: Home, target: FileTarget) -> None:
    first, second = version(home), version(home, 2)
    path = target.path(PLACE)
    if what is not None:
        publish(target, first)
    if what == "other version":
        publish(target, second)
    if what == "suspended":
        target.suspend(PLACE, "the timetable", "drift", NOW, "run-8")
    if what == "other digest":
        path.write_text(path.read_text().replace(first.artifact.digest, second.artifact.digest))
    if what == "other path":
        path.write_text(path.read_text().replace('"path": "', '"path": "/tmp'))
    if what in ("broken", "binary"):
        path.write_bytes(b"{" if what == "broken" else b"\xff\xfe")
    with pytest.raises(PublishError):
        target.verify(PLACE, first)


def test_verification_reads_the_bytes_again(home: Home, target: FileTarget) -> None:
    first = version(home)
    publish(target, first)
    ArtifactStore(home.artifacts).path(first.artifact.digest).write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        target.verify(PLACE, first)


@pytest.mark.parametrize("state", ["suspended", "withdrawn"])
def test_the_manifest_of_a_stopped_slot_has_the_fallback(state: str, home: Home, target: FileTarget) -> None:
    publish(target, version(home))
    stop = target.suspend if state == "suspended" else target.withdraw
    digest = stop(PLACE, "the timetable", "drift", NOW, "run-8")
    published = target.manifest(PLACE)
    assert published is not None
    assert (published.state, published.fallback, published.version, published.path) == (
        state,
        "the timetable",
        None,
        None,
    )
    assert digest == digest_of(published.text())


def test_restore_writes_the_previous_manifest_byte_for_byte(home: Home, target: FileTarget) -> None:
    publish(target, version(home))
    former = target.read(PLACE)
    publish(target, version(home, 2))
    target.restore(PLACE, former)
    assert target.read(PLACE) == former
    target.verify(PLACE, version(home))


def test_restore_without_a_previous_manifest_removes_the_file(home: Home, target: FileTarget) -> None:
    publish(target, version(home))
    target.restore(PLACE, None)
    target.restore(PLACE, None)
    assert target.read(PLACE) is None
    assert target.manifest(PLACE) is None


SHARED = ServedAccess(None, 0o644)


def test_shared_manifests_name_a_copy_of_the_bytes_that_others_can_read(home: Home) -> None:
    target, first = FileTarget(home, SHARED), version(home)
    digest = publish(target, first)
    path = Path(json.loads((home.serving / "ops/delay/current.json").read_text())["path"])
    assert path == (home.serving / "ops/delay/artifact" / first.artifact.digest[7:]).resolve()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"the bytes of version 1", 0o644)
    assert ArtifactStore(home.artifacts).path(first.artifact.digest).stat().st_mode & 0o777 == 0o600
    assert target.verify(PLACE, first) == digest


def test_a_changed_copy_is_found(home: Home) -> None:
    target, first = FileTarget(home, SHARED), version(home)
    publish(target, first)
    next((home.serving / "ops/delay/artifact").iterdir()).write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError, match="serving/ops/delay/artifact"):
        target.verify(PLACE, first)


def test_a_manifest_stays_valid_when_the_setting_changes(home: Home) -> None:
    first = version(home)
    for before, after in ((FileTarget(home, SHARED), FileTarget(home)), (FileTarget(home), FileTarget(home, SHARED))):
        publish(before, first)
        after.verify(PLACE, first)


def test_copies_of_the_present_and_the_former_version_are_kept(home: Home) -> None:
    target, versions = FileTarget(home, SHARED), [version(home, number) for number in (1, 2, 3)]
    for served in versions:
        former = target.read(PLACE)
        publish(target, served)
    names = {path.name for path in (home.serving / "ops/delay/artifact").iterdir()}
    assert names == {one.artifact.digest[7:] for one in versions[1:]}
    target.restore(PLACE, former)
    target.verify(PLACE, versions[1])


def test_an_unreadable_former_manifest_does_not_prevent_publishing(home: Home, target: FileTarget) -> None:
    publish(target, version(home))
    target.path(PLACE).write_bytes(b"{")
    publish(target, version(home, 2))
    target.verify(PLACE, version(home, 2))


HOSTILE = {
    "a model that climbs up": ("models/../delay", "production", "champion"),
    "a model with a part too many": ("models/ops/delay/versions", "production", "champion"),
    "something that is no model": ("people/ana/x", "production", "champion"),
    "an environment that climbs up": (MODEL, "..", "champion"),
    "an environment with a slash": (MODEL, "a/b", "champion"),
    "a slot with a quote": (MODEL, "production", "cham'pion"),
    "an empty slot": (MODEL, "production", ""),
}


@pytest.mark.parametrize("names", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_slot_address_is_refused_for(names: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidNameError):
        SlotAddress(*names)


def test_a_link_that_leads_out_of_the_serving_folder_is_refused(home: Home, target: FileTarget, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    home.serving.mkdir(parents=True)
    (home.serving / "ops").symlink_to(outside)
    with pytest.raises(PublishError, match="leads out"):
        publish(target, version(home))
    assert list(outside.iterdir()) == []
