"""The Merkle tree of RFC 6962 over the leaf hashes: its root is signed in checkpoints, and its proofs are checked here.

Source: RFC 6962 §2.1 (hashes, paths, proofs). The frontier is the compact range of the tree: the roots of its full
subtrees, largest first, one for each binary digit 1 of the size. Appending therefore never reads an older event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import AuditError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_SIZE_DIGITS = 16


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the full subtrees of a tree with `size` leaves, largest first: at most one for each bit of
    `size`."""

    size: int
    nodes: tuple[bytes, ...]

    @classmethod
    def empty(cls) -> Frontier:
        """Return the frontier of a log without events."""
        return cls(0, ())

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier after one more leaf hash (32 bytes, from `body.leaf_hash`)."""
        nodes = list(self.nodes)
        merges = self.size
        while merges & 1:
            leaf = _node(nodes.pop(), leaf)
            merges >>= 1
        return Frontier(self.size + 1, (*nodes, leaf))

    def root(self) -> bytes:
        """Return the Merkle tree hash of all leaves appended so far, 32 bytes."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = _node(node, root)
        return root

    def to_hex(self) -> str:
        """Return the frontier as text for the database: 16 hex digits of size, then 64 for each node."""
        return f"{self.size:0{_SIZE_DIGITS}x}" + "".join(node.hex() for node in self.nodes)

    @classmethod
    def from_hex(cls, text: str) -> Frontier:
        """Return the frontier that `to_hex` wrote. Raises `AuditError` for any other text."""
        try:
            size, packed = int(text[:_SIZE_DIGITS], 16), bytes.fromhex(text[_SIZE_DIGITS:])
        except ValueError as broken:
            raise AuditError(
                f"the Merkle frontier stored in the registry is not hexadecimal: {text[:40]!r}"
            ) from broken
        nodes = tuple(packed[i : i + HASH_BYTES] for i in range(0, len(packed), HASH_BYTES))
        frontier = cls(size, nodes)
        if len(packed) != (needed := HASH_BYTES * size.bit_count()):
            raise AuditError(
                f"the Merkle frontier of size {size} needs {needed} bytes of nodes; {len(packed)} are stored"
            )
        if frontier.to_hex() != text:
            raise AuditError(f"the Merkle frontier of size {size} is not stored in its canonical form")
        return frontier


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of the leaf hashes (RFC 6962 §2.1), 32 bytes; without leaves it is SHA-256("")."""
    frontier = Frontier.empty()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` (RFC 6962 §2.1.1), nearest sibling first.

    Raises `AuditError` when there is no such leaf.
    """
    return PartialTree(Frontier.empty(), leaves).inclusion_proof(index)


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Return the proof that the tree of the first `size` leaves is a prefix of this tree (RFC 6962 §2.1.2).

    Raises `AuditError` unless 0 < size ≤ number of leaves.
    """
    return PartialTree(Frontier.empty(), leaves).consistency_proof(size)


class PartialTree:
    """A tree whose first leaves are known by their frontier only, that of an earlier checkpoint, and the others all.

    Both proofs need nothing else: what lies before the frontier is in them by the roots of full subtrees. So a proof
    near the end of a long log costs as much as in a short one.
    """

    def __init__(self, before: Frontier, leaves: Sequence[bytes]) -> None:
        """Take the frontier of the first leaves, and the leaf hashes after them in order."""
        self._start, self._leaves = before.size, leaves
        self.size = before.size + len(leaves)
        self._full: dict[tuple[int, int], bytes] = {}
        start = 0
        for node in before.nodes:
            end = start + (1 << ((before.size - start).bit_length() - 1))
            self._full[start, end] = node
            start = end

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the audit path of leaf `index` (RFC 6962 §2.1.1), nearest sibling first.

        Raises `AuditError` when there is no such leaf, or only the frontier covers it.
        """
        if not 0 <= index < self.size:
            raise AuditError(f"there is no event {index} in a log of {self.size} events", "choose an event of the log")
        return self._path(index, 0, self.size)

    def consistency_proof(self, size: int) -> list[bytes]:
        """Return the proof that the tree of the first `size` leaves is a prefix of this tree (RFC 6962 §2.1.2).

        Raises `AuditError` unless 0 < size ≤ number of leaves, and when `size` lies before the frontier and the proof
        needs more than that.
        """
        if not 0 < size <= self.size:
            raise AuditError(
                f"a log of {self.size} events has no earlier state of size {size}",
                "choose a size from 1 to the number of events",
            )
        return self._subproof(size, 0, self.size)

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves, 32 bytes.

        Raises `AuditError` unless 0 < size ≤ number of leaves, and when `size` lies before the frontier.
        """
        if not 0 < size <= self.size:
            raise AuditError(f"a log of {self.size} events has no root of size {size}")
        return self._root(0, size)

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._root(middle, end)]
        return [*self._path(index, middle, end), self._root(start, middle)]

    def _subproof(self, size: int, start: int, end: int) -> list[bytes]:
        if size == end:
            return [self._root(start, end)] if start else []
        middle = start + _split(end - start)
        if size <= middle:
            return [*self._subproof(size, start, middle), self._root(middle, end)]
        return [*self._subproof(size, middle, end), self._root(start, middle)]

    def _root(self, start: int, end: int) -> bytes:
        """Return the root of the leaves from `start` to before `end`, one of the subtrees of this tree."""
        if (start, end) in self._full:
            return self._full[start, end]
        if start >= self._start:
            return root(self._leaves[start - self._start : end - self._start])
        if end - start == 1:
            raise AuditError(f"the hash of event {start} is not known: it lies before the frontier")
        middle = start + _split(end - start)
        return _node(self._root(start, middle), self._root(middle, end))


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Return True if `path` proves that `leaf` has this index in the tree of `size` leaves with the root `expected`.

    Source: RFC 9162 §2.1.3.2. Never raises; the result for a malformed proof is False.
    """
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = _node(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Return True if `path` proves that the tree of `first` leaves is a prefix of the tree of `second` leaves.

    Source: RFC 9162 §2.1.4.2. Never raises; the result for a malformed proof is False.
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    return bool(nodes) and _replay(first - 1, second - 1, nodes) == (first_root, second_root)


def _replay(node: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            older, newer = _node(sibling, older), _node(sibling, newer)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            newer = _node(newer, sibling)
        node, last = node >> 1, last >> 1
    return (older, newer) if last == 0 else None
