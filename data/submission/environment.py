"""Reads the environment in which a version was built: a submitted lock file, otherwise the installed packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.records.version import Origin
from data.submission.provenance import Provenance

LOCKS = (
    "uv.lock",
    "pylock.toml",
    "poetry.lock",
    "constraints.txt",
    "requirements.txt",
    "conda-lock.yml",
    "environment.yml",
    "renv.lock",
)


@dataclass(frozen=True)
class Environment:
    """The record of the environment, None if unknown.

    `origin` is `derived` for a lock file, and `claimed` for the packages of the packing machine.
    """

    content: bytes | None
    origin: Origin


def read_environment(folder: Path, provenance: Provenance) -> Environment:
    """Return the first lock file in the folder or in `code/`, otherwise the packages of the packing machine."""
    for place in (folder, folder / "code"):
        for name in LOCKS:
            if (place / name).is_file():
                return Environment((place / name).read_bytes(), "derived")
    if provenance.packages:
        return Environment("\n".join(provenance.packages).encode() + b"\n", "claimed")
    return Environment(None, "claimed")
