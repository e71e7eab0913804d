"""Independence: contributors are computed, and recognised under each of their names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import IndependenceError
from data.records.person import Person
from data.records.version import Artifact, Change, ChangeClass, CodeState, Version
from data.registry.independence import contributors_of, is_one_of, require_independent

NOW = datetime(2013, 3, 1, tzinfo=UTC)
ALMA = Person(
    key="people/alma", person="alma", name="Alma Lovelace", email="alma@example.org", os_user="al", added_at=NOW,
    added_by="adam",
)  # fmt: skip


def version(*contributors: str, submitter: str = "dev", **changes: Any) -> Version:
    fields: dict[str, Any] = {
        "key": "models/ops/delay/versions/1", "model": "models/ops/delay", "number": 1, "parent": None,
        "artifact": Artifact(kind="none", digest="sha256:0"), "code": CodeState(), "environment_digest": None,
        "configuration": {}, "change": Change(change_class=ChangeClass.NEW, what="a", why="b"),
        "submission_digest": "sha256:0", "reference_digest": None, "provenance": {}, "registered_at": NOW,
    }  # fmt: skip
    return Version(contributors=contributors, submitter=submitter, **{**fields, **changes})


NAMES = {
    "by id": ("alma", True),
    "by id in capitals": ("ALMA", True),
    "by e-mail address": ("Alma@Example.ORG", True),
    "by printed name": ("alma  lovelace", True),
    "by operating-system user": ("al", True),
    "as Git writes an author": ("Alma Lovelace <private@home.net>", True),
    "as Git writes an author with another name": ("A. L. <alma@example.org>", True),
    "not by a part of the name": ("alm", False),
    "not by another address": ("alma@elsewhere.org", False),
    "not by an empty author": (" <>", False),
    "not by an empty name": ("", False),
}


@pytest.mark.parametrize("name,found", NAMES.values(), ids=NAMES)
def test_a_person_is_recognised_by(name: str, found: bool) -> None:
    assert is_one_of(ALMA, ["somebody else", name]) is found


def test_an_empty_field_of_a_person_matches_nobody() -> None:
    bare = ALMA.model_copy(update={"email": "", "os_user": ""})
    assert not is_one_of(bare, ["", "  ", "<>"])


def test_submitter_and_requester_are_contributors_besides_the_git_authors() -> None:
    assert contributors_of(version("git@x", "dev"), "olga", "dev", " ") == ("git@x", "dev", "olga")


def test_a_version_without_contributors_is_an_error() -> None:
    with pytest.raises(IndependenceError, match="ops/delay v1 has no recorded contributor"):
        contributors_of(version())


def test_nobody_is_independent_of_a_version_of_which_git_knew_only_some_authors() -> None:
    """The version was packed in a clone without the whole history, as CI makes it."""
    partly_known = version("dev", provenance={"contributors": "claimed"})
    with pytest.raises(IndependenceError, match="only some authors of ops/delay v1 are known.*\n.*fetch --unshallow"):
        require_independent(ALMA, partly_known)
    require_independent(ALMA, version("dev", provenance={"contributors": "derived"}))


CONFLICTS = {
    "asked for the decision": (version("dev"), ("ALMA",), "asked for this decision"),
    "submitted it": (version("dev", submitter="alma"), (), "alma submitted ops/delay v1"),
    "wrote its code": (version("alma@example.org"), (), "alma worked on ops/delay v1"),
}


@pytest.mark.parametrize("case", CONFLICTS.values(), ids=CONFLICTS)
def test_a_person_is_not_independent_who(case: tuple[Version, tuple[str, ...], str]) -> None:
    judged, others, words = case
    with pytest.raises(IndependenceError, match=words):
        require_independent(ALMA, judged, *others)


def test_another_person_is_independent() -> None:
    require_independent(ALMA, version("dev"), "olga")
