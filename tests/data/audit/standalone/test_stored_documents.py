"""A document is named by its digest and by an event, and what an event refers to is there."""

from __future__ import annotations

from data.audit.standalone.fault_list import FaultList
from data.audit.standalone.stored_documents import StoredDocuments

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def checked(body: bytes, refs: dict[str, object], *names: str) -> list[tuple[str, int | None]]:
    """Return place and event of each fault of an export with these documents and one event, number 4."""
    faults = FaultList()
    files = {name: {"sha256": name[-64:], "size": 1} for name in names}
    documents = StoredDocuments(files, faults, "journal")
    documents.visit(4, body, refs)
    documents.check()
    return [(one.place, one.seq) for one in faults.listed()]


def test_documents_that_an_event_names_are_right() -> None:
    body = f'{{"x":"sha256:{A}","y":"sha256:{B}"}}'.encode()
    assert checked(body, {"artifact": f"sha256:{A}", "run": "7"}, f"documents/aa/{A}", f"documents/bb/{B}", "x") == []


def test_a_document_that_no_event_names_is_a_fault() -> None:
    assert checked(b"{}", {}, f"documents/aa/{A}") == [(f"documents/aa/{A}", None)]


def test_a_document_that_an_event_refers_to_is_not_missing() -> None:
    assert checked(b"{}", {"evidence": [f"sha256:{A}", "sha256:short", 7], "standard": f"sha256:{C}"}) == [
        ("journal", 4),
        ("journal", 4),
    ]
    assert checked(b"{}", {"run": f"sha256:{A}", "artifact": None}) == []


def test_the_name_of_a_document_is_its_digest() -> None:
    faults = FaultList()
    wrong = [f"documents/ab/{A}", "documents/readme.txt", f"documents/aa/{A}/more"]
    documents = StoredDocuments({name: {"sha256": A, "size": 1} for name in wrong}, faults, "journal")
    StoredDocuments({f"documents/aa/{A}": {"sha256": B, "size": 1}}, faults, "journal")
    assert (documents.count, faults.count()) == (0, 4)
