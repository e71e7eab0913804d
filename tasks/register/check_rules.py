"""Check the watch rules of a monitoring.yaml before anything is registered, and report each fault with its line."""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import ConfigurationError, SubmissionError
from data.submission.known_columns import KnownColumns, PlanChecks
from data.submission.problems import Problems
from data.text.near_names import did_you_mean
from data.text.yaml_text import YamlText
from monitoring.plan import DRIFT_STATISTICS, KINDS, SCORE, SCORE_STATISTICS, WatchRule, watch_rules
from tasks.register.check_tests import check_tests


def check_rules(document: YamlText, known: KnownColumns) -> None:
    """Check every watch rule, and that its column exists. Raises SubmissionError with all faults and their lines."""
    rules = document.get("rules")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return
    problems = Problems()
    for place in range(len(rules)):
        problems.attempt(_check_rule, document, place, known)
    problems.check()
    try:
        watch_rules(rules)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules')}: {error.what}", error.remedy) from error


def _check_rule(document: YamlText, place: int, known: KnownColumns) -> None:
    try:
        rule = document.part("rules", place).checked(WatchRule, SubmissionError)
    except ConfigurationError as error:
        raise SubmissionError(f"{document.at('rules', place)}: {error.what}", error.remedy) from error
    if rule.segment:
        raise SubmissionError(
            f"{document.at('rules', place)}: {rule.about} has a `segment`, and monitoring does not measure segments",
            "remove `segment` from this rule; the rule then applies to the whole column",
        )
    if known.features:
        _check_column(rule, document.at("rules", place, "column"), known.features)


def _check_column(rule: WatchRule, at: str, features: Mapping[str, str]) -> None:
    columns = {**features, SCORE: "numeric"}
    if rule.statistic in SCORE_STATISTICS and rule.column != SCORE:
        raise SubmissionError(f"{at}: {rule.statistic} is a figure of the score", "write `column: score`")
    if rule.column not in columns:
        choice = f"choose a feature of model.yaml, or score: {', '.join(list(columns)[:20])}"
        raise SubmissionError(
            f"{at}: the model has no feature {rule.column}", did_you_mean(rule.column, columns, choice)
        )
    needed = KINDS.get(rule.statistic, columns[rule.column])
    if needed != columns[rule.column]:
        fitting = [one for one in DRIFT_STATISTICS if KINDS.get(one, columns[rule.column]) == columns[rule.column]]
        raise SubmissionError(
            f"{at}: {rule.statistic} needs a {needed} column, and {rule.column} is {columns[rule.column]}",
            f"choose a statistic that can measure it: {', '.join(fitting)}",
        )


PLAN_CHECKS = PlanChecks(tests=check_tests, rules=check_rules)
