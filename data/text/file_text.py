"""Reads text that people and other tools wrote: UTF-8, with or without a byte-order mark."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

MARK: Final = "\ufeff"
"""The byte-order mark as a character; editors, spreadsheets and PowerShell write it before the text."""
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8: Final = "utf-8-sig"


def text_of(content: bytes) -> str:
    """Return the text without its byte-order mark. Raises UnicodeDecodeError."""
    return content.decode(UTF_8)


def read_file_text(path: Path) -> str:
    r"""Return the text of a file without its byte-order mark, its lines ended by `\n`.

    Raises OSError, UnicodeDecodeError.
    """
    return path.read_text(UTF_8)


def decoding_fault(error: UnicodeDecodeError) -> str:
    """Return what is wrong with bytes that are not UTF-8: they are UTF-16, or where the first wrong byte is."""
    if bytes(error.object).startswith(UTF_16):
        return "UTF-16, not UTF-8"
    return f"not UTF-8 at byte {error.start:,}"


def searched_text(content: bytes) -> str | None:
    """Return the text of a UTF-8 or UTF-16 file, for a search; None for bytes that are neither."""
    try:
        return content.decode("utf-16") if content.startswith(UTF_16) else text_of(content)
    except UnicodeDecodeError:
        return None
