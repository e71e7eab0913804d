"""The receiver accepts a signed request and rejects every other."""

from __future__ import annotations

import pytest

from data.notices.channels.signature import is_genuine, signature

SECRET, CONTENT, NOW = "a secret of twenty char", b'{"a": 1}', 1_700_000_000
GOOD = signature(SECRET, NOW, "delivery-1", CONTENT)


def test_the_header_value_equals_an_independent_computation() -> None:
    import hashlib
    import hmac

    mac = hmac.new(SECRET.encode(), b"1700000000.delivery-1." + CONTENT, hashlib.sha256).hexdigest()
    assert f"t=1700000000,d=delivery-1,v1={mac}" == GOOD


def test_a_genuine_header_is_accepted_for_five_minutes() -> None:
    assert is_genuine(SECRET, GOOD, CONTENT, NOW + 299)
    assert is_genuine(SECRET, GOOD, CONTENT, NOW - 299)


FORGED: dict[str, tuple[str, str, bytes, int]] = {
    "another secret": ("another secret of twenty", GOOD, CONTENT, NOW),
    "another body": (SECRET, GOOD, b'{"a": 2}', NOW),
    "replayed later": (SECRET, GOOD, CONTENT, NOW + 301),
    "another time": (SECRET, GOOD.replace("t=1700000000", "t=1700000009"), CONTENT, NOW),
    "another delivery": (SECRET, GOOD.replace("delivery-1", "delivery-2"), CONTENT, NOW),
    "no time": (SECRET, GOOD.replace("t=1700000000,", ""), CONTENT, NOW),
    "a time that is none": (SECRET, GOOD.replace("t=1700000000", "t=²"), CONTENT, NOW),
    "no signature": (SECRET, GOOD.split(",v1")[0], CONTENT, NOW),
    "letters outside of ASCII": (SECRET, GOOD.split("v1=")[0] + "v1=é", CONTENT, NOW),
    "nothing": (SECRET, "", CONTENT, NOW),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_header_is_refused_with(forged: tuple[str, str, bytes, int]) -> None:
    assert not is_genuine(*forged)
