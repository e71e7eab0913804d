"""Finds models, versions, rows and people by the name that a person typed: `delay`, `ops/delay`, `delay/3`,
`delay/3#2`.

A bare name is sufficient where only one team has a model of that name. The functions that take the Registry open one
snapshot each; those that take a State are for other queries, which read more in the same snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from data.errors import AmbiguousNameError, InputError, NotFoundError
from data.queries.paging import EVERYTHING, PageRequest, RowPage
from data.records.model import Model
from data.records.names import model_key, person_key, short, split_model, version_key
from data.records.person import Person
from data.records.row import Row
from data.records.version import Version
from data.registry.evidence import champion_of
from data.registry.registry import Registry
from data.registry.state import State
from data.text.near_names import near_names

R = TypeVar("R", bound=Row)
VersionChoice = Literal["newest", "champion", "named"]
"""The version to use when a model is named without a number; with `named`, a number is required."""

NUMBERED = re.compile(r"(?P<owner>.+?)(?:/v?|#)(?P<number>[0-9]{1,9})")


@dataclass(frozen=True)
class FoundVersion:
    """A version and how it was chosen: by its number (`named`), or as the `newest` or `champion` of its model."""

    version: Version
    choice: VersionChoice

    @property
    def label(self) -> str:
        """The version's name, and how it was chosen unless by its number."""
        name = short(self.version.key)
        return name if self.choice == "named" else f"{name}, the {self.choice} version"


def model_named(registry: Registry, text: str) -> Model:
    """Return the model named `name` or `team/name`. Raises as `find_model` does, and StoreError."""
    with registry.reading() as state:
        return find_model(state, text)


def version_named(
    registry: Registry, text: str, otherwise: VersionChoice = "newest", environment: str = "production"
) -> FoundVersion:
    """Return the version named `model/3`; for a bare model, the one that `otherwise` selects.

    Raises as `find_version` does, and StoreError.
    """
    with registry.reading() as state:
        return find_version(state, text, otherwise, environment)


def subject_named(registry: Registry, text: str) -> Model | Version:
    """Return the version, or the model if the text has no number. Raises as `find_subject` does, and StoreError."""
    with registry.reading() as state:
        return find_subject(state, text)


def row_named(registry: Registry, kind: type[R], text: str) -> R:
    """Return the row named `delay/3#2` or `delay#4`, or by its whole key. Raises as `find_row` does, and StoreError."""
    with registry.reading() as state:
        return find_row(state, kind, text)


def rows_below(
    registry: Registry, kind: type[R], text: str = "", without: Collection[str] = (), page: PageRequest = EVERYTHING
) -> RowPage[R]:
    """Return a page of the rows that belong to the model or version of this name, by key; without a name, of the table.

    Rows whose state is one of `without` are left out. Raises as `find_subject` does, and StoreError.
    """
    with registry.reading() as state:
        return read_page(state, kind, find_subject(state, text).key if text else "", page, without)


def person_named(registry: Registry, text: str) -> Person:
    """Return the person on the roster with this id. Raises as `find_person` does, and StoreError."""
    with registry.reading() as state:
        return find_person(state, text)


def find_model(state: State, text: str) -> Model:
    """Return the model named `name` or `team/name`.

    Raises InvalidNameError, AmbiguousNameError with every team that has one, NotFoundError with similar names.
    """
    team, name = split_model(text.removeprefix("models/"))
    found = state.find(Model, name=name) if team is None else _some(state.get(Model, model_key(team, name)))
    if len(found) > 1:
        candidates = ", ".join(short(one.key) for one in found)
        raise AmbiguousNameError(f"more than one team has a model named {name}: {candidates}")
    if not found:
        names = [short(one.key) for one in state.find(Model)]
        otherwise = "run `modelward inventory` to list every model"
        raise NotFoundError(f"there is no model {text}", _near(text, names, otherwise))
    return found[0]


def find_version(
    state: State, text: str, otherwise: VersionChoice = "newest", environment: str = "production"
) -> FoundVersion:
    """Return the version named `model/3` (or `model/v3`); for a bare model its latest version or its champion.

    Raises InputError for a bare model when `otherwise` is `named`; NotFoundError without such a version; and as
    `find_model` does.
    """
    whole = state.get(Version, text)
    if whole is not None:
        return FoundVersion(whole, "named")
    numbered = NUMBERED.fullmatch(text)
    if numbered is None or _is_model(state, text):
        return _unnumbered(state, find_model(state, text), otherwise, environment)
    model = find_model(state, numbered["owner"])
    version = state.get(Version, version_key(model.key, int(numbered["number"])))
    if version is not None:
        return FoundVersion(version, "named")
    there = ", ".join(f"{reference(one.key)}" for one in state.find(Version, model=model.key))
    remedy = f"choose one of {there}" if there else "run `modelward register FOLDER` to register a version"
    raise NotFoundError(f"{short(model.key)} has no version {numbered['number']}", remedy)


