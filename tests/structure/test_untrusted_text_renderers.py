"""Every renderer of untrusted text removes or shows each character that controls, hides, reorders, fills or stacks.

A new renderer must be added to the table below.
"""

from __future__ import annotations

import logging
import tempfile
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest

from data.notices.channels.message_text import body, for_chat, silenced, subject
from data.notices.channels.webhook import payload
from data.notices.outbox import Notice, Outbox, QueuedNotice
from data.notices.quoted_text import quoted as quoted_in_a_notice
from data.text.markdown_text import plain, quoted
from data.text.safe_log import safe_logger
from data.text.untrusted_text import STACKED, safe, visible
from modelward.cli.terminal import as_text, say
from modelward.web.responses import refusal
from tasks.run.take_steps import warn_step
from tasks.run.title_run import words
from views.charts.svg_element import element
from views.charts.svg_intervals import IntervalRow, draw_intervals
from views.pages.page_filters import inert
from views.pages.plain_markdown import as_markup

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
HARMFUL = {
    "a null": "\x00",
    "a bell": "\x07",
    "a backspace": "\x08",
    "an escape": "\x1b",
    "a delete": "\x7f",
    "a control of the second set": "\x9b",
    "a carriage return": "\r",
    "a line of its own kind": "\u2028",
    "a paragraph of its own kind": "\u2029",
    "a soft hyphen": "\u00ad",
    "a joiner of graphemes": "\u034f",
    "an Arabic letter mark": "\u061c",
    "a Hangul initial filler": "\u115f",
    "a Hangul vowel filler": "\u1160",
    "a Khmer vowel that is not shown": "\u17b4",
    "a Mongolian variation selector": "\u180b",
    "a later Mongolian variation selector": "\u180f",
    "a space without width": "\u200b",
    "a joiner without width": "\u200d",
    "a mark from right to left": "\u200f",
    "an override from right to left": "\u202e",
    "an embedding": "\u202b",
    "an isolate": "\u2066",
    "a word joiner": "\u2060",
    "an empty Braille pattern": "\u2800",
    "a Hangul filler": "\u3164",
    "a variation selector": "\ufe0f",
    "a byte order mark": "\ufeff",
    "a Hangul filler of half width": "\uffa0",
    "an interlinear annotation": "\ufff9",
    "half a surrogate pair": "\udcff",
    "a character of private use": "\ue000",
    "a code without a character": "\uffff",
    "a Khitan filler": "\U00016fe4",
    "an empty note head": "\U0001d159",
    "a tag": "\U000e0041",
    "a supplementary variation selector": "\U000e0100",
}


def notice(text: str) -> QueuedNotice:
    """Return a notice with the text in each of its fields."""
    return QueuedNotice(
        "d-1",
        Notice(kind="alert", to=text, about="models/ops/delay", title=text, text=text, aside=text, answer_by=NOW),
        NOW,
    )


def outbox_file(text: str) -> str:
    """Return the Markdown file of a notice."""
    with tempfile.TemporaryDirectory() as folder:
        return Outbox(Path(folder)).write(notice(text).notice, NOW).with_suffix(".md").read_text("utf-8")


def logged(text: str) -> str:
    """Return the message of a log record with this text."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = safe_logger("tests.renderers")
    logger.logger.addHandler(handler)
    try:
        logger.warning("the file %s cannot be read", text)
    finally:
        logger.logger.removeHandler(handler)
    return records[0].getMessage()


def logged_by_a_run(text: str) -> str:
    """Return the line of a run's log with this text as a comment and as the name of a model."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    process_log = logging.getLogger("tasks.run.take_steps")
    process_log.addHandler(handler)
    try:
        warn_step(f"the comment is {text}", model=text)
    finally:
        process_log.removeHandler(handler)
    return records[0].getMessage()


def webhook_text(text: str) -> str:
    """Return the text of a webhook's request as a receiver shows it."""
    sent = payload(notice(text))
    return f"{sent['subject']}\n{sent['text']}"


RENDERERS: dict[str, Callable[[str], str]] = {
    "a value on a terminal": as_text,
    "a page of HTML": lambda text: str(inert(text)),
    "a document on a page of HTML": lambda text: str(as_markup(text)),
    "a chart": lambda text: str(element("text", text, data=text)),
    "a chart of intervals": lambda text: draw_intervals(text, [IntervalRow(text, 1.0)], 1.0, text),
    "Markdown of a form": plain,
    "Markdown of a form, quoted": quoted,
    "a line of a form": visible,
    "a line of a log": logged,
    "a line of a run's log": logged_by_a_run,
    "the name of a run": lambda text: words("retire {version}", {"version": text}),
    "a page that refuses": lambda text: bytes(refusal(HTTPStatus.NOT_FOUND, text, text).body).decode(),
    "words inside of a notice": quoted_in_a_notice,
    "a file of the outbox": outbox_file,
    "a mail": lambda text: f"{subject(notice(text).notice)}\n{body(notice(text).notice)}",
    "a chat": lambda text: f"{for_chat(subject(notice(text).notice))}\n{for_chat(body(notice(text).notice))}",
    "another person's words in a chat": lambda text: silenced(quoted_in_a_notice(text)),
    "a webhook": webhook_text,
}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("character", HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_character_does_not_pass(renderer: str, character: str) -> None:
    shown = RENDERERS[renderer](f"pay{character}100")
    assert character not in shown
    assert "pay" in shown
    assert "100" in shown


STACKS = {
    "marks alone": "e" + "\u0301" * 40,
    "marks of several kinds": "e" + "\u0301\u20dd\u0332" * 12,
    "marks with a hidden character between them": "e" + "\u0301\u200d" * 20,
    "marks with fillers between them": "e" + "\u0301\ufe0f" * 20,
}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("text", STACKS.values(), ids=STACKS)
def test_marks_do_not_stack(renderer: str, text: str) -> None:
    run = longest = 0
    for character in RENDERERS[renderer](text):
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    assert 0 < longest <= STACKED


def test_a_line_on_a_terminal_is_made_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    say("pay\u202e100\u3164")
    assert capsys.readouterr().out == "pay\\u202e100\\u3164\n"
    assert safe("pay 100") == "pay 100"
