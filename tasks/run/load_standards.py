"""Load the standards that apply to a model from the texts stored at their adoption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.records.log import Standard
from data.records.model import Mode, Model
from gates.judgement import standards_digest
from gates.standard import LoadedStandard, load_standard


@dataclass(frozen=True)
class StandardsInForce:
    """The standards of a model with their modes, their keys, and one digest over all of them."""

    standards: tuple[tuple[LoadedStandard, Mode], ...]
    keys: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the digest over texts and modes; it changes with each byte of a standard and with a mode."""
        return standards_digest(self.standards)

    @property
    def first(self) -> LoadedStandard:
        """Return the standard whose approval rules apply: the first in the model's list."""
        return self.standards[0][0]


def in_force(adopted: Sequence[Standard], model: Model, keys: Sequence[str] = ()) -> StandardsInForce:
    """Return the latest adopted version of each standard of a model, or exactly the versions in `keys`.

    Raises ArtifactError when a stored text is missing, DigestMismatchError when it was changed.
    """
    store = ArtifactStore(Home.here().artifacts)
    found: list[tuple[LoadedStandard, Mode]] = []
    used: list[str] = []
    for applied in model.standards:
        versions = [one for one in adopted if one.standard == applied.standard]
        row = next((one for one in versions if one.key in keys), max(versions, key=lambda one: one.version))
        text = store.read(row.digest).decode()
        found.append((load_standard(text, row.key), applied.mode))
        used.append(row.key)
    return StandardsInForce(tuple(found), tuple(used))
