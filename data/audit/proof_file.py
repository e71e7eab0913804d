"""Writes the proof of one event, and the proof that one checkpoint continues another, as small text files.

Sources: C2SP tlog-proof (one event), and the body of an add-checkpoint request of C2SP tlog-witness (consistency).
`data/audit/standalone/proof_file.py` reads both, and so do tools of others.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from data.audit.body import canonical

TLOG_PROOF = "c2sp.org/tlog-proof@v1"
EVENT_FORMAT = "modelward event v1"


def event_proof_file(index: int, path: Sequence[bytes], note: str, extra: bytes) -> str:
    """Return the proof that an event is in the log as a tlog-proof.

    `index` is the number of the event, `path` its audit path (32 bytes each, nearest sibling first), `note` the signed
    checkpoint, `extra` what `event_extra` returns.
    """
    first = f"{TLOG_PROOF}\nextra {base64.b64encode(extra).decode()}\nindex {index}\n"
    return f"{first}{_hash_lines(path)}\n{note}"


def consistency_file(size: int, path: Sequence[bytes], note: str) -> str:
    """Return the proof that the log of the checkpoint `note` continues that of an earlier checkpoint of `size` events.

    `path` are the hashes of RFC 6962 §2.1.2, 32 bytes each. The earlier checkpoint is not in the file.
    """
    return f"old {size}\n{_hash_lines(path)}\n{note}"


def event_extra(body: bytes, seal: bytes | None, seal_vkey: str, vkey: str) -> bytes:
    """Return what a proof says about its event: the body, the seal (64 bytes) or None, and the keys as text.

    `seal_vkey` is the key that sealed the event, `vkey` the key that signed the checkpoint.
    """
    return canonical({
        "body": body.decode(),
        "format": EVENT_FORMAT,
        "seal": None if seal is None else base64.b64encode(seal).decode(),
        "seal_vkey": None if seal is None else seal_vkey,
        "vkey": vkey,
    })  # fmt: skip


def _hash_lines(path: Sequence[bytes]) -> str:
    return "".join(f"{base64.b64encode(node).decode()}\n" for node in path)
