"""Pure judgement: facts in, verdicts out; what is demanded stands in gates/standards."""
