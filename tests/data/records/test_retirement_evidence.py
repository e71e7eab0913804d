"""The documents of a retirement keep the form in which they are stored."""

from __future__ import annotations

from datetime import UTC, datetime

from data.records.retirement_evidence import ImpactDocument, LogCoverage, TrafficDocument, TrafficRecord

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)


def test_an_impact_document_is_read_back() -> None:
    document = ImpactDocument(
        version="models/ops/delay/versions/1",
        assessed_at=NOON,
        logs=LogCoverage(days=1, first="2013-03-31", last="2013-03-31", unreadable=()),
        seen=(TrafficRecord(consumer="gates", rows=7, last_at=NOON),),
        affected=({"system": "gates"},),
    )
    values = document.model_dump(mode="json")
    assert (values["format"], values["assessed_at"]) == ("retirement-impact-1", "2013-04-01T12:00:00.000000Z")
    assert values["seen"] == [{"consumer": "gates", "rows": 7, "last_at": "2013-04-01T12:00:00.000000Z"}]
    assert ImpactDocument.model_validate(values) == document


def test_a_traffic_document_is_read_back() -> None:
    document = TrafficDocument(
        version="models/ops/delay/versions/1",
        from_at=NOON,
        to_at=NOON,
        by_consumer={"gates": 7},
        days=(("2013-03-31", 7, "sha256:1"),),
        days_without_log=("2013-04-01",),
    )
    values = document.model_dump(mode="json")
    assert (values["format"], values["days"]) == ("retirement-traffic-1", [["2013-03-31", 7, "sha256:1"]])
    assert TrafficDocument.model_validate(values) == document
