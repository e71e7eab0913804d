"""Which models' pages lie in a folder, and what each was made of, so that only what changed is written again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import InputError
from views.evidence_address import model_page

NAME = "pages.json"


@dataclass
class PageManifest:
    """The stamps of one folder, by the model's key."""

    folder: Path
    stamps: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> PageManifest:
        """The manifest of a folder of pages, empty for a new folder. Raises InputError for any other folder."""
        file = folder / NAME
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file", "name a folder, or for one model alone a file that ends in .html")
        if not file.is_file():
            if folder.is_dir() and any(folder.iterdir()):
                raise InputError(
                    f"{folder} holds something else", "name an empty folder, or one that does not exist yet"
                )
            return cls(folder)
        return cls(folder, _read(file))

    def has(self, key: str, stamp: str) -> bool:
        """Whether a model's pages are here as this stamp would make them."""
        return self.stamps.get(key) == stamp and (self.folder / model_page(key)).is_file()

    def write(self) -> None:
        """Write it down, so that an interrupted writing goes on where it was."""
        content = {"modelward": "evidence pages", "models": self.stamps}
        put(self.folder / NAME, json.dumps(content, indent=1, sort_keys=True) + "\n")


def put(path: Path, text: str) -> None:
    """The file whole or as it was; it can be made again, so nothing waits for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _read(file: Path) -> dict[str, str]:
    """What was written down; nothing where it cannot be read: then every page is written again."""
    try:
        return {str(key): str(stamp) for key, stamp in json.loads(file.read_text("utf-8"))["models"].items()}
    except (ValueError, LookupError, AttributeError, TypeError):
        return {}
