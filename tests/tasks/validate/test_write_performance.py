"""The performance section is generated from the recorded metrics."""

from __future__ import annotations

from data.records.run_context import RunContext
from data.records.version import Section
from tasks.validate.measure_version import collect_version, measure_version
from tasks.validate.write_performance import write_performance
from tests.judged_model import DEV, V1
from tests.world import World


def test_the_section_is_stored_by_digest_and_describes_these_metrics(judged: World) -> None:
    measure_version.fn(collect_version.fn(V1, "production"), RunContext(DEV, judged.now, "run-v"))
    digest = write_performance.fn(V1, RunContext(DEV, judged.now, "run-v"))
    (section,) = judged.find(Section, version=V1, name="performance")
    text = judged.artifacts.read(digest).decode()
    assert (section.text_digest, section.words, section.generated) == (digest, len(text.split()), True)
    assert section.described_digest == section.current_digest is not None
    assert "| auc | training | all |" in text
    assert write_performance.fn(V1, RunContext(DEV, judged.now, "run-v")) == digest
