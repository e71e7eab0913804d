"""The page for an auditor says what is in the folder, and how to verify it with a bare Python."""

from __future__ import annotations

from data.audit.export_readme import export_readme

FIELDS = {
    "origin": "o", "taken_at": "t", "events": 9, "withheld": 0, "scope": "all", "vkey": "the-key", "log_id": "0",
}  # fmt: skip


def test_the_page_names_scope_key_and_command() -> None:
    page = export_readme(FIELDS)
    assert "contains everything of the log `o`" in page
    assert "9 events." in page
    assert "python3 -I -S verify.py" in page
    assert "    the-key\n" in page


def test_the_page_of_a_model_says_what_is_withheld() -> None:
    page = export_readme({**FIELDS, "scope": "models/a/b", "withheld": 4})
    assert "the model `models/a/b`" in page
    assert "of which 4 about other models are withheld" in page
    assert len(page.split("\n")) < 70
