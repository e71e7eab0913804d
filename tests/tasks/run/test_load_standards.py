"""The standards of a model are loaded from the texts stored at their adoption."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from data.errors import ArtifactError, DigestMismatchError, StandardError
from data.records.log import Standard
from data.records.model import Model
from tasks.run import load_standards
from tasks.run.load_standards import StandardsInForce
from tests.judged_model import adopt, standard_text
from tests.world import MODEL, World


def in_force(world: World, keys: Sequence[str] = ()) -> StandardsInForce:
    with world.registry.reading() as state:
        return load_standards.in_force(state.find(Standard), state.need(Model, MODEL), keys)


def kept(world: World, version: int) -> str:
    return world.get(Standard, f"standards/baseline/{version}").digest


def test_the_latest_version_is_the_default(judged: World) -> None:
    before = in_force(judged)
    adopt(judged, standard_text(version=3))
    now = in_force(judged)
    assert (before.keys, now.keys) == (("standards/baseline/2",), ("standards/baseline/3",))
    assert (now.first.version, now.standards[0][1]) == (3, "enforce")
    assert now.digest != before.digest


def test_a_given_version_is_used(judged: World) -> None:
    adopt(judged, standard_text(version=3))
    named = in_force(judged, ["standards/baseline/2", "standards/other/1"])
    assert (named.keys, named.first.version) == (("standards/baseline/2",), 2)


def test_the_digest_changes_with_a_mode(judged: World) -> None:
    enforced = in_force(judged)
    (applied,) = judged.get(Model, MODEL).standards
    judged.model(standards=(applied.model_copy(update={"mode": "warn"}),), proof=judged.proof("alma"))
    assert in_force(judged).digest != enforced.digest


def test_a_missing_or_changed_text_is_refused(judged: World) -> None:
    path = judged.artifacts.path(kept(judged, 2))
    path.chmod(0o600)
    path.write_text(standard_text(approvers=1))
    with pytest.raises(DigestMismatchError):
        in_force(judged)
    path.unlink()
    with pytest.raises(ArtifactError):
        in_force(judged)


def test_a_stored_text_that_is_not_a_standard_is_refused(judged: World) -> None:
    with pytest.raises(StandardError, match="standards/baseline/1"):
        in_force(judged, ["standards/baseline/1"])
