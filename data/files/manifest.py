"""The manifest of a slot: the small file from which a model server reads what serves."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from pydantic import ValidationError

from data.errors import PublishError
from data.records.instant import Instant
from data.records.row import Frozen


class Manifest(Frozen):
    """The file that a server reads. `path` is absolute; `digest` is that of the bytes, or of the pin of an endpoint.

    `state` is `serving`, or `suspended` or `withdrawn` for a manifest without a version; then `fallback` is the
    replacement.
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
        """Return the manifest as it is written: JSON with sorted names and an indent of two spaces."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def parsed_manifest(text: str) -> Manifest:
    """Return the manifest that a text is. Raises PublishError for any other text."""
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise PublishError(f"not a manifest: {error.errors()[0]['msg']}") from error


def digest_of(text: str) -> str:
    """Return `sha256:<hex>` of a text in UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
