"""A page of the documentation as a list of blocks: commands, fields to fill in and expected output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<kind>\w+)(?: (?P<about>[^\n]+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
FIELD = re.compile(r"^(\w+):.*\n(?:[ \t]+.*\n|-.*\n)*", re.MULTILINE)
ENTRY = re.compile(r"^(?P<title>[A-Z][^:\n]*): (?P<value>.+)$", re.MULTILINE)
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
ELIDED = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the rest of its info string, its text, its line, and the paragraphs before it."""

    kind: str
    about: str
    text: str
    line: int
    before: str = ""


def read_page(path: Path) -> list[Block]:
    """Return every fenced block of a page, in order."""
    text, begins, blocks = path.read_text("utf-8"), 0, []
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        blocks.append(Block(block["kind"], block["about"] or "", block["text"], line, text[begins : block.start()]))
        begins = block.end()
    return blocks


def fill_in(block: Block, folder: Path) -> None:
    """Fill in the fields of a YAML file with the values of a block."""
    path = folder / block.about
    path.write_text(filled_in(path.read_text("utf-8"), block.text), "utf-8")


def filled_in(text: str, fields: str) -> str:
    """Return the text of a YAML file with these top-level fields replaced; fail if one is missing in it."""
    for filled in FIELD.finditer(fields):
        there = {field[1]: field[0] for field in FIELD.finditer(text)}
        assert filled[1] in there, f"there is no field {filled[1]}"
        text = text.replace(there[filled[1]], filled[0], 1)
    return text


def entries(shown: str) -> Mapping[str, str]:
    """Return what a person enters in a form, by the title of the field."""
    return {one["title"]: one["value"] for one in ENTRY.finditer(shown)}


def missing(shown: str, real: str) -> list[str]:
    """Return the first line of the page that the output lacks, if any; lines must be in order, `…` matches anything."""
    lines = _lines(real)
    for line in _lines(shown):
        pattern = ".*".join(re.escape(part.strip()) for part in line.split(ELIDED))
        if line.strip(ELIDED) and not any(re.fullmatch(pattern, one) for one in lines):
            return [line]
    return []


def _lines(text: str) -> Iterator[str]:
    """Return the lines without what differs between runs: ports and the widths of tables."""
    for line in text.splitlines():
        yield " ".join(ADDRESS.sub("127.0.0.1", line).split())
