"""The anchors of a home: its own file first, then each kind that the setting names."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.anchors.configured_anchors import configured_anchors
from data.errors import ConfigurationError
from data.files.home import Home
from data.settings import read_settings


def named(folder: Path, anchors: str, **others: str) -> list[tuple[str, str, str]]:
    variables = {"MODELWARD_ANCHORS": anchors} | {f"MODELWARD_{name.upper()}": text for name, text in others.items()}
    sinks = configured_anchors(Home(folder), read_settings(variables, folder / "none"))
    return [(type(sink).__name__, sink.location, sink.name) for sink in sinks]


def test_every_kind_is_made_from_its_setting(tmp_path: Path) -> None:
    text = "off-host:/mnt/notes.txt, off-host:git:/srv/a.git#log@origin, local:timestamp:http://tsa.example:80/tsr/a"
    assert named(tmp_path, text, timestamp_ca="/etc/roots.pem") == [
        ("FileAnchor", "local", "checkpoints.txt"),
        ("FileAnchor", "off-host", "notes.txt"),
        ("GitAnchor", "off-host", "a.git#log@origin"),
        ("TimestampAnchor", "local", "stamps-tsa.example-80-tsr-a.jsonl"),
    ]


def test_an_authority_without_a_root_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="timestamp_ca is not set"):
        named(tmp_path, "local:timestamp:http://tsa.example")


def test_two_anchors_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"two anchors have the name local:checkpoints\.txt"):
        named(tmp_path, "local:/srv/checkpoints.txt")
