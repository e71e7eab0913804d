"""Parses event bodies and checks that each is canonical JSON (RFC 8785), independently of the code that writes them.

The fast path parses a body, writes it again with sorted keys and compares: with orjson where it is installed, else with
the json module, which takes twice as long. Both differ from RFC 8785 for some reals and for keys beyond the basic
plane; bodies that differ, or may be accepted wrongly, are checked again by the exact slow path.
"""

from __future__ import annotations

import gc
import json
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import starmap
from typing import Any

try:
    import orjson

    _HAS_ORJSON = orjson.dumps([1e16, 1e-7, 0.5, "\x1f"]) == b'[1e+16,1e-7,0.5,"\\u001f"]'
    """False also for a version of orjson that spells exponents without a sign, or escapes in capitals."""
except ImportError:  # the packed verifier runs without it
    _HAS_ORJSON = False

ParsedEvent = dict[str, Any]

_WRITE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
_BEYOND_BASIC_PLANE = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
_AFTER_SURROGATES = (b"\xee", b"\xef")
"""First bytes in UTF-8 of the characters from U+10000, and of those from U+E000 to U+FFFF."""
_WHOLE_REAL = re.compile(rb"\.0[,\]}]")
"""What a whole real ends with in the text of orjson, which writes `1.0` where RFC 8785 writes `1`."""
_EARLY_EXPONENT = re.compile(rb"e-[56]")
_EXPONENT = re.compile(rb"([:,\[]-?)(\d+(?:\.\d+)?e[-+]\d+)", re.ASCII)
"""A real with an exponent. Orjson writes some reals above 1e-6 and below 1e21 so, and RFC 8785 none."""
_SAFE_DIGITS = 15
_LONG = b"0" * (_SAFE_DIGITS + 1)
_LONG_NUMBER = re.compile(rb"[:,\[]-?\d{16}", re.ASCII)
_DIGITS_AS_ZEROS = bytes(48 if 48 <= byte <= 57 else byte for byte in range(256))
"""Maps digits to zeros, so that one search finds the few bodies with an integer that may be too long to be exact."""


class NotCanonicalError(ValueError):
    """A number is not written as RFC 8785 requires. A ValueError, which JSON readers raise for invalid input."""


def parse_all(bodies: Sequence[bytes]) -> list[ParsedEvent | None]:
    """Return each body as an object, or None where the body is not one canonical JSON object."""
    if _HAS_ORJSON:
        return [_read_with_orjson(body) for body in bodies]
    events = [_parse(body) for body in bodies]
    joined = b"[%b]" % b",".join(bodies)
    try:
        is_safe = None not in events and not _order_differs(joined)
        if is_safe and _WRITE(events).encode("utf-8", "surrogatepass") == joined:
            return events
    except RecursionError:
        pass  # one body is nested too deeply; the check of each body says which
    return list(starmap(_confirm, zip(events, bodies, strict=True)))


def write(value: object) -> str:
    """Return the RFC 8785 text of a JSON value. Raises `ValueError` for a value without such a text."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_WRITE(name)}:{write(one)}" for name, one in ordered) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(one) for one in value) + "]"
    return _number(value) if isinstance(value, float) else _WRITE(value)


@contextmanager
def without_cycle_collection() -> Iterator[None]:
    """Keep Python from searching for cycles of objects: parsed events have none, and the search doubles their cost."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_with_orjson(body: bytes) -> ParsedEvent | None:
    try:
        event = orjson.loads(body)
        text = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    except (ValueError, TypeError, RecursionError):  # orjson has narrower limits of depth and size than JSON
        return _confirm(_parse(body), body)
    # The searches are in this order because most texts have no `+` and few have an exponent.
    if _EARLY_EXPONENT.search(text) or (b"+" in text and b"e+" in text):
        text = _EXPONENT.sub(_respelt, text)
    if type(event) is dict and text == body and _is_spelt_alike(text):
        return event
    return _confirm(_parse(body), body)


def _respelt(real: re.Match[bytes]) -> bytes:
    return real[1] + _number(float(real[2])).encode()


def _is_spelt_alike(text: bytes) -> bool:
    """Return True if orjson and RFC 8785 agree on whole reals, long integers and the order of names in this text."""
    is_long = _LONG in text.translate(_DIGITS_AS_ZEROS) and _LONG_NUMBER.search(text)
    return not is_long and not _WHOLE_REAL.search(text) and (text.isascii() or not _order_differs(text))


def _order_differs(text: bytes) -> bool:
    """Return True if names in the text may be sorted differently by code points, as Python does, and by UTF-16.

    That needs a character beyond the basic plane, and one from U+E000 to U+FFFF: UTF-16 sorts the former first.
    """
    return any(lead in text for lead in _BEYOND_BASIC_PLANE) and any(lead in text for lead in _AFTER_SURROGATES)


def _parse(body: bytes) -> ParsedEvent | None:
    read = _READ_EXACTLY if _LONG in body.translate(_DIGITS_AS_ZEROS) else _READ
    text = body.decode("utf-8", "replace")
    try:
        event, end = read(text)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and end == len(text) else None


def _confirm(event: ParsedEvent | None, body: bytes) -> ParsedEvent | None:
    try:
        return event if event is not None and write(event).encode() == body else None
    except (ValueError, RecursionError):
        return None


def _number(real: float) -> str:
    """Return the text of a real by ECMA-262 §6.1.6.1.20: the shortest digits that read back as the same real."""
    if not math.isfinite(real):
        raise NotCanonicalError(real)
    if real == 0:
        return "0"
    if real < 0:
        return "-" + _number(-real)
    mantissa, _, exponent = repr(real).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return _layout(digits, point)


def _layout(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _real(token: str) -> float:
    real = float(token)
    usual = repr(real) == token and "e" not in token and not token.endswith("0")
    if not usual and _number(real) != token:
        raise NotCanonicalError(token)
    return real


def _integer(token: str) -> int:
    """Parse an integer; one of more than 15 digits may be inexact as a real, so its spelling is checked as a real's."""
    if len(token) > _SAFE_DIGITS:
        _real(token)
    return int(token)


def _refuse(token: str) -> float:
    raise NotCanonicalError(token)


_READ = json.JSONDecoder(parse_float=_real, parse_constant=_refuse).raw_decode
_READ_EXACTLY = json.JSONDecoder(parse_float=_real, parse_int=_integer, parse_constant=_refuse).raw_decode