def find_subject(state: State, text: str) -> Model | Version:
    """Return the version named `model/3`, or the model if the text has no number. Raises as `find_version` does."""
    if is_version_name(state, text):
        return find_version(state, text, "named").version
    return find_model(state, text)


def is_version_name(state: State, text: str) -> bool:
    """Return True if the text names a version and not a model: it ends in a number, and no model has that name."""
    name = text.removeprefix("models/")
    last = name.rpartition("/")[2].removeprefix("v")
    return "/" in name and last.isdigit() and not _is_model(state, name)


def find_row(state: State, kind: type[R], text: str) -> R:
    """Return the numbered row of a version or model: `delay/3#2`, `delay#4`, or its whole key.

    Raises NotFoundError with the existing rows, InputError for text that is not such a reference, and as `find_model`
    does.
    """
    whole = state.get(kind, text)
    if whole is not None:
        return whole
    what = kind.table.replace("_", " ")
    parted = NUMBERED.fullmatch(text)
    if parted is None:
        article = "an" if what[0] in "aeiou" else "a"
        raise InputError(f"{text!a} is not a reference to {article} {what}", "write it as `model#1` or `model/3#1`")
    key = _owner(state, parted["owner"])
    owner = reference(key)
    below = {reference(one.key): one for one in state.under(kind, key)}
    found = below.get(f"{owner}#{int(parted['number'])}")
    if found is None:
        there = [one for one in below if one.startswith(f"{owner}#")]
        remedy = f"choose one of {', '.join(there)}" if there else f"run `modelward show {owner}` to see what it has"
        raise NotFoundError(f"there is no {what} {text}", remedy)
    return found


def find_person(state: State, text: str) -> Person:
    """Return the person on the roster with this id. Raises InvalidNameError, NotFoundError with similar ids."""
    row = state.get(Person, person_key(text))
    if row is None:
        ids = [one.person for one in state.find(Person)]
        otherwise = "run `modelward people list` to list everybody on the roster"
        raise NotFoundError(f"nobody on the roster has the id {text}", _near(text, ids, otherwise))
    return row


def read_page(
    state: State, kind: type[R], key: str, page: PageRequest = EVERYTHING, without: Collection[str] = ()
) -> RowPage[R]:
    """Return a page of the rows below a key, or of the whole table for an empty key; `without` are states left out."""
    if page.size:
        rows, total = state.page(kind, key, without, limit=page.size, offset=page.offset)
        return RowPage(tuple(rows), page, total)
    every = state.under(kind, key) if key else state.find(kind)
    rows = [one for one in every if getattr(one, "state", None) not in without]
    return RowPage(tuple(rows), page, len(rows))


def reference(key: str) -> str:
    """Return a key in a form that a person can type: `models/ops/delay/versions/3/findings/2` gives `ops/delay/3#2`."""
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
        raise NotFoundError(f"{name} has no version yet", "run `modelward register FOLDER` to register one")
    if otherwise == "named":
        there = ", ".join(f"{name}/{one.number}" for one in versions)
        raise InputError(f"{name} is a model; this command needs a version", f"choose one of {there}")
    if otherwise == "newest":
        return FoundVersion(versions[-1], "newest")
    champion = champion_of(state, model.key, environment)
    if champion is None:
        remedy = f"choose a version: {', '.join(reference(one.key) for one in versions)}"
        raise NotFoundError(f"no version of {name} serves as champion in {environment}", remedy)
    return FoundVersion(champion, "champion")


def _owner(state: State, text: str) -> str:
    """Return the key of the model or version to which a numbered row belongs."""
    numbered = NUMBERED.fullmatch(text)
    if numbered is None or _is_model(state, text):
        return find_model(state, text).key
    return find_version(state, text, "named").version.key


def _some(model: Model | None) -> list[Model]:
    return [model] if model is not None else []


def _is_model(state: State, text: str) -> bool:
    return text.count("/") == 1 and state.get(Model, f"models/{text}") is not None


def _near(text: str, names: Iterable[str], otherwise: str) -> str:
    bare = {name: name for name in names} | {name.rpartition("/")[2]: name for name in names}
    near = near_names(text, bare)
    return f"did you mean {' or '.join(dict.fromkeys(bare[one] for one in near))}?" if near else otherwise
