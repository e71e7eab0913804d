"""Changes to the copies of the log: the files of the journal, the checkpoints of the database, the settings."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from pathlib import Path

from data.audit.body import leaf_hash
from data.audit.journal import Journal
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from tests.tampering.flipped_bit import flipped_bit
from tests.tampering.kind import ExpectedFinding, Kind, Lines, Tamper
from tests.tampering.tampered_home import TamperedHome


def journal_file(home: TamperedHome, chosen: random.Random) -> tuple[Path, int]:
    """Return a file of the journal and the number of its first event."""
    journal, starts = Journal(home.home.journal), dict[Path, int]()
    for segment in journal.segments():
        starts[segment.path] = segment.first
    starts[journal.path] = max(one.last for one in journal.segments()) + 1
    path = chosen.choice(sorted(path for path in starts if path.read_bytes().count(b"\n") > 1))
    return path, starts[path]


def flipped(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    path, first = journal_file(home, chosen)
    former = path.read_bytes()
    content, offset = flipped_bit(former, chosen, end=len(former) - 1)
    path.write_bytes(content)
    return ExpectedFinding(first + former[:offset].count(b"\n"), "journal")


def lines_of_journal(edit: Callable[[Lines, int, random.Random], Lines], says: str = "journal") -> Tamper:
    """Edit the lines of a file at the place of one of its events."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        path, first = journal_file(home, chosen)
        lines = path.read_bytes().split(b"\n")[:-1]
        place = chosen.randrange(len(lines) - 1)
        home.edit_lines(path, lambda lines: edit(lines, place, chosen))
        return ExpectedFinding(first + place, says)

    return tamper


def another_seal(lines: Lines, place: int, chosen: random.Random) -> Lines:
    body, _, _ = lines[place].partition(b"\t")
    seal = base64.b64encode(chosen.randbytes(64))
    return [*lines[:place], body + b"\t" + seal, *lines[place + 1 :]]


def without_seal(lines: Lines, place: int, _: random.Random) -> Lines:
    return [*lines[:place], lines[place].partition(b"\t")[0], *lines[place + 1 :]]


