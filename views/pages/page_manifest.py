"""The manifest of a folder of evidence pages: a digest for each model, so that only changed pages are written again.

It also has the digest of each page, and a seal: a page, or a manifest, that somebody changed is written again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from data.errors import InputError
from data.files.artifacts import file_digest
from data.files.content_seal import ContentSeal
from data.files.file_fault import file_faults
from data.files.manifest import digest_of
from data.records.names import model_of
from views.evidence_address import INVENTORY, model_page

NAME = "pages.json"


@dataclass
class PageManifest:
    """The manifest of one folder; `stamps` maps a model's key to the digest of what its pages were made from.

    `pages` maps the address of each page to the digest of the page. `is_sound` is False if somebody changed the
    manifest: then nothing in it counts.
    """

    folder: Path
    seal: ContentSeal = field(repr=False, compare=False)
    stamps: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    is_sound: bool = True

    @classmethod
    def of(cls, folder: Path, seal: ContentSeal) -> PageManifest:
        """Return the manifest of a folder of pages, empty for a new or empty folder, or if its seal does not fit.

        Raises InputError for a file, or for a folder with other contents; SigningKeyError.
        """
        file = folder / NAME
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file", "choose a folder, or for a single model a file that ends in .html")
        if not file.is_file():
            if folder.is_dir() and any(folder.iterdir()):
                raise InputError(
                    f"{folder} contains files that are not evidence pages", "choose an empty or a new folder"
                )
            return cls(folder, seal)
        found = _read(file, seal)
        return cls(folder, seal, *found) if found is not None else cls(folder, seal, is_sound=False)

    def has(self, key: str, stamp: str) -> bool:
        """Return True if the folder contains the model's pages as they were made from content with this digest."""
        if self.stamps.get(key) != stamp or model_page(key) not in self.pages:
            return False
        return not any(address.startswith(f"{key}/") for address in self.altered)

    @cached_property
    def altered(self) -> tuple[str, ...]:
        """The addresses of the pages that are missing or not as they were written; the name of a changed manifest."""
        pages = (one for one, digest in sorted(self.pages.items()) if _digest_in(self.folder / one) != digest)
        return (*pages, *(() if self.is_sound else (NAME,)))

    @cached_property
    def added(self) -> tuple[str, ...]:
        """The addresses of the pages in the folder that no report wrote; none where an earlier version wrote it."""
        if INVENTORY not in self.pages:
            return ()
        there = {one.relative_to(self.folder).as_posix() for one in self.folder.rglob("*.html")}
        return tuple(sorted(there - self.pages.keys()))

    @cached_property
    def _by_model(self) -> dict[str, set[str]]:
        """The addresses of the pages of each model: all of them are not searched again for each model."""
        found: dict[str, set[str]] = {}
        for address in self.pages:
            found.setdefault(_model_of(address), set()).add(address)
        return found

    def put(self, address: str, text: str) -> None:
        """Write a page. Raises FileError."""
        replace_file(self.folder / address, text)
        self.pages[address] = digest_of(text)
        self._by_model.setdefault(_model_of(address), set()).add(address)

    def replace(self, key: str, pages: Iterable[tuple[str, str]]) -> int:
        """Write the pages of a model, or those of no model for an empty key; remove those that it no longer has.

        Return the number of pages written. Raises FileError.
        """
        former = self._by_model.pop(key, set())
        for address in former:
            self.pages.pop(address, None)
        count = 0
        for address, text in pages:
            self.put(address, text)
            count += 1
        for address in former - self.pages.keys():
            with file_faults(self.folder / address):
                (self.folder / address).unlink(missing_ok=True)
        return count

    def write(self) -> None:
        """Write the manifest, so that an interrupted report continues with the models that are missing."""
        content = {"modelward": "evidence pages", "models": self.stamps, "pages": self.pages}
        sealed = {**content, "seal": self.seal.seal(NAME, _bytes(content)).hex()}
        replace_file(self.folder / NAME, json.dumps(sealed, indent=1, sort_keys=True) + "\n")


def replace_file(path: Path, text: str) -> None:
    """Write the file by renaming a complete new one; it is not flushed to disk, because it can be made again.

    Raises FileError.
    """
    with file_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.write_text(text, "utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _model_of(address: str) -> str:
    """Return the key of the model of a page; empty for a page of no model."""
    return model_of(address) if address.startswith("models/") else ""


def _read(file: Path, seal: ContentSeal) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return the stamps and pages in a manifest; None if it is not as it was written: every page is written again."""
    try:
        content = dict(json.loads(file.read_text("utf-8")))
        given = bytes.fromhex(content.pop("seal"))
        stamps, pages = dict(content["models"]), dict(content["pages"])
    except (ValueError, LookupError, AttributeError, TypeError):
        return None
    return (stamps, pages) if seal.fits(NAME, _bytes(content), given) else None


def _bytes(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _digest_in(path: Path) -> str:
    """Return the digest of a file; an empty text if it cannot be read."""
    try:
        return file_digest(path)
    except OSError:
        return ""
