"""The environment a version was built in, as one digest: a lock file handed in, or else the packages installed."""

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
    """What was written down of the environment; `origin` is `claimed` where it is the packer's and not a lock."""

    content: bytes | None
    origin: Origin


def read_environment(folder: Path, provenance: Provenance) -> Environment:
    """The first lock file in the folder or in `code/`, else the packages where it was packed, else nothing."""
    for place in (folder, folder / "code"):
        for name in LOCKS:
            if (place / name).is_file():
                return Environment((place / name).read_bytes(), "derived")
    if provenance.packages:
        return Environment("\n".join(provenance.packages).encode() + b"\n", "claimed")
    return Environment(None, "claimed")
