"""The rows of the inventory are the stored rows with fewer columns: same table, same names, same storage."""

from __future__ import annotations

import pytest

from data.queries.inventory_rows import ModelFacts, PlacementFacts, VersionFacts
from data.records.deployment import Deployment
from data.records.model import Model
from data.records.row import Row
from data.records.version import Version

PAIRS: dict[str, tuple[type[Row], type[Row]]] = {
    "version": (VersionFacts, Version),
    "model": (ModelFacts, Model),
    "deployment": (PlacementFacts, Deployment),
}


@pytest.mark.parametrize(("facts", "whole"), PAIRS.values(), ids=PAIRS)
def test_the_columns_are_those_of_the_stored_row(facts: type[Row], whole: type[Row]) -> None:
    assert facts.table == whole.table
    assert facts.stored_columns().items() < whole.stored_columns().items()
