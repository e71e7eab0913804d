"""Changes to files that are made from the record, and to those that facts are taken from or that people keep:
cached counts of monitoring, the provenance of a submission, and the receipt of a vote.

Each has a checker of its own: the code that reads the file in normal use.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from data.audit.standalone.proof_verification import verify_event_proof
from data.errors import SubmissionError
from data.files.content_seal import SEAL_KEY
from data.logs.profile_cache import BEGINNING, ProfileCache
from data.submission.delivery import delivered_provenance
from tests.tampering.derived_files import COUNTS
from tests.tampering.flipped_bit import flip
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome

ALTERED = "was altered"


def receipt(home: TamperedHome, back: int = 1) -> Path:
    """Return the receipt of the last event, or of an earlier one."""
    return home.live / f"receipt-{home.size - back}"


def check_counts(home: TamperedHome) -> list[str]:
    """Read each count as monitoring does; return the names of those that were altered."""
    cache = ProfileCache(home.home.profiles, home.home.keys)
    for day, _ in COUNTS:
        cache.get(day)
    return [f"the count {name} {ALTERED}" for name in cache.altered]


def check_provenance(home: TamperedHome) -> list[str]:
    """Read the provenance as a registration does."""
    try:
        delivered_provenance(home.home, home.submission)
    except SubmissionError as refused:
        return [refused.what]
    return []


def check_receipt(home: TamperedHome) -> list[str]:
    """Verify the receipt with the key that the approver noted, and compare its number with the one they noted."""
    report = verify_event_proof(receipt(home), [home.key.vkey])
    other = [] if not report.ok or report.index == home.size - 1 else ["it is the receipt of another event"]
    return [one.what for one in report.faults] + other


def count(change: Callable[[Path, random.Random], object]) -> Tamper:
    """Change the file of one cached count."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(chosen.choice(sorted(home.home.profiles.glob("*/*"))), chosen)
        return ExpectedFinding(None, ALTERED)

    return tamper


def more_rows(path: Path, _: random.Random) -> None:
    path.write_bytes(path.read_bytes().replace(b"00}", b"01}"))


def cut(path: Path, chosen: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chosen.randrange(len(BEGINNING), len(content))])


def of_another_day(path: Path, _: random.Random) -> None:
    other = next(one for one in path.parent.parent.glob("*/*") if one != path)
    path.write_bytes(other.read_bytes())


def seal_flipped(path: Path, chosen: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[len(BEGINNING) + chosen.randrange(32)] ^= 1 << chosen.randrange(8)
    path.write_bytes(content)


def another_cache_key(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Seal other counts with another key, and leave the key of the home."""
    keys = home.home.root / "other-keys"
    keys.mkdir()
    (keys / SEAL_KEY).write_bytes(chosen.randbytes(32))
    cache = ProfileCache(home.home.profiles, keys)
    for day, _ in COUNTS:
        cache.put(b'{"rows": 1}', day)
    return ExpectedFinding(None, ALTERED)


def provenance(change: Callable[[Path, random.Random], object], says: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        (path,) = (home.home.inbox / "provenance").iterdir()
        change(path, chosen)
        return ExpectedFinding(None, says)

    return tamper


def another_submitter(path: Path, _: random.Random) -> None:
    path.write_text(path.read_text("utf-8").replace('"dev"', '"eve"'), "utf-8")


def kept(change: Callable[[Path, random.Random], object], says: str = "") -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(receipt(home), chosen)
        return ExpectedFinding(None, says)

    return tamper


def of_another_event(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    receipt(home).write_bytes(receipt(home, back=2).read_bytes())
    return ExpectedFinding(None, "another event")


def line_removed(path: Path, chosen: random.Random) -> None:
    lines = path.read_bytes().split(b"\n")
    del lines[chosen.choice([place for place, line in enumerate(lines) if line])]
    path.write_bytes(b"\n".join(lines))


KINDS = [
    Kind("count: other rows", "A number in a cached count is edited.", count(more_rows), "counts"),
    Kind("count: seal", "One bit of the seal of a cached count is flipped.", count(seal_flipped), "counts"),
    Kind("count: cut", "The end of a cached count is removed.", count(cut), "counts"),
    Kind("count: of another day", "A cached count is that of another day.", count(of_another_day), "counts"),
    Kind("count: of another key", "Other counts are sealed with another key.", another_cache_key, "counts"),
    Kind("provenance: another submitter", "The provenance of a submission names another submitter.",
         provenance(another_submitter, "not as it was written"), "submission"),
    Kind("provenance: bit", "One bit of the provenance of a submission is flipped.",
         provenance(flip, ""), "submission"),
    Kind("provenance: emptied", "The provenance of a submission is emptied.",
         provenance(lambda path, _: path.write_bytes(b""), ""), "submission"),
    Kind("receipt: bit", "One bit of the receipt of an event is flipped.", kept(flip), "receipt"),
    Kind("receipt: line removed", "A line of the receipt of an event is removed.", kept(line_removed), "receipt"),
    Kind("receipt: of another event", "A receipt is replaced by that of another event.", of_another_event, "receipt"),
]  # fmt: skip
