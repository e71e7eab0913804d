"""Compare every manifest, its signed note and the bytes that it names with what the record says about the slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.audit.serving_statement import ServingStatement
from data.errors import ArtifactError, AuditError, InputError, ModelwardError, PublishError
from data.files.home import Home
from data.files.manifest import digest_of, parsed_manifest
from data.files.serving import FileTarget, SlotAddress
from data.queries.serving_record import RecordedSlot, ServingRecord, serving_record
from data.records.deployment import Slot
from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY
from data.records.names import short
from data.registry.registry import Registry
from data.registry.served_note import statement_of_its_time

PUBLISH_AGAIN = "find out who changed it, then deploy the version that the record names again"
SIGN = "run `modelward reconcile`, which signs every manifest that is the recorded one"
REPLACE_NOTE = "find out who changed it, remove this note, then run `modelward reconcile`, which signs the manifest"
LARGEST_NOTE = 1 << 14


@dataclass(frozen=True)
class ServingComparison:
    """The number of slots that were compared, those that an operation changes now, and the differences.

    `unsigned` are the slots whose manifest is the recorded one and has no note, `sound` those that do not differ.
    `edited` are the rows of slots and versions that differ from the log.
    """

    compared: int
    in_progress: tuple[str, ...]
    differences: tuple[FileDifference, ...]
    unsigned: tuple[Slot, ...]
    sound: tuple[Slot, ...]
    edited: tuple[str, ...]

    @property
    def besides_unsigned(self) -> tuple[FileDifference, ...]:
        """The differences other than a missing signature of a recorded manifest."""
        return tuple(one for one in self.differences if not one.unsigned)


def compare_serving(registry: Registry, hash_bytes: bool = True) -> ServingComparison:
    """Compare each slot with the record; without `hash_bytes` the bytes of the artifacts are not read.

    A slot that an operation is changing now is not compared. Differences count only if they are found twice: an
    operation may have ended between reading record and file. Raises StoreError, MissingRegistryError.
    """
    found = _compared(registry, hash_bytes)
    if not found.differences:
        return found
    first, again = set(found.differences), _compared(registry, hash_bytes)
    return replace(again, differences=tuple(one for one in again.differences if one in first))


def _compared(registry: Registry, hash_bytes: bool) -> ServingComparison:
    record, target = serving_record(registry), FileTarget(registry.home)
    still = (one for one in record.slots if not one.in_progress)
    compared = [(one.slot, tuple(_slot_differences(target, record, one, hash_bytes))) for one in still]
    every = [difference for _, found in compared for difference in found]
    unsigned = tuple(slot for slot, found in compared if any(difference.unsigned for difference in found))
    sound = tuple(slot for slot, found in compared if not found)
    changing = tuple(_named(one.address) for one in record.slots if one.in_progress)
    differences = (*every, *_edited_rows(record), *_unknown_manifests(registry.home, record))
    return ServingComparison(len(compared), changing, differences, unsigned, sound, record.edited)


def _slot_differences(
    target: FileTarget, record: ServingRecord, slot: RecordedSlot, hash_bytes: bool
) -> Iterator[FileDifference]:
    address = slot.address
    try:
        text = target.read(address)
        if text is None or digest_of(text) != slot.slot.manifest_digest:
            yield _difference(slot, _other_manifest(slot, text), PUBLISH_AGAIN)
            return
        if hash_bytes and slot.version is not None:
            target.verify(address, slot.version)
    except (PublishError, ArtifactError) as error:
        yield _difference(slot, error.what, PUBLISH_AGAIN)
        return
    yield from _note_differences(target, record, slot)


def _note_differences(target: FileTarget, record: ServingRecord, slot: RecordedSlot) -> Iterator[FileDifference]:
    path = target.note_path(slot.address, slot.slot.manifest_digest or "")
    if not path.exists() and not path.is_symlink():
        yield replace(_difference(slot, "its manifest is the recorded one, and is not signed", SIGN), unsigned=True)
        return
    try:
        with path.open("rb") as file:
            statement = statement_of_its_time(file.read(LARGEST_NOTE).decode(), record.keys)
    except AuditError as error:
        yield _difference(slot, f"its note {path.name} does not count: {error.what}", REPLACE_NOTE)
        return
    except (InputError, OSError, ValueError):
        yield _difference(slot, f"its note {path.name} cannot be read", REPLACE_NOTE)
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


def _other_manifest(slot: RecordedSlot, text: str | None) -> str:
    expected = f"{short(slot.version.key)} serves" if slot.version else "nothing serves"
    if text is None:
        return f"it has no manifest, and the record says that {expected}"
    try:
        manifest = parsed_manifest(text)
    except ModelwardError:
        return f"its manifest cannot be read as one, and the record says that {expected}"
    found = short(manifest.version) if manifest.version else manifest.state
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
