"""A manifest is written in one form, and its digest is that of its text."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from data.files.manifest import Manifest, digest_of


def test_a_manifest_is_sorted_json_that_is_read_back() -> None:
    manifest = Manifest(
        model="models/ops/delay", version=None, digest=None, path=None, environment="production", slot="champion",
        use="", published_at=datetime(2013, 4, 1, tzinfo=UTC), run_id="run-7", state="withdrawn",
    )  # fmt: skip
    text = manifest.text()
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert (text.endswith("}\n"), Manifest.model_validate_json(text)) == (True, manifest)
    assert digest_of(text) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
