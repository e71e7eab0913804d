"""Thousands of objects chosen at random have the same RFC 8785 text in the verifier as in the library of the writer.

SOAK_EXAMPLES is their number (default 3,000). The examples differ in each run.
"""

from __future__ import annotations

import json
import os

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from data.audit.standalone.json_spelling import read_object, spell
from tests.data.audit.standalone.test_json_spelling import VALUES

EXAMPLES = int(os.environ.get("SOAK_EXAMPLES", "3000"))

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]


@settings(max_examples=EXAMPLES, derandomize=False, deadline=None)
@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_the_writer_writes_is_read_back_and_written_the_same(value: dict[str, object]) -> None:
    body = rfc8785.dumps(value)  # type: ignore[arg-type]
    found = read_object(body)
    assert found == json.loads(body)
    assert spell(found).encode() == body
