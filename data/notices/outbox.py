"""Notices to people as files: Markdown to read, JSON to send on; the same notice is never written twice.

The outbox is the sink that always works. What carries notices further (mail, chat, a webhook) reads the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from data.errors import InputError, PublishError
from data.files.durable_file import write_durably
from data.notices.quoted_text import in_markdown, unmarked
from data.records.evidence import sha256_of
from data.records.instant import Instant, in_utc
from data.records.row import Frozen
from data.text.markdown_text import code
from data.text.untrusted_text import cleaned, one_line, shortened, storable

Kind = Literal[
    "retirement", "approval", "validation", "alert", "incident", "review", "finding", "waiver", "expiry", "delivery"
]
LONGEST_RECEIVER, LONGEST_TITLE = 320, 300


def _text(most: int | None = None) -> BeforeValidator:
    """Text as a file can hold it, and in `most` characters: whoever is to be told is told, whatever people wrote."""

    def fitted(told: Any) -> Any:
        if not isinstance(told, str):
            return told
        return storable(told) if most is None else shortened(storable(told), most)

    return BeforeValidator(fitted)


class Notice(Frozen):
    """What is told to whom about what; `number` counts reminders from 1, so that each of them is a notice of its own.

    `about` is the key of the thing, `answer_by` the time until which an answer is awaited. `aside` is what may change
    without making it another notice: the addresses of pages, who has not answered yet. What people wrote stands in
    `title`, `text` and `aside` as `data.notices.quoted_text` puts it, so that it is told from what modelward says.
    """

    kind: Kind
    to: Annotated[str, _text(LONGEST_RECEIVER), Field(min_length=1)]
    about: Annotated[str, _text()]
    title: Annotated[str, _text(LONGEST_TITLE), Field(min_length=1)]
    text: Annotated[str, _text()]
    number: int = Field(default=1, ge=1)
    answer_by: Instant | None = None
    aside: Annotated[str, _text()] = ""

    @property
    def digest(self) -> str:
        """`sha256:<hex>` over everything that is said; the aside, the marks and the time of writing do not count.

        What was left before words of others had marks is the same notice as with them, and is not left again.
        """
        said = {"title": unmarked(self.title), "text": unmarked(self.text)}
        return sha256_of(self.model_dump(mode="json", exclude={"aside"}) | said)


@dataclass(frozen=True)
class QueuedNotice:
    """A notice under way. `delivery` stays the same however often it is tried: a receiver knows what it has already."""

    delivery: str
    notice: Notice
    left_at: datetime


@dataclass(frozen=True)
class Contents:
    """What lies in an outbox, oldest first: parcels, and the names of files that are no notice or none any more."""

    parcels: tuple[QueuedNotice, ...]
    unreadable: tuple[str, ...]


class Outbox:
    """A folder of notices, `<time>-<kind>-<digest>.md` and `.json`; the JSON is written last and makes it count."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, notices: Sequence[Notice], at: datetime) -> str:
        """Leave these notices; those that are there already are left alone. Answers one digest over all of them.

        Raises PublishError when the folder cannot be written; what was written by then stays and is not repeated.
        """
        there = self.there()
        for notice in notices:
            self.leave(notice, at, there)
        return sha256_of(sorted(notice.digest for notice in notices))

    def there(self) -> dict[str, Path]:
        """Where each notice lies, by its mark: listed once for whoever leaves many, because years of them lie here."""
        return {_marked(file): file for file in sorted(self.root.glob("*.json"), reverse=True)}

    def leave(self, notice: Notice, at: datetime, there: dict[str, Path] | None = None) -> Path:
        """Leave one notice; answers where its JSON lies, new or from before. Raises PublishError.

        Whoever leaves many hands in what is `there`, and it is kept up to date.
        """
        mark = _mark(notice)
        known = self.find(notice) if there is None else there.get(mark)
        if known is not None:
            return known
        path = self.root / f"{_time(at)}-{mark}.json"
        body = {**notice.model_dump(mode="json"), "digest": notice.digest, "left_at": in_utc(at).isoformat()}
        try:
            write_durably(path.with_suffix(".md"), _markdown(notice, at).encode())
            write_durably(path, (json.dumps(body, indent=2, sort_keys=True) + "\n").encode())
        except OSError as error:
            raise PublishError(
                f"the outbox {self.root} cannot be written: {error}", "make it writable and run again"
            ) from error
        if there is not None:
            there[mark] = path
        return path

    def find(self, notice: Notice) -> Path | None:
        """Where the JSON of this very notice lies, or None when it was never left."""
        return next(iter(sorted(self.root.glob(f"*-{_mark(notice)}.json"))), None)

    def path(self, delivery: str) -> Path:
        """Where a notice lies by its name."""
        return self.root / f"{delivery}.json"

    def notices(self) -> list[Notice]:
        """Every notice here, oldest first."""
        return [one.notice for one in self.parcels()]

    def parcels(self) -> list[QueuedNotice]:
        """Every notice here with its name and the time at which it was left, oldest first."""
        return list(self.contents().parcels)

    def contents(self, since: datetime | None = None, of: Collection[Notice] | None = None) -> Contents:
        """What was left since that time, of these notices or of all; the names of files say so, the rest stays unread.

        A file that cannot be read is named, and stands in the way of no other.
        """
        first = _time(since) if since is not None else ""
        marks = None if of is None else {_mark(one) for one in of}
        files = [one for one in sorted(self.root.glob("*.json")) if one.name >= first]
        found = {one.name: _parcel(one) for one in files if marks is None or _marked(one) in marks}
        unreadable = tuple(name for name, one in found.items() if one is None)
        return Contents(tuple(one for one in found.values() if one is not None), unreadable)


class _Written(Notice):
    """A notice as its file has it."""

    model_config = ConfigDict(extra="ignore")
    left_at: Instant


def _parcel(file: Path) -> QueuedNotice | None:
    try:
        written = _Written.model_validate_json(file.read_bytes())
    except (OSError, ValueError, OverflowError, InputError):
        return None
    return QueuedNotice(file.stem, Notice.model_validate(written.model_dump(exclude={"left_at"})), written.left_at)


def _time(at: datetime) -> str:
    return f"{in_utc(at):%Y%m%dT%H%M%S%fZ}"


def _mark(notice: Notice) -> str:
    return f"{notice.kind}-{notice.digest.removeprefix('sha256:')[:16]}"


def _marked(file: Path) -> str:
    """The mark of the notice in a file: what follows the time in its name."""
    return file.stem.partition("-")[2]


def _markdown(notice: Notice, at: datetime) -> str:
    reminder = f" (reminder {notice.number - 1})" if notice.number > 1 else ""
    lines = [f"# {in_markdown(one_line(notice.title))}{reminder}", "", f"- To: {code(one_line(notice.to))}"]
    lines += [f"- About: {code(one_line(notice.about))}", f"- Written: {in_utc(at):%Y-%m-%d %H:%M} UTC"]
    if notice.answer_by is not None:
        lines.append(f"- Answer by: {notice.answer_by:%Y-%m-%d %H:%M} UTC")
    lines += ["", in_markdown(cleaned(notice.text).strip()), ""]
    return "\n".join([*lines, in_markdown(cleaned(notice.aside).strip()), ""] if notice.aside.strip() else lines)
