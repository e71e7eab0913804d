"""Ed25519 by only integers agrees with published vectors and with `cryptography`, and is stricter where it must be."""

from __future__ import annotations

import hashlib
import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data.audit.standalone.curve_signature import is_valid_key, is_valid_signature

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493

# RFC 8032 §7.1: secret key, public key, message, signature.
RFC_8032 = {
    "TEST 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
            "24655141438e7a100b"
        ),
    ),
    "TEST 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
            "eeb00d291612bb0c00"
        ),
    ),
    "TEST 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
            "8dc027beceea1ec40a"
        ),
    ),
}
# The canonical encodings of the eight points of small order.
ORDER_EIGHT = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
SMALL_ORDER = {
    "the neutral point": "01" + "00" * 31,
    "order 2": "ec" + "ff" * 30 + "7f",
    "order 4": "00" * 32,
    "order 4, negative": "00" * 31 + "80",
    "order 8": ORDER_EIGHT,
    "order 8, negative": ORDER_EIGHT[:-2] + "85",
    "order 8, other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, other, negative": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
}
NOT_CANONICAL = {
    "y = p": (P).to_bytes(32, "little").hex(),
    "y = p + 1": (P + 1).to_bytes(32, "little").hex(),
    "y = 2**255 - 1": "ff" * 31 + "7f",
    "x = 0 with the sign bit": "01" + "00" * 30 + "80",
    "order 2 with the sign bit": "ec" + "ff" * 31,
    "no point on the curve": "02" + "00" * 31,
    "31 bytes": "00" * 31,
    "33 bytes": "00" * 33,
}


def keypair(number: int) -> tuple[Ed25519PrivateKey, bytes]:
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % number).digest())
    return private, private.public_key().public_bytes_raw()


def accepts(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return what `cryptography` says."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("vector", RFC_8032.values(), ids=RFC_8032)
def test_the_published_vectors_are_accepted(vector: tuple[str, str, str, str]) -> None:
    secret, public, message, signature = map(bytes.fromhex, vector)
    assert Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw() == public
    assert accepts(public, signature, message)
    assert is_valid_signature(public, signature, message)
    assert not is_valid_signature(public, signature, message + b"\0")


def test_it_agrees_with_cryptography_on_genuine_and_damaged_signatures() -> None:
    chosen = random.Random(8_032)
    for number in range(60):
        private, public = keypair(number)
        message = chosen.randbytes(chosen.randrange(200))
        signature = private.sign(message)
        assert is_valid_signature(public, signature, message)
        for _ in range(3):
            damaged = bytearray(signature)
            damaged[chosen.randrange(64)] ^= 1 << chosen.randrange(8)
            assert (
                is_valid_signature(public, bytes(damaged), message) is accepts(public, bytes(damaged), message) is False
            )
        assert not is_valid_signature(keypair(number + 1)[1], signature, message)


def test_a_signature_has_one_form_only() -> None:
    private, public = keypair(1)
    signature = private.sign(b"message")
    first, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    for other in (scalar + L, scalar + 2 * L, L, 2**256 - 1):
        if other < 2**256:
            assert not is_valid_signature(public, first + other.to_bytes(32, "little"), b"message")
    for length in (0, 32, 63):
        assert not is_valid_signature(public, signature[:length], b"message")
    assert not is_valid_signature(public, signature + b"\0", b"message")


@pytest.mark.parametrize("point", SMALL_ORDER.values(), ids=SMALL_ORDER)
def test_a_key_of_small_order_is_refused_whatever_it_signs(point: str) -> None:
    public = bytes.fromhex(point)
    assert not is_valid_key(public)
    # With A of small order, R = neutral point and S = 0 satisfy the equation for some messages.
    for number in range(16):
        assert not is_valid_signature(
            public, bytes.fromhex(SMALL_ORDER["the neutral point"]) + bytes(32), b"%d" % number
        )


@pytest.mark.parametrize("encoding", NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_a_key_in_another_encoding_is_refused(encoding: str) -> None:
    assert not is_valid_key(bytes.fromhex(encoding))
    assert not is_valid_signature(bytes.fromhex(encoding), bytes(64), b"")


def test_a_genuine_key_plus_a_point_of_small_order_is_refused() -> None:
    # −y with the same x negated is the point plus the point of order 2.
    _, public = keypair(3)
    packed = int.from_bytes(public, "little")
    y, sign = packed & (2**255 - 1), packed >> 255
    mixed = ((P - y) | ((sign ^ 1) << 255)).to_bytes(32, "little")
    assert is_valid_key(public)
    assert not is_valid_key(mixed)


def test_r_in_another_encoding_is_refused() -> None:
    _, public = keypair(4)
    for encoding in (*NOT_CANONICAL.values(), *SMALL_ORDER.values()):
        if len(encoding) == 64:
            assert not is_valid_signature(public, bytes.fromhex(encoding) + bytes(32), b"")
