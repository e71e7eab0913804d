"""Lines, values and random bytes that an export never contains, each tried on a copy of an export.

Each function returns what the verification accepted or placed wrongly: an empty list if all of it was found. Tests try
a few with a fixed seed; tests/soak tries all of them with many.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.audit.keys import SigningKey
from data.audit.standalone.export_report import report_text
from data.audit.standalone.export_verification import verify_export
from tests.exports import edit_json, edit_lines, flip, forge_manifest

JOURNAL, NOTES, ANCHOR, TABLE = "log/journal.jsonl", "log/checkpoints.jsonl", "log/anchor-1.jsonl", "tables/model.jsonl"
READ_BY_LINES = (JOURNAL, NOTES, ANCHOR, TABLE)
DEEP = b"[" * 100_000
LINES: dict[str, bytes] = {
    "an empty line": b"",
    "no JSON": b"\xff\x00\xfe",
    "deeply nested": b'{"a":' + DEEP + b"]" * 100_000 + b"}",
    "an open nesting": DEEP,
    "a number of 5000 digits": b'{"a":' + b"1" * 5000 + b"}",
    "not a number": b'{"a":NaN}',
    "an infinite number": b'{"a":1e999}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate as a note": b'"\\ud800"',
    "a name twice": b'{"a":1,"a":2}',
    "a list": b"[1,2]",
    "a text": b'"text"',
    "null": b"null",
    "two tabs": b"{}\t\t",
    "a seal that is no base64": b"{}\t!!!!",
    "a withheld event with a short hash": b"leaf 1234",
    "a line separator in a note": '"a\u2028b\\n1\\nAAAA\\n\\n— a AAAAAAAA\\n"'.encode(),
    "a note with a huge size": b'"a\\n999999999999999999999\\nAAAA\\n\\n\xe2\x80\x94 a AAAAAAAA\\n"',
}
VALUES: tuple[object, ...] = (
    None, True, -1, 0, 1e300, "", "x" * 300, [], [[]], {}, {"": None}, "2013-13-01T00:00:00.000000Z",
)  # fmt: skip


def insert_lines(folder: Path, key: SigningKey, lines: Sequence[bytes]) -> None:
    """Insert lines after the first one of each file that is read by lines, and sign the manifest again."""
    for name in READ_BY_LINES:
        edit_lines(folder / name, lambda found: [*found[:1], *lines, *found[1:]])
    forge_manifest(folder, key)


def accepted_notes(folder: Path, names: Sequence[str]) -> list[str]:
    """Replace the manifest or its note by each of the named lines; return those that are no fault of that file."""
    accepted = []
    for file in ("manifest.note", "manifest.json"):
        content = (folder / file).read_bytes()
        for name in names:
            (folder / file).write_bytes(LINES[name])
            if file not in [one.place for one in verify_export(folder).faults]:
                accepted.append(f"{file}: {name}")
        (folder / file).write_bytes(content)
    return accepted


def accepted_values(folder: Path, key: SigningKey, chosen: random.Random, rounds: int) -> list[str]:
    """Give a field of genesis or of event 7 a value of another type; return those not found at that event."""
    content = (folder / JOURNAL).read_bytes()
    genesis = json.loads(content.split(b"\n")[0].partition(b"\t")[0])
    fields = [(0, "data", name) for name in genesis["data"]] + [(7, name, "") for name in genesis]
    accepted = []
    for number, name, inner in chosen.sample(fields, min(rounds, len(fields))):
        value = chosen.choice(VALUES)

        def edit(event: dict[str, object], name: str = name, inner: str = inner, value: object = value) -> None:
            event[name] = {**event[name], inner: value} if inner else value  # type: ignore[dict-item]

        edit_json(folder / JOURNAL, number, edit)
        forge_manifest(folder, key)
        report = verify_export(folder)
        if report.ok or report.first_bad_seq is None or report.first_bad_seq > number + 1:
            accepted.append(f"{name} {inner} of event {number} = {value!r}: {report.first_bad_seq}")
        (folder / JOURNAL).write_bytes(content)
    forge_manifest(folder, key)
    return accepted


def accepted_bytes(folder: Path, key: SigningKey, chosen: random.Random, rounds: int) -> list[str]:
    """Change bytes of a file at random and sign the manifest again; return the changes that were not found."""
    files = [folder / name for name in (*READ_BY_LINES, "tables/version.jsonl", "manifest.json")]
    accepted = []
    for _ in range(rounds):
        path = chosen.choice(files)
        content = path.read_bytes()
        start = chosen.randrange(len(content))
        end = start + chosen.choice((0, 1, 2, 50))
        path.write_bytes(content[:start] + chosen.randbytes(chosen.choice((0, 1, 3, 40))) + content[end:])
        changed = path.read_bytes() != content
        manifest = (folder / "manifest.json").read_bytes(), (folder / "manifest.note").read_bytes()
        if path.name != "manifest.json":
            forge_manifest(folder, key)
        report = verify_export(folder)
        if report.ok is changed or not report_text(report).replace("\n", "").isprintable():
            accepted.append(f"{path.name} {start}:{end}")
        path.write_bytes(content)
        if path.name != "manifest.json":
            for name, former in zip(("manifest.json", "manifest.note"), manifest, strict=True):
                (folder / name).write_bytes(former)
    return accepted


def files_of(folder: Path) -> list[Path]:
    """Return every file of an export in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def places(files: Sequence[Path], chosen: random.Random, samples: int) -> Iterator[tuple[Path, int]]:
    """Yield file and offset of `samples` bytes of each file, or of every byte of a smaller one."""
    for path in files:
        size = path.stat().st_size
        yield from ((path, offset) for offset in sorted(chosen.sample(range(size), min(samples, size))))


def accepted_flips(folder: Path, chosen: Sequence[tuple[Path, int]]) -> list[str]:
    """Change one bit of each of these bytes, one after the other; return those that were not found."""
    accepted = []
    for path, offset in chosen:
        flip(path, offset, 1 << offset % 8)
        if verify_export(folder).ok:
            accepted.append(f"{path.name}:{offset}")
        flip(path, offset, 1 << offset % 8)
    return accepted


def accepted_cuts(folder: Path, files: Sequence[tuple[Path, bool]]) -> list[str]:
    """Remove each file, or take its last byte if the second value says so; return those that were not found."""
    accepted = []
    for path, is_cut in files:
        content = path.read_bytes()
        path.unlink()
        if is_cut:
            path.write_bytes(content[:-1] or b"\n")
        if verify_export(folder).ok:
            accepted.append(f"{path.name} {'cut' if is_cut else 'missing'}")
        path.write_bytes(content)
    return accepted
