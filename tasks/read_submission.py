"""Read a packed submission and check everything that can be checked without the registry."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import ConfigurationError, SubmissionError
from data.home import Home
from data.submission import folder as submitted
from data.submission.delivery import delivered_provenance, open_delivery
from data.submission.folder import Submission
from data.submission.problems import Problems
from data.yaml_text import YamlText
from monitoring.plan import WatchRule, watch_rules


@task(name="read submission", cache_policy=NO_CACHE, persist_result=False)
def read_submission(digest: str, into: Path) -> Submission:
    """Unpack into an empty folder and read. Raises InputError or ArtifactError with every problem at once."""
    home = Home.here()
    folder = open_delivery(home, digest, into)
    return submitted.read_submission(folder, digest, delivered_provenance(home, digest), check_rules)


def check_rules(document: YamlText) -> None:
    """Pass when every watch rule is one. Raises SubmissionError with every problem, each with its line."""
    rules = document.get("rules")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return
    problems = Problems()
    for place in range(len(rules)):
        problems.tried(_check_rule, document, place)
    problems.check()
    try:
        watch_rules(rules)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules')}: {error.what}", error.remedy) from error


def _check_rule(document: YamlText, place: int) -> None:
    try:
        document.part("rules", place).checked(WatchRule, SubmissionError)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules', place)}: {error.what}", error.remedy) from error
