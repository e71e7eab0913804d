"""Commands about models, their plans and their consumers."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from data.records.model import AppliedStandard, ColumnMapping, Model, PlannedTest
from data.registry.command import Command, Proof


class AboutModel(Command):
    """A command about a model, by its key `models/<team>/<name>`."""

    model: str

    @property
    def subject(self) -> str:
        """The key of the model."""
        return self.model


class RegisterModel(AboutModel):
    """Add a model to the inventory, or amend a registered model to what its model.yaml says now.

    A change that relaxes rules needs the proof of a person who did not write the change. `written_by` are its writers
    according to Git or the operating system; when empty, the actor is the writer. The model's row contains neither
    `written_by` nor `proof`.
    """

    name: ClassVar[str] = "register model"
    owner: str
    purpose: str
    intended_uses: tuple[str, ...]
    prohibited_uses: tuple[str, ...] = ()
    tier: int = Field(ge=1, le=4)
    tier_factors: dict[str, int]
    tier_rationale: str
    standards: tuple[AppliedStandard, ...]
    columns: ColumnMapping
    alert_route: str = ""
    runbook: str = ""
    written_by: tuple[str, ...] = ()
    proof: Proof | None = None

    @classmethod
    def of(cls, model: Model) -> RegisterModel:
        """Return the command with the values that are registered for `model` already."""
        return cls(model=model.key, **{name: getattr(model, name) for name in cls.model_fields if hasattr(model, name)})

    @property
    def fields(self) -> dict[str, Any]:
        """The values for the model's row, by the names of its fields."""
        return self.model_dump(exclude={"model", "written_by", "proof"})


class RecordTestPlan(AboutModel):
    """Record the planned tests and their thresholds before the tests are run."""

    name: ClassVar[str] = "record test plan"
    tests: tuple[PlannedTest, ...] = Field(min_length=1)


class RecordMonitoringPlan(AboutModel):
    """Record what is to be monitored and with which limits, before it is monitored."""

    name: ClassVar[str] = "record monitoring plan"
    rules: tuple[dict[str, object], ...] = Field(min_length=1)
    window_days: int = Field(default=7, ge=1)
    minimum_rows: int = Field(default=500, ge=1)
    persistence: tuple[int, int] = (2, 3)
    label_patience_days: int = Field(default=3, ge=0)
    rationale: str = Field(min_length=1)


class DeclareConsumer(AboutModel):
    """Declare a system that uses the model's output, or change what was declared."""

    name: ClassVar[str] = "declare consumer"
    system: str
    owner: str
    contact: str
    purpose: str = ""
    cadence_days: int = Field(default=1, ge=1)
    criticality: Literal["low", "medium", "high"] = "medium"
    feeds_model: str | None = None
