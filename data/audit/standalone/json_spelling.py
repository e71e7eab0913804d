"""Reads one JSON object and accepts it only in the form of RFC 8785, in which each value has exactly one spelling.

The fast path reads a body, writes it again and compares. Python writes some reals and some key orders differently from
RFC 8785; only bodies that contain those take the exact path.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

plain_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
"""Return a JSON value as text, the same text for equal values; for most values it is the RFC 8785 text."""
_BEYOND_BASIC_PLANE = re.compile(rb"[\xf0-\xff]")
_EXACT_DIGITS = 15


class SpellingError(ValueError):
    """A value has no RFC 8785 form, or is written in another form. A ValueError, as JSON readers raise."""


def read_object(body: bytes) -> dict[str, Any] | None:
    """Return the object that the bytes spell in RFC 8785 form; None if they are anything else."""
    try:
        text = body.decode("utf-8")
        found, end = _READER.raw_decode(text)
        if type(found) is not dict or end != len(text):
            return None
        plain = _BEYOND_BASIC_PLANE.search(body) is None and plain_text(found) == text
        return found if plain or spell(found) == text else None
    except (ValueError, RecursionError):
        return None


def spell(value: object) -> str:
    """Return the RFC 8785 text of a JSON value. Raises SpellingError for a value without such a text."""
    if isinstance(value, dict):
        # RFC 8785 §3.2.3: names are sorted by their UTF-16 code units.
        named = sorted(value.items(), key=lambda item: str(item[0]).encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join([plain_text(str(name)) + ":" + spell(inner) for name, inner in named]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([spell(inner) for inner in value]) + "]"
    return spell_real(value) if isinstance(value, float) else plain_text(value)


def spell_real(real: float) -> str:
    """Return the text of a real as ECMA-262 §6.1.6.1.20 writes it. Raises SpellingError for NaN and infinities."""
    if not math.isfinite(real):
        raise SpellingError(real)
    if real == 0:
        return "0"
    if real < 0:
        return "-" + spell_real(-real)
    mantissa, _, exponent = repr(real).partition("e")
    whole, _, fraction = mantissa.partition(".")
    significant = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(significant))
    digits = significant.rstrip("0")
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{point - 1:+d}"


def _checked_real(token: str) -> float:
    real = float(token)
    if spell_real(real) != token:
        raise SpellingError(token)
    return real


def _checked_integer(token: str) -> int:
    """Read an integer. One of more than 15 digits may be inexact as a real, and must be spelled as that real is."""
    if len(token) > _EXACT_DIGITS:
        _checked_real(token)
    return int(token)


def _refused_constant(token: str) -> float:
    raise SpellingError(token)


_READER = json.JSONDecoder(parse_float=_checked_real, parse_int=_checked_integer, parse_constant=_refused_constant)
