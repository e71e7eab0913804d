"""Steps of validation: measure a version, judge it, and record the conclusion."""
