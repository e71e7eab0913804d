"""A page of the documentation as its reader works through it: what is typed, filled in and shown, block by block."""

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
    """A fenced block: its language, the words beside it, its text, its line on the page, what is written before it."""

    kind: str
    about: str
    text: str
    line: int
    before: str = ""


def read_page(path: Path) -> list[Block]:
    """Every fenced block of a page, in its order."""
    text, begins, blocks = path.read_text("utf-8"), 0, []
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        blocks.append(Block(block["kind"], block["about"] or "", block["text"], line, text[begins : block.start()]))
        begins = block.end()
    return blocks


def fill_in(block: Block, folder: Path) -> None:
    """Do with a YAML file what the page says: fill in its fields."""
    path = folder / block.about
    path.write_text(filled_in(path.read_text("utf-8"), block.text), "utf-8")


def filled_in(text: str, fields: str) -> str:
    """A YAML file with its top-level fields replaced by those given, which must be there."""
    for filled in FIELD.finditer(fields):
        there = {field[1]: field[0] for field in FIELD.finditer(text)}
        assert filled[1] in there, f"there is no field {filled[1]}"
        text = text.replace(there[filled[1]], filled[0], 1)
    return text


def entries(shown: str) -> Mapping[str, str]:
    """What a person enters in a form, by the title of the field."""
    return {one["title"]: one["value"] for one in ENTRY.finditer(shown)}


def missing(shown: str, real: str) -> list[str]:
    """The first line that a page shows and the real output does not have, in that order; `…` stands for anything."""
    lines = _lines(real)
    for line in _lines(shown):
        pattern = ".*".join(re.escape(part.strip()) for part in line.split(ELIDED))
        if line.strip(ELIDED) and not any(re.fullmatch(pattern, one) for one in lines):
            return [line]
    return []


def _lines(text: str) -> Iterator[str]:
    """Lines without what differs from one run to the next: ports, and how wide a table is."""
    for line in text.splitlines():
        yield " ".join(ADDRESS.sub("127.0.0.1", line).split())
