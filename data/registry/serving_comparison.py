"""Compare every manifest, its signed note and the bytes that it names with what the record says about the slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from data.audit.serving_statement import ServingStatement, verified_statement
from data.errors import ArtifactError, AuditError, InputError, ModelwardError, PublishError
from data.files.home import Home
from data.files.manifest import digest_of
from data.files.serving import FileTarget, SlotAddress
from data.records.names import short
from data.registry.manifest_signer import RecordedManifestSigner
from data.registry.registry import Registry
from data.registry.serving_record import RecordedSlot, ServingRecord, serving_record

REGISTRY = "registry"
"""The key that stands in place of a model's for a difference that concerns the whole registry."""
PUBLISH_AGAIN = "find out who changed it, then deploy the version that the record names again"
SIGN = "run `modelward reconcile`, which signs every manifest that is the recorded one"
REPLACE_NOTE = "find out who changed it, remove this note, then run `modelward reconcile`, which signs the manifest"
LARGEST_NOTE = 1 << 14


@dataclass(frozen=True)
class FileDifference:
    """A file that differs from the record. `model` is a key, or `registry` for a file of no single model."""

    kind: Literal["serving", "files"]
    model: str
    version: str | None
    what: str
    remedy: str


@dataclass(frozen=True)
class ServingComparison:
    """The number of slots that were compared, those that an operation changes now, and the differences."""

    compared: int
    in_progress: tuple[str, ...]
    differences: tuple[FileDifference, ...]


def compare_serving(registry: Registry, hash_bytes: bool = True) -> ServingComparison:
    """Compare each slot with the record; without `hash_bytes` the bytes of the artifacts are not read.

    A slot that an operation is changing now is not compared. Raises StoreError, MissingRegistryError.
    """
    record, target = serving_record(registry), FileTarget(registry.home)
    still = [one for one in record.slots if not one.in_progress]
    found = [difference for one in still for difference in _slot_differences(target, record, one, hash_bytes)]
    found += _edited_rows(record)
    found += _unknown_manifests(registry.home, record)
    changing = tuple(_named(one.address) for one in record.slots if one.in_progress)
    return ServingComparison(len(still), changing, tuple(found))


def unsigned_slots(registry: Registry) -> list[RecordedSlot]:
    """Return the slots whose manifest is the recorded one and has no signed note, as an earlier version left it."""
    target = FileTarget(registry.home)
    return [one for one in _unchanged(registry, target) if not _note_exists(target, one)]


def sign_slot(registry: Registry, slot: RecordedSlot) -> None:
    """Sign the manifest of a slot again, with the present time, and replace its note.

    Raises PublishError, AlteredRowError, SigningKeyError, AuditError, StoreError.
    """
    target, address = FileTarget(registry.home), slot.address
    manifest, digest = target.manifest(address), slot.slot.manifest_digest
    if manifest is None or digest is None:
        raise PublishError(f"{_named(address)} has no manifest", PUBLISH_AGAIN)
    note = RecordedManifestSigner(registry).sign(manifest, digest)
    target.write_note(address, digest, note)


def sign_compared(registry: Registry) -> int:
    """Sign the manifest of each slot that does not differ from the record again; return their number.

    A server can then refuse a manifest that was not signed for some nights. Raises as `sign_slot` does.
    """
    target, record = FileTarget(registry.home), serving_record(registry)
    sound = [
        one
        for one in _unchanged(registry, target)
        if not (_note_exists(target, one) and any(_note_differences(target, record, one)))
    ]
    for slot in sound:
        sign_slot(registry, slot)
    return len(sound)


def _unchanged(registry: Registry, target: FileTarget) -> list[RecordedSlot]:
    slots = [one for one in serving_record(registry).slots if not one.in_progress]
    return [one for one in slots if _published(target, one.address) == one.slot.manifest_digest]


def _published(target: FileTarget, address: SlotAddress) -> str | None:
    """Return the digest of the published manifest; None if there is none or it cannot be read."""
    try:
        text = target.read(address)
    except PublishError:
        return None
    return None if text is None else digest_of(text)


