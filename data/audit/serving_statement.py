"""States what serves in a slot, as a note that the log's key signs; a model server verifies it before it loads a model.

The note is stored beside the manifest under the digest of the manifest, so that both can be replaced without a moment
at which they do not fit. The format is documented in docs/serving.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.audit.note import NoteSigner, sign_text, signed_text
from data.errors import AuditError
from data.records.instant import read_instant, write_instant

CONTEXT = "modelward serving v1"
NOTHING = "none"
_LINES = 11


@dataclass(frozen=True)
class ServingStatement:
    """What serves in a slot: `version` and `artifact` are None where nothing does.

    `manifest` is the digest of the manifest, `event` the number of the event that the manifest follows.
    """

    origin: str
    model: str
    environment: str
    slot: str
    state: str
    version: str | None
    artifact: str | None
    manifest: str
    event: int
    signed_at: datetime

    def text(self) -> str:
        """Return the text that is signed: one value a line."""
        values = (
            CONTEXT, self.origin, self.model, self.environment, self.slot, self.state, self.version or NOTHING,
            self.artifact or NOTHING, self.manifest, str(self.event), write_instant(self.signed_at),
        )  # fmt: skip
        return "".join(f"{value}\n" for value in values)


def sign_statement(statement: ServingStatement, key: NoteSigner) -> str:
    """Return the statement as a signed note."""
    return sign_text(statement.text(), key)


def verified_statement(note: str, vkey: str) -> ServingStatement:
    """Return the statement of a note after verifying its signature. Raises AuditError."""
    lines = signed_text(note, vkey).split("\n")[:-1]
    if len(lines) != _LINES or lines[0] != CONTEXT or not lines[9].isdecimal():
        raise AuditError("the note is not a statement about a served manifest")
    version, artifact = (None if value == NOTHING else value for value in lines[6:8])
    _, origin, model, environment, slot, state, *_ = lines
    return ServingStatement(
        origin, model, environment, slot, state, version, artifact, lines[8], int(lines[9]), read_instant(lines[10])
    )
