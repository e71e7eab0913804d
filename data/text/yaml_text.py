"""Reads YAML files safely and keeps the line of each value, so that an error message can give it.

Only plain data is read: no tags, no anchors or aliases, no duplicate keys. Only `true`, `false`, `null` and `~` have a
special meaning; `no`, `on`, dates and version numbers with two dots stay text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.errors import DocumentError, InputError

DEPTH = 40
FIXES = {"literal_error": "write one of these", "enum": "write one of these"}
M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]


class YamlText(Mapping[str, Any]):
    """A YAML document whose root is a mapping; `line` gives the line of a value, `checked` converts it to a type."""

    def __init__(self, file: str, data: Mapping[str, Any], lines: Mapping[Path, int]) -> None:
        self.file = file
        self.data = data
        self._lines = lines

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def line(self, *path: str | int) -> int:
        """Return the line number, from 1, of the value at this path; if there is none, of the value around it."""
        walked = tuple(path)
        while walked not in self._lines:
            walked = walked[:-1]
        return self._lines[walked]

    def at(self, *path: str | int) -> str:
        """Return `file:line` of a value, for the start of a message."""
        return f"{self.file}:{self.line(*path)}"

    def part(self, *path: str | int) -> YamlText:
        """Return the mapping under this path as a document with the same lines. Raises DocumentError."""
        value: Any = self.data
        for step in path:
            value = value[step]
        if not isinstance(value, Mapping):
            raise DocumentError(
                f"{self.at(*path)}: {_dotted(path)} is {_shown(value)}, not a mapping", "write `name: value` lines"
            )
        size = len(path)
        lines = {key[size:]: line for key, line in self._lines.items() if key[:size] == path}
        return YamlText(self.file, value, lines)

    def checked(self, kind: type[M], error: type[InputError] = DocumentError) -> M:
        """Return the document as this frozen type.

        Raises `error` with all problems, each as `file:line: field: what → fix`.
        """
        try:
            return kind.model_validate(self.data)
        except ValidationError as wrong:
            found = self.problems(wrong, kind)
            raise error("\n".join(found), f"correct {self._places(len(found))} of {self.file}") from wrong

    def problems(self, wrong: ValidationError, kind: type[BaseModel] | None = None) -> list[str]:
        """Return the errors of pydantic, one line each in the order of the file: `file:line: field: what (got …) →
        fix`."""
        reported = [one for one in wrong.errors(include_url=False) if not _is_echo(one)]
        found = [(self.line(*one["loc"]), self._problem(one, kind)) for one in reported]
        return [text for _, text in sorted(found, key=lambda each: each[0])]

    def _problem(self, detail: ErrorDetails, kind: type[BaseModel] | None) -> str:
        path: Path = detail["loc"]
        what = detail["msg"][:1].lower() + detail["msg"][1:]
        if detail["type"] == "missing":
            return f"{self.at(*path)}: {_dotted(path)} is missing → add it"
        if detail["type"] == "extra_forbidden":
            return f"{self.at(*path)}: {_dotted(path)}: no such field{_got(detail)} → {_instead(detail, kind)}"
        if detail["input"] in (None, "", []):
            return f"{self.at(*path)}: {_dotted(path)} is empty → fill it in"
        fix = detail.get("ctx", {}).get("fix", "")
        fix = fix or FIXES.get(detail["type"], "correct the value")
        return f"{self.at(*path)}: {_dotted(path)}: {what}{_got(detail)} → {fix}"

    @staticmethod
    def _places(count: int) -> str:
        return "the named line" if count == 1 else f"the {count} named lines"


def read_yaml(text: str, file: str, *, limit: int = 1_000_000) -> YamlText:
    """Read a document whose root is a mapping; `file` is its name in messages, `limit` its maximum length in
    characters.

    Raises DocumentError with file, line and fix for a text that is too long, not YAML, empty, nested deeper than 40
    levels, or that contains an alias, a duplicate key, a tag, a key that is not text or a number that is not finite.
    """
    if len(text) > limit:
        raise DocumentError(
            f"{file}: {len(text):,} characters; at most {limit:,} are allowed", "move long text to docs/"
        )
    try:
        _check_events(text, file)
        root = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = error.problem or error.context or "broken"
        raise DocumentError(
            f"{file}:{line}: not YAML: {problem}", "correct the quotes, colons or indentation in this line"
        ) from error
    except yaml.YAMLError as error:
        raise DocumentError(f"{file}: not YAML: {error}", "save the file as UTF-8 text") from error
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1 if root is not None else 1
        raise DocumentError(f"{file}:{line}: the document has no `name: value` lines", "write one field on each line")
    lines: dict[Path, int] = {}
    data = _Reading(file, lines).value(root, ())
    return YamlText(file, data, lines)


class _PlainLoader(yaml.SafeLoader):
    """A loader for the core schema of YAML 1.2: dates and the word `no` stay text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), ["~", "n", ""])
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789")
)
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"),
    list("-+.0123456789"),
)

SCALARS: Mapping[str, Any] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


def _check_events(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DocumentError(f"{file}:{line}: anchors and aliases are not allowed", "write the value itself")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise DocumentError(f"{file}:{line}: nested deeper than {DEPTH} levels", "use fewer levels")


class _Reading:
    """Converts a tree of nodes to plain values, and stores the line of each value."""

    def __init__(self, file: str, lines: dict[Path, int]) -> None:
        self.file = file
        self.lines = lines

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.value(one, (*path, at)) for at, one in enumerate(node.value)]
        if node.tag not in SCALARS:
            raise self._wrong(
                node, f"the tag {node.tag[:60]} is not allowed", "write plain text, numbers, lists and fields"
            )
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode) or name.tag != "tag:yaml.org,2002:str":
                raise self._wrong(name, "the name of a field must be text", "put the name in quotes")
            if name.value in found:
                raise self._wrong(name, f"{name.value} occurs twice", "remove one of the two")
            self.lines[(*path, name.value)] = name.start_mark.line + 1
            found[name.value] = self.value(value, (*path, name.value))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            value = SCALARS[node.tag](node.value)
        except ValueError as error:
            raise self._wrong(node, f"{_shown(node.value)} does not fit its tag", "remove the tag") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise self._wrong(node, f"{_shown(node.value)} is not a finite number", "write a finite number")
        return value

    def _wrong(self, node: yaml.Node, what: str, fix: str) -> DocumentError:
        return DocumentError(f"{self.file}:{node.start_mark.line + 1}: {what}", fix)


def _is_echo(detail: ErrorDetails) -> bool:
    """Return True if an error only repeats others: pydantic also reports a list with wrong items as too short."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _got(detail: ErrorDetails) -> str:
    return "" if isinstance(detail["input"], Mapping) else f" (got {_shown(detail['input'])})"


def _instead(detail: ErrorDetails, kind: type[BaseModel] | None) -> str:
    """Return the fix for an unknown field.

    A field without a value may be the rest of a sentence after a comma.
    """
    if detail["input"] is None:
        return "remove it; put text with a comma between { and } in quotes"
    known = ", ".join(kind.model_fields) if kind is not None and len(detail["loc"]) == 1 else ""
    return f"remove it; the fields are {known}" if known else "remove it, or check its spelling"


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in path) or "the document"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:60] + "…"
