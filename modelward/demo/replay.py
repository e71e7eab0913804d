"""Replay a year of serving: write the logs of each day, and give the time of its monitoring run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from data.files.home import Home
from data.files.serving import FileTarget, SlotAddress
from modelward.demo.replay_logs import write_labels, write_predictions
from modelward.demo.train import FittedModel, load_model

MONITORING_HOUR = time(3, 0, tzinfo=UTC)


@dataclass
class ReplayedYear:
    """The year as far as it is replayed (`served_to`). The manifest gives the version, as for a real server."""

    home: Home
    model: str
    started: date
    served_to: date | None = None
    loaded: dict[str, FittedModel] = field(default_factory=dict)

    def serve(self, last: date) -> int:
        """Write the predictions of the days not served yet, to `last` inclusive, and the labels that became known.

        Returns the number of predictions.
        """
        first = self.served_to + timedelta(days=1) if self.served_to else self.started
        if first > last:
            return 0
        number = self._serving()
        written = write_predictions(self.home.logs(self.model), first, last, lambda _: number, self._models(number))
        write_labels(self.home.labels(self.model), first, last, self.started)
        self.served_to = last
        return written

    def _serving(self) -> str:
        manifest = FileTarget(self.home).manifest(SlotAddress(self.model))
        assert manifest is not None
        assert manifest.version is not None
        number = manifest.version.rpartition("/")[2]
        if number not in self.loaded:
            assert manifest.path is not None
            self.loaded[number] = load_model(Path(manifest.path))
        return number

    def _models(self, number: str) -> Mapping[str, FittedModel]:
        return {number: self.loaded[number]}


def monitoring_time(day: date) -> datetime:
    """Return the time of the monitoring run on a day: 03:00 UTC two days later, when its labels are known."""
    return datetime.combine(day + timedelta(days=2), MONITORING_HOUR)
