"""Verifies Ed25519 signatures (RFC 8032 §5.1) with only integers, more strictly than the RFC demands.

Refused besides wrong signatures: S ≥ L, a point that is not in its canonical encoding, and a key outside the group of
prime order (small and mixed order). The equation is checked without the cofactor: the encoding of [S]B − [k]A must be
the 32 bytes R. Nothing here is secret, so no step needs constant time.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_WINDOWS = 64
"""Scalars are read as 64 digits of 4 bits; a table holds each digit's multiple for each place."""

CurvePoint = tuple[int, int, int, int]
"""A point in extended coordinates X, Y, Z, T (RFC 8032 §5.1.4)."""
PointTable = list[list[CurvePoint]]

_ZERO: CurvePoint = (0, 1, 1, 0)


def is_valid_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return True if `signature` (64 bytes) is the Ed25519 signature of the key `public` (32 bytes) over `message`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    negative_key = _table_of_negative(public)
    scalar = int.from_bytes(signature[32:], "little")
    if negative_key is None or scalar >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _L
    found = _add_points(_multiple(_base_table(), scalar), _multiple(negative_key, challenge))
    return _encode_point(found) == signature[:32]


def is_valid_key(public: bytes) -> bool:
    """Return True if the 32 bytes are the canonical encoding of a point that generates the group of prime order."""
    return len(public) == 32 and _table_of_negative(public) is not None


@lru_cache(maxsize=64)
def _table_of_negative(public: bytes) -> PointTable | None:
    point = _decode_point(public)
    if point is None:
        return None
    x, y, z, t = point
    table = _table_of((_P - x, y, z, _P - t))
    # L·A is the neutral element for each point of order L, and for the neutral element itself.
    generates = not _is_zero(point) and _is_zero(_multiple(table, _L))
    return table if generates else None


@lru_cache(maxsize=1)
def _base_table() -> PointTable:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _recover_x(y, 0) or 0
    return _table_of((x, y, 1, x * y % _P))


def _table_of(point: CurvePoint) -> PointTable:
    table = []
    for _ in range(_WINDOWS):
        row = [_ZERO]
        for _ in range(15):
            row.append(_add_points(row[-1], point))
        table.append(row)
        point = _add_points(row[-1], point)
    return table


def _multiple(table: PointTable, scalar: int) -> CurvePoint:
    found = _ZERO
    for row in table:
        digit = scalar & 15
        if digit:
            found = _add_points(found, row[digit])
        scalar >>= 4
    return found


def _add_points(first: CurvePoint, second: CurvePoint) -> CurvePoint:
    """Return the sum by the complete formulas of RFC 8032 §5.1.4, which also double."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = 2 * t1 * t2 % _P * _D % _P
    d = 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _is_zero(point: CurvePoint) -> bool:
    x, y, z, _ = point
    return x % _P == 0 and (y - z) % _P == 0


def _encode_point(point: CurvePoint) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, _P - 2, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _decode_point(encoded: bytes) -> CurvePoint | None:
    packed = int.from_bytes(encoded, "little")
    y, sign = packed & ((1 << 255) - 1), packed >> 255
    x = _recover_x(y, sign) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _recover_x(y: int, sign: int) -> int | None:
    """Return x for y and the lowest bit of x (RFC 8032 §5.1.3); None if no point has them."""
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x
