"""Rows: frozen, without unknown fields, with a revision, and stored in columns by the type of their fields."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, Literal

import pytest
from pydantic import ValidationError

from data.records.instant import Instant
from data.records.row import Frozen, Row, StorageKind
from data.records.tables import TABLES


class Colour(StrEnum):
    RED = "red"


class Inner(Frozen):
    depth: int


class Sample(Row):
    """One field of each kind."""

    table: ClassVar[str] = "sample"
    text: str
    maybe: str | None
    choice: Literal["a", "b"]
    colour: Colour
    moment: Instant
    maybe_moment: Instant | None
    whole: int
    real: float
    maybe_real: float | None
    yes: bool
    many: tuple[str, ...]
    inner: Inner
    maybe_inner: Inner | None
    mapping: dict[str, int]
    either: int | str


ROW = Sample(
    key="k", text="t", maybe=None, choice="a", colour=Colour.RED, moment=datetime(2013, 1, 1, tzinfo=UTC),
    maybe_moment=None, whole=1, real=0.5, maybe_real=None, yes=True, many=("x",), inner=Inner(depth=1),
    maybe_inner=None, mapping={"a": 1}, either=1,
)  # fmt: skip


def test_the_kind_of_a_column_follows_the_field() -> None:
    text, nested = StorageKind.TEXT, StorageKind.NESTED
    assert Sample.stored_columns() == {
        "key": text, "rev": StorageKind.INTEGER, "text": text, "maybe": text, "choice": text, "colour": text,
        "moment": text, "maybe_moment": text, "whole": StorageKind.INTEGER, "real": StorageKind.REAL,
        "maybe_real": StorageKind.REAL, "yes": StorageKind.BOOLEAN, "many": nested, "inner": nested,
        "maybe_inner": nested, "mapping": nested, "either": nested,
    }  # fmt: skip


def test_changed_increases_the_revision_and_keeps_the_old_row() -> None:
    changed = ROW.changed(text="u")
    assert (changed.rev, changed.text, changed.inner) == (2, "u", ROW.inner)
    assert (ROW.rev, ROW.text) == (1, "t")


def test_a_change_is_validated() -> None:
    for wrong in ({"choice": "c"}, {"whole": "many"}, {"unknown": 1}):
        with pytest.raises(ValidationError):
            ROW.changed(**wrong)


def test_a_row_is_frozen_and_rejects_unknown_fields() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        ROW.text = "u"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Inner.model_validate({"depth": 1, "height": 2})


def test_an_image_is_the_row_as_json() -> None:
    image = ROW.image()
    values = image.pop("values")
    assert image == {"table": "sample", "key": "k", "rev": 1}
    assert isinstance(values, dict)
    assert values["moment"] == "2013-01-01T00:00:00.000000Z"
    assert (values["many"], values["inner"], "key" in values) == (["x"], {"depth": 1}, False)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.table)
def test_every_table_has_a_docstring(kind: type[Row]) -> None:
    assert kind.__doc__
    assert list(kind.stored_columns())[:2] == ["key", "rev"]
    assert not [name for name in kind.stored_columns() if name == "at"], "a reserved word of the database"


def test_no_two_tables_share_a_name() -> None:
    assert len({kind.table for kind in TABLES}) == len(TABLES)
