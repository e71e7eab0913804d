"""Redaction: secrets are replaced, similar harmless values stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.registry.redaction import HIDDEN, redacted

SECRETS = {
    "a password by its name": ({"db_password": "hunter2"}, {"db_password": HIDDEN}),
    "an API key by its name": ({"Api-Key": "abc"}, {"Api-Key": HIDDEN}),
    "a token by its name": ({"access": {"token": "abc"}}, {"access": {"token": HIDDEN}}),
    "a one-time code's seed by its name": ({"seed": "JBSWY3DP", "otp": "123456"}, {"seed": HIDDEN, "otp": HIDDEN}),
    "an authorization header in a list": ([{"Authorization": "Basic x"}], [{"Authorization": HIDDEN}]),
    "a cloud key inside a text": ("use AKIAABCDEFGHIJKLMNOP now", f"use {HIDDEN} now"),
    "a forge's token": ("ghp_" + "a" * 36, HIDDEN),
    "a forge's fine-grained token": ("github_pat_" + "a" * 30, HIDDEN),
    "a chat's token": ("xoxb-1234567890-abc", HIDDEN),
    "a service key": ("key sk-" + "a" * 24, f"key {HIDDEN}"),
    "a signed web token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", HIDDEN),
    "a password in an address": ("postgres://me:hunter2@db/x", f"postgres://{HIDDEN}@db/x"),
    "a private key, all its lines": (
        "a\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nb", f"a\n{HIDDEN}\nb"
    ),
    "an enrolment's address": ("otpauth://totp/x?secret=JBSWY3DP", HIDDEN),
    "a tuple comes back as a list": (("a", "ghp_" + "a" * 36), ["a", HIDDEN]),
}  # fmt: skip
HARMLESS: dict[str, object] = {
    "a number under a secret's name": {"secret_sauce_count": 3, "seed": 42},
    "an empty text under a secret's name": {"password": ""},
    "a digest": {"evidence_digest": "sha256:" + "ab" * 32},
    "a model's name with sk- in it": "models/risk/risk-assessment-of-credit-cards/versions/1",
    "a column by the name of a secret, in a schema": {"columns": {"otp_count": "int64", "hotel_token": "string"}},
    "words that contain a secret's name": {"hotprice": "x", "seedling": "y", "tokenizer": "bpe"},
    "an address without a password": "https://example.org:8080/a@b",
    "nothing": None,
    "yes and no": [True, False, 1.5],
}


@pytest.mark.parametrize("given_,left", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_replaced(given_: object, left: object) -> None:
    assert redacted(given_) == left


@pytest.mark.parametrize("value", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_value_stays(value: object) -> None:
    assert redacted(value) == value


def test_a_nested_secret_in_a_schema_is_replaced() -> None:
    assert redacted({"columns": {"a": {"password": "x"}}}) == {"columns": {"a": {"password": HIDDEN}}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_a_second_redaction_changes_nothing(value: object) -> None:
    assert redacted(redacted(value)) == redacted(value)
