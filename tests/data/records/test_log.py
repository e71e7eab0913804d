"""Standards and attestations as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from data.records.log import Attestation, Standard

NOW = datetime(2013, 3, 1, tzinfo=UTC)
STANDARD = {"standard": "baseline", "version": 1, "title": "Baseline", "digest": "sha256:0", "controls": 9}


def test_a_standard_has_its_digest_and_who_adopted_it() -> None:
    row = Standard.model_validate({**STANDARD, "key": "standards/baseline/1", "adopted_at": NOW, "adopted_by": "ada"})
    assert set(row.image()) == {"table", "key", "rev", "values"}
    for missing in ("digest", "adopted_by", "adopted_at"):
        with pytest.raises(ValidationError):
            Standard.model_validate({**row.model_dump(exclude={missing})})


def test_an_attestation_has_the_restored_root() -> None:
    fields = set(Attestation.model_fields)
    assert {"events", "anchored", "assurance", "backup_digest", "restored_root", "attested_at"} <= fields
