"""Reads the settings, each with its source; no other module reads the environment.

The first source that has a value is used: the environment (`MODELWARD_…`), then `modelward.toml` in the working
directory, then the default.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from data.errors import ConfigurationError
from data.text.file_text import read_file_text

DEFAULTS: Mapping[str, str] = {
    "home": "var",
    "actor": "",
    "anchors": "",
    "timestamp_ca": "",
    "lock_wait_seconds": "30",
    "served_group": "",
    "served_mode": "",
    "longest_silence_days": "400",
    "backups_kept": "",
    "prefect_port": "4200",
    "prefect_login": "",
    "evidence_port": "4290",
    "evidence_url": "",
    "notice_webhooks": "",
    "notice_webhook_hosts": "",
    "notice_webhook_networks": "",
    "notice_webhook_secret": "",
    "notice_webhook_secret_file": "",
    "notice_webhook_ca": "",
    "notice_mail": "",
    "notice_channels": "",
    "notice_days": "7",
}
SECRET = frozenset({"prefect_login", "notice_webhooks", "notice_webhook_secret", "notice_mail", "notice_channels"})
HIDDEN = "(set, not shown)"
SERVED_MODES = ("0600", "0640", "0644")
LONGEST_WAIT_SECONDS = 3_600
LONGEST_SILENCE_DAYS = 36_500
FEWEST_BACKUPS = 7
"""The number of the newest attested backups that are never pruned."""
MOST_BACKUPS = 100_000
HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class Setting:
    """One setting: its name, its value, and its source (environment, file or default)."""

    name: str
    value: str
    source: str

    @property
    def shown(self) -> Setting:
        """The setting as it may be printed: the value of a secret is replaced by a fixed text."""
        return replace(self, value=HIDDEN) if self.name in SECRET and self.value else self


@dataclass(frozen=True)
class Settings:
    """The value and source of every setting."""

    settings: tuple[Setting, ...]

    def __getitem__(self, name: str) -> str:
        return next(one.value for one in self.settings if one.name == name)

    @property
    def home(self) -> Path:
        """The absolute path of the folder that holds all run-time state."""
        return Path(self["home"]).expanduser().absolute()

    @property
    def lock_wait_seconds(self) -> float:
        """How many seconds a command waits for the registry's lock. Raises ConfigurationError."""
        text = self["lock_wait_seconds"]
        try:
            seconds = float(text)
        except ValueError as error:
            what = f"lock_wait_seconds is {text!r}, which is not a number"
            raise ConfigurationError(what, "set it to a number of seconds") from error
        if not 0 <= seconds <= LONGEST_WAIT_SECONDS:
            raise ConfigurationError(
                f"lock_wait_seconds is {text!r}, which is out of range",
                f"set it to between 0 and {LONGEST_WAIT_SECONDS} seconds",
            )
        return seconds

    @property
    def served_mode(self) -> int | None:
        """The mode of the files in the served folder, given in octal digits; None if it is not set.

        Raises ConfigurationError unless the owner can read and write, and others at most read.
        """
        text = self["served_mode"]
        if not text:
            return None
        if text not in SERVED_MODES:
            raise ConfigurationError(
                f"served_mode is {text!r}, which is not a mode for served files",
                f"choose one of {', '.join(SERVED_MODES)}",
            )
        return int(text, 8)

    @property
    def longest_silence_days(self) -> int:
        """How many days after the last event a clock is still believed. Raises ConfigurationError."""
        text = self["longest_silence_days"]
        if not text.isdecimal() or not 1 <= int(text) <= LONGEST_SILENCE_DAYS:
            raise ConfigurationError(
                f"longest_silence_days is {text!r}, which is not a number of days",
                f"set it to a whole number between 1 and {LONGEST_SILENCE_DAYS}",
            )
        return int(text)

    @property
    def backups_kept(self) -> int | None:
        """How many of the newest attested backups are kept; None keeps all. Raises ConfigurationError."""
        text = self["backups_kept"]
        if not text:
            return None
        if not text.isdecimal() or not FEWEST_BACKUPS <= int(text) <= MOST_BACKUPS:
            raise ConfigurationError(
                f"backups_kept is {text!r}, which is not a number of backups",
                f"set it to a whole number from {FEWEST_BACKUPS} on, or leave it empty to keep every backup",
            )
        return int(text)

    @property
    def prefect_port(self) -> int:
        """The loopback port of the Prefect server; 0 means any free port. Raises ConfigurationError."""
        return self._port("prefect_port")

    @property
    def evidence_port(self) -> int:
        """The loopback port of the evidence pages; 0 means any free port. Raises ConfigurationError."""
        return self._port("evidence_port")

    @property
    def prefect_login(self) -> str:
        """The login `name:password` of the Prefect server; empty for none. Raises ConfigurationError."""
        login = self["prefect_login"]
        name, _, password = login.partition(":")
        if login and not (name and password):
            raise ConfigurationError("prefect_login is not a login", "write it as name:password")
        return login

    @property
    def evidence_url(self) -> str:
        """The address of the evidence pages without a final slash; empty for none. Raises ConfigurationError."""
        url = self["evidence_url"].rstrip("/")
        if url and not url.startswith(("http://", "https://")):
            what = f"evidence_url is {url!r}, which is not an http or https address"
            raise ConfigurationError(what, "set it to an address like http://127.0.0.1:4290")
        return url

    def _port(self, name: str) -> int:
        text = self[name]
        if not text.isdecimal() or int(text) > HIGHEST_PORT:
            raise ConfigurationError(
                f"{name} is {text!r}, which is not a port",
                f"set it to between 1 and {HIGHEST_PORT}, or to 0 for a free port",
            )
        return int(text)

    @property
    def anchors(self) -> tuple[AnchorSetting, ...]:
        """Each further anchor, from a text such as `off-host:/mnt/worm/notes.txt, local:git:/srv/anchors.git#main`.

        `off-host` states that the anchor is on another host. Raises ConfigurationError.
        """
        return tuple(_anchor(part.strip()) for part in self["anchors"].split(",") if part.strip())

    @property
    def timestamp_ca(self) -> Path | None:
        """The PEM file with the root certificates of time-stamp authorities; None if it is not set.

        Raises ConfigurationError for a relative path.
        """
        path = Path(self["timestamp_ca"]).expanduser()
        if self["timestamp_ca"] and not path.is_absolute():
            what = f"timestamp_ca is {self['timestamp_ca']!r}, which is not an absolute path"
            raise ConfigurationError(what, "set it to the absolute path of a file of certificates in PEM form")
        return path if self["timestamp_ca"] else None


