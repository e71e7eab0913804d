"""Random texts in a database file, and conditions on them whose result Python knows too."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.files.database_file import open_database

NumberedTexts = dict[int, tuple[str | None, int]]
"""By number: a text, which may be missing, and another value."""
TextCondition = tuple[str, list[Any], Callable[[str, int], bool]]
"""SQL, its parameters, and the same in Python for a text that is not missing."""

SIZES = (5, 164, 1_000, 2_047, 2_048, 2_049, 5_000)
SHAPES = ("models/ops/m{:05d}/versions/{}", "{}{}", "models/a/{}/x{}", "é{}\U0001f600{}")


def wrong_answers(path: Path, seed_number: int) -> list[str]:
    """Fill a table, change it over several openings, and return each condition that finds other rows than Python."""
    chance = random.Random(seed_number)
    shape, size = chance.choice(SHAPES), chance.choice(SIZES)
    variety = chance.choice((1, 3, 7, 50, size))
    rows: NumberedTexts = {number: (_text(chance, shape, variety), chance.randrange(50)) for number in range(size)}
    with open_database(path, {"threads": 1}) as connection:
        connection.execute("CREATE TABLE t (i BIGINT PRIMARY KEY, s VARCHAR, g BIGINT)")
        for start in range(0, size, 500):
            batch = [(number, *rows[number]) for number in range(start, min(start + 500, size))]
            marks = ", ".join(["(?, ?, ?)"] * len(batch))
            connection.execute(f"INSERT INTO t VALUES {marks}", [value for row in batch for value in row])
    wrong: list[str] = []
    for _ in range(4):
        with open_database(path, {"threads": 1}) as connection:
            _change(connection, chance, rows, lambda: shape.format(chance.randrange(variety), chance.randrange(9)))
            for sql, values, holds in _conditions(chance, [text for text, _ in rows.values() if text]):
                found = connection.execute(f"SELECT i, s, g FROM t WHERE {sql} ORDER BY i", values).fetchall()
                known = [(i, s, g) for i, (s, g) in sorted(rows.items()) if s is not None and holds(s, g)]
                wrong += [f"{sql} with {values}"] if found != known else []
    return wrong


def _text(chance: random.Random, shape: str, variety: int) -> str | None:
    if chance.random() < 0.03:
        return None
    return shape.format(chance.randrange(variety), chance.randrange(9)) + "x" * chance.choice((0,) * 40 + (300, 5_000))


def _change(connection: Any, chance: random.Random, rows: NumberedTexts, text: Callable[[], str]) -> None:
    for number in chance.sample(sorted(rows), min(3, len(rows))):
        if chance.random() < 0.3 and len(rows) > 3:
            connection.execute("DELETE FROM t WHERE i = ?", [number])
            del rows[number]
        else:
            rows[number] = (text(), rows[number][1])
            connection.execute("UPDATE t SET s = ? WHERE i = ?", [rows[number][0], number])
    if chance.random() < 0.5:
        connection.begin()
        connection.execute("UPDATE t SET s = 'undone' WHERE g < 10")
        connection.execute("INSERT INTO t VALUES (?, 'undone', 1)", [1 << 40])
        connection.rollback()


def _conditions(chance: random.Random, texts: list[str]) -> list[TextCondition]:
    some = texts or ["x"]
    text, three = chance.choice(some), [chance.choice(some) for _ in range(3)]
    start = chance.choice(some)[: chance.choice((3, 10, 14, 16))]
    return [
        ("starts_with(s, ?)", [start], lambda s, g: s.startswith(start)),
        ("s = ?", [text], lambda s, g: s == text),
        ("(s = ? OR starts_with(s, ?))", [text, start], lambda s, g: s == text or s.startswith(start)),
        ("s IN (?, ?, ?)", three, lambda s, g: s in three),
        ("s IN (SELECT unnest(?::VARCHAR[]))", [three], lambda s, g: s in three),
        ("s NOT IN (SELECT unnest(?::VARCHAR[]))", [three], lambda s, g: s not in three),
        (
            "s >= ? AND s <= ? AND list_contains(?::VARCHAR[], s)", [min(three), max(three), three],
            lambda s, g: s in three,
        ),
        ("s >= ?", [text], lambda s, g: s.encode() >= text.encode()),
        ("s <> ? AND g < 25", [text], lambda s, g: s != text and g < 25),
        ("length(s) > 40", [], lambda s, g: len(s) > 40),
        ("split_part(s, '/', 2) = 'ops' AND g = 3", [], lambda s, g: s.split("/")[1:2] == ["ops"] and g == 3),
    ]  # fmt: skip
