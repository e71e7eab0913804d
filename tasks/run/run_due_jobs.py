"""Run jobs one after the other, each finds its own work: an error, in finding too, is reported and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from data.errors import ModelwardError
from data.records.names import short
from data.records.run_context import RunContext
from tasks.run.take_steps import PLAIN_CALLS, Steps, log_step, name_step, step

Act = Callable[[], str]
"""Does one thing and returns what was done, in words; empty when there was nothing to do after all."""

Due = tuple[str, Act]
"""The key that a piece of work is about, and the work."""

FindWork = Callable[[RunContext], Iterable[Due]]
FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """A job by the words that name its step, like `expire requests`, and how it finds its work."""

    words: str
    find: FindWork


@dataclass(frozen=True)
class JobReport:
    """What a job did and what failed, each in a sentence."""

    done: tuple[str, ...]
    failed: tuple[str, ...]


def run_due_jobs(jobs: Mapping[str, Job], context: RunContext, steps: Steps = PLAIN_CALLS) -> dict[str, list[str]]:
    """Each job finds its work when its turn comes; what was done, by job, and under `failed` what was not."""
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
    """Run one job; its step is named by what was done."""
    done: list[str] = []
    failed: list[str] = []
    name_step(job.words)
    try:
        for key, act in job.find(context):
            try:
                sentence = act()
            except Exception as error:  # noqa: BLE001 – reported with its key; the work after it is done all the same
                failed.append(_failure(key, error))
            else:
                if sentence:
                    done.append(sentence)
    except Exception as error:  # noqa: BLE001 – as above
        failed.append(_failure(f"looking for {name}", error))
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
