"""Reads `docs/<section>.md`, the written documentation, and determines the part of the version that each section
describes.

A section goes stale only when the part that it describes changes. DESCRIBES gives the part by the name of the section;
a front matter of one line, `describes: data` between two lines of `---`, overrides it.
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
from data.text.file_text import decoding_fault, read_file_text
from data.text.near_names import near_names
from data.text.untrusted_text import replace_harmful
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
    """A submitted section; headings, comments and invisible characters do not count as words."""

    name: str
    text: str
    words: int
    describes: Described

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of the text in UTF-8."""
        return "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()


def read_documents(folder: Path) -> tuple[Document, ...]:
    """Return every `docs/*.md` of a submission, by name. Raises DocumentError or SubmissionError with all problems."""
    problems = Problems()
    found = []
    for path in sorted((folder / "docs").glob("*.md")):
        with problems.collecting():
            found.append(_read(path))
    if not found and not problems.found:
        problems.add("docs/ has no section", "write one Markdown file for each section, docs/purpose.md first")
    problems.check()
    return tuple(found)


def read_text(path: Path, shown: str, limit: int = LIMIT) -> str:
    """Return the text of a file of a submission without its byte-order mark; `shown` is its name in messages.

    Raises DocumentError when the file is larger than `limit` bytes or not UTF-8.
    """
    if path.stat().st_size > limit:
        what = f"{shown}: {path.stat().st_size:,} bytes; at most {limit:,} are allowed"
        raise DocumentError(what, "shorten the file")
    try:
        return read_file_text(path)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{shown}: {decoding_fault(error)}", "save the file as UTF-8 text") from error


def _read(path: Path) -> Document:
    shown = f"docs/{path.name}"
    try:
        name = checked_name(path.stem, "section")
    except InputError as error:
        raise DocumentError(f"{shown}: {error.what}", error.remedy) from error
    if name == GENERATED:
        raise DocumentError(f"{shown}: this section is generated from the measured metrics", "remove the file")
    near = near_names(name, (*DESCRIBES, GENERATED), 1, 0.8)
    if near and name not in DESCRIBES:
        raise DocumentError(f"{shown}: there is no section {name}", f"did you mean {near[0]}? Rename the file")
    text = read_text(path, shown)
    front = FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    words = _count_words(body)
    if words == 0:
        raise DocumentError(
            f"{shown}: the section has no text except headings, comments and invisible characters",
            "write the section, or delete the file if the tier does not require the section",
        )
    return Document(name=name, text=text, words=words, describes=_described(name, shown, front))


def _count_words(body: str) -> int:
    """Count the words outside headings and comments; characters that nobody can see are no word."""
    written = replace_harmful(body, lambda _: "", kept="\n\t")
    return len(HEADING.sub("", COMMENT.sub("", written)).split())


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
        f"{shown}:2: the front matter {ascii(front_matter.data)[:80]} is not valid",
        f"write only `describes:` with one of {options}",
    )
