"""Signs webhook requests: HMAC-SHA256 over time, delivery id and body, so that a receiver can authenticate them.

The header is `Modelward-Signature: t=1700000000,d=<delivery>,v1=<hex>`. The receiver computes `v1` over `t.d.body` with
the shared secret, compares in constant time, rejects a `t` more than five minutes from its clock, and drops a `d` that
it already received.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Modelward-Signature"
SHORTEST_SECRET = 16
TOLERANCE_SECONDS = 300


def signature(secret: str, timestamp: int, delivery: str, content: bytes) -> str:
    """Return the value of the header. `timestamp` is in Unix seconds."""
    return f"t={timestamp},d={delivery},v1={_mac(secret, timestamp, delivery, content)}"


def is_genuine(secret: str, header: str, content: bytes, now: int) -> bool:
    """Check a header as a receiver does: the right secret, this body, a time within five minutes of `now` (Unix
    seconds)."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp, delivery, given = parts.get("t", ""), parts.get("d", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(given.encode(), _mac(secret, int(stamp), delivery, content).encode())


def _mac(secret: str, timestamp: int, delivery: str, content: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.{delivery}.".encode() + content, hashlib.sha256).hexdigest()
