"""The form of a waiting run is read off the schema that Prefect keeps."""

from __future__ import annotations

from typing import Any

import pytest
from prefect._internal.pydantic.v2_schema import create_v2_schema
from prefect.input import RunInput

from modelward.waiting_runs import Entry, entries_of
from tasks.ask_approvers import ApprovalForm
from tasks.conclude_validation import ValidationForm

FORMS: dict[str, type[RunInput]] = {"an approval": ApprovalForm, "a validation": ValidationForm}


def entries(form: type[RunInput]) -> dict[str, Entry]:
    return {one.name: one for one in entries_of(create_v2_schema(form.__name__, model_base=form))}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_code_is_typed_unseen_and_nothing_else_is(form: type[RunInput]) -> None:
    assert [name for name, one in entries(form).items() if one.hidden] == ["code"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_field_is_there_under_its_title(form: type[RunInput]) -> None:
    assert {name: one.title for name, one in entries(form).items()} == {
        name: field.title for name, field in form.model_fields.items()
    }


def test_choices_and_defaults_are_those_of_the_form() -> None:
    found = entries(ApprovalForm)
    assert "approve with conditions" in found["decision"].choices
    assert (found["comment"].default, found["person"].default) == ("", None)


SCHEMAS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a choice by reference": (
        {"properties": {"role": {"$ref": "#/definitions/Role"}}, "definitions": {"Role": {"enum": ["a", "b"]}}},
        ("a", "b"),
    ),
    "a choice by reference inside allOf": (
        {"properties": {"role": {"allOf": [{"$ref": "#/$defs/Role"}]}}, "$defs": {"Role": {"enum": ["a"]}}},
        ("a",),
    ),
    "a single choice": ({"properties": {"role": {"const": "a"}}}, ("a",)),
    "free text": ({"properties": {"role": {"type": "string"}}}, ()),
}


@pytest.mark.parametrize(("schema", "choices"), SCHEMAS.values(), ids=SCHEMAS)
def test_it_reads(schema: dict[str, Any], choices: tuple[str, ...]) -> None:
    (entry,) = entries_of(schema)
    assert (entry.name, entry.choices) == ("role", choices)
