"""What is wrong with a log: a value that names file and fix, so that one broken file stops nobody else's watch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.errors import LogFormatError


class FaultKind(StrEnum):
    """The ways in which a prediction or label log can be wrong."""

    MISSING_PARTITION = "missing partition"
    UNREADABLE = "unreadable file"
    MISSING_COLUMN = "missing column"
    WRONG_TYPE = "wrong type"
    TOO_LARGE = "too large"
    OTHER_DAY = "rows of another day"
    NO_ID = "rows without id"
    BAD_SCORE = "scores that are no probability"
    DUPLICATE_ID = "duplicate prediction ids"
    BAD_LABEL = "labels neither 0 nor 1"
    ORPHAN_LABEL = "labels without prediction"
    REPEATED_LABEL = "labels told twice"
    CONTRADICTING_LABEL = "contradicting labels"
    EARLY_LABEL = "labels before their prediction"
    UNCOUNTED = "features that cannot be counted"


BREAKING = frozenset(
    {
        FaultKind.UNREADABLE,
        FaultKind.MISSING_COLUMN,
        FaultKind.WRONG_TYPE,
        FaultKind.TOO_LARGE,
        FaultKind.OTHER_DAY,
    }
)
"""Faults after which a partition counts as broken: none of its rows is measured until it is written again."""


@dataclass(frozen=True)
class LogFault:
    """One fault: its kind, where (`date=…/file`, or the day of a partition), what was got, and the fix."""

    kind: FaultKind
    where: str
    what: str
    remedy: str

    @property
    def breaks(self) -> bool:
        """Whether none of the partition's rows can be measured."""
        return self.kind in BREAKING

    @property
    def text(self) -> str:
        """`where: kind: what → remedy` on one line."""
        return f"{self.where}: {self.kind}: {self.what} → {self.remedy}"

    def error(self) -> LogFormatError:
        """The fault as an error, for those who can go on only with a sound log."""
        return LogFormatError(f"{self.where}: {self.kind}: {self.what}", self.remedy)

    def told(self) -> list[str]:
        """The fault as JSON values; `LogFault.read` reads them."""
        return [self.kind.value, self.where, self.what, self.remedy]

    @classmethod
    def read(cls, told: list[str]) -> LogFault:
        """The fault that `told` wrote."""
        kind, where, what, remedy = told
        return cls(FaultKind(kind), where, what, remedy)
