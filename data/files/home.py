"""Every path under `MODELWARD_HOME`, one property each: no other module builds a path in the home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.settings import read_settings


@dataclass(frozen=True)
class Home:
    """The folder of one modelward installation. Journal, anchors and keys stand outside the database's folder."""

    root: Path

    @classmethod
    def here(cls) -> Home:
        """The home that the settings name."""
        return cls(read_settings().home)

    @property
    def database(self) -> Path:
        """The registry's DuckDB file."""
        return self.root / "registry" / "registry.duckdb"

    @property
    def lock(self) -> Path:
        """The file whose lock guards the registry."""
        return self.root / "registry" / "registry.lock"

    @property
    def journal(self) -> Path:
        """The journal of event bodies, one a line."""
        return self.root / "journal" / "events.jsonl"

    @property
    def anchor(self) -> Path:
        """The append-only file of signed checkpoints."""
        return self.root / "anchors" / "checkpoints.txt"

    @property
    def keys(self) -> Path:
        """The signing key and the sealed seeds, 0700."""
        return self.root / "keys"

    @property
    def artifacts(self) -> Path:
        """Artifacts and evidence by digest."""
        return self.root / "artifacts"

    @property
    def inbox(self) -> Path:
        """Submissions packed by digest, where a worker can see them."""
        return self.root / "inbox"

    @property
    def profiles(self) -> Path:
        """Cached profiles of log partitions."""
        return self.root / "profiles"

    @property
    def serving(self) -> Path:
        """Manifests that servers follow."""
        return self.root / "serving"

    @property
    def outbox(self) -> Path:
        """Notices to people, one file each."""
        return self.root / "outbox"

    @property
    def reports(self) -> Path:
        """Rendered reports and dossiers."""
        return self.root / "reports"

    @property
    def backups(self) -> Path:
        """Copies of the registry."""
        return self.root / "backups"

    @property
    def up(self) -> Path:
        """The status file of `modelward up` and the logs of its processes."""
        return self.root / "up"

    def logs(self, model: str) -> Path:
        """The prediction log of a model, by its key `models/team/name`."""
        return self.root / "logs" / model.removeprefix("models/")

    def labels(self, model: str) -> Path:
        """The label log of a model, by its key."""
        return self.root / "labels" / model.removeprefix("models/")

    def manifest(self, model: str, environment: str, slot: str) -> Path:
        """The manifest of a slot: `serving/<team>/<name>/<environment>/<slot>/current.json`; for the champion in
        production `serving/<team>/<name>/current.json`."""
        folder = self.serving / model.removeprefix("models/")
        plain = environment == "production" and slot == "champion"
        return (folder if plain else folder / environment / slot) / "current.json"
