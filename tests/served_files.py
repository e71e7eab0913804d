"""A manifest with its bytes and its signed note in a folder, made without a registry.

made = ServedFiles(tmp_path)
made.write()                                    version 3 of ops/delay serves as champion in production
made.write(state="suspended", version=None, digest=None, path=None)
made.sign(event=9)                              sign what was written again
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.audit.checker.served_manifest import ServedSlotName
from data.audit.keys import SigningKey
from data.audit.serving_statement import ServingStatement, sign_statement

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey("tests.example/0f", bytes(range(32)))
PLACE = ServedSlotName("ops/delay", "production", "champion")
CONTENT = b"the bytes of version 3"


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


class ServedFiles:
    """The folder with the files; `fields` are those of the manifest."""

    def __init__(self, folder: Path) -> None:
        self.manifest, self.bytes = folder / "current.json", folder / "model.bin"
        self.fields: dict[str, Any] = {}

    @property
    def note(self) -> Path:
        return self.manifest.with_name(f"{sha256(self.manifest.read_bytes()).removeprefix('sha256:')}.note")

    def write(self, **changes: Any) -> None:
        """Write bytes, manifest and note; `changes` are other fields of the manifest."""
        self.bytes.write_bytes(CONTENT)
        self.fields = {
            "model": "models/ops/delay", "version": "models/ops/delay/versions/3", "digest": sha256(CONTENT),
            "path": str(self.bytes), "environment": "production", "slot": "champion", "state": "serving",
            "kind": "file", "pinned": {}, "fallback": "the timetable", **changes,
        }  # fmt: skip
        self.manifest.write_text(json.dumps(self.fields))
        self.sign()

    def sign(self, key: SigningKey = KEY, **changes: Any) -> None:
        """Write the note about the present manifest; `changes` are other values of the statement."""
        fields = self.fields
        values = {
            "origin": key.name, "model": fields["model"], "environment": fields["environment"], "slot": fields["slot"],
            "state": fields["state"], "version": fields["version"], "artifact": fields["digest"],
            "manifest": sha256(self.manifest.read_bytes()), "event": 7, "signed_at": NOW, **changes,
        }  # fmt: skip
        self.note.write_text(sign_statement(ServingStatement(**values), key), "utf-8")
