"""Judges every decision in the log again: role, independence, code, statement, count of votes, legal moves.

Shares no code with the writer: each judge is written against docs/audit-format.md and reads the events' JSON only.
"""

from data.audit.verifier.judges.judgement import JUDGES, KNOWN_RULES, PEOPLE, SHAPE_ONLY, Judging
from data.audit.verifier.judges.shapes import SHAPES

__all__ = ["JUDGES", "KNOWN_RULES", "PEOPLE", "SHAPES", "SHAPE_ONLY", "Judging"]
