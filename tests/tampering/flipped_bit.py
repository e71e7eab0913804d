"""Flips one bit of some bytes or of a file."""

from __future__ import annotations

import random
from pathlib import Path


def flipped_bit(content: bytes, chosen: random.Random, first: int = 0, end: int | None = None) -> tuple[bytes, int]:
    """Return the bytes with one bit flipped at an offset from `first` to before `end`, and the offset."""
    offset = chosen.randrange(first, len(content) if end is None else end)
    changed = bytearray(content)
    changed[offset] ^= 1 << chosen.randrange(8)
    return bytes(changed), offset


def flip(path: Path, chosen: random.Random, first: int = 0) -> None:
    """Flip one bit of a file that is not empty."""
    content, _ = flipped_bit(path.read_bytes(), chosen, first)
    path.write_bytes(content)
