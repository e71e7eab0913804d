"""The replayed year: what would have been served and logged day by day, and the time of its nightly monitoring run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from data.files.home import Home
from data.files.serving import FileTarget, Place
from modelward.demo.replay_logs import write_labels, write_predictions
from modelward.demo.train import FittedModel, load_model

MONITORING_HOUR = time(3, 0, tzinfo=UTC)


@dataclass
class Year:
    """The flights served so far. The version of a day is asked of the manifest, as a server would."""

    home: Home
    model: str
    started: date
    served_to: date | None = None
    loaded: dict[str, FittedModel] = field(default_factory=dict)

    def serve(self, last: date) -> int:
        """Log predictions of every day not served yet up to and including `last`, and the labels known by its end."""
        first = self.served_to + timedelta(days=1) if self.served_to else self.started
        if first > last:
            return 0
        number = self._serving()
        written = write_predictions(self.home.logs(self.model), first, last, lambda _: number, self._models(number))
        write_labels(self.home.labels(self.model), first, last, self.started)
        self.served_to = last
        return written

    def _serving(self) -> str:
        manifest = FileTarget(self.home).manifest(Place(self.model))
        assert manifest is not None
        assert manifest.version is not None
        number = manifest.version.rpartition("/")[2]
        if number not in self.loaded:
            assert manifest.path is not None
            self.loaded[number] = load_model(Path(manifest.path))
        return number

    def _models(self, number: str) -> Mapping[str, FittedModel]:
        return {number: self.loaded[number]}


def night_after(day: date) -> datetime:
    """Three in the morning two days later: the labels of the day are known."""
    return datetime.combine(day + timedelta(days=2), MONITORING_HOUR)
