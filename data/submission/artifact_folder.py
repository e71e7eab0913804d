"""Reads `artifact/`, the model itself: exactly one file, or a pin of a model that runs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import rfc8785

from data.errors import SubmissionError
from data.files.artifacts import file_digest
from data.records.evidence import sha256_of
from data.records.version import Artifact
from data.submission.documents import read_text
from data.submission.stand_ins import DVC
from data.text.yaml_text import read_yaml

Pinned = Literal["endpoint", "container"]
PINS: Mapping[str, tuple[Pinned, tuple[str, ...]]] = {
    "endpoint.yaml": ("endpoint", ("provider", "snapshot")),
    "container.yaml": ("container", ("image", "digest")),
}


@dataclass(frozen=True)
class SubmittedArtifact:
    """The artifact as the registry records it, and the path of its file; None for a pin, whose bytes are `pin`."""

    record: Artifact
    file: Path | None

    @property
    def pin(self) -> bytes:
        """The canonical JSON (RFC 8785) of a pin."""
        return rfc8785.dumps(dict(self.record.pinned))


def read_artifact(folder: Path) -> SubmittedArtifact:
    """Return the artifact of a submission.

    Raises SubmissionError when there is no file or more than one, an empty file, or a pin that lacks a value.
    """
    there = sorted((folder / "artifact").rglob("*")) if (folder / "artifact").is_dir() else []
    files = [path for path in there if path.is_file() and path.suffix != DVC]  # DVC keeps its pointer beside the file
    if len(files) != 1:
        named = ", ".join(path.relative_to(folder).as_posix() for path in files[:5])
        raise SubmissionError(
            f"artifact/ must contain exactly one file, but has {len(files)}{': ' + named if named else ''}",
            "put one file there (pack several into one archive), or `endpoint.yaml` with provider and snapshot",
        )
    file = files[0]
    if file.name in PINS:
        return _read_pin(file)
    if file.stat().st_size == 0:
        raise SubmissionError(f"artifact/{file.name}: the file is empty", "put the model's bytes there")
    record = Artifact(kind="file", digest=file_digest(file), size=file.stat().st_size, file_name=file.name)
    return SubmittedArtifact(record, file)


def _read_pin(file: Path) -> SubmittedArtifact:
    kind, needed = PINS[file.name]
    shown = f"artifact/{file.name}"
    document = read_yaml(read_text(file, shown), shown)
    pinned = {name: value for name, value in document.items() if isinstance(value, str) and value.strip()}
    wrong = [name for name in (*needed, *document) if name not in pinned]
    if wrong:
        raise SubmissionError(
            f"{document.at(wrong[0])}: {', '.join(dict.fromkeys(wrong))} must be given as text",
            f"pin {kind} by {' and '.join(needed)}; put numbers in quotes",
        )
    return SubmittedArtifact(Artifact(kind=kind, digest=sha256_of(pinned), pinned=pinned), None)
