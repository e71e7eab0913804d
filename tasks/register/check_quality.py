"""Run the quality suite of a dataset with Great Expectations and turn the results into a report of our own format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import JsonValue

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.records.row import Frozen
from data.submission.folder import Submission
from data.submission.suite import Suite, WrittenExpectation
from tasks.register.read_columns import GREATER, comparable_arguments, read_columns, with_plain_nulls
from tasks.run.take_steps import name_step, step

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 200
QualityOutcome = Literal["passed", "failed", "error", "not run"]


class Expected(Frozen):
    """The outcome of one expectation. `observed` is the observed value, `error` the reason it was not evaluated."""

    type: str
    columns: tuple[str, ...]
    severity: str
    outcome: Literal["passed", "failed", "error"]
    observed: str = ""
    error: str = ""


class QualityReport(Frozen):
    """The outcome of a suite. Only expectations of severity `critical` decide it; the others are recorded.

    `deciding` is the number of critical expectations that were evaluated.
    """

    role: str
    suite: str
    outcome: QualityOutcome
    rows: int
    row_floor: int
    deciding: int
    parameters: dict[str, JsonValue]
    expectations: tuple[Expected, ...]
    digest: str | None = None


@step("check quality")
def check_datasets(submission: Submission) -> tuple[QualityReport, ...]:
    """Run the quality suite of each dataset of a submission and return one report per dataset."""
    reports = tuple(check_quality(submission, role) for role in submission.datasets)
    outcomes = ", ".join(f"{report.role} {report.outcome}" for report in reports)
    name_step(f"check quality: {outcomes or 'no dataset'}", model=submission.model.key)
    return reports


def check_quality(submission: Submission, role: str) -> QualityReport:
    """Run the suite of one dataset and store the report as evidence; without a suite the outcome is `not run`."""
    suite = submission.suites.get(role)
    if suite is None:
        return QualityReport(
            role=role, suite="", outcome="not run", rows=submission.datasets[role].rows, row_floor=0, deciding=0,
            parameters={}, expectations=(),
        )  # fmt: skip
    report = run_suite(suite, role, submission.dataset_path(role))
    text = report.model_dump_json(indent=1, exclude={"digest"}).encode()
    return report.model_copy(update={"digest": ArtifactStore(Home.here().artifacts).put(text)})


def run_suite(suite: Suite, role: str, path: Path) -> QualityReport:
    """Run a suite on a Parquet file and return the report.

    Each call uses a Great Expectations context of its own: a shared context returned wrong verdicts.
    """
    frame = read_columns(path)
    found = _run(suite, frame)
    critical = [one for one in found if one.severity == "critical"]
    outcomes = {one.outcome for one in critical}
    return QualityReport(
        role=role,
        suite=suite.name,
        outcome="error" if "error" in outcomes or not critical else "failed" if "failed" in outcomes else "passed",
        rows=len(frame),
        row_floor=suite.row_floor,
        deciding=sum(1 for one in critical if one.outcome != "error"),
        parameters=suite.meta.parameters,
        expectations=tuple(found),
    )


def _run(suite: Suite, frame: pd.DataFrame) -> list[Expected]:
    """Return the outcome of each expectation in the order of the suite, which Great Expectations does not keep."""
    found: dict[int, Expected] = {}
    compared = {place for place, one in enumerate(suite.expectations) if one.type == GREATER}
    others = set(range(len(suite.expectations))) - compared
    if others:
        found |= _results(suite, frame, others)
    if compared:
        found |= _results(suite, with_plain_nulls(frame), compared)
    return [found[place] for place in sorted(found)]


def _results(suite: Suite, frame: pd.DataFrame, places: Collection[int]) -> dict[int, Expected]:
    """Return the outcomes of the expectations at these places of the suite."""
    import great_expectations as gx

    found, sound = {}, []
    for place in sorted(places):
        expectation = suite.expectations[place]
        kwargs = comparable_arguments(suite, expectation, frame)
        configuration = {"type": expectation.type, "kwargs": kwargs, "meta": {"place": place}}
        try:
            gx.ExpectationSuite(name=suite.name, expectations=[configuration])
            sound.append(configuration)
        except (ValueError, TypeError, KeyError) as error:
            found[place] = _expected(expectation, "error", error=str(error))
    _leave_out_stacks()
    written = gx.ExpectationSuite(name=suite.name, expectations=sound)
    results = _batch(frame).validate(written, expectation_parameters=dict(suite.meta.parameters))
    for result in results.to_json_dict()["results"]:
        place = result["expectation_config"]["meta"]["place"]
        found[place] = _outcome(suite.expectations[place], result)
    return found


def _leave_out_stacks() -> None:
    """Keep Great Expectations from reading the whole call stack for each decimal of a column: 10 ms a row.

    It looks for its own profiler there, which is not used, to leave out a warning.
    """
    import great_expectations.util

    setattr(great_expectations.util, "stack", list)  # noqa: B010 - it is imported there, not exported


def _batch(frame: pd.DataFrame) -> Any:
    """Return the rows as a batch of a Great Expectations context of its own, which stores and prints nothing."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    quiet: Any = {"globally": False}
    in_memory = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(), progress_bars=quiet)
    context: Any = gx.get_context(mode="ephemeral", project_config=in_memory)
    asset = context.data_sources.add_pandas("submission").add_dataframe_asset("dataset")
    return asset.add_batch_definition_whole_dataframe("all rows").get_batch({"dataframe": frame})


def _outcome(expectation: WrittenExpectation, result: Mapping[str, Any]) -> Expected:
    """Convert a result of Great Expectations; an exception during evaluation is an error, not a failed expectation."""
    raised = _raised(result.get("exception_info") or {})
    if raised:
        return _expected(expectation, "error", error=raised)
    seen = result.get("result") or {}
    text = ", ".join(f"{name.replace('_', ' ')} {seen[name]}" for name in OBSERVED if name in seen)
    return _expected(expectation, "passed" if bool(result["success"]) else "failed", observed=text)


OBSERVED = ("observed_value", "unexpected_count", "unexpected_percent", "partial_unexpected_list")


def _raised(info: Mapping[str, Any]) -> str:
    """Return the exception's message, from either of the two shapes of `exception_info`; empty without an exception."""
    entries = [info] if "raised_exception" in info else [one for one in info.values() if isinstance(one, Mapping)]
    raised = [str(one.get("exception_message") or "raised") for one in entries if one.get("raised_exception")]
    return raised[0] if raised else ""


def _expected(
    expectation: WrittenExpectation, outcome: Literal["passed", "failed", "error"], observed: str = "", error: str = ""
) -> Expected:
    named = expectation.kwargs.get("column")
    columns = expectation.columns or ((named,) if isinstance(named, str) else ())
    return Expected(
        type=expectation.type,
        columns=columns,
        severity=expectation.severity,
        outcome=outcome,
        observed=observed[:SHOWN],
        error=error[:SHOWN],
    )
