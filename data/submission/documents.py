"""`docs/<section>.md`: the documentation that a person wrote, and the part of the version that each section describes.

A section goes stale only when the part it describes changes. DESCRIBES gives that part by the name of the section; a
front matter of one line, `describes: data` between two lines of `---`, overrides it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from data.errors import DocumentError, InputError
from data.records.names import checked_name
from data.records.row import Frozen
from data.submission.problems import Problems
from data.text.yaml_text import read_yaml

Described = Literal["purpose", "code", "features", "data", "performance", "nothing"]
DESCRIBES: Mapping[str, Described] = {
    "purpose": "purpose",
    "use": "purpose",
    "data": "data",
    "features": "features",
    "assumptions": "features",
    "monitoring": "features",
    "method": "code",
    "alternatives": "code",
    "limitations": "code",
    "testing": "code",
}
GENERATED = "performance"
LIMIT = 2_000_000
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
HEADING = re.compile(r"^#+ .*$", re.MULTILINE)


class Document(Frozen):
    """A submitted section; headings and comments do not count as words."""

    name: str
    text: str
    words: int
    describes: Described

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of the file's bytes."""
        return "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()


def read_documents(folder: Path) -> tuple[Document, ...]:
    """Every `docs/*.md` of a submission, by name. Raises DocumentError or SubmissionError with every problem."""
    problems = Problems()
    found = []
    for path in sorted((folder / "docs").glob("*.md")):
        with problems.collecting():
            found.append(_read(path))
    if not found and not problems.found:
        problems.add("docs/: there is no section", "write one Markdown file for each section, docs/purpose.md first")
    problems.check()
    return tuple(found)


def read_text(path: Path, shown: str, limit: int = LIMIT) -> str:
    """A text file of a submission; `shown` is its name in messages. Raises DocumentError: too large, not UTF-8."""
    if path.stat().st_size > limit:
        raise DocumentError(f"{shown}:1: {path.stat().st_size:,} bytes; at most {limit:,} are read", "shorten it")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{shown}:1: not UTF-8 at byte {error.start:,}", "save it as UTF-8 text") from error


def _read(path: Path) -> Document:
    shown = f"docs/{path.name}"
    try:
        name = checked_name(path.stem, "section")
    except InputError as error:
        raise DocumentError(f"{shown}:1: {error.what}", error.remedy) from error
    if name == GENERATED:
        raise DocumentError(f"{shown}:1: this section is generated from the measured metrics", "remove the file")
    text = read_text(path, shown)
    front = FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    words = len(HEADING.sub("", COMMENT.sub("", body)).split())
    if words == 0:
        raise DocumentError(
            f"{shown}:1: nothing is written below the heading",
            "write the section, or delete the file when the tier does not require it",
        )
    return Document(name=name, text=text, words=words, describes=_described(name, shown, front))


def _described(name: str, shown: str, front: re.Match[str] | None) -> Described:
    if front is None:
        return DESCRIBES.get(name, "nothing")
    front_matter = read_yaml("\n" + front[1], shown)
    for allowed in get_args(Described):
        if front_matter.data == {"describes": allowed} and allowed != GENERATED:
            result: Described = allowed
            return result
    options = ", ".join(one for one in get_args(Described) if one != GENERATED)
    raise DocumentError(
        f"{shown}:2: the front matter says {ascii(front_matter.data)[:80]}", f"write `describes:` with {options}"
    )
