"""Reads the files of an export in bounded memory, and compares them with the signed manifest, byte for byte."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from data.audit.standalone.fault_list import FaultList, shown
from data.audit.standalone.json_spelling import read_object

MANIFEST, MANIFEST_NOTE = "manifest.json", "manifest.note"
TIMESTAMP_ROOTS = "log/timestamp-ca.pem"
_LONGEST_LINE = 1 << 26
_LARGEST_MANIFEST = 1 << 28
_CHUNK = 1 << 20
_FIELDS: dict[str, type] = {
    "anchors": list, "events": int, "files": dict, "format": str, "log_id": str, "made_by": str, "origin": str,
    "scope": str, "taken_at": str, "version": int, "vkey": str, "withheld": int,
}  # fmt: skip
_ANCHOR_FIELDS = {"file": str, "location": str, "name": str}
_FILE_FIELDS = {"sha256": str, "size": int}


class ManifestContent(NamedTuple):
    """The manifest as it was read, with the SHA-256 (hex) of its bytes."""

    fields: dict[str, Any]
    digest: str

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Size and SHA-256 of every file, by its path in the export."""
        found: dict[str, dict[str, Any]] = self.fields["files"]
        return found

    @property
    def anchors(self) -> list[dict[str, str]]:
        """File, location and name of each anchor."""
        found: list[dict[str, str]] = self.fields["anchors"]
        return found


def read_manifest(folder: Path, faults: FaultList) -> ManifestContent | None:
    """Return the manifest of the export; record a fault and return None if it is not one of a known version."""
    with open_regular(folder / MANIFEST) as file:
        content = file.read(_LARGEST_MANIFEST + 1)
    fields = read_object(content) if len(content) <= _LARGEST_MANIFEST else None
    fault = _manifest_fault(fields)
    if fields is None or fault:
        faults.add(fault, MANIFEST)
        return None
    return ManifestContent(fields, hashlib.sha256(content).hexdigest())


def check_files(folder: Path, manifest: ManifestContent, faults: FaultList) -> None:
    """Record a fault for each file that is missing, added, no regular file, or has other bytes than the manifest
    says."""
    expected = dict(manifest.files)
    folders = {str(parent) for name in expected for parent in Path(name).parents}
    for name, is_folder in _entries(folder):
        if is_folder:
            if name not in folders:
                faults.add("the folder is not in the manifest", shown(name))
        elif name not in {MANIFEST, MANIFEST_NOTE}:
            recorded = expected.pop(name, None)
            fault = "the file is not in the manifest" if recorded is None else _file_fault(folder / name, recorded)
            if fault:
                faults.add(fault, shown(name))
    for name in expected:
        faults.add("the file is missing", shown(name))


def complete_lines(path: Path, place: str, faults: FaultList) -> Iterator[bytes]:
    """Yield the lines of a file without their line breaks; record a fault for an incomplete or a far too long line."""
    with open_regular(path) as file:
        while line := file.readline(_LONGEST_LINE):
            if not line.endswith(b"\n"):
                faults.add("the last line is incomplete" if len(line) < _LONGEST_LINE else "a line is too long", place)
                return
            yield line[:-1]


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; a pipe, a device or a symbolic link is never opened. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
                     | getattr(os, "O_BINARY", 0))  # fmt: skip
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotRegularError(f"{path.name} is not a regular file")
    return os.fdopen(handle, "rb")


class NotRegularError(OSError):
    """A path of the export is a pipe, a device or a folder where a file is expected."""


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the path of everything below the folder, with `/` between names, and whether it is a folder."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                is_folder = entry.is_dir(follow_symlinks=False)
                yield prefix + entry.name, is_folder
                if is_folder:
                    waiting.append(prefix + entry.name + "/")


def _file_fault(path: Path, recorded: dict[str, Any]) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with open_regular(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as broken:
        return f"the file cannot be read: {shown(broken)}"
    if size != recorded["size"]:
        return f"the file has {size} bytes, the manifest says {recorded['size']}"
    return "" if digest.hexdigest() == recorded["sha256"] else "the file has other bytes than the manifest says"


def _manifest_fault(fields: dict[str, Any] | None) -> str:
    if fields is None:
        return "the manifest is not one canonical JSON object (RFC 8785)"
    if fields.get("format") != "modelward-export" or fields.get("version") not in (1, 2):
        return "this is not the manifest of an export of version 1 or 2, the versions that this verifier reads"
    if {name: type(value) for name, value in fields.items()} != _FIELDS:
        return "the manifest does not have the fields of an export"
    files, anchors = fields["files"].values(), fields["anchors"]
    if not all(_has_types(recorded, _FILE_FIELDS) for recorded in files):
        return "a file of the manifest has no size or no sha256"
    if (TIMESTAMP_ROOTS in fields["files"]) != (fields["version"] == 2):
        return "an export has the root certificates of time stamps in version 2, and only there"
    return "" if all(_has_types(anchor, _ANCHOR_FIELDS) for anchor in anchors) else "an anchor has no file or name"


def _has_types(value: object, fields: Mapping[str, type]) -> bool:
    return isinstance(value, dict) and {name: type(inner) for name, inner in value.items()} == fields
