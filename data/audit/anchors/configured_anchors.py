"""The anchors of a home: its own file, and those that the settings name."""

from __future__ import annotations

from pathlib import Path

from data.audit.anchors.anchor import AnchorSink, confirmed_name
from data.audit.anchors.file_anchor import FileAnchor
from data.audit.anchors.git_anchor import GitAnchor
from data.audit.anchors.timestamp_anchor import TimestampAnchor
from data.errors import ConfigurationError
from data.files.home import Home
from data.settings import AnchorSetting, Settings


def configured_anchors(home: Home, settings: Settings) -> list[AnchorSink]:
    """Return the anchor file of the home, and the anchors in the settings. Raises ConfigurationError."""
    sinks: list[AnchorSink] = [FileAnchor(home.anchor)]
    sinks += [_sink(one, home, settings.timestamp_ca) for one in settings.anchors]
    names = [confirmed_name(sink) for sink in sinks]
    for name in names:
        if names.count(name) > 1:
            what = f"two anchors have the name {name}, so that the registry cannot distinguish what they confirmed"
            raise ConfigurationError(what, "give one of them another name of its file or repository")
    return sinks


def _sink(setting: AnchorSetting, home: Home, authorities: Path | None) -> AnchorSink:
    if setting.kind == "git":
        return GitAnchor(Path(setting.place), setting.branch, setting.remote, setting.location)
    if setting.kind == "file":
        return FileAnchor(Path(setting.place), setting.location)
    if authorities is None:
        what = f"the anchor {setting.place} is a time-stamp authority, and timestamp_ca is not set"
        raise ConfigurationError(what, "set timestamp_ca to a file with its root certificate in PEM form")
    return TimestampAnchor(home.anchor.parent, setting.place, authorities, setting.location)
