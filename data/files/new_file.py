"""Writes a file that must not exist yet, for a person who keeps it or gives it to others."""

from __future__ import annotations

from pathlib import Path

from data.errors import FileError, InputError
from data.files.durable_file import write_durably
from data.files.file_fault import described, remedy_for


def write_new_file(path: Path, content: bytes) -> None:
    """Write the file, private to its owner as all files are. Raises InputError when it exists, FileError."""
    if path.exists():
        raise InputError(f"{path} exists already", "choose another name with --to, or move that file to another folder")
    try:
        write_durably(path, content)
    except OSError as broken:
        raise FileError(described(broken, path, "written"), remedy_for(broken, path)) from broken


def write_same_file(path: Path, content: bytes) -> None:
    """Write the file unless it has this content already. Raises InputError when it has another, FileError."""
    try:
        is_there = path.is_file() and path.read_bytes() == content
    except OSError as broken:
        raise FileError(described(broken, path, "read"), remedy_for(broken, path)) from broken
    if not is_there:
        write_new_file(path, content)
