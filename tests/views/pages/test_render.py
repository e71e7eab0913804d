"""The report is one file that loads nothing else, shows what happened, and escapes untrusted text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data.errors import NotFoundError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.log_proof import LogProof
from data.queries.model_snapshot import ModelSnapshot
from data.records.monitoring import MonitoringRun
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime
from tests.model_histories import HOSTILE
from tests.world import MODEL, Template, World
from views.pages.page import page_of
from views.pages.render import render, write_report

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """The elements of a page with their attributes and text; fails if an element is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element with this tag."""
        return [attributes for name, attributes, _ in self.found if name == tag]

    @property
    def text(self) -> str:
        """Return the whole text, with each run of spaces as one."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="session")
def outline(page: Path) -> Outline:
    return Outline(page.read_text("utf-8"))


@pytest.fixture
def full_world(full_history: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return full_history.copy(tmp_path / "home", monkeypatch)


def report_outline(world: World, tmp_path: Path) -> Outline:
    return Outline(write_report(world.home, MODEL, tmp_path / "report.html").read_text("utf-8"))


def test_the_page_requests_nothing(outline: Outline, page: Path) -> None:
    names = {name for _, attributes, _ in outline.found for name in attributes}
    tags = {tag for tag, _, _ in outline.found}

    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "use", "image", "a:href"}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "src", "srcset", "xlink:href"})
    assert all(one["href"].startswith("#") for one in outline.all("a"))
    assert not re.search(r"url\(|@import|https?:", page.read_text("utf-8"))


def test_the_content_policy_allows_only_the_page_style(outline: Outline) -> None:
    (policy,) = [one["content"] for one in outline.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_link_has_a_target_and_every_id_is_unique(outline: Outline) -> None:
    names = Counter(attributes["id"] for _, attributes, _ in outline.found if "id" in attributes)

    assert [name for name, times in names.items() if times > 1] == []
    assert {one["href"][1:] for one in outline.all("a")} <= set(names)


def test_every_drawing_has_a_title_and_a_description(outline: Outline) -> None:
    names = {attributes.get("id") for _, attributes, _ in outline.found}
    drawings = [one for one in outline.all("svg") if one.get("aria-hidden") != "true"]

    assert len(drawings) > 10
    assert all(one["role"] == "img" and set(one["aria-labelledby"].split()) <= names for one in drawings)


def test_every_chart_has_a_table_beside_it(page: Path) -> None:
    charts = [one for one in page.read_text("utf-8").split("<figure>") if "polyline" in one and "95 %" not in one[:40]]

    assert charts
    assert all("<table>" in one or "curve-v" in one for one in charts)


def test_untrusted_text_is_escaped(outline: Outline, page: Path) -> None:
    written = page.read_text("utf-8")

    assert "{{ 7 * 7 }} {% raw %}" in outline.text
    assert "<img" not in written
    assert not {"\u202e", "\u2066"} & set(written)
    assert "\\u202egnp.exe\\u2066" in outline.text
    assert HOSTILE not in outline.text


CONTENTS = {
    "that the past was replayed": "Replay registry.",
    "who approved": "Alma (alma)",
    "how an approval was proven": "one-time code",
    "what was concluded": "Validated: fit",
    "the answer to a finding": "Finding 1 answered",
    "who granted a waiver": "Waiver of CMP-1 granted",
    "what paged": "Page: psi:distance",
    "that a season pages nobody": "seasonal: shown, not paged follows the weather",
    "the rollback with its reason": "Rolled back from v2 to v1 it drifted",
    "the parties of the retirement": "shadow-it",
    "who accepted a silence": "Silence accepted: crew asked three times",
    "that the log held": "every event of the log was verified",
    "how to verify it": "modelward audit verify --deep",
    "the consumers seen in the logs": "unproven undeclared",
}


@pytest.mark.parametrize("words", CONTENTS.values(), ids=CONTENTS)
def test_the_report_contains(words: str, outline: Outline) -> None:
    assert words in outline.text


def test_the_report_is_written_to_the_given_path(page: Path) -> None:
    assert page.name == "delay.html"
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_model_with_nothing_but_its_registration_has_a_report(world: World, tmp_path: Path) -> None:
    world.model()

    outline = report_outline(world, tmp_path)

    assert "Nothing was monitored yet." in outline.text
    assert "No alert was raised." in outline.text
    assert "No consumer is declared" in outline.text


def test_a_wall_clock_registry_has_no_replay_banner(facts: ModelSnapshot, full_world: World) -> None:
    on_the_wall = replace(facts, time=RegistryTime("wall", full_world.now))

    outline = Outline(render(page_of(on_the_wall, LogProof(None, "busy"), full_world.now)))

    assert "eplay" not in outline.text


def test_an_unknown_model_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        write_report(world.home, "models/ops/nothing", tmp_path / "report.html")

    assert not (tmp_path / "report.html").exists()


def test_a_log_that_fails_verification_is_announced_first(full_world: World, tmp_path: Path) -> None:
    with Registry(full_world.home).store.transaction() as connection:
        connection.execute("UPDATE audit_event SET actor = 'nobody' WHERE seq = 20")

    assert "The verification of the audit log failed." in report_outline(full_world, tmp_path).text


def test_a_registry_in_use_is_reported_without_a_verification(full_world: World, tmp_path: Path) -> None:
    with full_world.registry.store.session():
        outline = report_outline(full_world, tmp_path)

    assert "The log was not verified when this page was written" in outline.text


def test_a_run_with_lost_measurements_is_named_and_the_others_are_shown(full_world: World, tmp_path: Path) -> None:
    night = full_world.find(MonitoringRun)[0]
    ArtifactStore(full_world.home.artifacts).path(night.measurements_digest).unlink()

    outline = report_outline(full_world, tmp_path)

    assert f"The measurements of a window cannot be read: {night.to_date}" in outline.text
    assert "distance: PSI" in outline.text


def test_equal_histories_give_equal_pages_except_for_the_time(full_world: World, tmp_path: Path) -> None:
    files = [write_report(Home(full_world.home.root), MODEL, tmp_path / name) for name in ("one.html", "other.html")]

    first, other = (re.sub(r"20[2-9]\d-\d\d-\d\d \d\d:\d\d UTC", "", file.read_text("utf-8")) for file in files)

    assert first == other


def test_a_deputy_who_validated_is_shown_with_the_person_represented(world: World, tmp_path: Path) -> None:
    world.grant("rita", "validator", deputy_of="vera", to_at=world.now + timedelta(days=5))
    world.validated(by="rita")
    text = Outline(write_report(world.home, MODEL, tmp_path / "delay.html").read_text("utf-8")).text
    assert "Rita (rita) as deputy of Vera (vera)" in text
    assert "as deputy of vera; scope: all of it" in text
