"""Check the watch rules of a monitoring.yaml before anything is registered, and report each fault with its line."""

from __future__ import annotations

from data.errors import ConfigurationError, SubmissionError
from data.submission.problems import Problems
from data.text.yaml_text import YamlText
from monitoring.plan import WatchRule, watch_rules


def check_rules(document: YamlText) -> None:
    """Check every watch rule. Raises SubmissionError with all faults, each with its line."""
    rules = document.get("rules")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return
    problems = Problems()
    for place in range(len(rules)):
        problems.attempt(_check_rule, document, place)
    problems.check()
    try:
        watch_rules(rules)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules')}: {error.what}", error.remedy) from error


def _check_rule(document: YamlText, place: int) -> None:
    try:
        rule = document.part("rules", place).checked(WatchRule, SubmissionError)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules', place)}: {error.what}", error.remedy) from error
    if rule.segment:
        raise SubmissionError(
            f"{document.at('rules', place)}: {rule.about} has a `segment`, and monitoring does not measure segments",
            "remove `segment` from this rule; the rule then applies to the whole column",
        )
