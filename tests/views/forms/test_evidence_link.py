"""The evidence is a link if pages are served, and otherwise the command that writes them."""

from __future__ import annotations

from views.forms.evidence_link import evidence_fact, evidence_lines

PAGE, KEY = "models/ops/delay/1.html", "models/ops/delay/versions/1"
BASE = "http://127.0.0.1:4290/"


def test_the_evidence_is_a_link_if_pages_are_served_and_otherwise_a_command() -> None:
    assert evidence_fact(PAGE, KEY, BASE)[1] == f"[read it on one page](http://127.0.0.1:4290/{PAGE})"
    assert evidence_fact(PAGE, KEY, "")[1] == "`modelward report ops/delay/1`"


def test_the_last_lines_of_an_artifact_have_the_same_link_or_command() -> None:
    assert evidence_lines(PAGE, KEY, BASE) == ["", f"[All evidence](http://127.0.0.1:4290/{PAGE})"]
    assert evidence_lines(PAGE, KEY, "") == ["", "All evidence: `modelward report ops/delay/1`"]
