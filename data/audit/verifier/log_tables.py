"""Compares what the registry keeps beside its checkpoints: the frontier of each, and what every anchor confirmed.

A frontier lets the next write continue the tree without reading the log. A confirmation tells an anchor that lost
checkpoints from one that could not be reached.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from data.audit.verifier.catalog import AttachedRegistry
from data.audit.verifier.checkpoints import Source
from data.audit.verifier.report import Findings

_NODE = 64
_NUMBER = re.compile(r"^\d+-")
_BRANCH = re.compile(r"([^#]+)#([^@]+)(?:@.+)?")


def check_frontiers(registry: AttachedRegistry, roots: Mapping[int, bytes], findings: Findings) -> None:
    """Add a finding for each frontier that has another root than the events; `roots` has those, by size.

    A checkpoint that was signed before events were sealed has none.
    """
    ((first_sealed,),) = registry.rows("SELECT min(seq) FROM audited.main.audit_event WHERE seal IS NOT NULL")
    for size, frontier in registry.rows("SELECT size, frontier FROM audited.main.checkpoint ORDER BY size"):
        is_earlier = frontier is None and first_sealed is not None and size <= first_sealed
        if size in roots and not is_earlier and _root_of(str(frontier), size) != roots[size]:
            findings.add("the frontier is not that of the events", table="checkpoint", key=str(size))


def _root_of(frontier: str, size: int) -> bytes:
    """Return the root (RFC 6962 §2.1) of a frontier in the form of the head of the log; empty for another form."""
    nodes = [frontier[place : place + _NODE] for place in range(16, len(frontier), _NODE)]
    if frontier[:16] != f"{size:016x}" or len(nodes) != size.bit_count() or not size:
        return b""
    try:
        *others, root = [bytes.fromhex(node) for node in nodes]
    except ValueError:
        return b""
    for node in reversed(others):
        root = hashlib.sha256(b"\x01" + node + root).digest()
    return root


def check_confirmations(registry: AttachedRegistry, sources: Sequence[Source], findings: Findings) -> None:
    """Add a finding for each anchor that ends before the checkpoint that it confirmed: it lost checkpoints.

    An anchor that is missing or empty has a finding already. One that is not compared, because it is not set any more
    or its copy has another name, is left out.
    """
    ends = dict[str, int]()
    for source in sources:
        if source.notes:
            # A copy of an anchor that is not in the home has a number before its name.
            ends |= dict.fromkeys((_NUMBER.sub("", source.file), source.file), max(source.sizes(), default=0))
    for name, size in registry.rows("SELECT anchor, size FROM audited.main.anchor_confirmation ORDER BY anchor"):
        file = _file_of(str(name))
        if ends.get(file, size) < size:
            what = f"the anchor {file} ends at size {ends[file]}, and has confirmed size {size}: it lost checkpoints"
            findings.add(what, table="anchor_confirmation", key=str(name))


def _file_of(name: str) -> str:
    """Return the name of the file of an anchor, or of the copy of a git branch; `name` is `<location>:<anchor>`."""
    anchor = name.partition(":")[2]
    branch = _BRANCH.fullmatch(anchor)
    return f"{branch[1]}-{branch[2].replace('/', '-')}.git.jsonl" if branch else anchor
