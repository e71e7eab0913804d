"""Publishes versions: a small manifest file states which version serves in a slot, and any server can read it.

A manifest is replaced atomically. Other targets (an alias in another registry, a webhook, a command) would be one class
each with the same protocol.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from data.errors import ArtifactError, DigestMismatchError, InvalidNameError, PublishError
from data.files.artifacts import ArtifactStore, file_digest
from data.files.durable_file import remove_durably
from data.files.file_fault import file_faults
from data.files.home import Home
from data.files.manifest import Manifest, digest_of, parsed_manifest
from data.files.served_folder import ServedAccess, ServedFolder, served_access
from data.records.names import checked_name, model_key, short, slot_key
from data.records.version import Version
from data.settings import read_settings

LARGEST = 1 << 16
NOTE = ".note"
"""The end of the name of a signed note; the beginning is the hex digest of the manifest beside it."""


@dataclass(frozen=True)
class SlotAddress:
    """A slot in an environment of a model, which is given by its key `models/<team>/<name>`.

    Raises InvalidNameError unless every name is legal, so that no path can lead out of the serving folder.
    """

    model: str
    environment: str = "production"
    slot: str = "champion"

    def __post_init__(self) -> None:
        parts = self.model.split("/")
        if len(parts) != 3 or parts[0] != "models":
            raise InvalidNameError(f"{self.model[:80]!a} is not the key of a model", "write it as models/team/name")
        slot_key(model_key(parts[1], parts[2]), self.environment, self.slot)


class ManifestSigner(Protocol):
    """Signs manifests with the key of the log."""

    def sign(self, manifest: Manifest, digest: str) -> str:
        """Return a signed note about a manifest with this digest. Raises PublishError, SigningKeyError, AuditError."""
        ...


class ServingTarget(Protocol):
    """A target on which versions are deployed. A method that raises leaves the previous state in effect."""

    def publish(self, place: SlotAddress, version: Version, use: str, published_at: datetime, run_id: str) -> str:
        """Publish a version whose bytes were verified; return the digest of the manifest."""
        ...

    def suspend(self, place: SlotAddress, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Stop serving and state the fallback; return the digest of the manifest."""
        ...

    def withdraw(self, place: SlotAddress, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Stop serving permanently and state the fallback (empty for none); return the digest of the manifest."""
        ...

    def read(self, place: SlotAddress) -> str | None:
        """Return the published manifest as text, for `restore`; None when there is none."""
        ...

    def verify(self, place: SlotAddress, version: Version) -> str:
        """Check that this version is published, byte by byte; return the digest of the manifest."""
        ...

    def restore(self, place: SlotAddress, former: str | None) -> None:
        """Restore a text that `read` returned before; None removes the manifest."""
        ...


class FileTarget:
    """A target that writes manifests to the serving folder of a home.

    The bytes stay in its artifact store, which only the owner of the home can read. If other users can read the serving
    folder, the bytes are copied next to the manifest. `access` is that of the settings unless it is given. With a
    `signer`, a signed note about each published manifest is written beside it first.
    """

    def __init__(self, home: Home, access: ServedAccess | None = None, signer: ManifestSigner | None = None) -> None:
        self._home = home
        self._signer = signer
        self._artifacts = ArtifactStore(home.artifacts)
        self._folder = ServedFolder(home, access or served_access(read_settings()))

    def publish(self, place: SlotAddress, version: Version, use: str, published_at: datetime, run_id: str) -> str:
        """Verify the stored bytes, write a manifest with their path, and return the manifest's digest.

        Copied bytes of other versions than this and the former one are removed. Raises ArtifactError or
        DigestMismatchError before anything is changed, PublishError when the manifest or the copy cannot be written.
        """
        artifact, former = version.artifact, self._digest_served(place)
        manifest = Manifest(
            model=place.model,
            version=version.key,
            digest=artifact.digest,
            path=self._served_path(place, version),
            environment=place.environment,
            slot=place.slot,
            use=use,
            published_at=published_at,
            run_id=run_id,
            kind=artifact.kind,
            pinned=artifact.pinned,
        )
        digest = self._publish(place, manifest)
        # The former bytes stay, because a server may have read the former manifest, and `restore` needs them.
        self._folder.prune(self.path(place).parent, {artifact.digest, former})
        return digest

    def suspend(self, place: SlotAddress, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Write a manifest of state `suspended` with the fallback; return its digest. Raises PublishError."""
        return self._publish(place, _stopped(place, "suspended", fallback, reason, published_at, run_id))

    def withdraw(self, place: SlotAddress, fallback: str, reason: str, published_at: datetime, run_id: str) -> str:
        """Write a manifest of state `withdrawn` with the fallback; return its digest. Raises PublishError."""
        return self._publish(place, _stopped(place, "withdrawn", fallback, reason, published_at, run_id))

    def read(self, place: SlotAddress) -> str | None:
        """Return the manifest's text, or None when none was published. Raises PublishError for an unreadable file."""
        path = self.path(place)
        try:
            if not path.is_file():
                return None
            with path.open("rb") as file:
                return file.read(LARGEST).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise PublishError(f"{path} cannot be read: {error}") from error

    def manifest(self, place: SlotAddress) -> Manifest | None:
        """Return the published manifest, or None. Raises PublishError for a file that is not a manifest."""
        text = self.read(place)
        if text is None:
            return None
        try:
            return parsed_manifest(text)
        except PublishError as error:
            raise PublishError(f"{self.path(place)} is {error.what}") from error

    def verify(self, place: SlotAddress, version: Version) -> str:
        """Check version, digest and stored bytes of the published manifest; return the manifest's digest.

        Raises PublishError when another manifest or none is published, ArtifactError or DigestMismatchError for the
        bytes.
        """
        text, published = self.read(place), self.manifest(place)
        if text is None or published is None or published.version != version.key:
            there = published.version or published.state if published else "nothing"
            what = f"{place.environment} {place.slot} should serve {short(version.key)}, but its manifest says {there}"
            raise PublishError(what)
        stored = self._verified(version)
        if published.digest != version.artifact.digest or published.path not in (stored, self._copied(place, version)):
            raise PublishError(f"{self.path(place)} has another digest or path than {short(version.key)}")
        if published.path and published.path != stored and file_digest(Path(published.path)) != published.digest:
            raise DigestMismatchError(f"{published.path} no longer holds the bytes of {published.digest}")
        return digest_of(text)

    def write_note(self, place: SlotAddress, digest: str, note: str) -> None:
        """Write the signed note about the manifest with this digest. Raises PublishError."""
        path = self.note_path(place, digest)
        with file_faults(path, kind=PublishError):
            self._folder.write(path, note.encode())

    def note_path(self, place: SlotAddress, digest: str) -> Path:
        """Return the path of the note about the manifest with this digest. Raises PublishError as `path` does."""
        return self.path(place).with_name(digest.removeprefix("sha256:") + NOTE)

    def restore(self, place: SlotAddress, former: str | None) -> None:
        """Write back the previous text, or remove the manifest if it is None. Raises PublishError."""
        if former is not None:
            self._write(place, former)
            return
        path = self.path(place)
        with file_faults(path, "removed", PublishError):
            remove_durably(path)

    def path(self, place: SlotAddress) -> Path:
        """Return the path of a slot's manifest. Raises PublishError if a symbolic link leads elsewhere."""
        path = self._home.manifest(place.model, checked_name(place.environment), checked_name(place.slot))
        if not path.resolve().is_relative_to(self._home.serving.resolve()):
            what = f"{path} leads out of the serving folder {self._home.serving}"
            raise PublishError(what, "remove the symbolic link, then publish again")
        return path

    def _digest_served(self, place: SlotAddress) -> str:
        """Return the digest in the published manifest; an empty text if there is none or it cannot be read."""
        try:
            published = self.manifest(place)
        except PublishError:
            return ""
        return (published.digest or "") if published else ""

    def _served_path(self, place: SlotAddress, version: Version) -> str | None:
        """Return the path for a manifest: the stored bytes, or their copy if other users can read served files."""
        stored = self._verified(version)
        if stored is None or not self._folder.access.is_shared:
            return stored
        return str(self._folder.copy(Path(stored), version.artifact.digest, self.path(place).parent).resolve())

    def _copied(self, place: SlotAddress, version: Version) -> str | None:
        """Return the path of the copied bytes of a version, which a manifest has if files were shared at that time."""
        copy = self._folder.copy_path(version.artifact.digest, self.path(place).parent)
        return str(copy.resolve()) if copy.is_file() else None

    def _verified(self, version: Version) -> str | None:
        """Return the absolute path of the verified bytes of a file; None for an artifact that is not a file."""
        artifact = version.artifact
        if artifact.kind != "file":
            return None
        self._artifacts.verify(artifact.digest)
        path = self._artifacts.path(artifact.digest).resolve()
        if not path.is_relative_to(self._artifacts.root.resolve()):
            what = f"the bytes of {artifact.digest} are outside of {self._artifacts.root}"
            raise ArtifactError(what, "replace the symbolic link by the file itself")
        return str(path)

    def _publish(self, place: SlotAddress, manifest: Manifest) -> str:
        """Write the signed note and then the manifest, so that a server never finds a manifest without its note.

        The note about the former manifest stays, because a server may have read that manifest.
        """
        text = manifest.text()
        digest, former = digest_of(text), self._former_digest(place)
        if self._signer is not None:
            self.write_note(place, digest, self._signer.sign(manifest, digest))
        self._write(place, text)
        kept = {self.note_path(place, one) for one in (digest, former)}
        for note in self.path(place).parent.glob(f"*{NOTE}"):
            if note not in kept:
                with suppress(OSError):
                    note.unlink()
        return digest

    def _former_digest(self, place: SlotAddress) -> str:
        """Return the digest of the published manifest; an empty text if there is none or it cannot be read."""
        with suppress(PublishError):
            return digest_of(self.read(place) or "")
        return ""

    def _write(self, place: SlotAddress, text: str) -> str:
        path = self.path(place)
        with file_faults(path, kind=PublishError):
            self._folder.write(path, text.encode())
        return digest_of(text)


def _stopped(
    place: SlotAddress,
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