def _slot_differences(
    target: FileTarget, record: ServingRecord, slot: RecordedSlot, hash_bytes: bool
) -> Iterator[FileDifference]:
    address = slot.address
    try:
        text = target.read(address)
        if text is None or digest_of(text) != slot.slot.manifest_digest:
            yield _difference(slot, _other_manifest(target, slot, text), PUBLISH_AGAIN)
            return
        if hash_bytes and slot.version is not None:
            target.verify(address, slot.version)
    except (PublishError, ArtifactError) as error:
        yield _difference(slot, error.what, PUBLISH_AGAIN)
        return
    if not _note_exists(target, slot):
        yield _difference(slot, "its manifest is the recorded one, and is not signed", SIGN)
        return
    yield from _note_differences(target, record, slot)


def _note_exists(target: FileTarget, slot: RecordedSlot) -> bool:
    try:
        return target.note_path(slot.address, slot.slot.manifest_digest or "").is_file()
    except PublishError:
        return False


def _note_differences(target: FileTarget, record: ServingRecord, slot: RecordedSlot) -> Iterator[FileDifference]:
    path = target.note_path(slot.address, slot.slot.manifest_digest or "")
    try:
        with path.open("rb") as file:
            statement = verified_statement(file.read(LARGEST_NOTE).decode(), record.vkey)
    except (AuditError, InputError, OSError, ValueError):
        yield _difference(slot, f"the key of the log did not sign its note {path.name}", REPLACE_NOTE)
        return
    if not _is_about(statement, record, slot):
        yield _difference(slot, f"its note {path.name} states something else than the record", REPLACE_NOTE)


def _is_about(statement: ServingStatement, record: ServingRecord, slot: RecordedSlot) -> bool:
    """Return True if a statement says what the record says; its event may be an earlier one of the same operation."""
    row, served = slot.slot, slot.version
    is_same = (statement.version, statement.artifact) == (row.version, served.artifact.digest if served else None)
    place = (record.origin, row.model, row.environment, row.slot, row.manifest_digest)
    named = (statement.origin, statement.model, statement.environment, statement.slot, statement.manifest)
    return is_same and named == place and statement.event <= slot.event


def _other_manifest(target: FileTarget, slot: RecordedSlot, text: str | None) -> str:
    expected = f"{short(slot.version.key)} serves" if slot.version else "nothing serves"
    if text is None:
        return f"it has no manifest, and the record says that {expected}"
    try:
        manifest = target.manifest(slot.address)
    except ModelwardError:
        return f"its manifest cannot be read as one, and the record says that {expected}"
    found = short(manifest.version) if manifest and manifest.version else (manifest.state if manifest else "nothing")
    return f"its manifest names {found} and is not the recorded one: the record says that {expected}"


def _edited_rows(record: ServingRecord) -> Iterator[FileDifference]:
    remedy = "keep the files as they are and run `modelward audit verify --deep`"
    for row in record.edited:
        yield FileDifference("serving", REGISTRY, None, f"the registry differs from its log in {row}", remedy)


def _unknown_manifests(home: Home, record: ServingRecord) -> Iterator[FileDifference]:
    """Yield each manifest in the served folder that no slot of the record has."""
    known = {home.manifest(one.slot.model, one.slot.environment, one.slot.slot) for one in record.slots}
    for path in sorted(home.serving.rglob("current.json")):
        model = "models/" + "/".join(path.relative_to(home.serving).parts[:2])
        if path not in known and model not in record.changing:
            what = f"{path.relative_to(home.root)} is a manifest, and the record has no such slot"
            yield FileDifference("serving", REGISTRY, None, what, "find out who wrote it, then remove it")


def _difference(slot: RecordedSlot, what: str, remedy: str) -> FileDifference:
    version = slot.version.key if slot.version else None
    return FileDifference("serving", slot.slot.model, version, f"{_named(slot.address)}: {what}", remedy)


def _named(address: SlotAddress) -> str:
    return f"{address.environment} {address.slot} of {short(address.model)}"