@dataclass(frozen=True)
class AnchorSetting:
    """One anchor in the setting: its kind and location, and its path or address; the rest is of a git anchor."""

    location: Literal["local", "off-host"]
    place: str
    kind: Literal["file", "git", "timestamp"] = "file"
    branch: str = ""
    remote: str = ""


_LOCATED = re.compile(r"(local|off-host):(.*)", re.DOTALL)
_GIT = re.compile(r"git:(/[^#@]*)#([A-Za-z0-9_][A-Za-z0-9._/-]*)(?:@([A-Za-z0-9_][A-Za-z0-9._-]*))?")
_STAMPS = re.compile(r"timestamp:(https?://\S+)")


def _anchor(text: str) -> AnchorSetting:
    located = _LOCATED.fullmatch(text)
    if located is None:
        raise _wrong_anchor(text)
    location: Literal["local", "off-host"] = "off-host" if located[1] == "off-host" else "local"
    place = located[2]
    if git := _GIT.fullmatch(place):
        return AnchorSetting(location, git[1], "git", git[2], git[3] or "")
    if (stamps := _STAMPS.fullmatch(place)) and location == "local":
        return AnchorSetting(location, stamps[1], "timestamp")
    if not Path(place).is_absolute():
        raise _wrong_anchor(text)
    return AnchorSetting(location, place)


def _wrong_anchor(text: str) -> ConfigurationError:
    return ConfigurationError(
        f"the setting anchors contains {text!r}, which is not a location and an absolute path",
        "write `local:` or `off-host:`, then the absolute path of a file, or `git:/REPOSITORY#BRANCH` or"
        " `git:/REPOSITORY#BRANCH@REMOTE`; or `local:timestamp:ADDRESS`; separate several by commas",
    )


def read_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read every setting from the environment and `modelward.toml`. Raises ConfigurationError for an invalid file."""
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
        written = tomllib.loads(read_file_text(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}", 'write it as TOML: `home = "var"`') from error
    unknown = sorted(set(written) - set(DEFAULTS))
    if unknown:
        what = f"{file} sets {', '.join(unknown)}, which modelward does not know"
        raise ConfigurationError(what, f"remove it or correct its name; known settings are {', '.join(DEFAULTS)}")
    for name, value in written.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            what = f"{file} sets {name} to {value!r}, which is neither text nor a number"
            raise ConfigurationError(what, f'write a text or a number: `{name} = "…"`')
    return written


def inherited_environment(without: str, kept: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the environment of this process for a child: without the variables whose names begin with `without`,
    except those in `kept`."""
    return {name: value for name, value in os.environ.items() if name in kept or not name.startswith(without)}
