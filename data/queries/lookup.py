"""Models, versions, rows and people by the name that a person typed: `delay`, `ops/delay`, `delay/3`, `delay/3#2`.

A bare name is enough where only one team has a model of that name. The functions that take the Registry open one
snapshot each; those that take a State are for other queries, which read more in the same snapshot.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from data.errors import AmbiguousNameError, InputError, NotFoundError
from data.records.model import Model
from data.records.names import person_key, short, split_model
from data.records.person import Person
from data.records.row import Row
from data.records.version import Version
from data.registry.evidence import champion_of
from data.registry.registry import Registry
from data.registry.state import State

R = TypeVar("R", bound=Row)
VersionChoice = Literal["newest", "champion", "named"]
"""Which version of a model is taken when the text names none; with `named`, the text must name one."""

NUMBERED = re.compile(r"(?P<owner>.+?)(?:/v?|#)(?P<number>[0-9]{1,9})")


@dataclass(frozen=True)
class FoundVersion:
    """A version and how it was chosen: by its `named` number, or as the `newest` or `champion` of its model."""

    version: Version
    choice: VersionChoice

    @property
    def label(self) -> str:
        """The version's name; when its number was not typed, also how it was chosen."""
        name = short(self.version.key)
        return name if self.choice == "named" else f"{name}, the {self.choice} version"


def model_named(registry: Registry, text: str) -> Model:
    """The model called `name` or `team/name`. Raises as `find_model`, and StoreError."""
    with registry.reading() as state:
        return find_model(state, text)


def version_named(
    registry: Registry, text: str, otherwise: VersionChoice = "newest", environment: str = "production"
) -> FoundVersion:
    """The version called `model/3`; of a bare model the one that `otherwise` says. Raises as `find_version`."""
    with registry.reading() as state:
        return find_version(state, text, otherwise, environment)


def subject_named(registry: Registry, text: str) -> Model | Version:
    """The version, or the model where the text has no number. Raises as `find_subject`, and StoreError."""
    with registry.reading() as state:
        return find_subject(state, text)


def row_named(registry: Registry, kind: type[R], text: str) -> R:
    """The row called `delay/3#2`, `delay#4`, or by its whole key. Raises as `find_row`, and StoreError."""
    with registry.reading() as state:
        return find_row(state, kind, text)


def rows_below(registry: Registry, kind: type[R], text: str = "") -> list[R]:
    """The rows that belong to the model or version of this name, by key; every row of the table without a name.

    Raises as `find_subject`, and StoreError.
    """
    with registry.reading() as state:
        return state.under(kind, find_subject(state, text).key) if text else state.find(kind)


def person_named(registry: Registry, text: str) -> Person:
    """The person on the roster with this id. Raises as `find_person`, and StoreError."""
    with registry.reading() as state:
        return find_person(state, text)


def find_model(state: State, text: str) -> Model:
    """The model called `name` or `team/name`.

    Raises InvalidNameError, AmbiguousNameError with every team that has one, NotFoundError with similar names.
    """
    team, name = split_model(text.removeprefix("models/"))
    every = state.find(Model)
    found = [one for one in every if one.name == name and team in (None, one.team)]
    if len(found) > 1:
        candidates = ", ".join(short(one.key) for one in found)
        raise AmbiguousNameError(f"{name} is a model of more than one team: {candidates}")
    if not found:
        names = [short(one.key) for one in every]
        raise NotFoundError(f"there is no model {text}", _near(text, names, "`modelward inventory` lists every model"))
    return found[0]


def find_version(
    state: State, text: str, otherwise: VersionChoice = "newest", environment: str = "production"
) -> FoundVersion:
    """The version called `model/3` (or `model/v3`); of a bare model the newest, or the champion of the environment.

    With `otherwise="named"` a bare model is not enough. Raises InputError for that, and as `find_model`.
    """
    whole = state.get(Version, text)
    if whole is not None:
        return FoundVersion(whole, "named")
    numbered = NUMBERED.fullmatch(text)
    if numbered is None or _is_model(state, text):
        return _unnumbered(state, find_model(state, text), otherwise, environment)
    model = find_model(state, numbered["owner"])
    versions = state.find(Version, model=model.key)
    for version in versions:
        if version.number == int(numbered["number"]):
            return FoundVersion(version, "named")
    there = ", ".join(str(one.number) for one in versions) or "none"
    raise NotFoundError(f"{short(model.key)} has no version {numbered['number']}", f"it has {there}")


