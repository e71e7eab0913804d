"""The settings: the only place that reads the environment, each value with where it came from.

Order, the first that says something wins: environment (`MODELWARD_…`), `modelward.toml` in the working
directory, the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.errors import ConfigurationError

DEFAULTS: Mapping[str, str] = {
    "home": "var",
    "actor": "",
    "anchors": "",
    "lock_wait_seconds": "30",
}
LONGEST_WAIT_SECONDS = 3_600


@dataclass(frozen=True)
class Setting:
    """One setting: its value and whether the environment, the file or the default gave it."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Settings:
    """Every setting, resolved once."""

    settings: tuple[Setting, ...]

    def __getitem__(self, name: str) -> str:
        return next(one.value for one in self.settings if one.name == name)

    @property
    def home(self) -> Path:
        """The folder under which all run-time state lives."""
        return Path(self["home"]).expanduser().absolute()

    @property
    def lock_wait_seconds(self) -> float:
        """How long a command waits for the registry before it names the holder. Raises ConfigurationError."""
        text = self["lock_wait_seconds"]
        try:
            seconds = float(text)
        except ValueError as error:
            raise ConfigurationError(f"lock_wait_seconds is {text!r}, not a number", "set it to seconds") from error
        if not 0 <= seconds <= LONGEST_WAIT_SECONDS:
            raise ConfigurationError(
                f"lock_wait_seconds is {text!r}", f"set it to between 0 and {LONGEST_WAIT_SECONDS} seconds"
            )
        return seconds

    @property
    def anchors(self) -> tuple[tuple[Literal["local", "off-host"], Path], ...]:
        """Anchor files beside the home's own, from `off-host:/mnt/worm/notes.txt, local:/srv/notes.txt`.

        `off-host` says that the folder is kept by another machine. Raises ConfigurationError.
        """
        return tuple(_anchor(part.strip()) for part in self["anchors"].split(",") if part.strip())


def _anchor(text: str) -> tuple[Literal["local", "off-host"], Path]:
    location, _, path = text.partition(":")
    if location not in ("local", "off-host") or not Path(path).is_absolute():
        raise ConfigurationError(
            f"anchors names {text!r}", "write `local:` or `off-host:` and an absolute path, several with commas"
        )
    return ("off-host" if location == "off-host" else "local"), Path(path)


def read_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings from the environment and `modelward.toml`. Raises ConfigurationError for a broken file."""
    environment = os.environ if environment is None else environment
    file = file or Path("modelward.toml")
    written = _read_file(file) if file.is_file() else {}
    return Settings(tuple(_resolve(name, environment, written, file) for name in DEFAULTS))


def _resolve(name: str, environment: Mapping[str, str], written: Mapping[str, object], file: Path) -> Setting:
    variable = f"MODELWARD_{name.upper()}"
    if environment.get(variable):
        return Setting(name, environment[variable], f"environment {variable}")
    if name in written:
        return Setting(name, str(written[name]), f"file {file}")
    return Setting(name, DEFAULTS[name], "default")


def _read_file(file: Path) -> Mapping[str, object]:
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}", 'write it as TOML, `home = "var"`') from error
    unknown = sorted(set(written) - set(DEFAULTS))
    if unknown:
        raise ConfigurationError(f"{file} sets {', '.join(unknown)}", f"known settings are {', '.join(DEFAULTS)}")
    for name, value in written.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise ConfigurationError(f"{file} sets {name} to {value!r}", f'write one text or number, `{name} = "…"`')
    return written
