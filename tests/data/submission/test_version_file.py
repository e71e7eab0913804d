"""version.yaml: three required fields, and optional ones."""

from __future__ import annotations

import pytest

from data.errors import SubmissionError
from data.records.version import ChangeClass
from data.submission.version_file import VersionFile, read_version_file
from data.text.yaml_text import read_yaml

TYPED = "what: trees\nwhy: better\nchange_class: within plan\n"


def read(text: str) -> VersionFile:
    return read_version_file(read_yaml(text, "version.yaml"))


def test_three_fields_are_sufficient() -> None:
    file = read(TYPED)
    assert (file.change.what, file.change.why, file.change.change_class) == ("trees", "better", ChangeClass.WITHIN_PLAN)
    assert (file.parent, file.configuration, file.upstream_keys) == (None, {}, ())


def test_optional_fields_are_read() -> None:
    file = read(TYPED + "parent: 2\nconfiguration: {trees: 200, deep: {rate: 0.1}}\nupstream: [ops/weather/3]\n")
    assert (file.parent, file.configuration["deep"]) == (2, {"rate": 0.1})
    assert file.upstream_keys == ("models/ops/weather/versions/3",)


CASES = {
    "nothing": ("{}", "what is missing"),
    "a change class that is none": (TYPED.replace("within plan", "small"), "change_class: input should be 'new'"),
    "a parent that is no number": (TYPED + "parent: two\n", "version.yaml:4: parent"),
    "a parent before the first": (TYPED + "parent: 0\n", "version.yaml:4: parent"),
    "an upstream without a number": (
        TYPED + "upstream: [ops/weather]\n",
        "version.yaml:4: 'ops/weather' is not a version",
    ),
    "an upstream without a team": (TYPED + "upstream: [weather/3]\n", "version.yaml:4: 'weather/3' is not a version"),
    "an upstream with a quote": (TYPED + 'upstream: ["o\'s/w/3"]\n', "is not a valid team"),
    "an upstream with a number in other digits": (TYPED + "upstream: [ops/weather/³]\n", "is not a version"),
}


@pytest.mark.parametrize("text, what", CASES.values(), ids=CASES)
def test_a_version_file_is_refused_with(text: str, what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        read(text)
    assert what in refused.value.what
