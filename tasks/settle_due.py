"""Do what came due, one thing after the other: one that fails is reported and stops none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from data.errors import ModelwardError
from data.records.names import short
from tasks.carry_out_operation import Run

Act = Callable[[], str]
"""Does one thing and says what was done, in words; nothing when there was nothing to do after all."""

Due = tuple[str, Act]
"""The key of what is concerned, and what to do about it."""

FAILED = "failed"


def settle_due(jobs: Mapping[str, Callable[[Run], Iterable[Due]]], run: Run) -> dict[str, list[str]]:
    """Each job looks for its work when its turn comes; answers what was done, by job, and under `failed` what not."""
    report: dict[str, list[str]] = {}
    for name, find in jobs.items():
        done, failed = _settle(find, run)
        if done:
            report[name] = done
        if failed:
            report.setdefault(FAILED, []).extend(failed)
    return report


def _settle(find: Callable[[Run], Iterable[Due]], run: Run) -> tuple[list[str], list[str]]:
    done: list[str] = []
    failed: list[str] = []
    for key, act in find(run):
        try:
            said = act()
        except (ModelwardError, OSError) as error:
            failed.append(_failure(key, error))
        else:
            if said:
                done.append(said)
    return done, failed


def _failure(key: str, error: ModelwardError | OSError) -> str:
    said = f"{error.what} → {error.remedy}" if isinstance(error, ModelwardError) else str(error)
    return f"{short(key)}: {said}"
