"""A fault of a log as a value with place and remedy, so that one broken file does not stop the monitoring of other
models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from data.errors import LogFormatError


class LogFaultKind(StrEnum):
    """The faults that a prediction or label log can have. The values are stored in runs and caches and never change."""

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
    ALTERED_CACHE = "altered cached counts"

    @property
    def text(self) -> str:
        """The fault in plain words, for messages."""
        return PLAIN_TEXTS.get(self, self.value)


PLAIN_TEXTS: Mapping[LogFaultKind, str] = {
    LogFaultKind.BAD_SCORE: "scores that are not probabilities",
    LogFaultKind.BAD_LABEL: "labels that are neither 0 nor 1",
    LogFaultKind.REPEATED_LABEL: "labels written twice",
}
"""The texts of the kinds whose stored value is not plain English."""


BREAKING = frozenset(
    {
        LogFaultKind.UNREADABLE,
        LogFaultKind.MISSING_COLUMN,
        LogFaultKind.WRONG_TYPE,
        LogFaultKind.TOO_LARGE,
        LogFaultKind.OTHER_DAY,
    }
)
"""Faults that make a partition broken: none of its rows is measured until it is written again."""


@dataclass(frozen=True)
class LogFault:
    """One fault: its kind, where it is (`date=…/file`, or the day of a partition), what was found, and the remedy."""

    kind: LogFaultKind
    where: str
    what: str
    remedy: str

    @property
    def breaks(self) -> bool:
        """True if this fault prevents measuring any row of the partition."""
        return self.kind in BREAKING

    @property
    def text(self) -> str:
        """The fault on one line: `where: kind: what → remedy`."""
        return f"{self.where}: {self.kind.text}: {self.what} → {self.remedy}"

    def error(self) -> LogFormatError:
        """Return the fault as an error, for callers that need a log without faults."""
        return LogFormatError(f"{self.where}: {self.kind.text}: {self.what}", self.remedy)

    def to_json(self) -> list[str]:
        """Return the fault as JSON values, which `LogFault.from_json` reads."""
        return [self.kind.value, self.where, self.what, self.remedy]

    @classmethod
    def from_json(cls, values: list[str]) -> LogFault:
        """Return the fault that `to_json` wrote."""
        kind, where, what, remedy = values
        return cls(LogFaultKind(kind), where, what, remedy)
