"""What is published is what was registered, byte by byte, and a failure leaves what served before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import ArtifactError, DigestMismatchError, InvalidNameError, PublishError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.files.serving import FileTarget, Place, digest_of
from data.records.version import Artifact, Change, ChangeClass, CodeState, Version

NOW = datetime(2013, 4, 1, 12, tzinfo=UTC)
MODEL = "models/ops/delay"
PLACE = Place(MODEL)


@pytest.fixture
def house(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return Home(tmp_path / "home")


@pytest.fixture
def target(house: Home) -> FileTarget:
    """The target of that home."""
    return FileTarget(house)


def version(house: Home, number: int = 1, artifact: Artifact | None = None) -> Version:
    """A version whose bytes lie in the artifact store."""
    content = f"the bytes of version {number}".encode()
    stored = Artifact(kind="file", digest=ArtifactStore(house.artifacts).put(content), size=len(content))
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


def publish(target: FileTarget, served: Version, place: Place = PLACE) -> str:
    """Publish at noon, as run 7."""
    return target.publish(place, served, "planning", NOW, "run-7")


def test_the_manifest_names_the_version_and_the_bytes_that_were_verified(house: Home, target: FileTarget) -> None:
    first = version(house)
    digest = publish(target, first)
    text = (house.serving / "ops/delay/current.json").read_text()
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


def test_each_slot_has_a_manifest_of_its_own(house: Home, target: FileTarget) -> None:
    first, second = version(house), version(house, 2)
    publish(target, first)
    shadow = Place(MODEL, "production", "shadow")
    publish(target, second, shadow)
    published = target.manifest(shadow)
    assert published is not None
    assert published.version == second.key
    assert (house.serving / "ops/delay/production/shadow/current.json").is_file()
    target.verify(PLACE, first)


def test_publishing_the_same_again_gives_the_same_manifest(house: Home, target: FileTarget) -> None:
    assert publish(target, version(house)) == publish(target, version(house))


def test_an_endpoint_is_published_by_its_pin(house: Home, target: FileTarget) -> None:
    pin = Artifact(kind="endpoint", digest="sha256:" + "a" * 64, pinned={"provider": "acme", "snapshot": "2013-01-01"})
    first = version(house, 1, pin)
    publish(target, first)
    published = target.manifest(PLACE)
    assert published is not None
    assert (published.path, published.kind, published.pinned) == (None, "endpoint", pin.pinned)
    target.verify(PLACE, first)


def test_changed_bytes_are_not_published_and_the_former_version_stays(house: Home, target: FileTarget) -> None:
    first, second = version(house), version(house, 2)
    publish(target, first)
    ArtifactStore(house.artifacts).path(second.artifact.digest).write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        publish(target, second)
    target.verify(PLACE, first)


def test_missing_bytes_are_not_published(house: Home, target: FileTarget) -> None:
    first = version(house)
    ArtifactStore(house.artifacts).path(first.artifact.digest).unlink()
    with pytest.raises(ArtifactError):
        publish(target, first)
    assert target.read(PLACE) is None


def test_bytes_that_a_link_leads_away_to_are_not_published(house: Home, target: FileTarget, tmp_path: Path) -> None:
    first = version(house)
    path = ArtifactStore(house.artifacts).path(first.artifact.digest)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(ArtifactError, match="outside"):
        publish(target, first)


def test_a_target_that_cannot_be_written_keeps_what_serves(
    house: Home, target: FileTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = version(house), version(house, 2)
    publish(target, first)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(PublishError, match="No space left"):
            publish(target, second)
    target.verify(PLACE, first)


def test_a_folder_where_the_manifest_should_be_is_refused(house: Home, target: FileTarget) -> None:
    (house.serving / "ops/delay/current.json").mkdir(parents=True)
    with pytest.raises(PublishError, match="cannot be written"):
        publish(target, version(house))
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
def test_verification_fails_when(what: str | None, house: Home, target: FileTarget) -> None:
    first, second = version(house), version(house, 2)
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


def test_verification_reads_the_bytes_again(house: Home, target: FileTarget) -> None:
    first = version(house)
    publish(target, first)
    ArtifactStore(house.artifacts).path(first.artifact.digest).write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        target.verify(PLACE, first)


@pytest.mark.parametrize("state", ["suspended", "withdrawn"])
def test_a_stopped_slot_names_what_takes_over(state: str, house: Home, target: FileTarget) -> None:
    publish(target, version(house))
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


def test_what_was_there_before_comes_back_to_the_byte(house: Home, target: FileTarget) -> None:
    publish(target, version(house))
    former = target.read(PLACE)
    publish(target, version(house, 2))
    target.restore(PLACE, former)
    assert target.read(PLACE) == former
    target.verify(PLACE, version(house))


def test_where_nothing_was_before_nothing_comes_back(house: Home, target: FileTarget) -> None:
    publish(target, version(house))
    target.restore(PLACE, None)
    target.restore(PLACE, None)
    assert target.read(PLACE) is None
    assert target.manifest(PLACE) is None


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
def test_no_place_is_made_of(names: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidNameError):
        Place(*names)


def test_a_link_inside_the_served_root_does_not_lead_out_of_it(house: Home, target: FileTarget, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    house.serving.mkdir(parents=True)
    (house.serving / "ops").symlink_to(outside)
    with pytest.raises(PublishError, match="leads out"):
        publish(target, version(house))
    assert list(outside.iterdir()) == []
