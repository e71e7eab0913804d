"""Event bodies are RFC 8785 byte for byte, and a value without such a form is refused."""

from __future__ import annotations

import hashlib

import pytest

from data.audit.body import GENESIS_PREV, canonical, canonical_text, leaf_hash
from data.errors import InputError

REFUSED = {
    "not a number": {"x": float("nan")},
    "infinity": {"x": [float("-inf")]},
    "an integer that is not exact as a real": {"x": 2**53},
    "half a surrogate pair": {"x": "\ud800"},
    "half a surrogate pair as a key": {"\ud800": 1},
    "a key that is not text": {1: 2},
    "bytes": {"x": b"x"},
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_a_value_without_canonical_form_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(InputError, match="cannot be written to the audit log"):
        canonical(value)


def test_a_value_nested_too_deeply_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InputError):
        canonical({"x": deep})


def test_the_example_of_rfc_8785() -> None:
    """RFC 8785 §3.2.3 and §3.2.4."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_a_nested_value_is_stored_as_canonical_text() -> None:
    assert canonical_text([{"b": 1.0, "a": "é"}]) == '[{"a":"é","b":1}]'


def test_the_leaf_hash_is_that_of_rfc_6962() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert len(GENESIS_PREV) == 2 * len(leaf_hash(b""))
