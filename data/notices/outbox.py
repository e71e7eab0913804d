"""The outbox: each notice is one Markdown file to read and one JSON file for delivery, written only once.

The outbox needs no setting. The delivery channels (webhook, mail, chat) read the JSON files.
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
from data.files.file_fault import file_faults
from data.notices.quoted_text import in_markdown, unmarked
from data.records.evidence import sha256_of
from data.records.instant import Instant, in_utc
from data.records.row import Frozen
from data.text.markdown_text import code
from data.text.safe_log import safe_logger
from data.text.untrusted_text import cleaned, one_line, shortened, storable

NoticeKind = Literal[
    "retirement", "approval", "validation", "alert", "incident", "review", "finding", "waiver", "expiry", "delivery"
]
LONGEST_RECEIVER, LONGEST_TITLE = 320, 300
LOG = safe_logger(__name__)


def _text(most: int | None = None) -> BeforeValidator:
    """Return a validator that makes text storable and cuts it to `most` characters, so that no text prevents a
    notice."""

    def fitted(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return storable(value) if most is None else shortened(storable(value), most)

    return BeforeValidator(fitted)


class Notice(Frozen):
    """A message to one receiver about one subject.

    `number` is 1 for the first notice about a question and 2 for its first reminder; each reminder is a new notice.
    `about` is the key of the subject, `answer_by` (UTC) the time by which an answer is expected. `aside` is text that
    may change without a new notice: addresses of pages, who has not answered yet. Quotations from other people in
    `title`, `text` and `aside` are marked by `data.notices.quoted_text`, so that a reader can distinguish them from
    modelward's text.
    """

    kind: NoticeKind
    to: Annotated[str, _text(LONGEST_RECEIVER), Field(min_length=1)]
    about: Annotated[str, _text()]
    title: Annotated[str, _text(LONGEST_TITLE), Field(min_length=1)]
    text: Annotated[str, _text()]
    number: int = Field(default=1, ge=1)
    answer_by: Instant | None = None
    aside: Annotated[str, _text()] = ""

    @property
    def digest(self) -> str:
        """`sha256:<hex>` over the content, without `aside`, the quotation marks and the time of writing.

        Quotation marks are ignored because older notices lack them; the same notice must not be written again.
        """
        content = {"title": unmarked(self.title), "text": unmarked(self.text)}
        return sha256_of(self.model_dump(mode="json", exclude={"aside"}) | content)


@dataclass(frozen=True)
class QueuedNotice:
    """A notice in the outbox with the time at which it was written, `left_at`.

    `delivery` is the same id in every attempt, so that a receiver can drop a second copy.
    """

    delivery: str
    notice: Notice
    left_at: datetime


@dataclass(frozen=True)
class OutboxContents:
    """Notices in an outbox, oldest first, and the names of the files that are not readable notices."""

    queued_notices: tuple[QueuedNotice, ...]
    unreadable: tuple[str, ...]


class Outbox:
    """A folder of notices, each as `<time>-<kind>-<digest>.md` and `.json`.

    The JSON file is written last; only with it does the notice exist.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def write_all(self, notices: Sequence[Notice], at: datetime) -> str:
        """Write these notices, except those that exist already; return one digest over all of them.

        Raises PublishError when the folder cannot be written; the notices written before the error stay.
        """
        existing = self.existing()
        for notice in notices:
            self.write(notice, at, existing)
        return sha256_of(sorted(notice.digest for notice in notices))

    def existing(self) -> dict[str, Path]:
        """Return the path of each notice by its mark, `<kind>-<start of the digest>`.

        A caller that writes many notices lists them once, because the folder may contain the notices of years.
        """
        return {_marked(file): file for file in sorted(self.root.glob("*.json"), reverse=True)}

    def write(self, notice: Notice, at: datetime, existing: dict[str, Path] | None = None) -> Path:
        """Write one notice unless it exists; return the path of its JSON file. Raises PublishError.

        A caller that writes many notices passes the result of `existing()`, which is updated here.
        """
        mark = _mark(notice)
        known = self.find(notice) if existing is None else existing.get(mark)
        if known is not None:
            return known
        path = self.root / f"{_time(at)}-{mark}.json"
        body = {**notice.model_dump(mode="json"), "digest": notice.digest, "left_at": in_utc(at).isoformat()}
        with file_faults(path, kind=PublishError, before="the notice is not in the outbox: "):
            write_durably(path.with_suffix(".md"), _markdown(notice, at).encode())
            write_durably(path, (json.dumps(body, indent=2, sort_keys=True) + "\n").encode())
        LOG.info("notice %s about %s written to the outbox, number %d", path.stem, notice.about, notice.number)
        if existing is not None:
            existing[mark] = path
        return path

    def find(self, notice: Notice) -> Path | None:
        """Return the path of the JSON file of this notice, or None when it was never written."""
        return next(iter(sorted(self.root.glob(f"*-{_mark(notice)}.json"))), None)

    def path(self, delivery: str) -> Path:
        """Return the path of the JSON file of a notice by its delivery id."""
        return self.root / f"{delivery}.json"

    def notices(self) -> list[Notice]:
        """Return every notice, oldest first."""
        return [one.notice for one in self.queued_notices()]

    def queued_notices(self) -> list[QueuedNotice]:
        """Return every notice with its delivery id and the time at which it was written, oldest first."""
        return list(self.contents().queued_notices)

    def contents(self, since: datetime | None = None, of: Collection[Notice] | None = None) -> OutboxContents:
        """Return the notices written since a time (None: all), limited to those in `of` (None: no limit).

        Only the files whose names match are read. A file that cannot be read is listed as unreadable and does not hide
        others.
        """
        first = _time(since) if since is not None else ""
        marks = None if of is None else {_mark(one) for one in of}
        files = [one for one in sorted(self.root.glob("*.json")) if one.name >= first]
        found = {one.name: _queued(one) for one in files if marks is None or _marked(one) in marks}
        unreadable = tuple(name for name, one in found.items() if one is None)
        return OutboxContents(tuple(one for one in found.values() if one is not None), unreadable)


class _Written(Notice):
    """A notice as it is stored in its file."""

    model_config = ConfigDict(extra="ignore")
    left_at: Instant


def _queued(file: Path) -> QueuedNotice | None:
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
    """Return the mark of the notice in a file: the part of the file name after the time."""
    return file.stem.partition("-")[2]


def _markdown(notice: Notice, at: datetime) -> str:
    reminder = f" (reminder {notice.number - 1})" if notice.number > 1 else ""
    lines = [f"# {in_markdown(one_line(notice.title))}{reminder}", "", f"- To: {code(one_line(notice.to))}"]
    lines += [f"- About: {code(one_line(notice.about))}", f"- Written: {in_utc(at):%Y-%m-%d %H:%M} UTC"]
    if notice.answer_by is not None:
        lines.append(f"- Answer by: {notice.answer_by:%Y-%m-%d %H:%M} UTC")
    lines += ["", in_markdown(cleaned(notice.text).strip()), ""]
    return "\n".join([*lines, in_markdown(cleaned(notice.aside).strip()), ""] if notice.aside.strip() else lines)
