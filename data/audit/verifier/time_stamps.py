"""Verifies the stamps of a time-stamp authority (RFC 3161): signature, imprint, and chain to a given root.

The package `rfc3161-client` does the verification. Without it, or without root certificates, the stamps stay unchecked,
and the report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from data.audit.verifier.anchor_lines import Stamp
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import read_note


def check_stamps(
    name: str, stamps: Sequence[Stamp], authorities: Path | None, findings: Findings
) -> tuple[int, datetime | None]:
    """Return the greatest size that a valid stamp states, and the time of that stamp; 0 and None without one.

    `authorities` is a PEM file with root certificates. Add a finding for each stamp that is not valid, and a remark if
    the stamps cannot be checked.
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
        valid = [found for stamp in stamps if (found := _checked(name, stamp, verifier, findings))]
        return max(valid, default=(0, None), key=lambda found: found[0])
    return 0, None


def _checked(name: str, stamp: Stamp, verifier: Any, findings: Findings) -> tuple[int, datetime] | None:
    from rfc3161_client import decode_timestamp_response

    note = read_note(stamp.note)
    size = note.size if note else 0
    try:
        decoded = decode_timestamp_response(stamp.reply)
        verifier.verify(decoded, hashlib.sha256(stamp.note.encode("utf-8", "surrogatepass")).digest())
        return size, decoded.tst_info.gen_time
    except Exception as broken:  # noqa: BLE001 - whatever a hostile stamp provokes is a finding about that stamp
        findings.add(f"the stamp of the checkpoint of size {size} in {name} is not valid: {broken}")
        return None
