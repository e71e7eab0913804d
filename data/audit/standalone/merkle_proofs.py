"""Verifies proofs of RFC 6962: that an event is in a tree, and that one tree begins with another.

Both functions follow the recursive definitions of §2.1.1 and §2.1.2 backwards: the last hash of a proof is the one next
to the root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return True if the path proves that `leaf` has this index in the tree of `size` leaves with this root."""
    return 0 <= index < size and _root_of(leaf, index, size, path) == root


def is_continued(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Return True if the path proves that the first tree, of `first` leaves, is the beginning of the second one.

    Every tree begins with the empty one; this needs an empty proof.
    """
    if first == 0:
        return not path and first_root == hashlib.sha256(b"").digest()
    return 0 < first <= second and _roots_of(first, second, path, first_root, True) == (first_root, second_root)


def _root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    if size == 1 or not path:
        return leaf if size == 1 and not path else None
    middle = _largest_power_below(size)
    if index < middle:
        left = _root_of(leaf, index, middle, path[:-1])
        return None if left is None else _node(left, path[-1])
    right = _root_of(leaf, index - middle, size - middle, path[:-1])
    return None if right is None else _node(path[-1], right)


def _roots_of(
    first: int, size: int, path: Sequence[bytes], first_root: bytes, is_whole: bool
) -> tuple[bytes, bytes] | None:
    """Return the roots of the first `first` and of all `size` leaves of a subtree; None for a path of another length.

    `is_whole` says that the subtree begins with the first leaf, so that its first part is the first tree itself.
    """
    if first == size:
        if is_whole:
            return None if path else (first_root, first_root)
        return (path[0], path[0]) if len(path) == 1 else None
    if not path:
        return None
    middle = _largest_power_below(size)
    if first <= middle:
        found = _roots_of(first, middle, path[:-1], first_root, is_whole)
        return None if found is None else (found[0], _node(found[1], path[-1]))
    found = _roots_of(first - middle, size - middle, path[:-1], first_root, False)
    return None if found is None else (_node(path[-1], found[0]), _node(path[-1], found[1]))


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
