"""Reads `model.yaml`, which is written once for each model: its purpose, owner, risk and columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from data.errors import InvalidNameError, SubmissionError
from data.records.model import AppliedStandard, ColumnMapping, Feature
from data.records.names import checked_name, model_key, split_model
from data.records.row import Frozen
from data.registry.commands.model import DeclareConsumer, RegisterModel
from data.submission.tier import TierFactors
from data.text.yaml_text import YamlText

FILE = "model.yaml"
Prose = Annotated[str, Field(min_length=1, max_length=4_000)]
Name = Annotated[str, Field(min_length=1, max_length=260)]


class LogColumns(Frozen):
    """The names, in the model's Parquet files, of the columns that modelward needs; the defaults are its own names."""

    prediction_id: Name = "prediction_id"
    predicted_at: Name = "predicted_at"
    model_version: Name = "model_version"
    consumer: Name = "consumer"
    score: Name = "score"
    label: Name = "label"
    labelled_at: Name = "labelled_at"


class DeclaredConsumer(Frozen):
    """A system that uses the output of the model, and the person to notify of changes."""

    system: Name
    owner: Name
    contact: Prose
    purpose: str = ""
    cadence_days: int = Field(default=1, ge=1, le=3_660)
    criticality: Literal["low", "medium", "high"] = "medium"
    feeds_model: str | None = None


class ModelFile(Frozen):
    """The twelve fields of model.yaml."""

    model: Name
    owner: Name
    purpose: Prose
    intended_uses: tuple[Prose, ...] = Field(min_length=1)
    prohibited_uses: tuple[Prose, ...] = ()
    tier: TierFactors
    standards: tuple[AppliedStandard, ...] = Field(min_length=1)
    columns: LogColumns = LogColumns()
    features: tuple[Feature, ...] = Field(min_length=1)
    consumers: tuple[DeclaredConsumer, ...] = ()
    alert_route: Prose
    runbook: Prose

    @property
    def key(self) -> str:
        """The key of the model, `models/<team>/<name>`."""
        return _key(self.model)

    @property
    def mapping(self) -> ColumnMapping:
        """Column names and features as the registry records them."""
        return ColumnMapping(**self.columns.model_dump(), features=self.features)

    @property
    def command(self) -> RegisterModel:
        """The command that registers the model."""
        return RegisterModel(
            model=self.key,
            owner=self.owner,
            purpose=self.purpose,
            intended_uses=self.intended_uses,
            prohibited_uses=self.prohibited_uses,
            tier=self.tier.tier(len(self.consumers)),
            tier_factors=self.tier.scores,
            tier_rationale=self.tier.rationale,
            standards=self.standards,
            columns=self.mapping,
            alert_route=self.alert_route,
            runbook=self.runbook,
        )

    @property
    def declarations(self) -> tuple[DeclareConsumer, ...]:
        """A command for each declared consumer, with `feeds_model` converted from `team/name` to a key."""
        return tuple(
            DeclareConsumer(model=self.key, **{**one.model_dump(), "feeds_model": _fed(one)}) for one in self.consumers
        )


def read_model_file(document: YamlText) -> ModelFile:
    """Return the checked content of model.yaml.

    Raises SubmissionError with all problems, InvalidNameError for an invalid name.
    """
    file = document.checked(ModelFile, SubmissionError)
    _check_names(document, file)
    _check_columns(document, file)
    return file


def column_places(document: YamlText, file: ModelFile) -> dict[str, str]:
    """Return the place, `model.yaml:line`, that names each column."""
    mapped = {name: document.at("columns", role) for role, name in file.columns.model_dump().items()}
    return mapped | {one.name: document.at("features", place, "name") for place, one in enumerate(file.features)}


def _check_names(document: YamlText, file: ModelFile) -> None:
    names: Mapping[tuple[str | int, ...], Any] = {
        ("owner",): lambda: checked_name(file.owner, "person id"),
        ("model",): lambda: file.key,
        **{("consumers", n): lambda one=one: _check_consumer(one) for n, one in enumerate(file.consumers)},
    }
    for path, check in names.items():
        try:
            check()
        except InvalidNameError as error:
            raise InvalidNameError(f"{document.at(*path)}: {error.what}", error.remedy) from error


def _check_consumer(consumer: DeclaredConsumer) -> None:
    checked_name(consumer.system, "system")
    _fed(consumer)


def _fed(consumer: DeclaredConsumer) -> str | None:
    return None if consumer.feeds_model is None else _key(consumer.feeds_model)


def _key(text: str) -> str:
    """Return the key of a model written as `team/name`. Raises InvalidNameError."""
    team, name = split_model(text)
    if team is None:
        raise InvalidNameError(f"the model {name} has no team", "write it as `team/name`")
    return model_key(team, name)


def _check_columns(document: YamlText, file: ModelFile) -> None:
    features = [feature.name for feature in file.features]
    names = [*file.columns.model_dump().values(), *features]
    twice = sorted({name for name in names if names.count(name) > 1} | (set(features) & set(LogColumns.model_fields)))
    if twice:
        raise SubmissionError(
            f"{document.at('features')}: used more than once among columns and features: {', '.join(twice)}",
            "use each column once, and do not name a feature like a column that modelward needs",
        )
    systems = [one.system for one in file.consumers]
    if len(set(systems)) != len(systems):
        raise SubmissionError(
            f"{document.at('consumers')}: a system is declared more than once", "declare each system once"
        )
