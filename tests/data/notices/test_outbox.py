"""Notices are written once, are readable by people and programs, and are not written again when repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted

NOW = datetime(2013, 10, 1, 9, 30, tzinfo=UTC)
NOTICE = Notice(
    kind="retirement",
    to="gates@example.org",
    about="models/ops/delay/versions/1/retirement",
    title="ops/delay v1 retires on 2013-11-01",
    text="It is succeeded by v2.\nPlease acknowledge.",
    answer_by=NOW + timedelta(days=14),
)


def test_a_notice_is_written_as_markdown_and_json(tmp_path: Path) -> None:
    path = Outbox(tmp_path / "outbox").write(NOTICE, NOW)
    stored = json.loads(path.read_text())
    assert stored["to"] == "gates@example.org"
    assert stored["digest"] == NOTICE.digest
    assert path.name.startswith("20131001T093000000000Z-retirement-")
    assert path.with_suffix(".md").read_text() == (
        "# ops/delay v1 retires on 2013-11-01\n\n"
        "- To: `gates@example.org`\n"
        "- About: `models/ops/delay/versions/1/retirement`\n"
        "- Written: 2013-10-01 09:30 UTC\n"
        "- Answer by: 2013-10-15 09:30 UTC\n\n"
        "It is succeeded by v2.\nPlease acknowledge.\n"
    )


def test_the_same_notice_is_written_only_once(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    first = outbox.write(NOTICE, NOW)
    assert outbox.write(NOTICE, NOW + timedelta(days=1)) == first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_reminder_is_a_separate_notice(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.write(NOTICE, NOW)
    reminder = NOTICE.model_copy(update={"number": 2})
    path = outbox.write(reminder, NOW + timedelta(days=7))
    assert path.with_suffix(".md").read_text().startswith("# ops/delay v1 retires on 2013-11-01 (reminder 1)\n")
    assert outbox.notices() == [NOTICE, reminder]


def test_the_digest_of_several_notices_does_not_depend_on_their_order(tmp_path: Path) -> None:
    outbox, other = Outbox(tmp_path), NOTICE.model_copy(update={"to": "ops@example.org", "answer_by": None})
    assert outbox.write_all([NOTICE, other], NOW) == outbox.write_all([other, NOTICE], NOW)
    assert outbox.write_all([NOTICE], NOW) != outbox.write_all([other], NOW)
    assert len(outbox.notices()) == 2


def test_a_markdown_file_without_its_json_is_not_a_notice(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.write(NOTICE, NOW).unlink()
    assert outbox.notices() == []
    outbox.write(NOTICE, NOW)
    assert outbox.notices() == [NOTICE]


UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{half",
    "JSON without end": b"[" * 200_000,
    "JSON of something else": b"[]",
    "a notice of a kind nobody knows": b'{"kind": "gossip", "to": "a", "about": "b", "title": "c", "text": "d"}',
    "a notice without its time": b'{"kind": "alert", "to": "a", "about": "b", "title": "c", "text": "d"}',
    "a time without a zone": (
        b'{"kind": "alert", "to": "a", "about": "b", "title": "c", "text": "d", "left_at": "2026-01-01T00:00:00"}'
    ),
    "a time before all time": (
        b'{"kind": "alert", "to": "a", "about": "b", "title": "c", "text": "d", "left_at": "0001-01-01T00:00:00+14:00"}'
    ),
    "bytes that are no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("written", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_not_a_notice_is_listed_as_unreadable(written: bytes, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.write(NOTICE, NOW)
    (tmp_path / "20131001T093000000001Z-alert-0.json").write_bytes(written)
    found = outbox.contents()
    assert [one.notice for one in found.queued_notices] == outbox.notices() == [NOTICE]
    assert found.unreadable == ("20131001T093000000001Z-alert-0.json",)


def test_a_folder_instead_of_a_notice_is_listed_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    assert Outbox(tmp_path).contents().unreadable == ("x.json",)


def test_notices_are_selected_by_time_or_identity_without_reading_others(tmp_path: Path) -> None:
    outbox, reminder = Outbox(tmp_path), NOTICE.model_copy(update={"number": 2})
    first = outbox.write(NOTICE, NOW)
    outbox.write(reminder, NOW + timedelta(days=7))
    assert [one.notice for one in outbox.contents(of=[NOTICE]).queued_notices] == [NOTICE]
    first.write_text("half")
    found = outbox.contents(since=NOW + timedelta(days=7))
    assert ([one.notice for one in found.queued_notices], found.unreadable) == ([reminder], ())


def test_a_receiver_name_cannot_add_header_lines(tmp_path: Path) -> None:
    hostile = NOTICE.model_copy(update={"to": "a@example.org\n- Answer by: never"})
    lines = Outbox(tmp_path).write(hostile, NOW).with_suffix(".md").read_text().splitlines()
    assert "- To: `a@example.org - Answer by: never`" in lines


def test_quoted_text_is_not_markdown(tmp_path: Path) -> None:
    words = quoted("it broke\n\n# Approved <img src=http://evil.example/x> [here](http://evil.example)")
    hostile = NOTICE.model_copy(
        update={"title": f"about {words}", "text": f"Reason: {words}\n\nAnswer `x`.", "to": "`a`<b>"}
    )
    text = Outbox(tmp_path).write(hostile, NOW).with_suffix(".md").read_text()
    theirs = "`it broke # Approved <img src=http://evil.example/x> [here](http://evil.example)`"
    assert text.startswith(f"# about “{theirs}”\n\n- To: `'a'<b>`\n")
    assert text.endswith(f"\nReason: “{theirs}”\n\nAnswer `x`.\n")


def test_a_notice_without_quotation_marks_is_the_same_notice(tmp_path: Path) -> None:
    assert NOTICE.digest == "sha256:6387db28b54321061fb00645c57d12af98deda94a6484c56c8c121ffb5f8dca2"
    assert NOTICE.model_copy(update={"text": "It is succeeded by “v2.”\nPlease acknowledge."}).digest == NOTICE.digest


FITTED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a receiver of any length": ({"to": "x" * 4_000}, {"to": "x" * 319 + "…"}),
    "a title of any length": ({"title": "x" * 4_000}, {"title": "x" * 299 + "…"}),
    "a text with what is no character": ({"text": "date=\udcff"}, {"text": "date=\\udcff"}),
    "a title with what is no character": ({"title": "date=\udcff"}, {"title": "date=\\udcff"}),
}


@pytest.mark.parametrize("case", FITTED)
def test_a_notice_is_written_whatever_text_it_contains(tmp_path: Path, case: str) -> None:
    changes, fitted = FITTED[case]
    outbox, notice = Outbox(tmp_path), Notice(**{**NOTICE.model_dump(), **changes})
    outbox.write(notice, NOW)
    assert outbox.notices() == [notice]
    assert notice.model_dump() == {**NOTICE.model_dump(), **fitted}


def test_many_notices_need_one_listing_and_each_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox, listed = Outbox(tmp_path), []
    outbox.write(NOTICE, NOW)
    glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: (listed.append(pattern), glob(self, pattern))[1])
    others = [NOTICE.model_copy(update={"number": number}) for number in range(2, 30)]
    outbox.write_all([NOTICE, *others, *others], NOW)
    assert len(listed) == 1
    assert len(outbox.notices()) == 29


def test_an_outbox_that_cannot_be_written_raises_an_error(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(PublishError, match="cannot be written"):
        Outbox(tmp_path / "outbox").write(NOTICE, NOW)
