"""Errors: each class has a remedy and an exit code."""

from __future__ import annotations

import pytest

from data import errors
from data.errors import InputError, LockedOutError, ModelwardError, RefusedError, StaleEvidenceError

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ModelwardError)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_remedy_a_sentence_and_a_code(kind: type[ModelwardError]) -> None:
    error = kind("x happened")
    assert error.remedy
    assert str(error) == f"x happened\n  → {error.remedy}"
    assert kind.__doc__
    assert kind.__name__.endswith("Error")
    expected = 1 if issubclass(kind, RefusedError) else 2 if issubclass(kind, InputError) else 3
    assert error.exit_code == expected


def test_a_given_remedy_replaces_the_default() -> None:
    assert ModelwardError("x", "do y").remedy == "do y"


def test_code_is_the_class_name_in_words() -> None:
    assert StaleEvidenceError("x").code == "stale evidence"
    assert LockedOutError("x").code == "locked out"
