"""A submission: the folder of a developer, read into frozen types; all problems are reported at once."""
