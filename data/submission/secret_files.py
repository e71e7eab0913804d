"""Finds files that must not be in a submission: repositories, environment files, keys, credentials, texts with tokens.

A pack is kept for years, and everybody who works on the model can read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from data.errors import SubmissionError
from data.text.file_text import searched_text
from data.text.secret_patterns import secrets_in

LEFT_OUT = frozenset({"__pycache__", "node_modules"})
"""Folders that are never packed, besides hidden ones."""
NAMED = re.compile(
    r"(?i)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*\.(?:pem|key|p8|p12|pfx|jks|keystore|ppk|kdbx|env|tfstate|gpg)"
    r"|env|netrc|pgpass|htpasswd|kubeconfig|(?:aws[_-]?)?credentials?(?:\.\w+)?|secrets?\.(?:ya?ml|json|toml|ini|txt|csv)"
    r"|(?:.*[_-])?service[_-]?account.*\.json|client[_-]?secrets?.*\.json|(?:.*[_-])?token\.(?:json|txt|pickle)"
)
"""The names of files that hold keys and credentials."""
LARGEST_TEXT = 1 << 20
SHOWN = 20


def hidden_part(path: PurePosixPath) -> bool:
    """Return True if a part of the path is hidden, a cache or a Git repository, none of which is ever packed."""
    return any(part.startswith(".") or part in LEFT_OUT or part.endswith(".git") for part in path.parts)


def secret_files(folder: Path, paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Yield each path below the folder that must not be in a submission, with the secret that its text contains.

    A text is searched if it has at most 1 MiB. Raises OSError for a file that cannot be read.
    """
    for path in paths:
        if hidden_part(path) or NAMED.fullmatch(path.name):
            yield str(path)
        elif names := _secrets_of(folder / path):
            yield f"{path} ({', '.join(names)})"


def require_no_secret_files(folder: Path, paths: Iterable[PurePosixPath]) -> None:
    """Raise SubmissionError with every path of `secret_files`."""
    found = list(secret_files(folder, paths))
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise SubmissionError(
            f"the submission has files that must not be packed: {', '.join(found[:SHOWN])}{more}",
            "move keys and credentials out of the submission folder, remove the secrets from the texts, and replace"
            " every secret that others could have read; then register the folder again",
        )


def _secrets_of(file: Path) -> list[str]:
    """Return the forms of the secrets in a text; none for a file that is large or not a text.

    Only forms that no ordinary code has are searched: `password=…` in a program is often a name.
    """
    if file.stat().st_size > LARGEST_TEXT:
        return []
    text = searched_text(file.read_bytes())
    return [] if text is None else list(secrets_in(text, certain=True))
