"""YAML written by people: only plain data, and every error with file, line and fix."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import DocumentError, SubmissionError
from data.text.yaml_text import DEPTH, read_yaml

REFUSED = {
    "a broken line is named": ("a: 1\nb: [1\nc: 2\n", "model.yaml:3: not YAML", "quotes"),
    "an alias is refused, so no bomb can grow": (
        "a: &x [1]\nb: [*x, *x]\n",
        "model.yaml:1: anchors",
        "write the value",
    ),
    "an alias without its anchor is refused": ("a: *x\n", "model.yaml:1: anchors", "write the value"),
    "a key given twice is refused": ("a: 1\nb: 2\na: 3\n", "model.yaml:3: a occurs twice", "remove one"),
    "a key given twice deep down is refused": ("a:\n  b: 1\n  b: 1\n", "model.yaml:3: b occurs twice", "remove one"),
    "an object tag is refused": ("a: !!python/object/apply:os.system [ls]\n", "model.yaml:1: the tag", "plain text"),
    "a set is refused": ("a: !!set {b, c}\n", "model.yaml:1: the tag", "plain text"),
    "a tag that its value does not fit is refused": ("a: !!int ten\n", "model.yaml:1: 'ten' does not fit", "remove"),
    "an infinite number is refused": ("a: 1e999\n", "model.yaml:1: '1e999' is not a finite", "finite"),
    "a number as a field name is refused": ("a: 1\n7: b\n", "model.yaml:2: the name of a field must be text", "quotes"),
    "a list as a field name is refused": ("? [a]\n: b\n", "model.yaml:1: the name of a field must be text", "quotes"),
    "an empty document is refused": ("", "model.yaml:1: the document has no `name: value`", "one field on each line"),
    "a list at the top is refused": (
        "# so\n- a\n",
        "model.yaml:2: the document has no `name: value`",
        "one field on each line",
    ),
    "two documents in one file are refused": ("a: 1\n---\nb: 1\n", "model.yaml:2: not YAML", "quotes"),
    "a control character is refused": ("a: \x07\n", "model.yaml: not YAML", "UTF-8"),
    "nesting without end is refused": ("a: " + "[" * 5000, f"nested deeper than {DEPTH}", "fewer levels"),
}


@pytest.mark.parametrize("text, what, remedy", REFUSED.values(), ids=REFUSED)
def test_a_document_is_refused_with(text: str, what: str, remedy: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_yaml(text, "model.yaml")
    assert what in refused.value.what
    assert remedy in refused.value.remedy


def test_a_document_beyond_the_limit_is_refused_without_parsing() -> None:
    with pytest.raises(DocumentError, match="at most 10 are allowed"):
        read_yaml("a: '&'" * 100, "model.yaml", limit=10)


READ = {
    "true and false": ("true", True),
    "`no` stays text": ("no", "no"),
    "`On` stays text": ("On", "On"),
    "a date stays text": ("2013-04-01", "2013-04-01"),
    "nothing is null": ("", None),
    "a tilde is null": ("~", None),
    "a whole number": ("-12", -12),
    "a decimal": (".5", 0.5),
    "a power of ten": ("1e3", 1000.0),
    "a number with a leading zero stays text": ("007", "007"),
    "a version stays text": ("1.2.3", "1.2.3"),
    "a clock time stays text": ("12:30", "12:30"),
    "a merge key is a field like any other": ("{<<: {b: 1}}", {"<<": {"b": 1}}),
    "quotes make text of anything": ("'true'", "true"),
}


@pytest.mark.parametrize("text, value", READ.values(), ids=READ)
def test_a_document_is_read_with(text: str, value: object) -> None:
    assert read_yaml(f"a: {text}\n", "model.yaml")["a"] == value


class InnerModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class OuterModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    mode: Literal["observe", "enforce"] = "enforce"
    parts: tuple[InnerModel, ...] = ()


def test_all_problems_are_reported_with_line_and_fix() -> None:
    text = "mode: hard\nparts:\n  - size: 1\n  - size: [1]\n    colour: red\nweight: 3\n"
    with pytest.raises(SubmissionError) as refused:
        read_yaml(text, "model.yaml").checked(OuterModel, SubmissionError)
    assert refused.value.what.splitlines() == [
        "model.yaml:1: name is missing → add it",
        "model.yaml:1: mode: input should be 'observe' or 'enforce' (got 'hard') → write one of these",
        "model.yaml:4: parts.1.size: input should be a valid integer (got [1]) → correct the value",
        "model.yaml:5: parts.1.colour: no such field (got 'red') → remove it, or check its spelling",
        "model.yaml:6: weight: no such field (got 3) → remove it; the fields are name, mode, parts",
    ]
    assert refused.value.remedy == "correct the 5 named lines of model.yaml"


@pytest.mark.parametrize("empty", ["", "~", "''", "[]"])
def test_an_empty_value_is_reported(empty: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_yaml(f"size: {empty}", "model.yaml").checked(InnerModel)
    assert refused.value.what == "model.yaml:1: size is empty → fill it in"


def test_a_value_after_an_unquoted_comma_is_reported_as_an_unknown_field() -> None:
    text = "name: a\nparts:\n  - {size: 1}\n  - {size: 2, or so.}\n"
    with pytest.raises(DocumentError) as refused:
        read_yaml(text, "model.yaml").checked(OuterModel)
    assert refused.value.what == (
        "model.yaml:4: parts.1.or so.: no such field (got None) → remove it; put text with a comma between { and } in "
        "quotes"
    )


def test_a_valid_document_is_converted_to_its_type() -> None:
    document = read_yaml("name: a\nparts: [{size: 2}]\n", "model.yaml").checked(OuterModel)
    assert document == OuterModel(name="a", parts=(InnerModel(size=2),))


def test_a_part_keeps_its_lines() -> None:
    document = read_yaml("a: 1\nb:\n  c:\n    - size: x\n", "model.yaml")
    with pytest.raises(ValidationError) as wrong:
        InnerModel.model_validate(document["b"]["c"][0])
    part = document.part("b", "c", 0)
    assert part.problems(wrong.value)[0].startswith("model.yaml:4: size: input should be a valid integer")
    assert (len(part), list(part), document.line("b", "c"), document.line("b", "unknown")) == (1, ["size"], 3, 2)


def test_a_part_that_is_not_a_mapping_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"model.yaml:2: b is \['x'\]"):
        read_yaml("a: 1\nb: [x]\n", "model.yaml").part("b")