def end_cut(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    count = min(chosen.randrange(1, 5), home.home.journal.read_bytes().count(b"\n"))
    home.edit_lines(home.home.journal, lambda lines: lines[:-count])
    return ExpectedFinding(home.size - count, "the journal ends before this event")


def last_break_removed(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    path = home.home.journal
    path.write_bytes(path.read_bytes()[:-1])
    return ExpectedFinding(home.size - 1, "the journal ends before this event")


def lines_appended(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    lines = home.home.journal.read_bytes().split(b"\n")[:-1]
    with home.home.journal.open("ab") as file:
        file.write(chosen.choice(lines) + b"\n")
    return ExpectedFinding(home.size, "the journal has 1 more")


def emptied(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    for path in Journal(home.home.journal).files():
        path.write_bytes(b"")
    return ExpectedFinding(0, "journal")


def missing(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    for path in Journal(home.home.journal).files():
        path.unlink()
    return ExpectedFinding(None, "the journal is missing")


def open_file_missing(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    last = Journal(home.home.journal).segments()[-1].last
    home.home.journal.unlink()
    return ExpectedFinding(last + 1, "the journal ends before this event")


def segment_missing(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    segment = chosen.choice(Journal(home.home.journal).segments())
    segment.path.unlink()
    return ExpectedFinding(segment.first, "the journal")


def segment_renamed(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    segment = chosen.choice(Journal(home.home.journal).segments())
    name = f"events-{segment.first:012}-{segment.last - 1:012}.jsonl"
    segment.path.rename(segment.path.with_name(name))
    return ExpectedFinding(segment.last + 1, "journal")


def segments_exchanged(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    first, other = (one.path for one in Journal(home.home.journal).segments()[:2])
    contents = first.read_bytes(), other.read_bytes()
    first.write_bytes(contents[1])
    other.write_bytes(contents[0])
    return ExpectedFinding(0, "journal")


def segment_added(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    segment = chosen.choice(Journal(home.home.journal).segments())
    content = segment.path.read_bytes()
    after = Journal(home.home.journal).segments()[-1].last + 1
    last = after + segment.last - segment.first
    name = f"events-{after:012}-{last:012}.jsonl"
    segment.path.with_name(name).write_bytes(content)
    return ExpectedFinding(after, "journal")


# -- checkpoints of the database ---------------------------------------------------------------------


def note_edited(edit: Callable[[str, random.Random], str], says: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        size = chosen.choice(home.sizes)
        home.sql(("UPDATE checkpoint SET note = ? WHERE size = ?", [edit(home.notes[size], chosen), size]))
        return ExpectedFinding(None, says, "checkpoint")

    return tamper


def other_signature(note: str, chosen: random.Random) -> str:
    head, _, signature = note.rstrip("\n").rpartition(" ")
    found, _ = flipped_bit(base64.b64decode(signature), chosen, first=4)
    return f"{head} {base64.b64encode(found).decode()}\n"


def other_root(note: str, chosen: random.Random) -> str:
    origin, size, _, rest = note.split("\n", 3)
    return "\n".join((origin, size, base64.b64encode(chosen.randbytes(32)).decode(), rest))


def checkpoint_deleted(is_last: bool) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        size = home.sizes[-1] if is_last else chosen.choice(home.sizes[:-1])
        home.sql(("DELETE FROM checkpoint WHERE size = ?", [size]))
        return ExpectedFinding(None, "not in the database", "checkpoint")

    return tamper


def checkpoint_moved(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    size = chosen.choice(home.sizes)
    free = chosen.choice(sorted(set(range(home.size)) - set(home.sizes)))
    home.sql(("UPDATE checkpoint SET size = ? WHERE size = ?", [free, size]))
    return ExpectedFinding(None, "not a checkpoint of this size", "checkpoint")


def checkpoint_added(is_stolen: bool) -> Tamper:
    """Add a checkpoint of a root that the events do not have, signed by the log's key or by another of its name."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        key = home.key if is_stolen else SigningKey(home.origin, chosen.randbytes(32))
        size = chosen.choice(sorted(set(range(2, home.size)) - set(home.sizes)))
        frontier = Frontier.empty()
        for number in range(size):
            frontier = frontier.append(leaf_hash(b"%d" % number))
        note = sign_checkpoint(home.origin, size, frontier.root(), key)
        home.sql(("INSERT INTO checkpoint (size, note, frontier) VALUES (?, ?, ?)", [size, note, frontier.to_hex()]))
        return ExpectedFinding(home.proven(size) if is_stolen else None, table="checkpoint")

    return tamper


def frontier_edited(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    size = chosen.choice(home.sizes)
    frontier = f"{size:016x}" + chosen.randbytes(32).hex() * size.bit_count()
    home.sql(("UPDATE checkpoint SET frontier = ? WHERE size = ?", [frontier, size]))
    return ExpectedFinding(None, "frontier", "checkpoint")


def frontier_removed(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    home.sql(("UPDATE checkpoint SET frontier = NULL WHERE size = ?", [chosen.choice(home.sizes[1:])]))
    return ExpectedFinding(None, "frontier", "checkpoint")


def confirmation(statement: str, says: str) -> Tamper:
    def tamper(home: TamperedHome, _: random.Random) -> ExpectedFinding:
        home.sql(statement)
        return ExpectedFinding(None, says, "anchor_confirmation")

    return tamper


# -- settings ----------------------------------------------------------------------------------------


def anchor_unset(place: int) -> Tamper:
    """Leave the anchor at a place out of the setting."""

    def tamper(home: TamperedHome, _: random.Random) -> ExpectedFinding:
        parts = home.setting("MODELWARD_ANCHORS").split(", ")
        home.changed_settings = {"MODELWARD_ANCHORS": ", ".join(parts[:place] + parts[place + 1 :])}
        return ExpectedFinding(None, "the standard demands that 3 anchors confirm each checkpoint")

    return tamper


def authorities_unset(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    home.changed_settings = {"MODELWARD_TIMESTAMP_CA": ""}
    return ExpectedFinding(None, "timestamp_ca is not set")


def another_branch(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    text = home.setting("MODELWARD_ANCHORS")
    home.changed_settings = {"MODELWARD_ANCHORS": text.replace("#log", f"#log{chosen.randrange(10)}")}
    return ExpectedFinding(None, "anchors.git-log")


def insert_line(lines: Lines, place: int, _: random.Random) -> Lines:
    return [*lines[:place], lines[place + 1], *lines[place:]]


KINDS = [
    Kind("journal: bit", "One bit of a file of the journal is flipped.", flipped),
    Kind("journal: line removed", "A line of the journal is removed.",
         lines_of_journal(lambda lines, place, _: lines[:place] + lines[place + 1 :])),
    Kind("journal: line inserted", "A line of the journal is inserted before the line before it.",
         lines_of_journal(insert_line)),
    Kind("journal: line emptied", "A line of the journal is emptied.",
         lines_of_journal(lambda lines, place, _: [*lines[:place], b"", *lines[place + 1 :]])),
    Kind("journal: lines exchanged", "A line of the journal is exchanged with the one after it.",
         lines_of_journal(lambda lines, at, _: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])),
    Kind("journal: seal replaced", "The seal in a line of the journal is replaced.", lines_of_journal(another_seal)),
    Kind("journal: seal removed", "The seal in a line of the journal is removed.", lines_of_journal(without_seal)),
    Kind("journal: end cut", "The last lines of the journal are removed.", end_cut),
    Kind("journal: last line break", "The last line break of the journal is removed.", last_break_removed),
    Kind("journal: line appended", "A line of the journal is appended again.", lines_appended),
    Kind("journal: emptied", "Every file of the journal is emptied.", emptied),
    Kind("journal: missing", "Every file of the journal is removed.", missing),
    Kind("journal: open file missing", "The open file of the journal is removed.", open_file_missing),
    Kind("journal: segment missing", "A closed segment of the journal is removed.", segment_missing),
    Kind("journal: segment renamed", "A closed segment gets the name of one with fewer events.", segment_renamed),
    Kind("journal: segments exchanged", "The contents of two closed segments are exchanged.", segments_exchanged),
    Kind("journal: segment added", "A copy of a closed segment is added after the last one.", segment_added),
    Kind("checkpoint: signature", "A bit of the signature of a checkpoint is flipped in the database.",
         note_edited(other_signature, "is not valid")),
    Kind("checkpoint: root", "The root in a checkpoint of the database is replaced.",
         note_edited(other_root, "is not valid")),
    Kind("checkpoint: no note", "A checkpoint of the database is replaced by another text.",
         note_edited(lambda *_: "all is well", "not a checkpoint")),
    Kind("checkpoint: deleted", "A checkpoint of the database is deleted.", checkpoint_deleted(is_last=False)),
    Kind("checkpoint: newest deleted", "The newest checkpoint of the database is deleted.",
         checkpoint_deleted(is_last=True)),
    Kind("checkpoint: moved", "A checkpoint is stored under another size.", checkpoint_moved),
    Kind("checkpoint: of another key", "A checkpoint of other events is added, signed by another key of the same name.",
         checkpoint_added(is_stolen=False)),
    Kind("checkpoint: of other events", "A checkpoint of other events is added, signed with the stolen key.",
         checkpoint_added(is_stolen=True)),
    Kind("checkpoint: frontier", "The frontier stored beside a checkpoint is replaced.", frontier_edited),
    Kind("checkpoint: frontier removed", "The frontier stored beside a checkpoint is removed.", frontier_removed),
    Kind("confirmation: raised", "The size that an anchor confirmed is raised above that of the anchor.",
         confirmation("UPDATE anchor_confirmation SET size = size + 1", "confirmed")),
    Kind("setting: file of checkpoints in git", "The setting anchors no longer names the git branch.", anchor_unset(0)),
    Kind("setting: stamps", "The setting anchors no longer names the time-stamp authority.", anchor_unset(1)),
    Kind("setting: another branch", "The setting anchors names another branch of the repository.", another_branch),
    Kind("setting: certificates", "The setting timestamp_ca is removed.", authorities_unset),
]  # fmt: skip
