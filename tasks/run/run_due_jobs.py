"""Run jobs one after the other; each finds its own work, and an error is reported without stopping other work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from data.errors import ModelwardError
from data.records.names import short
from data.records.run_context import RunContext
from tasks.run.take_steps import PLAIN_CALLS, Steps, log_step, name_step, step

Act = Callable[[], str]
"""A function that does one piece of work and returns a sentence about it, or "" when nothing was to be done."""

Due = tuple[str, Act]
"""A piece of work: the key it is about, and the function that does it."""

FindWork = Callable[[RunContext], Iterable[Due]]
FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """A job: the words that name its step, like `expire requests`, and the function that finds its work."""

    words: str
    find: FindWork


@dataclass(frozen=True)
class JobReport:
    """The sentences of what a job did and of what failed."""

    done: tuple[str, ...]
    failed: tuple[str, ...]


def run_due_jobs(jobs: Mapping[str, Job], context: RunContext, steps: Steps = PLAIN_CALLS) -> dict[str, list[str]]:
    """Run each job in turn; return what was done by job, and failures under `failed`."""
    report: dict[str, list[str]] = {}
    for name, job in jobs.items():
        done = steps.take(run_job, name, job, context)
        if done.done:
            report[name] = list(done.done)
        if done.failed:
            report.setdefault(FAILED, []).extend(done.failed)
    return report


@step("run job")
def run_job(name: str, job: Job, context: RunContext) -> JobReport:
    """Run one job; the name of its step gives the counts of what was done and what failed."""
    done: list[str] = []
    failed: list[str] = []
    name_step(job.words)
    try:
        for key, act in job.find(context):
            try:
                sentence = act()
            except Exception as error:  # noqa: BLE001 – reported with its key; later work is still done
                failed.append(_failure(key, error))
            else:
                if sentence:
                    done.append(sentence)
    except Exception as error:  # noqa: BLE001 – as above
        failed.append(_failure(f"finding work for {name}", error))
    for sentence in (*done, *failed):
        log_step(sentence)
    counts = {"done": len(done), "failed": len(failed)}
    outcome = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "none due"
    name_step(f"{job.words}: {outcome}")
    return JobReport(tuple(done), tuple(failed))


def _failure(key: str, error: Exception) -> str:
    if isinstance(error, ModelwardError):
        reason = f"{error.what} → {error.remedy}"
    else:
        reason = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return f"{short(key)}: {reason}"
