"""Sign the manifests of slots with the key of the log, after comparing each with the record.

Only a manifest that the record supports is signed: that of the operation under way in its slot, or the one that a
completed operation recorded. The rows that say so are compared with their last images in the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from data.audit.keys import SigningKey
from data.audit.serving_statement import ServingStatement, sign_statement
from data.errors import AlteredRowError, PublishError
from data.files.manifest import Manifest, digest_of, parsed_manifest
from data.files.serving import FileTarget, SlotAddress
from data.records.deployment import Operation, Slot
from data.records.names import short, slot_key
from data.records.row import Row
from data.records.version import Version
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.state import State

STATES: Mapping[str, str] = {
    "deploy": "serving",
    "rollback": "serving",
    "suspend": "suspended",
    "withdraw": "withdrawn",
}
"""The state of the manifest that each kind of operation publishes."""


class RecordedManifestSigner:
    """Signs manifests for the target of a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def sign(self, manifest: Manifest, digest: str) -> str:
        """Return the signed note about a manifest with this digest.

        Raises PublishError when the record does not say that this manifest is published, AlteredRowError when a row
        that says so was edited, SigningKeyError, AuditError, StoreError.
        """
        with self._registry.signing() as (state, log, key):
            return _signed(state, log, key, manifest, digest)

    def sign_all(self, manifests: Sequence[tuple[Manifest, str]]) -> list[str | None]:
        """Return the signed note about each manifest with its digest, all after one comparison of the log.

        The note is None where the record does not say that the manifest is published. Raises AlteredRowError,
        SigningKeyError, AuditError, StoreError.
        """
        notes: list[str | None] = []
        with self._registry.signing() as (state, log, key):
            for manifest, digest in manifests:
                try:
                    notes.append(_signed(state, log, key, manifest, digest))
                except PublishError:
                    notes.append(None)
        return notes


def sign_slots(registry: Registry, slots: Sequence[Slot]) -> int:
    """Sign the manifests of these slots again, with the present time; return the number of notes written.

    The log is compared with its copies once for all of them. A manifest that is not the recorded one any more is left
    out. Raises PublishError, AlteredRowError, SigningKeyError, AuditError, StoreError.
    """
    target = FileTarget(registry.home)
    addresses = [(SlotAddress(slot.model, slot.environment, slot.slot), slot.manifest_digest) for slot in slots]
    read = [(address, target.read(address), digest) for address, digest in addresses]
    recorded = [(at, parsed_manifest(text), of) for at, text, of in read if text is not None and digest_of(text) == of]
    if not recorded:
        return 0
    notes = RecordedManifestSigner(registry).sign_all([(manifest, digest) for _, manifest, digest in recorded])
    written = [(address, digest, note) for (address, _, digest), note in zip(recorded, notes, strict=True) if note]
    for address, digest, note in written:
        target.write_note(address, digest, note)
    return len(written)


def _signed(state: State, log: AuditLog, key: SigningKey, manifest: Manifest, digest: str) -> str:
    statement = ServingStatement(
        origin=log.origin(),
        model=manifest.model,
        environment=manifest.environment,
        slot=manifest.slot,
        state=manifest.state,
        version=manifest.version,
        artifact=manifest.digest,
        manifest=digest,
        event=_event_of(state, log, manifest, digest),
        signed_at=datetime.now(UTC),
    )
    return sign_statement(statement, key)


def _event_of(state: State, log: AuditLog, manifest: Manifest, digest: str) -> int:
    """Return the number of the event that the manifest follows. Raises PublishError, AlteredRowError."""
    slot = state.get(Slot, slot_key(manifest.model, manifest.environment, manifest.slot))
    operation = state.get(Operation, f"{manifest.model}/operation")
    version = state.get(Version, manifest.version) if manifest.version else None
    basis: Row | None = None
    if operation is not None and operation.state == "running" and _is_of(operation, manifest):
        basis = operation
    elif slot is not None and (slot.manifest_digest, slot.version) == (digest, manifest.version):
        basis = slot
    if basis is None or (version is not None and version.artifact.digest != manifest.digest):
        place = f"{manifest.environment} {manifest.slot} of {short(manifest.model)}"
        what = f"the record does not say that {manifest.version or manifest.state} is published as {place}"
        raise PublishError(what, "run `modelward verify serving`, which compares every slot with the record")
    differing = log.differing([basis, *([version] if version else [])], ())
    event = log.last_event(basis)
    if differing or event is None:
        raise AlteredRowError(f"the registry differs from its log in {', '.join(differing)}")
    return event


def _is_of(operation: Operation, manifest: Manifest) -> bool:
    """Return True if the operation publishes this manifest."""
    place = (operation.environment, operation.slot, operation.run_id) == (
        manifest.environment, manifest.slot, manifest.run_id,
    )  # fmt: skip
    serves = operation.version if STATES[operation.kind] == "serving" else None
    return place and (STATES[operation.kind], serves) == (manifest.state, manifest.version)
