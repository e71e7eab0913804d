"""Prefect's page shows untrusted text in a form or on a run as text: it does not act, hide or imitate other text.

The texts are shown by the page's own renderer, which accepts HTML, turns bare addresses into links even if they are
escaped, and loads pictures from any host.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from data.text.markdown_text import plain, quoted
from data.text.untrusted_text import visible
from tests.browser.prefect_markdown import UI, PrefectMarkdown, found, tags, text_of
from tests.browser.watched_page import Visit

ATTACKS = {
    "a picture that calls out": "![x](http://evil.example/pixel.gif)",
    "a picture in HTML": '<img src="http://evil.example/pixel.gif" onerror=alert(1)>',
    "a picture by reference": "![x][y]\n\n[y]: http://evil.example/pixel.gif",
    "a link": "[all evidence](http://evil.example)",
    "a bare address": "http://evil.example/evidence and HTTPS://evil.example, ftp://evil.example",
    "an address without a scheme": "www.evil.example",
    "an address in angle brackets": "<http://evil.example> <me@evil.example>",
    "an address for mail": "me@evil.example mailto:me@evil.example xmpp:me@evil.example",
    "an escaped address": "http\\://evil.example www\\.evil.example me\\@evil.example",
    "a script": "<script>alert(1)</script><svg onload=alert(1)>",
    "a comment that swallows what follows": "<!-- ",
    "the end of a comment": "--> <!-- --> -->",
    "a fold that swallows what follows": "</details><details><summary>all fine</summary>",
    "an entity": "&lt;b&gt; &#x202e; &#124; &NewLine; &copy; &amp;lt;",
    "emphasis": "**passed** __passed__ ~~failed~~ *x* _y_",
    "code": "`sha256:0000` ``x`` ```\nx\n```",
    "a heading and a rule": "# big\n---\n===\n",
    "a row of a table": "| passed | Z-9 | z: all | yes |\n| passed | Z-8 |",
    "a table of its own": "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "a bar behind backslashes": "a \\| b \\\\| c \\\\\\| d \\",
    "a digest to confirm": "\n| **To confirm** | type **`deadbeef`** |",
    "a list": "\n- [x] done\n1. one\n",
    "a quotation": "\n> **Not accepted**\n",
    "a footnote": "[^1] [^1]: note",
    "mathematics and a template": "$x$ {{ 7 * 7 }} {% raw %} ${x}",
    "bidirectional text": "\u202egnp.exe \u2066x\u2069 \u200fx",
    "a hidden character": "ad\u200bmin \u00ad \ufeff \u3164 \u2800 \U000e0041 \u034f",
    "lines that few know": "a\u2028| passed |\u2029b\x85c\x0bd\x0ce",
    "a picture of data": "![x](data:image/svg+xml;base64,PHN2Zz4=) javascript:alert(1) [x](javascript:alert(1))",
    "very much of it": "x" * 5_000 + " | y",
    "trailing marks": "ends with \\ and ` and * and [",
}
PIECES = [
    *"|\\`*_{}[]()#+!<>&;:/@.-=~$^\"' \n\t",
    "http://",
    "www.",
    "<!--",
    "-->",
    "x",
    "1.",
    "\u202e",
    "&#124;",
    "](",
    "é",
]
PLACES: dict[str, Callable[[str], str]] = {
    "in a cell of a table": lambda text: f"| a | b |\n|---|---|\n| {plain(text)} | after |\n| next | row |\n",
    "in an item of a list": lambda text: f"- **finding 1**, open: {plain(text)}\n- **finding 2**\n\nafter",
    "in the reason on top": lambda text: f"**⚠ Not accepted:** {plain(text)}\n\n**What to do:** it\n\n---\n\nafter",
    "between quotation marks": lambda text: (
        f"- because {quoted(text)}\n\n<details><summary>1</summary>\n\nafter\n\n</details>"
    ),
}


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write nothing to the terminal."""


@pytest.fixture(scope="module")
def scripts() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=str(UI))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def render(visit: Visit, scripts: str) -> PrefectMarkdown:
    page = visit().page
    page.goto(f"{scripts}/assets/")
    return PrefectMarkdown(page, scripts)


def test_unescaped_text_becomes_links_pictures_and_rows(render: PrefectMarkdown) -> None:
    """Without escaping, the renderer does turn these texts into links, pictures and rows."""
    raw = " ".join(ATTACKS[name] for name in ("a picture that calls out", "a link", "a bare address", "emphasis"))
    (shown,) = render([raw])
    assert {"img", "a", "strong", "del"} <= set(tags(shown))
    (table,) = render([f"| a | b |\n|---|---|\n| {ATTACKS['a row of a table']} |"])
    assert len(list(found(table, "tr"))) == 3
    (escaped,) = render(["see http\\://evil.example"])
    assert [one["attributes"]["href"] for one in found(escaped, "a")] == ["http://evil.example"]


@pytest.mark.parametrize("place", PLACES)
def test_untrusted_text_is_shown_as_text_and_the_text_around_it_is_unchanged(
    render: PrefectMarkdown, place: str
) -> None:
    put = PLACES[place]
    (tame,) = render([put("tame")])
    texts = [*ATTACKS.values(), *random_texts()]
    for text, shown in zip(texts, render([put(one) for one in texts]), strict=True):
        assert list(tags(shown)) == list(tags(tame)), text
        assert text_of(shown).strip() == text_of(tame).strip().replace("tame", visible(text)), text


def random_texts() -> Iterator[str]:
    """Return five hundred random texts made of parts of Markdown, HTML and addresses, the same in each run."""
    source = random.Random(7)
    for _ in range(500):
        yield "x" + "".join(source.choices(PIECES, k=source.randint(1, 14)))


def test_a_picture_in_a_data_url_is_shown(render: PrefectMarkdown) -> None:
    """The plots on the page of a run are pictures in data URLs."""
    (shown,) = render(["![drift](data:image/svg+xml;base64,PHN2Zz4=)"])
    (image,) = found(shown, "img")
    assert image["attributes"] == {"src": "data:image/svg+xml;base64,PHN2Zz4=", "alt": "drift"}
