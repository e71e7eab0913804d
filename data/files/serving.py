"""Publishing: what serves in a slot is what one small manifest says, replaced whole; any server can follow it.

Other targets (an alias in another registry, a webhook, a command) are one class each behind the same protocol.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import ValidationError

from data.errors import ArtifactError, InvalidNameError, PublishError
from data.files.artifacts import ArtifactStore
from data.files.durable_file import remove_durably, write_durably
from data.files.home import Home
from data.records.instant import Instant
from data.records.names import checked_name, model_key, short, slot_key
from data.records.row import Frozen
from data.records.version import Version

LARGEST = 1 << 16


@dataclass(frozen=True)
class Place:
    """A slot of an environment of a model, `models/<team>/<name>`; every name in it is a legal one.

    Raises InvalidNameError for one that is not, so that no path can lead out of the served root.
    """

    model: str
    environment: str = "production"
    slot: str = "champion"

    def __post_init__(self) -> None:
        parts = self.model.split("/")
        if len(parts) != 3 or parts[0] != "models":
            raise InvalidNameError(f"{self.model[:80]!a} is not a model's key")
        slot_key(model_key(parts[1], parts[2]), self.environment, self.slot)


class Manifest(Frozen):
    """What a server reads. `path` is absolute; `digest` is that of the bytes there, or of the pin of an endpoint.

    `state` is `serving`, or `suspended` or `withdrawn` with what takes over as `fallback` and no version.
    """

    model: str
    version: str | None
    digest: str | None
    path: str | None
    environment: str
    slot: str
    use: str
    published_at: Instant
    run_id: str
    state: Literal["serving", "suspended", "withdrawn"] = "serving"
    kind: str = "file"
    pinned: dict[str, str] = {}
    fallback: str = ""
    reason: str = ""

    def text(self) -> str:
        """The manifest as it is written: JSON with sorted names, two spaces deep."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


class ServingTarget(Protocol):
    """Where versions are put in service. Each method that writes leaves the former state when it raises."""

    def publish(self, place: Place, version: Version, use: str, published_at: datetime, run_id: str) -> str:
        """Put a version in service from bytes that were verified; answers the manifest's digest."""
        ...

    def suspend(self, place: Place, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Stop serving, naming what takes over; answers the manifest's digest."""
        ...

    def withdraw(self, place: Place, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Stop serving for good, naming what takes over (empty for nothing); answers the manifest's digest."""
        ...

    def read(self, place: Place) -> str | None:
        """What is published, as text to be restored from, or None."""
        ...

    def verify(self, place: Place, version: Version) -> str:
        """Check that what is published is this version, byte by byte; answers the manifest's digest."""
        ...

    def restore(self, place: Place, former: str | None) -> None:
        """Put back what `read` gave before, or nothing."""
        ...


class FileTarget:
    """Manifests under the served root of a home, artifacts by digest under its artifact root."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._artifacts = ArtifactStore(home.artifacts)

    def publish(self, place: Place, version: Version, use: str, published_at: datetime, run_id: str) -> str:
        """Verify the bytes where they lie and point the manifest at these very bytes.

        Raises ArtifactError, DigestMismatchError before anything changed, PublishError when it cannot be written.
        """
        artifact = version.artifact
        manifest = Manifest(
            model=place.model,
            version=version.key,
            digest=artifact.digest,
            path=self._verified(version),
            environment=place.environment,
            slot=place.slot,
            use=use,
            published_at=published_at,
            run_id=run_id,
            kind=artifact.kind,
            pinned=artifact.pinned,
        )
        return self._write(place, manifest.text())

    def suspend(self, place: Place, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Say that nothing serves here and what takes over. Raises PublishError."""
        return self._write(place, _stopped(place, "suspended", fallback, reason, published_at, run_id).text())

    def withdraw(self, place: Place, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Say that nothing serves here any more. Raises PublishError."""
        return self._write(place, _stopped(place, "withdrawn", fallback, reason, published_at, run_id).text())

    def read(self, place: Place) -> str | None:
        """The manifest's text, or None when none was published. Raises PublishError for one that cannot be read."""
        path = self.path(place)
        try:
            if not path.is_file():
                return None
            with path.open("rb") as file:
                return file.read(LARGEST).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise PublishError(f"{path} cannot be read: {error}") from error

    def manifest(self, place: Place) -> Manifest | None:
        """What is published, or None. Raises PublishError for a manifest that is none."""
        text = self.read(place)
        if text is None:
            return None
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as error:
            raise PublishError(f"{self.path(place)} is not a manifest: {error.errors()[0]['msg']}") from error

    def verify(self, place: Place, version: Version) -> str:
        """Read back what is published: this version, its digest, and the bytes under its path.

        Raises PublishError when something else is published, ArtifactError or DigestMismatchError for the bytes.
        """
        text, published = self.read(place), self.manifest(place)
        if text is None or published is None or published.version != version.key:
            there = published.version or published.state if published else "nothing"
            raise PublishError(f"{place.environment} {place.slot} serves {there}, not {short(version.key)}")
        if (published.digest, published.path) != (version.artifact.digest, self._verified(version)):
            raise PublishError(f"{self.path(place)} names {short(version.key)} with other bytes")
        return digest_of(text)

    def restore(self, place: Place, former: str | None) -> None:
        """Write back the very text that was there before, or remove the manifest. Raises PublishError."""
        if former is not None:
            self._write(place, former)
            return
        path = self.path(place)
        try:
            remove_durably(path)
        except OSError as error:
            raise PublishError(f"{path} cannot be removed: {error}") from error

    def path(self, place: Place) -> Path:
        """Where a place's manifest lies. Raises PublishError when a link leads out of the served root."""
        path = self._home.manifest(place.model, checked_name(place.environment), checked_name(place.slot))
        if not path.resolve().is_relative_to(self._home.serving.resolve()):
            raise PublishError(f"{path} leads out of the served root", "remove the link and publish again")
        return path

    def _verified(self, version: Version) -> str | None:
        """The absolute path of a file's bytes after they were read through; None for what is no file here."""
        artifact = version.artifact
        if artifact.kind != "file":
            return None
        self._artifacts.verify(artifact.digest)
        path = self._artifacts.path(artifact.digest).resolve()
        if not path.is_relative_to(self._artifacts.root.resolve()):
            raise ArtifactError(f"the bytes of {artifact.digest} lie outside of {self._artifacts.root}")
        return str(path)

    def _write(self, place: Place, text: str) -> str:
        path = self.path(place)
        try:
            write_durably(path, text.encode())
        except OSError as error:
            raise PublishError(f"{path} cannot be written: {error}") from error
        return digest_of(text)


def digest_of(text: str) -> str:
    """`sha256:<hex>` of a manifest's text."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _stopped(
    place: Place,
    state: Literal["suspended", "withdrawn"],
    fallback: str,
    reason: str,
    published_at: datetime,
    run_id: str,
) -> Manifest:
    return Manifest(
        model=place.model,
        version=None,
        digest=None,
        path=None,
        environment=place.environment,
        slot=place.slot,
        use="",
        published_at=published_at,
        run_id=run_id,
        state=state,
        fallback=fallback,
        reason=reason,
    )
