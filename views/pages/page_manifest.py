"""The manifest of a folder of evidence pages: a digest for each model, so that only changed pages are written again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import InputError
from data.files.file_fault import file_faults
from views.evidence_address import model_page

NAME = "pages.json"


@dataclass
class PageManifest:
    """The manifest of one folder; `stamps` maps a model's key to the digest of what its pages were made from."""

    folder: Path
    stamps: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> PageManifest:
        """Return the manifest of a folder of pages, empty for a new or empty folder.

        Raises InputError for a file, or for a folder with other contents.
        """
        file = folder / NAME
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file", "choose a folder, or for a single model a file that ends in .html")
        if not file.is_file():
            if folder.is_dir() and any(folder.iterdir()):
                raise InputError(
                    f"{folder} contains files that are not evidence pages", "choose an empty or a new folder"
                )
            return cls(folder)
        return cls(folder, _read(file))

    def has(self, key: str, stamp: str) -> bool:
        """Return True if the folder contains the model's pages and they were made from content with this digest."""
        return self.stamps.get(key) == stamp and (self.folder / model_page(key)).is_file()

    def write(self) -> None:
        """Write the manifest, so that an interrupted report continues with the models that are missing."""
        content = {"modelward": "evidence pages", "models": self.stamps}
        replace_file(self.folder / NAME, json.dumps(content, indent=1, sort_keys=True) + "\n")


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


def _read(file: Path) -> dict[str, str]:
    """Return the stamps in a manifest; none if it cannot be read, so that every page is written again."""
    try:
        return {str(key): str(stamp) for key, stamp in json.loads(file.read_text("utf-8"))["models"].items()}
    except (ValueError, LookupError, AttributeError, TypeError):
        return {}
