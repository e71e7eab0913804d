"""Changes to an export: bytes, lines and files; its manifest is left, written again, or signed with the stolen key."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.audit.keys import SigningKey
from tests.exports import edit_json, edit_lines, forge_manifest
from tests.tampering.flipped_bit import flip, flipped_bit
from tests.tampering.kind import ExpectedFinding, Kind, Lines, Tamper
from tests.tampering.tampered_home import TamperedHome

JOURNAL, CHECKPOINTS = "log/journal.jsonl", "log/checkpoints.jsonl"
FILES = (
    "README.md", "verify.py", "manifest.note", CHECKPOINTS, "log/anchor-1.jsonl", "log/anchor-2.jsonl",
    "log/anchor-3.jsonl", "tables/version.jsonl", "tables/version.parquet", "tables/vote.jsonl",
)  # fmt: skip


def flipped(name: str) -> Tamper:
    """Flip one bit of a file; some files are read as more than bytes, so that an event may be named too."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        flip(home.export / name, chosen)
        return ExpectedFinding(None, name)

    return tamper


def journal_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    path = home.export / JOURNAL
    former = path.read_bytes()
    content, offset = flipped_bit(former, chosen, end=len(former) - 1)
    path.write_bytes(content)
    return ExpectedFinding(former[:offset].count(b"\n"), JOURNAL)


def manifest_flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    path = home.export / "manifest.json"
    former = json.loads(path.read_bytes())["files"]
    flip(path, chosen)
    lost = set[str]()
    with suppress(ValueError, KeyError, AttributeError):
        lost = former.keys() - json.loads(path.read_bytes())["files"].keys()
    named = [home.first_naming(name.rpartition("/")[2]) for name in lost if name.startswith("documents/")]
    return ExpectedFinding(min(named, default=None), "manifest")


def document(change: Callable[[Path, random.Random], object]) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        path = chosen.choice(sorted(one for one in (home.export / "documents").rglob("*") if one.is_file()))
        change(path, chosen)
        return ExpectedFinding(None, path.name)

    return tamper


def lines_of_journal(edit: Callable[[Lines, int], Lines], last: int = 1) -> Tamper:
    """Edit the lines at the place of an event that is not among the `last` ones."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = chosen.randrange(1, home.exported - last)
        edit_lines(home.export / JOURNAL, lambda lines: edit(lines, seq))
        return ExpectedFinding(seq, JOURNAL)

    return tamper


def file_removed(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    path = chosen.choice(sorted(home.export.glob("tables/*.parquet")))
    path.unlink()
    return ExpectedFinding(None, path.name)


def file_added(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    (home.export / f"more-{chosen.randrange(100)}.txt").write_text("more")
    return ExpectedFinding(None, "more-")


def tables_exchanged(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    first, other = (home.export / "tables" / name for name in ("person.jsonl", "vote.jsonl"))
    contents = first.read_bytes(), other.read_bytes()
    first.write_bytes(contents[1])
    other.write_bytes(contents[0])
    return ExpectedFinding(None, "tables/person.jsonl")


def forged(
    change: Callable[[TamperedHome, random.Random], tuple[int | None, str]], is_stolen: bool, **fields: Any
) -> Tamper:
    """Make a change and write the manifest again; with the stolen key, or signed by another key of the same name."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq, says = change(home, chosen)
        key = home.key if is_stolen else SigningKey(home.origin, chosen.randbytes(32))
        forge_manifest(home.export, key, **fields)
        return ExpectedFinding(seq, says)

    return tamper


def nothing(_: TamperedHome, __: random.Random) -> tuple[int | None, str]:
    return None, "manifest"


