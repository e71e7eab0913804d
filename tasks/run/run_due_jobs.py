"""Do what came due, one thing after the other: what fails, looking for it too, is reported and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from data.errors import ModelwardError
from data.records.names import short
from data.records.run_context import RunContext

Act = Callable[[], str]
"""Does one thing and says what was done, in words; nothing when there was nothing to do after all."""

Due = tuple[str, Act]
"""The key of what is concerned, and what to do about it."""

FAILED = "failed"


def run_due_jobs(jobs: Mapping[str, Callable[[RunContext], Iterable[Due]]], run: RunContext) -> dict[str, list[str]]:
    """Each job looks for its work when its turn comes; answers what was done, by job, and under `failed` what not."""
    report: dict[str, list[str]] = {}
    for name, find in jobs.items():
        done, failed = _settle(name, find, run)
        if done:
            report[name] = done
        if failed:
            report.setdefault(FAILED, []).extend(failed)
    return report


def _settle(name: str, find: Callable[[RunContext], Iterable[Due]], run: RunContext) -> tuple[list[str], list[str]]:
    done: list[str] = []
    failed: list[str] = []
    try:
        for key, act in find(run):
            try:
                said = act()
            except Exception as error:  # noqa: BLE001 – told with its name; what comes after it is done all the same
                failed.append(_failure(key, error))
            else:
                if said:
                    done.append(said)
    except Exception as error:  # noqa: BLE001 – as above
        failed.append(_failure(f"looking for {name}", error))
    return done, failed


def _failure(key: str, error: Exception) -> str:
    if isinstance(error, ModelwardError):
        said = f"{error.what} → {error.remedy}"
    else:
        said = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return f"{short(key)}: {said}"
