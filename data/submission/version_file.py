"""Reads `version.yaml`: what changed, why and how far, and the fields that cannot be derived."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from data.errors import InputError, SubmissionError
from data.records.names import model_key, split_model, version_key
from data.records.row import Frozen
from data.records.version import Change, ChangeClass
from data.submission.model_file import Prose
from data.text.yaml_text import YamlText

FILE = "version.yaml"


class VersionFile(Frozen):
    """What changed, why, and how far; optional are the parent, the configuration and the upstream versions."""

    what: Prose
    why: Prose
    change_class: ChangeClass
    parent: Annotated[int, Field(ge=1)] | None = None
    configuration: dict[str, JsonValue] = {}
    upstream: tuple[str, ...] = ()

    @property
    def change(self) -> Change:
        """The three fields of the change as the registry records them."""
        return Change(change_class=self.change_class, what=self.what, why=self.why)

    @property
    def upstream_keys(self) -> tuple[str, ...]:
        """The upstream versions as keys, converted from `team/name/3`."""
        return tuple(_upstream_key(one) for one in self.upstream)


def read_version_file(document: YamlText) -> VersionFile:
    """Return the checked content of version.yaml. Raises SubmissionError with all problems."""
    file = document.checked(VersionFile, SubmissionError)
    for place, upstream in enumerate(file.upstream):
        try:
            _upstream_key(upstream)
        except InputError as error:
            raise SubmissionError(
                f"{document.at('upstream', place)}: {error.what}", "write it as team/name/3"
            ) from error
    return file


def _upstream_key(text: str) -> str:
    model, _, number = text.rpartition("/")
    team, name = split_model(model)
    if team is None or not number.isascii() or not number.isdigit() or len(number) > 6:
        raise SubmissionError(f"{text[:80]!a} is not a version of a model", "write it as team/name/3")
    return version_key(model_key(team, name), int(number))