def other_actor(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    seq = chosen.randrange(1, home.exported)
    edit_json(home.export / JOURNAL, seq, lambda event: event.update(actor={"id": "eve", "auth": "totp"}))
    return seq, JOURNAL


def row_edited(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    path = home.export / "tables" / "person.jsonl"
    count = path.read_bytes().count(b"\n")
    edit_json(path, chosen.randrange(count), lambda row: row.update(printed_name="Eve"))
    return None, "tables/person.jsonl"


def row_removed(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    edit_lines(home.export / "tables" / "person.jsonl", lambda lines: lines[:-1])
    return None, "tables/person.jsonl"


def document_replaced(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    digest = home.files.digests["artifact"].removeprefix("sha256:")
    path = home.export / "documents" / digest[:2] / digest
    path.write_bytes(chosen.randbytes(64))
    return home.first_naming(digest), digest


def end_cut(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    count = chosen.randrange(1, 5)
    edit_lines(home.export / JOURNAL, lambda lines: lines[:-count])
    return home.exported - count, "log/"


def checkpoint_of_others(home: TamperedHome, chosen: random.Random) -> tuple[int | None, str]:
    """Replace the root in a checkpoint; the stolen key does not sign it again."""

    def edit(lines: Lines) -> Lines:
        place = chosen.randrange(len(lines))
        origin, size, _, rest = json.loads(lines[place]).split("\n", 3)
        note = "\n".join((origin, size, "A" * 43 + "=", rest))
        return [*lines[:place], json.dumps(note, ensure_ascii=False).encode(), *lines[place + 1 :]]

    edit_lines(home.export / CHECKPOINTS, edit)
    return None, CHECKPOINTS


KINDS = [
    *(Kind(f"export: bit of {name}", f"One bit of {name} of an export is flipped.", flipped(name), "export")
      for name in FILES),
    Kind("export: bit of the journal", "One bit of the journal of an export is flipped.", journal_flipped, "export"),
    Kind("export: bit of the manifest", "One bit of the manifest of an export is flipped.", manifest_flipped, "export"),
    Kind("export: bit of a document", "One bit of a document of an export is flipped.", document(flip), "export"),
    Kind("export: document removed", "A document of an export is removed.",
         document(lambda path, _: path.unlink()), "export"),
    Kind("export: line removed", "A line of the journal of an export is removed.",
         lines_of_journal(lambda lines, seq: lines[:seq] + lines[seq + 1 :]), "export"),
    Kind("export: line twice", "A line of the journal of an export is written twice.",
         lines_of_journal(lambda lines, seq: [*lines[:seq], lines[seq - 1], *lines[seq:]]), "export"),
    Kind("export: lines exchanged", "Two lines of the journal of an export are exchanged.",
         lines_of_journal(lambda lines, seq: [*lines[:seq], lines[seq + 1], lines[seq], *lines[seq + 2 :]], last=2),
         "export"),
    Kind("export: file removed", "A table of an export is removed.", file_removed, "export"),
    Kind("export: file added", "A file is added to an export.", file_added, "export"),
    Kind("export: tables exchanged", "Two tables of an export are exchanged.", tables_exchanged, "export"),
    Kind("export: manifest of another key", "Another key of the same name signs the manifest.",
         forged(nothing, is_stolen=False), "export"),
    Kind("export: manifest with fewer events", "The stolen key signs a manifest that states fewer events.",
         forged(nothing, is_stolen=True, events=3), "export"),
    Kind("export: event with the key", "An event is edited, and the stolen key signs the manifest.",
         forged(other_actor, is_stolen=True), "export"),
    Kind("export: row with the key", "A row is edited, and the stolen key signs the manifest.",
         forged(row_edited, is_stolen=True), "export"),
    Kind("export: row removed with the key", "A row is removed, and the stolen key signs the manifest.",
         forged(row_removed, is_stolen=True), "export"),
    Kind("export: document with the key", "A document is replaced, and the stolen key signs the manifest.",
         forged(document_replaced, is_stolen=True), "export"),
    Kind("export: end cut with the key", "The last events are removed, and the stolen key signs the manifest.",
         forged(end_cut, is_stolen=True), "export"),
    Kind("export: checkpoint with the key", "The root of a checkpoint is replaced, and the stolen key signs the "
         "manifest.", forged(checkpoint_of_others, is_stolen=True), "export"),
]  # fmt: skip
