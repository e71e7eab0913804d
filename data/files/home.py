"""Every path under `MODELWARD_HOME`, one property each: no other module builds a path in the home."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.files.file_access import PRIVATE_FOLDER, keep_private, set_folder_mode
from data.settings import read_settings

FOLDERS = (
    *("registry", "journal", "anchors", "keys", "artifacts", "inbox", "profiles", "outbox", "reports", "backups", "up"),
    *("prefect", "logs", "labels", "operations"),
)
"""The folders of a home, without the served folder: only its owner has access to them."""
GITIGNORE = ".gitignore"
PASSAGE = stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True)
class Home:
    """The folder of one modelward installation. Journal, anchors and keys are not in the database's folder.

    A process that uses a home creates files for its owner only from then on (`data/files/file_access.py`).
    """

    root: Path

    def __post_init__(self) -> None:
        keep_private()

    @classmethod
    def here(cls) -> Home:
        """Return the home that the settings specify, and restrict its folders. Raises ConfigurationError."""
        settings = read_settings()
        home = cls(settings.home)
        home.restrict(passage=bool(settings["served_group"] or settings["served_mode"]))
        return home

    def restrict(self, passage: bool = False) -> None:
        """Take access to the home and its folders from other users: earlier versions created them with the umask.

        With `passage` other users can still pass through the home to the served folder, whose mode is not changed.
        Files need no change, because nobody else can reach them. A folder without a registry is left as it is.
        """
        if not self.database.parent.is_dir():
            return
        through = stat.S_IMODE(self.root.stat().st_mode) & PASSAGE if passage else 0
        set_folder_mode(self.root, PRIVATE_FOLDER | through)
        for name in FOLDERS:
            set_folder_mode(self.root / name)

    def keep_out_of_git(self) -> None:
        """Write a `.gitignore` into the home, so that `git add` stages no key, seed or log; one that is there stays.

        A home that is the top folder of a repository holds other files too: there only the folders of a home are named.
        """
        file = self.root / GITIGNORE
        if file.exists():
            return
        names = [f"/{name}/" for name in (*FOLDERS, "serving")] if (self.root / ".git").exists() else ["*"]
        # The home itself is made here if need be; a home that cannot be written is refused by the write that follows.
        with suppress(OSError):
            self.root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as ignored:
                ignored.write(
                    "\n".join(["# Written by modelward: its keys, seeds and logs do not belong in Git.", *names, ""])
                )

    @property
    def database(self) -> Path:
        """The registry's DuckDB file."""
        return self.root / "registry" / "registry.duckdb"

    @property
    def lock(self) -> Path:
        """The file whose lock guards the registry."""
        return self.root / "registry" / "registry.lock"

    @property
    def clock(self) -> Path:
        """The file with the reading of the host's clocks at the last write."""
        return self.root / "registry" / "clock.json"

    @property
    def journal(self) -> Path:
        """The journal, with one event body on each line."""
        return self.root / "journal" / "events.jsonl"

    @property
    def anchor(self) -> Path:
        """The append-only file of signed checkpoints."""
        return self.root / "anchors" / "checkpoints.txt"

    @property
    def keys(self) -> Path:
        """The folder of the signing key and the sealed seeds, of mode 0700."""
        return self.root / "keys"

    @property
    def artifacts(self) -> Path:
        """The store of artifacts and evidence by digest."""
        return self.root / "artifacts"

    @property
    def inbox(self) -> Path:
        """The store of packed submissions by digest, which workers can read."""
        return self.root / "inbox"

    @property
    def profiles(self) -> Path:
        """The cache of profiles of log partitions."""
        return self.root / "profiles"

    @property
    def serving(self) -> Path:
        """The folder of the manifests that servers read."""
        return self.root / "serving"

    @property
    def outbox(self) -> Path:
        """The folder of notices to people, one file each."""
        return self.root / "outbox"

    @property
    def reports(self) -> Path:
        """The folder of rendered reports and dossiers."""
        return self.root / "reports"

    @property
    def backups(self) -> Path:
        """The folder of copies of the registry."""
        return self.root / "backups"

    @property
    def up(self) -> Path:
        """The status file of `modelward up` and the logs of its processes."""
        return self.root / "up"

    def logs(self, model: str) -> Path:
        """Return the folder of a model's prediction log; `model` is its key, `models/team/name`."""
        return self.root / "logs" / model.removeprefix("models/")

    def labels(self, model: str) -> Path:
        """Return the folder of a model's label log; `model` is its key, `models/team/name`."""
        return self.root / "labels" / model.removeprefix("models/")

    def manifest(self, model: str, environment: str, slot: str) -> Path:
        """Return the path of a slot's manifest: `serving/<team>/<name>/<environment>/<slot>/current.json`.

        The champion in production has the shorter path `serving/<team>/<name>/current.json`.
        """
        folder = self.serving / model.removeprefix("models/")
        plain = environment == "production" and slot == "champion"
        return (folder if plain else folder / environment / slot) / "current.json"