def find_subject(state: State, text: str) -> Model | Version:
    """The version called `model/3`, or the model where the text has no number. Raises as `find_version`."""
    if is_version_name(state, text):
        return find_version(state, text, "named").version
    return find_model(state, text)


def is_version_name(state: State, text: str) -> bool:
    """Whether the text names a version and not a model: it ends in a number, and no model has that name."""
    name = text.removeprefix("models/")
    last = name.rpartition("/")[2].removeprefix("v")
    return "/" in name and last.isdigit() and not _is_model(state, name)


def find_row(state: State, kind: type[R], text: str) -> R:
    """The numbered row of a version or model: `delay/3#2`, `delay#4`, or its whole key.

    Raises NotFoundError with the rows that exist, InputError for text that is no such reference, and as `find_model`.
    """
    whole = state.get(kind, text)
    if whole is not None:
        return whole
    what = kind.table.replace("_", " ")
    parted = NUMBERED.fullmatch(text)
    if parted is None:
        raise InputError(f"{text!a} names no {what}", "write it as it is listed: `model#1`, or `model/3#1`")
    owner = _owner(state, parted["owner"])
    below = {reference(one.key): one for one in state.find(kind)}
    found = below.get(f"{owner}#{int(parted['number'])}")
    if found is None:
        there = [one for one in below if one.startswith(f"{owner}#")]
        raise NotFoundError(f"there is no {what} {text}", f"there is {', '.join(there) or f'none of {owner}'}")
    return found


def find_person(state: State, text: str) -> Person:
    """The person on the roster with this id. Raises InvalidNameError, NotFoundError with similar ids."""
    row = state.get(Person, person_key(text))
    if row is None:
        ids = [one.person for one in state.find(Person)]
        raise NotFoundError(f"nobody on the roster is called {text}", _near(text, ids, "`modelward people list`"))
    return row


def reference(key: str) -> str:
    """A key as a person can type it: `models/ops/delay/versions/3/findings/2` reads `ops/delay/3#2`."""
    parts = key.split("/")
    if parts[0] != "models" or len(parts) < 3:
        return key.removeprefix("people/")
    rest = parts[3:]
    version = f"/{rest[1]}" if len(rest) >= 2 and rest[0] == "versions" else ""
    below = rest[2:] if version else rest
    tail = "" if not below else f"#{below[-1]}" if below[-1].isdigit() else "/" + "/".join(below)
    return f"{parts[1]}/{parts[2]}{version}{tail}"


def _unnumbered(state: State, model: Model, otherwise: VersionChoice, environment: str) -> FoundVersion:
    name = short(model.key)
    versions = state.find(Version, model=model.key)
    if not versions:
        raise NotFoundError(f"{name} has no version yet", "`modelward register FOLDER` registers one")
    if otherwise == "named":
        there = ", ".join(f"{name}/{one.number}" for one in versions)
        raise InputError(f"{name} is a model, and this is done to one version", f"name one of {there}")
    if otherwise == "newest":
        return FoundVersion(versions[-1], "newest")
    champion = champion_of(state, model.key, environment)
    if champion is None:
        raise NotFoundError(f"nothing serves as champion of {name} in {environment}", f"name a version: {name}/1")
    return FoundVersion(champion, "champion")


def _owner(state: State, text: str) -> str:
    """The reference of the model or version that a numbered row belongs to."""
    numbered = NUMBERED.fullmatch(text)
    if numbered is None or _is_model(state, text):
        return short(find_model(state, text).key)
    return reference(find_version(state, text, "named").version.key)


def _is_model(state: State, text: str) -> bool:
    return text.count("/") == 1 and state.get(Model, f"models/{text}") is not None


def _near(text: str, names: Iterable[str], otherwise: str) -> str:
    bare = {name: name for name in names} | {name.rpartition("/")[2]: name for name in names}
    near = difflib.get_close_matches(text, bare, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(dict.fromkeys(bare[one] for one in near))}?" if near else otherwise
