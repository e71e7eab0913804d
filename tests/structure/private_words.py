"""Words and phrases that the project does not use, each with what to write instead.

They are metaphors of the authors or old-fashioned English. A reader whose first language is not English has to guess
them. Only words that are always wrong here belong in this table.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

INSTEAD: Mapping[str, str] = {
    r"house(?:hold)?s?": "supervisor, project, registry: whatever is meant",
    r"furnish\w*": "provision",
    r"farewells?": "shutdown",
    r"residents?|residence": "instance lock",
    r"tenants?": "process",
    r"shelf|shelves": "page cache",
    r"chronicles?": "timeline",
    r"ledgers?": "report, page manifest",
    r"rulings?": "rule, decision",
    r"unheard": "without evaluation",
    r"torn": "incomplete, conflicting",
    r"milder": "relaxed, less strict",
    r"in haste": "urgently, in an emergency",
    r"anew": "again",
    r"apart": "separate from, separately, except",
    r"whom": "name the person or the role",
    r"who speaks|speaks?|spoken|speaking": "the acting person; says, names, communicates",
    r"wake|wakes|woken|waking": "alert, notify, page",
    r"sees? to|looked after|looks? after": "handles, cleans up",
    r"(?:is|are|be|been|being|was|were) told": "is notified, is passed",
    r"stands? in for|stood in for|standing in for": "represents, replaces",
    r"hand(?:s|ed|ing)? in": "submit",
    r"comes? of|came of": "the result of",
    r"glances?": "summary",
    r"hears?|heard": "ask, receive",
    r"mend(?:s|ed|ing)?": "repair, correct",
    r"by heart": "memorised",
    r"front door": "command line",
    r"way back": "rollback",
    r"by and by": "gradually",
    r"lets? go": "release",
    r"made up for": "caught up",
    r"outlives?|outlast(?:s|ed)?": "run longer than",
    r"lest": "so that … not",
    r"puts? (?:[\w'`-]+ ){0,5}right(?= and\b| or\b|[^\w ]|$)": "correct",
    r"puts? back": "restore",
    r"ma(?:d|k)e good": "completed, repaired",
    r"(?:time|date|day)s? to come": "in the future",
    r"(?:runs? out|ran out|running out)(?! of)": "expire",
    r"bears? on|borne on": "concerns, affects",
    r"(?:held|holds?) (?:\w+ )?against": "compared with",
    r"unseen": "hidden, undetected",
    r"(?:words|text) of others": "untrusted text",
    r"what stands?": "the present state, the votes so far",
    r"hand(?:s|ed) (?:\w+ )?on": "pass",
    r"told": "notified, named, known",
    r"doors?": "command line, check",
    r"in clear": "unencrypted",
    r"all the same": "still",
    r"in their own right": "directly, not as a deputy",
}
STORED: Mapping[str, str] = {
    r"house policy": "an authority in people's own standards",
    r"^milder$": "a field of an event's data",
    r"^tenants$": "a key of the status file that earlier versions wrote",
    r"^labels told twice$": "a kind of log fault, in caches and in the subjects of alerts",
    r"`told`": "the name that decision 0018 quotes",
}
"""What keeps its name because it is stored or quoted, each with the reason."""
STORED_NAMES: Mapping[str, str] = {"apart_from_validator": "a parameter of adopted standards and a field of requests"}
"""The names in the code that are names of stored fields, each with the reason."""
ALLOWED = re.compile("|".join(STORED))
PRIVATE = re.compile(rf"\b(?:{'|'.join(INSTEAD)})\b", re.IGNORECASE)


def words_in(text: str) -> list[str]:
    """Return the private words of a text, in order."""
    return [" ".join(match[0].lower().split()) for match in PRIVATE.finditer(ALLOWED.sub("", " ".join(text.split())))]


def prose(path: Path, tree: ast.Module | None = None) -> Iterator[tuple[int, str]]:
    """Yield line and text of all prose in a file: strings, docstrings and comments of Python, else each paragraph.

    `tree` is the syntax tree of the file, if it is known.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        for block in re.finditer(r"(?:.*\S.*\n?)+", text):
            yield text.count("\n", 0, block.start()) + 1, block[0]
        return
    for node in ast.walk(tree or ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def places(path: Path, tree: ast.Module | None = None) -> list[tuple[int, str]]:
    """Return line and word of each private word in a file."""
    return [(line, word) for line, text in prose(path, tree) for word in words_in(text)]
