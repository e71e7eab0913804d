"""Write the submission folder of the demo's developer: a Git repository with one commit for each version.

The documents come from `sample_submission`. The code writes the files that depend on the data: artifact, scored
datasets and thresholds. The developer is the author of every commit.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as installed
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from data.errors import ConfigurationError
from data.files.file_access import restrict_tree
from data.settings import inherited_environment
from modelward.demo.flights import FEATURES
from modelward.demo.thresholds import MARGIN, Thresholds
from modelward.demo.train import FittedModel, Recipe, save_model, score_flights

AUTHOR = "Dana Ruiz <dana@flights.example>"


@dataclass(frozen=True)
class VersionDetails:
    """The values that the developer writes for each version."""

    change_class: str
    what: str
    why: str


class DeveloperRepository:
    """The Git repository of the developer, which is also the submission folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._git("init", "--quiet")
        with as_file(files("modelward.demo") / "sample_submission") as documents:
            shutil.copytree(documents, folder, dirs_exist_ok=True)
        (folder / "code").mkdir()
        for source in ("train.py", "flights.py"):
            with as_file(files("modelward.demo") / source) as code:
                shutil.copy(code, folder / "code" / source)
        restrict_tree(folder)  # the copies have the modes of the installation
        self._data_section = (folder / "docs" / "data.md").read_text("utf-8")
        (folder / "requirements.txt").write_text(f"scikit-learn=={installed('scikit-learn')}\n")

    def plan(self, thresholds: Thresholds) -> None:
        """Write the test plan and the monitoring plan with these thresholds."""
        self._write("tests.yaml", {"tests": planned_tests(thresholds)})
        self._write("monitoring.yaml", monitoring_plan(thresholds))

    def write(self, recipe: Recipe, model: FittedModel, details: VersionDetails, on: datetime) -> Path:
        """Write the files of one version, commit them as the developer, and return the folder."""
        self._write("version.yaml", {**details.__dict__, "configuration": dict(recipe.settings)})
        self._revise_data_section(recipe)
        for name in ("artifact", "data"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir()
        save_model(model, self.folder / "artifact" / "trees.bin")
        for name, flights in (("training", recipe.training()), ("held_out", recipe.held_out())):
            pq.write_table(scored(model, flights), self.folder / "data" / f"{name}.parquet", compression="zstd")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", details.what, on=on)
        return self.folder

    def _revise_data_section(self, recipe: Recipe) -> None:
        """Add the periods of this version to the data section of the documentation."""
        periods = (
            f"\nThis version is trained on {recipe.trained_from} to {recipe.trained_to} and held out on "
            f"{recipe.held_out_from} to {recipe.held_out_to}, UTC days, ends included.\n"
        )
        (self.folder / "docs" / "data.md").write_text(self._data_section + periods, "utf-8")

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))

    def _git(self, *arguments: str, on: datetime | None = None) -> None:
        name, _, email = AUTHOR.rstrip(">").partition(" <")
        who = ["-c", f"user.name={name}", "-c", f"user.email={email}", "-c", "commit.gpgsign=false"]
        dated = ["--date", on.isoformat()] if on else []
        try:
            command = ["git", "-C", str(self.folder), *who, *arguments, *dated]
            # Git sets GIT_DIR in a hook; the demo must never commit to the repository that it names.
            subprocess.run(command, check=True, capture_output=True, env=inherited_environment("GIT_"))
        except FileNotFoundError as error:
            raise ConfigurationError("the demo needs Git to derive who wrote a version", "install git") from error
        except subprocess.CalledProcessError as error:
            what = f"git {arguments[0]} failed: {error.stderr.decode().strip()}"
            raise ConfigurationError(what, "correct what Git reports, then run the demo again") from error


def scored(model: FittedModel, flights: pa.Table) -> pa.Table:
    """Return a dataset of a submission: the features with the model's scores and the labels."""
    rows = score_flights(model, flights)
    for name in FEATURES:
        rows = rows.append_column(name, flights[name])
    return rows


def planned_tests(thresholds: Thresholds) -> Sequence[Mapping[str, Any]]:
    """Return the tests of every version, with their thresholds."""
    floor = thresholds.auc_floor
    return [
        {
            "name": "auc-out-of-time",
            "kind": "out-of-time",
            "metric": "auc",
            "dataset": "held-out",
            "at_least": True,
            "threshold": floor,
            "rationale": f"the lowest of the {thresholds.summary}, rounded down",
        },
        *(
            {
                "name": f"auc-{origin.lower()}",
                "kind": "slices",
                "metric": "auc",
                "dataset": "held-out",
                "slice": f"origin={origin}",
                "at_least": True,
                "threshold": round(floor - 0.05, 2),
                "rationale": "a third of the flights: 0.05 below the floor for all of them",
            }
            for origin in ("EWR", "JFK", "LGA")
        ),
        {
            "name": "brier-out-of-time",
            "kind": "out-of-sample",
            "metric": "brier",
            "dataset": "held-out",
            "at_least": False,
            "threshold": 0.22,
            "rationale": "a constant score of 0.5 gives 0.25; planners require a clearly better value",
        },
    ]


def monitoring_plan(thresholds: Thresholds) -> Mapping[str, Any]:
    """Return the monitoring plan: weekly windows, margins, and the columns that are declared seasonal."""
    weather = "follows the weather of the season; its effect on the scores shows in the calibration"
    timetable = "follows the timetable, which airlines change in spring and autumn"
    seasonal = dict.fromkeys(("temp", "humid", "wind_speed", "precip", "pressure", "visib"), weather)
    seasonal["dest"] = timetable
    seasonal["weekday"] = "only a week that is cut by a change of version lacks a weekday"
    rules = performance_rules(thresholds)
    for column in FEATURES:
        rule: dict[str, Any] = {"statistic": "psi", "column": column, "direction": "up", "margin": 0.10, "severe": 0.25}
        rules.append({**rule, **({"seasonal": seasonal[column]} if column in seasonal else {})})
    return {
        "rules": rules,
        "window_days": 7,
        "minimum_rows": 500,
        "persistence": [2, 3],
        "label_patience_days": 1,
        "rationale": "weeks, because weekdays differ; two of three weeks, because one odd week proves nothing",
    }


def performance_rules(thresholds: Thresholds) -> list[dict[str, Any]]:
    """Return the rules on calibration, ranking, and the column that is often missing in bad weather."""
    return [
        {
            "statistic": "calibration",
            "column": "score",
            "direction": "both",
            "reference": 1.0,
            "margin": MARGIN,
            "severe": thresholds.severe,
            "rationale": f"planners absorb {MARGIN:.2f}; severe is the typical deviation of {thresholds.summary}",
        },
        {
            "statistic": "auc",
            "column": "score",
            "direction": "down",
            "reference": thresholds.auc_floor,
            "margin": 0.02,
            "severe": 0.05,
            "rationale": "the floor of the test plan; below it planners do better with the rate of the hour",
        },
        {
            "statistic": "null_rate",
            "column": "pressure",
            "direction": "up",
            "margin": 0.25,
            "rationale": "missing in bad weather: in a fifth of a bad week before April; 25 points more is a fault",
        },
    ]
