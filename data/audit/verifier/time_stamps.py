"""Verifies the stamps of a time-stamp authority (RFC 3161): signature, imprint, and chain to a given root.

The package `rfc3161-client` does the verification. Without it, or without root certificates, the stamps stay unchecked,
and the report says so. A stamp proves that the events it covers existed at its time, so none of them may state a later
one; the clocks of the two hosts may differ by five minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.audit.verifier.anchor_lines import Stamp
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import read_note

CLOCKS_DIFFER = timedelta(minutes=5)


def check_stamps(
    name: str, stamps: Sequence[Stamp], authorities: Path | None, findings: Findings, times: Mapping[int, str]
) -> tuple[int, datetime | None]:
    """Return the greatest size that a valid stamp states, and the time of that stamp; 0 and None without one.

    `authorities` is a PEM file with root certificates, `times` the time of the last event by the size of the log. Add a
    finding for each stamp that is not valid or earlier than an event that it covers, and a remark if the stamps cannot
    be checked.
    """
    if not stamps:
        return 0, None
    try:
        from rfc3161_client import VerifierBuilder
    except ImportError:
        findings.remark(f"the signatures of the {len(stamps)} stamps in {name}: rfc3161-client is not installed")
        return 0, None
    if authorities is None:
        findings.remark(f"the signatures of the {len(stamps)} stamps in {name}: no root certificate is given")
        return 0, None
    with findings.catching(f"the certificates {authorities.name}"):
        from cryptography.x509 import load_pem_x509_certificates

        verifier = VerifierBuilder(roots=load_pem_x509_certificates(authorities.read_bytes())).build()
        valid = [found for stamp in stamps if (found := _checked(name, stamp, verifier, findings, times))]
        return max(valid, default=(0, None), key=lambda found: found[0])
    return 0, None


def _checked(
    name: str, stamp: Stamp, verifier: Any, findings: Findings, times: Mapping[int, str]
) -> tuple[int, datetime] | None:
    from rfc3161_client import decode_timestamp_response

    note = read_note(stamp.note)
    size = note.size if note else 0
    try:
        decoded = decode_timestamp_response(stamp.reply)
        verifier.verify(decoded, hashlib.sha256(stamp.note.encode("utf-8", "surrogatepass")).digest())
        at = decoded.tst_info.gen_time.astimezone(UTC)
        if size in times and datetime.fromisoformat(times[size]) > at + CLOCKS_DIFFER:
            what = f"event {size - 1} states the time {times[size]}, but a stamp in {name} shows that it existed at"
            findings.add(f"{what} {at:%Y-%m-%dT%H:%M:%SZ}", seq=size - 1)
        return size, at
    except Exception as broken:  # noqa: BLE001 - whatever a hostile stamp provokes is a finding about that stamp
        findings.add(f"the stamp of the checkpoint of size {size} in {name} is not valid: {broken}")
        return None
